"""A rep's calendar for the tests of reconciling: entries, rows, and a desk that applies plans to a calendar in
memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from calsync import identity
from calsync.calendars.base import Seen
from calsync.calendars.memory import MemoryCalendar, MemoryStore
from calsync.ledger import Cache, Ledger, Row
from calsync.model import Entry
from calsync.rendering import NOTES_LINE
from calsync.sync.actions import Action, Keep
from calsync.sync.apply import Done, Writer, no_checkpoint
from calsync.sync.marks import Mark, News, present_uids, read_marks
from calsync.sync.plan import Wanted, plan

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=CHICAGO)
FRIDAY = datetime(2026, 11, 27, 16, 10, tzinfo=CHICAGO)


def entry(number: int = 1, **changes: object) -> Entry:
    """What the rendering wants for one commitment."""
    mark = identity.commitment_id(f"c{number}", "a1")
    plain = Entry(
        uid=identity.event_uid("tasha-lane", mark),
        mark=mark,
        title=f"Call Dana {number} - promised Fri",
        description=f"CALL tel:+13125550100\nSAY hello\nOUTCOME:\n{NOTES_LINE}\n",
        start=FRIDAY,
        end=FRIDAY + timedelta(minutes=10),
        zone="America/Chicago",
        alarms=(10, 0),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of an Entry, by name


def done(one: Entry) -> Entry:
    """The same event once its call was made."""
    return replace(one, title=f"✓ {one.title} - kept", alarms=(), live=False)


@dataclass
class Desk:
    """One calsync at one calendar.  Two desks over one store are two machines, or one before and after a reinstall."""

    store: MemoryStore = field(default_factory=MemoryStore)
    ledger: Ledger = field(default_factory=lambda: Ledger(":memory:"))
    cache: Cache = field(default_factory=lambda: Cache(":memory:"))
    # A minute after each run a person's program may set LAST-MODIFIED; ours is set by this clock.
    clock: datetime = NOW

    def __post_init__(self) -> None:
        self.calendar = MemoryCalendar("callbacks", zone=CHICAGO, store=self.store, clock=lambda: self.clock)
        self.rows: dict[str, Row] = self.ledger.rows("callbacks")

    def look(self) -> tuple[tuple[Mark, ...], dict[str, Seen]]:
        """Poll the calendar and take in what a person did."""
        known = {row.href: row.etag for row in self.rows.values() if row.status.present and row.etag}
        changes = self.calendar.changes(self.cache.token("callbacks"), known)
        by_href = {row.href: row.uid for row in self.rows.values()}
        seen = {one.uid: one for one in changes.seen}
        gone = {by_href[href] for href in changes.gone if href in by_href}
        if changes.full:
            gone |= present_uids(self.rows.values()) - set(seen) - {by_href[href] for href in changes.same}
        for row in self.rows.values():
            if row.intent and row.uid not in seen:
                found = self.calendar.get(row.uid)
                if found:
                    seen[row.uid] = found
                else:
                    gone.add(row.uid)
        news = News(seen, frozenset(gone - set(seen)))
        before = dict(self.rows)
        self.rows, marks = read_marks(self.rows, news, lambda row: self.cache.seen("callbacks", row.uid, row.etag))
        for uid, row in self.rows.items():
            if row is not before.get(uid):
                self.ledger.put("callbacks", row, self.clock)
        self.cache.put_seen("callbacks", list(news.seen.values()))
        self.cache.put_token("callbacks", changes.token)
        return marks, {uid: one for uid, one in seen.items() if uid not in self.rows}

    def plan(self, *entries: Entry, unknown: dict[str, Seen] | None = None, **wanted: object) -> list[Action]:
        return plan(Wanted(entries, **wanted), self.rows, unknown or {})  # type: ignore[arg-type]  # fields by name

    def apply(self, actions: list[Action], checkpoint: Callable[[str], None] = no_checkpoint) -> list[Done]:
        self.clock += timedelta(seconds=1)
        writer = Writer(self.calendar, self.ledger, self.cache, self.rows, self.clock, {}, checkpoint)
        return writer.apply(actions)

    def sync(self, *entries: Entry, **wanted: object) -> list[Action]:
        """Look, plan, apply; gives back what was not just kept."""
        _, unknown = self.look()
        actions = self.plan(*entries, unknown=unknown, **wanted)
        for one in self.apply(actions):
            if one.error and not one.again:
                raise one.error
        return [action for action in actions if not isinstance(action, Keep)]

    def text(self, one: Entry) -> str:
        """The raw event."""
        return self.store.items[f"{one.uid}.ics"][1]

    def edit(self, one: Entry, old: str, new: str) -> None:
        """A person's program changes the event (folded lines are the caller's to mind)."""
        text = self.text(one)
        assert old in text
        self.store.put(f"{one.uid}.ics", text.replace(old, new))

    def seen(self, one: Entry) -> Seen:
        found = self.calendar.get(one.uid)
        assert found is not None
        return found

    def titles(self) -> list[str]:
        found = self.calendar.changes(None)
        return sorted(seen.title for seen in found.seen)


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
