"""Where there is room: the rep's cells by plain search, and how many calls could have one, by networkx.

A cell is the UTC minute at which it starts.  Nothing here is taken from the placing that it judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import networkx as nx

from calsync.model import Policy, Slot, Window
from tests.year.law import ILLINOIS_DAYS, legal, one_too_many
from tests.year.life import AWAY, CHICAGO, WEEK, Year

Calls = Mapping[str, frozenset[int]]
"""Calls by name, each with the cells that it may have."""


def minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def pitch(policy: Policy) -> int:
    """Minutes from one cell to the next: a call and the gap after it, on the five minutes."""
    return -(-(policy.slot_minutes + policy.gap_minutes) // 5) * 5


def slot_at(cell: int, policy: Policy) -> Slot:
    start, end = (datetime.fromtimestamp(at * 60, CHICAGO) for at in (cell, cell + policy.slot_minutes))
    return Slot(start, end)


@cache
def midnight(day: date) -> int:
    return minute(datetime.combine(day, time(), CHICAGO))


def hour_of(cell: int) -> tuple[date, int]:
    """The hour of the rep's day that a cell counts towards: hours that have gone by since midnight."""
    day = datetime.fromtimestamp(cell * 60, CHICAGO).date()
    return day, (cell - midnight(day)) // 60


def works(slot: Slot) -> bool:
    """Whether those minutes lie in the rep's working hours, days away left aside."""
    if slot.start.date() in ILLINOIS_DAYS:
        return False
    return any(a <= slot.start.time() and slot.end.time() <= b for a, b in WEEK.on(slot.start.weekday()))


@cache
def _lawful(home: str, day: date, step: int, length: int) -> tuple[int, ...]:
    """The cells of a day at which somebody of that home may be called by a rep who works."""
    policy = Policy(slot_minutes=length)
    cells = range(midnight(day), midnight(day + timedelta(days=1)), step)
    slots = ((cell, slot_at(cell, policy)) for cell in cells)
    return tuple(cell for cell, slot in slots if works(slot) and legal(home, slot))


def cells(
    year: Year, contact_id: str, window: Window, now: datetime, taken: Iterable[Slot], length: int
) -> frozenset[int]:
    """Every cell in which a call of so many minutes could begin if only ``taken``, which does not move, were there."""
    policy, home, log = year.policy, year.homes[contact_id], year.log.get(contact_id, ())
    gap = policy.gap_minutes
    blocked = [(minute(span.start), minute(span.end)) for span in year.busy]
    blocked += [(minute(slot.start) - gap, minute(slot.end) + gap) for slot in taken]
    first, last = max(window.earliest, now), window.latest
    found = []
    for day in _days(first, last):
        if year.rep.away and day in AWAY:
            continue
        for cell in _lawful(home, day, pitch(policy), length):
            start = datetime.fromtimestamp(cell * 60, UTC)
            if (
                first <= start
                and start + timedelta(minutes=length) <= last
                and not any(begins < cell + length and cell < ends for begins, ends in blocked)
                and not one_too_many(home, log, start)
            ):
                found.append(cell)
    return frozenset(found)


def _days(first: datetime, last: datetime) -> Iterator[date]:
    day, end = first.astimezone(CHICAGO).date(), last.astimezone(CHICAGO).date()
    while day <= end:
        yield day
        day += timedelta(days=1)


def most(calls: Calls, policy: Policy, standing: Iterable[int] = ()) -> int:
    """How many of the calls can have a cell each at the same time.

    ``standing`` are calls that stay where they are: they count towards the caps and nobody else may have their cells.
    """
    net = nx.DiGraph()
    net.add_node("from")
    net.add_node("to")
    standing = list(standing)
    gone = set(standing)
    for call, free in calls.items():
        net.add_edge("from", call, capacity=1)
        for cell in free - gone:
            hour = hour_of(cell)
            net.add_edge(call, cell, capacity=1)
            net.add_edge(cell, hour, capacity=1)
            net.add_edge(hour, hour[0])
            net.add_edge(hour[0], "to")
    for key, limit in _left(standing, policy):
        edge = (key, key[0]) if isinstance(key, tuple) else (key, "to")
        if edge in net.edges:
            net.edges[edge]["capacity"] = limit
    hours = [node for node in net if isinstance(node, tuple)]
    for hour in hours:
        if policy.per_hour is not None:
            net.edges[hour, hour[0]].setdefault("capacity", policy.per_hour)
        if policy.per_day is not None:
            net.edges[hour[0], "to"].setdefault("capacity", policy.per_day)
    return int(nx.maximum_flow_value(net, "from", "to"))


def _left(standing: Iterable[int], policy: Policy) -> Iterator[tuple[date | tuple[date, int], int]]:
    """What is left of each cap that the standing calls count towards."""
    counts: dict[date | tuple[date, int], int] = {}
    for cell in standing:
        hour = hour_of(cell)
        counts[hour] = counts.get(hour, 0) + 1
        counts[hour[0]] = counts.get(hour[0], 0) + 1
    for key, count in counts.items():
        limit = policy.per_hour if isinstance(key, tuple) else policy.per_day
        if limit is not None:
            yield key, max(0, limit - count)


def within_reach(calls: Calls, of: Iterable[str]) -> dict[str, frozenset[int]]:
    """Those calls that could have to make room for one of ``of``, however long the chain."""
    reach = {call: calls[call] for call in of}
    days: set[date] = set()
    while True:
        fresh = {hour_of(cell)[0] for free in reach.values() for cell in free} - days
        if not fresh:
            return reach
        days |= fresh
        reach |= {call: free for call, free in calls.items() if any(hour_of(cell)[0] in fresh for cell in free)}
