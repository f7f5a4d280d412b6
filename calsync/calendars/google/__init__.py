"""Google Calendar, through Google's own client library.

The library weighs some 30 MB and a third of a second: it is imported by the first request, never by this package.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from calsync.calendars.base import Calendar
from calsync.calendars.google.calendar import GoogleCalendar
from calsync.calendars.spec import CalendarSpec
from calsync.errors import ConfigError

__all__ = ["GoogleCalendar", "open"]


def open(spec: CalendarSpec, *, zone: ZoneInfo) -> Calendar:  # noqa: A001 - read as google.open
    """The Google calendar that a ``[[calendars]]`` table names; times are read in ``zone``, the rep's.

    Asks nothing of Google and needs no sign-in yet: without one, every method raises ``SignInNeeded``.  Raises
    ``ConfigError`` where the table has no ``calendar_id``.
    """
    if not spec.calendar_id:
        raise ConfigError(
            f"Calendar “{spec.name}” is of type google and has no calendar_id.",
            hint="copy it from Google Calendar: Settings, your calendar, Integrate calendar, Calendar ID",
        )
    return GoogleCalendar(spec, zone=zone)
