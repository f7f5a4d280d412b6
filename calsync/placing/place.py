"""Choosing the slots: feasible first, then stable, then preferred.

1. Clock times and what a person moved are fixed points: they stay, and everything else keeps clear of them.
2. A slot that is on the calendar and still allowed keeps its place.
3. Every other open promise, the most urgent first, takes its preferred free cell; where its window is full, calls make
   room along an augmenting path, those that nobody has seen yet before those that somebody has.  So every promise gets
   a place inside its window whenever there is a placement in which all do (``board``).
4. A promise without any cell goes earlier, or, when its window has begun, to the next cell that is allowed.
5. Overdue calls, the most binding first, and then planned ones take what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from calsync.model import Book, Commitment, Decisions, Kind, Placed, Policy, Rep, Slot, Span
from calsync.placing import pins, verdict
from calsync.placing.board import Board
from calsync.placing.facts import Facts
from calsync.placing.grid import SHIFT, index_of, minutes, minutes_up
from calsync.placing.habits import Habits
from calsync.placing.memory import Kept, Memory
from calsync.placing.order import binding, urgency
from calsync.placing.task import HORIZON, Task, allowed, cells, fits, make_task
from calsync.placing.taste import Taste


def place(
    commitments: Sequence[Commitment],
    book: Book,
    rep: Rep,
    policy: Policy,
    *,
    busy: Sequence[Span],
    decisions: Decisions,
    now: datetime,
    memory: Memory | None = None,
) -> tuple[Placed, ...]:
    """A slot for every live commitment, in the order given; closed ones come back with ``slot`` ``None`` and no why.

    ``busy`` are the rep's other appointments; ``decisions.moved`` the times a person chose, kept as they are;
    ``decisions.seen`` the slots that are on the calendar already, kept unless the promise, the law, a busy time or
    another promise's only place forces them, with the words of ``decisions.why``.  Slots are in the rep's zone.  A
    ``memory`` that is kept between calls saves time and changes nothing.  Raises nothing: what cannot be placed says
    why and carries a ``Problem``.
    """
    run = Placing(commitments, book, rep, policy, busy=busy, decisions=decisions, now=now, memory=memory)
    return run.run()


class Placing:
    """One run of ``place``, kept together so that ``explain`` can ask about it afterwards."""

    def __init__(
        self,
        commitments: Sequence[Commitment],
        book: Book,
        rep: Rep,
        policy: Policy,
        *,
        busy: Sequence[Span],
        decisions: Decisions,
        now: datetime,
        memory: Memory | None = None,
    ) -> None:
        self.commitments, self.book, self.rep, self.decisions, self.now = commitments, book, rep, decisions, now
        self.memory = memory or Memory()
        self.world = self.memory.follow(rep, policy, now)
        self.world.reset(now, busy)
        self.board = Board(self.world.grid.pitch, policy.per_hour, policy.per_day)
        self.taste = Taste(self.world, self._habits, self.memory.tally, self.board.closed)
        self.placed: dict[int, Placed] = {}
        self._tasks: dict[int, Task] = {}
        self._of_all: Habits | None = None
        self._siblings: Counter[str] = Counter()
        self._pins: dict[str, list[int]] = {}
        self._recalled: dict[str, Kept] = {}

    def run(self) -> tuple[Placed, ...]:
        """Place everything."""
        waiting, remembered = self._sort()
        waiting += self._recall(remembered, waiting)
        waiting = [task for task in waiting if not self._narrow(task)]
        self._keep_seen(waiting)
        bound = sorted((task for task in waiting if task.bound), key=urgency)
        self._match([task for task in bound if not self._follows(task)])
        for task in bound:
            if self._follows(task):
                self._after_siblings(task)
        rest = [task for task in waiting if not task.bound]
        for task in sorted((task for task in rest if task.commitment.overdue), key=binding):
            self._overdue(task)
        for task in sorted((task for task in rest if not task.commitment.overdue), key=urgency):
            self._planned(task)
        for task in waiting + [task for task in self._tasks.values() if task.how == "squeezed"]:
            self.placed[task.number] = verdict.of_task(self, task)
        self._remember()
        closed = (self.placed.get(number) or Placed(one, None) for number, one in enumerate(self.commitments))
        return tuple(closed)

    def facts(self, contact_id: str) -> Facts | None:
        """What is known of a contact, ``None`` for one that the files no longer have."""
        return self.memory.facts(contact_id, self.book, self.rep, self.now)

    def task(self, number: int) -> Task:
        """The task of a live commitment.  Raises ``LookupError`` for one whose contact is gone: it has no task."""
        task = self._tasks.get(number)
        if task is None:
            commitment = self.commitments[number]
            facts = self.facts(commitment.contact_id)
            if facts is None:
                raise LookupError(commitment.contact_id)
            task = self._tasks[number] = make_task(number, commitment, facts, self.world)
        return task

    def _habits(self) -> Habits:
        """The habits of everybody in the book, reckoned when the first call of a run has to choose."""
        if self._of_all is None:
            self._of_all = self.memory.habits(self.book, self.rep, self.now)
        return self._of_all

    # -- what stands already --------------------------------------------------------------------------------------

    def _sort(self) -> tuple[list[Task], list[tuple[int, Kept]]]:
        """Set down the fixed points; the tasks that need a cell, and the calls that are as they were last time."""
        waiting: list[Task] = []
        standing: list[tuple[Task, Slot]] = []
        remembered: list[tuple[int, Kept]] = []
        kept, seen, moved = self.memory.kept, self.decisions.seen, self.decisions.moved
        for number, commitment in enumerate(self.commitments):
            if not commitment.state.live:
                continue
            self._siblings[commitment.contact_id] += 1
            before = kept.get(commitment.id)
            if (
                before is not None
                and commitment.id not in moved
                and before.start >= self.world.now
                and before.holds(commitment, seen.get(commitment.id), self.book)
            ):
                remembered.append((number, before))
            elif self.facts(commitment.contact_id) is None:
                self.placed[number] = verdict.without_contact(commitment)
            elif found := pins.standing(task := self.task(number), self.decisions, self.world):
                task.how = found[1]
                standing.append((task, found[0]))
            else:
                waiting.append(task)
        for task, slot in standing:
            self._pin(task, slot)
        for task, slot in standing:
            others = [other for one, other in standing if one is not task]
            self.placed[task.number] = verdict.of_pinned(self, task, slot, others)
        return waiting, remembered

    def _pin(self, task: Task, slot: Slot) -> None:
        """Take a time for good: its minutes are busy, and it counts towards every cap."""
        start = minutes(slot.start)
        self.world.pin(start, minutes_up(slot.end))
        self.board.charge(pins.cell_at(self.world, start))
        self._pins.setdefault(task.commitment.contact_id, []).append(start)

    def _narrow(self, task: Task) -> bool:
        slot = pins.narrow(task, self.world)
        if slot is None:
            return False
        task.how = "narrow"
        self._pin(task, slot)
        self.placed[task.number] = verdict.of_pinned(self, task, slot, [])
        return True

    def _recall(self, remembered: Sequence[tuple[int, Kept]], waiting: Sequence[Task]) -> list[Task]:
        """Put back what stands where it stood; the tasks of what has to be looked at again."""
        out: list[Task] = []
        blocked, siblings = self.world.blocked, self._siblings
        contested, crowded = self._contested(waiting), self._crowded()
        for number, kept in remembered:
            day = kept.cell >> SHIFT
            taken = day in blocked and blocked[day] >> index_of(kept.cell) & 1
            if taken or day in crowded or kept.cell in contested or siblings[kept.commitment.contact_id] > 1:
                out.append(self.task(number))
            else:
                self.board.put(number, kept.cell)
                self.placed[number] = kept.placed
                self._recalled[kept.commitment.id] = kept
        return out

    def _contested(self, waiting: Sequence[Task]) -> set[int | None]:
        """Cells on the calendar that another call stands in, too."""
        slots = (self.decisions.seen.get(task.commitment.id) for task in waiting)
        return {self.world.grid.cell(minutes(slot.start)) for slot in slots if slot}

    def _crowded(self) -> set[int]:
        """Days that have a fixed point they did not have before, where a cap may now drive somebody out."""
        pinned = {start for starts in self._pins.values() for start in starts}
        fresh = pinned - self.memory.pinned if self.board.capped else set()
        self.memory.pinned = pinned
        return {self.world.grid.day_of(start) for start in fresh}

    def _remember(self) -> None:
        """Keep the calls that stand in a cell of their own window, or are overdue: others may find a better one."""
        kept = self._recalled
        for number, task in self._tasks.items():
            commitment = task.commitment
            cell = self.board.cell_of.get(number)
            if cell is None or not (task.commitment.overdue or fits(task, self.world, cell)):
                kept.pop(commitment.id, None)
                continue
            attempts = self.book.attempts.get(commitment.contact_id)
            start = self.world.grid.start(cell)
            kept[commitment.id] = Kept(commitment, task.facts.contact, attempts, cell, start, self.placed[number])
        self.memory.kept = kept

    def _keep_seen(self, waiting: Iterable[Task]) -> None:
        """Give every slot that is on the calendar and still allowed back to its call.

        A call that stands outside its window, because that held no cell, is ``parked``: it keeps its place until there
        is one inside.
        """
        for task in sorted(waiting, key=lambda task: (not task.bound, urgency(task))):
            if fixed := self._pins.get(task.commitment.contact_id):
                task.bar(fixed)
            slot = self.decisions.seen.get(task.commitment.id)
            if slot is None or minutes(slot.start) < self.world.now:
                continue
            task.seen = self.world.grid.cell(minutes(slot.start))
            if task.seen is None or self._taken(task.seen):
                continue
            if task.commitment.overdue:
                how = "seen" if allowed(task, self.world, minutes(slot.start)) else ""
            elif fits(task, self.world, task.seen):
                how = "seen"
            else:
                how = "parked" if self._may_park(task, minutes(slot.start)) else ""
            if how:
                self._put(task, task.seen, how)

    def _may_park(self, task: Task, start: int) -> bool:
        """True when a call may stand in the cell at ``start`` although that is outside its window."""
        first, last = self._outside(task)
        return first <= start <= last - self.world.grid.slot and allowed(task, self.world, start)

    def _outside(self, task: Task) -> tuple[int, int]:
        """Where a call goes that finds no place in its window: before it, or on from now when it has begun."""
        begins = minutes_up(task.commitment.window.earliest)
        if task.bound and begins > self.world.now:
            made = max(self.world.now, minutes_up(task.commitment.made_at))
            return (made, made) if task.commitment.kind is Kind.AFTER else (made, begins)
        return task.first, task.first + HORIZON * 1440

    # -- open promises --------------------------------------------------------------------------------------------

    def _match(self, tasks: Sequence[Task]) -> None:
        """Steps 3 and 4: a place in its window for every promise that can have one, then for those that cannot."""
        stuck = [task for task in tasks if not self._inside(task)]
        self._improve()
        for task in stuck:
            if task.number not in self.board.cell_of:
                self._beyond(task)

    def _inside(self, task: Task) -> bool:
        """See that the call has a cell of its window; False, and nothing changed, where that cannot be."""
        if task.number not in self.board.cell_of:
            return self._settle(task)
        if task.how != "parked":
            return True
        if not task.days(self.world):
            return False
        parked = self.board.drop(task.number)
        if self._settle(task):
            return True
        self._put(task, parked, "parked")
        return False

    def _settle(self, task: Task) -> bool:
        """Find a cell inside the window, making others move where that is needed."""
        if (cell := self.taste.pick(task)) is not None:
            self._put(task, cell, "picked")
            return True
        if not task.days(self.world):
            return False
        moved = self.board.augment(task.number, self._cells, self._stays)
        if moved is None:
            moved = self.board.augment(task.number, self._cells, self._held)
        if moved is None:
            return False
        for number in (task.number, *moved):
            self.task(number).how = "squeezed"
        return True

    def _put(self, task: Task, cell: int, how: str) -> None:
        task.how = how
        self.board.put(task.number, cell)

    def _follows(self, task: Task) -> bool:
        """True for a call that waits for others to the same contact, because a cap counts them together."""
        return bool(task.facts.caps) and self._siblings[task.commitment.contact_id] > 1

    def _held(self, number: int) -> bool:
        return self._follows(self.task(number))

    def _stays(self, number: int) -> bool:
        """True for a call that somebody has seen on the calendar where it is now."""
        return number not in self._tasks or self._tasks[number].how in ("seen", "parked") or self._held(number)

    def _cells(self, number: int) -> Iterable[tuple[int, int]]:
        task = self.task(number)
        yield from task.days(self.world)
        if not task.bound or task.how == "parked":
            yield from cells(task, self.world, *self._outside(task))

    def _improve(self) -> None:
        """Calls that an augmenting path put anywhere look once more for a better cell."""
        for _, task in sorted((number, task) for number, task in self._tasks.items() if task.how == "squeezed"):
            old = self.board.drop(task.number)
            cell = self.taste.pick(task) if task.days(self.world) else None
            self.board.put(task.number, old if cell is None else cell)
            slot = self.decisions.seen.get(task.commitment.id)
            before = self.world.grid.cell(minutes(slot.start)) if slot else None
            task.moved_from = before if before != self.board.cell_of[task.number] else None

    def _beyond(self, task: Task) -> None:
        """The window has no cell: earlier where that is allowed, or the next one when the window has begun."""
        first, last = self._outside(task)
        if last != minutes_up(task.commitment.window.earliest):
            self._soonest(task, first, last)
            return
        for day in cells(task, self.world, first, last, latest_first=True):
            if (cell := self.taste.pick(task, [day])) is not None:
                self._put(task, cell, "beyond")
                return

    def _soonest(self, task: Task, first: int, last: int) -> None:
        for day, mask in cells(task, self.world, first, last):
            if free := mask & ~self.board.closed(day):
                self._put(task, day << SHIFT | (free & -free).bit_length() - 1, "beyond")
                return

    def _after_siblings(self, task: Task) -> None:
        """A promise whose call a cap counts together with other calls to the same contact."""
        number, mine = task.number, task.commitment.contact_id
        if number in self.board.cell_of:
            self.board.drop(number)
        mates = [
            self.world.grid.start(cell)
            for other, cell in self.board.cell_of.items()
            if self.commitments[other].contact_id == mine
        ]
        task.bar([*self._pins.get(mine, ()), *mates])
        if task.seen is not None and fits(task, self.world, task.seen) and not self._taken(task.seen):
            self._put(task, task.seen, "seen")
        else:
            self._match([task])

    def _taken(self, cell: int) -> bool:
        return bool(self.board.closed(cell >> SHIFT) & 1 << index_of(cell))

    # -- the rest -------------------------------------------------------------------------------------------------

    def _overdue(self, task: Task) -> None:
        if task.number not in self.board.cell_of:
            self._soonest(task, self.world.now, self.world.now + HORIZON * 1440)

    def _planned(self, task: Task) -> None:
        """A call nobody promised: in its window where it can, else the next allowed cell after it began."""
        if task.number in self.board.cell_of:
            return
        if (cell := self.taste.pick(task)) is not None:
            self._put(task, cell, "picked")
        else:
            self._soonest(task, *self._outside(task))
