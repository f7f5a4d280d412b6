"""Text to classes: numbers, dates and clock times written in digits, words by the vocabulary, punctuation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from calsync.promises.grammar import Line, symbol
from calsync.promises.lexicon import Lexicon, lower

_PLAIN_WORD = r"""
      (?P<plain>(?<!\d)(?!(?:ext|apt|suite|ste|room|rm|unit|no|nr|building|bldg|order|po|invoice|inv)\.?\s?\d|ff/)
          [^\W\d_]{2,}(?:'[^\W\d_]+)*)
    |"""
"""Most of what is written: two letters and more where none of the kinds below could begin.  Each of those begins with a
digit, a mark or a blank, or with a letter that something else than a letter follows, but for the words named here;
after a digit (3pm, 8th) anything may be meant.  So what this takes, ``word`` would take as well, after all others."""

_KINDS = r"""
      (?P<iso>(?<!\d)\d{4}(?P<isosep>[-/.])\d{1,2}(?P=isosep)\d{1,2}(?!\d)(?:t(?=\d\d:))?)
    | (?P<junk>  # telephone numbers, money, shares, "#2", "x3", house and order numbers
          \+\d[\d\s().-]{6,18}\d | \(?(?<!\d)\d{3}\)?[-.\s]\d{3}[-.\s]\d{4}(?!\d) | (?<![\d-])\d{3}-\d{4}(?!\d)
        | [$\u00a3\u20ac]\s?\d[\d,.]{0,18}(?:[km]\b)?
        | (?<!\d)\d{1,9}(?:\.\d{1,9})?\s?(?:%|percent\b|bucks\b|dollars\b)
        | \#\s?\d{1,12} | \bx\s?\d{1,9}\b | (?<!\d)\d{1,6}x\b
        | \b(?:ext|apt|suite|ste|room|rm|unit|no|nr|building|bldg|order|po|invoice|inv)\.?\s?\d{1,12}\b(?![:/]) )
    | (?P<isomonth>(?<![\d-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?![\d-])
        | (?<![\d/])(?:0?[1-9]|1[0-2])/(?:19|20)\d\d(?![\d/]))
    | (?P<dmy>(?<![\d/])\d{1,2}(?P<sep>[/.-])\d{1,2}(?P=sep)(?:\d{4}|\d{2})(?!\d))
    | (?P<clock>(?<![\d:])(?:
          \d{1,2}:\d{2}(?::\d{2})?(?!\d) | \d{1,2}h\d{2}(?!\d) | \d{1,2}\.\d{2}(?=\s?[ap]\.?\s?m?\b)))
    | (?P<hclock>(?<![\d:])(?:[01]?\d|2[0-4])h\b)
    | (?P<slash>(?<![\d/])\d{1,2}/\d{1,2}(?![/\d])|(?<![\d/-])\d{1,2}-0[1-9](?![\d:/-]))
    | (?P<meridiem>  # 3p, 3 p.m., 3 p m, a.m.
          (?<=\d)[ap]\b(?!\.?\s{0,2}m\b) | (?<=\d)\s{0,2}[ap]\s{0,2}\.\s{0,2}m\b\s{0,2}\.?
        | (?<=\d)\s{0,2}[ap]\s{0,2}m\b
        | \b[ap]\s{0,2}\.\s{0,2}m\b\s{0,2}\.? | \b[ap]\s{1,2}m\b)
    | (?P<mixed>\b(?:b4|l8r|l8er|2day|2mor\w{1,6}|2moz|2mrw|2nite|2night|2nt|q[1-4]|[1-4]q|4the|2the)\b)
    | (?P<nth>(?<!\d)\d{1,2}\s?(?:st|nd|rd|th|\u00ba)\b)
    | (?P<decimal>(?<![\d.])\d{1,6}\.\d{1,4}(?!\d|\.\d))
    | (?P<number>\d+)
    | (?P<word>ff?/up?\b | [a-z]/[a-z]\b | w/(?:o\b|in\b)? | (?:[^\W\d_]\.){2,6}[^\W\d_]?(?![^\W\d_])
        | [^\W\d_]+(?:'[^\W\d_]+)*)
    | (?P<break>[\n\r]+)
    | (?P<mark>[.,;:!?()"&/@~\u2026\[\]-])
    | (?P<other>[^\s'])
    """

_SCANNER = re.compile(_PLAIN_WORD + _KINDS, re.VERBOSE)

_MARKS = {
    ".": symbol("dot"),
    ",": symbol("comma"),
    ";": symbol("stop"),
    ":": symbol("colon"),
    "!": symbol("stop"),
    "?": symbol("stop"),
    "\u2026": symbol("stop"),
    "(": symbol("paren"),
    ")": symbol("paren"),
    "[": symbol("paren"),
    "]": symbol("paren"),
    '"': symbol("quote"),
    "&": symbol("and"),
    "/": symbol("slash"),
    "@": symbol("at"),
    "~": symbol("around"),
    "-": symbol("dash"),
}
_WORD, _NAME, _NUM, _NTH, _MIL, _BIG = (symbol(n) for n in ("word", "name", "num", "ordinal", "mil", "long"))
_ISO, _ISO_MONTH, _DMY, _SLASH, _CLOCK = (symbol(n) for n in ("iso", "isomonth", "dmy", "slashed", "clock"))
_MERIDIEM, _DECIMAL, _JUNK, _STOP, _DASH = (symbol(n) for n in ("meridiem", "decimal", "junk", "stop", "dash"))
_HCLOCK, _ED = symbol("hclock"), symbol("ed")
_A, _BE, _SUE = symbol("a"), symbol("be"), symbol("sue")
_DATE_WORDS = frozenset(
    symbol(n)
    for n in (
        "weekday",
        "month",
        "dayword",
        "num",
        "ordinal",
        "mil",
        "clock",
        "number",
        "noon",
        "holiday",
        "part",
        "meridiem",
        "slashed",
        "dmy",
        "iso",
    )
)
_TIMELIKE = frozenset(
    symbol(n)
    for n in (
        "num",
        "mil",
        "clock",
        "number",
        "tens",
        "ordinal",
        "weekday",
        "dayword",
        "month",
        "the",
        "slashed",
        "holiday",
        "next",
        "this",
    )
)
_SINGLE, _TENS, _ORDINAL_WORD = symbol("number"), symbol("tens"), symbol("ordword")
_SMALL_NUMBERS = frozenset((_SINGLE, _TENS))
_NOT_BEFORE_HALF = frozenset((_A, _DASH))
_WORD_KINDS = frozenset(("plain", "word", "mixed"))


_TITLES = frozenset(("st", "mr", "mrs", "ms", "dr", "approx", "vs", "ca", "jr", "sr"))


class Digits(NamedTuple):
    """A run of three or four digits: a year, a time of day without its colon, or a count."""

    value: int
    text: str


def _number(text: str) -> tuple[str, Any]:
    if len(text) <= 2:
        return _NUM, int(text)
    if len(text) <= 4:
        return _MIL, Digits(int(text), text)
    return _BIG, None


def _clock(text: str) -> tuple[str, Any]:
    hour, minute = (int(n) for n in re.split(r"[:h.]", text)[:2])
    if hour > 24 or minute > 59:
        return _JUNK, None
    # a leading zero, or the French h, is the 24-hour clock
    return _CLOCK, (hour % 24, minute, hour > 12 or hour == 0 or text[0] == "0" or "h" in text)


def _slash(text: str) -> tuple[str, Any]:
    return _SLASH, tuple(int(n) for n in re.split("[/-]", text))


def _iso_month(text: str) -> tuple[str, Any]:
    first, second = (int(n) for n in re.split("[/-]", text))
    return _ISO_MONTH, (first, second) if first > 12 else (second, first)


_DIGITS = re.compile(r"\d+")
_READ: dict[str, Callable[[str], tuple[str, Any]]] = {
    "number": _number,
    "clock": _clock,
    "slash": _slash,
    "isomonth": _iso_month,
    "hclock": lambda text: (_HCLOCK, int(text[:-1])),
    "meridiem": lambda text: (_MERIDIEM, text.strip()[0]),
    "nth": lambda text: (_NTH, int(_DIGITS.findall(text)[0])),
    "iso": lambda text: (_ISO, tuple(int(n) for n in _DIGITS.findall(text))),
    "dmy": lambda text: (_DMY, (*(int(n) for n in _DIGITS.findall(text)), text)),
    "decimal": lambda text: (_DECIMAL, text),
    "break": lambda text: (_STOP, text),
    "junk": lambda text: (_JUNK, text),
    "other": lambda text: (_JUNK, text),
}
"""How each kind of token that is not a word or a mark gets its class and value."""


class _Tokens:
    """The tokens read so far, in parallel lists: class, value, place, and the word as phrases see it."""

    __slots__ = ("spans", "symbols", "texts", "values")

    def __init__(self) -> None:
        self.symbols: list[str] = []
        self.values: list[Any] = []
        self.spans: list[tuple[int, int]] = []
        self.texts: list[str] = []

    def add(self, sym: str, value: Any, span: tuple[int, int], text: str) -> None:
        self.symbols.append(sym)
        self.values.append(value)
        self.spans.append(span)
        self.texts.append(text)

    def drop_joining_dash(self, sym: str) -> None:
        """Forget a dash that only joins two words: "mid-morning" is read as two, "Mon-Fri" keeps its dash."""
        if self.values[-1] == "tight" and self.texts[-1] == "-" and _joins(self.symbols, sym):
            self.symbols.pop()
            self.values.pop()
            self.spans.pop()
            self.texts.pop()


def tokenise(text: str, lexicon: Lexicon, *, own: bool = True) -> Line:  # noqa: C901, PLR0912 - the hot loop: one branch for each kind of token
    """The classes of a text, one token each; the spans are places in ``text`` as given.

    ``own`` is False while the meaning of a rep's own phrase is read, which may use its own words again.
    """
    low = lower(text)
    tokens = _Tokens()
    symbols, texts = tokens.symbols, tokens.texts
    words, plain_words = lexicon.words, lexicon.plain_words
    add_symbol, add_value, add_span, add_text = (
        symbols.append, tokens.values.append, tokens.spans.append, texts.append,
    )  # fmt: skip
    for match in _SCANNER.finditer(low):
        kind = match.lastgroup or ""
        span = match.span()
        raw = match.group()
        if kind == "plain" and (known := plain_words.get(raw)) is not None and not (symbols and symbols[-1] == _DASH):
            add_symbol(known[0])
            add_value(known[1])
            add_span(span)
            add_text(raw)
            continue
        if kind in _WORD_KINDS:
            found = words.get(raw)
            if found is None:
                parts = lexicon.contractions.get(raw) or _split(raw, lexicon.contractions)
                if parts is not None:
                    for part in parts:
                        sym, value = words.get(part, (_WORD, part))
                        tokens.add(sym, value, span, part)
                    continue
                sym, value, raw = _unknown(raw, text, span, lexicon)
            else:
                sym, value = found
                if sym == _MERIDIEM and raw == "am" and not (symbols and symbols[-1] in _TIMELIKE):
                    sym = _BE
                elif sym == _SUE and _capital(text, span):
                    sym = _NAME  # "ring Sue", not "will sue"
        elif kind == "mark":
            if raw == "." and texts and texts[-1] in _TITLES:
                continue
            sym, value = _MARKS[raw], raw
            if sym == _DASH and symbols:
                tight = not low[span[0] - 1].isspace() and not low[span[1] : span[1] + 1].isspace()
                value = "tight" if tight else "loose"
        else:
            sym, value = _READ[kind](raw)
            if sym == _MERIDIEM and symbols and symbols[-1] in _NOT_BEFORE_HALF:
                sym = _WORD
        if symbols and symbols[-1] == _DASH:
            tokens.drop_joining_dash(sym)
        tokens.add(sym, value, span, raw)
    return _merge_phrases(tokens, lexicon, own=own)


def _split(raw: str, contractions: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """ "pat'll" -> pat, 'll; a possessive loses its mark: "valentine's" -> valentines."""
    head, _, tail = raw.rpartition("'")
    if not head:
        return None
    known = contractions.get("'" + tail)
    if known is not None and tail != "s" and not (tail == "d" and len(head) > 3):
        return (head, *known)
    return None


def _unknown(raw: str, text: str, span: tuple[int, int], lexicon: Lexicon) -> tuple[str, Any, str]:
    """A word that is not in the vocabulary as it stands: (symbol, value, the word as phrases should see it)."""
    plain = raw.replace("'", "").replace(".", "")
    found = lexicon.words.get(plain)
    if found is not None:
        return (*found, plain)
    capital = _capital(text, span)
    if len(plain) >= 4:
        corrected = lexicon.correct(plain)
        if corrected is not None:
            return (*lexicon.words.get(corrected, (_WORD, corrected)), corrected)
    if plain.endswith("ed") and len(plain) > 4 and not capital:
        return _ED, plain, plain
    return (_NAME if capital else _WORD), plain, plain


def _capital(text: str, span: tuple[int, int]) -> bool:
    """True for a word that begins with a capital, as names do, and is not all in capitals."""
    return text[span[0]].isupper() and not text[span[0] : span[1]].isupper()


def _joins(symbols: list[str], sym: str) -> bool:
    """True when the dash just read only joins two words, as in "mid-morning" or "twenty-first"."""
    left = symbols[-2] if len(symbols) > 1 else ""
    if left == _TENS and sym in (_SINGLE, _ORDINAL_WORD):
        return True
    if left in _SMALL_NUMBERS and sym == _TENS:
        return True
    return not (left in _DATE_WORDS and sym in _DATE_WORDS)


def _merge_phrases(tokens: _Tokens, lexicon: Lexicon, *, own: bool) -> Line:
    """The line with every phrase of several words ("no later than") as one token, the longest first."""
    symbols, values, spans, texts = tokens.symbols, tokens.values, tokens.spans, tokens.texts
    phrases = lexicon.phrases
    if phrases.keys().isdisjoint(texts):
        return Line("".join(symbols), values, spans)
    merged = _Tokens()
    done = 0
    for index, text in enumerate(texts):
        if index < done or text not in phrases:
            continue
        for tail, sym, value in phrases[text]:
            stop = index + 1 + len(tail)
            if tuple(texts[index + 1 : stop]) == tail and (sym or own):
                _copy(tokens, done, index, merged)
                span = (spans[index][0], spans[stop - 1][1])
                if sym:
                    merged.add(sym, value, span, text)
                else:
                    _expand(merged, value, span, lexicon)
                done = stop
                break
    if not done:
        return Line("".join(symbols), values, spans)
    _copy(tokens, done, len(texts), merged)
    return Line("".join(merged.symbols), merged.values, merged.spans)


def _copy(tokens: _Tokens, start: int, stop: int, merged: _Tokens) -> None:
    merged.symbols += tokens.symbols[start:stop]
    merged.values += tokens.values[start:stop]
    merged.spans += tokens.spans[start:stop]
    merged.texts += tokens.texts[start:stop]


def _expand(merged: _Tokens, meaning: str, span: tuple[int, int], lexicon: Lexicon) -> None:
    """A rep's own phrase is read as if its meaning stood there."""
    line = tokenise(meaning, lexicon, own=False)
    for sym, value in zip(line.symbols, line.values, strict=True):
        merged.add(sym, value, span, "")
