"""Length per cadence: an appointment, or a call whose cadence asks for more, takes the minutes it needs."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calsync.model import Commitment, Decisions, Kind, Placed, Policy, State, Window
from calsync.placing import before_you_promise, explain, place
from tests.placing.samples import at, book, contact, one, promise, put, rep, slot, span, starts, window
from tests.placing.test_matching import Allowed, largest


def minutes(placed: Placed) -> int:
    assert placed.slot is not None
    return int((placed.slot.end - placed.slot.start).total_seconds()) // 60


def inside(placed: Placed) -> bool:
    due = placed.commitment.window
    return placed.slot is not None and due.earliest <= placed.slot.start and placed.slot.end <= due.latest


@pytest.mark.parametrize("length", [5, 15, 30, 45])
def test_an_appointment_takes_the_minutes_of_its_cadence(length: int) -> None:
    due = promise("dana", Kind.FIXED, Window(at(1, "15:05"), at(1, "15:05")), minutes=length)
    assert one(due).slot == slot(1, "15:05", length)


def test_the_whole_of_a_longer_appointment_is_kept_clear() -> None:
    due = promise("dana", Kind.FIXED, Window(at(1, "15:00"), at(1, "15:00")), minutes=45)
    crowd = [promise(f"c{n}", Kind.DAY, window(1, "14:40", "16:20")) for n in range(6)]
    _, *others = put(due, *crowd)
    assert sorted(starts(each) for each in others[:5]) == [
        "Tue 14:40", "Tue 14:50", "Tue 15:50", "Tue 16:00", "Tue 16:10",
    ]  # fmt: skip


def test_a_missed_appointment_is_a_call_like_any_other() -> None:
    due = promise("dana", Kind.FIXED, Window(at(0, "15:00"), at(0, "15:00")), minutes=45, state=State.MISSED)
    assert minutes(one(due, now=at(1, "09:00"))) == 10


def test_about_three_takes_the_minutes_of_an_appointment() -> None:
    due = promise("dana", Kind.FIXED, Window(at(1, "14:30"), at(1, "15:30")), minutes=15)
    placed = one(due)
    assert (starts(placed), minutes(placed)) == ("Tue 15:00", 15)
    taken = one(due, busy=[span(1, "14:30", "15:30")])
    assert (starts(taken), minutes(taken)) == ("Tue 15:00", 15)


def test_a_longer_call_lies_wholly_inside_window_hours_and_law() -> None:
    due = promise("dana", Kind.DEADLINE, window(1), minutes=60)
    placed = one(due, contacts=[contact("dana", "+12125550100")], who=rep(), busy=[span(1, "12:00", "17:00")])
    assert placed.slot is not None
    assert minutes(placed) == 60
    assert inside(placed)
    assert placed.slot.end <= at(1, "12:00") or placed.slot.start >= at(1, "17:00")


def test_a_window_that_is_shorter_than_the_call_gets_an_ordinary_slot() -> None:
    placed = one(promise("dana", Kind.RANGE, window(1, "14:00", "14:20"), minutes=30))
    assert minutes(placed) == 10
    assert inside(placed)


def test_the_gap_lies_behind_a_longer_call_too() -> None:
    calls = [promise(f"c{n}", Kind.DAY, window(1, "14:00", "16:00"), minutes=25 * (n % 2)) for n in range(4)]
    found = [each.slot for each in put(*calls, policy=Policy(gap_minutes=5)) if each.slot]
    slots = sorted(found, key=lambda each: each.start)
    assert len(slots) == 4
    assert all(after.start - before.end >= timedelta(minutes=5) for before, after in pairwise(slots))


def test_a_longer_call_that_is_on_the_calendar_stays() -> None:
    due = promise("dana", Kind.DAY, window(1), minutes=30)
    assert one(due, seen={due.id: slot(1, "13:20", 30)}).slot == slot(1, "13:20", 30)


def test_a_cadence_that_asks_for_more_lengthens_the_event_where_it_stands() -> None:
    due = promise("dana", Kind.DAY, window(1), minutes=30)
    assert one(due, seen={due.id: slot(1, "13:20", 10)}).slot == slot(1, "13:20", 30)


def test_others_make_room_for_the_only_stretch_of_a_longer_call() -> None:
    wide = [promise(f"w{n}", Kind.DAY, window(1)) for n in range(2)]
    tight = promise("tight", Kind.DAY, window(1, "09:00", "09:30"), minutes=30)
    seen = {wide[0].id: slot(1, "09:10")}
    *moved, kept = put(*wide, tight, seen=seen)
    assert kept.slot == slot(1, "09:00", 30)
    assert all(inside(each) for each in moved)


@pytest.mark.parametrize("policy", [Policy(per_day=2), Policy(per_hour=2)])
def test_planned_calls_give_way_to_a_longer_promise_where_the_day_or_the_hour_is_full(policy: Policy) -> None:
    planned = [promise(f"p{n}", Kind.PLANNED, window(1)) for n in range(2)]
    seen = {each.id: slot(1, f"14:{n}0") for n, each in enumerate(planned)}
    due = promise("dana", Kind.RANGE, window(1, "14:20", "15:00"), minutes=30)
    *others, kept = put(*planned, due, seen=seen, policy=policy)
    assert inside(kept)
    assert sum(each.slot == seen[each.commitment.id] for each in others) == 1
    assert all(each.slot for each in others)


def test_a_longer_call_moves_for_the_only_place_of_another_promise() -> None:
    long = promise("long", Kind.DAY, window(1), minutes=30)
    tight = promise("tight", Kind.DAY, window(1, "09:10", "09:20"))
    moved, kept = put(long, tight, seen={long.id: slot(1, "09:00", 30)})
    assert kept.slot == slot(1, "09:10")
    assert inside(moved)


def test_two_longer_calls_that_only_fit_in_one_order_are_both_placed() -> None:
    wide = promise("wide", Kind.RANGE, window(1, "09:00", "10:00"), minutes=30)
    tight = promise("tight", Kind.RANGE, window(1, "09:00", "10:10"), minutes=40)
    assert all(inside(each) for each in put(wide, tight))


def test_before_you_promise_looks_for_the_minutes_that_the_call_takes() -> None:
    dana = contact("dana")
    known = book([dana])
    busy = [span(1, "09:00", "12:00"), span(1, "12:20", "18:00")]
    for length, works in ((10, True), (20, True), (30, False)):
        advice = before_you_promise(
            window(1), dana, known, rep(), Policy(), now=at(0, "08:00"), busy=busy, length=length
        )
        assert advice.works is works
    clock = Window(at(1, "12:10"), at(1, "12:10"))
    assert before_you_promise(clock, dana, known, rep(), Policy(), now=at(0, "08:00"), busy=busy, length=10).works
    assert not before_you_promise(clock, dana, known, rep(), Policy(), now=at(0, "08:00"), busy=busy, length=15).works


def test_explain_offers_a_longer_call_only_where_all_of_it_fits() -> None:
    due = promise("dana", Kind.DAY, window(1, "09:00", "10:00"), minutes=30)
    rows = book([contact("dana")], promises=[due])
    (placed,) = place([due], rows, rep(), Policy(), busy=(), decisions=Decisions(), now=at(0, "08:00"))
    told = explain(placed, rows, rep(), Policy(), busy=(), decisions=Decisions(), now=at(0, "08:00"))
    assert told[-1] == "next choices: Tue 09:10, Tue 09:20, Tue 09:30"


# -- mixed lengths: what is certain


@st.composite
def mixed(draw: st.DrawFn, longest: int) -> list[Commitment]:
    """Calls of 10, and up to ``longest`` of 20 or 30 minutes, with windows inside two hours of a Tuesday morning."""
    found = []
    for number in range(draw(st.integers(2, 10))):
        length = draw(st.sampled_from([20, 30])) if number < longest else 10
        first = draw(st.integers(0, 12 - length // 10))
        last = draw(st.integers(first + length // 10, 12))
        due = Window(at(1, "09:00") + timedelta(minutes=10 * first), at(1, "09:00") + timedelta(minutes=10 * last))
        found.append(promise(f"c{number}", Kind.RANGE, due, minutes=0 if length == 10 else length))
    return found


def masks(calls: list[Commitment], without: int = 0) -> Allowed:
    """The cells of each call of ten minutes, those in ``without`` left out."""
    found: Allowed = {}
    for number, call in enumerate(calls):
        if call.minutes == 0:
            first, last = _bounds(call)
            found[number] = {1: ((1 << last) - (1 << first)) & ~without}
    return found


def _bounds(call: Commitment) -> tuple[int, int]:
    """The window in cells after nine."""
    ten, nine = timedelta(minutes=10), at(1, "09:00")
    return (call.window.earliest - nine) // ten, (call.window.latest - nine) // ten


@settings(max_examples=120, deadline=None)
@given(mixed(longest=4))
def test_longer_calls_overlap_nobody_and_take_no_place_from_the_others(calls: list[Commitment]) -> None:
    placed = put(*calls)
    slots = [each.slot for each in placed if each.slot]
    assert all(one.end <= two.start or two.end <= one.start for one, two in combinations(slots, 2))
    ordinary = sum(inside(each) for each in placed if each.commitment.minutes == 0)
    assert ordinary == largest(masks(calls), 10, None, None)


@settings(max_examples=120, deadline=None)
@given(mixed(longest=1))
def test_one_longer_call_has_its_place_whenever_all_the_others_keep_theirs(calls: list[Commitment]) -> None:
    long = calls[0]
    first, last = _bounds(long)
    length = long.minutes // 10
    best = largest(masks(calls), 10, None, None)
    stretches = [(1 << length) - 1 << start for start in range(first, last - length + 1)]
    possible = any(largest(masks(calls, stretch), 10, None, None) == best for stretch in stretches)
    assert inside(put(*calls)[0]) == possible
