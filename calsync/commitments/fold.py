"""The fold: the whole log, contact by contact, becomes every commitment that was ever made and what became of it."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from calsync.cadences import Cadence, Chooser, Guide, Next, Walk, next_of
from calsync.commitments.life import Rules, fold_contact
from calsync.commitments.memory import Memory
from calsync.model import Attempt, Book, Commitment, Contact, Decisions, PhraseReader, Policy, Problem, Rep


@dataclass(frozen=True, slots=True)
class Folded:
    """Every commitment of the log, closed ones too, oldest first, and what a person has to look at.

    ``live`` are those that are still owed.  ``do_not_call`` names the contacts that must not be called: none of their
    events may be on a calendar, history included; ``erased`` are their commitments.  ``wakes`` is when a row that lies
    ahead of ``now`` next changes something.
    """

    commitments: Sequence[Commitment]
    live: tuple[Commitment, ...] = ()
    problems: tuple[Problem, ...] = ()
    do_not_call: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    wakes: datetime | None = None


class Follow:
    """The cadence that each contact follows, bound to the rep: a ``NextStep``.

    Asked about one attempt after the other of the same contact, it goes on from where it stood.  Two of them are equal
    where they go by the same cadences, reader, rep and policy.
    """

    def __init__(self, cadences: Mapping[str, Cadence], read: PhraseReader, rep: Rep, policy: Policy) -> None:
        self._by = (cadences, read, rep, policy)
        self.choose = Chooser(cadences, policy.default_cadence)
        self._guides: dict[str, Guide] = {}
        self._walk: Walk | None = None
        self._walked = 0

    def __call__(self, contact: Contact, history: Sequence[Attempt]) -> Next:
        walk = self._walk
        if walk is None or walk.contact is not contact or not self._leads_to(walk, history):
            walk, self._walked = Walk(self._guide(contact), contact), 0
            self._walk = walk
        for index in range(self._walked, len(history)):
            walk.place.go_on(history[index])
        self._walked = len(history)
        return next_of(walk)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Follow) and self._by == other._by

    __hash__ = None  # type: ignore[assignment]  # equal by values that have no hash

    def _leads_to(self, walk: Walk, history: Sequence[Attempt]) -> bool:
        """True where the history goes on from the attempt at which the walk stands."""
        return 0 < self._walked < len(history) and history[self._walked - 1] is walk.place.last

    def _guide(self, contact: Contact) -> Guide:
        cadence = self.choose(contact)
        guide = self._guides.get(cadence.name)
        if guide is None:
            _, read, rep, _ = self._by
            guide = self._guides[cadence.name] = Guide(cadence, read, rep)
        return guide


def fold(  # noqa: PLR0917
    book: Book,
    cadences: Mapping[str, Cadence],
    read: PhraseReader,
    rep: Rep,
    policy: Policy,
    decisions: Decisions,
    now: datetime,
    *,
    memory: Memory | None = None,
) -> Folded:
    """Fold the whole log.

    Commitments come in the order in which they were made (ties by id), problems by file and line.  A ``memory`` that is
    kept from one fold to the next spares the contacts whose log did not change.
    """
    memory = memory or Memory()
    follow = Follow(cadences, read, rep, policy)
    rules = Rules(read, follow, rep, policy, decisions.waived, follow.choose)
    memory.follow(rules)
    with _collection_later():
        for contact_id in memory.changed(book, rules.waived, now):
            contact, attempts = book.contacts[contact_id], book.attempts[contact_id]
            history = memory.recall(contact, attempts, rules.waived, now)
            if history is None:
                history = fold_contact(contact, attempts, rules, now)
            memory.keep(contact, book, rules.waived, now, history)
        memory.settle(book, rules.waived, now)
    asked = memory.do_not_call(book.contacts)
    return Folded(
        memory.every(), memory.live(), tuple(memory.problems()), asked, memory.erased(asked), memory.wakes()
    )


@contextmanager
def _collection_later() -> Iterator[None]:
    """Fold without the garbage collector, which would walk over the growing log again and again for no cycle at all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
