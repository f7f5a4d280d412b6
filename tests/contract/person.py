"""The other one who writes to the calendar: a person with some calendar program, and the world both live in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from icalendar import Alarm, Event
from icalendar import Calendar as Text

from calsync.calendars.base import Calendar

CHICAGO = ZoneInfo("America/Chicago")


class Person(Protocol):
    """What a person does to the calendar, in any program, without knowing anything of calsync."""

    def add(
        self, title: str, start: datetime | date, end: datetime | date, *, busy: bool = True, cancelled: bool = False
    ) -> str:
        """Make an event of their own; the handle that names it."""

    def add_weekly(self, title: str, start: datetime, end: datetime, times: int) -> str:
        """Make an event that comes back every week."""

    def snapshot(self, handle: str) -> str:
        """All that the calendar keeps of an event: equal before and after means untouched."""

    def titles(self) -> list[str]:
        """The titles of all live events, ours and theirs, sorted."""

    def rename(self, uid: str, title: str) -> None:
        """Type another title over that of our event."""

    def move(self, uid: str, start: datetime, end: datetime) -> None:
        """Drag our event."""

    def note(self, uid: str, text: str) -> None:
        """Write below the description of our event."""

    def decorate(self, uid: str) -> None:
        """Give our event a colour, a place and one more reminder, 60 minutes before."""

    def decorations(self, uid: str) -> object:
        """Colour, place and reminders that are not ours: equal before and after means that they survived."""

    def remove(self, uid: str) -> None:
        """Delete our event."""

    def copy(self, uid: str) -> str:
        """Duplicate our event, as programs do: all fields, another UID."""


@dataclass(frozen=True)
class World:
    """A calendar with two sides: ``open`` makes a calsync client that remembers nothing, ``person`` is the other
    side.
    """

    open: Callable[[], Calendar]
    person: Person


class TextPerson(ABC):
    """A person on a calendar of iCalendar texts.  Reads and writes through the ``icalendar`` library, on purpose:
    calsync writes its texts without it, so each checks the other."""

    def __init__(self) -> None:
        self._count = 0

    @abstractmethod
    def hrefs(self) -> list[str]:
        """All resources."""

    @abstractmethod
    def load(self, href: str) -> str:
        """The text of one."""

    @abstractmethod
    def store(self, href: str, text: str) -> None:
        """Write one, whatever is there."""

    @abstractmethod
    def discard(self, href: str) -> None:
        """Remove one."""

    def add(
        self, title: str, start: datetime | date, end: datetime | date, *, busy: bool = True, cancelled: bool = False
    ) -> str:
        event = _event(title, start, end)
        event.add("transp", "OPAQUE" if busy else "TRANSPARENT")
        event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
        return self._keep(event)

    def add_weekly(self, title: str, start: datetime, end: datetime, times: int) -> str:
        event = _event(title, start, end)
        event.add("rrule", {"freq": "weekly", "count": times})
        return self._keep(event)

    def snapshot(self, handle: str) -> str:
        return self.load(handle)

    def titles(self) -> list[str]:
        return sorted(
            str(event["SUMMARY"]) for href in self.hrefs() for event in Text.from_ical(self.load(href)).walk("VEVENT")
        )

    def rename(self, uid: str, title: str) -> None:
        def change(event: Event) -> None:
            event["SUMMARY"] = title

        self._edit(uid, change)

    def move(self, uid: str, start: datetime, end: datetime) -> None:
        def change(event: Event) -> None:
            del event["DTSTART"], event["DTEND"]
            event.add("dtstart", start)
            event.add("dtend", end)

        self._edit(uid, change)

    def note(self, uid: str, text: str) -> None:
        def change(event: Event) -> None:
            event["DESCRIPTION"] = f"{event['DESCRIPTION']}\n{text}"

        self._edit(uid, change)

    def decorate(self, uid: str) -> None:
        def change(event: Event) -> None:
            event.add("color", "tomato")
            event.add("location", "At the desk; second floor, left")
            event.add("categories", ["Work", "Phone"])
            event.add("x-apple-travel-advisory-behavior", "AUTOMATIC")
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", "Mine")
            alarm.add("trigger", timedelta(minutes=-60))
            event.add_component(alarm)

        self._edit(uid, change)

    def decorations(self, uid: str) -> object:
        event = _only(self.load(self.href(uid)))
        mine = [alarm.to_ical() for alarm in event.walk("VALARM") if "X-CALSYNC-ALARM" not in alarm]
        names = ("COLOR", "LOCATION", "CATEGORIES", "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR")
        return mine, [event[name].to_ical() for name in names]

    def remove(self, uid: str) -> None:
        self.discard(self.href(uid))

    def copy(self, uid: str) -> str:
        event = _only(self.load(self.href(uid)))
        self._count += 1
        event["UID"] = f"0F3C-COPY-{self._count}"
        return self._keep(event)

    def href(self, uid: str) -> str:
        """Where our event is."""
        return next(href for href in self.hrefs() if f"{uid}@calsync" in self.load(href))

    def _keep(self, event: Event) -> str:
        self._count += 1
        if "UID" not in event:
            event.add("uid", f"person-{self._count}@example.com")
        href = f"person-{self._count}.ics"
        self.store(href, _text(event))
        return href

    def _edit(self, uid: str, change: Callable[[Event], None]) -> None:
        """As calendar programs do: read, change, write the whole event again in an order of their own."""
        href = self.href(uid)
        text = Text.from_ical(self.load(href))
        event = text.walk("VEVENT")[0]
        assert isinstance(event, Event)
        change(event)
        if "LAST-MODIFIED" in event:
            del event["LAST-MODIFIED"]
        event.add("last-modified", datetime.now(UTC))
        self.store(href, text.to_ical().decode())


def _event(title: str, start: datetime | date, end: datetime | date) -> Event:
    event = Event()
    event.add("summary", title)
    event.add("dtstamp", datetime(2026, 1, 1, tzinfo=UTC))
    event.add("dtstart", start)
    event.add("dtend", end)
    return event


def _text(event: Event) -> str:
    text = Text()
    text.add("version", "2.0")
    text.add("prodid", "-//somebody//else//EN")
    text.add_component(event)
    text.add_missing_timezones()
    return bytes(text.to_ical()).decode()


def _only(text: str) -> Event:
    found = Text.from_ical(text).walk("VEVENT")
    assert len(found) == 1
    assert isinstance(found[0], Event)
    return found[0]
