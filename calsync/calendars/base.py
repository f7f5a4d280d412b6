"""The Calendar protocol: what calsync asks of a calendar, whoever keeps it.

Every backend passes the one contract suite in ``tests/contract/``.  A backend touches only events that bear calsync's
mark; whatever a provider does its own way lives beside its backend and never leaks out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from calsync.errors import CalendarError
from calsync.model import Entry, Problem, Span


@dataclass(frozen=True, slots=True)
class Seen:
    """An event of ours as it stands on the calendar.

    ``href`` names the resource (a path, a file name, Google's id).  ``etag`` is what a conditional write must quote;
    ``""`` when the server gives none that can be trusted.  ``raw`` is the backend's own text, opaque to everybody
    else, kept so that an update can change our fields and nothing more.  ``mark`` is ``""`` where a server dropped it
    from an event that stands under the very name and UID that we computed.  ``cancelled`` means: deleted, but its id
    stays taken.  ``writer`` is the ``Entry.writer`` of the last write of calsync's, whichever
    copy of it that was.
    """

    uid: str
    mark: str
    href: str
    etag: str
    title: str
    description: str
    start: datetime | date
    end: datetime | date
    alarms: tuple[int, ...] = ()
    modified: datetime | None = None
    raw: str = ""
    cancelled: bool = False
    writer: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a poll found since ``token``.

    ``full`` means that ``seen`` lists every event of ours on the calendar (a first look, or a token that had died),
    so what is missing from it is gone; else ``seen`` holds what changed and ``gone`` the hrefs that vanished.
    ``same`` are hrefs that the server listed with the etag the caller already knew, so that nothing was read for
    them: still there, unchanged (the echo of our own writes, mostly).  ``token`` is for the next poll.  ``problems``
    are items that bear our mark and could not be read; those are there all the same, so their hrefs stand in
    ``same``.  ``copies`` are the titles of copies of our events that a person made, under a UID of their own:
    theirs, never touched.
    """

    seen: tuple[Seen, ...]
    gone: tuple[str, ...]
    token: str
    full: bool
    same: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a write left behind: where, its etag (``""`` when unknown), and the backend's text for the next update."""

    href: str
    etag: str
    raw: str = ""


class Calendar(Protocol):
    """A calendar that calsync writes to.

    Every method may raise ``Unreachable`` (retry later), ``SignInNeeded``, ``Refused`` or ``Locked`` from
    ``calsync.errors``; nothing else escapes a backend.
    """

    name: str

    def changes(self, token: str | None, known: Mapping[str, str] = ...) -> Changes:
        """Poll.  One request when nothing changed.  ``None`` asks for everything of ours; a token that the server no
        longer takes is answered with ``full=True``, never with an error.

        ``known`` maps hrefs to the etags the ledger holds: an item listed with just that etag needs no reading and is
        answered in ``same``.  So the run after a thousand writes of our own costs one request, not a thousand bodies.
        """

    def get(self, uid: str) -> Seen | None:
        """Read back the event with that UID, ``None`` where there is none of ours."""

    def create(self, entry: Entry) -> Receipt:
        """Write a new event, only if its UID is free (RFC 9110 ``If-None-Match: *``, or a client-chosen id).

        Raises ``Taken`` where the UID is in use, also by an event that was deleted but keeps its id.
        """

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        """Change our fields of the event as last ``seen`` (conditional on its etag) and leave all others as they are.

        A ``seen`` that is ``cancelled`` is brought back.  Raises ``Stale`` where it changed meanwhile, ``Gone``
        where it is no longer there.
        """

    def delete(self, seen: Seen) -> None:
        """Remove the event (conditional on its etag).  Already gone is fine; ``Stale`` where it changed meanwhile."""

    def busy(self, start: datetime, end: datetime, away: str = "") -> tuple[Span, ...]:
        """The times taken in ``[start, end)`` by events that are not ours, not cancelled and not marked as free.

        All-day events titled ``away`` (capitals do not matter) are days away, also those that are shown as free: each
        is a span of its own, whole days, with its title.
        """

    def close(self) -> None:
        """Let go of connections."""


@runtime_checkable
class WritesTogether(Protocol):
    """A calendar that writes many new events for little more than the price of one."""

    def create_all(self, entries: Iterable[Entry]) -> Iterator[Receipt | CalendarError]:
        """As ``create`` for each of them, in order; what would be raised for one is answered in its place.

        May take all of ``entries`` before the first answer.  What is raised concerns the calendar as a whole.
        """


def create_each(calendar: Calendar, entries: Iterable[Entry]) -> Iterator[Receipt | CalendarError]:
    """Write new events together where the calendar can, else one as soon as the answer to the last was taken."""
    if isinstance(calendar, WritesTogether):
        yield from calendar.create_all(entries)
        return
    for entry in entries:
        try:
            yield calendar.create(entry)
        except CalendarError as error:
            yield error
