"""What the tests of rendering start from: a cadence of three calls that a rep in New York makes to Chicago."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from calsync import cadences, promises, rendering
from calsync.cadences import Cadence
from calsync.commitments import Follow, Rules, fold_contact
from calsync.model import (
    Attempt,
    Channel,
    Commitment,
    Contact,
    ContactKind,
    Direction,
    Entry,
    Hours,
    Line,
    Outcome,
    Phone,
    Placed,
    Policy,
    Reading,
    Rep,
    Slot,
    Where,
)
from calsync.placing.world import World
from calsync.rendering import Templates
from calsync.rendering.call import Call, call_for

NEW_YORK = ZoneInfo("America/New_York")
CADENCES = cadences.load([Path(__file__).parent / "cadences"])
THREE = CADENCES["three"]
POLICY = Policy()
TASHA = Rep("tasha", "Tasha Lane", "+13125550199", NEW_YORK, "US-NY", Hours.same())
DANA = Contact(
    id="dana",
    name="Dana Levy",
    first_name="Dana",
    phones=(Phone("+13125550100", Line.WORK),),
    kind=ContactKind.BUSINESS,
    referrer="Oliver Quist",
    topic="vigilante training",
    benefit="you sleep better",
    timezone="America/Chicago",
    where=Where("contacts.csv", 2),
)


def at(day: int, clock: str = "11:02") -> datetime:
    """A day of November 2026 (the 25th is a Wednesday), by the rep's clock."""
    hour, _, minute = clock.partition(":")
    return datetime(2026, 11, 1, int(hour), int(minute), tzinfo=NEW_YORK) + timedelta(days=day - 1)


def attempt(when: datetime, outcome: Outcome | None = Outcome.LEFT_VOICEMAIL, **columns: str) -> Attempt:
    return Attempt(
        key=f"{when.isoformat()} {columns.get('direction', '')} {columns.get('channel', '')}",
        contact_id=DANA.id,
        at=when,
        direction=Direction(columns.get("direction", "outbound")),
        channel=Channel(columns.get("channel", "call")),
        outcome=outcome,
        promise=columns.get("promise", ""),
        note=columns.get("note", ""),
        where=Where("attempts.csv", 2),
    )


def read(text: str, said_at: datetime, contact: Contact) -> Reading:
    return promises.read(text, said_at, zone=NEW_YORK)


@cache
def templates() -> Templates:
    return rendering.load_templates(None)


def owed(
    history: Sequence[Attempt],
    now: datetime,
    contact: Contact = DANA,
    cadence: Cadence = THREE,
    policy: Policy = POLICY,
    rep: Rep = TASHA,
) -> Commitment:
    """The last commitment of the contact's log."""
    rules = Rules(read, Follow({cadence.name: cadence}, read, rep, policy), rep, policy)
    return fold_contact(contact, history, rules, now).commitments[-1]


def placed(commitment: Commitment, start: datetime, why: tuple[str, ...] = ()) -> Placed:
    """The commitment at ``start``, for ten minutes."""
    return Placed(commitment, Slot(start, start + timedelta(minutes=10)), why)


def call(
    history: Sequence[Attempt],
    start: datetime,
    *,
    contact: Contact = DANA,
    cadence: Cadence = THREE,
    rep: Rep = TASHA,
) -> Call:
    """Fold a log and put together what the event of the call that is owed says."""
    one = placed(owed(history, history[-1].at, contact, cadence, POLICY, rep), start)
    assert one.slot is not None
    return call_for(one, one.slot, contact=contact, history=history, cadence=cadence, rep=rep, policy=POLICY, read=read)


def event(
    history: Sequence[Attempt],
    start: datetime,
    *,
    contact: Contact = DANA,
    cadence: Cadence = THREE,
    policy: Policy = POLICY,
    rep: Rep = TASHA,
    now: datetime | None = None,
    why: tuple[str, ...] = (),
    own: Templates | None = None,
    days: World | None = None,
) -> Entry:
    """Fold a log and render the call that is owed, placed at ``start`` for ten minutes."""
    now = now or history[-1].at + timedelta(hours=1)
    one = placed(owed(history, now, contact, cadence, policy, rep), start, why)
    entry = rendering.render(one, contact, history, cadence, rep, policy, own or templates(), read, now, days)
    assert entry is not None
    return entry
