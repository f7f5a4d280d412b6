"""One call that needs a slot, on its way through placing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from calsync.model import MINUTE, Commitment, Kind, State
from calsync.placing.facts import Facts
from calsync.placing.grid import minutes, minutes_up, reaching, starts
from calsync.placing.world import World

HORIZON = 120
"""Days that are searched for the next allowed slot of a call whose window is over."""


@dataclass(slots=True)
class Task:
    """``first`` and ``last`` bound the window (UTC minutes, ``first`` never before now).

    ``length`` is how many minutes the call takes, ``span`` how many neighbouring cells of the grid: one, but for a call
    that is longer than the others.  ``bars`` are stretches that an attempt cap forbids, ``how`` says how the slot was
    found, ``seen`` and ``moved_from`` are cells on the calendar; ``asleep`` tells a call that had no place last time
    and is only tried again where somebody left one.
    """

    number: int
    commitment: Commitment
    facts: Facts
    first: int
    last: int
    length: int
    span: int
    bars: list[tuple[int, int]]
    seen: int | None = None
    how: str = ""
    moved_from: int | None = None
    asleep: bool = False
    _days: list[tuple[int, int]] | None = None

    @property
    def bound(self) -> bool:
        """True for a promise that is open: it is owed a place inside its window."""
        return self.commitment.state is State.OPEN and self.commitment.kind is not Kind.PLANNED

    def days(self, world: World) -> list[tuple[int, int]]:
        """The allowed cells of the window, a mask a day, days without any left out: those a call may begin with."""
        if self._days is None:
            self._days = list(cells(self, world, self.first, self.last))
        return self._days

    def renew(self, number: int, first: int) -> None:
        """The same call in another run, later."""
        self.number, self.first, self.asleep = number, first, True
        self.seen = self.moved_from = self._days = None
        self.how = ""

    def window_days(self, world: World) -> tuple[int, int]:
        """The first and the last day of the window."""
        last = world.grid.day_of(self.last)
        return min(last, world.grid.day_of(minutes_up(self.commitment.window.earliest))), last

    def look_again(self) -> None:
        """Forget the cells of the window: something was set down for good meanwhile."""
        self._days = None

    def bar(self, calls: Iterable[int]) -> None:
        """Reckon the attempt caps again, with these calls (UTC minutes) placed beside what the log holds."""
        self.bars = self.facts.bars(calls)
        self._days = None


def make_task(number: int, commitment: Commitment, facts: Facts, world: World) -> Task:
    """The task of a live commitment."""
    first, last = minutes_up(commitment.window.earliest), minutes(commitment.window.latest)
    length = length_of(commitment, world)
    span = world.grid.span(length)
    return Task(number, commitment, facts, max(world.now, first), last, length, span, facts.bars())


def length_of(commitment: Commitment, world: World) -> int:
    """The minutes that a call takes: what its cadence says, else what every call of the rep's does.

    A missed appointment is a call like any other, and so is one whose window is shorter than the cadence would like.
    """
    window, ordinary = commitment.window, world.grid.slot
    if commitment.overdue and commitment.kind is Kind.FIXED:
        return ordinary
    narrow = window.earliest < window.latest < window.earliest + commitment.minutes * MINUTE
    return commitment.minutes if commitment.minutes and not narrow else ordinary


def cells(
    task: Task,
    world: World,
    first: int,
    last: int,
    *,
    latest_first: bool = False,
    only: Mapping[int, int] | None = None,
) -> Iterator[tuple[int, int]]:
    """The allowed cells between two UTC minutes, a day at a time, empty days left out; of ``only``, where given."""
    span, grid, land, wishes = task.span, world.grid, task.facts.land.places, task.facts.wishes
    if last - first < grid.extent(span):
        return
    start, end = grid.day_of(first), grid.day_of(last)
    days: Iterable[int] = range(end, start - 1, -1) if latest_first else range(start, end + 1)
    known = world.open_days(land, wishes)
    bars = task.bars
    for day in days if only is None else [day for day in only if start <= day <= end]:
        mask = known.get(day)
        if mask is None:
            mask = world.open(land, wishes, day)
        if mask and day in (start, end):
            mask &= grid.inside(day, first, last)
        if span > 1:
            mask = starts(mask, span)
        if mask and bars:
            mask &= ~barred_cells(world, day, bars)
        if only is not None:
            mask &= only[day] if task.span == 1 else reaching(only[day], task.span)
        if mask:
            yield day, mask


def later_hours(task: Task, world: World) -> bool:
    """True when the window reaches into working hours of the rep on a day after today."""
    grid = world.grid
    days = range(world.today + 1, grid.day_of(max(task.first, task.last)) + 1)
    return any(world.work(day) & grid.inside(day, task.first, task.last) for day in days)


def hopeless(task: Task, world: World) -> bool:
    """True when law, wishes and the rep's hours leave the window no cell, however free the rep may be."""
    grid, places, wishes = world.grid, task.facts.land.places, task.facts.wishes
    first = minutes_up(task.commitment.window.earliest)
    for day in range(grid.day_of(first), grid.day_of(max(first, task.last)) + 1):
        mask = world.work(day) and world.work(day) & world.legal(places, day) & grid.inside(day, first, task.last)
        if mask and wishes is not None:
            mask &= world.wanted(places, wishes, day)
        if mask and starts(mask, task.span):
            return False
    return True


def barred_cells(world: World, day: int, bars: Iterable[tuple[int, int]]) -> int:
    """The cells of a day that start strictly between the two moments of one of ``bars``."""
    base, count = world.grid.day(day)
    mask = 0
    for opens, closes in bars:
        low = max(0, (opens - base) // world.grid.pitch + 1)
        high = min(count - 1, -((base - closes) // world.grid.pitch) - 1)
        if low <= high:
            mask |= (1 << (high + 1)) - (1 << low)
    return mask


def fits(task: Task, world: World, cell: int) -> bool:
    """True when ``cell`` is one of the allowed cells of the window."""
    start = world.grid.start(cell)
    end = start + world.grid.extent(task.span)
    return task.first <= start and end <= task.last and allowed(task, world, start)


def allowed(task: Task, world: World, start: int) -> bool:
    """True when the call may be placed in the cell that starts at a UTC minute, whatever its window."""
    return any(True for _ in cells(task, world, start, start + world.grid.extent(task.span)))
