"""What was folded before, so that only the contacts whose log changed are folded again.

A memory changes how long a fold takes and nothing else: with and without it the answer is the same.  It may begin with
what an earlier process remembered (``restore``); most of that stays packed, since what has ended concerns nobody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import compress
from operator import is_not
from typing import NamedTuple, TypeVar

from calsync.commitments.life import History, Rules
from calsync.commitments.states import age, missed_after
from calsync.later import Later, collection_later
from calsync.model import Attempt, Book, Commitment, Contact, Problem

_FEW = 200
"""Up to so many live commitments that came or went are put in their places; beyond that, all are sorted anew."""

T = TypeVar("T")
NEVER = datetime.max.replace(tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)


class Remembered(NamedTuple):
    """One contact's history, what it was folded from, and from when until when it stands just as it is.

    The contact is the one that ``contacts`` has; ``waived`` are those of its commitments that the rep waived, ``ids``
    those of all of them, ``live`` those that are still owed.
    """

    contacts: Mapping[str, Contact]
    attempts: Sequence[Attempt]
    waived: frozenset[str]
    since: datetime
    until: datetime
    history: History
    ids: Sequence[str]
    live: tuple[Commitment, ...]

    def holds(self, contact: Contact, attempts: Sequence[Attempt], waived: frozenset[str], now: datetime) -> bool:
        """True where nothing but the time has changed, and that not enough to fold again."""
        return (
            self.since <= now
            and (self.history.wakes is None or now < self.history.wakes)
            and (self.attempts is attempts or self.attempts == attempts)
            and self.is_of(contact)
            and self.waived == _own(self.ids, waived)
        )

    def is_of(self, contact: Contact) -> bool:
        own = self.contacts[contact.id]
        return own is contact or own == contact


class _Standing(NamedTuple):
    """The whole book as it was last folded, side by side: ids, and the log of each."""

    book: Book
    ids: list[str]
    rows: list[Sequence[Attempt]]
    waived: frozenset[str]
    since: datetime

    def leads_to(self, book: Book, ids: list[str], now: datetime) -> bool:
        """True where nothing but some logs can have changed, and some be new."""
        return book.contacts is self.book.contacts and self.since <= now and ids[: len(self.ids)] == self.ids


@dataclass(slots=True)
class Memory:
    """Histories by contact id, valid for one set of rules, and what is owed of them in the order of the fold.

    ``touched`` are the contacts whose history is another than when whoever stores histories last emptied the set.
    """

    rules: Rules | None = None
    known: dict[str, Remembered] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    _stands: _Standing | None = None
    _until: datetime = NEVER
    _contacts: Mapping[str, Contact] | None = None
    _listed: frozenset[str] = frozenset()
    _problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _wakes: dict[str, datetime] = field(default_factory=dict)
    _count: int = 0
    _every: Sequence[Commitment] | None = None
    _ordered: list[Commitment] = field(default_factory=list)
    _live: tuple[Commitment, ...] = ()
    _came: list[Commitment] = field(default_factory=list)
    _went: list[Commitment] = field(default_factory=list)
    _owners: dict[str, str] | None = None
    _erased: tuple[frozenset[str], frozenset[str]] | None = None

    def restore(self, book: Book, known: Mapping[str, Remembered], listed: frozenset[str], now: datetime) -> None:
        """Begin with what an earlier process remembered of ``book``, for the very rules that ``follow`` names first.

        ``listed`` are the contacts that the files say must not be called; ``now`` is when it was remembered.
        """
        self.known = dict(known)
        for contact_id, one in known.items():
            history = one.history
            self._count += len(one.ids)
            if one.live:
                self._came.extend(one.live)
            if history.problems or history.wakes:
                _note(self._problems, contact_id, history.problems)
                _note(self._wakes, contact_id, history.wakes)
            if history.do_not_call:
                self._asked.add(contact_id)
        waived = frozenset[str]().union(*(one.waived for one in known.values() if one.waived))
        self._contacts, self._listed = book.contacts, listed
        self._until = min((one.until for one in known.values()), default=NEVER)
        self.settle(book, waived, now)

    def follow(self, rules: Rules) -> None:
        """Forget everything where the rules (rep, policy, cadences, language) are others than before."""
        rules = replace(rules, waived=frozenset())
        if self.rules is not None and rules != self.rules:
            for contact_id in list(self.known):
                self.forget(contact_id)
            self._stands = None
        self.rules = rules

    def changed(self, book: Book, waived: frozenset[str], now: datetime) -> list[str]:
        """The contacts of the book whose history may be another than before; those that are gone are forgotten."""
        stands = self._stands
        if stands is None:
            return self._look_at_all(book, now)
        if book is stands.book and waived == stands.waived and stands.since <= now < self._until:
            return []
        ids, rows = list(book.attempts), list(book.attempts.values())
        if not stands.leads_to(book, ids, now):
            return self._look_at_all(book, now)
        other = dict.fromkeys([*compress(ids, map(is_not, rows, stands.rows)), *ids[len(stands.ids) :]])
        if waived != stands.waived:
            owners = self._owned()
            other |= dict.fromkeys(owners[mark] for mark in sorted(waived ^ stands.waived) if mark in owners)
        if now >= self._until:
            other |= dict.fromkeys(contact_id for contact_id, one in self.known.items() if one.until <= now)
            self._until = min((one.until for one in self.known.values() if one.until > now), default=NEVER)
        return [one for one in other if one in book.contacts]

    def _look_at_all(self, book: Book, now: datetime) -> list[str]:
        for contact_id in [*(self.known.keys() - book.attempts.keys()), *(self.known.keys() - book.contacts.keys())]:
            self.forget(contact_id)
        self._until = min((one.until for one in self.known.values() if one.until > now), default=NEVER)
        return [contact_id for contact_id in book.attempts if contact_id in book.contacts]

    def settle(self, book: Book, waived: frozenset[str], now: datetime) -> None:
        """All of the book was folded: what is the same next time need not be looked at again."""
        stands = self._stands
        if stands is not None and book is stands.book and waived == stands.waived and stands.since <= now:
            return
        self._stands = _Standing(book, list(book.attempts), list(book.attempts.values()), waived, now)

    def recall(
        self, contact: Contact, attempts: Sequence[Attempt], waived: frozenset[str], now: datetime
    ) -> History | None:
        """The contact's history as of ``now``; ``None`` where it has to be folded again."""
        found = self.known.get(contact.id)
        if found is None or not found.holds(contact, attempts, waived, now):
            return None
        if now < found.until and not found.live:
            return found.history
        return replace(found.history, commitments=age(found.history.commitments, now))

    def keep(
        self,
        contact: Contact,
        book: Book,
        waived: frozenset[str],
        now: datetime,
        history: History,
    ) -> None:
        """Remember how a contact's history, folded from its rows in ``book``, stands now."""
        before = self.known.get(contact.id)
        if before is not None and before.history.commitments == history.commitments:
            history = replace(history, commitments=before.history.commitments)
            ids, live = before.ids, before.live
        else:
            ids = tuple([one.id for one in history.commitments])
            live = tuple([one for one in history.commitments if one.state.live])
        until = _until(history, live)
        self._until = min(self._until, until)
        rows, own = book.attempts[contact.id], _own(ids, waived)
        self._put(
            contact.id, Remembered(book.contacts, rows, own, now.astimezone(UTC), until, history, ids, live), before
        )

    def _put(self, contact_id: str, one: Remembered, before: Remembered | None = None) -> None:
        history = one.history
        if before is None or one.ids is not before.ids:
            self.forget(contact_id)
            self._count += len(one.ids)
            self._came.extend(one.live)
            if self._owners is not None:
                self._owners.update(dict.fromkeys(one.ids, contact_id))
            self._every = self._erased = None
        self.known[contact_id] = one
        self.touched.add(contact_id)
        _note(self._problems, contact_id, history.problems)
        _note(self._wakes, contact_id, history.wakes)
        if history.do_not_call != (contact_id in self._asked):
            self._erased = None
            (self._asked.add if history.do_not_call else self._asked.discard)(contact_id)

    def forget(self, contact_id: str) -> None:
        """A contact, or its history, is gone."""
        before = self.known.pop(contact_id, None)
        if before is None:
            return
        self.touched.add(contact_id)
        self._count -= len(before.ids)
        self._went.extend(before.live)
        self._problems.pop(contact_id, None)
        self._wakes.pop(contact_id, None)
        self._asked.discard(contact_id)
        self._every = self._erased = None
        if self._owners is not None:
            for mark in before.ids:
                self._owners.pop(mark, None)

    def stands_on(self, book: Book) -> bool:
        """True where that very book was folded last, every contact of it."""
        return self._stands is not None and self._stands.book is book and self.known.keys() == book.attempts.keys()

    # -- what is remembered ------------------------------------------------------------------------------------------

    def live(self) -> tuple[Commitment, ...]:
        """The commitments that are still owed, in the order in which they were made (ties by id)."""
        if self._came or self._went:
            if len(self._came) + len(self._went) > _FEW or not self._put_in_place():
                self._ordered = sorted([one for kept in self.known.values() for one in kept.live], key=order)
            self._came, self._went, self._live = [], [], tuple(self._ordered)
        return self._live

    def every(self) -> Sequence[Commitment]:
        """All commitments, closed ones too, in that order; put together when somebody looks at them."""
        if self._every is None:
            self._every = Later(_in_order, tuple(self.known.values()), self._count)
        return self._every

    def find(self, mark: str) -> Commitment | None:
        """The commitment of that id, ``None`` where the log has none."""
        owner = self._owned().get(mark)
        if owner is None:
            return None
        return next((one for one in self.known[owner].history.commitments if one.id == mark), None)

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

    def erased(self, contacts: frozenset[str]) -> frozenset[str]:
        """The ids of all commitments of these contacts."""
        if self._erased is None or self._erased[0] != contacts:
            known = [self.known[contact_id] for contact_id in contacts if contact_id in self.known]
            self._erased = contacts, frozenset([mark for one in known for mark in one.ids])
        return self._erased[1]

    def wakes(self) -> datetime | None:
        """When a row that lies ahead of the clock next changes something."""
        return min(self._wakes.values(), default=None)

    def _owned(self) -> dict[str, str]:
        if self._owners is None:
            self._owners = {mark: contact_id for contact_id, one in self.known.items() for mark in one.ids}
        return self._owners

    def _put_in_place(self) -> bool:
        """Take out what went and put in what came; ``False`` where that cannot be told from the order."""
        ordered = self._ordered
        for one in self._went:
            place = bisect_left(ordered, order(one), key=order)
            if place == len(ordered) or ordered[place] is not one:
                return False
            del ordered[place]
        for one in self._came:
            ordered.insert(bisect_left(ordered, order(one), key=order), one)
        return True


def order(commitment: Commitment) -> tuple[datetime, str]:
    """The order of the fold: as the commitments were made, ties by id."""
    return commitment.attempt.at, commitment.id


def _in_order(known: Iterable[Remembered]) -> tuple[Commitment, ...]:
    with collection_later():
        return tuple(sorted([one for kept in known for one in kept.history.commitments], key=order))


def _until(history: History, live: Iterable[Commitment]) -> datetime:
    """The first moment at which the history is another, with the same log."""
    until = history.wakes.astimezone(UTC) if history.wakes is not None else NEVER
    for commitment in live:
        after = missed_after(commitment)
        if after is not None:
            until = min(until, after.astimezone(UTC) + _INSTANT)
    return until


def _own(ids: Iterable[str], waived: frozenset[str]) -> frozenset[str]:
    """Those of the waived commitments that are the contact's."""
    return waived.intersection(ids) if waived else waived


def _note(notes: dict[str, T], key: str, value: T | None) -> None:
    if value:
        notes[key] = value
    else:
        notes.pop(key, None)
