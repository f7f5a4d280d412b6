"""What holds for every cadence, whatever happens on the phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.cadences.phrases import is_open, promised_day
from calsync.model import Attempt, Channel, Contact, Direction, Kind, Line, Outcome, Phone, Reading
from tests.cadences.world import CHICAGO, DANA, TASHA, after, at, call, shipped, silent, spoke, vm

FINAL = {Outcome.SOLD, Outcome.NOT_INTERESTED, Outcome.DO_NOT_CALL, Outcome.WRONG_NUMBER}

attempts = st.builds(
    lambda gap, outcome, channel, direction: (gap, outcome, channel, direction),
    st.timedeltas(min_value=timedelta(minutes=5), max_value=timedelta(days=40)),
    st.sampled_from([None, *Outcome]),
    st.sampled_from([Channel.CALL, Channel.CALL, Channel.CALL, *Channel]),
    st.sampled_from([Direction.OUTBOUND, Direction.OUTBOUND, Direction.OUTBOUND, Direction.INBOUND]),
)
people = st.builds(
    lambda ident, urgency, line: replace(DANA, id=ident, urgency=urgency, phones=(Phone("+13125550100", line),)),
    st.text(min_size=1, max_size=8),
    st.sampled_from([None, "high", "low", "normal"]),
    st.sampled_from([None, *Line]),
)


@st.composite
def logs(draw: st.DrawFn) -> list[Attempt]:
    moment = datetime(2026, draw(st.integers(1, 12)), draw(st.integers(1, 28)), 9, 30, tzinfo=CHICAGO)
    history = []
    for gap, outcome, channel, direction in draw(st.lists(attempts, min_size=1, max_size=9)):
        moment += gap
        history.append(call(moment, outcome, channel, direction))
    return history


@pytest.mark.parametrize("name", sorted(shipped()))
@given(history=logs(), contact=people)
def test_every_answer_makes_sense(name: str, history: list[Attempt], contact: Contact) -> None:
    last = history[-1]
    found = after(name, *history, contact=contact)
    assert found == after(name, *history, contact=contact)
    assert found.why
    assert found.promise is None or found.planned is None
    if found.step is not None:
        assert found.step.name == name
        assert 1 <= found.step.step <= len(shipped()[name].steps)
    if found.ended:
        assert found.promise is None
        assert found.planned is None
    if found.promise is not None:
        assert last.direction is Direction.OUTBOUND
        assert last.outcome in {Outcome.LEFT_VOICEMAIL, Outcome.LEFT_MESSAGE}
        assert found.promise.window is not None
        day = promised_day(Reading(found.promise.kind, found.promise.window), TASHA)
        assert day is not None
        assert day > last.at.astimezone(CHICAGO).date()
        assert is_open(day, TASHA)
    if found.planned is not None:
        assert found.planned.kind is Kind.PLANNED
        assert found.planned.window is not None
        assert found.planned.window.latest > last.at
    if last.outcome in FINAL and name != "after-sale":
        assert found.ended


@given(days=st.lists(st.integers(1, 20), min_size=1, max_size=8), heard=st.lists(st.booleans(), min_size=8, max_size=8))
def test_referral_speaks_two_promises_and_stops_after_three_messages(days: list[int], heard: list[bool]) -> None:
    moment, history, promised = at("01-05", "13:00"), [], 0
    for gap, message in zip(days, heard, strict=False):
        history.append(vm(moment) if message else silent(moment))
        moment += timedelta(days=gap)
        found = after("referral", *history)
        promised += found.promise is not None
        messages = sum(one.outcome is Outcome.LEFT_VOICEMAIL for one in history)
        assert promised == min(messages, 2)
        assert found.ended == (messages >= 3)
        assert (found.planned is not None) == (not message and messages < 3)


@given(days=st.lists(st.integers(1, 20), min_size=1, max_size=12), quiet=st.booleans())
def test_until_disposition_means_that_there_is_always_a_next_call(days: list[int], quiet: bool) -> None:
    moment, history = at("01-05", "13:00"), []
    for gap in days:
        history.append(silent(moment) if quiet else vm(moment))
        moment += timedelta(days=gap)
    for name in ("business-hook", "silent-consumer", "seven-to-ten", "customer-care"):
        found = after(name, *history)
        assert (found.promise or found.planned) is not None


def test_the_sources_contradict_each_other_and_each_cadence_keeps_its_own_side() -> None:
    cadences = shipped()
    # C1 voicemail at all, C7 an offer in the message: only the sales cadences keep silent, and only they sell.
    assert {name for name, one in cadences.items() if not one.always_message} == {"business-hook", "silent-consumer"}
    assert {name for name, one in cadences.items() if one.sells} == {"business-hook", "silent-consumer"}
    # C4 when to stop: after three, or never by itself.
    assert {name: one.stop_after for name, one in cadences.items() if one.stop_after} == {
        "referral": 3,
        "after-sale": 3,
    }
    # C5 the exit message: third in 000, fourth in 001 and 004.
    told = (vm(at("11-02")), vm(at("11-04")))
    steps = {name: after(name, *told).step for name in ("referral", "customer-care", "seven-to-ten")}
    assert [one.step if one else None for one in steps.values()] == [3, 2, 2]
    # A conversation without a word on what comes next ends some and not others.
    ended = {name for name in cadences if after(name, vm(at("11-02")), spoke(at("11-04"))).ended}
    assert ended == {"referral", "customer-care", "seven-to-ten"}
