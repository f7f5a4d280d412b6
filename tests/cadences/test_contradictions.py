"""Where the schools contradict each other (C1 to C10), each cadence keeps its own side."""

from __future__ import annotations

from datetime import timedelta

from calsync.cadences.model import Callback, Leave
from calsync.cadences.voicemail import voicemail_advice
from calsync.model import Contact, Line, Phone
from calsync.placing.law import caps_of
from tests.cadences.world import TASHA, after, at, business, consumer, day_of, shipped, silent, vm


def leave(name: str, who: Contact, clock: str) -> Leave:
    """Whether the first call of a cadence, at that hour, leaves a voicemail."""
    cadence = shipped()[name]
    return voicemail_advice(cadence, cadence.steps[0], who, who.phones[0], at("11-18", clock), rep=TASHA).leave


def test_c2_who_asks_to_be_called_back_and_who_never_does() -> None:
    asks = {name: {step.callback for step in one.steps} for name, one in shipped().items()}
    assert asks["customer-care"] == asks["after-sale"] == {Callback.NEVER}
    assert asks["referral"] == {Callback.NEVER, Callback.EITHER_WAY}
    assert shipped()["referral"].steps[2].callback is Callback.EITHER_WAY
    assert all(Callback.ASK in asks[name] for name in ("business-hook", "silent-consumer", "seven-to-ten"))


def test_c3_the_same_day_within_the_week_or_after_seven_to_ten_days() -> None:
    said = at("11-18", "10:05")
    apart = {
        name: (due - said.date()).days
        for name, found in (
            ("business-hook", after("business-hook", silent(said), contact=business())),
            ("referral", after("referral", vm(said))),
            ("seven-to-ten", after("seven-to-ten", vm(said))),
        )
        if (due := day_of(found)) is not None
    }
    assert apart["business-hook"] == 0
    assert 1 <= apart["referral"] <= 6
    assert 7 <= apart["seven-to-ten"] <= 14  # the tenth day may be followed by closed ones


def test_c6_a_morning_call_speaks_in_one_school_and_keeps_silent_in_the_other() -> None:
    assert leave("referral", business(), "08:30") is Leave.YES
    assert leave("business-hook", business(), "08:30") is Leave.NO
    assert leave("business-hook", business(), "14:30") is Leave.YES


def test_c8_the_cell_is_the_number_to_get_or_the_phone_to_leave_nothing_on() -> None:
    assert "cell" in shipped()["seven-to-ten"].ask
    assert leave("seven-to-ten", consumer(Line.CELL), "14:30") is Leave.YES
    assert leave("silent-consumer", consumer(Line.CELL), "14:30") is Leave.NO
    assert consumer(Line.CELL).phones == (Phone("+13125550100", Line.CELL),)


def test_c9_a_text_beside_each_message_and_none_where_consent_may_be_missing() -> None:
    texts = {name: [bool(step.text) for step in one.steps] for name, one in shipped().items()}
    assert all(texts["referral"])
    assert not any(texts["silent-consumer"])


def test_c10_to_keep_trying_unless_they_object_ends_at_the_cap_of_a_law() -> None:
    offer = shipped()["customer-care"].steps[3]
    assert "keep trying" in offer.voicemail
    assert offer.restarts
    (cap,) = caps_of(("FR",))
    assert (cap.calls, cap.period) == (4, timedelta(days=30))
