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

from calsync.model import (
    Attempt,
    Book,
    Commitment,
    ContactKind,
    Decisions,
    Kind,
    Placed,
    Policy,
    PromisedBy,
    Rep,
    Slot,
    Span,
    State,
)
from calsync.placing import verdict
from calsync.placing.board import Board
from calsync.placing.facts import Facts, barred, facts_of
from calsync.placing.grid import SHIFT, minutes, minutes_up
from calsync.placing.habits import Habits, Tally
from calsync.placing.offgrid import off_grid
from calsync.placing.task import Task, allows, cells, make_task, measure, onward
from calsync.placing.taste import Taste
from calsync.placing.world import World

GRACE = 30
"""Minutes after its end during which a slot that has passed stays put: the rep is on the phone, or writing it down."""

_BINDING = {Kind.FIXED: 0, Kind.DEADLINE: 1, Kind.DAY: 2, Kind.RANGE: 3, Kind.VAGUE: 4, Kind.AFTER: 4}


def place(
    commitments: Sequence[Commitment],
    book: Book,
    rep: Rep,
    policy: Policy,
    *,
    busy: Sequence[Span],
    decisions: Decisions,
    now: datetime,
) -> tuple[Placed, ...]:
    """A slot for every live commitment, in the order given; closed ones come back with ``slot`` ``None`` and no why.

    ``busy`` are the rep's other appointments; ``decisions.moved`` the times a person chose, kept as they are;
    ``decisions.seen`` the slots that are on the calendar already, kept unless the promise, the law, a busy time or
    another promise's only place forces them.  Slots are in the rep's zone.  Raises nothing: what cannot be
    placed says why and carries a ``Problem``.
    """
    return Placing(commitments, book, rep, policy, busy=busy, decisions=decisions, now=now).run()


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
    ) -> None:
        self.commitments, self.book, self.decisions, self.now = commitments, book, decisions, now
        self.world = World(rep, policy, busy, now)
        self.board = Board(self.world.grid.pitch, policy.per_hour, policy.per_day)
        self.taste = Taste(self.world, self._habits, self.board.closed)
        self.tasks: dict[int, Task] = {}
        self.placed: dict[int, Placed] = {}
        self._facts: dict[str, Facts] = {}
        self._of_all: Habits | None = None
        self._siblings: Counter[str] = Counter()
        self._pins: dict[str, list[int]] = {}

    def run(self) -> tuple[Placed, ...]:
        """Place everything."""
        waiting = self._pin_fixed_points()
        for task in waiting:
            measure(task, self.world)
        waiting = [task for task in waiting if not off_grid(self, task)]
        self._keep_seen(waiting)
        bound = sorted((task for task in waiting if task.bound), key=urgency)
        first = [task for task in bound if not self._follows(task)]
        self._match(first)
        for task in bound:
            if task.number not in self.board.cell_of:
                self._after_siblings(task)
        rest = [task for task in waiting if not task.bound]
        for task in sorted((task for task in rest if task.commitment.overdue), key=binding):
            self._next(task)
        for task in sorted((task for task in rest if not task.commitment.overdue), key=urgency):
            self._planned(task)
        for task in waiting:
            self.placed[task.number] = verdict.of_task(self, task)
        return tuple(
            self.placed.get(number) or Placed(commitment, None) for number, commitment in enumerate(self.commitments)
        )

    def facts(self, contact_id: str) -> Facts | None:
        """What is known of a contact, ``None`` for one that the file no longer has."""
        known = self._facts.get(contact_id)
        if known is None:
            contact = self.book.contacts.get(contact_id)
            if contact is None:
                return None
            attempts: Sequence[Attempt] = self.book.attempts.get(contact_id, ())
            known = self._facts[contact_id] = facts_of(contact, attempts, self.world.rep, self.now)
        return known

    def _habits(self) -> Habits:
        if self._of_all is None:
            kinds: dict[ContactKind | None, Tally] = {}
            for contact_id, contact in self.book.contacts.items():
                if self.book.attempts.get(contact_id) and (facts := self.facts(contact_id)) and facts.calls:
                    kinds.setdefault(contact.kind, Tally()).merge(facts.tally())
            self._of_all = Habits(kinds)
        return self._of_all

    # -- fixed points ---------------------------------------------------------------------------------------------

    def _pin_fixed_points(self) -> list[Task]:
        """Set down what will not move; the tasks that are left need a cell."""
        waiting: list[Task] = []
        pinned: list[tuple[Task, Slot, str]] = []
        for number, commitment in enumerate(self.commitments):
            if not commitment.state.live:
                continue
            facts = self.facts(commitment.contact_id)
            if facts is None:
                self.placed[number] = verdict.without_contact(commitment)
                continue
            self._siblings[commitment.contact_id] += 1
            task = self.tasks[number] = make_task(number, commitment, facts, self.world)
            if slot := self._moved(commitment):
                pinned.append((task, slot, "moved"))
            elif is_clock_time(commitment) and commitment.state is State.OPEN:
                pinned.append((task, self.world.grid.slot_at(minutes(commitment.window.earliest)), "fixed"))
            elif slot := self._just_passed(task):
                task.how = "passed"
                self.placed[number] = verdict.just_passed(self, task, slot)
            else:
                waiting.append(task)
        for task, slot, how in pinned:
            task.how = how
            self.pin(task, slot)
        for task, slot, _ in pinned:
            self.placed[task.number] = verdict.of_pinned(self, task, slot, [s for t, s, _ in pinned if t is not task])
        return waiting

    def pin(self, task: Task, slot: Slot) -> None:
        """Take a time for good: its minutes are busy, and it counts towards every cap."""
        start = minutes(slot.start)
        self.world.pin(start, minutes_up(slot.end))
        day = self.world.grid.day_of(start)
        index = (start - self.world.grid.day(day)[0]) // self.world.grid.pitch
        self.board.charge(day << SHIFT | index)
        self._pins.setdefault(task.commitment.contact_id, []).append(start)

    def _moved(self, commitment: Commitment) -> Slot | None:
        """The time a person chose, until it has passed: then the call is placed like any other."""
        slot = self.decisions.moved.get(commitment.id)
        return slot if slot and minutes_up(slot.end) + GRACE > self.world.now else None

    def _just_passed(self, task: Task) -> Slot | None:
        slot = self.decisions.seen.get(task.commitment.id)
        if slot is None or minutes(slot.start) >= self.world.now or minutes_up(slot.end) + GRACE <= self.world.now:
            return None
        return slot

    # -- cells ----------------------------------------------------------------------------------------------------

    def _keep_seen(self, waiting: Iterable[Task]) -> None:
        """Give every slot that is on the calendar and still allowed back to its call."""
        for task in sorted(waiting, key=lambda task: (not task.bound, urgency(task))):
            task.bars = barred(task.facts.caps, self._pins.get(task.commitment.contact_id, ()))
            slot = self.decisions.seen.get(task.commitment.id)
            if slot is None or minutes(slot.start) < self.world.now:
                continue
            cell = self.world.grid.cell(minutes(slot.start))
            if cell is None:
                continue
            task.seen = cell
            free = not self.board.closed(cell >> SHIFT) >> (cell & (1 << SHIFT) - 1) & 1
            if free and (allows(task, cell) or (not task.bound and self._rolls_to(task, cell))):
                task.how = "seen"
                self.board.put(task.number, cell)

    def _rolls_to(self, task: Task, cell: int) -> bool:
        """True where a call without a window of its own may stay in ``cell``."""
        if not task.commitment.overdue and task.days:
            return False
        start = self.world.grid.start(cell)
        return bool([*cells(task, self.world, start, start + self.world.grid.slot)])

    def _follows(self, task: Task) -> bool:
        """True for a call that must wait for others to the same contact, because a cap counts them together."""
        return bool(task.facts.caps) and self._siblings[task.commitment.contact_id] > 1

    def _held(self, number: int) -> bool:
        return self._follows(self.tasks[number])

    def _match(self, tasks: Sequence[Task]) -> None:
        """Steps 3 and 4: a place in its window for every promise that can have one, then for those that cannot."""
        stuck = [task for task in tasks if task.number not in self.board.cell_of and not self._settle(task)]
        self._improve()
        for task in stuck:
            self._beyond(task)

    def _settle(self, task: Task) -> bool:
        """Find a cell inside the window, making others move where that is needed."""
        if (cell := self.taste.pick(task)) is not None:
            self.board.put(task.number, cell)
            task.how = "picked"
            return True
        if not task.days:
            return False
        unseen = self.board.augment(task.number, self._cells, lambda n: self._held(n) or self.tasks[n].how == "seen")
        moved = unseen if unseen is not None else self.board.augment(task.number, self._cells, self._held)
        if moved is None:
            return False
        task.how = "squeezed"
        for number in moved:
            self.tasks[number].how = "squeezed"
        return True

    def _cells(self, number: int) -> Iterable[tuple[int, int]]:
        task = self.tasks[number]
        if task.bound or task.days:
            return task.days
        return onward(task, self.world, self.world.now)

    def _improve(self) -> None:
        """Calls that an augmenting path put anywhere look once more for a better cell."""
        for number in [number for number in self.board.cell_of if self.tasks[number].how == "squeezed"]:
            task = self.tasks[number]
            old = self.board.drop(number)
            cell = self.taste.pick(task) if task.days else None
            self.board.put(number, old if cell is None else cell)
            if task.seen is not None and self.board.cell_of[number] != task.seen:
                task.moved_from = task.seen

    def _beyond(self, task: Task) -> None:
        """The window has no cell: earlier where that is allowed, or the next one when the window has begun."""
        world = self.world
        if minutes_up(task.commitment.window.earliest) > world.now:
            if task.commitment.kind is Kind.AFTER:
                return
            made = max(world.now, minutes_up(task.commitment.made_at))
            options = list(cells(task, world, made, minutes(task.commitment.window.earliest)))
            if self._stay(task, options):
                return
            for day in reversed(options):
                if (cell := self.taste.pick(task, [day])) is not None:
                    task.how = "earlier"
                    self.board.put(task.number, cell)
                    return
            return
        if self._stay(task, onward(task, world, world.now)):
            return
        self._soonest(task, onward(task, world, world.now))

    def _stay(self, task: Task, options: Iterable[tuple[int, int]]) -> bool:
        """Keep the cell that is on the calendar, where it is one of ``options`` and free."""
        if task.seen is None or self.board.owner(task.seen) is not None:
            return False
        bit = 1 << (task.seen & (1 << SHIFT) - 1)
        day = task.seen >> SHIFT
        if not any(mask & bit & ~self.board.closed(day) for number, mask in options if number == day):
            return False
        self.board.put(task.number, task.seen)
        early = self.world.grid.start(task.seen) < minutes_up(task.commitment.window.earliest)
        task.how = "earlier" if early else "next"
        return True

    def _soonest(self, task: Task, options: Iterable[tuple[int, int]]) -> None:
        for day, mask in options:
            if free := mask & ~self.board.closed(day):
                task.how = "next"
                self.board.put(task.number, day << SHIFT | (free & -free).bit_length() - 1)
                return

    def _after_siblings(self, task: Task) -> None:
        """A promise whose attempts a cap counts together with another call's to the same contact."""
        if not self._follows(task):
            return
        mates = (
            self.world.grid.start(self.board.cell_of[other.number])
            for other in self.tasks.values()
            if other.commitment.contact_id == task.commitment.contact_id and other.number in self.board.cell_of
        )
        task.bars = barred(task.facts.caps, [*self._pins.get(task.commitment.contact_id, ()), *mates])
        measure(task, self.world)
        self._match([task])

    def _next(self, task: Task) -> None:
        if task.number not in self.board.cell_of:
            self._soonest(task, onward(task, self.world, self.world.now))

    def _planned(self, task: Task) -> None:
        """A call nobody promised: in its window where it can, else the next allowed cell after it began."""
        if task.number in self.board.cell_of:
            return
        if (cell := self.taste.pick(task)) is not None:
            task.how = "picked"
            self.board.put(task.number, cell)
            return
        self._soonest(task, onward(task, self.world, task.first))


def is_clock_time(commitment: Commitment) -> bool:
    """True for a promise to call at one moment: it is never moved by us."""
    return commitment.kind is Kind.FIXED and commitment.window.earliest == commitment.window.latest


def urgency(task: Task) -> tuple[int, int, datetime, str]:
    """Earliest deadline first; the narrower window first where deadlines are equal."""
    return task.last, -task.first, task.commitment.made_at, task.commitment.id


def binding(task: Task) -> tuple[bool, int, int, str]:
    """The most binding first: the rep's own word before a script's, a clock time before a day, then by age."""
    commitment = task.commitment
    by_script = commitment.promised_by is not PromisedBy.REP
    return by_script, _BINDING.get(commitment.kind, 5), task.last, commitment.id
