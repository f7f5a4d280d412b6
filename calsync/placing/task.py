"""One call that needs a slot, on its way through placing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from calsync.model import Commitment, Kind, State
from calsync.placing.facts import Facts, barred
from calsync.placing.grid import SHIFT, minutes, minutes_up
from calsync.placing.world import World

HORIZON = 120
"""Days that are searched for the next allowed slot of a call whose window is over."""


@dataclass(slots=True)
class Task:
    """``first`` and ``last`` bound the window (UTC minutes, ``first`` never before now), ``days`` are its cells.

    ``how`` says how the slot was found, ``seen`` and ``moved_from`` are cells on the calendar.
    """

    number: int
    commitment: Commitment
    facts: Facts
    first: int
    last: int
    days: list[tuple[int, int]] = field(default_factory=list)
    bars: list[tuple[int, int]] = field(default_factory=list)
    seen: int | None = None
    how: str = ""
    moved_from: int | None = None

    @property
    def bound(self) -> bool:
        """True for a promise that is open: it is owed a place inside its window."""
        return self.commitment.state is State.OPEN and self.commitment.kind is not Kind.PLANNED


def make_task(number: int, commitment: Commitment, facts: Facts, world: World) -> Task:
    """A task with the bounds of its window; ``days`` is filled by ``measure``."""
    first = max(world.now, minutes_up(commitment.window.earliest))
    return Task(number, commitment, facts, first, minutes(commitment.window.latest), bars=barred(facts.caps))


def measure(task: Task, world: World) -> None:
    """Work out the allowed cells of the window."""
    task.days = list(cells(task, world, task.first, task.last))


def cells(task: Task, world: World, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The allowed cells between two UTC minutes, a day at a time, empty days left out."""
    if last - first < world.grid.slot:
        return
    grid, land, wishes = world.grid, task.facts.land.places, task.facts.wishes
    start, end = grid.day_of(first), grid.day_of(last)
    for day in range(start, end + 1):
        mask = world.open(land, wishes, day)
        if mask and (day in (start, end)):
            mask &= grid.inside(day, first, last)
        if mask and task.bars:
            for opens, closes in task.bars:
                mask &= ~_barred(world, day, opens, closes)
        if mask:
            yield day, mask


def onward(task: Task, world: World, first: int) -> Iterator[tuple[int, int]]:
    """The allowed cells from a UTC minute on, without end of a window."""
    yield from cells(task, world, first, first + HORIZON * 1440)


def _barred(world: World, day: int, opens: int, closes: int) -> int:
    """The cells of a day that start strictly between two moments."""
    base, count = world.grid.day(day)
    low = max(0, (opens - base) // world.grid.pitch + 1)
    high = min(count - 1, -((base - closes) // world.grid.pitch) - 1)
    return (1 << (high + 1)) - (1 << low) if low <= high else 0


def allows(task: Task, cell: int) -> bool:
    """True when ``cell`` is one of the allowed cells of the window."""
    index = 1 << (cell & (1 << SHIFT) - 1)
    return any(day == cell >> SHIFT and mask & index for day, mask in task.days)
