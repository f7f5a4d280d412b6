"""Rows of a calendar, looked up the ways a poll and a plan need.

Thousands of rows stand as they stood, and a run that adds one call writes one of them.  So an index is followed: what
the rows of now have in common with those of before, told by their identity, is not looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import is_
from zoneinfo import ZoneInfo

from calsync.ledger.rows import Intent, Row
from calsync.model import Slot


@dataclass(frozen=True, slots=True)
class Index:
    """``known``: href to etag of what needs no reading.  ``by_href``: href to UID.  ``present``: the UIDs that ought to
    be found.  ``pending``: those of writes whose answer never came.

    By mark: ``slots``, where what has an hour stands, in the rep's zone; ``whys``, the reasons that were written down
    for it; ``noted``, the events on which a person wrote notes.
    """

    known: Mapping[str, str]
    by_href: Mapping[str, str]
    present: frozenset[str]
    pending: frozenset[str]
    slots: Mapping[str, Slot]
    whys: Mapping[str, tuple[str, ...]]
    noted: frozenset[str]
    rows: Mapping[str, Row]
    """The rows as they were: a copy, since whoever writes a row changes the dictionary of them."""
    by_mark: Mapping[str, str] | None
    """Mark to UID; ``None`` where two rows share a mark or a href, so that one cannot go without the other."""

    def is_of(self, rows: Mapping[str, Row]) -> bool:
        """Whether these are the very rows that it was made of, in their order."""
        return len(rows) == len(self.rows) and all(map(is_, rows.values(), self.rows.values()))


def index(rows: Mapping[str, Row], zone: ZoneInfo, before: Index | None = None) -> Index:
    """The index of the rows of one calendar, for a rep in ``zone``.

    ``before`` is one of earlier rows, made for the same zone: it saves time, and changes nothing.
    """
    if before is not None:
        if before.is_of(rows):
            return before
        if (followed := _followed(before, rows, zone)) is not None:
            return followed
    made = _Making(zone, {}, {}, set(), set(), {}, {}, set(), {})
    plain = True
    for uid, row in rows.items():
        plain &= made.add(uid, row)
    return made.done(rows, plain=plain)


def _followed(before: Index, rows: Mapping[str, Row], zone: ZoneInfo) -> Index | None:
    """The index of before with the rows changed that are others now; ``None`` where that is not worth it, or cannot
    be."""
    if before.by_mark is None:
        return None
    old = before.rows
    other = [(uid, row) for uid, row in rows.items() if old.get(uid) is not row]
    replaced = [uid for uid, _ in other if uid in old]
    gone = old.keys() - rows.keys() if len(old) - len(replaced) + len(other) > len(rows) else ()
    if 4 * (len(other) + len(gone)) > len(rows):
        return None
    made = _Making(
        zone,
        dict(before.known),
        dict(before.by_href),
        set(before.present),
        set(before.pending),
        dict(before.slots),
        dict(before.whys),
        set(before.noted),
        dict(before.by_mark),
    )
    for uid in (*gone, *replaced):
        made.drop(uid, old[uid])
    return made.done(rows, plain=True) if all(made.add(uid, row) for uid, row in other) else None


@dataclass(slots=True)
class _Making:
    """An index on its way."""

    zone: ZoneInfo
    known: dict[str, str]
    by_href: dict[str, str]
    present: set[str]
    pending: set[str]
    slots: dict[str, Slot]
    whys: dict[str, tuple[str, ...]]
    noted: set[str]
    by_mark: dict[str, str]

    def add(self, uid: str, row: Row) -> bool:
        """Take a row in; whether its mark and its href are nobody else's."""
        own = row.mark not in self.by_mark and row.href not in self.by_href
        self.by_mark[row.mark] = uid
        if row.href:
            self.by_href[row.href] = uid
        if row.intent is not Intent.NONE:
            self.pending.add(uid)
        if row.why:
            self.whys[row.mark] = row.why
        if row.status.present:
            self.present.add(uid)
            if "T" in row.face.start:
                self.slots[row.mark] = Slot(self._moment(row.face.start), self._moment(row.face.end))
            if row.face.notes:
                self.noted.add(row.mark)
            if row.etag and row.href and row.intent is Intent.NONE:
                self.known[row.href] = row.etag
        return own

    def drop(self, uid: str, row: Row) -> None:
        """Let a row go that was taken in."""
        for found, key in ((self.by_mark, row.mark), (self.by_href, row.href), (self.known, row.href)):
            found.pop(key, None)
        self.slots.pop(row.mark, None)
        self.whys.pop(row.mark, None)
        for marked, key in ((self.pending, uid), (self.present, uid), (self.noted, row.mark)):
            marked.discard(key)

    def _moment(self, text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(self.zone)

    def done(self, rows: Mapping[str, Row], *, plain: bool) -> Index:
        return Index(
            self.known,
            self.by_href,
            frozenset(self.present),
            frozenset(self.pending),
            self.slots,
            self.whys,
            frozenset(self.noted),
            dict(rows),
            self.by_mark if plain else None,
        )
