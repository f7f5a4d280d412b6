"""What does not move: clock times, times a person chose, slots that have just passed, windows narrower than a cell."""

from __future__ import annotations

from collections.abc import Iterable

from calsync.model import Commitment, Decisions, Kind, Slot, State
from calsync.placing.board import Board
from calsync.placing.grid import SHIFT, minutes, minutes_up
from calsync.placing.order import is_clock_time
from calsync.placing.task import Task
from calsync.placing.world import World, illegal_in

GRACE = 30
"""Minutes after its end during which a slot that has passed stays put: the rep is on the phone, or writing it down."""


def chosen(commitment: Commitment, decisions: Decisions, now: int) -> Slot | None:
    """The time a person chose, until it has passed: then the call is placed like any other."""
    slot = decisions.moved.get(commitment.id)
    return slot if slot and minutes_up(slot.end) + GRACE > now else None


def just_passed(commitment: Commitment, decisions: Decisions, now: int) -> Slot | None:
    """The slot on the calendar, when it has begun and its grace is not over."""
    slot = decisions.seen.get(commitment.id)
    return slot if slot and minutes(slot.start) < now < minutes_up(slot.end) + GRACE else None


def standing(task: Task, decisions: Decisions, world: World) -> tuple[Slot, str] | None:
    """Where a call stands that is not ours to place, and how it came there: ``moved``, ``fixed`` or ``passed``."""
    commitment = task.commitment
    if slot := chosen(commitment, decisions, world.now):
        return slot, "moved"
    if is_clock_time(commitment) and commitment.state is State.OPEN:
        return world.grid.slot_at(minutes(commitment.window.earliest), task.length), "fixed"
    if slot := just_passed(commitment, decisions, world.now):
        return slot, "passed"
    return None


def agreed(task: Task, world: World) -> Slot | None:
    """The very moment of an "around three" whose window holds no allowed cell: a clock time is kept all the same."""
    window = task.commitment.window
    moment = minutes(window.earliest + (window.latest - window.earliest) / 2)
    if task.commitment.kind is not Kind.FIXED or not task.bound or moment < world.now or task.days(world):
        return None
    return world.grid.slot_at(moment, task.length)


def narrow(task: Task, world: World) -> Slot | None:
    """Minutes for a promise whose window is too narrow to hold a cell of the grid: 14:05 to 14:20, say."""
    room = task.last - task.first - task.length
    if not task.bound or not 0 <= room < world.grid.pitch * task.span or task.days(world):
        return None
    for start in range(task.first, task.last - task.length + 1):
        end = start + task.length
        free = not touches(world.pinned, start - world.grid.gap, end + world.grid.gap)
        if free and not world.rep_free(start, end) and not illegal_in(task.facts.land.places, start, end):
            return world.grid.slot_at(start, task.length)
    return None


def stand(number: int, slot: Slot, world: World, board: Board) -> None:
    """Set down a call that was placed before: in its cells, or as busy minutes where it does not begin with one."""
    start, end = minutes(slot.start), minutes_up(slot.end)
    cell, span = world.grid.cell(start), world.grid.span(end - start)
    if cell is None or board.owners(cell, span):
        world.pin(start, end)
    else:
        board.put(number, cell, span)


def touches(spans: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    return any(begins < end and start < ends for begins, ends in spans)


def cell_at(world: World, minute: int) -> int:
    """The cell that a moment falls into: it counts towards that hour's and day's cap."""
    day = world.grid.day_of(minute)
    return day << SHIFT | (minute - world.grid.day(day)[0]) // world.grid.pitch
