"""The vocabulary: every word's class and value, phrases of several words, contractions, and typing errors put right."""

from __future__ import annotations

import itertools
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from calsync.promises.grammar import symbol
from calsync.promises.words import Words

_LANGUAGES = frozenset(("en", "de"))


_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "`": "'",
        "\u00b4": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\uff0c": ",",
        "\uff1a": ":",
        ">": " ",
        "*": " ",
        "|": " ",
        "=": " ",
    }
)


def lower(text: str) -> str:
    """The text in lower case with plain quotes and dashes, every character at its place."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return low.translate(_PLAIN)


@dataclass(slots=True, eq=False)
class Lexicon:
    """One language with one rep's own words, ready for look-up."""

    language: str
    words: dict[str, tuple[str, Any]]
    phrases: dict[str, list[tuple[tuple[str, ...], str, Any]]]
    contractions: dict[str, tuple[str, ...]]
    holidays: dict[str, str | date]
    holidays_gb: dict[str, str | date]
    parts: dict[str, tuple[int, int]]
    guard: frozenset[str]
    fuzzy: dict[str, list[str]]
    corrected: dict[str, str | None]
    own: Words
    plain_words: dict[str, tuple[str, Any]]
    """The words of more than a letter that always have the same class, whatever stands beside them."""

    def correct(self, word: str) -> str | None:
        """The word of the vocabulary that this one is a slip of, or ``None``: a real word is never corrected."""
        try:
            return self.corrected[word]
        except KeyError:
            pass
        best = None if word in self.guard else self._nearest(word)
        if len(self.corrected) > 20_000:
            self.corrected.clear()
        self.corrected[word] = best
        return best

    def _nearest(self, word: str) -> str | None:
        limit = 1 if len(word) < 6 else 2
        alike = [one for one in self.fuzzy.get(word[0], ()) if abs(len(one) - len(word)) <= limit and len(one) >= 4]
        letters = Counter(word)
        # a slip adds or takes one letter: whoever differs in more cannot be meant
        near = [one for one in alike if (letters - Counter(one)).total() <= limit]
        if not near or word in near:
            return word if near else None
        from rapidfuzz.distance import OSA  # 4 MB, and words are mostly spelt right

        best, least = None, limit + 1
        for known in near:
            distance = OSA.distance(word, known, score_cutoff=limit)
            if distance < least and (distance < 2 or len(known) > 6):
                best, least = known, distance
        return best


PARTS = {
    "first_thing": (540, 600),
    "early_morning": (480, 600),
    "morning": (540, 720),
    "mid_morning": (600, 660),
    "late_morning": (660, 720),
    "lunch": (720, 780),
    "afternoon": (720, 1020),
    "early_afternoon": (720, 840),
    "mid_afternoon": (840, 960),
    "late_afternoon": (960, 1080),
    "evening": (1020, 1260),
    "tonight": (1020, 1260),
    "work": (540, 1020),
    "dinner": (1080, 1140),
    "school": (540, 900),
}
"""Parts of the day in minutes after midnight."""


_BY_PLACE = frozenset(("am", "pm"))
"""Words whose class hangs on what stands before them."""


def _value(key: str) -> Any:
    return int(key) if key.lstrip("-").isdigit() else key


def clause_file(language: str) -> dict[str, Any]:
    """The clause rules of a language as written, English where there is no other."""
    folder = files("calsync.promises") / "vocabulary"
    file = folder / f"{language}_clauses.toml"
    if not file.is_file():
        file = folder / "en_clauses.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _raw(language: str) -> dict[str, Any]:
    folder = files("calsync.promises") / "vocabulary"
    out: dict[str, Any] = {}
    for part in ("", "_roles"):
        file = folder / f"{language}{part}.toml"
        if file.is_file():
            for table, content in tomllib.loads(file.read_text(encoding="utf-8")).items():
                out.setdefault(table, {}).update(content)
    return out


def _add(lexicon: Lexicon, spelled: str, sym: str, value: Any) -> None:
    parts = tuple(spelled.lower().replace("-", "_").split("_"))
    if len(parts) == 1:
        lexicon.words.setdefault(parts[0], (sym, value))
    else:
        lexicon.phrases.setdefault(parts[0], []).append((parts[1:], sym, value))


def _single(lexicon: Lexicon, name: str) -> list[str]:
    """The words of a class that are one word."""
    return [word for word, (sym, _) in lexicon.words.items() if sym == symbol(name)]


@lru_cache(maxsize=32)
def lexicon_for(language: str, own: Words) -> Lexicon:
    """The vocabulary of a language with a rep's own words in it; made once for each and kept."""
    language = language if language in _LANGUAGES else "en"
    raw = _raw(language)
    lexicon = Lexicon(
        language=language,
        words={},
        phrases={},
        contractions={k: tuple(v.split()) for k, v in raw.pop("contractions", {}).items()},
        holidays=dict(raw.pop("holiday_dates", {})),
        holidays_gb=dict(raw.pop("holiday_dates_gb", {})),
        parts=dict(PARTS),
        guard=frozenset(raw.pop("guard", {}).get("words", "").split()),
        fuzzy={},
        corrected={},
        own=own,
        plain_words={},
    )
    for name, (start, end) in own.parts:
        lexicon.parts[name.replace(" ", "_")] = (start.hour * 60 + start.minute, end.hour * 60 + end.minute)
        _add(lexicon, name.replace(" ", "_"), symbol("part"), name.replace(" ", "_"))
    for name, when in own.holidays:
        key = name.lower().replace(" ", "_")
        lexicon.holidays[key] = when
        _add(lexicon, key, symbol("holiday"), key)
    plain = raw.pop("plain")
    raw_compounds = raw.pop("compounds", {})
    slips = raw.pop("slips", {}).get("words", "").split()
    for table, content in raw.items():
        for key, spelled in content.items():
            for word in spelled.split():
                _add(lexicon, word, symbol(table), _value(key))
    for left, right in own.phrases:
        head, *tail = lower(left).replace("-", " ").split() or [""]
        lexicon.phrases.setdefault(head, []).append((tuple(tail), "", right))
    for name, spelled in plain.items():
        for word in spelled.split():
            _add(lexicon, word, symbol(name), name)
    compounds = raw_compounds.get("first", ""), raw_compounds.get("second", "")
    for word, other in itertools.product(_single(lexicon, compounds[0]), _single(lexicon, compounds[1])):
        lexicon.contractions[word + other] = (word, other)
    for word in slips:
        lexicon.fuzzy.setdefault(word[0], []).append(word)
    for tails in lexicon.phrases.values():
        tails.sort(key=lambda entry: -len(entry[0]))
    lexicon.plain_words = {
        word: found for word, found in lexicon.words.items() if word not in _BY_PLACE and found[0] != symbol("sue")
    }
    return lexicon
