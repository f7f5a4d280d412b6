"""Reading: is an event ours, and what does it say?

An event is ours when it bears our mark *under a UID that we computed*.  A copy that a person made has a UID of its own:
it is theirs, and only counted.  Some servers drop properties that they do not know, or give events UIDs of their own;
so under the very name that we computed for a resource, one of the two is enough.  Its mark is then ``""``, and who
knows the UID knows the mark.  Of a resource that the ledger knows as ours, where it is and one of name and UID are
enough: a server may keep it under a name of its own, and a careless program may drop the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from calsync.calendars.base import Seen
from calsync.calendars.ics.lines import Component, Line, components, first, split, unescape
from calsync.calendars.ics.marks import ALARM, MARK, WRITER, uid_of, uid_of_file
from calsync.calendars.ics.times import UnknownZone, duration_of, moment_of
from calsync.model import Problem


@dataclass(frozen=True, slots=True)
class Foreign:
    """Somebody else's event; ``copy_of`` is the title where it is a copy of one of ours."""

    copy_of: str | None = None


class Unreadable(ValueError):
    """An event of ours that cannot be understood; its message says why."""


_FOREIGN = Foreign()
_UID = re.compile(r"^UID:([0-9a-v]{5,64})@calsync", re.MULTILINE | re.IGNORECASE)


def read(text: str, *, href: str, etag: str, zone: ZoneInfo, known: bool = False) -> Seen | Foreign:
    """Read one calendar resource.  Times come in ``zone``; ``known``: the ledger has this href as that of one of ours.

    Raises ``Unreadable`` for one that is ours and makes no sense.
    """
    unfolded = text.replace("\r\n ", "").replace("\n ", "").replace("\r\n\t", "").replace("\n\t", "")
    if not known and "@calsync" not in unfolded and MARK not in unfolded.upper():
        return _FOREIGN
    try:
        return _read(text, href, etag, zone, known=known)
    except Unreadable:
        raise
    except (ValueError, OverflowError, IndexError) as problem:
        if "@calsync" not in unfolded:
            return _FOREIGN
        raise Unreadable(str(problem)) from problem


def problem(href: str, reason: str, calendar: str) -> Problem:
    """What to tell the rep about an item that bears our mark and could not be read."""
    return Problem(
        file=f"{calendar}: {href}",
        line=0,
        column="",
        message=f"An event of calsync's on the calendar “{calendar}” cannot be read: {reason}.",
        hint="delete it in the calendar, then: calsync verify --repair",
    )


def uid_in(text: str) -> str:
    """The computed id of the first UID of our making in a text, whatever else is wrong with it; ``""`` for none."""
    found = _UID.search(text.replace("\r\n ", "").replace("\n ", ""))
    return found[1] if found else ""


def says(text: str, value: str) -> bool:
    """Whether a value of ours stands anywhere in a text."""
    return bool(value) and value in text.replace("\r\n ", "").replace("\n ", "")


def find_event(lines: list[Line], top: list[Component], uid: str, mark: str) -> tuple[Component, Component]:
    """The calendar and in it the event of that UID (else, of that mark; else the only one) itself, not one changed
    occurrence of it."""
    marked: tuple[Component, Component] | None = None
    events: list[tuple[Component, Component]] = []
    for calendar in top:
        for part in calendar.inner:
            if part.name != "VEVENT" or first(lines, part.own(), "RECURRENCE-ID") is not None:
                continue
            if _text(lines, list(part.own()), "UID").strip() == uid:
                return calendar, part
            if _text(lines, list(part.own()), MARK).strip() == mark:
                marked = calendar, part
            events.append((calendar, part))
    if marked is not None:
        return marked
    if len(events) == 1:
        return events[0]
    raise ValueError(f"there is no event with the UID {uid} in it")


def _read(text: str, href: str, etag: str, zone: ZoneInfo, *, known: bool) -> Seen | Foreign:
    lines = split(text)
    named = uid_of_file(href)
    copy: str | None = None
    for calendar in components(lines):
        for part in calendar.inner:
            if part.name != "VEVENT":
                continue
            own = list(part.own())
            if first(lines, own, "RECURRENCE-ID") is not None:
                continue
            line, mark = first(lines, own, "UID"), first(lines, own, MARK)
            uid = uid_of(unescape(line.value)) if line is not None else None
            where = _Found(text, lines, part, own)
            if uid is not None and mark is None and uid != named and not known:
                raise Unreadable("another program removed calsync's mark from it")
            if uid is not None:
                return _seen(where, uid, unescape(mark.value).strip() if mark else "", zone, href=href, etag=etag)
            if named is not None and (mark is not None or known):
                return _seen(where, named, unescape(mark.value).strip() if mark else "", zone, href=href, etag=etag)
            if mark is not None:
                copy = _text(lines, own, "SUMMARY")
    return Foreign(copy) if copy is not None else _FOREIGN


@dataclass(frozen=True, slots=True)
class _Found:
    """An event of ours in its text."""

    text: str
    lines: list[Line]
    part: Component
    own: list[int]


def _seen(found: _Found, uid: str, mark: str, zone: ZoneInfo, *, href: str, etag: str) -> Seen:
    lines, own = found.lines, found.own
    line = first(lines, own, "DTSTART")
    if line is None:
        raise Unreadable("it has no start")
    try:
        start = moment_of(line, zone)
        end = end_of(lines, own, start, zone)
    except UnknownZone:
        start, end = _by_library(found.text, _text(lines, own, "UID").strip(), zone)
    status = first(lines, own, "STATUS")
    return Seen(
        uid=uid,
        mark=mark,
        href=href,
        etag=etag,
        title=_text(lines, own, "SUMMARY"),
        description=_text(lines, own, "DESCRIPTION"),
        start=start,
        end=end,
        alarms=_our_alarms(lines, found.part, start),
        modified=_modified(lines, own),
        raw=found.text,
        writer=_text(lines, own, WRITER),
        cancelled=status is not None and status.value.strip().upper() == "CANCELLED",
    )


def end_of(lines: list[Line], own: Iterable[int], start: datetime | date, zone: ZoneInfo) -> datetime | date:
    """When an event ends: by DTEND, by DURATION, or by the rule for neither (RFC 5545 section 3.6.1)."""
    own = list(own)
    line = first(lines, own, "DTEND")
    if line is not None:
        return moment_of(line, zone)
    line = first(lines, own, "DURATION")
    if line is not None:
        length = duration_of(line.value)
        if isinstance(start, datetime):
            return (start.astimezone(UTC) + length).astimezone(zone)
        return start + length
    return start if isinstance(start, datetime) else start + timedelta(days=1)


def _text(lines: list[Line], own: list[int], name: str) -> str:
    line = first(lines, own, name)
    return unescape(line.value) if line is not None else ""


def _modified(lines: list[Line], own: list[int]) -> datetime | None:
    line = first(lines, own, "LAST-MODIFIED") or first(lines, own, "DTSTAMP")
    if line is None:
        return None
    try:
        moment = moment_of(line, ZoneInfo("UTC"))
    except ValueError:
        return None
    return moment if isinstance(moment, datetime) else None


def _our_alarms(lines: list[Line], event: Component, start: datetime | date) -> tuple[int, ...]:
    """Minutes before the start of the alarms that we wrote, most first, as they ring now (a person may have changed
    one).
    """
    found: list[int] = []
    for part in event.inner:
        if part.name != "VALARM" or not is_ours(lines, event, part):
            continue
        minutes = minutes_before(lines, part, start)
        if minutes is not None:  # an alarm that cannot be read is no reason to lose the event
            found.append(minutes)
    return tuple(sorted(found, reverse=True))


def is_ours(lines: list[Line], event: Component, alarm: Component) -> bool:
    """Whether we wrote that alarm, as far as it can be told: by its mark, or, where the server drops such marks, by the
    words it shows, which are the event's title.  Some programs give the reminders of a person the same words."""
    return first(lines, alarm.own(), ALARM) is not None or shows_title(lines, event, alarm)


def shows_title(lines: list[Line], event: Component, alarm: Component) -> bool:
    """Whether an alarm shows the title of its event, maybe as it was before somebody wrote something beside it."""
    shown = _text(lines, list(alarm.own()), "DESCRIPTION").strip()
    return shown != "" and shown in _text(lines, list(event.own()), "SUMMARY")


def minutes_before(lines: list[Line], alarm: Component, start: datetime | date) -> int | None:
    """How many minutes before the start an alarm rings, ``None`` where that cannot be read."""
    trigger = first(lines, alarm.own(), "TRIGGER")
    try:
        return _minutes_before(trigger, start) if trigger is not None else None
    except ValueError:
        return None


def _minutes_before(trigger: Line, start: datetime | date) -> int:
    if trigger.param("VALUE").upper() != "DATE-TIME":
        return -int(duration_of(trigger.value).total_seconds() // 60)
    moment = moment_of(trigger, ZoneInfo("UTC"))
    if isinstance(moment, datetime) and isinstance(start, datetime):
        return int((start.astimezone(UTC) - moment.astimezone(UTC)).total_seconds() // 60)
    raise ValueError("an alarm at a whole day")


def _by_library(text: str, uid: str, zone: ZoneInfo) -> tuple[datetime | date, datetime | date]:
    """Times whose TZID only the VTIMEZONE in the text, or a table of Windows names, explains."""
    from icalendar import Calendar, Event

    try:
        for event in Calendar.from_ical(text).walk("VEVENT"):
            if not isinstance(event, Event):
                continue
            if str(event.get("UID", "")).strip() == uid and "RECURRENCE-ID" not in event:
                return _local(event.start, zone), _local(event.end, zone)
    except Exception as problem:
        raise Unreadable(f"its time cannot be read ({problem})") from problem
    raise Unreadable("its time cannot be read")


def _local(when: datetime | date, zone: ZoneInfo) -> datetime | date:
    if not isinstance(when, datetime):
        return when
    if when.tzinfo is None:
        raise ValueError("a time zone that nobody defines")
    return when.astimezone(UTC).astimezone(zone)
