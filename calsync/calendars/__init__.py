"""Calendars: the protocol and its backends.  A backend is imported only when a configuration asks for it."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from calsync.calendars.base import Calendar
from calsync.calendars.spec import CalendarSpec
from calsync.errors import ConfigError

__all__ = ["CalendarSpec", "open_calendar"]


def open_calendar(spec: CalendarSpec, *, zone: ZoneInfo) -> Calendar:
    """The calendar that a ``[[calendars]]`` table names; times are read in ``zone``, the rep's.

    Nothing is asked of a server yet, so a calendar that is down can be opened all the same.  Raises ``ConfigError``
    where the table lacks what its type needs.
    """
    if spec.type == "folder":
        from calsync.calendars.folder import FolderCalendar

        return FolderCalendar(spec.name, _needed(spec, spec.path), zone=zone)
    if spec.type == "caldav":
        from calsync.calendars.caldav import CalDavCalendar

        _needed(spec, spec.url or None, key="url")
        if not spec.url.startswith(("https://", "http://")):
            raise ConfigError(
                f"Calendar “{spec.name}”: the url does not begin with https://.",
                hint="write the whole address, such as https://cal.example.com/, then: calsync check",
            )
        return CalDavCalendar(spec, zone=zone)
    if spec.type == "google":
        from calsync.calendars import google

        return google.open(spec, zone=zone)
    from calsync.calendars.memory import MemoryCalendar

    return MemoryCalendar(spec.name, zone=zone)


def _needed(spec: CalendarSpec, value: Path | str | None, *, key: str = "path") -> Path:
    if value is None:
        raise ConfigError(
            f"Calendar “{spec.name}” is of type {spec.type} and has no {key}.",
            hint=f"add {key} = … to its [[calendars]] table, then: calsync check",
        )
    return Path(value)
