"""A cell inside its window for one call: the one it likes best, else one that others can make room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from calsync.placing import dormant
from calsync.placing.board import Board, Days
from calsync.placing.grid import SHIFT, bits, index_of
from calsync.placing.run import Run
from calsync.placing.task import Task

TRIES = 200
"""Stretches that are tried for a long call whose window has none that is free."""

Stays = Callable[[Run, int], bool]
"""True for a call that is not to be moved."""


def inside(run: Run, task: Task) -> bool:
    """See that the call has a cell of its window; False, and nothing changed, where that cannot be."""
    if task.asleep and not (run.changed or dormant.room(run)):
        return False
    if task.number not in run.board.cell_of:
        return settle(run, task)
    if task.how != "parked":
        return True
    if not task.days(run.world):
        return False
    parked, task.how = run.drop(task), ""
    if settle(run, task):
        run.freed[parked >> SHIFT] = run.freed.get(parked >> SHIFT, 0) | (1 << task.span) - 1 << index_of(parked)
        return True
    run.put(task, parked, "parked")
    return False


def settle(run: Run, task: Task) -> bool:
    """Find a cell inside the window, making others move where that is needed."""
    if (cell := run.taste.pick(task)) is not None:
        run.put(task, cell, "picked")
        return True
    if not task.days(run.world):
        return False
    if task.span > 1:
        return _clear(run, task, shown_stay) or _clear(run, task, held)
    for stays in (shown_stay, held):
        moved = _augment(run, task.number, stays)
        if moved is not None:
            _squeezed(run, [task.number, *moved])
            return True
    return False


def outside_window(run: Run, task: Task) -> bool:
    """True for a promise that stands outside its window."""
    cell = run.board.cell_of.get(task.number)
    if cell is None or not task.bound:
        return False
    start = run.world.grid.start(cell)
    return not task.first <= start <= task.last - run.world.grid.extent(task.span)


def held(run: Run, number: int) -> bool:
    """True for a call that a cap counts together with others to the same contact: they are placed one after the
    other."""
    return run.siblings[run.commitments[number].contact_id] > 1 and run.follows(run.task(number))


def shown_stay(run: Run, number: int) -> bool:
    """True for a call that somebody has seen on the calendar where it is now."""
    return number not in run.tasks or run.tasks[number].how in ("seen", "parked") or held(run, number)


def _augment(run: Run, number: int, stays: Stays) -> list[int] | None:
    dead = run.dead.setdefault(stays is held, {})
    return run.board.augment(number, partial(_cells, run), partial(stays, run), dead)


def _cells(run: Run, number: int) -> Iterable[Days]:
    if (days := run.rolling(number)) is not None:
        yield days
        return
    task = run.task(number)
    yield task.days(run.world)
    if not task.bound or outside_window(run, task):
        yield run.reaches.of(task, *run.outside(task))


def _squeezed(run: Run, numbers: Iterable[int]) -> None:
    """Calls that an augmenting path put anywhere; what had been seen may now be moved again, so more is possible."""
    for number in numbers:
        run.task(number).how = "squeezed"
    run.dead.pop(False, None)


def _clear(run: Run, task: Task, stays: Stays) -> bool:
    """Give a long call a stretch whose owners can all be given other cells; a free one that a cap closes is given
    where one of those that are counted can be."""
    board, tries, crowded = run.board, 0, set[int]()
    for day, begins in task.days(run.world):
        for index in bits(begins):
            tries += 1
            if tries > TRIES:
                return False
            cell = day << SHIFT | index
            leaving = [owners] if (owners := board.owners(cell, task.span)) else []
            if not leaving and (hour := board.hour(cell)) not in crowded:
                crowded.add(hour)
                leaving = [{other} for other in board.crowd(cell)]
            if any(_cleared(run, task, cell, numbers, stays) for numbers in leaving):
                return True
    return False


def _cleared(run: Run, task: Task, cell: int, leaving: set[int], stays: Stays) -> bool:
    board = run.board
    if any(number in board.spans or stays(run, number) for number in leaving):
        return False
    before = board.copy()
    for number in leaving:
        run.drop(run.task(number))
    moved = set(leaving)
    if not board.closed(cell >> SHIFT, task.span) >> index_of(cell) & 1:
        board.put(task.number, cell, task.span)
        for number in sorted(leaving):
            others = _augment(run, number, stays)
            if others is None:
                break
            moved.update(others)
        else:
            _squeezed(run, [task.number, *moved])
            return True
    run.board.become(before)
    run.dead.clear()
    return False


def standing(run: Run) -> tuple[Board, Mapping[int, str]]:
    """Who has which cell, and how each call found its own: to go back to."""
    return run.board.copy(), {number: task.how for number, task in run.tasks.items()}


def go_back(run: Run, to: tuple[Board, Mapping[int, str]]) -> None:
    """Everything stands again as it did."""
    board, hows = to
    run.board.become(board)
    run.dead.clear()
    for number, task in run.tasks.items():
        kept = run.recalled.get(number)
        task.how = hows.get(number, kept.how if kept else "")
