"""What the rules of the grammar build: days, clock times, lengths, and the moment that they are counted from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calsync.promises.lexicon import Lexicon

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHORT_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ONE = timedelta(days=1)


@dataclass(slots=True)
class Moment:
    """When the words were said, by whom, and what the rep's words mean."""

    now: datetime
    today: date
    weekday: int
    zone: ZoneInfo
    contact_zone: ZoneInfo | None
    day_first: bool
    resolve: bool
    british: bool
    lexicon: Lexicon


class Days(NamedTuple):
    """One day, or a stretch of days.

    ``form`` is ``day``, ``range`` or ``vague``; ``grain`` what it was named by (``day``, ``weekday``, ``date``,
    ``week``, ``weekend``, ``month`` …), and ``why`` says it in words.
    """

    first: date
    last: date
    form: str
    grain: str
    why: str


class Clock(NamedTuple):
    """A time of day as spoken: ``sure`` is False while the half of the day is open ("at 3")."""

    hour: int
    minute: int
    sure: bool
    around: bool = False


class Clocks(NamedTuple):
    """From one time of day to another."""

    start: Clock
    end: Clock


class Part(NamedTuple):
    """A part of the day, in minutes after midnight."""

    name: str
    start: int
    end: int


class Length(NamedTuple):
    """A stretch of time: ``low`` to ``high`` units, ``fuzzy`` for counts that name no number."""

    low: Fraction
    high: Fraction
    unit: str
    fuzzy: bool = False
    about: bool = False


class Elapsed(NamedTuple):
    """Clock-exact time from now, in minutes."""

    low: Fraction
    high: Fraction
    form: str  # fixed | around | range | vague


class Zone(NamedTuple):
    """Whose clock is meant."""

    zone: ZoneInfo
    name: str
