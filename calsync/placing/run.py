"""The state of one placing: what was handed in, the rep's world, the board, and the tasks so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from calsync.model import Book, Commitment, Decisions, Kind, Placed, Policy, Rep, Slot, Span, State
from calsync.placing.board import Board
from calsync.placing.facts import Facts
from calsync.placing.grid import SHIFT, index_of, minutes, minutes_up
from calsync.placing.habits import Habits
from calsync.placing.memory import Kept, Memory, Unplaced
from calsync.placing.pins import cell_at
from calsync.placing.reach import Reach, Reaches
from calsync.placing.task import HORIZON, Task, make_task
from calsync.placing.taste import Taste


class Run:
    """One run of ``place``.

    ``placed`` fills up by the number of the commitment; ``siblings`` counts a contact's calls, ``pins`` holds those
    of their times that do not move (UTC minutes); ``recalled`` are the calls that a memory knew to be as they were,
    by number, too; ``dead`` are the cells from which no way leads to a free one (``Board.augment``), with what was seen
    on the calendar movable or not; ``full`` the reaches in which there is none; ``dormant`` are the calls that had no
    place last time, ``freed`` the cells that somebody left since then, ``changed`` says that somebody who holds one
    is another than before.
    """

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
        self.dead: dict[bool, dict[int, int]] = {}
        self.reaches = Reaches(self.world)
        self.full: set[int] = set()
        self.dormant: dict[int, Unplaced] = {}
        self.freed: dict[int, int] = {}
        self.changed = True
        self.taste = Taste(self.world, self._habits, self.memory.tally, self.board.closed)
        self.placed: dict[int, Placed] = {}
        self.recalled: dict[int, Kept] = {}
        self.tasks: dict[int, Task] = {}
        self._of_all: Habits | None = None
        self.siblings: dict[str, int] = {}
        self.pins: dict[str, list[int]] = {}

    def facts(self, contact_id: str) -> Facts | None:
        """What is known of a contact, ``None`` for one that the files no longer have."""
        return self.memory.facts(contact_id, self.book, self.rep, self.now)

    def task(self, number: int) -> Task:
        """The task of a live commitment.  Raises ``LookupError`` for one whose contact is gone: it has no task."""
        task = self.tasks.get(number)
        if task is None:
            commitment = self.commitments[number]
            facts = self.facts(commitment.contact_id)
            if facts is None:
                raise LookupError(commitment.contact_id)
            task = self.tasks[number] = make_task(number, commitment, facts, self.world)
            if number in self.recalled:
                task.how = self.recalled[number].how
        return task

    def _habits(self) -> Habits:
        """The habits of everybody in the book, reckoned when the first call of a run has to choose."""
        if self._of_all is None:
            self._of_all = self.memory.habits(self.book, self.rep, self.now)
        return self._of_all

    def pin(self, task: Task, slot: Slot) -> None:
        """Take a time for good: its minutes are busy, and it counts towards every cap."""
        start = minutes(slot.start)
        self.world.pin(start, minutes_up(slot.end))
        self.board.charge(cell_at(self.world, start))
        self.pins.setdefault(task.commitment.contact_id, []).append(start)

    def put(self, task: Task, cell: int, how: str) -> None:
        """Give a call a cell; ``how`` says why that one."""
        task.how = how
        self.board.put(task.number, cell, task.span)

    def drop(self, task: Task) -> int:
        """Take a call's cell away; the cell."""
        self.dead.clear()
        self.full.clear()
        return self.board.drop(task.number)

    def taken(self, cell: int, span: int) -> bool:
        """True when a call of ``span`` cannot simply begin with a cell."""
        return bool(self.board.closed(cell >> SHIFT, span) & 1 << index_of(cell))

    def follows(self, task: Task) -> bool:
        """True for a call that waits for others to the same contact, because a cap counts them together."""
        return bool(task.facts.caps) and self.siblings[task.commitment.contact_id] > 1

    def rolling(self, number: int) -> Reach | None:
        """Where a recalled call of one cell may go whose window is over, if that is known without making its task:
        a full calendar has thousands of them, and a search asks each."""
        commitment = self.commitments[number]
        owed = commitment.state is State.OPEN and commitment.kind is not Kind.PLANNED
        if number in self.tasks or owed or commitment.window.latest >= self.now:
            return None
        facts = self.facts(commitment.contact_id)
        if facts is None or facts.bars():
            return None
        return self.reaches.known(facts, 1, self.world.now, self.horizon(self.world.now))

    def outside(self, task: Task) -> tuple[int, int]:
        """Where a call goes that finds no place in its window: before it, or on from now when it has begun."""
        begins = minutes_up(task.commitment.window.earliest)
        if task.bound and begins > self.world.now:
            made = max(self.world.now, minutes_up(task.commitment.made_at))
            return (made, made) if task.commitment.kind is Kind.AFTER else (made, begins)
        return task.first, self.horizon(task.first)

    def horizon(self, minute: int) -> int:
        """The UTC minute up to which a place is looked for from another one on: whole days, so that nothing comes into
        reach before the next day begins."""
        grid = self.world.grid
        return grid.day(grid.day_of(minute) + HORIZON)[0]
