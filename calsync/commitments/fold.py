"""The fold: the whole log, contact by contact, becomes every commitment that was ever made and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from calsync.cadences import Cadence, Next, choose, implied
from calsync.commitments.life import History, Rules, fold_contact
from calsync.commitments.memory import Memory
from calsync.model import Attempt, Book, Commitment, Contact, Decisions, PhraseReader, Policy, Problem, Rep


@dataclass(frozen=True, slots=True)
class Folded:
    """Every commitment of the log, closed ones too, oldest first, and what a person has to look at.

    ``do_not_call`` names the contacts that must not be called: none of their events may be on a calendar, history
    included.
    """

    commitments: tuple[Commitment, ...]
    problems: tuple[Problem, ...] = ()
    do_not_call: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Follow:
    """The cadence that each contact follows, bound to the rep: a ``NextStep``."""

    cadences: Mapping[str, Cadence]
    read: PhraseReader
    rep: Rep
    policy: Policy

    def __call__(self, contact: Contact, history: Sequence[Attempt]) -> Next:
        cadence = choose(contact, self.cadences, self.policy.default_cadence)
        return implied(cadence, contact, history, self.read, self.rep, self.policy)


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
    commitments: list[Commitment] = []
    problems: list[Problem] = []
    do_not_call = {contact.id for contact in book.contacts.values() if contact.do_not_call}
    rules = Rules(read, Follow(cadences, read, rep, policy), rep, policy, decisions.waived)
    if memory is not None:
        memory.follow(rules)
    for contact_id, attempts in book.attempts.items():
        contact = book.contacts.get(contact_id)
        if contact is None:
            continue
        history = _history(contact, attempts, rules, now, memory)
        commitments.extend(history.commitments)
        problems.extend(history.problems)
        if history.do_not_call:
            do_not_call.add(contact_id)
    commitments.sort(key=lambda c: (c.attempt.at, c.id))
    problems.sort(key=lambda p: (p.file, p.line, p.column, p.message))
    return Folded(tuple(commitments), tuple(problems), frozenset(do_not_call))


def _history(
    contact: Contact, attempts: Sequence[Attempt], rules: Rules, now: datetime, memory: Memory | None
) -> History:
    if memory is None:
        return fold_contact(contact, attempts, rules, now)
    history = memory.recall(contact, attempts, rules.waived, now)
    if history is None:
        history = fold_contact(contact, attempts, rules, now)
        memory.keep(contact, attempts, rules.waived, now, history)
    return history
