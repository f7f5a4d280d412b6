"""When the people of the year may be called: written down by hand, from the statutes, and not from the shipped table.

Four countries, and five states whose law or clock differs from their neighbours'.  Hours are minutes after midnight on
the clock of the person called; a call lies within them from its first minute to its last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from calsync.model import Attempt, Channel, Direction, Outcome, Slot

Hours = tuple[tuple[int, int], ...]


def clock(*spans: tuple[float, float]) -> Hours:
    return tuple((round(opens * 60), round(closes * 60)) for opens, closes in spans)


def days(*texts: str) -> frozenset[date]:
    """``days("2026-01-01", "01-19")``: a text without a year is of the year of the one before it."""
    found, year = [], ""
    for text in texts:
        year = text[:4] if len(text) == 10 else year
        found.append(date.fromisoformat(text if len(text) == 10 else f"{year}-{text}"))
    return frozenset(found)


@dataclass(frozen=True)
class Law:
    """Hours from Monday to Friday, on Saturday and on Sunday; days without any call; at most so many touches in so
    long, texts counted or not; and how long somebody who said no is left alone."""

    weekday: Hours
    saturday: Hours
    sunday: Hours
    silent: frozenset[date] = frozenset()
    touches: int = 0
    within: timedelta = timedelta()
    texts: bool = False
    rest: timedelta = timedelta()

    def hours(self, day: date) -> Hours:
        if day in self.silent:
            return ()
        return (*[self.weekday] * 5, self.saturday, self.sunday)[day.weekday()]


ALABAMA_DAYS = days(
    "2026-01-01", "01-19", "02-16", "04-27", "05-25", "06-01", "06-19", "07-03", "07-04", "09-07", "10-12", "11-11",
    "11-26", "12-25", "2027-01-01", "01-18", "02-15", "04-26", "05-31", "06-07", "06-18", "06-19", "07-04", "07-05",
)  # fmt: skip
FRENCH_DAYS = days(
    "2026-01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25",
    "2027-01-01", "03-29", "05-01", "05-06", "05-08", "05-17",
)  # fmt: skip
ENGLISH_DAYS = days(
    "2026-01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-26", "12-28",
    "2027-01-01", "03-26", "03-29", "05-03", "05-31",
)  # fmt: skip
ILLINOIS_DAYS = days(
    "2026-01-01", "01-19", "02-12", "02-16", "03-02", "05-25", "06-19", "07-03", "07-04", "09-07", "10-12", "11-03",
    "11-11", "11-26", "12-25", "2027-01-01", "01-18", "02-12", "02-15", "03-01", "05-31", "06-18", "06-19", "07-04",
    "07-05",
)  # fmt: skip
"""The days on which the rep of the year does not work; no law forbids calling people in Illinois on them."""

FEDERAL = Law(clock((8, 21)), clock((8, 21)), clock((8, 21)))
FLORIDA = Law(clock((8, 20)), clock((8, 20)), clock((8, 20)), touches=3, within=timedelta(hours=24), texts=True)
ALABAMA = Law(clock((8, 20)), clock((8, 20)), (), ALABAMA_DAYS)
KENTUCKY = Law(clock((10, 21)), clock((10, 21)), clock((10, 21)))
CANADA = Law(clock((9, 21.5)), clock((10, 18)), clock((10, 18)))
ENGLAND = Law(clock((9, 20)), clock((10, 17)), (), ENGLISH_DAYS)
FRANCE = Law(
    clock((10, 13), (14, 20)), (), (), FRENCH_DAYS, touches=4, within=timedelta(days=30), rest=timedelta(days=60)
)


@dataclass(frozen=True)
class Home:
    """Where somebody lives as a contact list tells it: the first digits of the number, the region stated; then what
    follows from it, each clock the person may live by and every law that may bind."""

    digits: str
    region: str | None
    zones: tuple[str, ...]
    laws: tuple[Law, ...]


HOMES: dict[str, Home] = {
    "illinois": Home("+1312555", None, ("America/Chicago",), (FEDERAL,)),
    "florida": Home("+1305555", None, ("America/New_York",), (FEDERAL, FLORIDA)),
    "alabama": Home("+1205555", None, ("America/Chicago",), (FEDERAL, ALABAMA)),
    "louisville": Home("+1502555", "US-KY", ("America/New_York",), (FEDERAL, KENTUCKY)),
    "phoenix": Home("+1602555", None, ("America/Phoenix",), (FEDERAL,)),
    "toronto": Home("+1416555", "CA-ON", ("America/Toronto",), (CANADA,)),
    "london": Home("+4420794", "GB-ENG", ("Europe/London",), (ENGLAND,)),
    "paris": Home("+3314227", None, ("Europe/Paris",), (FRANCE,)),
    # Kentucky has two clocks, and this number is of neither: legal on both, or not at all.
    "somewhere in kentucky": Home("+1312556", "US-KY", ("America/New_York", "America/Chicago"), (FEDERAL, KENTUCKY)),
    # Lives in Chicago; the number is from Miami, and Florida presumes its area codes to be people in Florida.
    "moved from florida": Home("+1305556", "US-IL", ("America/Chicago",), (FEDERAL, FLORIDA)),
}


@cache
def legal(home: str, slot: Slot) -> bool:
    """Whether people of that home may be called in these minutes, under each law on each clock."""
    return all(
        _within(law, slot.start.astimezone(ZoneInfo(zone)), slot.end.astimezone(ZoneInfo(zone)))
        for zone in HOMES[home].zones
        for law in HOMES[home].laws
    )


def _within(law: Law, start: datetime, end: datetime) -> bool:
    first = start.hour * 60 + start.minute
    last = end.hour * 60 + end.minute + (1440 if end.date() > start.date() else 0)
    return any(opens <= first and last <= closes for opens, closes in law.hours(start.date()))


def one_too_many(home: str, log: Sequence[Attempt], start: datetime) -> bool:
    """Whether a call at ``start``, which is after all of the log, would be one more than a law allows."""
    return any(_too_often(law, log, start) or _refused(law, log, start) for law in HOMES[home].laws)


def _too_often(law: Law, log: Iterable[Attempt], start: datetime) -> bool:
    channels = (Channel.CALL, Channel.SMS) if law.texts else (Channel.CALL,)
    since = start.astimezone(UTC) - law.within  # hours that have passed, whatever the clocks did meanwhile
    touches = sum(row.direction is Direction.OUTBOUND and row.channel in channels and row.at > since for row in log)
    return 0 < law.touches <= touches


def _refused(law: Law, log: Iterable[Attempt], start: datetime) -> bool:
    return any(row.outcome is Outcome.NOT_INTERESTED and start < row.at + law.rest for row in log)
