"""The fold: the whole log, contact by contact, becomes every commitment that was ever made and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from calsync.cadences import Cadence
from calsync.commitments.following import Follow
from calsync.commitments.life import Rules, fold_contact
from calsync.commitments.memory import Memory
from calsync.later import collection_later
from calsync.model import Book, Commitment, Decisions, PhraseReader, Policy, Problem, Rep


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
    with collection_later():
        for contact_id in memory.changed(book, rules.waived, now):
            contact, attempts = book.contacts[contact_id], book.attempts[contact_id]
            history = memory.recall(contact, attempts, rules.waived, now)
            if history is None:
                history = fold_contact(contact, attempts, rules, now)
            memory.keep(contact, book, rules.waived, now, history)
        memory.settle(book, rules.waived, now)
    asked = memory.do_not_call(book.contacts)
    return Folded(memory.every(), memory.live(), tuple(memory.problems()), asked, memory.erased(asked), memory.wakes())
