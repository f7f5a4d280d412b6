"""What placing costs: all of a rep's 5,000 open promises, and one more once the others stand on the calendar.

Makes a book (always the same one) of contacts in ten area codes, each with a log of four calls and one open promise in
the year ahead, and prints the median CPU time of five measurements, also as a multiple of a plain counting loop on the
same machine, because seconds depend on who else is using it.  Run it with ``python -m benchmarks.placing``.
"""

from __future__ import annotations

import gc
import random
import statistics
import time as clock
from collections.abc import Callable
from datetime import datetime, timedelta
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
    Placed,
    Policy,
    PromisedBy,
    Rep,
    State,
    Window,
)
from calsync.placing import Memory, place

OPEN, RUNS = 5_000, 5
ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 23, 8, tzinfo=ZONE)
AREAS = ("312", "305", "212", "213", "808", "602", "416", "800", "504", "203")
REP = Rep("tasha", "Tasha Lane", "+13125550199", ZONE, "US-IL", Hours.same())


def owed(pick: random.Random, number: int) -> tuple[Contact, tuple[Attempt, ...], Commitment]:
    """One contact, its log, and the promise that is open."""
    name = f"c{number}"
    kind = pick.choice([ContactKind.CONSUMER, ContactKind.BUSINESS, None])
    contact = Contact(name, name, phones=(Phone(f"+1{pick.choice(AREAS)}555{number % 10_000:04d}"),), kind=kind)
    said = NOW - timedelta(hours=pick.randrange(1, 200))
    log = tuple(
        Attempt(f"{name}-{back}", name, said - timedelta(days=3 * back, hours=back), outcome=outcome)
        for back in (3, 2, 1, 0)
        for outcome in [pick.choice([Outcome.NO_ANSWER, Outcome.LEFT_VOICEMAIL, Outcome.CONNECTED])]
    )
    day = NOW.replace(hour=9) + timedelta(days=pick.randrange(340))
    day -= timedelta(days=max(0, day.weekday() - 4))
    promised = pick.choice([Kind.DEADLINE, Kind.DAY, Kind.RANGE, Kind.RANGE])
    days = pick.randrange(1, 14) if promised is Kind.RANGE else 0
    window = Window(day, day + timedelta(days=days, hours=9))
    by = PromisedBy.REP
    return contact, log, Commitment(f"p{number}", name, log[-1], promised, window, State.OPEN, by, "as promised")


def measure(work: Callable[[], object]) -> float:
    """Median CPU seconds of five runs."""
    times = []
    for _ in range(RUNS):
        gc.collect()
        start = clock.process_time()
        work()
        times.append(clock.process_time() - start)
    return statistics.median(times)


def main() -> None:
    pick = random.Random(1)
    rows = [owed(pick, number) for number in range(OPEN + RUNS)]
    book = Book({contact.id: contact for contact, _, _ in rows}, {contact.id: log for contact, log, _ in rows})
    promises = [promise for _, _, promise in rows]
    policy, empty, memory = Policy(), Decisions(), Memory()

    def run(count: int, known: Decisions, kept: Memory | None = None) -> tuple[Placed, ...]:
        return place(promises[:count], book, REP, policy, busy=(), decisions=known, now=NOW, memory=kept)

    first = run(OPEN, empty, memory)
    shown = {each.commitment.id: each.slot for each in first if each.slot}
    words = {each.commitment.id: each.why for each in first if each.slot}
    known = Decisions(seen=shown, why=words)
    counts = iter(range(OPEN + 1, OPEN + RUNS + 1))
    loop = measure(lambda: sum(range(10_000_000)))
    all_new = measure(lambda: run(OPEN, empty))
    all_seen = measure(lambda: run(OPEN, known))
    one_more = measure(lambda: run(next(counts), known, memory))
    inside = sum(each.slot is not None for each in first)
    print(f"{OPEN:,} open promises, {inside:,} placed; a counting loop of ten million takes {loop * 1000:.0f} ms here")
    for name, took in (
        ("all of them placed for the first time", all_new),
        ("all of them looked at again, nothing remembered", all_seen),
        ("one new promise, the rest remembered", one_more),
    ):
        print(f"{name:50} {took * 1000:8.1f} ms CPU   {took / loop:6.2f} loops")


if __name__ == "__main__":
    main()
