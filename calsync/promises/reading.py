"""Reading a note: the first plain form, grown into the grammar."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from calsync.model import Kind, Reading, Window
from calsync.promises.words import DEFAULT, Words

_DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_DAY = re.compile(r"\b(by )?(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b|\b(by )?(tomorrow|today)\b", re.IGNORECASE)
_CALL = re.compile(r"\b(call|cb|ring|phone|try|follow|check|touch)", re.IGNORECASE)
_STOP = re.compile(r"\b(dnc|stop calling|do not call|unsubscribe)\b", re.IGNORECASE)


def read(
    text: str,
    said_at: datetime,
    *,
    zone: ZoneInfo,
    contact_zone: ZoneInfo | None = None,  # noqa: ARG001
    locale: str = "en-US",  # noqa: ARG001
    resolve: bool = False,  # noqa: ARG001
    words: Words = DEFAULT,
) -> Reading:
    """Read a note or the words spoken on a call."""
    if _STOP.search(text):
        return Reading(Kind.OPTOUT, None, "asks not to be called")
    found = _DAY.search(text)
    if found is None:
        return Reading(Kind.UNDATED if _CALL.search(text) else Kind.NONE, None, "no date")
    now = said_at.astimezone(zone)
    if name := found[2]:
        day = now.date() + timedelta(days=(_DAYS[name.lower()] - now.weekday() - 1) % 7 + 1)
    else:
        day = now.date() + timedelta(days=found[4].lower() == "tomorrow")
    opens, closes = words.hours.bounds(day.weekday())
    start = max(now, datetime.combine(day, opens, zone))
    window = Window(start, max(start, datetime.combine(day, closes, zone)))
    kind = Kind.DEADLINE if found[1] or found[3] else Kind.DAY
    return Reading(kind, window, str(kind), (found.span(),))
