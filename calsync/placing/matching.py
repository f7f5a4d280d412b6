"""A cell for every call that has none yet: inside its window where that can be, else before it or after."""

from __future__ import annotations

from collections.abc import Sequence

from calsync.placing import dormant, longer
from calsync.placing.grid import SHIFT, minutes, minutes_up, starts
from calsync.placing.inside import inside
from calsync.placing.order import urgency
from calsync.placing.run import Run
from calsync.placing.task import HORIZON, Task, cells, fits
from calsync.placing.yielding import guests_yield

REST = 180
"""Minutes that a call which rolls on rests after a slot of its came and went."""


def match(run: Run, tasks: Sequence[Task], *, whole: bool = False) -> None:
    """Steps 3 and 4: a place in its window for every promise that can have one, then for those that cannot.

    Calls of one cell first, since for these alone it is certain that they all find a place where there is one; those
    that are longer take none away from them.  ``whole``: these are all, so that whoever was left over last time may
    have what they leave.
    """
    stuck = [task for task in tasks if task.span == 1 and not inside(run, task)]
    stuck = [task for task in stuck if not longer.give_way(run, task)]
    stuck += longer.settle_all(run, [task for task in tasks if task.span > 1])
    stuck, evicted = guests_yield(run, stuck)
    _improve(run)
    dormant.note_freed(run)
    if whole and dormant.room(run):
        known = {task.number for task in stuck}
        stuck += [task for task in dormant.wake(run) if task.bound and task.number not in known]
    for task in sorted((*stuck, *evicted), key=lambda task: (task.span > 1, urgency(task))):
        if task.number not in run.board.cell_of and (not task.asleep or dormant.reachable(run, task)):
            _beyond(run, task)
    for task in evicted:
        task.how = "squeezed"


def _improve(run: Run) -> None:
    """Calls that an augmenting path put anywhere look once more for a better cell."""
    for _, task in sorted((number, task) for number, task in run.tasks.items() if task.how == "squeezed"):
        old = run.drop(task)
        cell = run.taste.pick(task) if task.days(run.world) else None
        run.board.put(task.number, old if cell is None else cell, task.span)
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
    days = run.reaches.of(task, first, last)
    if id(days) in run.full:
        return
    for day, mask in days:
        if free := mask & ~run.board.closed(day, task.span):
            run.put(task, day << SHIFT | (free & -free).bit_length() - 1, "beyond")
            return
    if not task.bars:
        run.full.add(id(days))


def after_siblings(run: Run, task: Task) -> None:
    """A promise whose call a cap counts together with other calls to the same contact."""
    number, mine = task.number, task.commitment.contact_id
    if number in run.board.cell_of:
        run.drop(task)
    mates = [
        run.world.grid.start(cell)
        for other, cell in run.board.cell_of.items()
        if run.commitments[other].contact_id == mine
    ]
    task.bar([*run.pins.get(mine, ()), *mates])
    if task.seen is not None and fits(task, run.world, task.seen) and not run.taken(task.seen, task.span):
        run.put(task, task.seen, "seen")
    else:
        match(run, [task])


def overdue(run: Run, task: Task) -> None:
    if task.number not in run.board.cell_of and (not task.asleep or dormant.reachable(run, task)):
        _soonest(run, task, _rested(run, task), run.horizon(run.world.now))


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
    if task.number in run.board.cell_of or (task.asleep and not dormant.reachable(run, task)):
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
            part = starts(grid.inside(day, base + opens, base + closes), task.span)
            part &= mask & ~run.board.closed(day, task.span)
            return run.taste.pick(task, [(day, part)]) if part else None
    return None
