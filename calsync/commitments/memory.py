"""What was folded before, so that a daemon folds again only the contacts whose log changed.

A memory changes how long a fold takes and nothing else: with and without it the answer is the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
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


@dataclass(slots=True)
class Memory:
    """Histories by contact id, valid for one set of rules, and their commitments in the order of the fold."""

    rules: Rules | None = None
    known: dict[str, Remembered] = field(default_factory=dict)
    _waived: frozenset[str] | None = None
    _contacts: Mapping[str, Contact] | None = None
    _listed: frozenset[str] = frozenset()
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
            self.rules = rules

    def changed(self, book: Book, waived: frozenset[str], now: datetime) -> list[str]:
        """The contacts of the book whose history may be another than before; those that are gone are forgotten."""
        known, contacts = self.known, book.contacts
        for contact_id in [one for one in known if one not in book.attempts or one not in contacts]:
            self.forget(contact_id)
        same, self._waived = waived == self._waived, waived
        now = now.astimezone(UTC)
        out = []
        for contact_id, attempts in book.attempts.items():
            contact = contacts.get(contact_id)
            if contact is None:
                continue
            found = known.get(contact_id)
            if (
                found is None
                or found.attempts is not attempts
                or found.contact is not contact
                or not (same and found.since <= now < found.until)
            ):
                out.append(contact_id)
        return out

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
        if before is None or before.history.commitments != history.commitments:
            self.forget(contact.id)
            self._came.extend(history.commitments)
        else:
            history = replace(history, commitments=before.history.commitments)
        self.known[contact.id] = Remembered(
            contact, attempts, _own(history, waived), now.astimezone(UTC), _until(history), history
        )

    def forget(self, contact_id: str) -> None:
        """A contact, or its history, is gone."""
        before = self.known.pop(contact_id, None)
        if before is not None:
            self._went.extend(before.history.commitments)

    def commitments(self) -> tuple[Commitment, ...]:
        """All of them, in the order in which they were made (ties by id)."""
        if not self._came and not self._went:
            return self._all
        if len(self._came) + len(self._went) > _FEW or not self._put_in_place():
            self._ordered = [one for kept in self.known.values() for one in kept.history.commitments]
            self._ordered.sort(key=_order)
        self._came, self._went, self._all = [], [], tuple(self._ordered)
        return self._all

    def problems(self) -> Iterator[Problem]:
        """What a person has to look at, of all contacts."""
        for kept in self.known.values():
            if kept.history.problems:
                yield from kept.history.problems

    def do_not_call(self, contacts: Mapping[str, Contact]) -> frozenset[str]:
        """The contacts that must not be called: listed so in the files, or asked for it."""
        if self._contacts is not contacts:
            self._contacts = contacts
            self._listed = frozenset([contact.id for contact in contacts.values() if contact.do_not_call])
        asked = [contact_id for contact_id, kept in self.known.items() if kept.history.do_not_call]
        return self._listed.union(asked) if asked else self._listed

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
