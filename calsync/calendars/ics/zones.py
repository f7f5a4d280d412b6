"""Time zones as iCalendar wants them: a VTIMEZONE that covers the event it stands beside.

Made here, from the machine's own zone data, because the ``icalendar`` library (7.3) states the onset of summer time
in the wrong offset (RFC 5545 section 3.6.5 counts it in the offset *before* the change), an hour off on the day of
the change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_YEARS_BEFORE = 1
_YEARS_AFTER = 4  # a person may move an event to next year, and the client that does it may keep our VTIMEZONE
_STEP = timedelta(days=7)  # no zone has two changes within a week that a rep would call across


@lru_cache(maxsize=64)
def vtimezone(name: str, year: int) -> str:
    """The VTIMEZONE component of an IANA zone, good for events of that year and the years around it."""
    zone = ZoneInfo(name)
    begins = datetime(year - _YEARS_BEFORE, 1, 1, tzinfo=UTC)
    ends = datetime(year + _YEARS_AFTER, 1, 1, tzinfo=UTC)
    opening = begins.astimezone(zone)
    observances: dict[tuple[str, str, str, str], list[str]] = {}
    _observe(observances, opening, opening, onset=opening.replace(tzinfo=None))
    for before, after in _changes(zone, begins, ends):
        # the onset is told in the local time that was in force until then
        onset = (after.astimezone(UTC) + (before.utcoffset() or timedelta())).replace(tzinfo=None)
        _observe(observances, before, after, onset=onset)
    parts = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for (kind, came_from, goes_to, label), onsets in observances.items():
        parts += [f"BEGIN:{kind}", f"DTSTART:{onsets[0]}"]
        parts += [f"RDATE:{onset}" for onset in onsets[1:]]
        parts += [f"TZOFFSETFROM:{came_from}", f"TZOFFSETTO:{goes_to}", f"TZNAME:{label}", f"END:{kind}"]
    parts += ["END:VTIMEZONE", ""]
    return "\r\n".join(parts)


def _observe(
    observances: dict[tuple[str, str, str, str], list[str]], before: datetime, after: datetime, *, onset: datetime
) -> None:
    kind = "DAYLIGHT" if after.dst() else "STANDARD"
    key = (kind, _offset(before), _offset(after), after.tzname() or "LOCAL")
    observances.setdefault(key, []).append(f"{onset:%Y%m%dT%H%M%S}")


def _changes(zone: ZoneInfo, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Each change of offset in the stretch: the last second before it and the moment itself, in local time."""
    at = begins
    while at < ends:
        after = at + _STEP
        if _rule(at, zone) != _rule(after, zone):
            low, high = at, after
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if _rule(middle, zone) == _rule(low, zone):
                    low = middle
                else:
                    high = middle
            yield low.astimezone(zone), high.astimezone(zone)
        at = after


def _rule(moment: datetime, zone: ZoneInfo) -> tuple[timedelta | None, timedelta | None]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.dst()


def _offset(moment: datetime) -> str:
    seconds = int((moment.utcoffset() or timedelta()).total_seconds())
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours:02}{minutes:02}" + (f"{seconds:02}" if seconds else "")


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone that a TZID names, ``None`` where it is not an IANA name (a definition of the text's own, then)."""
    try:
        return ZoneInfo(name.lstrip("/"))
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        return None
    except KeyError:
        return None
