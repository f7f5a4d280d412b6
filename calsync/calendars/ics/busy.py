"""Busy times out of calendar texts: recurring events, moved occurrences and other people's time zones included.

This is the library's field (``icalendar`` and ``recurring-ical-events``), loaded only where a calendar is asked for
them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from calsync.calendars.ics.marks import MARK, uid_of
from calsync.model import Span

if TYPE_CHECKING:
    from icalendar import Event


def busy(texts: Iterable[str], start: datetime, end: datetime, zone: ZoneInfo, away: str = "") -> tuple[Span, ...]:
    """The stretches of ``[start, end)`` taken by events that are not ours, not cancelled and not shown as free.

    Overlapping stretches are one; all-day events titled ``away`` are apart (``Calendar.busy``).  An item that cannot be
    read is left out: it blocks nobody's day.
    """
    import recurring_ical_events  # type: ignore[import-untyped]  # ships no types
    from icalendar import Calendar

    spans: list[Span] = []
    for text in texts:
        try:
            found = recurring_ical_events.of(Calendar.from_ical(text)).between(start, end)
            spans.extend(span for event in found if (span := _span(event, zone, away)) is not None)
        except Exception:  # noqa: BLE001, S112 - other people's data: the libraries raise whatever comes to hand
            continue
    return with_days_away(spans, start, end)


def with_days_away(spans: Iterable[Span], start: datetime, end: datetime) -> tuple[Span, ...]:
    """Busy stretches joined and cut to ``[start, end)``, and behind them the days away as they are, in order."""
    spans = tuple(spans)
    days = sorted({span for span in spans if span.away}, key=lambda span: (span.start, span.end))
    return (*merged((span for span in spans if not span.away), start, end), *days)


def is_titled(title: str, away: str) -> bool:
    """True for the title of days away; capitals and blanks around it do not matter."""
    return bool(away) and title.strip().casefold() == away.strip().casefold()


def _span(event: Event, zone: ZoneInfo, away: str) -> Span | None:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    if MARK in event and uid_of(str(event.get("UID", ""))) is not None:
        return None
    title = str(event.get("SUMMARY", ""))
    if not isinstance(event.start, datetime) and is_titled(title, away):
        return Span(_moment(event.start, zone), _moment(event.end, zone), title.strip())
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return None
    return Span(_moment(event.start, zone), _moment(event.end, zone))


def _moment(when: datetime | date, zone: ZoneInfo) -> datetime:
    if not isinstance(when, datetime):
        return datetime.combine(when, time(), zone)
    return when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone)


def merged(spans: Iterable[Span], start: datetime, end: datetime) -> tuple[Span, ...]:
    """The stretches cut to ``[start, end)``, in order, those that touch joined; times in the zone of ``start``."""
    cut = sorted(
        (max(span.start.astimezone(UTC), start.astimezone(UTC)), min(span.end.astimezone(UTC), end.astimezone(UTC)))
        for span in spans
    )
    result: list[tuple[datetime, datetime]] = []
    for begins, ends in cut:
        if ends <= begins:
            continue
        if result and begins <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], ends))
        else:
            result.append((begins, ends))
    return tuple(Span(begins.astimezone(start.tzinfo), ends.astimezone(start.tzinfo)) for begins, ends in result)


def free_busy(text: str, start: datetime, end: datetime) -> tuple[Span, ...]:
    """The busy stretches of a VFREEBUSY, as a calendar answers that shows no more than that."""
    from icalendar import Calendar

    spans: list[Span] = []
    try:
        for part in Calendar.from_ical(text).walk("VFREEBUSY"):
            found = part.get("FREEBUSY", [])
            for line in found if isinstance(found, list) else [found]:
                if str(line.params.get("FBTYPE", "BUSY")).upper() == "FREE":
                    continue
                spans.extend(Span(period.start, period.end) for period in getattr(line, "dts", [line]))
    except (ValueError, AttributeError, TypeError):
        return ()
    return merged(spans, start, end)
