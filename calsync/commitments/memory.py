"""What was folded before, so that a daemon folds again only the contacts whose log changed.

A memory changes how long a fold takes and nothing else: with and without it the answer is the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import compress
from operator import is_not
from typing import NamedTuple

from calsync.commitments.life import History, Rules
from calsync.commitments.states import age, missed_after
from calsync.model import Attempt, Book, Commitment, Contact, Problem

_FEW = 200
"""Up to so many commitments that came or went are put in their places; beyond that, all are sorted anew."""

_NEVER = datetime.max.replace(tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)


class Remembered(NamedTuple):
    """One contact's history, what it was folded from, and from when until when it stands just as it is."""

    contact: Contact
    attempts: Sequence[Attempt]
    waived: frozenset[str]
    since: datetime
    until: datetime
    history: History

    def holds(self, contact: Contact, attempts: Sequence[Attempt], waived: frozenset[str], now: datetime) -> bool:
        """True where nothing but the time has changed, and that not enough to fold again."""
        return (
            self.since <= now
            and (self.history.wakes is None or now < self.history.wakes)
            and (self.attempts is attempts or self.attempts == attempts)
            and (self.contact is contact or self.contact == contact)
            and self.waived == _own(self.history, waived)
        )


class _Standing(NamedTuple):
    """The whole book as it was last folded, side by side: ids, and the log of each."""

    contacts: Mapping[str, Contact]
    ids: list[str]
    rows: list[Sequence[Attempt]]
    waived: frozenset[str]
    since: datetime
    until: datetime

    def holds(self, book: Book, ids: list[str], waived: frozenset[str], now: datetime) -> bool:
        """True where nothing but some logs can have changed, and some be new."""
        return (
            book.contacts is self.contacts
            and self.since <= now < self.until
            and waived == self.waived
            and ids[: len(self.ids)] == self.ids
        )


@dataclass(slots=True)
class Memory:
    """Histories by contact id, valid for one set of rules, and their commitments in the order of the fold."""

    rules: Rules | None = None
    known: dict[str, Remembered] = field(default_factory=dict)
    _stands: _Standing | None = None
    _until: datetime = _NEVER
    _contacts: Mapping[str, Contact] | None = None
    _listed: frozenset[str] = frozenset()
    _problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _ordered: list[Commitment] = field(default_factory=list)
    _all: tuple[Commitment, ...] = ()
    _came: list[Commitment] = field(default_factory=list)
    _went: list[Commitment] = field(default_factory=list)

    def follow(self, rules: Rules) -> None:
        """Forget everything where the rules (rep, policy, cadences, language) are others than before."""
        rules = replace(rules, waived=frozenset())
        if rules != self.rules:
            for contact_id in list(self.known):
                self.forget(contact_id)
            self._stands = None
            self.rules = rules

    def changed(self, book: Book, waived: frozenset[str], now: datetime) -> list[str]:
        """The contacts of the book whose history may be another than before; those that are gone are forgotten."""
        stands = self._stands
        ids, rows = list(book.attempts), list(book.attempts.values())
        if stands is not None and stands.holds(book, ids, waived, now):
            other = [*compress(ids, map(is_not, rows, stands.rows)), *ids[len(stands.ids) :]]
            return [one for one in other if one in book.contacts]
        return self._look_at_all(book, waived, now)

    def _look_at_all(self, book: Book, waived: frozenset[str], now: datetime) -> list[str]:
        known, contacts = self.known, book.contacts
        for contact_id in [*(known.keys() - book.attempts.keys()), *(known.keys() - contacts.keys())]:
            self.forget(contact_id)
        same = self._stands is not None and waived == self._stands.waived
        out = []
        for contact_id, attempts in book.attempts.items():
            found = known.get(contact_id)
            if found is not None and same:
                contact, rows, _, since, until, _ = found
                if rows is attempts and contact is contacts[contact_id] and since <= now < until:
                    continue
            if contact_id in contacts:
                out.append(contact_id)
        self._until = min((one.until for one in known.values()), default=_NEVER)
        return out

    def settle(self, book: Book, waived: frozenset[str], now: datetime) -> None:
        """All of the book was folded: what is the same next time need not be looked at again."""
        self._stands = _Standing(
            book.contacts, list(book.attempts), list(book.attempts.values()), waived, now, self._until
        )

    def recall(
        self, contact: Contact, attempts: Sequence[Attempt], waived: frozenset[str], now: datetime
    ) -> History | None:
        """The contact's history as of ``now``; ``None`` where it has to be folded again."""
        found = self.known.get(contact.id)
        if found is None or not found.holds(contact, attempts, waived, now):
            return None
        return replace(found.history, commitments=age(found.history.commitments, now))

    def keep(
        self,
        contact: Contact,
        attempts: Sequence[Attempt],
        waived: frozenset[str],
        now: datetime,
        history: History,
    ) -> None:
        """Remember how a contact's history stands now."""
        before = self.known.get(contact.id)
        self._problems.pop(contact.id, None)
        self._asked.discard(contact.id)
        if before is None or before.history.commitments != history.commitments:
            self.forget(contact.id)
            self._came.extend(history.commitments)
        else:
            history = replace(history, commitments=before.history.commitments)
        until = _until(history)
        self._until = min(self._until, until)
        self.known[contact.id] = Remembered(
            contact, attempts, _own(history, waived), now.astimezone(UTC), until, history
        )
        if history.problems:
            self._problems[contact.id] = history.problems
        if history.do_not_call:
            self._asked.add(contact.id)

    def forget(self, contact_id: str) -> None:
        """A contact, or its history, is gone."""
        before = self.known.pop(contact_id, None)
        if before is not None:
            self._went.extend(before.history.commitments)
            self._problems.pop(contact_id, None)
            self._asked.discard(contact_id)

    def commitments(self) -> tuple[Commitment, ...]:
        """All of them, in the order in which they were made (ties by id)."""
        if not self._came and not self._went:
            return self._all
        if len(self._came) + len(self._went) > _FEW or not self._put_in_place():
            self._ordered = [one for kept in self.known.values() for one in kept.history.commitments]
            self._ordered.sort(key=_order)
        self._came, self._went, self._all = [], [], tuple(self._ordered)
        return self._all

    def problems(self) -> list[Problem]:
        """What a person has to look at, of all contacts, by file and line."""
        found = [problem for problems in self._problems.values() for problem in problems]
        return sorted(found, key=lambda p: (p.file, p.line, p.column, p.message, p.hint))

    def do_not_call(self, contacts: Mapping[str, Contact]) -> frozenset[str]:
        """The contacts that must not be called: listed so in the files, or asked for it."""
        if self._contacts is not contacts:
            self._contacts = contacts
            self._listed = frozenset([contact.id for contact in contacts.values() if contact.do_not_call])
        return self._listed | self._asked

    def _put_in_place(self) -> bool:
        """Take out what went and put in what came; ``False`` where that cannot be told from the order."""
        ordered = self._ordered
        for one in self._went:
            place = bisect_left(ordered, _order(one), key=_order)
            if place == len(ordered) or ordered[place] is not one:
                return False
            del ordered[place]
        for one in self._came:
            ordered.insert(bisect_left(ordered, _order(one), key=_order), one)
        return True


def _order(commitment: Commitment) -> tuple[datetime, str]:
    return commitment.attempt.at, commitment.id


def _until(history: History) -> datetime:
    """The first moment at which the history is another, with the same log."""
    until = history.wakes.astimezone(UTC) if history.wakes is not None else _NEVER
    for commitment in history.commitments:
        after = missed_after(commitment)
        if after is not None:
            until = min(until, after.astimezone(UTC) + _INSTANT)
    return until


def _own(history: History, waived: frozenset[str]) -> frozenset[str]:
    """Those of the waived commitments that are the contact's."""
    if not waived:
        return waived
    return frozenset(one.id for one in history.commitments if one.id in waived)
