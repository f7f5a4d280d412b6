"""The vocabulary and the rules fit each other: no pattern names a class that no word can have."""

from __future__ import annotations

import pytest

from calsync.promises import dates, grammar
from calsync.promises.grammar import class_name
from calsync.promises.lexicon import clause_file, lexicon_for
from calsync.promises.reading import LEVELS
from calsync.promises.words import DEFAULT

TOKENS = {
    "word",
    "name",
    "ed",
    "num",
    "mil",
    "long",
    "ordinal",
    "iso",
    "isomonth",
    "dmy",
    "slashed",
    "clock",
    "hclock",
    "meridiem",
    "decimal",
    "junk",
    "stop",
    "dot",
    "comma",
    "colon",
    "dash",
    "paren",
    "quote",
    "slash",
    "due",
}
LANGUAGES = ("en", "de")


def classes() -> set[str]:
    found = set(TOKENS) | {rule.result for level in LEVELS for rule in level.rules}
    for language in LANGUAGES:
        lexicon = lexicon_for(language, DEFAULT)
        found |= {class_name(sym) for sym, _ in lexicon.words.values()}
        found |= {class_name(sym) for tails in lexicon.phrases.values() for _, sym, _ in tails}
    return found


def named(pattern: str) -> set[str]:
    pieces = grammar._PIECE.finditer(pattern)
    return {name.strip() for p in pieces for name in (p[1] or p[2] or p[3] or "").split("|") if name.strip()}


def test_patterns_of_rules_name_classes_that_exist() -> None:
    known = classes()
    assert [
        (r.name, named(r.pattern) - known) for level in LEVELS for r in level.rules if named(r.pattern) - known
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_of_clauses_name_classes_that_exist(language: str) -> None:
    raw = clause_file(language)
    patterns = [*raw["cut"], *raw["their_voice"], raw["subject"]]
    patterns += [
        rule["pattern"] for table in ("clause", "opt_out", "told_not_to", "threat") for rule in raw.get(table, [])
    ]
    known = classes()
    assert [(pattern, named(pattern) - known) for pattern in patterns if named(pattern) - known] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_feast_has_a_date(language: str) -> None:
    lexicon = lexicon_for(language, DEFAULT)
    names = {value for sym, value in lexicon.words.values() if class_name(sym) == "holiday"}
    assert names
    for name in names:
        assert dates.feast(lexicon.holidays[name], 2026) is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_real_word_is_never_put_right(language: str) -> None:
    lexicon = lexicon_for(language, DEFAULT)
    assert [word for word in lexicon.guard if lexicon.correct(word)] == []


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("tommorow", "tomorrow"),
        ("wendsday", "wednesday"),
        ("febuary", "february"),
        ("mornign", "morning"),
        ("calll", "call"),
    ],
)
def test_a_slip_is_put_right(slip: str, meant: str) -> None:
    lexicon = lexicon_for("en", DEFAULT)
    assert slip in lexicon.words or lexicon.correct(slip) == meant


def test_easter() -> None:
    known = {2024: "03-31", 2025: "04-20", 2026: "04-05", 2027: "03-28", 2038: "04-25", 2285: "03-22"}
    assert {year: dates.easter(year).isoformat()[5:] for year in known} == known
