"""The words: they fit a text message, read naturally with something missing, and change with the circumstances."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from calsync.cadences import Step, Words
from calsync.cadences.model import ALWAYS, Variant, When
from calsync.cadences.script import SAMPLE, fill, missing, used, words_for
from calsync.model import Line, Phone
from tests.cadences.world import DANA, TASHA, at, shipped

STEPS = [
    pytest.param(one, id=f"{name}-{one.number}") for name, cadence in sorted(shipped().items()) for one in cadence.steps
]
FULL: Mapping[str, object] = {**SAMPLE, "extra": {"deadline": "2026-11-30"}}
OPTIONAL = ("referrer", "referrer_first", "topic", "benefit", "hook")
CONTEXTS = [
    FULL,
    SAMPLE,
    *({**FULL, name: ""} for name in OPTIONAL),
    *({**FULL, name: None} for name in OPTIONAL),
    {**FULL, **dict.fromkeys(OPTIONAL, "")},
    {**FULL, **dict.fromkeys(OPTIONAL, ""), "contact": {"first_name": "", "name": "", "company": ""}},
    {**FULL, "rep": {"name": "Tasha Lane", "number": "+1 312 555 0199", "number_spoken": "312 - 555 - 01 - 99"}},
    {**FULL, "contact": {"first_name": "", "name": "Levy & Sons", "company": "Levy & Sons"}},
]


def texts(one: Step) -> list[str]:
    return [words for words in (one.voicemail, one.text, one.answer, one.other) if words]


@pytest.mark.parametrize("one", STEPS)
def test_a_script_reads_naturally_whatever_is_missing(one: Step) -> None:
    for template in texts(one):
        for context in CONTEXTS:
            said = fill(template, context)
            assert "None" not in said
            assert "{" not in said
            assert not re.search(r"  | [,.;:!?]|[,;:]\.|\.\.|,,|^\W|\( *\)", said), said
            assert not re.search(r"\b(about|from|of|by|and|because)[.,;!?]", said), said
            assert said.endswith((".", "!", "?", "99", "0199"))


@pytest.mark.parametrize("one", [one for one in STEPS if one.values[0].text])  # type: ignore[union-attr]  # a Step
def test_a_text_fits_one_message_in_the_ordinary_case_and_never_needs_three(one: Step) -> None:
    assert len(fill(one.text, SAMPLE)) <= 160
    long = {**FULL, "topic": "the evening course in bookkeeping", "referrer_first": "Maximiliane", "hook": "x" * 60}
    assert len(fill(one.text, {**long, "promised_day": "Wednesday, December 30"})) <= 306


@pytest.mark.parametrize("one", STEPS)
def test_half_a_minute_is_enough_for_every_message(one: Step) -> None:
    assert len(re.findall(r"\w[\w'.-]*", fill(one.voicemail, FULL))) <= 80


@pytest.mark.parametrize("one", STEPS)
def test_every_step_has_words_for_a_machine_a_person_and_somebody_else(one: Step) -> None:
    assert one.voicemail
    assert one.answer
    assert one.other


def test_a_date_is_said_as_one_speaks_it() -> None:
    said = fill(
        "{{ extra.deadline | day }}/{{ extra.word | day }}/{{ extra.none | day }}",
        {"extra": {"deadline": "2026-11-30", "word": "soon"}},
    )
    assert said == "Monday, November 30/soon/"


def test_what_is_missing_is_named() -> None:
    first = shipped()["referral"].steps[0].voicemail
    assert missing(first, SAMPLE) == ()
    assert missing(first, {**SAMPLE, "referrer": "", "topic": None}) == ("referrer", "topic")


def test_a_slot_of_ones_own_is_not_asked_for() -> None:
    assert used("{% set day = promised_day %}{{ day }} {{ extra.shop }}") == {"promised_day", "extra.shop"}


@pytest.mark.parametrize("inside", ["rep.__class__.__mro__", "rep.__init__.__globals__", "''.__class__.__bases__"])
def test_a_script_runs_in_a_sandbox(inside: str) -> None:
    assert fill("[{{ " + inside + " }}]", {"rep": TASHA}) == "[]"


def test_words_may_differ_by_line_and_hour() -> None:
    evening = Variant(When(after=at("11-18", "17:00").time()), Words(voicemail="Good evening"))
    work = Variant(When(line=frozenset({Line.WORK})), Words(answer="Can you talk at work?"))
    one = Step(1, "first", ALWAYS, Words(voicemail="Hello", answer="Is it you?"), variants=(evening, work))
    office, cell = Phone("+13125550100", Line.WORK), Phone("+13125550100", Line.CELL)
    assert words_for(one, DANA, cell, at("11-18", "10:00"), TASHA) == one.words
    assert words_for(one, DANA, cell, at("11-18", "17:30"), TASHA) == replace(one.words, voicemail="Good evening")
    assert words_for(one, DANA, office, at("11-18", "10:00"), TASHA).answer == "Can you talk at work?"
    assert words_for(one, DANA, None, at("11-18", "10:00"), TASHA) == one.words
