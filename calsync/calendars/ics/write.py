"""Writing: a new event from an ``Entry``, and our fields changed in the text of an event that is there.

A new event comes from a plain template: some thirty times less work than building it with a library, and a first sync
writes thousands.  The tests read every one of them back with the ``icalendar`` library.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from calsync.calendars.ics.lines import Component, Line, clean, components, escape, first, fold, split, unescape
from calsync.calendars.ics.marks import ALARM, MARK, PRODID, TRANSP, WRITER, file_name, uid_text
from calsync.calendars.ics.read import end_of, find_event, minutes_before, shows_title
from calsync.calendars.ics.times import duration_of, moment_of, property_line, utc_text
from calsync.calendars.ics.zones import vtimezone
from calsync.model import Entry

__all__ = ["MARK", "file_name", "patch", "render", "uid_text"]


def render(entry: Entry, now: datetime) -> str:
    """The whole text of a new event.  ``now`` is the moment of writing, for DTSTAMP and LAST-MODIFIED."""
    start, zone = property_line("DTSTART", entry.start, entry.zone)
    end, end_zone = property_line("DTEND", entry.end, entry.zone)
    stamp = utc_text(now)
    transp = _transp(entry)
    parts = [
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\n",
        vtimezone(entry.zone, entry.start.year) if zone or end_zone else "",
        f"BEGIN:VEVENT\r\nUID:{uid_text(entry.uid)}\r\nDTSTAMP:{stamp}\r\n",
        fold(f"SUMMARY:{escape(entry.title)}"),
        f"{start}\r\n{end}\r\n",
        fold(f"DESCRIPTION:{escape(entry.description)}"),
        f"SEQUENCE:0\r\nCREATED:{stamp}\r\nLAST-MODIFIED:{stamp}\r\nSTATUS:CONFIRMED\r\nTRANSP:{transp}\r\n",
        fold(f"{MARK}:{escape(entry.mark)}"),
        fold(f"{WRITER}:{escape(entry.writer)}") if entry.writer else "",
        f"{TRANSP}:{transp}\r\n",
        *_alarms(entry),
        "END:VEVENT\r\nEND:VCALENDAR\r\n",
    ]
    return "".join(parts)


def _transp(entry: Entry) -> str:
    return "OPAQUE" if entry.busy else "TRANSPARENT"


def _alarms(entry: Entry) -> Iterator[str]:
    for minutes in entry.alarms:
        yield (
            f"BEGIN:VALARM\r\nACTION:DISPLAY\r\n{fold('DESCRIPTION:' + escape(entry.title))}"
            f"TRIGGER:{f'-PT{minutes}M' if minutes else 'PT0S'}\r\n{ALARM}:{minutes}\r\nEND:VALARM\r\n"
        )


def patch(raw: str, entry: Entry, now: datetime) -> str:
    """``raw`` with our fields as ``entry`` says; every other line stays as it is, byte for byte.

    Ours are SUMMARY, DESCRIPTION, DTSTART, DTEND, our alarms, SEQUENCE, DTSTAMP, LAST-MODIFIED and the mark; TRANSP
    only while it is as we last wrote it, and STATUS only to bring back a cancelled event.  A field that already
    means what it should is not touched, so a time that a person set in another zone keeps that zone.  Raises
    ``ValueError`` where the event is not in the text.
    """
    lines = split(raw)
    calendar, event = find_event(lines, components(lines), uid_text(entry.uid), entry.mark)
    edit = _Edit(lines, event)
    changed_text = edit.text("SUMMARY", entry.title)
    if edit.text("DESCRIPTION", entry.description):
        edit.drop("X-ALT-DESC")  # the same words as HTML, kept by some servers: they would now say something else
    used_zone = _times(edit, entry)
    _sequence(edit)
    edit.set("DTSTAMP", f"DTSTAMP:{utc_text(now)}")
    edit.set("LAST-MODIFIED", f"LAST-MODIFIED:{utc_text(now)}")
    edit.text(MARK, entry.mark)
    if entry.writer:
        edit.text(WRITER, entry.writer)
    _status(edit, entry)
    _own_alarms(edit, entry, renew=changed_text or bool(used_zone))
    if used_zone:
        _put_zone(edit, calendar, event, used_zone, entry.start.year)
    return edit.result()


class _Edit:
    """Replacements of whole lines, collected by index and applied at the end."""

    def __init__(self, lines: list[Line], event: Component) -> None:
        self.lines = lines
        self.event = event
        self.own = list(event.own())
        self.replaced: dict[int, str] = {}
        self.added: list[str] = []

    def find(self, name: str) -> Line | None:
        return first(self.lines, self.own, name)

    def set(self, name: str, content: str) -> None:
        """Put one line in the place of the first of that name, or at the end of the properties; further ones go."""
        found = [index for index in self.own if self.lines[index].name == name]
        if not found:
            self.added.append(fold(content))
            return
        self.replaced[found[0]] = fold(content)
        for index in found[1:]:
            self.replaced[index] = ""

    def drop(self, name: str) -> None:
        for index in self.own:
            if self.lines[index].name == name:
                self.replaced[index] = ""

    def text(self, name: str, value: str) -> bool:
        """Set a TEXT property unless it already says so; whether it had to be set."""
        line = self.find(name)
        if line is not None and unescape(line.value) == clean(value):
            return False
        self.set(name, f"{name}:{escape(value)}")
        return True

    def result(self) -> str:
        # new properties stand before the alarms: some readers want every property ahead of the components
        place = self.event.inner[0].first if self.event.inner else self.event.last
        crlf = any(line.raw.endswith("\r\n") for line in self.lines[:2])
        parts: list[str] = []
        for index, line in enumerate(self.lines):
            if index == place:
                parts.extend(_ended(text, crlf=crlf) for text in self.added)
            parts.append(_ended(self.replaced[index], crlf=crlf) if index in self.replaced else line.raw)
        return "".join(parts)


def _ended(text: str, *, crlf: bool) -> str:
    """New lines end as the old ones do."""
    return text if crlf else text.replace("\r\n", "\n")


def _times(edit: _Edit, entry: Entry) -> str:
    """Set DTSTART and DTEND where they mean something else; the TZID that was used, ``""`` for none."""
    zone = ZoneInfo(entry.zone)
    try:
        start = edit.find("DTSTART")
        was_start = moment_of(start, zone) if start else None
        was_end = end_of(edit.lines, edit.own, was_start, zone) if was_start is not None else None
    except ValueError:  # whatever it was, it is set now
        was_start = was_end = None
    if _same(was_start, entry.start) and _same(was_end, entry.end):
        return ""
    start_text, start_zone = property_line("DTSTART", entry.start, entry.zone)
    end_text, end_zone = property_line("DTEND", entry.end, entry.zone)
    edit.set("DTSTART", start_text)
    edit.set("DTEND", end_text)
    edit.drop("DURATION")
    return start_zone or end_zone


def _same(one: datetime | date | None, other: datetime | date) -> bool:
    if one is None or isinstance(one, datetime) != isinstance(other, datetime):
        return False
    if isinstance(one, datetime) and isinstance(other, datetime):
        # by way of UTC: two clock times of one zone compare by the clock alone, blind to the hour that comes twice
        return one.astimezone(UTC) == other.astimezone(UTC)
    return one == other


def _sequence(edit: _Edit) -> None:
    line = edit.find("SEQUENCE")
    number = int(line.value) if line is not None and line.value.strip().isdigit() else 0
    edit.set("SEQUENCE", f"SEQUENCE:{number + 1}")


def _status(edit: _Edit, entry: Entry) -> None:
    status = edit.find("STATUS")
    if status is not None and status.value.strip().upper() == "CANCELLED":
        edit.set("STATUS", "STATUS:CONFIRMED")
    shown, written = edit.find("TRANSP"), edit.find(TRANSP)
    if shown is not None and written is not None and shown.value.strip().upper() != written.value.strip().upper():
        return  # a person chose to show the time as free or busy
    if shown is not None and edit.find(MARK) is None:
        return  # what we wrote is no longer told there: what stands may be a person's choice
    transp = _transp(entry)
    if shown is None or shown.value.strip().upper() != transp:
        edit.set("TRANSP", f"TRANSP:{transp}")
    if written is None or written.value.strip().upper() != transp:
        edit.set(TRANSP, f"{TRANSP}:{transp}")


def _own_alarms(edit: _Edit, entry: Entry, *, renew: bool) -> None:
    """Replace our alarms where their minutes, title or start changed; any other alarm is a person's and stays.

    Alarms that are right are left alone: a client may have noted in them that they were already seen to.
    """
    alarms = [part for part in edit.event.inner if part.name == "VALARM"]
    dropped = not any(first(edit.lines, part.own(), ALARM) for part in alarms)
    ours = [part for part in alarms if _written_by_us(edit, part, entry, dropped=dropped)]
    noted = sorted(line.value.strip() for part in ours if (line := first(edit.lines, part.own(), ALARM)) is not None)
    untouched = noted == sorted(str(minutes) for minutes in entry.alarms)
    if untouched and not renew and all(_rings_as_noted(edit.lines, part) for part in ours):
        return
    for part in ours:
        for index in range(part.first, part.last + 1):
            edit.replaced[index] = ""
    edit.replaced[edit.event.last] = "".join(_alarms(entry)) + edit.lines[edit.event.last].raw


def _written_by_us(edit: _Edit, part: Component, entry: Entry, *, dropped: bool) -> bool:
    """By its mark; where a server or a phone ``dropped`` that from all of them, or an alarm shows the title, one that
    rings just when ours do is not kept beside ours: it would be there twice."""
    if first(edit.lines, part.own(), ALARM) is not None:
        return True
    known = dropped or shows_title(edit.lines, edit.event, part)
    return known and minutes_before(edit.lines, part, entry.start) in entry.alarms


def _rings_as_noted(lines: list[Line], part: Component) -> bool:
    """Whether an alarm of ours still rings when we set it to, however a server spells that."""
    trigger, noted = first(lines, part.own(), "TRIGGER"), first(lines, part.own(), ALARM)
    if trigger is None or noted is None:
        return False
    try:
        return -int(duration_of(trigger.value).total_seconds()) == 60 * int(noted.value)
    except ValueError:
        return False


def _put_zone(edit: _Edit, calendar: Component, event: Component, zone: str, year: int) -> None:
    """A VTIMEZONE that covers the new time: in the place of the one of that name, or before the event."""
    text = vtimezone(zone, year)
    for part in calendar.inner:
        if part.name != "VTIMEZONE":
            continue
        name = first(edit.lines, part.own(), "TZID")
        if name is not None and name.value.strip() == zone:
            for index in range(part.first, part.last + 1):
                edit.replaced[index] = ""
            edit.replaced[part.first] = text
            return
    begin = edit.lines[event.first].raw
    edit.replaced[event.first] = text + begin
