"""Feasible first, proved: our matching against networkx on small worlds, thousands of them."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calsync.model import Commitment, Contact, Decisions, Kind, Policy, Slot, Span
from calsync.placing import place
from calsync.placing.board import Board
from calsync.placing.grid import SHIFT
from tests.placing.samples import at, book, contact, promise, rep, slot, window

Allowed = dict[int, dict[int, int]]


def largest(allowed: Allowed, pitch: int, per_hour: int | None, per_day: int | None) -> int:
    """How many calls can have a cell at once, by networkx: a flow from calls through cells, hours and days."""
    net = nx.DiGraph()
    net.add_node("source")
    net.add_node("sink")
    for call, days in allowed.items():
        net.add_edge("source", ("call", call), capacity=1)
        for day, mask in days.items():
            for index in range(mask.bit_length()):
                if mask >> index & 1:
                    hour = index * pitch // 60
                    net.add_edge(("call", call), ("cell", day, index), capacity=1)
                    net.add_edge(("cell", day, index), ("hour", day, hour), capacity=1)
                    net.add_edge(("hour", day, hour), ("day", day), capacity=per_hour or 1000)
                    net.add_edge(("day", day), "sink", capacity=per_day or 1000)
    return int(nx.maximum_flow_value(net, "source", "sink"))


def ours(allowed: Allowed, pitch: int, per_hour: int | None, per_day: int | None, order: list[int]) -> Board:
    board = Board(pitch, per_hour, per_day)
    for call in order:
        board.augment(call, lambda number: sorted(allowed[number].items()), lambda _: False)
    return board


def check(board: Board, allowed: Allowed, pitch: int, per_hour: int | None, per_day: int | None) -> None:
    cells = list(board.cell_of.values())
    assert len(cells) == len(set(cells)), "two calls in one cell"
    hours: dict[tuple[int, int], int] = {}
    days: dict[int, int] = {}
    for call, cell in board.cell_of.items():
        day, index = cell >> SHIFT, cell & (1 << SHIFT) - 1
        assert allowed[call][day] >> index & 1, "a cell that the call may not have"
        hours[day, index * pitch // 60] = hours.get((day, index * pitch // 60), 0) + 1
        days[day] = days.get(day, 0) + 1
    assert not per_hour or max(hours.values(), default=0) <= per_hour
    assert not per_day or max(days.values(), default=0) <= per_day


@pytest.mark.parametrize("capped", [False, True])
def test_as_many_calls_get_a_cell_as_any_placement_can_give(capped: bool) -> None:
    chance = random.Random(7)
    for _ in range(1200):
        pitch = chance.choice([5, 10, 15, 25, 30])
        width = chance.randrange(2, 14)
        calls = chance.randrange(1, 9)
        allowed = {
            call: {day: mask for day in range(2) if (mask := chance.getrandbits(width) & chance.getrandbits(width))}
            for call in range(calls)
        }
        per_hour = chance.choice([None, 1, 2, 3]) if capped else None
        per_day = chance.choice([None, 1, 2, 4]) if capped else None
        order = chance.sample(range(calls), calls)
        board = ours(allowed, pitch, per_hour, per_day, order)
        check(board, allowed, pitch, per_hour, per_day)
        assert len(board.cell_of) == largest(allowed, pitch, per_hour, per_day)


def _cells(allowed: Allowed, call: int) -> list[tuple[int, int]]:
    return list(allowed[call].items())


def test_a_call_that_had_a_cell_never_loses_it() -> None:
    chance = random.Random(8)
    for _ in range(500):
        allowed = {call: {0: chance.getrandbits(6) or 1} for call in range(7)}
        board = Board(10, 2, 4)
        for call in range(7):
            before = set(board.cell_of)
            board.augment(call, partial(_cells, allowed), lambda _: False)
            assert before <= set(board.cell_of)


def test_fixed_calls_stay_where_they_are() -> None:
    board = Board(10)
    board.put(1, 5 << SHIFT | 0)
    allowed = {1: [(5, 0b11)], 2: [(5, 0b01)]}
    assert board.augment(2, allowed.__getitem__, lambda call: call == 1) is None
    assert board.augment(2, allowed.__getitem__, lambda _: False) == [1]
    assert board.cell_of == {1: 5 << SHIFT | 1, 2: 5 << SHIFT}


# -- the whole room, on worlds with law, busy times, caps and slots on the calendar

AREAS = ("+13125550100", "+12125550100", "+12135550100", "+18085550100", "+18005550100", "+13055550100")
minutes = st.integers(0, 53).map(lambda step: step * 10)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Commitment], list[Contact], list[Span], dict[str, Slot], Policy]:
    promises, people = [], []
    for number in range(draw(st.integers(1, 9))):
        name = f"c{number}"
        people.append(contact(name, draw(st.sampled_from(AREAS))))
        day = draw(st.integers(0, 1))
        first = draw(minutes)
        last = draw(st.integers(1, 5).map(lambda length: length * 10))
        begins = at(day, "09:00") + timedelta(minutes=first)
        due = window(day)
        due = type(due)(begins, begins + timedelta(minutes=last))
        promises.append(promise(name, draw(st.sampled_from([Kind.DAY, Kind.RANGE, Kind.DEADLINE])), due))
    busy = [
        Span(at(day, "09:00") + timedelta(minutes=start), at(day, "09:00") + timedelta(minutes=start + length))
        for day, start, length in draw(st.lists(st.tuples(st.integers(0, 1), minutes, st.integers(5, 90)), max_size=3))
    ]
    seen = {
        due.id: Slot(start, start + timedelta(minutes=10))
        for due in promises
        if draw(st.booleans())
        for start in [due.window.earliest + timedelta(minutes=10 * draw(st.integers(0, 4)))]
    }
    policy = Policy(per_hour=draw(st.sampled_from([None, 2, 3])), per_day=draw(st.sampled_from([None, 3, 6])))
    return promises, people, busy, seen, policy


def hours_of(number: str) -> tuple[int, int]:
    """Chicago minutes in which these numbers may be called on Monday 30 November and Tuesday 1 December 2026."""
    return {
        "+13125550100": (8 * 60, 21 * 60),
        "+12125550100": (7 * 60, 20 * 60),
        "+12135550100": (10 * 60, 23 * 60),
        "+18085550100": (12 * 60, 25 * 60),
        "+13055550100": (7 * 60, 19 * 60),
        "+18005550100": (12 * 60, 17 * 60),  # Hawaii's 08:00 to Rhode Island's 18:00
    }[number]


@settings(max_examples=250, deadline=None)
@given(worlds())
def test_every_promise_that_can_be_kept_is_placed_in_its_window(
    world: tuple[list[Commitment], list[Contact], list[Span], dict[str, Slot], Policy],
) -> None:
    promises, people, busy, seen, policy = world
    allowed: Allowed = {}
    for number, (due, who) in enumerate(zip(promises, people, strict=True)):
        allowed[number] = {}
        opens, closes = hours_of(who.phones[0].e164)
        for index in range(9 * 6, 18 * 6):
            start = at(0) + timedelta(days=(due.window.earliest - at(0)).days, minutes=index * 10)
            end = start + timedelta(minutes=10)
            within = due.window.earliest <= start and end <= due.window.latest
            legal = opens <= index * 10 and index * 10 + 10 <= closes
            free = all(end <= taken.start or taken.end <= start for taken in busy)
            if within and legal and free:
                day = (start - at(0)).days
                allowed[number][day] = allowed[number].get(day, 0) | 1 << index
    possible = largest(allowed, 10, policy.per_hour, policy.per_day)
    decisions = Decisions(seen=seen)
    placed = place(
        promises, book(people, promises=promises), rep(), policy, busy=busy, decisions=decisions, now=at(0, "08:00")
    )
    inside = 0
    for number, each in enumerate(placed):
        if each.slot is None:
            assert each.problem is not None
            continue
        moment = each.slot.start - at(0)
        if allowed[number].get(moment.days, 0) >> moment.seconds // 600 & 1:
            inside += 1
    taken = [each.slot.start for each in placed if each.slot]
    assert len(taken) == len(set(taken))
    assert inside == possible


def test_the_slots_of_a_test_are_the_slots_of_the_rep() -> None:
    assert slot(0, "09:00").end == at(0, "09:10")
