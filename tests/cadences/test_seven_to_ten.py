"""Rules 004-1 … 004-8: promised callbacks, seven to ten days apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from calsync.cadences import Callback
from calsync.cadences.script import used
from calsync.cadences.watch import questions
from calsync.model import Line, Outcome, Phone
from tests.cadences.world import DANA, after, at, call, day_of, shipped, silent, spoke, step, vm

CADENCE = shipped()["seven-to-ten"]


def gap(contact_id: str, urgency: str | None = None) -> int:
    said = at("11-02")
    due = day_of(after("seven-to-ten", vm(said), contact=replace(DANA, id=contact_id, urgency=urgency)))
    assert due is not None
    return (due - said.date()).days


def test_004_1_an_appointment_has_a_length_and_two_alarms() -> None:
    assert CADENCE.appointment_minutes == 15
    assert len(CADENCE.appointment_alarms) == 2
    assert all(len(cadence.appointment_alarms) == 2 for cadence in shipped().values())
    found = after("seven-to-ten", call(at("11-02"), Outcome.APPOINTMENT_SET))
    assert not found.ended
    assert step(found) == 1


def test_004_2_cell_and_work_are_asked_for_until_they_are_known() -> None:
    unknown = replace(DANA, phones=(Phone("+13125550100", Line.HOME),))
    assert questions(CADENCE, unknown) == ("Cell number?", "OK to call at work?")
    assert questions(CADENCE, replace(DANA, extra={"work_ok": "no"})) == ()


def test_004_3_and_6_each_message_says_who_calls_what_was_promised_and_when_this_call_is() -> None:
    for one in CADENCE.steps[:2]:
        assert {"rep.name", "topic", "call_date", "call_time", "rep.number_spoken"} <= used(one.voicemail)
        assert one.callback is Callback.ASK
    assert "I promised to phone you back" in CADENCE.steps[0].voicemail
    assert all("rep.name" in used(words) for one in CADENCE.steps for words in (one.voicemail, one.text, one.other))


def test_004_4_seven_to_ten_days_drawn_for_each_contact_and_the_same_every_time() -> None:
    gaps = Counter(gap(f"contact-{number}") for number in range(60))
    assert set(gaps) == {7, 8, 9, 10}
    assert [gap("dana") for _ in range(3)] == [gap("dana")] * 3


@pytest.mark.parametrize("urgency", ["high", "HIGH", "urgent"])
def test_004_4_three_days_where_it_is_urgent(urgency: str) -> None:
    assert 3 <= gap("dana", urgency) <= 5


def test_004_5_it_goes_on_until_they_are_reached() -> None:
    history = [vm(at(day)) for day in ("03-02", "03-11", "03-20", "03-30", "04-08", "04-17")]
    for length in range(1, len(history) + 1):
        assert not after("seven-to-ten", *history[:length]).ended
    assert after("seven-to-ten", *history, spoke(at("04-28"))).ended


def test_004_7_from_the_fourth_call_without_contact_a_word_either_way() -> None:
    history = [vm(at(day)) for day in ("03-02", "03-11", "03-20", "03-30")]
    assert [step(after("seven-to-ten", *history[:length])) for length in range(1, 5)] == [2, 2, 3, 3]
    assert "voicemail" in CADENCE.steps[2].voicemail
    assert CADENCE.steps[2].callback is Callback.EITHER_WAY


def test_004_7_a_conversation_starts_the_count_afresh() -> None:
    history = [vm(at(day)) for day in ("03-02", "03-11", "03-20")]
    assert step(after("seven-to-ten", *history, spoke(at("03-30")))) == 1
    assert step(after("seven-to-ten", *history, spoke(at("03-30")), vm(at("04-08")))) == 2


def test_004_8_silence_is_nobodys_fault() -> None:
    said = " ".join(words for one in CADENCE.steps for words in (one.voicemail, one.text, one.answer, one.other))
    assert not any(word in said.lower() for word in ("ignor", "never answer", "disappoint", "why haven't you"))


def test_a_silent_call_keeps_the_step() -> None:
    found = after("seven-to-ten", vm(at("11-02")), silent(at("11-11")))
    assert found.planned is not None
    assert step(found) == 2
