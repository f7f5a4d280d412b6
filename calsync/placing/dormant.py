"""Calls that had no place last time, or only one outside their window: they are not looked at again while nothing can
have changed for them.

A full calendar stays full until somebody leaves a cell.  So it is remembered which cells were closed when the last run
ended; a call that found none then can only find one now among those that were ``freed`` meanwhile, or, inside its
window, where a call whose own facts changed may now make room.  The answer is the same as if all had been tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calsync.model import Kind
from calsync.placing.grid import minutes_up
from calsync.placing.memory import EVER, Kept, Unplaced
from calsync.placing.run import Run
from calsync.placing.task import Task, cells, hopeless, later_hours


def asleep(run: Run, number: int, none: Unplaced) -> bool:
    """Leave a call as it was where nothing that it rests on has changed; True when that was done."""
    commitment, now = run.commitments[number], run.world.now
    if now >= none.until or none.begun is not (none.begins <= now) or not none.holds(commitment, run.book):
        return False
    if commitment.id in run.decisions.moved or commitment.id in run.decisions.seen:
        return False
    run.dormant[number] = none
    run.placed[number] = none.placed
    return True


def stir(run: Run, waiting: Iterable[Task], restless: Mapping[int, Kept]) -> list[Task]:
    """The calls that are to be tried again beside those that are ``waiting``: all of them, or none where nobody left a
    cell and nobody who holds one has changed."""
    run.changed = any(task.number in run.board.cell_of for task in waiting)
    note_freed(run)
    if not (run.changed or room(run)):
        return []
    stirred = [EVER] if run.changed else _in_touch(run, waiting)
    for number, kept in restless.items():
        task = run.task(number)
        task.asleep, task.seen = True, kept.cell
    hopeful = [
        _awake(run, number, none)
        for number, none in run.dormant.items()
        if none.hopeful and any(first <= none.days[1] and none.days[0] <= last for first, last in stirred)
    ]
    return [*(run.tasks[number] for number in restless), *hopeful]


def _in_touch(run: Run, waiting: Iterable[Task]) -> list[tuple[int, int]]:
    """The stretches of days in which a freed cell may be of use: those in which it lies, and those from which somebody
    could move there, and so on."""
    known = {kept.reach for kept in run.recalled.values()}
    known |= {task.window_days(run.world) if task.bound else EVER for task in waiting}
    joined: list[tuple[int, int]] = []
    for first, last in sorted(known | {none.days for none in run.dormant.values()}):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return [(first, last) for first, last in joined if any(first <= day <= last for day in run.freed)]


def wake(run: Run) -> list[Task]:
    """The tasks of the calls that had no place and might have one of the freed cells."""
    freed, world = run.freed.items(), run.world
    found = []
    for number, none in run.dormant.items():
        facts = none.task.facts
        if any(world.open(facts.land.places, facts.wishes, day) & mask for day, mask in freed):
            found.append(_awake(run, number, none))
    return found


def _awake(run: Run, number: int, none: Unplaced) -> Task:
    task = run.tasks.get(number)
    if task is None:
        task = run.tasks[number] = none.task
        task.renew(number, max(run.world.now, none.begins))
    return task


def note_freed(run: Run) -> None:
    """Note the cells that were closed when the last run ended and are not any more."""
    now, grid = run.world.now, run.world.grid
    run.freed = {}
    for day, closed in run.memory.closed.items():
        if day < run.world.today:
            continue
        left = closed & ~(run.board.closed(day) | run.world.blocked.get(day, 0))
        if left and day == run.world.today:
            left &= grid.inside(day, now, grid.day(day + 1)[0] + grid.slot)
        if left:
            run.freed[day] = left


def room(run: Run) -> bool:
    """True while one of the freed cells has no new owner."""
    return any(mask & ~run.board.closed(day) for day, mask in run.freed.items())


def reachable(run: Run, task: Task) -> bool:
    """True when a call, asleep until now, may be placed in one of the freed cells, in its window or outside."""
    first, last = run.outside(task)
    found = cells(task, run.world, min(first, task.first), max(last, task.last), only=run.freed)
    return any(mask & ~run.board.closed(day, task.span) for day, mask in found)


def tellable(run: Run) -> list[Task]:
    """The calls of which something else is to be said: they have a place now, or what closes their window is
    another thing than before."""
    blocked, before = run.world.blocked, run.memory.blocked
    other = {day for day in blocked.keys() | before.keys() if blocked.get(day, 0) != before.get(day, 0)}
    tasks = []
    for number, none in run.dormant.items():
        placed = number in run.board.cell_of
        stale = none.by_the_hour or (other and any(none.days[0] <= day <= none.days[1] for day in other))
        if placed or (stale and none.task.bound):
            tasks.append(_awake(run, number, none))
    return tasks


def remember(run: Run, tasks: Iterable[Task]) -> None:
    """Keep the calls that found no place, and which cells were closed when they did not."""
    memory = run.memory
    found = {}
    for number, none in run.dormant.items():
        if number not in run.board.cell_of:
            found[none.commitment.id] = none if run.placed[number] is none.placed else none.saying(run.placed[number])
    for task in tasks:
        if task.number in run.board.cell_of or task.number in run.dormant or task.how in _SET_DOWN:
            continue
        commitment = task.commitment
        attempts = run.book.attempts.get(commitment.contact_id)
        begins = minutes_up(commitment.window.earliest)
        if _settled(run, task):
            begun = begins <= run.world.now
            found[commitment.id] = Unplaced(
                commitment,
                task.facts.contact,
                attempts,
                run.placed[task.number],
                task=task,
                begins=begins,
                until=task.last - _minutes_of_it(run, task) if task.bound else NEVER,
                begun=begun,
                days=task.window_days(run.world),
                by_the_hour=task.bound and begun and not later_hours(task, run.world),
                hopeful=task.bound and not hopeless(task, run.world),
            )
    memory.unplaced = found
    closed = {day: run.board.closed(day) | run.world.blocked.get(day, 0) for day in run.board.days()}
    memory.closed = {**run.world.blocked, **closed}
    memory.blocked = run.world.blocked


NEVER = 1 << 60
_SET_DOWN = frozenset({"fixed", "moved", "passed", "narrow"})


def _settled(run: Run, task: Task) -> bool:
    """True for a call on which only what is remembered has a bearing."""
    attempts = run.book.attempts.get(task.commitment.contact_id)
    if attempts and attempts[-1].at > run.now:
        return False
    alone = run.siblings.get(task.commitment.contact_id, 0) == 1 and task.commitment.contact_id not in run.pins
    agreed = task.bound and task.commitment.kind is Kind.FIXED
    return alone and not agreed and not _narrow(run, task)


def _narrow(run: Run, task: Task) -> bool:
    """True for a window of a few minutes, which are looked at one by one."""
    return task.bound and task.length <= task.last - task.first < _minutes_of_it(run, task)


def _minutes_of_it(run: Run, task: Task) -> int:
    """A window that is shorter than this is looked at minute by minute."""
    return task.length + run.world.grid.pitch * task.span
