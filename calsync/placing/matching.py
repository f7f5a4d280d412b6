"""A cell for every call that has none yet: inside its window where that can be, else before it or after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from calsync.placing.grid import SHIFT, minutes, minutes_up
from calsync.placing.run import Run
from calsync.placing.task import HORIZON, Task, cells, fits

REST = 180
"""Minutes that a call which rolls on rests after a slot of its came and went."""


def match(run: Run, tasks: Sequence[Task]) -> None:
    """Steps 3 and 4: a place in its window for every promise that can have one, then for those that cannot."""
    stuck = [task for task in tasks if not _inside(run, task)]
    _improve(run)
    for task in stuck:
        if task.number not in run.board.cell_of:
            _beyond(run, task)


def _inside(run: Run, task: Task) -> bool:
    """See that the call has a cell of its window; False, and nothing changed, where that cannot be."""
    if task.number not in run.board.cell_of:
        return _settle(run, task)
    if task.how != "parked":
        return True
    if not task.days(run.world):
        return False
    parked = run.board.drop(task.number)
    if _settle(run, task):
        return True
    run.put(task, parked, "parked")
    return False


def _settle(run: Run, task: Task) -> bool:
    """Find a cell inside the window, making others move where that is needed."""
    if (cell := run.taste.pick(task)) is not None:
        run.put(task, cell, "picked")
        return True
    if not task.days(run.world):
        return False
    moved = run.board.augment(task.number, partial(_cells, run), partial(_stays, run))
    if moved is None:
        moved = run.board.augment(task.number, partial(_cells, run), partial(_held, run))
    if moved is None:
        return False
    for number in (task.number, *moved):
        run.task(number).how = "squeezed"
    return True


def _held(run: Run, number: int) -> bool:
    return run.follows(run.task(number))


def _stays(run: Run, number: int) -> bool:
    """True for a call that somebody has seen on the calendar where it is now."""
    return number not in run.tasks or run.tasks[number].how in ("seen", "parked") or _held(run, number)


def _cells(run: Run, number: int) -> Iterable[tuple[int, int]]:
    task = run.task(number)
    yield from task.days(run.world)
    if not task.bound or task.how == "parked":
        yield from cells(task, run.world, *run.outside(task))


def _improve(run: Run) -> None:
    """Calls that an augmenting path put anywhere look once more for a better cell."""
    for _, task in sorted((number, task) for number, task in run.tasks.items() if task.how == "squeezed"):
        old = run.board.drop(task.number)
        cell = run.taste.pick(task) if task.days(run.world) else None
        run.board.put(task.number, old if cell is None else cell)
        slot = run.decisions.seen.get(task.commitment.id)
        before = run.world.grid.cell(minutes(slot.start)) if slot else None
        task.moved_from = before if before != run.board.cell_of[task.number] else None


def _beyond(run: Run, task: Task) -> None:
    """The window has no cell: earlier where that is allowed, or the next one when the window has begun."""
    first, last = run.outside(task)
    if last != minutes_up(task.commitment.window.earliest):
        _soonest(run, task, first, last)
        return
    for day in cells(task, run.world, first, last, latest_first=True):
        if (cell := run.taste.pick(task, [day])) is not None:
            run.put(task, cell, "beyond")
            return


def _soonest(run: Run, task: Task, first: int, last: int) -> None:
    for day, mask in cells(task, run.world, first, last):
        if free := mask & ~run.board.closed(day):
            run.put(task, day << SHIFT | (free & -free).bit_length() - 1, "beyond")
            return


def after_siblings(run: Run, task: Task) -> None:
    """A promise whose call a cap counts together with other calls to the same contact."""
    number, mine = task.number, task.commitment.contact_id
    if number in run.board.cell_of:
        run.board.drop(number)
    mates = [
        run.world.grid.start(cell)
        for other, cell in run.board.cell_of.items()
        if run.commitments[other].contact_id == mine
    ]
    task.bar([*run.pins.get(mine, ()), *mates])
    if task.seen is not None and fits(task, run.world, task.seen) and not run.taken(task.seen):
        run.put(task, task.seen, "seen")
    else:
        match(run, [task])


def overdue(run: Run, task: Task) -> None:
    if task.number not in run.board.cell_of:
        _soonest(run, task, _rested(run, task), run.world.now + HORIZON * 1440)


def _rested(run: Run, task: Task) -> int:
    """From when a call that rolls on may be placed again.

    The first time at once.  When it has rolled before and that slot came and went, too, only ``REST`` later: it is to
    ring a few times a day, not all day long.
    """
    slot = run.decisions.seen.get(task.commitment.id)
    if slot is None or not minutes(task.commitment.window.latest) <= minutes(slot.start) < run.world.now:
        return run.world.now
    return max(run.world.now, minutes_up(slot.end) + REST)


def planned(run: Run, task: Task) -> None:
    """A call nobody promised: in its window where it can, else the next allowed cell after it began."""
    if task.number in run.board.cell_of:
        return
    if (cell := run.taste.pick(task)) is not None:
        run.put(task, cell, "picked")
    elif (cell := _same_hours(run, task)) is not None:
        run.put(task, cell, "beyond")
    else:
        first, last = run.outside(task)
        _soonest(run, task, max(first, _rested(run, task)), last)


def _same_hours(run: Run, task: Task) -> int | None:
    """A call planned for a part of a later day, "Thursday afternoon": that part of the next day they can be called on.

    ``None`` where that day has no room in it, and for a window that is all of a day.  A call planned for the day itself
    is not kept waiting.
    """
    grid, window, rep = run.world.grid, task.commitment.window, run.world.rep
    first, last = minutes(window.earliest), minutes(window.latest)
    planned_for = grid.day_of(first)
    if planned_for != grid.day_of(last) or planned_for <= grid.day_of(minutes(task.commitment.made_at)):
        return None
    begins, ends = (moment.astimezone(rep.zone) for moment in (window.earliest, window.latest))
    opening, closing = rep.hours.bounds(begins.weekday())
    if begins.time() <= opening and ends.time() >= closing:
        return None
    opens, closes = (minute - grid.day(planned_for)[0] for minute in (first, last))
    start = max(planned_for, run.world.today)
    for day in range(start, start + HORIZON):
        base, _ = grid.day(day)
        for _, mask in cells(task, run.world, max(base, run.world.now), grid.day(day + 1)[0] - 1):
            part = mask & grid.inside(day, base + opens, base + closes) & ~run.board.closed(day)
            return run.taste.pick(task, [(day, part)]) if part else None
    return None
