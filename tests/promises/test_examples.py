"""The rules' own examples: each stands beside its rule and is read by it, in upper case and odd spacing too."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from calsync.promises.clauses import Role, rules_of
from calsync.promises.grammar import Rule, symbol, translate
from calsync.promises.lexicon import clause_file, lexicon_for
from calsync.promises.reading import LEVELS, analyse, moment_of
from calsync.promises.tokens import tokenise
from calsync.promises.values import Moment
from calsync.promises.words import DEFAULT

NOW = datetime(2026, 3, 10, 10, 20)  # a Tuesday  # noqa: DTZ001 - naive on purpose: read in the rep's zone


def moment(language: str = "en", *, resolve: bool = False) -> Moment:
    locale = "en-US" if language == "en" else "de-DE"
    return moment_of(NOW, ZoneInfo("America/New_York"), None, locale, lexicon_for(language, DEFAULT), resolve=resolve)


EXAMPLES = sorted(
    {(level.name, rule.result, text) for level in LEVELS for rule in level.rules for text in rule.examples}
)


@pytest.mark.parametrize(
    "change", [str, str.upper, lambda text: text.replace(" ", "  ")], ids=["plain", "upper", "wide"]
)
@pytest.mark.parametrize(("level", "result", "text"), EXAMPLES)
def test_example_is_recognised_by_its_level(level: str, result: str, text: str, change: type[str]) -> None:
    given = moment()
    line = tokenise(change(text), given.lexicon)
    for each in LEVELS:
        line = each.apply(line, given)
        if each.name == level:
            break
    assert symbol(result) in line.symbols


def test_every_rule_of_english_has_an_example() -> None:
    def bare(rule: Rule) -> bool:
        return not rule.examples and rule.name not in {"date_alone", "last_weekday", "half_before", "dotted"}

    assert [rule.name for level in LEVELS for rule in level.rules if bare(rule)] == []


def clause_examples(table: str) -> list[tuple[str, str, str]]:
    return [
        (language, rule.get("role", "refused"), text)
        for language in ("en", "de")
        for rule in clause_file(language).get(table, [])
        for text in rule["examples"]
    ]


@pytest.mark.parametrize(("language", "role", "text"), clause_examples("clause"))
def test_clause_example_has_its_role(language: str, role: str, text: str) -> None:
    line = analyse(text, moment(language))
    assert Role[role.upper()] in {part.role for part in rules_of(language).clauses(line.symbols)}


@pytest.mark.parametrize(("language", "_", "text"), [*clause_examples("opt_out"), *clause_examples("threat")])
def test_opt_out_example_is_heard(language: str, _: str, text: str) -> None:
    line = analyse(text, moment(language))
    rules = rules_of(language)
    assert rules.opted_out(line.symbols, rules.clauses(line.symbols))


@pytest.mark.parametrize(("language", "_", "text"), clause_examples("told_not_to"))
def test_told_not_to_call_example_is_heard(language: str, _: str, text: str) -> None:
    line = analyse(text, moment(language))
    rules = rules_of(language)
    assert rules.told_not_to_call(line.symbols, rules.clauses(line.symbols)) or rules.opted_out(
        line.symbols, rules.clauses(line.symbols)
    )


def test_a_pattern_with_a_slip_is_refused() -> None:
    with pytest.raises(ValueError, match="names and"):
        translate("{say|to call} due", capture=False)
