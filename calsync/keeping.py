"""From one process to the next: the book that was read and the histories that were folded, packed on a shelf.

A new process checks the files (byte for byte, by their checksums), reads the rows that are new, and folds the contacts
to whom they belong; all else it takes from the shelf, and unpacks only what somebody looks at.  What is owed is
unpacked at once, because every run asks for it.  The shelf holds plain JSON, never code: whoever could write to it
could make calsync say wrong things, as with the ledger beside it, but not do any.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from calsync.commitments import History, Memory, Remembered
from calsync.commitments.memory import NEVER
from calsync.commitments.packed import pack_commitments, unpack_commitments
from calsync.drafts import maker
from calsync.later import Later, LaterMap
from calsync.ledger import Shelf
from calsync.ledger.shelf import Part
from calsync.model import Attempt, Book, Commitment, Contact
from calsync.packing import Packing, pack_contact, pack_problems, unpack_contact, unpack_problems
from calsync.sources import KeptBook, KeptList, KeptLog, Reader

_TOGETHER = 64
"""So many contacts share a part of the shelf: an appended row packs them all again."""

_make_history = maker(History)
_CONTACT, _ATTEMPTS, _COMMITMENTS, _IDS = range(4)
_NEXT = "\n\n"
"""Between the kinds; what stands on a line is never empty."""


class Kept(NamedTuple):
    """What was on the shelf; ``listed`` are the contacts that the files say must not be called."""

    book: KeptBook
    known: Mapping[str, Remembered]
    listed: frozenset[str]
    at: datetime


class Keeper:
    """Takes from a shelf and leaves on it what a reader and a memory of one rep hold."""

    def __init__(self, shelf: Shelf, zone: ZoneInfo) -> None:
        self._shelf, self._packing = shelf, Packing(zone)
        self._contacts: Mapping[str, Contact] | None = None
        self._places: dict[str, int] = {}
        self._left: Book | None = None

    def take(self, memory: Memory) -> KeptBook | None:
        """What an earlier process left, its histories given to a ``memory`` that has none; ``None`` without."""
        shelved = self._shelf.load()
        if shelved is None:
            return None
        try:
            kept = unpacked(shelved.head, shelved.parts, self._packing)
        except (ValueError, TypeError, KeyError, IndexError):
            return None
        memory.restore(Book(kept.book.contacts, kept.book.attempts), kept.known, kept.listed, kept.at)
        self._contacts = kept.book.contacts
        self._places = {contact_id: place for place, contact_id in enumerate(kept.book.contacts)}
        return kept.book

    def leave(self, reader: Reader, memory: Memory, book: Book, now: datetime) -> None:
        """Leave what was read and folded at ``now`` for the next process, or of it what has changed."""
        if book is self._left and not memory.touched:
            return
        kept = reader.kept()
        if kept is None or kept.contacts is not book.contacts or not memory.stands_on(book):
            return  # a look ahead, or not everything was folded
        try:
            head = _head(kept, now)
            if self._contacts is not book.contacts or not self._change(head, kept, memory):
                self._leave_all(head, kept, memory)
        except (TypeError, ValueError):
            return  # a value of a kind that is not kept: the next process reads it from the files
        self._left = book
        memory.touched.clear()

    def _change(self, head: dict[str, Any], kept: KeptBook, memory: Memory) -> bool:
        numbers = {self._places[contact_id] // _TOGETHER for contact_id in memory.touched}
        order = {contact_id: place for place, contact_id in enumerate(kept.attempts)}
        ids = list(kept.contacts)
        changed = {}
        for number in numbers:
            together = ids[number * _TOGETHER : (number + 1) * _TOGETHER]
            changed[number] = _part(together, kept, memory, order, self._packing)
        return self._shelf.change(head, changed)

    def _leave_all(self, head: dict[str, Any], kept: KeptBook, memory: Memory) -> None:
        order = {contact_id: place for place, contact_id in enumerate(kept.attempts)}
        ids = list(kept.contacts)
        parts = (
            _part(ids[start : start + _TOGETHER], kept, memory, order, self._packing)
            for start in range(0, len(ids), _TOGETHER)
        )
        if self._shelf.leave(head, parts):
            self._contacts = kept.contacts
            self._places = {contact_id: place for place, contact_id in enumerate(ids)}


# -- packing -----------------------------------------------------------------------------------------------------------


def _head(kept: KeptBook, now: datetime) -> dict[str, Any]:
    return {
        "at": now.astimezone(UTC).isoformat(),
        "lists": kept.lists,
        "logs": [[*log[:-2], pack_problems(log.problems), log.sheet] for log in kept.logs],
        "also": dict(kept.also),
        "latest": kept.latest,
        "again": pack_problems(kept.again),
        "problems": pack_problems(kept.contact_problems),
    }


def _part(ids: Sequence[str], kept: KeptBook, memory: Memory, order: Mapping[str, int], packing: Packing) -> Part:
    """An index, and a line a contact of each: the contact, its attempts, its commitments, their ids."""
    lines: tuple[list[str], ...] = ([], [], [], [])
    index = []
    for contact_id in ids:
        contact, attempts = kept.contacts[contact_id], kept.attempts.get(contact_id, ())
        lines[_CONTACT].append(json.dumps(pack_contact(contact)))
        lines[_ATTEMPTS].append(json.dumps(packing.attempts(attempts)))
        one = memory.known[contact_id] if attempts else None
        commitments = one.history.commitments if one else ()
        # where all that was promised is owed, it is told by what is owed
        told = () if one and len(one.live) == len(commitments) else commitments
        lines[_COMMITMENTS].append(json.dumps(pack_commitments(told, attempts, packing)) if told else "[]")
        lines[_IDS].append(json.dumps([commitment.id for commitment in told]) if told else "[]")
        own_ids = [attempt.key for attempt in attempts if attempt.key in kept.own_ids] if kept.own_ids else []
        index.append(
            [
                contact_id,
                order.get(contact_id, -1),
                len(attempts),
                len(commitments),
                bool(contact.do_not_call),
                one.until.isoformat() if one and one.until is not NEVER else None,
                _owed(one, packing) if one and one.live else None,
                _rare(one, own_ids, packing),
            ]
        )
    return json.dumps(index), _NEXT.join(map("\n".join, lines)).encode("ascii")


def _owed(one: Remembered, packing: Packing) -> list[Any]:
    """What is owed, each with the attempt that made it: all that a run needs of most contacts."""
    made = [commitment.attempt for commitment in one.live]
    return [packing.attempts(made), pack_commitments(one.live, made, packing)]


def _rare(one: Remembered | None, own_ids: Sequence[str], packing: Packing) -> list[Any] | None:
    """What few contacts have: problems, an opt-out, rows ahead of the clock, waived calls, rows with ids."""
    if one is None:
        return None
    history = one.history
    if not (history.problems or history.do_not_call or history.wakes or one.waived or own_ids):
        return None
    wakes = history.wakes and packing.moment(history.wakes)
    return [pack_problems(history.problems), history.do_not_call, wakes, sorted(one.waived), own_ids]


# -- unpacking ---------------------------------------------------------------------------------------------------------


class _Part:
    """A part of the shelf; its lines are taken apart when one of them is asked for."""

    __slots__ = ("_lines", "_packing", "_rest", "ids", "owed", "rows")

    def __init__(self, rest: bytes, packing: Packing) -> None:
        self._rest, self._packing = rest, packing
        self._lines: list[list[str]] = []
        self.ids: list[str] = []
        self.rows: list[Later[Attempt]] = []
        self.owed: list[tuple[Commitment, ...]] = []

    def _line(self, kind: int, place: int) -> Any:
        if not self._lines:
            self._lines = [lines.split("\n") for lines in self._rest.decode("ascii").split(_NEXT)]
            self._rest = b""
        lines = self._lines[kind]
        line, lines[place] = lines[place], ""  # asked for once: what is made of it is kept
        return json.loads(line)

    def contact(self, place: int) -> Contact:
        return unpack_contact(self._line(_CONTACT, place))

    def attempts(self, place: int) -> tuple[Attempt, ...]:
        """The very attempts that made what is owed are among them."""
        made = {one.attempt.key: one.attempt for one in self.owed[place]}
        rows = self._packing.unpack_attempts(self.ids[place], self._line(_ATTEMPTS, place))
        return tuple([known if (known := made.get(one.key)) == one else one for one in rows])

    def commitments(self, place: int) -> tuple[Commitment, ...]:
        packed = self._line(_COMMITMENTS, place)
        return unpack_commitments(self.ids[place], packed, self.rows[place].made(), self._packing)

    def marks(self, place: int) -> tuple[str, ...]:
        return tuple(self._line(_IDS, place))


_Place = tuple[_Part, int]


def _contact(where: _Place) -> Contact:
    part, place = where
    return part.contact(place)


def _attempts(where: _Place) -> tuple[Attempt, ...]:
    part, place = where
    return part.attempts(place)


def _commitments(where: _Place) -> tuple[Commitment, ...]:
    part, place = where
    return part.commitments(place)


def _marks(where: _Place) -> tuple[str, ...]:
    part, place = where
    return part.marks(place)


def unpacked(head: Mapping[str, Any], parts: Sequence[Part], packing: Packing) -> Kept:
    """What ``Keeper.leave`` packed.  Raises ``ValueError``, ``TypeError``, ``KeyError`` or ``IndexError`` otherwise."""
    at = datetime.fromisoformat(head["at"])
    places: dict[str, _Place] = {}
    contacts = LaterMap(places, _contact)
    attempts: list[tuple[int, str, Later[Attempt]]] = []
    known: dict[str, Remembered] = {}
    listed: list[str] = []
    own_ids: dict[str, str] = {}
    nobody: frozenset[str] = frozenset()
    for index, rest in parts:
        part = _Part(rest, packing)
        for place, (contact_id, order, rows, count, opted_out, ends, owed, rare) in enumerate(json.loads(index)):
            where = places[contact_id] = part, place
            part.ids.append(contact_id)
            own_rows = Later(_attempts, where, rows)
            part.rows.append(own_rows)
            live = _unpack_owed(contact_id, owed, packing) if owed else ()
            part.owed.append(live)
            if opted_out:
                listed.append(contact_id)
            if not rows:
                continue
            attempts.append((order, contact_id, own_rows))
            problems, asked, wakes, waived, keys = rare or ((), False, None, nobody, ())
            if rare:
                problems, waived = unpack_problems(problems), frozenset(waived)
                wakes = wakes and packing.unpack_moment(wakes)
                own_ids.update(dict.fromkeys(keys, contact_id))
            commitments: Sequence[Commitment] = live
            marks: Sequence[str] = tuple([one.id for one in live])
            if count > len(live):
                commitments, marks = Later(_commitments, where, count), Later(_marks, where, count)
            known[contact_id] = Remembered(
                contacts,
                own_rows,
                waived,
                at,
                datetime.fromisoformat(ends) if ends else NEVER,
                _make_history(commitments, problems, asked, wakes),
                marks,
                live,
            )
    attempts.sort(key=_by_order)
    book = KeptBook(
        tuple(KeptList(*one) for one in head["lists"]),
        tuple(_log(*one) for one in head["logs"]),
        contacts,
        {contact_id: own_rows for _, contact_id, own_rows in attempts},
        head["also"],
        own_ids,
        head["latest"],
        unpack_problems(head["again"]),
        unpack_problems(head["problems"]),
    )
    return Kept(book, known, frozenset(listed), at)


def _unpack_owed(contact_id: str, owed: Sequence[Any], packing: Packing) -> tuple[Commitment, ...]:
    made, packed = owed
    return unpack_commitments(contact_id, packed, packing.unpack_attempts(contact_id, made), packing)


def _by_order(row: tuple[int, str, Later[Attempt]]) -> int:
    return row[0]


def _log(*fields: Any) -> KeptLog:
    *plain, problems, sheet = fields
    return KeptLog._make([*plain, unpack_problems(problems), sheet and tuple(sheet)])
