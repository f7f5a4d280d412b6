"""What the tests of the fold start from: a rep, a contact, rows of a log, and a week with a holiday in it.

Times are written as ``"Wed 11:02"`` and mean the week of Monday 23 November 2026, ``"+1 Mon 10:00"`` the week after.
The Thursday of that week is Thanksgiving, a holiday of the rep's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calsync.cadences.model import Next
from calsync.commitments import History, Rules, fold_contact
from calsync.model import (
    Attempt,
    Channel,
    Commitment,
    Contact,
    Direction,
    Hours,
    Kind,
    Outcome,
    Phone,
    Policy,
    Promise,
    PromisedBy,
    Reading,
    Rep,
    State,
    StepRef,
    Where,
    Window,
)

ZONE = ZoneInfo("America/Chicago")
MONDAY = date(2026, 11, 23)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

REP = Rep(
    id="tasha",
    name="Tasha Lane",
    phone="+13125550199",
    zone=ZONE,
    region="US-IL",
    hours=Hours.same(),
    holidays={date(2026, 11, 26): "Thanksgiving"},
)
DANA = Contact(id="dana", name="Dana Levy", first_name="Dana", phones=(Phone("+13125550100"),), where=Where("c.csv", 2))
POLICY = Policy()


def day(words: str) -> date:
    """``"Fri"``, or ``"+1 Mon"`` for the Monday of the week after."""
    week, _, name = words.rpartition(" ")
    return MONDAY + timedelta(days=DAYS.index(name) + 7 * int(week or 0))


def at(words: str) -> datetime:
    """``"Fri 16:10"``, ``"+1 Mon 10:00"``."""
    name, _, clock = words.rpartition(" ")
    return datetime.combine(day(name), time.fromisoformat(clock), ZONE)


def hours(words: str) -> Window:
    """The working hours of a day."""
    return Window(at(f"{words} 09:00"), at(f"{words} 18:00"))


def row(when: str, outcome: str = "", **columns: str) -> Attempt:
    """A row of the log: an outbound call unless a column says otherwise."""
    direction, channel = Direction(columns.get("direction", "outbound")), Channel(columns.get("channel", "call"))
    return Attempt(
        key=columns.get("key", f"{when} {direction} {channel}"),
        contact_id=DANA.id,
        at=at(when),
        direction=direction,
        channel=channel,
        outcome=Outcome(outcome) if outcome else None,
        promise=columns.get("promise", ""),
        note=columns.get("note", ""),
        number=columns.get("number", ""),
        where=Where("a.csv", 7),
    )


def read(text: str, said_at: datetime, contact: Contact) -> Reading:
    """A promise language of a dozen phrases, in which the rules can be told apart."""
    del said_at, contact
    return PHRASES.get(text, Reading(Kind.NONE, None, "no promise in it"))


PHRASES = {
    "by Friday": Reading(Kind.DEADLINE, hours("Fri"), "by Friday: Fri 27 Nov"),
    "by Wednesday": Reading(Kind.DEADLINE, hours("Wed"), "by Wednesday: Wed 25 Nov"),
    "Monday": Reading(Kind.DAY, hours("+1 Mon"), "Monday: Mon 30 Nov"),
    "Fri 15:00": Reading(Kind.FIXED, Window(at("Fri 15:00"), at("Fri 15:00")), "a clock time"),
    "will try again": Reading(Kind.UNDATED, None, "names no day"),
    "she'll call me Friday": Reading(Kind.CONTACT, None, "she calls", hint=hours("Fri")),
    "she'll call me Wednesday": Reading(Kind.CONTACT, None, "she calls", hint=hours("Wed")),
    "she'll call me": Reading(Kind.CONTACT, None, "she calls"),
    "take me off your list": Reading(Kind.OPTOUT, None, "asked not to be called"),
}

STEP = StepRef("referral", 2)
SILENT = Next(step=STEP, promise=None, planned=None, ended=False, why="nothing promised")
ENDED = Next(step=None, promise=None, planned=None, ended=True, why="the last step is done")


def script(words: str) -> Next:
    """The cadence's script spoke this phrase."""
    reading = PHRASES[words]
    return replace(SILENT, promise=Promise(reading.kind, reading.window, words, PromisedBy.CADENCE, reading.why))


def retry(when: str) -> Next:
    """The cadence plans a call on that day, which nobody promised."""
    return replace(SILENT, planned=Promise(Kind.PLANNED, hours(when), "another try", PromisedBy.CADENCE))


def told(
    *log: Attempt,
    now: str = "+2 Mon 12:00",
    contact: Contact = DANA,
    policy: Policy = POLICY,
    cadence: Sequence[Next] = (),
    waived: Sequence[str] = (),
) -> Sequence[Commitment]:
    """Fold a log.  ``cadence`` is what the cadence answers after the first, second, … attempt (then: nothing)."""
    return story(*log, now=now, contact=contact, policy=policy, cadence=cadence, waived=waived).commitments


def story(
    *log: Attempt,
    now: str = "+2 Mon 12:00",
    contact: Contact = DANA,
    policy: Policy = POLICY,
    cadence: Sequence[Next] = (),
    waived: Sequence[str] = (),
) -> History:
    """The same, with the problems and whatever else a fold says."""

    def next_step(_: Contact, history: Sequence[Attempt]) -> Next:
        return cadence[len(history) - 1] if len(history) <= len(cadence) else SILENT

    return fold_contact(contact, log, Rules(read, next_step, REP, policy, frozenset(waived)), at(now))


def states(commitments: Sequence[Commitment]) -> list[State]:
    return [commitment.state for commitment in commitments]
