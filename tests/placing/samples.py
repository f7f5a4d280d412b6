"""Reps, contacts and promises for the tests of placing: short to write, plain to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from calsync.model import (
    Attempt,
    Away,
    Book,
    Commitment,
    Contact,
    Decisions,
    Hours,
    Kind,
    Outcome,
    Phone,
    Placed,
    Policy,
    PromisedBy,
    Rep,
    Slot,
    Span,
    State,
    Where,
    Window,
)
from calsync.placing import place

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = date(2026, 11, 30)
"""An ordinary week: Mon 30 Nov to Fri 4 Dec 2026 has no public holiday in Illinois."""

ILLINOIS, FLORIDA, TOLL_FREE = "+13125550100", "+13055550100", "+18005550100"


def rep(**changes: Any) -> Rep:
    fields: dict[str, Any] = {
        "id": "tasha",
        "name": "Tasha Lane",
        "phone": "+13125550199",
        "zone": CHICAGO,
        "region": "US-IL",
        "hours": Hours.same(),
    }
    return Rep(**(fields | changes))


def at(day: int, clock: str = "00:00", zone: ZoneInfo = CHICAGO) -> datetime:
    """A moment ``day`` days after the Monday."""
    return datetime.combine(MONDAY + timedelta(days=day), time.fromisoformat(clock), zone)


def window(day: int, first: str = "09:00", last: str = "18:00", until: int | None = None) -> Window:
    return Window(at(day, first), at(day if until is None else until, last))


def contact(name: str = "dana", number: str = ILLINOIS, **fields: Any) -> Contact:
    phones = (Phone(number),) if number else ()
    return Contact(id=name, name=name.title(), phones=phones, where=Where("contacts.csv", 2), **fields)


def attempt(name: str, when: datetime, outcome: Outcome | None = Outcome.LEFT_VOICEMAIL, **fields: Any) -> Attempt:
    where = Where("attempts.csv", 2)
    return Attempt(f"{name}-{when:%m%d%H%M}", name, when, outcome=outcome, promise="by Friday", where=where, **fields)


def promise(name: str, kind: Kind, due: Window, *, made: datetime | None = None, **fields: Any) -> Commitment:
    values: dict[str, Any] = {
        "id": f"p-{name}",
        "contact_id": name,
        "attempt": attempt(name, made or at(-4, "10:05")),
        "kind": kind,
        "window": due,
        "state": State.OPEN,
        "promised_by": PromisedBy.REP,
        "text": "as promised",
    }
    return Commitment(**(values | fields))


def book(contacts: Sequence[Contact], *attempts: Attempt, promises: Sequence[Commitment] = ()) -> Book:
    rows: dict[str, list[Attempt]] = {}
    every = {row.key: row for row in (*attempts, *(due.attempt for due in promises))}
    for one in sorted(every.values(), key=lambda row: row.at):
        rows.setdefault(one.contact_id, []).append(one)
    return Book({one.id: one for one in contacts}, {name: tuple(some) for name, some in rows.items()})


def put(
    *promises: Commitment,
    contacts: Sequence[Contact] | None = None,
    attempts: Sequence[Attempt] = (),
    who: Rep | None = None,
    policy: Policy | None = None,
    busy: Sequence[Span] = (),
    seen: Mapping[str, Slot] | None = None,
    moved: Mapping[str, Slot] | None = None,
    now: datetime | None = None,
) -> list[Placed]:
    """Place promises; without ``contacts`` each is to somebody in Illinois."""
    people = contacts or [contact(name) for name in dict.fromkeys(one.contact_id for one in promises)]
    return list(
        place(
            promises,
            book(people, *attempts, promises=promises),
            who or rep(),
            policy or Policy(),
            busy=busy,
            decisions=Decisions(seen=seen or {}, moved=moved or {}),
            now=now or at(0, "08:00"),
        )
    )


def one(*promises: Commitment, **fields: Any) -> Placed:
    return put(*promises, **fields)[0]


def starts(placed: Placed) -> str:
    """``"Fri 16:10"``, or ``"nowhere"``."""
    return f"{placed.slot.start:%a %H:%M}" if placed.slot else "nowhere"


def slot(day: int, clock: str, minutes: int = 10) -> Slot:
    return Slot(at(day, clock), at(day, clock) + timedelta(minutes=minutes))


def span(day: int, first: str, last: str) -> Span:
    return Span(at(day, first), at(day, last))


def away(first: int, last: int, reason: str = "") -> Away:
    return Away(MONDAY + timedelta(days=first), MONDAY + timedelta(days=last), reason)
