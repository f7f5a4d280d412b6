"""Feasible first, proved: our matching against networkx on small worlds, thousands of them."""

from __future__ import annotations

import random
from functools import partial

import networkx as nx
import pytest

from calsync.placing.board import Board
from calsync.placing.grid import SHIFT

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
        board.augment(call, lambda number: [sorted(allowed[number].items())], lambda _: False)
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


def _cells(allowed: Allowed, call: int) -> list[list[tuple[int, int]]]:
    return [list(allowed[call].items())]


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
    allowed = {1: [[(5, 0b11)]], 2: [[(5, 0b01)]]}
    assert board.augment(2, allowed.__getitem__, lambda call: call == 1) is None
    assert board.augment(2, allowed.__getitem__, lambda _: False) == [1]
    assert board.cell_of == {1: 5 << SHIFT | 1, 2: 5 << SHIFT}
