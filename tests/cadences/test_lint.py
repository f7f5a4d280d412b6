"""The script lint: each fault is found, and no shipped script has one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calsync.cadences import Cadence, Callback, Choice, Step, Words
from calsync.cadences.lint import SPOKEN_WORDS, TEXT_LENGTH, lint, unreadable
from calsync.cadences.model import ALWAYS
from calsync.model import Where
from tests.cadences.world import DANA, at, read, shipped

FRIDAY = (Choice("by Friday"),)
CLEAN = Words(
    voicemail="{{ rep.name }} on {{ rep.number_spoken }}. I'll call on {{ promised_day }}.",
    text="{{ rep.name }}: I'll call on {{ promised_day }} from {{ rep.number }}",
    other="{{ rep.name }} here.",
)


def made(words: Words, *, sells: bool = False, **changes: object) -> Cadence:
    step = Step(1, "first", ALWAYS, words, promise=FRIDAY, where=Where("mine.toml", 7))
    return Cadence("mine", "Mine", (replace(step, **changes),), sells=sells)  # type: ignore[arg-type]  # any field


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_cadence_passes_its_own_lint(name: str) -> None:
    assert lint(shipped()[name]) == ()


def test_clean_words_are_clean() -> None:
    assert lint(made(CLEAN)) == ()


@pytest.mark.parametrize(
    ("key", "words", "message"),
    [
        ("voicemail", CLEAN.voicemail + " Please call me back.", "asks for a call back (“call me”)"),
        ("voicemail", CLEAN.voicemail + " Just give me a ring.", "asks for a call back"),
        ("text", "{{ rep.name }} {{ rep.number }}: please return my call. {{ promised_day }}", "asks for a call back"),
        ("other", "{{ rep.name }} here, she should get back to me.", "asks for a call back"),
        ("voicemail", CLEAN.voicemail + " We have a great offer.", "sells (“great offer”)"),
        ("voicemail", CLEAN.voicemail + " Now 20% off.", "sells"),
        ("text", CLEAN.text + " Book your seat", "sells"),
        ("voicemail", "{{ rep.name }}, {{ rep.number }}. I'll try again.", "promises a call without a day"),
        ("text", "{{ rep.name }}, {{ rep.number }}: I will call soon", "promises a call without a day"),
        ("voicemail", "{{ rep.number }}, {{ promised_day }}", "does not say who is calling"),
        ("voicemail", "{{ rep.name }}, {{ promised_day }}", "does not say your number"),
        ("text", "{{ promised_day }}", "does not say who is calling"),
        ("other", "Is she there?", "does not say who is calling"),
        ("voicemail", "{{ rep.name }} {{ rep.number }}", "promises a call on a day that its message does not say"),
        ("voicemail", CLEAN.voicemail + " word" * SPOKEN_WORDS, "too long to say in 30 seconds"),
        ("text", CLEAN.text + "x" * TEXT_LENGTH, "more than two text messages hold"),
        ("text", CLEAN.text + " …", "hold 70 characters"),
    ],
)
def test_each_fault_is_found(key: str, words: str, message: str) -> None:
    found = lint(made(replace(CLEAN, **{key: words})))
    assert any(message in problem.message and problem.column == f"steps.1.{key}" for problem in found), found
    assert all(problem.hint and (problem.file, problem.line) == ("mine.toml", 7) for problem in found)


def test_a_call_back_may_be_asked_for_where_the_cadence_does() -> None:
    asking = replace(CLEAN, voicemail=CLEAN.voicemail + " Please call me back.")
    assert lint(made(asking, callback=Callback.ASK)) == ()
    assert lint(made(asking, callback=Callback.EITHER_WAY)) == ()
    assert any("does not" in problem.message for problem in lint(made(CLEAN, callback=Callback.ASK)))


def test_saying_that_no_call_back_is_needed_is_not_asking_for_one() -> None:
    assert lint(made(replace(CLEAN, voicemail=CLEAN.voicemail + " There's no need to call me back."))) == ()


def test_an_offer_may_be_made_where_the_cadence_sells() -> None:
    assert lint(made(replace(CLEAN, voicemail=CLEAN.voicemail + " A special price for you."), sells=True)) == ()


def test_a_day_that_the_step_does_not_promise_is_found() -> None:
    assert any("the step promises none" in problem.message for problem in lint(made(CLEAN, promise=())))


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_phrase_of_a_shipped_cadence_is_read_by_the_promise_language(name: str) -> None:
    for moment in (at("11-16", "09:05"), at("11-18", "11:30"), at("12-31", "15:00"), at("02-27", "15:30")):
        assert unreadable(shipped()[name], read, DANA, moment) == ()


def test_a_phrase_that_names_no_day_is_found() -> None:
    found = unreadable(made(CLEAN, promise=(Choice("some time"),)), read, DANA, at("11-18"))
    assert [problem.column for problem in found] == ["steps.1.promise"]
