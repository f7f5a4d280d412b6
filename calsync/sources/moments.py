"""The ``at`` of an attempt -> a moment in the rep's zone.

A time without an offset is the rep's wall clock.  Where a clock change makes it mean two moments, or none, the rule of
RFC 5545 section 3.3.5 holds: the first of two; and a time that the clock skipped is counted with the offset before the
change, so 02:30 on the night of a spring change is 03:30.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

Moment = tuple[datetime, float]
"""The time in the rep's zone, and the same in seconds since 1970 (UTC), an ``int`` where it is whole."""

_PAST = re.compile(r":[0-5]\d:[0-5]\d", re.ASCII).fullmatch
_HOUR = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d", re.ASCII).fullmatch
_SPREADSHEET = re.compile(
    r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}),?\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([ap])?\.?m?\.?",
    re.IGNORECASE | re.ASCII,
)
_SERIAL = re.compile(r"[3-6]\d{4}(?:\.\d+)?", re.ASCII).fullmatch
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(hours=23, minutes=59, seconds=59)
_EXAMPLE = "2026-11-25 14:05"


class BadMoment(ValueError):
    """Text that names no moment; the message says why and ``hint`` what to write."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@cache
def minutes() -> dict[str, tuple[timedelta, int]]:
    """What stands after the hour (``:05``; ``:05:30`` from when one was read) -> the time since the full hour."""
    return {f":{minute:02}": (timedelta(minutes=minute), 60 * minute) for minute in range(60)}


def _seconds(text: str) -> tuple[timedelta, int] | None:
    """The time that ``:05:30`` says, which ``minutes`` knows from now on."""
    if not _PAST(text):
        return None
    past = 60 * int(text[1:3]) + int(text[4:])
    found = minutes()[text] = timedelta(seconds=past), past
    return found


class Moments:
    """Reads the times of one file.

    ``hours`` remembers, for hours of days without a clock change, what ``YYYY-MM-DDTHH`` (with the offset, where
    there is one) begins with: a log has many attempts an hour, and adding the minutes is much quicker than reading
    a time.
    """

    def __init__(self, zone: ZoneInfo, dates: str = "iso") -> None:
        self.zone, self.dates = zone, dates
        self.hours: dict[str, Moment] = {}
        self._days: dict[str, Moment | None] = {}
        self._minutes = minutes()

    def read(self, text: str) -> Moment:
        """The moment that ``text`` names.  Raises ``BadMoment``."""
        head = text[:13] + text[19:]
        rest = self._minutes.get(text[13:19]) or _seconds(text[13:19])
        hour = self.hours.get(head)
        if hour is None:
            if rest is None or not _HOUR(text[:13]) or not self._remember(text[:13], text[19:]):
                return self._read(text.strip())
            hour = self.hours[head]
        elif rest is None:
            return self._read(text.strip())
        return hour[0] + rest[0], hour[1] + rest[1]

    def _remember(self, hour: str, offset: str) -> bool:
        """Keep the beginning of an hour, if the clock runs evenly through its day."""
        day = hour[:11] + offset
        if day not in self._days:
            try:
                first, last = self._read(f"{hour[:11]}00:00:00{offset}"), self._read(f"{hour[:11]}23:59:59{offset}")
            except BadMoment:
                return False
            even = last[0] - first[0] == _DAY == timedelta(seconds=last[1] - first[1])
            self._days[day] = first if even and not first[0].fold and not last[0].fold else None
        begin = self._days[day]
        past = int(hour[11:])
        if begin is None or past > 23:
            return False
        self.hours[hour + offset] = begin[0] + timedelta(hours=past), begin[1] + 3600 * past
        return True

    def _read(self, text: str) -> Moment:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = self._not_iso(text)
        if len(text) <= 10 and ":" not in text and "T" not in text.upper():
            raise BadMoment(f'"{text}" names a day but no time', f"write the time too, such as {_EXAMPLE}")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        try:
            moment = moment.astimezone(UTC)
            local = moment.astimezone(self.zone)
        except (OverflowError, ValueError):
            raise BadMoment(f'"{text}" is outside the years that have a calendar', f"write it as {_EXAMPLE}") from None
        since = (
            (moment - _EPOCH) / timedelta(seconds=1)
            if moment.microsecond
            else (moment - _EPOCH) // timedelta(seconds=1)
        )
        return local, since

    def _not_iso(self, text: str) -> datetime:
        if not text:
            raise BadMoment("the time is missing", f"write when it was, such as {_EXAMPLE}")
        if found := _SPREADSHEET.fullmatch(text):
            return self._spreadsheet(text, found)
        if _SERIAL(text):
            message = f'"{text}" is how a spreadsheet counts days'
            raise BadMoment(message, f"format the column as text, and write it as {_EXAMPLE}")
        raise BadMoment(
            f'"{text[:40]}" is not a time', f"write it as {_EXAMPLE}, or with an offset: 2026-11-25T14:05-06:00"
        )

    def _spreadsheet(self, text: str, found: re.Match[str]) -> datetime:
        if self.dates == "iso":
            hint = f'write it as {_EXAMPLE}, or set dates = "mdy" (month first) or "dmy" (day first) for this file'
            raise BadMoment(f'"{text}" does not say which is the day and which the month', hint)
        first, second, year, hour, minute, seconds = (int(part or 0) for part in found.groups()[:6])
        month, day = (first, second) if self.dates == "mdy" else (second, first)
        if half := found[7]:
            hour = hour % 12 + (12 if half in "pP" else 0)
        try:
            return datetime(year, month, day, hour, minute, seconds)  # noqa: DTZ001  # the rep's wall clock
        except ValueError:
            hint = f'dates = "{self.dates}" is set for this file: {_EXAMPLE} is always understood'
            raise BadMoment(f'"{text}" is not a date', hint) from None
