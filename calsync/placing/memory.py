"""What a daemon keeps between two placings, so that one new attempt costs one placement and not all of them.

A memory changes how long placing takes and nothing else: with and without it the answer is the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from calsync.commitments import Since
from calsync.model import Attempt, Book, Commitment, Contact, ContactKind, Decisions, Placed, Policy, Rep, Slot
from calsync.placing.facts import Facts, facts_of
from calsync.placing.habits import Habits, Tally
from calsync.placing.task import Task
from calsync.placing.world import World

EVER = (0, 1 << 30)
_NEVER = 1 << 60


@dataclass(frozen=True, slots=True)
class Kept:
    """A call whose answer stays the same while all of this does: it stands in its window, or has none to stand in."""

    commitment: Commitment
    contact: Contact
    attempts: Sequence[Attempt] | None
    cell: int
    span: int
    """How many neighbouring cells it takes, from that one on."""
    start: int
    """The UTC minute at which the cell starts."""
    how: str
    placed: Placed
    restless: bool = False
    """True where it stands outside its window and would go inside, if a cell there could be had."""
    reach: tuple[int, int] = EVER
    """The first and the last day to which it might move for another call."""

    def holds(self, commitment: Commitment, seen: Slot | None, book: Book) -> bool:
        """True when nothing that this rests on has changed (busy times and clock times apart)."""
        slot = self.placed.slot
        return (
            commitment is self.commitment
            and seen is not None
            and slot is not None
            and (seen is slot or (seen.start == slot.start and seen.end == slot.end))
            and book.attempts.get(commitment.contact_id) is self.attempts
            and book.contacts.get(commitment.contact_id) is self.contact
        )


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A call that found no place.

    ``begins`` is the UTC minute at which its window does, ``until`` that from which on only minutes of it are left;
    ``days`` are its first and its last day.  ``by_the_hour`` says that the reason may be another one later today,
    ``hopeful`` that its window has cells, all of them taken.
    """

    commitment: Commitment
    contact: Contact
    attempts: Sequence[Attempt] | None
    placed: Placed
    task: Task
    begins: int
    until: int
    begun: bool
    days: tuple[int, int]
    by_the_hour: bool
    hopeful: bool

    def holds(self, commitment: Commitment, book: Book) -> bool:
        """True when nothing that this rests on has changed, but for what others took or left."""
        return (
            commitment is self.commitment
            and book.attempts.get(commitment.contact_id) is self.attempts
            and book.contacts.get(commitment.contact_id) is self.contact
        )

    def saying(self, placed: Placed) -> Unplaced:
        """The same, with other reasons."""
        return replace(self, placed=placed)


@dataclass(slots=True)
class _Known:
    """``final`` is False while an attempt lies in the future: another ``now`` would see more of the log."""

    contact: Contact
    attempts: Sequence[Attempt]
    facts: Facts
    final: bool
    tally: Tally | None = None


@dataclass(slots=True)
class Memory:
    """For one rep.  Give the same one to every ``place``; it forgets by itself what no longer holds."""

    rep: Rep | None = None
    policy: Policy | None = None
    world: World | None = None
    kept: dict[str, Kept] = field(default_factory=dict)
    firm: dict[int, Kept] = field(default_factory=dict)
    """Those of the kept calls that were found to hold, by the identity of their commitment: while nothing that they
    rest on is another (``settle``), they hold without being looked at."""
    pinned: Counter[int] = field(default_factory=Counter)
    unplaced: dict[str, Unplaced] = field(default_factory=dict)
    closed: dict[int, int] = field(default_factory=dict)
    """The cells of each day that nobody could take when the last run ended."""
    blocked: dict[int, int] = field(default_factory=dict)
    """Those of them that were busy or held by a fixed point."""
    soonest: int = _NEVER
    """No firm one starts before that UTC minute."""
    today: int = 0
    _since: Since = field(default_factory=Since)
    _seen: Mapping[str, Slot] = field(default_factory=dict)
    _known: dict[str, _Known] = field(default_factory=dict)
    _totals: dict[ContactKind | None, Tally] = field(default_factory=dict)
    _habits: Habits | None = None

    def follow(self, rep: Rep, policy: Policy, now: datetime) -> World:
        """The rep's days, kept while the rep and the policy are the same."""
        if self.world is None or rep != self.rep or policy != self.policy:
            self.rep, self.policy = rep, policy
            self.world = World(rep, policy, now)
            self.kept, self.pinned, self._known, self._totals, self._habits = {}, Counter(), {}, {}, None
            self.unplaced, self.closed, self.blocked, self.firm = {}, {}, {}, {}
        return self.world

    def new_day(self, today: int) -> None:
        """On another day the calendar reaches further: whoever had no place is to be tried again."""
        if today != self.today:
            self.unplaced, self.firm, self.today = {}, {}, today
            self.kept = {mark: kept for mark, kept in self.kept.items() if not kept.restless}

    def settle(self, book: Book, decisions: Decisions, now: int) -> tuple[dict[int, Kept], frozenset[str]]:
        """The firm ones that are left, taken out of the memory, and the contacts of whom none holds.

        Left out are those of which something may be another than when they were found to hold: where they stand,
        whether a person moved them, the hour.
        """
        others = self._since.others(book)
        firm, self.firm = self.firm if others is not None else {}, {}
        for mark in (*_differing(self._seen, decisions.seen), *decisions.moved):
            if (kept := self.kept.get(mark)) is not None:
                firm.pop(id(kept.commitment), None)
        if now > self.soonest:
            firm = {key: kept for key, kept in firm.items() if kept.start >= now}
            self.soonest = min((kept.start for kept in firm.values()), default=_NEVER)
        self._seen = decisions.seen
        return firm, others or frozenset()

    def facts(self, contact_id: str, book: Book, rep: Rep, now: datetime) -> Facts | None:
        """What is known of a contact, ``None`` for one that the files no longer have."""
        contact = book.contacts.get(contact_id)
        if contact is None:
            self._forget(contact_id)
            return None
        attempts = book.attempts.get(contact_id, ())
        known = self._known.get(contact_id)
        if known is not None and known.contact is contact and known.attempts is attempts and known.final:
            return known.facts
        self._forget(contact_id)
        facts = facts_of(contact, attempts, rep, now)
        self._known[contact_id] = _Known(contact, attempts, facts, not attempts or attempts[-1].at <= now)
        return facts

    def tally(self, contact_id: str) -> Tally:
        """A contact's own calls; ask for its facts first."""
        known = self._known[contact_id]
        if known.tally is None:
            known.tally = known.facts.tally()
            self._totals.setdefault(known.contact.kind, Tally()).merge(known.tally)
            self._habits = None
        return known.tally

    def habits(self, book: Book, rep: Rep, now: datetime) -> Habits:
        """The habits of each kind of contact, over everybody in the book."""
        for contact_id, attempts in book.attempts.items():
            known = self._known.get(contact_id)
            if known and known.tally and known.attempts is attempts and known.contact is book.contacts.get(contact_id):
                continue
            if attempts and self.facts(contact_id, book, rep, now):
                self.tally(contact_id)
        for gone in self._known.keys() - book.contacts.keys():
            self._forget(gone)
        if self._habits is None:
            self._habits = Habits(self._totals)
        return self._habits

    def _forget(self, contact_id: str) -> None:
        known = self._known.pop(contact_id, None)
        if known is not None and known.tally is not None:
            self._totals[known.contact.kind].merge(known.tally, -1)
            self._habits = None


def _differing(before: Mapping[str, Slot], after: Mapping[str, Slot]) -> list[str]:
    """The keys whose slot is not the very one that it was."""
    if after is before:
        return []
    differing = [mark for mark, slot in after.items() if before.get(mark) is not slot]
    if len(before) + sum(mark not in before for mark in differing) > len(after):
        differing += before.keys() - after.keys()
    return differing
