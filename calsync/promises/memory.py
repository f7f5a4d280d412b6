"""The promise language bound to one rep, with a memory of what it has read.

A memory changes how long reading takes and nothing else.  A log says the same few things over and over, on other days:

* words in which no time is looked up ("voicemail full") mean the same for ever;
* words that only count days and weekdays ("by Friday", "in 2 weeks") mean the same in every week, so many days later,
  as long as they point past the day on which they were said;
* everything else means what it means at that very moment, to that very contact.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from calsync.model import Contact, Reading, Window
from calsync.promises.compose import compose
from calsync.promises.grammar import Line
from calsync.promises.lexicon import lexicon_for
from calsync.promises.reading import LEVELS, moment_of
from calsync.promises.tokens import tokenise
from calsync.promises.values import DAY_NAMES, Moment
from calsync.promises.verdict import judge
from calsync.promises.windows import wall
from calsync.promises.words import DEFAULT, Words

_WEEKDAY = "(?P<weekday>mon|tue|wed|thu|fri|sat|sun|" + "|".join(DAY_NAMES) + ")"
_CLOCK = r" (?:at )?(?:[1-9]|1[0-2])(?::[0-5]\d(?: ?[ap]m)?| ?[ap]m)"
_COUNTED = re.compile(
    rf"(?:(?:by|on|after|before|next|by next|on next) )?{_WEEKDAY}(?P<clock>{_CLOCK})?|tomorrow(?:{_CLOCK})?|next week"
    r"|by (?:the )?end of (?:the )?week|by eow"
    r"|in [1-9]\d?(?: business| working)? days?|in [1-9]\d? weeks?",
    re.IGNORECASE,
)
_QUIET_HOURS = 4
"""No clock is changed later in the day than that, so from then on a wall-clock time is what it is in every week."""

_TIMES = frozenset(("now", "today", "weekday", "contact_zone"))
_READINGS, _LINES = 100_000, 2_000
"""How many of each are remembered; a line of words weighs more than a reading."""

_STAGES: tuple[Callable[[Line, Moment], Line], ...] = (*(level.apply for level in LEVELS), compose)


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class _Watched(Moment):
    """A moment that notes whether anything asked what time it is, or where the contact is (only then found out)."""

    __slots__ = ("asked", "find_zone")
    asked: bool
    find_zone: Callable[[], ZoneInfo | None] | None

    def __getattribute__(self, name: str) -> Any:
        if name in _TIMES:
            object.__setattr__(self, "asked", True)
            if name == "contact_zone" and (find := object.__getattribute__(self, "find_zone")) is not None:
                object.__setattr__(self, "contact_zone", find())
                object.__setattr__(self, "find_zone", None)
        return object.__getattribute__(self, name)


class Language:
    """Reads like ``promises.read`` for one rep, quickly where much is read: a ``PhraseReader``.

    ``zone`` is the rep's, ``zone_of`` gives the one zone of a contact, or ``None``.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        *,
        zone_of: Callable[[Contact], ZoneInfo | None] | None = None,
        locale: str = "en-US",
        words: Words = DEFAULT,
    ) -> None:
        self._zone, self._zone_of, self._locale = zone, zone_of, locale
        self._lexicon = lexicon_for(locale[:2].lower() or "en", words)
        names = " ".join([*(name for name, _ in words.parts), *(name for name, _ in (*words.phrases, *words.holidays))])
        self._own = frozenset(re.findall(r"\w+", names.lower()))
        self._begun: dict[str, tuple[int, Line]] = {}
        self._timeless: dict[str, Reading] = {}
        self._of_day: dict[tuple[str, date], Reading] = {}
        self._of_week: dict[tuple[str, int], tuple[date, Reading]] = {}

    def __call__(self, text: str, said_at: datetime, contact: Contact) -> Reading:
        """How the words read that were said to ``contact`` at that moment."""
        if (known := self._timeless.get(text)) is not None:
            return known
        local = said_at.astimezone(self._zone) if said_at.tzinfo is not None else said_at.replace(tzinfo=self._zone)
        day = local.date()
        known = self._of_day.get((text, day)) or self._shifted(text, day)
        return known or self._read(text, local, contact)

    def _shifted(self, text: str, day: date) -> Reading | None:
        """The reading of another week, moved to this one."""
        found = self._of_week.get((text, day.weekday()))
        if found is None:
            return None
        first, known = found
        try:
            reading = replace(known, window=_moved(known.window, day.toordinal() - first.toordinal(), self._zone))
        except OverflowError:
            return None
        return _keep(self._of_day, (text, day), reading)

    def _read(self, text: str, local: datetime, contact: Contact) -> Reading:
        plain = moment_of(local, self._zone, None, self._locale, self._lexicon, resolve=False)
        moment = _Watched(*(getattr(plain, name) for name in Moment.__slots__))
        moment.asked, moment.find_zone = False, self._zone_of and partial(self._zone_of, contact)
        reading = judge(self._analyse(text, moment), moment)
        if not moment.asked:
            return _keep(self._timeless, text, replace(reading, lasting=True))
        day = local.date()
        if self._same_every_week(text, day, reading):
            reading = _keep(self._of_day, (text, day), replace(reading, lasting=True))
            _keep(self._of_week, (text, day.weekday()), (day, reading))
        return reading

    def _analyse(self, text: str, moment: _Watched) -> Line:
        """``analyse``, going on from the first stage at which something hangs on the moment."""
        begun = self._begun.get(text)
        first, line = begun or (0, tokenise(text, self._lexicon))
        for number in range(first, len(_STAGES)):
            before, line = line, _STAGES[number](line, moment)
            if moment.asked and begun is None:
                begun = _keep(self._begun, text, (number, before), _LINES)
        return line

    def _same_every_week(self, text: str, day: date, reading: Reading) -> bool:
        counted = _COUNTED.fullmatch(text)
        window = reading.window
        if counted is None or window is None or not self._own.isdisjoint(re.findall(r"\w+", text.lower())):
            return False
        weekday = counted["weekday"]
        return (
            (counted["clock"] is None or weekday is None or not _names(weekday, day))
            and window.earliest.date() > day
            and window.earliest.tzinfo is self._zone
            and window.earliest.hour >= _QUIET_HOURS
            and window.latest.hour >= _QUIET_HOURS
        )


def _names(weekday: str, day: date) -> bool:
    return DAY_NAMES[day.weekday()].lower().startswith(weekday.lower())


def _keep(memory: dict[_Key, _Value], key: _Key, value: _Value, limit: int = _READINGS) -> _Value:
    if len(memory) >= limit:
        memory.clear()
    memory[key] = value
    return value


def _moved(window: Window | None, days: int, zone: ZoneInfo) -> Window | None:
    return window and Window(_later(window.earliest, days, zone), _later(window.latest, days, zone))


def _later(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    return wall(date.fromordinal(moment.toordinal() + days), moment.hour * 60 + moment.minute, zone)
