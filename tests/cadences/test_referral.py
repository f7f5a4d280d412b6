"""Rules 000-1 … 000-9: the three calls after a referral."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from calsync.cadences import Callback, Leave, spoken_promise
from calsync.cadences.script import used
from calsync.cadences.voicemail import voicemail_advice
from calsync.cadences.watch import warnings
from calsync.model import Channel, Kind, Outcome, PromisedBy, StepRef
from tests.cadences.world import DANA, TASHA, after, at, call, day_of, read, shipped, silent, spoke, step, vm

REFERRAL = shipped()["referral"]


def test_000_1_a_call_that_left_no_message_is_warned_of_and_its_words_stand() -> None:
    history = (silent(at("11-18")),)
    found = after("referral", *history)
    assert found.promise is None
    assert found.planned is not None
    assert found.planned.kind is Kind.PLANNED
    assert step(found) == 1
    assert warnings(REFERRAL, history, TASHA) == ("No message was left on Wed 10:05: leave one this time.",)


@pytest.mark.parametrize("line", [None, *list(DANA.phones)])
@pytest.mark.parametrize("clock", ["08:10", "11:30", "17:40"])
def test_000_1_every_unanswered_call_leaves_a_message(line: object, clock: str) -> None:
    phone = DANA.phones[0] if line else None
    advice = voicemail_advice(REFERRAL, REFERRAL.steps[0], DANA, phone, at("11-18", clock), rep=TASHA)
    assert advice.leave is Leave.YES


def test_000_2_each_message_but_the_last_holds_a_dated_promise() -> None:
    for one in REFERRAL.steps:
        spoken = spoken_promise(one, DANA, at("11-18"), read, TASHA)
        assert (spoken is not None) == (one.title != "either way")
        if spoken:
            assert spoken[1].window is not None
            assert "promised_day" in used(one.voicemail)


def test_000_3_the_first_message_says_all_that_it_has_to() -> None:
    slots = used(REFERRAL.steps[0].voicemail)
    assert {"rep.name", "referrer", "topic", "rep.number_spoken", "benefit", "promised_day"} <= slots
    assert REFERRAL.steps[0].voicemail.count("rep.number_spoken") == 2
    assert "we haven't met" in REFERRAL.steps[0].voicemail


@pytest.mark.parametrize(
    ("said", "phrase", "due"),
    [
        ("11-16", "by Friday", date(2026, 11, 20)),
        ("11-17", "by Friday", date(2026, 11, 20)),
        ("11-18", "by Friday", date(2026, 11, 20)),
        ("11-19", "by Tuesday", date(2026, 11, 24)),
        ("11-20", "by Tuesday", date(2026, 11, 24)),
        ("11-21", "by Friday", date(2026, 11, 27)),
        ("11-22", "by Friday", date(2026, 11, 27)),
        # Thanksgiving is Thursday: Friday leaves one working day only.
        ("11-25", "by Tuesday", date(2026, 12, 1)),
        ("11-24", "by Friday", date(2026, 11, 27)),
    ],
)
def test_000_3_by_friday_where_that_leaves_two_working_days_else_by_tuesday(said: str, phrase: str, due: date) -> None:
    found = after("referral", vm(at(said)))
    assert found.promise is not None
    assert (found.promise.kind, found.promise.by) == (Kind.DEADLINE, PromisedBy.CADENCE)
    assert found.promise.text == phrase
    assert day_of(found) == due
    assert found.step == StepRef("referral", 2)


def test_000_4_the_second_message_promises_monday() -> None:
    found = after("referral", vm(at("11-18")), vm(at("11-20", "16:10")))
    assert found.promise is not None
    assert found.promise.text == "on Monday"
    assert day_of(found) == date(2026, 11, 23)
    assert step(found) == 3
    assert {"rep.name", "referrer", "topic", "minutes", "promised_day"} <= used(REFERRAL.steps[1].voicemail)


def test_000_5_after_the_third_message_the_answer_is_theirs() -> None:
    found = after("referral", vm(at("11-18")), vm(at("11-20", "16:10")), vm(at("11-23", "13:00")))
    assert (found.step, found.promise, found.planned, found.ended) == (None, None, None, True)
    assert REFERRAL.steps[2].callback is Callback.EITHER_WAY
    assert REFERRAL.steps[2].promise == ()


@pytest.mark.parametrize("first", ["11-02", "11-03", "11-04", "11-05", "11-06"])
def test_000_6_two_or_three_calls_fall_into_the_first_week(first: str) -> None:
    start = at(first)
    history = [vm(start)]
    for _ in range(2):
        due = day_of(after("referral", *history))
        assert due is not None
        history.append(vm(at(f"{due:%m-%d}", "16:00")))
    calls_in_week = sum((attempt.at - start).days < 7 for attempt in history)
    assert 2 <= calls_in_week <= 3
    assert (history[2].at - start).days <= 8


def test_000_7_every_step_has_the_same_message_as_a_text() -> None:
    assert all(one.text for one in REFERRAL.steps)


def test_000_7_the_text_that_follows_the_message_is_the_same_step() -> None:
    told = vm(at("11-18"))
    twin = call(at("11-18", "10:07"), Outcome.LEFT_MESSAGE, Channel.SMS)
    assert after("referral", told, twin).promise == after("referral", told).promise
    assert step(after("referral", told, twin)) == 2
    assert step(after("referral", twin, vm(at("11-18", "10:09")))) == 2


def test_000_7_a_text_with_the_message_after_a_silent_call_speaks_the_promise() -> None:
    found = after("referral", silent(at("11-18")), call(at("11-18", "10:07"), Outcome.LEFT_MESSAGE, Channel.SMS))
    assert found.promise is not None
    assert found.promise.text == "by Friday"
    assert step(found) == 2


def test_000_8_the_next_event_the_book_and_the_words_name_one_day() -> None:
    said = at("11-18")
    spoken = spoken_promise(REFERRAL.steps[0], DANA, said, read, TASHA)
    found = after("referral", vm(said))
    assert spoken is not None
    assert found.promise is not None
    assert (found.promise.text, found.promise.window) == (spoken[0], spoken[1].window)


def test_000_9_the_cadence_runs_to_its_end_unless_they_answer() -> None:
    assert not after("referral", vm(at("11-18"))).ended
    assert not after("referral", vm(at("11-18")), silent(at("11-20"))).ended
    assert after("referral", vm(at("11-18")), spoke(at("11-20"))).ended


@pytest.mark.parametrize("outcome", [Outcome.SOLD, Outcome.NOT_INTERESTED, Outcome.DO_NOT_CALL, Outcome.WRONG_NUMBER])
@pytest.mark.parametrize("name", sorted(set(shipped()) - {"after-sale"}))
def test_a_final_outcome_ends_every_cadence(name: str, outcome: Outcome) -> None:
    found = after(name, vm(at("11-18")), call(at("11-20"), outcome))
    assert (found.step, found.promise, found.planned, found.ended) == (None, None, None, True)


def test_a_call_that_was_agreed_has_words_of_its_own_and_the_next_try_the_ordinary_ones() -> None:
    history = (vm(at("11-18")), spoke(at("11-20")))
    assert step(after("referral", *history)) == 4
    found = after("referral", *history, vm(at("11-24")))
    assert step(found) == 2
    assert found.promise is not None


def test_an_ended_cadence_begins_anew_after_a_quarter_of_silence() -> None:
    told = [vm(at("03-04")), vm(at("03-06")), vm(at("03-09"))]
    assert after("referral", *told, vm(at("03-16"))).ended
    again = after("referral", *told, vm(at("07-01")))
    assert again.promise is not None
    assert step(again) == 2


def test_an_appointment_whose_time_was_not_written_down_is_asked_for() -> None:
    found = after("referral", call(at("11-18"), Outcome.APPOINTMENT_SET))
    assert found.planned is not None
    assert "not written down" in found.why


def test_a_promise_never_names_a_day_on_which_the_rep_does_not_work() -> None:
    closed = {date(2026, 12, day): "closed" for day in range(1, 12)}
    rep = replace(TASHA, holidays={**TASHA.holidays, **closed})
    found = after("referral", vm(at("11-30")), rep=rep)
    assert found.promise is not None
    assert found.promise.text == "on Tuesday, December 15"
    assert day_of(found) == date(2026, 12, 15)


def test_a_counted_day_is_promised_by_its_name_as_the_script_says_it() -> None:
    found = after("seven-to-ten", vm(at("11-02")))
    assert found.promise is not None
    assert found.promise.text == "on Monday, November 9"
    spoken = spoken_promise(shipped()["seven-to-ten"].steps[0], DANA, at("11-02"), read, TASHA)
    assert spoken is not None
    assert spoken[0] == found.promise.text
