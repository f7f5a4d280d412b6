"""Two copies of calsync on one calendar by mistake: noticed by who wrote our events last.  Pure.

Every write of ours carries the writer's id and the time.  A person's program leaves both as they are, so a stamp of
another writer that is newer than our own last word on an event means that another calsync is at work there now.  A
lost ledger, or a new machine in the place of an old one, knows no event yet and takes over what it finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from calsync.calendars.base import Seen
from calsync.ledger.rows import Intent, Row

SILENT = timedelta(days=1)
"""A writer that has not written for so long has stopped."""


def signature(writer: str, now: datetime) -> str:
    """What an event says of its writer: ``4fe1… 20261122T064500Z``."""
    return f"{writer} {now.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def written_over(writer: str, rows: Mapping[str, Row], seen: Iterable[Seen]) -> dict[str, datetime]:
    """The events of ours, by UID, that another calsync wrote since we last looked at them or wrote them, and when."""
    found = {one.uid: _written_over(writer, rows.get(one.uid), one) for one in seen}
    return {uid: when for uid, when in found.items() if when is not None}


def ahead(writer: str, rows: Mapping[str, Row], seen: Iterable[Seen]) -> frozenset[str]:
    """The events, by UID, that this very calsync wrote later than its ledger knows: the ledger is from a backup.

    One that was being written when a run ended is no such event: the ledger knows what was on its way.
    """
    return frozenset(
        one.uid
        for one in seen
        if (row := rows.get(one.uid)) is not None
        and row.intent is Intent.NONE
        and row.updated_at is not None
        and (stamp := _stamp(one)) is not None
        and stamp[0] == writer
        and stamp[1] > row.updated_at
    )


def at_work(over: Mapping[str, datetime], now: datetime, since: datetime | None) -> datetime | None:
    """When that other one last wrote; ``None`` where it did not within a day.

    What was written before ``since``, when our own writer began, an earlier self may have written: the one of which
    this ledger is a backup, or that was on the machine before.  A time far ahead was told by a clock that was wrong.
    """
    recent = [when for when in over.values() if abs(now - when) < SILENT and (since is None or when > since)]
    return max(recent, default=None)


def written_at(seen: Seen) -> datetime | None:
    """When a calsync last wrote the event, ``None`` where that is not told."""
    stamp = _stamp(seen)
    return stamp[1] if stamp is not None else None


def _written_over(writer: str, row: Row | None, seen: Seen) -> datetime | None:
    stamp = _stamp(seen)
    if row is None or row.updated_at is None or not row.status.present or stamp is None or stamp[0] == writer:
        return None
    return stamp[1] if stamp[1] > row.updated_at else None


def _stamp(seen: Seen) -> tuple[str, datetime] | None:
    """Who wrote it last, and when; ``None`` where that is not told, or the event is gone."""
    writer, _, text = seen.writer.partition(" ")
    if seen.cancelled or not writer:
        return None
    try:
        return writer, datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def silent_after(since: datetime) -> datetime:
    """When one that last wrote then counts as stopped, in the same zone."""
    return (since.astimezone(UTC) + SILENT).astimezone(since.tzinfo)


def told(calendar: str, since: datetime) -> str:
    """What to say of it; ``since`` in the zone of whoever reads."""
    return (
        f"another calsync writes the calendar {calendar!r} too, last on {since:%a %d %b at %H:%M}: nothing was "
        "written, so that the two do not undo each other's work; stop one of them, or take the calendar over here. "
        f"Once the other one has been silent until {silent_after(since):%a %d %b %H:%M (%Z)}, it goes on by itself"
    )
