"""A year of a rep, lived through tick by tick: whom she calls, what comes of it, and what comes between.

``Life`` is all that is chosen; the same life is the same year on any machine.  ``live`` plans with the whole pure half
of the house, hands every plan to a watcher, and then lets the rep do what her calendar says, mostly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from calsync import cadences, placing, rendering
from calsync.model import (
    Attempt,
    Away,
    Book,
    Channel,
    Commitment,
    Contact,
    ContactKind,
    Decisions,
    Direction,
    Hours,
    Kind,
    Line,
    Outcome,
    Phone,
    Plan,
    Policy,
    Rep,
    Slot,
    Span,
)
from calsync.pipeline import Memory, World, plan
from calsync.promises import Language
from calsync.rendering import Templates
from tests.year.law import HOMES, legal

CHICAGO = ZoneInfo("America/Chicago")
FIRST, DAYS = date(2026, 1, 5), 365
SHORT, LONG = ((time(8), time(18)),), ((time(8), time(12)), (time(13), time(20)))
WEEK = Hours((SHORT, LONG, SHORT, LONG, SHORT, ((time(10), time(13)),), ()))
"""Evenings on Tuesday and Thursday, Saturday until one, and never on a Sunday."""

AWAY = Away(date(2026, 7, 20), date(2026, 8, 2), "Lisbon")
CHANGES = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1))
"""The Sundays on which the clocks change: America, Europe, Europe, America."""

CADENCES = ("referral", "customer-care", "business-hook", "silent-consumer", "seven-to-ten", "after-sale")
AGREED = (
    "", "", "", "by Friday", "by Friday", "tomorrow", "tomorrow afternoon", "on Tuesday", "next week", "in 2 weeks",
    "Thursday at 3:30pm", "in 3 days at 9:15pm", "Saturday morning", "not before Wednesday", "around 4 on Monday",
    "Friday between 2 and 3", "by the end of the month", "she'll call me Friday", "first thing Monday",
)  # fmt: skip
"""What is agreed when the two talk; nothing is left to the cadence.  21:15 is past the law nearly everywhere."""


@dataclass(frozen=True)
class Life:
    """What is chosen of a year.  Chances are percent.

    ``answers``: a call is answered.  ``diligence``: the rep makes a call that her calendar shows.  ``sick``: days of
    the year on which she makes none.  ``meetings``: what comes up in a week.  ``told``: days before the two weeks away
    on which calsync hears of them.
    """

    seed: int = 1
    contacts: int = 2_000
    answers: int = 25
    diligence: int = 97
    sick: tuple[int, ...] = (40, 41, 260)
    meetings: int = 4
    told: int = 21
    per_day: int | None = 70
    per_hour: int | None = None
    gap: int = 0
    deadline: str = "on"


@dataclass
class Year:
    """How it stands at one moment: what the files, the calendar and the ledger hold."""

    life: Life
    rep: Rep
    policy: Policy
    contacts: dict[str, Contact]
    homes: dict[str, str]
    log: dict[str, tuple[Attempt, ...]] = field(default_factory=dict)
    busy: tuple[Span, ...] = ()
    seen: dict[str, Slot] = field(default_factory=dict)
    why: dict[str, tuple[str, ...]] = field(default_factory=dict)
    moved: dict[str, Slot] = field(default_factory=dict)
    waived: frozenset[str] = frozenset()
    refused: set[str] = field(default_factory=set)
    calls: int = 0
    calls_outside: int = 0
    """Calls made at a time that was calsync's to choose, outside the hours of the person called."""
    agreed_outside: int = 0
    """Calls made outside them at a time that was agreed on or that the rep chose."""

    def home(self, commitment: Commitment) -> str:
        return self.homes[commitment.contact_id]


Watcher = Callable[[Year, Plan], None]
"""Sees each plan before it is on the calendar: ``Year.seen`` still holds what stood there."""


@cache
def _templates() -> Templates:
    return rendering.load_templates(None)


def live(life: Life, watch: Watcher) -> Year:
    """Live through the year."""
    chance = random.Random(life.seed)
    contacts, homes = _people(life, chance)
    rep = Rep("tasha", "Tasha Lane", "+13125550199", CHICAGO, "US-IL", WEEK)
    policy = Policy(
        deadline=life.deadline,
        gap_minutes=life.gap,
        per_hour=life.per_hour,
        per_day=life.per_day,
        keep_history=False,
    )
    year = Year(life, rep, policy, contacts, homes)
    newcomers = _newcomers(life, contacts, chance)
    cadence_files, read, memory = cadences.load(), Language(CHICAGO, zone_of=placing.contact_zone), Memory()
    moments = list(_ticks())
    for now, then in pairwise(moments):
        _hear(year, chance, now)
        known = Decisions(waived=year.waived, moved=year.moved, seen=year.seen, why=year.why)
        world = World(
            year.rep, policy, Book(contacts, dict(year.log)), cadence_files, _templates(), read, year.busy, known,
            memory=memory,
        )  # fmt: skip
        made = plan(world, now)
        watch(year, made)
        _write(year, made)
        _drag(year, chance, made, now)
        _work(year, chance, made, newcomers, now, then)
    return year


def _people(life: Life, chance: random.Random) -> tuple[dict[str, Contact], dict[str, str]]:
    contacts, homes = {}, {}
    names = list(HOMES)
    for number in range(life.contacts):
        home = names[number % len(names)] if chance.random() < 0.7 else "illinois"
        cadence = chance.choice(CADENCES)
        business = cadence == "business-hook"
        line = Line.WORK if business else chance.choice([Line.CELL, Line.HOME])
        key = f"c{number:04}"
        homes[key] = home
        contacts[key] = Contact(
            key,
            f"Contact {number}",
            phones=(Phone(f"{HOMES[home].digits}{number:04}", line),),
            kind=ContactKind.BUSINESS if business else ContactKind.CONSUMER,
            topic="the roof",
            region=HOMES[home].region,
            cadence=cadence,
        )
    return contacts, homes


def _newcomers(life: Life, contacts: dict[str, Contact], chance: random.Random) -> list[list[str]]:
    """Who is called for the first time on each day of the year; the last ones well before its end."""
    days: list[list[str]] = [[] for _ in range(DAYS)]
    for key in contacts:
        days[chance.randrange(DAYS - 20)].append(key)
    return days


def _ticks() -> Iterator[datetime]:
    """Three looks a day; around each change of the clocks one every two hours."""
    for offset in range(DAYS):
        day = FIRST + timedelta(days=offset)
        begins = datetime.combine(day, time(), CHICAGO).astimezone(UTC)
        if any(abs((day - change).days) <= 1 for change in CHANGES):
            hours: tuple[float, ...] = tuple(0.5 + 2 * n for n in range(12))
        else:
            hours = (7.5, 12.75) if WEEK.on(day.weekday()) else (7.5,)
        yield from ((begins + timedelta(hours=hour)).astimezone(CHICAGO) for hour in hours)


def _hear(year: Year, chance: random.Random, now: datetime) -> None:
    """What calsync learns besides the log: days away, meetings that come up and go by."""
    if not year.rep.away and now.date() >= AWAY.first - timedelta(days=year.life.told):
        year.rep = replace(year.rep, away=(AWAY,))
    if chance.random() < year.life.meetings / 14:
        start = now.replace(minute=0, second=0) + timedelta(days=chance.randrange(5), hours=chance.randrange(1, 9))
        meeting = Span(start, start + timedelta(minutes=chance.choice([15, 30, 60, 60, 90, 240])))
        year.busy = (*(span for span in year.busy if span.end > now), meeting)


def _write(year: Year, made: Plan) -> None:
    """The plan is on the calendar now."""
    live = [call.placed for call in made.active if call.commitment.state.live]
    year.seen = {placed.commitment.id: placed.slot for placed in live if placed.slot}
    year.why = {placed.commitment.id: placed.why for placed in live if placed.slot}
    year.moved = {mark: slot for mark, slot in year.moved.items() if mark in year.seen}


def _drag(year: Year, chance: random.Random, made: Plan, now: datetime) -> None:
    """Now and then she drags an event to another time, lawful or not, or deletes it."""
    owed = [call.placed for call in made.active if call.commitment.state.live and call.placed.slot]
    if chance.random() > len(owed) / 3_000:
        return
    placed = chance.choice(owed)
    mark = placed.commitment.id
    if chance.random() < 0.1:
        year.waived |= {mark}
        return
    day = now.date() + timedelta(days=chance.randrange(1, 4))
    start = datetime.combine(day, time(chance.randrange(7, 21), chance.randrange(0, 60, 5)), CHICAGO)
    year.moved[mark] = year.seen[mark] = Slot(start, start + timedelta(minutes=10))


def _work(
    year: Year, chance: random.Random, made: Plan, newcomers: list[list[str]], now: datetime, then: datetime
) -> None:
    """What she does until the next look: the calls of her calendar, people called for the first time, and those who
    call her."""
    owed = [call.commitment for call in made.active if call.commitment.id in year.seen]
    for commitment in owed:
        start = year.seen[commitment.id].start
        if now <= start < then and commitment.contact_id not in year.refused:
            if _at_work(year, start) and chance.randrange(100) < year.life.diligence:
                _call(year, chance, commitment.contact_id, start + timedelta(minutes=chance.randrange(5)), commitment)
        elif chance.random() < 0.002:
            _inbound(year, chance, commitment.contact_id, now + (then - now) * chance.random())
    today = newcomers[(now.date() - FIRST).days]
    for key in list(today):
        start = now + (then - now) * chance.random()
        slot = Slot(start, start + timedelta(minutes=10))
        working = any(a <= start.time() < b for a, b in WEEK.on(start.weekday()))
        if working and _at_work(year, start) and legal(year.homes[key], slot):
            today.remove(key)
            _call(year, chance, key, start, None)
    tomorrow = (now.date() - FIRST).days + 1
    if then.date() > now.date() and tomorrow < DAYS:
        newcomers[tomorrow] += today


def _at_work(year: Year, start: datetime) -> bool:
    return start.date() not in AWAY and (start.date() - FIRST).days not in year.life.sick


def _call(year: Year, chance: random.Random, key: str, at: datetime, owed: Commitment | None) -> None:
    """One call of hers and its row in the log."""
    if owed is not None:
        year.calls += 1
        outside = not legal(year.homes[key], year.seen[owed.id])
        agreed = owed.kind is Kind.FIXED or owed.id in year.moved
        year.agreed_outside += outside and agreed
        year.calls_outside += outside and not agreed
    if chance.randrange(100) < year.life.answers:
        outcome = chance.choices(
            [Outcome.CONNECTED, Outcome.SOLD, Outcome.NOT_INTERESTED, Outcome.DO_NOT_CALL, Outcome.WRONG_NUMBER],
            [70, 12, 10, 4, 4],
        )[0]
        words = chance.choice(AGREED) if outcome is Outcome.CONNECTED else ""
        _row(year, key, at, outcome, words)
        if outcome is Outcome.DO_NOT_CALL:
            year.refused.add(key)
        return
    outcome = chance.choices([Outcome.LEFT_VOICEMAIL, Outcome.NO_ANSWER, Outcome.BUSY], [60, 35, 5])[0]
    _row(year, key, at, outcome)
    if outcome is Outcome.LEFT_VOICEMAIL and chance.random() < 0.3:
        _row(year, key, at + timedelta(minutes=2), Outcome.LEFT_MESSAGE, channel=Channel.SMS)


def _inbound(year: Year, chance: random.Random, key: str, at: datetime) -> None:
    """They call, and mostly reach her."""
    outcome = chance.choice([Outcome.CALLBACK_RECEIVED, Outcome.CALLBACK_RECEIVED, Outcome.NO_ANSWER])
    _row(year, key, at, outcome, direction=Direction.INBOUND)


def _row(
    year: Year,
    key: str,
    at: datetime,
    outcome: Outcome,
    promise: str = "",
    *,
    channel: Channel = Channel.CALL,
    direction: Direction = Direction.OUTBOUND,
) -> None:
    rows = year.log.get(key, ())
    if rows and rows[-1].at >= at:
        return
    row = Attempt(f"{key}-{at:%Y%m%d%H%M%S}-{channel}", key, at, direction, channel, outcome, promise)
    year.log[key] = (*rows, row)
