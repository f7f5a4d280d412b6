"""A calendar in memory: the contract in its plainest form, for trials and for tests of other rooms."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from calsync.calendars import ics
from calsync.calendars.base import Changes, Receipt, Seen
from calsync.calendars.listing import Listing, ours_or_none
from calsync.errors import Gone, Stale, Taken
from calsync.model import Entry, Span

_LOG = "memory:"


def utc_now() -> datetime:
    return datetime.now(UTC)


class MemoryStore:
    """What the calendar holds: href -> (etag, text), and the hrefs in the order in which they changed."""

    def __init__(self) -> None:
        self.items: dict[str, tuple[str, str]] = {}
        self.log: list[str] = []
        self._etags = itertools.count(1)

    def put(self, href: str, text: str) -> str:
        etag = f'"{next(self._etags)}"'
        self.items[href] = (etag, text)
        self.log.append(href)
        return etag

    def remove(self, href: str) -> None:
        del self.items[href]
        self.log.append(href)


class MemoryCalendar:
    """Implements ``Calendar`` over a ``MemoryStore``; two calendars over one store are two clients of one calendar."""

    def __init__(
        self, name: str, *, zone: ZoneInfo, store: MemoryStore | None = None, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.name = name
        self.store = store if store is not None else MemoryStore()
        self._zone = zone
        self._clock = clock

    def changes(self, token: str | None, known: Mapping[str, str] | None = None) -> Changes:
        """See ``Calendar.changes``; the token is the length of the log."""
        log = self.store.log
        position = (token or "").removeprefix(_LOG)
        full = token is None or not token.startswith(_LOG) or not position.isdigit() or int(position) > len(log)
        hrefs = list(self.store.items) if full else list(dict.fromkeys(log[int(position) :]))
        found = Listing(self.name, self._zone)
        for href in hrefs:
            if href not in self.store.items:
                found.gone.append(href)
                continue
            etag, text = self.store.items[href]
            if known and known.get(href) == etag:
                found.same.append(href)
            else:
                found.add(href, etag, text)
        return found.changes(token=f"{_LOG}{len(log)}", full=full)

    def get(self, uid: str) -> Seen | None:
        href = ics.file_name(uid)
        if href not in self.store.items:
            return None
        etag, text = self.store.items[href]
        return ours_or_none(text, href=href, etag=etag, zone=self._zone, calendar=self.name)

    def create(self, entry: Entry) -> Receipt:
        href = ics.file_name(entry.uid)
        if href in self.store.items:
            raise Taken
        text = ics.render(entry, self._clock())
        return Receipt(href, self.store.put(href, text), text)

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        self._check(seen)
        text = ics.patch(self.store.items[seen.href][1], entry, self._clock())
        return Receipt(seen.href, self.store.put(seen.href, text), text)

    def delete(self, seen: Seen) -> None:
        try:
            self._check(seen)
        except Gone:
            return
        self.store.remove(seen.href)

    def _check(self, seen: Seen) -> None:
        if seen.href not in self.store.items:
            raise Gone
        if self.store.items[seen.href][0] != seen.etag:
            raise Stale

    def busy(self, start: datetime, end: datetime, away: str = "") -> tuple[Span, ...]:
        from calsync.calendars.ics.busy import busy

        return busy([text for _, text in self.store.items.values()], start, end, self._zone, away)

    def close(self) -> None:
        """Nothing to let go of."""
