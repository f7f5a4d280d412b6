"""Rules 001-1 … 001-11: service calls with an exit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from calsync.cadences import Callback, Leave, spoken_promise
from calsync.cadences.lint import lint
from calsync.cadences.phrases import working_days_left
from calsync.cadences.script import used
from calsync.cadences.voicemail import voicemail_advice
from calsync.cadences.watch import permitted, questions
from calsync.model import Attempt, Kind
from tests.cadences.world import DANA, TASHA, after, at, business, day_of, read, shipped, silent, spoke, step, vm

CARE = shipped()["customer-care"]


def days(*when: str) -> tuple[Attempt, ...]:
    return tuple(vm(at(day)) for day in when)


def test_001_1_silence_is_the_normal_course() -> None:
    found = after("customer-care", *days("11-02", "11-05"))
    assert not found.ended
    assert found.promise is not None


def test_001_2_no_message_asks_for_a_call_back_and_the_number_is_there() -> None:
    for one in CARE.steps:
        assert one.callback is Callback.NEVER
        assert "rep.number_spoken" in used(one.voicemail)
    pushy = replace(
        CARE.steps[0], words=replace(CARE.steps[0].words, voicemail="Please call me back on {{ rep.number }}.")
    )
    found = lint(replace(CARE, steps=(pushy,)))
    assert any("asks for a call back" in problem.message for problem in found)


def test_001_3_each_message_says_when_and_why() -> None:
    for one in CARE.steps:
        spoken = spoken_promise(one, DANA, at("11-02"), read, TASHA)
        assert spoken is not None
        assert spoken[1].window is not None
    assert "benefit" in used(CARE.steps[0].voicemail)


def test_001_4_no_message_sells() -> None:
    assert not CARE.sells
    pitch = replace(
        CARE.steps[0].words, text="{{ rep.name }}, {{ rep.number }}: special offer until {{ promised_day }}"
    )
    found = lint(replace(CARE, steps=(replace(CARE.steps[0], words=pitch),)))
    assert any("sells (“special offer”)" in problem.message for problem in found)


@pytest.mark.parametrize(("deadline", "latest"), [("2026-11-04", date(2026, 11, 4)), ("2026-11-03", date(2026, 11, 3))])
def test_001_5_no_promise_lies_after_the_contacts_deadline(deadline: str, latest: date) -> None:
    found = after("customer-care", *days("11-02"), contact=replace(DANA, extra={"deadline": deadline}))
    due = day_of(found)
    assert due is not None
    assert date(2026, 11, 2) < due <= latest
    assert "extra.deadline" in used(CARE.steps[0].voicemail)


def test_001_5_a_deadline_that_has_passed_binds_nobody() -> None:
    late = after("customer-care", *days("11-05"), contact=replace(DANA, extra={"deadline": "2026-11-04"}))
    assert late.promise == after("customer-care", *days("11-05")).promise


def test_001_6_a_message_is_always_left() -> None:
    advice = voicemail_advice(CARE, CARE.steps[0], DANA, DANA.phones[0], at("11-02", "09:05"), rep=TASHA)
    assert advice.leave is Leave.YES


@pytest.mark.parametrize("history", [days("11-02", "11-05", "11-10"), (silent(at("11-02")), *days("11-05", "11-10"))])
def test_001_7_after_three_calls_without_contact_the_fourth_offers_the_exit(history: tuple[Attempt, ...]) -> None:
    found = after("customer-care", *history)
    assert step(found) == 4
    assert CARE.steps[3].title == "exit offer"


def test_001_7_not_before_and_not_where_they_talked() -> None:
    assert step(after("customer-care", *days("11-02", "11-05"))) == 2
    assert step(after("customer-care", *days("11-02", "11-05"), spoke(at("11-06")))) == 3
    assert step(after("customer-care", *days("11-02", "11-05"), spoke(at("11-06")), *days("11-10"))) == 2


def test_001_8_after_the_exit_offer_three_weeks_pass_and_it_begins_anew() -> None:
    exit_said = at("11-13")
    found = after("customer-care", *days("11-02", "11-05", "11-10"), vm(exit_said))
    assert found.promise is not None
    due = day_of(found)
    assert due is not None
    assert 21 <= (due - exit_said.date()).days <= 25
    assert step(found) == 1


def test_001_9_permission_is_asked_until_an_answer_is_written_down() -> None:
    ask = "May I call you again when there is something new?"
    assert ask in questions(CARE, DANA)
    assert ask not in questions(CARE, replace(DANA, extra={"permission": "yes"}))
    assert all("something new" in one.answer for one in CARE.steps)


def test_001_9_the_list_holds_those_who_permitted_and_did_not_opt_out() -> None:
    yes = replace(DANA, id="yes", extra={"permission": "Yes"})
    no = replace(DANA, id="no", extra={"permission": "no"})
    out = replace(yes, id="out", do_not_call=True)
    assert permitted([yes, no, out, DANA]) == (yes,)


@pytest.mark.parametrize("urgency", [None, "high"])
def test_001_10_the_next_try_is_never_on_the_same_day(urgency: str | None) -> None:
    said = at("11-02", "09:15")
    due = day_of(after("customer-care", vm(said), contact=replace(business(), urgency=urgency)))
    assert due is not None
    assert working_days_left(said.date(), due, TASHA) >= (2 if urgency else 3)


def test_001_11_whoever_was_reached_waits_for_the_next_occasion() -> None:
    found = after("customer-care", *days("11-02"), spoke(at("11-05")))
    assert (found.promise, found.planned, found.ended) == (None, None, True)


def test_a_silent_call_is_planned_again() -> None:
    found = after("customer-care", silent(at("11-02")))
    assert found.planned is not None
    assert found.planned.kind is Kind.PLANNED
    assert step(found) == 1
