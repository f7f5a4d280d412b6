"""Calls that stand outside their window give way to those that could stand inside theirs.

A promise whose window holds no cell is placed earlier, or later, in time that belongs to others.  As soon as one of
those finds its own window full, the guest has to go: a promise that can be kept comes before one that cannot.
"""

from __future__ import annotations

from collections.abc import Sequence

from calsync.placing.grid import SHIFT, index_of
from calsync.placing.inside import outside_window, settle
from calsync.placing.order import urgency
from calsync.placing.run import Run
from calsync.placing.task import Task


def guests_yield(run: Run, stuck: Sequence[Task]) -> tuple[list[Task], list[Task]]:
    """See that no promise is kept out of its window by one that stands outside of its own.

    Gives those of ``stuck`` that found no place inside even so, and the guests that had to go, one for each call that
    did.  Guests that can stay stay where they are.
    """
    guests = _guests(run) if any(task.days(run.world) for task in stuck) else []
    if not guests:
        return list(stuck), []
    cells = {guest.number: run.drop(guest) for guest in guests}
    left = [task for task in stuck if not settle(run, task)]
    evicted = [guest for guest in guests if not _back(run, guest, cells[guest.number])]
    for guest in evicted:
        guest.moved_from, guest.how, guest.asleep = cells[guest.number], "", False
    return left, evicted


def _guests(run: Run) -> list[Task]:
    """The open promises that stand outside their window, the most urgent first."""
    tasks = [run.task(number) for number in run.board.cell_of if _looked_at(run, number)]
    return sorted((task for task in tasks if outside_window(run, task)), key=urgency)


def _looked_at(run: Run, number: int) -> bool:
    """False for a call that is known to stand in its window as it did last time."""
    return number in run.tasks or run.recalled[number].how == "parked"


def _back(run: Run, guest: Task, cell: int) -> bool:
    """Put a guest back where it was, unless its place is gone."""
    if run.board.closed(cell >> SHIFT, guest.span) >> index_of(cell) & 1:
        return False
    run.board.put(guest.number, cell, guest.span)
    return True
