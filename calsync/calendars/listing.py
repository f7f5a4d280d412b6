"""What a poll of a calendar of texts collects: shared by memory, folder and CalDAV."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from calsync.calendars import ics
from calsync.calendars.base import Changes, Seen
from calsync.errors import Refused
from calsync.model import Problem


@dataclass(slots=True)
class Listing:
    """The parts of ``Changes``, gathered one resource at a time; one that cannot be read never stops the others."""

    calendar: str
    zone: ZoneInfo
    seen: list[Seen] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    """The UID of ours that stands in each resource that cannot be read, by href."""

    def add(self, href: str, etag: str, text: str, *, known: bool = False) -> bool:
        """Sort in one resource; whether it is one of ours.  ``known``: the ledger has that href as one of ours."""
        try:
            found = ics.read(text, href=href, etag=etag, zone=self.zone, known=known)
        except ics.Unreadable as reason:
            self.unreadable(href, str(reason))
            self.unread[href] = ics.uid_in(text)
            return True
        if isinstance(found, Seen):
            self.seen.append(found)
            return True
        if found.copy_of is not None:
            self.copies.append(found.copy_of)
        return False

    def unreadable(self, href: str, reason: str) -> None:
        """One of ours is there, and must not be taken for deleted because we cannot read it."""
        self.same.append(href)
        self.problems.append(ics.problem(href, reason, self.calendar))

    def changes(self, *, token: str, full: bool) -> Changes:
        """The answer to the poll.  A full one lists what is there, so it has no ``gone``."""
        return Changes(
            seen=tuple(self.seen),
            gone=() if full else tuple(self.gone),
            token=token,
            full=full,
            same=tuple(self.same),
            problems=tuple(self.problems),
            copies=tuple(self.copies),
        )


def ours_or_none(text: str, *, href: str, etag: str, zone: ZoneInfo, calendar: str, known: bool = False) -> Seen | None:
    """The event in one resource, ``None`` where it is not ours.  Raises ``Refused`` for one of ours that is
    unreadable.
    """
    try:
        found = ics.read(text, href=href, etag=etag, zone=zone, known=known)
    except ics.Unreadable as reason:
        problem = ics.problem(href, str(reason), calendar)
        raise Refused(problem.message, hint=problem.hint) from None
    return found if isinstance(found, Seen) else None
