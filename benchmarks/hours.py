"""Does choosing the hour help?  Contacts with known answering habits, called for twelve weeks by three kinds of reps.

Every contact has a usual chance of picking up, two hours of the day at which it is three times as likely, and weekdays
Every contact has a usual chance of picking up, two hours of the day at which it is three times as likely, and weekdays
``place`` puts the call, from the log of that rep's own calls alone.  Prints the share of calls that were answered over
20 seeds with its spread (standard deviation and range), and how often each rep beat the one at random hours.  The
habits are invented, so this shows that the choosing works, not what a rep will see.  Run with ``make bench-hours``.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from calsync.model import (
    Attempt,
    Book,
    Commitment,
    Contact,
    ContactKind,
    Decisions,
    Hours,
    Kind,
    Outcome,
    Phone,
    Policy,
    PromisedBy,
    Rep,
    State,
    Window,
)
from calsync.placing import place

SEEDS, WEEKS, CONTACTS = 20, 12, 40
ZONE = ZoneInfo("America/Chicago")
FIRST = datetime(2026, 1, 5, 8, tzinfo=ZONE)
REP = Rep("tasha", "Tasha Lane", "+13125550199", ZONE, "", Hours.same(time(9), time(18)))

Pick = Callable[[list[Commitment], dict[str, tuple[Attempt, ...]], datetime], dict[str, datetime]]


@dataclass(frozen=True, slots=True)
class Habit:
    """When one contact picks up: ``good`` is the first of two hours."""

    usual: float
    good: int
    weekdays: tuple[float, ...]

    def chance(self, at: datetime) -> float:
        hour = 3.0 if self.good <= at.hour < self.good + 2 else 0.6
        return min(0.95, self.usual * hour * self.weekdays[at.weekday()])


def people(pick: random.Random) -> tuple[dict[str, Contact], dict[str, Habit]]:
    contacts, habits = {}, {}
    for number in range(CONTACTS):
        name = f"c{number}"
        kind = pick.choice([ContactKind.CONSUMER, ContactKind.BUSINESS])
        contacts[name] = Contact(name, name, phones=(Phone(f"+13125550{number + 100}"),), kind=kind)
        good = pick.choice([9, 9, 10, 14, 16] if kind is ContactKind.BUSINESS else [11, 12, 15, 16, 16])
        weekdays = tuple(pick.uniform(0.7, 1.3) for _ in range(7))
        habits[name] = Habit(pick.betavariate(3, 17), good, weekdays)
    return contacts, habits


def promises(pick: random.Random, contacts: dict[str, Contact], week: datetime) -> list[Commitment]:
    """One promise a contact and week: a day, or any of two or three days."""
    found = []
    for name in contacts:
        day = week + timedelta(days=pick.randrange(3))
        last = day + timedelta(days=pick.randrange(3))
        window = Window(day.replace(hour=9), last.replace(hour=18))
        row = Attempt(f"{name}-{week:%m%d}", name, week, promise="x")
        kind = Kind.DAY if day == last else Kind.RANGE
        found.append(Commitment(row.key, name, row, kind, window, State.OPEN, PromisedBy.REP, "as promised"))
    return found


def always_at_ten(due: list[Commitment], _log: object, _now: object) -> dict[str, datetime]:
    return {one.contact_id: one.window.earliest.replace(hour=10) for one in due}


def at_any_hour(pick: random.Random) -> Pick:
    def choose(due: list[Commitment], _log: object, _now: object) -> dict[str, datetime]:
        chosen = {}
        for one in due:
            days = (one.window.latest.date() - one.window.earliest.date()).days
            day = one.window.earliest + timedelta(days=pick.randrange(days + 1))
            chosen[one.contact_id] = day.replace(hour=9) + timedelta(minutes=10 * pick.randrange(54))
        return chosen

    return choose


def as_placed(contacts: dict[str, Contact]) -> Pick:
    def choose(due: list[Commitment], log: dict[str, tuple[Attempt, ...]], now: datetime) -> dict[str, datetime]:
        placed = place(due, Book(contacts, log), REP, Policy(), busy=(), decisions=Decisions(), now=now)
        return {each.commitment.contact_id: each.slot.start for each in placed if each.slot}

    return choose


def answered(seed: int, rep: str) -> float:
    """The share of one rep's calls that were answered in twelve weeks."""
    pick = random.Random(seed)
    contacts, habits = people(pick)
    weeks = [promises(pick, contacts, FIRST + timedelta(weeks=week)) for week in range(WEEKS)]
    luck = random.Random(seed * 1000 + 1)
    choose: Pick = {"ten": always_at_ten, "any": at_any_hour(luck), "placed": as_placed(contacts)}[rep]
    log: dict[str, tuple[Attempt, ...]] = {}
    calls = hits = 0
    for week, due in enumerate(weeks):
        for name, at in choose(due, log, FIRST + timedelta(weeks=week)).items():
            hit = luck.random() < habits[name].chance(at)
            calls, hits = calls + 1, hits + hit
            outcome = Outcome.CONNECTED if hit else Outcome.NO_ANSWER
            row = Attempt(f"{name}-{at:%m%d%H%M}", name, at, outcome=outcome)
            log[name] = (*log.get(name, ()), row)
    return hits / calls


def main() -> None:
    shares = {rep: [answered(seed, rep) for seed in range(SEEDS)] for rep in ("ten", "any", "placed")}
    print(f"{CONTACTS} contacts, {WEEKS} weeks, {SEEDS} seeds: share of calls answered")
    for rep, name in (("ten", "always at ten"), ("any", "at any hour"), ("placed", "where calsync places them")):
        found = shares[rep]
        mean, spread = statistics.mean(found), statistics.stdev(found)
        wins = sum(mine > other for mine, other in zip(found, shares["any"], strict=True))
        line = f"{name:28} {mean:6.1%}  sd {spread:.1%}  range {min(found):.1%} to {max(found):.1%}"
        print(line if rep == "any" else f"{line}  better than any hour in {wins} of {SEEDS}")


if __name__ == "__main__":
    main()
