"""A year of a rep, day by day: clocks that change on both sides of the ocean, holidays, two weeks away, meetings that
come up, four jurisdictions.  On every day no call stands outside the law (G8), every promise that can be kept has its
place (G9), and nothing that somebody has seen moves without a reason.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

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
    Window,
)
from calsync.placing import Memory, place
from calsync.placing.law import legal_hours

CHICAGO = ZoneInfo("America/Chicago")
PLACES = {
    "+13125550100": ("US-IL", "America/Chicago"),
    "+13055550100": ("US-FL", "America/New_York"),
    "+16025550100": ("US-AZ", "America/Phoenix"),
    "+447911123456": ("GB", "Europe/London"),
}
AWAY = Away(date(2026, 7, 20), date(2026, 7, 31), "holiday")
REP = Rep(
    id="tasha",
    name="Tasha Lane",
    phone="+13125550199",
    zone=CHICAGO,
    region="US-IL",
    hours=Hours.same(time(9), time(18), closed=(6,)),
    away=(AWAY,),
)
POLICY = Policy(per_day=40)


def legal(number: str, slot: Slot) -> bool:
    """The law asked from the other end: local clock times against the hours of the local date."""
    region, zone = PLACES[number]
    start, end = slot.start.astimezone(ZoneInfo(zone)), slot.end.astimezone(ZoneInfo(zone))
    first = start.hour * 60 + start.minute
    last = first + int((end - start).total_seconds()) // 60
    return any(opens <= first and last <= closes for opens, closes in legal_hours(region, start.date()))


@dataclass
class Life:
    """What the simulation knows of the rep's calendar and log."""

    chance: random.Random
    contacts: dict[str, Contact]
    attempts: dict[str, tuple[Attempt, ...]] = field(default_factory=dict)
    open: dict[str, Commitment] = field(default_factory=dict)
    seen: dict[str, Slot] = field(default_factory=dict)
    busy: list[Span] = field(default_factory=list)
    moves: int = 0
    kept: int = 0
    late: int = 0

    def number(self, commitment: Commitment) -> str:
        return self.contacts[commitment.contact_id].phones[0].e164

    def call(self, contact_id: str, at: datetime) -> None:
        """Somebody is called, and mostly a new promise is made."""
        outcome = self.chance.choice([Outcome.NO_ANSWER, Outcome.LEFT_VOICEMAIL, Outcome.CONNECTED])
        row = Attempt(f"{contact_id}-{at:%Y%m%d%H%M}", contact_id, at, outcome=outcome, promise="x")
        self.attempts[contact_id] = (*self.attempts.get(contact_id, ()), row)
        kind = self.chance.choice([Kind.DAY, Kind.DEADLINE, Kind.DEADLINE, Kind.RANGE, Kind.VAGUE, Kind.PLANNED])
        day = (at + timedelta(days=self.chance.randrange(2, 9))).date()
        last = day + timedelta(days=self.chance.randrange(1, 5) if kind in (Kind.RANGE, Kind.VAGUE) else 0)
        hours = self.chance.choice([(9, 18), (9, 18), (9, 12), (12, 17), (17, 21)])
        window = Window(datetime.combine(day, time(hours[0]), CHICAGO), datetime.combine(last, time(hours[1]), CHICAGO))
        by = PromisedBy.CADENCE if kind is Kind.PLANNED else PromisedBy.REP
        self.open[contact_id] = Commitment(f"p-{row.key}", contact_id, row, kind, window, State.OPEN, by, "as promised")


def possible(life: Life, commitment: Commitment, taken: set[datetime], now: datetime) -> bool:
    """True when some cell of the window is lawful, worked, free of meetings and of other calls."""
    day = max(now, commitment.window.earliest).date()
    while day <= commitment.window.latest.date():
        full = sum(start.date() == day for start in taken) >= (POLICY.per_day or 1000)
        closed = full or day in AWAY or day.weekday() == 6 or day in HOLIDAYS
        for step in () if closed else range(9 * 6, 18 * 6):
            start = datetime.combine(day, time(step // 6, step % 6 * 10), CHICAGO)
            slot = Slot(start, start + timedelta(minutes=10))
            if start < now or start in taken:
                continue
            if start < commitment.window.earliest or slot.end > commitment.window.latest:
                continue
            if any(span.start < slot.end and slot.start < span.end for span in life.busy):
                continue
            if legal(life.number(commitment), slot):
                return True
        day += timedelta(days=1)
    return False


HOLIDAYS: Mapping[date, str] = {}


@pytest.fixture(autouse=True)
def _holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    import holidays

    known = {
        day: name for year in (2026, 2027) for day, name in holidays.country_holidays("US", "IL", years=year).items()
    }
    monkeypatch.setattr(f"{__name__}.HOLIDAYS", known)


def look(life: Life, placed: tuple[Placed, ...], now: datetime) -> None:
    """What must hold on every single day."""
    slots = [each.slot for each in placed if each.slot]
    taken = {slot.start for slot in slots}
    assert len(taken) == len(slots), "two calls at once"
    for each in placed:
        commitment, slot = each.commitment, each.slot
        assert slot is not None or each.problem is not None
        if slot is None:
            continue
        assert slot.start >= now
        assert legal(life.number(commitment), slot), (slot, commitment)
        assert slot.start.date() not in AWAY
        assert slot.start.date() not in HOLIDAYS
        assert not any(span.start < slot.end and slot.start < span.end for span in life.busy)
        before = life.seen.get(commitment.id)
        if before is not None and before != slot:
            forced = before.start < now or any(s.start < before.end and before.start < s.end for s in life.busy)
            assert forced or commitment.overdue or "moved from" in each.why[0], (before, each)
            life.moves += 1
    for each in placed:
        commitment, slot = each.commitment, each.slot
        if commitment.state is not State.OPEN or commitment.kind is Kind.PLANNED:
            continue
        inside = slot and commitment.window.earliest <= slot.start and slot.end <= commitment.window.latest
        assert inside or not possible(life, commitment, taken, now), each


@pytest.mark.parametrize("seed", [1, 2])
def test_a_year(seed: int) -> None:
    chance = random.Random(seed)
    people = {
        f"c{n}": Contact(f"c{n}", f"Contact {n}", phones=(Phone(chance.choice(list(PLACES))),)) for n in range(90)
    }
    life = Life(chance, people)
    first = datetime(2026, 1, 5, 8, tzinfo=CHICAGO)
    for contact_id in people:
        life.call(contact_id, first - timedelta(hours=chance.randrange(1, 40)))
    memory = Memory()
    for offset in range(365):
        now = datetime.combine(first.date() + timedelta(days=offset), time(8), CHICAGO)
        for contact_id, due in life.open.items():
            if due.kind is not Kind.PLANNED and due.window.latest < now and due.state is State.OPEN:
                life.open[contact_id] = replace(due, state=State.MISSED)
        if chance.random() < 0.4:
            start = now + timedelta(days=chance.randrange(4), hours=chance.randrange(1, 9))
            life.busy = [*[span for span in life.busy if span.end > now], Span(start, start + timedelta(hours=1))]
        owed = tuple(life.open.values())
        known = Decisions(seen=dict(life.seen))
        book = Book(life.contacts, dict(life.attempts))
        placed = place(owed, book, REP, POLICY, busy=life.busy, decisions=known, now=now, memory=memory)
        look(life, placed, now)
        life.seen = {each.commitment.id: each.slot for each in placed if each.slot}
        if now.date() in AWAY:
            continue
        for each in placed:
            if each.slot and each.slot.start.date() == now.date() and chance.random() < 0.95:
                life.late += each.commitment.overdue
                life.kept += not each.commitment.overdue
                life.call(each.commitment.contact_id, each.slot.start)
    assert life.kept > 3000
    assert life.late < life.kept * 0.15
    assert life.moves < life.kept * 0.15
