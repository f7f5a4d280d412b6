"""Moments and durations as iCalendar writes them (RFC 5545 sections 3.3.4 to 3.3.6)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from calsync.calendars.ics.lines import Line
from calsync.calendars.ics.zones import zone_of

_DURATION = re.compile(
    r"(?P<sign>[+-])?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


class UnknownZone(ValueError):
    """The TZID is no name of the zone database: the text's own VTIMEZONE says what it means."""


def utc_text(moment: datetime) -> str:
    """A moment as ``20261023T153000Z``."""
    moment = moment.astimezone(UTC)
    return f"{moment.year:04}{moment.month:02}{moment.day:02}T{moment.hour:02}{moment.minute:02}{moment.second:02}Z"


def property_line(name: str, when: datetime | date, zone: str) -> tuple[str, str]:
    """A DTSTART or DTEND line (unfolded, no line break), and the TZID it uses (``""`` for none).

    The second of two equal clock times, when the clocks go back, cannot be told with a TZID (the text would mean the
    first); that moment is written in UTC.
    """
    if not isinstance(when, datetime):
        return f"{name};VALUE=DATE:{when:%Y%m%d}", ""
    if zone in ("UTC", "Etc/UTC"):
        return f"{name}:{utc_text(when)}", ""
    instant = when.astimezone(UTC)  # by way of UTC, so that a time inside the gap in spring becomes a real one
    local = instant.astimezone(ZoneInfo(zone))
    if local.fold:
        return f"{name}:{utc_text(instant)}", ""
    text = f"{local.year:04}{local.month:02}{local.day:02}T{local.hour:02}{local.minute:02}{local.second:02}"
    return f"{name};TZID={zone}:{text}", zone


def moment_of(line: Line, zone: ZoneInfo) -> datetime | date:
    """The moment (in ``zone``) or the day of a DTSTART or DTEND line; a floating time is read in ``zone``.

    Raises ``ValueError`` for what is no time, ``UnknownZone`` where only the VTIMEZONE beside it can tell.
    """
    value = line.value.strip()
    if len(value) == 8:
        return date(int(value[:4]), int(value[4:6]), int(value[6:8]))
    if len(value) not in (15, 16) or value[8] not in "Tt":
        raise ValueError(f"{value!r} is no time")
    numbers = [int(value[a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (9, 11), (11, 13), (13, 15))]
    where: ZoneInfo | None = zone
    if value[15:].upper() == "Z":
        return datetime(*numbers, tzinfo=UTC).astimezone(zone)  # type: ignore[arg-type,misc]  # six numbers
    if name := line.param("TZID"):
        where = zone_of(name)
        if where is None:
            raise UnknownZone(name)
    return datetime(*numbers, tzinfo=where).astimezone(UTC).astimezone(zone)  # type: ignore[arg-type,misc]


def duration_of(text: str) -> timedelta:
    """A DURATION value.  Raises ``ValueError``."""
    found = _DURATION.fullmatch(text.strip().upper())
    if found is None or text.strip().upper().rstrip("T").endswith("P"):
        raise ValueError(f"{text!r} is no duration")
    parts = {name: int(number or 0) for name, number in found.groupdict().items() if name != "sign"}
    length = timedelta(**parts)
    return -length if found["sign"] == "-" else length
