"""Calling hours as law: the shipped table, and the hours of one day under it.

Hours run in the local time of the person called.  A region is under its country's row and its own; where several rows
may apply, the caller of this module intersects them (47 CFR 64.1200(c)(1) speaks of *local time at the called party's
location*, and no state's law lifts the federal one).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, reduce
from importlib.resources import files
from typing import Any

from calsync.model import Channel
from calsync.placing.atlas import regions
from calsync.placing.holiday import holidays_of

Hours = tuple[tuple[int, int], ...]
"""Stretches of one local day, in minutes since midnight: ``((480, 1200),)`` is 08:00 to 20:00; empty is *no calls*."""

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``calls`` touches by ``channels`` in any stretch of ``period``."""

    calls: int
    period: timedelta
    channels: frozenset[Channel]


@dataclass(frozen=True, slots=True)
class Law:
    """One row of the table.  ``week`` starts on Monday; ``holidays`` is ``None`` where a holiday is like any day.

    ``rest_after_refusal``: nobody who said no is called again for so long; zero where the row says nothing of it.
    """

    code: str
    name: str
    week: tuple[Hours, ...]
    holidays: Hours | None
    source: str
    checked: date
    verified: bool
    eves: Hours | None = None
    dates: Mapping[str, Hours] = field(default_factory=dict)
    extra_holidays: frozenset[str] = frozenset()
    holiday_region: str = ""
    holiday_sets: tuple[str, ...] = ("public",)
    caps: tuple[Cap, ...] = ()
    rest_after_refusal: timedelta = timedelta()

    def holiday(self, region: str, day: date) -> str:
        """The name of the holiday that ``day`` is under this row, ``""`` when it is none."""
        if name := holidays_of(self.holiday_region or region, day.year, self.holiday_sets).get(day):
            return name
        return "a holiday of this law" if f"{day:%m-%d}" in self.extra_holidays else ""

    def hours(self, region: str, day: date) -> Hours:
        """The hours of ``day`` (a local date there) for somebody in ``region``."""
        hours = self.week[day.weekday()]
        if special := self.dates.get(f"{day:%m-%d}"):
            hours = meet(hours, special)
        if self.holidays is not None and hours and self.holiday(region, day):
            return meet(hours, self.holidays)
        if self.eves is not None and hours and self.holiday(region, day + timedelta(days=1)):
            hours = meet(hours, self.eves)
        return hours


def meet(one: Hours, other: Hours) -> Hours:
    """What two sets of stretches have in common."""
    return tuple((max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d))


def clock(minutes: int) -> str:
    """``"20:00"`` for 1200."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def spell(hours: Hours) -> str:
    """``"08:00-20:00"``, or ``"none"``."""
    return ", ".join(f"{clock(a)}-{clock(b)}" for a, b in hours) or "none"


def _parse(text: str) -> Hours:
    if text == "none":
        return ()
    spans = []
    for part in text.split(","):
        opens, closes = (piece.strip().split(":") for piece in part.split("-"))
        spans.append((int(opens[0]) * 60 + int(opens[1]), int(closes[0]) * 60 + int(closes[1])))
    return tuple(spans)


def _law(code: str, row: Mapping[str, Any]) -> Law:
    weekdays = _parse(row["weekdays"])
    return Law(
        code=code,
        name=row["name"],
        week=(*[weekdays] * 5, _parse(row["saturday"]), _parse(row["sunday"])),
        holidays=None if row["holidays"] == "same" else _parse(row["holidays"]),
        source=row["source"],
        checked=row["checked"],
        verified=row["verified"],
        eves=_parse(row["eves"]) if "eves" in row else None,
        dates={day: _parse(hours) for day, hours in row.get("dates", {}).items()},
        extra_holidays=frozenset(row.get("extra_holidays", ())),
        holiday_region=row.get("holiday_region", ""),
        holiday_sets=tuple(row.get("holiday_sets", ("public",))),
        caps=tuple(
            Cap(cap["calls"], timedelta(hours=cap["hours"]), frozenset(Channel(name) for name in cap["counts"]))
            for cap in row.get("caps", ())
        ),
        rest_after_refusal=timedelta(days=row.get("rest_after_refusal", 0)),
    )


@cache
def table() -> Mapping[str, Law]:
    """The whole table by code, ``"default"`` first.  Read once; a country that another row covers has its row too."""
    raw = tomllib.loads(files(__package__).joinpath("data/calling_hours.toml").read_text(encoding="utf-8"))
    laws = {code: _law(code, row) for code, row in raw.items()}
    covered = {country: laws[code] for code, row in raw.items() for country in row.get("covers", ())}
    return laws | covered


@cache
def laws_of(region: str) -> tuple[Law, ...]:
    """The rows that bind a call into ``region`` (``"US-FL"``, ``"FR"``, ``""``), the country's first."""
    country = region.partition("-")[0]
    laws = table()
    rows = [laws.get(country, laws[DEFAULT])]
    if region != country and region in laws:
        rows.append(laws[region])
    return tuple(rows)


@cache
def legal_hours(region: str, day: date) -> Hours:
    """The hours of one local day under every row that binds a call into ``region``."""
    hours: Hours = ((0, 24 * 60),)
    for law in laws_of(region):
        hours = meet(hours, law.hours(region, day))
    return hours


@cache
def hours_in_all(regions: tuple[str, ...], day: date) -> Hours:
    """The hours of one local day in which a call into any of ``regions`` is legal."""
    return reduce(meet, (legal_hours(region, day) for region in regions))


def last_minute(region: str, day: date) -> int:
    """The local minute at which calling ends in a region on a day; 0 where it never begins."""
    return max((end for _, end in legal_hours(region, day)), default=0)


def closing_law(region: str, day: date) -> Law:
    """The row that ends the day first: the one to name when we say until when a call is allowed."""
    return min(laws_of(region), key=lambda law: max((end for _, end in law.hours(region, day)), default=0))


def law_name(region: str, day: date) -> str:
    """The place to name when we say what is allowed on a day: the row that closes first, or the region itself."""
    law = closing_law(region, day)
    return name_of(region) if law.code == DEFAULT else law.name


def name_of(region: str) -> str:
    """``"Florida"`` for ``US-FL``, ``"France"`` for ``FR``; the code where nothing is known of it."""
    found = regions().get(region)
    if found:
        return found.name
    return table()[region].name if region in table() else region or "an unknown region"


@cache
def caps_of(regions: tuple[str, ...]) -> tuple[Cap, ...]:
    """The attempt caps of every row that binds a call into any of ``regions``."""
    caps = [cap for region in regions for law in laws_of(region) for cap in law.caps]
    return tuple(dict.fromkeys(caps))


@cache
def rest_after_refusal(regions: tuple[str, ...]) -> tuple[timedelta, str]:
    """How long nobody in one of ``regions`` may be called after a refusal, and which of them says so; zero where none
    does."""
    rests = [(law.rest_after_refusal, region) for region in regions for law in laws_of(region)]
    return max(rests, default=(timedelta(), ""))
