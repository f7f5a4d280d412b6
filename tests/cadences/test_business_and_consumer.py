"""Rules 002-1 … 002-8: whether to leave a voicemail, the same-day retry, until there is a disposition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from calsync.cadences import Advice, Callback, Leave
from calsync.cadences.script import fill, used
from calsync.cadences.voicemail import voicemail_advice
from calsync.model import Attempt, Contact, Line, Outcome
from tests.cadences.world import TASHA, after, at, business, call, consumer, day_of, shipped, silent, spoke, step, vm

HOOK = shipped()["business-hook"]
QUIET = shipped()["silent-consumer"]


def leave(name: str, contact: Contact, clock: str, *history: Attempt) -> Advice:
    cadence = shipped()[name]
    moment = at("11-18", clock)
    return voicemail_advice(cadence, cadence.steps[0], contact, contact.phones[0], moment, rep=TASHA, history=history)


@pytest.mark.parametrize("clock", ["10:00", "14:00", "17:30"])
def test_002_1_a_consumers_cell_gets_no_voicemail(clock: str) -> None:
    assert leave("silent-consumer", consumer(), clock).leave is Leave.NO


def test_002_2_a_business_gets_a_hook_and_is_asked_to_call_back() -> None:
    assert leave("business-hook", business(), "14:00").leave is Leave.YES
    assert all(one.callback is Callback.ASK for one in HOOK.steps)
    assert all("hook" in used(one.voicemail) for one in HOOK.steps)
    assert HOOK.sells


def test_002_3_no_message_where_you_try_again_the_same_day() -> None:
    assert leave("silent-consumer", consumer(Line.HOME), "10:00") == Advice(Leave.NO, "you try again later today")
    assert leave("business-hook", business(), "10:00") == Advice(Leave.NO, "you try again later today")


def test_002_4_no_message_in_the_morning_and_a_second_try_in_the_afternoon() -> None:
    found = after("business-hook", silent(at("11-18", "09:40")), contact=business())
    assert found.planned is not None
    assert found.planned.text == "this afternoon"
    assert day_of(found) == date(2026, 11, 18)
    assert leave("business-hook", business(), "13:30", silent(at("11-18", "09:40"))).leave is Leave.YES


def test_002_4_in_the_morning_not_even_where_the_retry_was_used_up() -> None:
    tried = (silent(at("11-18", "09:10")),)
    assert leave("business-hook", business(), "11:00", *tried) == Advice(
        Leave.NO, "morning: try again in the afternoon"
    )


def test_002_4_one_retry_a_day_then_days_of_peace() -> None:
    twice = (silent(at("11-18", "09:40")), silent(at("11-18", "14:10")))
    due = day_of(after("business-hook", *twice, contact=business()))
    assert due is not None
    assert due > date(2026, 11, 18)


@pytest.mark.parametrize("left", [vm, silent])
def test_002_4_every_further_try_is_in_the_afternoon_where_a_message_may_be_left(
    left: Callable[[datetime], Attempt],
) -> None:
    """By the clock of the called party: 12:00 to 17:00."""
    found = after("business-hook", silent(at("11-18", "09:40")), left(at("11-18", "14:10")), contact=business())
    assert found.planned is not None
    assert found.planned.window is not None
    assert found.planned.window.earliest.hour == 12
    assert leave("business-hook", business(), "12:00").leave is Leave.YES


def test_002_5_a_home_phone_is_your_own_call() -> None:
    assert leave("silent-consumer", consumer(Line.HOME), "17:00").leave is Leave.ASK


@pytest.mark.parametrize("name", sorted(shipped()))
@pytest.mark.parametrize("clock", ["10:00", "15:00"])
def test_002_6_insurance_never_speaks_to_a_consumers_cell(name: str, clock: str) -> None:
    insured = replace(consumer(), extra={"product": "Insurance"})
    assert leave(name, insured, clock) == Advice(Leave.NO, "insurance, and a consumer's cell phone")
    assert (
        leave(name, replace(insured, phones=business().phones), clock).why != "insurance, and a consumer's cell phone"
    )


def test_002_6_the_product_may_be_the_reps_own() -> None:
    rep = replace(TASHA, extra={"product": "insurance"})
    referral = shipped()["referral"]
    person = consumer()
    advice = voicemail_advice(referral, None, person, person.phones[0], at("11-18"), rep=rep)
    assert advice.leave is Leave.NO


@pytest.mark.parametrize("name", ["business-hook", "silent-consumer"])
@pytest.mark.parametrize("calls", range(1, 12))
def test_002_7_it_goes_on_until_there_is_a_disposition(name: str, calls: int) -> None:
    history = [silent(at(f"11-{day:02}", "14:00")) for day in range(2, 2 + calls)]
    found = after(name, *history, contact=business())
    assert not found.ended
    assert found.planned is not None
    assert found.step is not None


def test_002_7_a_message_that_names_no_day_is_followed_up_all_the_same() -> None:
    found = after("business-hook", vm(at("11-18", "14:00")), contact=business())
    assert found.promise is None
    assert found.planned is not None
    assert step(found) == 2


@pytest.mark.parametrize("name", ["business-hook", "silent-consumer"])
def test_002_8_a_warm_lead_that_did_not_buy_is_called_again_with_words_of_its_own(name: str) -> None:
    found = after(name, vm(at("11-18", "14:00")), spoke(at("11-20")))
    assert found.planned is not None
    assert found.step is not None
    assert shipped()[name].steps[found.step.step - 1].when.talked


def test_a_busy_line_is_tried_again_the_same_day() -> None:
    found = after("business-hook", call(at("11-18", "14:00"), Outcome.BUSY), contact=business())
    assert found.planned is not None
    assert found.planned.text == "later today"


@pytest.mark.parametrize(("wish", "answer"), [("never", Leave.NO), ("Always", Leave.YES)])
def test_the_contacts_own_wish_comes_first(wish: str, answer: Leave) -> None:
    assert leave("referral", replace(consumer(), extra={"voicemail": wish}), "10:00").leave is answer
    assert leave("silent-consumer", replace(consumer(), extra={"voicemail": wish}), "10:00").leave is answer


def test_a_hook_left_out_leaves_no_gap() -> None:
    words = fill(HOOK.steps[0].voicemail, {"rep": {"name": "Tasha", "number_spoken": "312"}, "minutes": 5})
    assert "None" not in words
    assert "  " not in words
    assert "There is news" not in words


def test_the_quiet_cadence_sends_no_text_either() -> None:
    assert [one.text for one in QUIET.steps] == ["", ""]
