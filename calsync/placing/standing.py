"""What stands already: fixed points, slots on the calendar, and what a memory knows to be as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from calsync.drafts import maker
from calsync.model import Slot, State
from calsync.placing import dormant, pins, verdict
from calsync.placing.grid import SHIFT, index_of, minutes
from calsync.placing.memory import EVER, Kept
from calsync.placing.order import urgency
from calsync.placing.run import Run
from calsync.placing.task import Task, allowed, fits, hopeless

Remembered = dict[int, Kept]

_make_kept = maker(Kept)


def sort(run: Run) -> tuple[list[Task], Remembered]:
    """Set down the fixed points; the tasks that need a cell, and the calls that are as they were last time."""
    waiting: list[Task] = []
    standing: list[tuple[Task, Slot]] = []
    seen, moved = run.decisions.seen, run.decisions.moved
    run.memory.new_day(run.world.today)
    kept, unplaced = run.memory.kept, run.memory.unplaced
    now, book, live = run.world.now, run.book, (State.OPEN, State.MISSED)
    firm, changed = run.memory.settle(book, run.decisions, now)
    owners = [one.contact_id for one in run.commitments]
    siblings = run.siblings = Counter(owners)
    found_firm = map(firm.get, map(id, run.commitments))
    remembered: Remembered = {number: one for number, one in enumerate(found_firm) if one is not None}
    if changed:
        for number in [number for number in remembered if owners[number] in changed]:
            del remembered[number]
    for number, commitment in enumerate(run.commitments):
        if number in remembered:
            continue
        if commitment.state not in live:
            siblings[commitment.contact_id] -= 1
            continue
        mark = commitment.id
        before = kept.get(mark)
        if (
            before is not None
            and before.start >= now
            and mark not in moved
            and before.holds(commitment, seen.get(mark), book)
        ):
            remembered[number] = firm[id(commitment)] = before
            run.memory.soonest = min(run.memory.soonest, before.start)
        elif before is None and (none := unplaced.get(mark)) is not None and dormant.asleep(run, number, none):
            continue
        elif run.facts(commitment.contact_id) is None:
            run.placed[number] = verdict.without_contact(commitment)
        elif found := pins.standing(task := run.task(number), run.decisions, run.world):
            task.how = found[1]
            standing.append((task, found[0]))
        else:
            waiting.append(task)
    gone = len(firm) != len(remembered)
    run.memory.firm = {id(one.commitment): one for one in remembered.values()} if gone else firm
    days: dict[int, list[tuple[Task, Slot]]] = {}
    for task, slot in standing:
        run.pin(task, slot)
        days.setdefault(run.world.grid.day_of(minutes(slot.start)), []).append((task, slot))
    for task, slot in standing:
        same_day = days[run.world.grid.day_of(minutes(slot.start))]
        others = [other for one, other in same_day if one is not task]
        run.placed[task.number] = verdict.of_pinned(run, task, slot, others)
    return waiting, remembered


def awkward(run: Run, waiting: Sequence[Task]) -> list[Task]:
    """Set down the calls whose window holds no cell, but a moment that must or can be kept; the tasks that are left.

    What is set down takes minutes from the others, and may be the last ones of a window: so all are asked again.
    """
    set_down: list[tuple[Task, Slot]] = []
    while True:
        left = [task for task in waiting if not _set_down(run, task, set_down)]
        if len(left) == len(waiting):
            break
        waiting = left
        for task in waiting:
            task.look_again()
    for task, slot in set_down:
        others = [other for one, other in set_down if one is not task]
        run.placed[task.number] = verdict.of_pinned(run, task, slot, others)
    return list(waiting)


def _set_down(run: Run, task: Task, set_down: list[tuple[Task, Slot]]) -> bool:
    if slot := pins.agreed(task, run.world):
        task.how = "fixed"
    elif slot := pins.narrow(task, run.world):
        task.how = "narrow"
    else:
        return False
    run.pin(task, slot)
    set_down.append((task, slot))
    return True


def recall(run: Run, remembered: Remembered, waiting: Sequence[Task]) -> list[Task]:
    """Put back what stands where it stood; the tasks of what has to be looked at again."""
    run.recalled = dict(remembered)
    contested, crowded = _contested(run, waiting), _crowded(run)
    alone = len(run.siblings) == len(run.commitments)
    # What a day has that may be in the way is looked at call by call; most days have nothing.
    doubtful = {*run.world.blocked, *crowded, *[cell >> SHIFT for cell in contested]}
    again = [
        number
        for number, kept in remembered.items()
        if (kept.cell >> SHIFT in doubtful and _in_the_way(run, kept, contested, crowded))
        or not (alone or run.siblings[kept.commitment.contact_id] == 1)
    ]
    for number in again:
        del run.recalled[number]
    run.placed.update({number: kept.placed for number, kept in run.recalled.items()})
    run.board.restore({number: kept.cell for number, kept in run.recalled.items() if kept.span == 1})
    for number, kept in run.recalled.items():
        if kept.span > 1:
            run.board.put(number, kept.cell, kept.span)
    return [run.task(number) for number in again]


def _in_the_way(run: Run, kept: Kept, contested: set[int], crowded: set[int]) -> bool:
    """Whether something else may now be where a call stood."""
    day, cells = kept.cell >> SHIFT, range(kept.cell, kept.cell + kept.span)
    taken = run.world.blocked.get(day, 0) >> index_of(kept.cell) & (1 << kept.span) - 1
    return bool(taken) or day in crowded or not contested.isdisjoint(cells)


def restless(run: Run, remembered: Remembered) -> dict[int, Kept]:
    """The calls that stand where they stood, outside a window in which they would rather be."""
    return {number: kept for number, kept in remembered.items() if kept.restless and number in run.recalled}


def _contested(run: Run, waiting: Sequence[Task]) -> set[int]:
    """Cells on the calendar that another call stands in, too."""
    found: set[int] = set()
    for task in waiting:
        slot = run.decisions.seen.get(task.commitment.id)
        cell = run.world.grid.cell(minutes(slot.start)) if slot else None
        if cell is not None:
            found.update(range(cell, cell + task.span))
    return found


def _crowded(run: Run) -> set[int]:
    """Days that have a fixed point they did not have before, where a cap may now drive somebody out."""
    pinned = Counter(start for starts in run.pins.values() for start in starts)  # two may stand at one time
    fresh = pinned - run.memory.pinned if run.board.capped else Counter[int]()
    run.memory.pinned = pinned
    return {run.world.grid.day_of(start) for start in fresh}


def remember(run: Run) -> None:
    """Keep the calls that will not look for another place, and those that will when somebody leaves one."""
    kept, firm = run.memory.kept, run.memory.firm
    if len(kept) != len(run.recalled):
        kept = {one.commitment.id: one for one in run.recalled.values()}
    for number, task in run.tasks.items():
        commitment = task.commitment
        firm.pop(id(commitment), None)
        cell = run.board.cell_of.get(number)
        inside = cell is not None and (commitment.overdue or fits(task, run.world, cell))
        if cell is None:
            kept.pop(commitment.id, None)
            continue
        attempts = run.book.attempts.get(commitment.contact_id)
        start = run.world.grid.start(cell)
        how, placed = "seen" if inside else "parked", run.placed[number]
        restless = not inside and not hopeless(task, run.world)
        reach = task.window_days(run.world) if task.bound and inside else EVER
        kept[commitment.id] = _make_kept(
            commitment, task.facts.contact, attempts, cell, task.span, start, how, placed, restless, reach
        )
    run.memory.kept = kept
    dormant.remember(run, run.tasks.values())


def keep_seen(run: Run, waiting: Iterable[Task]) -> None:
    """Give every slot that is on the calendar and still allowed back to its call.

    A call that stands outside its window, because that held no cell, is ``parked``: it keeps its place until there
    is one inside.
    """
    for task in sorted(waiting, key=lambda task: (not task.bound, urgency(task))):
        if fixed := run.pins.get(task.commitment.contact_id):
            task.bar(fixed)
        slot = run.decisions.seen.get(task.commitment.id)
        if slot is None or minutes(slot.start) < run.world.now:
            continue
        task.seen = run.world.grid.cell(minutes(slot.start))
        if task.seen is None or run.taken(task.seen, task.span):
            continue
        if task.commitment.overdue:
            how = "seen" if allowed(task, run.world, minutes(slot.start)) else ""
        elif fits(task, run.world, task.seen):
            how = "seen"
        else:
            how = "parked" if _may_park(run, task, minutes(slot.start)) else ""
        if how:
            run.put(task, task.seen, how)


def _may_park(run: Run, task: Task, start: int) -> bool:
    """True when a call may stand in the cell at ``start`` although that is outside its window."""
    first, last = run.outside(task)
    return first <= start <= last - run.world.grid.extent(task.span) and allowed(task, run.world, start)
