"""A rep in Chicago, her contacts and her log, in as few words as a rule needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from calsync import promises
from calsync.cadences import Cadence, Next, implied, load
from calsync.model import (
    Attempt,
    Channel,
    Contact,
    ContactKind,
    Direction,
    Hours,
    Line,
    Outcome,
    Phone,
    Policy,
    Reading,
    Rep,
)

CHICAGO = ZoneInfo("America/Chicago")
TASHA = Rep(
    id="tasha",
    name="Tasha Lane",
    phone="+13125550199",
    zone=CHICAGO,
    region="US-IL",
    hours=Hours.same(),
    holidays={date(2026, 11, 26): "Thanksgiving", date(2026, 12, 25): "Christmas Day"},
)
DANA = Contact(id="dana", name="Dana Levy", first_name="Dana", phones=(Phone("+13125550100", Line.CELL),))


def read(text: str, said_at: datetime, contact: Contact) -> Reading:
    """The promise language bound to Tasha."""
    del contact
    return promises.read(text, said_at, zone=CHICAGO)


@cache
def shipped() -> Mapping[str, Cadence]:
    return load()


def at(day: str, clock: str = "10:05") -> datetime:
    """A moment of 2026 in Chicago: ``at("11-18")`` is a Wednesday, 10:05."""
    return datetime.fromisoformat(f"2026-{day}T{clock}").replace(tzinfo=CHICAGO)


def call(
    when: datetime, outcome: Outcome | None, channel: Channel = Channel.CALL, direction: Direction = Direction.OUTBOUND
) -> Attempt:
    key = f"{when.isoformat()}/{channel}/{direction}"
    return Attempt(key=key, contact_id="dana", at=when, outcome=outcome, channel=channel, direction=direction)


def vm(when: datetime) -> Attempt:
    return call(when, Outcome.LEFT_VOICEMAIL)


def silent(when: datetime) -> Attempt:
    return call(when, Outcome.NO_ANSWER)


def spoke(when: datetime) -> Attempt:
    return call(when, Outcome.CONNECTED)


def after(name: str, *history: Attempt, contact: Contact = DANA, rep: Rep = TASHA) -> Next:
    """What a shipped cadence makes of the last of these attempts."""
    return implied(shipped()[name], contact, history, read, rep, Policy())


def business(line: Line | None = Line.WORK) -> Contact:
    return replace(DANA, kind=ContactKind.BUSINESS, phones=(Phone("+13125550100", line),))


def consumer(line: Line | None = Line.CELL) -> Contact:
    return replace(DANA, kind=ContactKind.CONSUMER, phones=(Phone("+13125550100", line),))


def step(found: Next) -> int | None:
    return found.step.step if found.step else None


def day_of(found: Next) -> date | None:
    """The first day of what is promised or planned next."""
    bound = found.promise or found.planned
    return bound.window.earliest.astimezone(CHICAGO).date() if bound and bound.window else None
