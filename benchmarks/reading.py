"""How much CPU time reading and folding a big log takes, next to a bare ``csv.reader`` over the same files.

Makes 20,000 contacts and 100,000 attempts over two years (always the same ones) in a temporary folder, and prints the
median of five measurements of each, the ratios, and what one appended row costs.  Run it with ``make bench``.
"""

from __future__ import annotations

import csv
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from calsync import cadences, placing
from calsync.commitments import Folded, Memory, fold
from calsync.model import Book, Decisions, Hours, Policy, Rep
from calsync.promises import Language
from calsync.sources import Reader, SourceSpec

CONTACTS, ATTEMPTS, RUNS = 20_000, 100_000, 5
ZONE = ZoneInfo("America/Chicago")
FIRST = datetime(2024, 12, 2)  # noqa: DTZ001  # the log is written in the rep's wall clock
DAYS = 715
NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
REP = Rep("tasha", "Tasha Lane", "+13125550199", ZONE, "US-IL", Hours.same())

CONTACT_COLUMNS = (
    "id", "name", "phone", "email", "kind", "line", "referrer", "topic", "benefit", "timezone", "region", "cadence",
    "urgency", "do_not_call", "notes",
)  # fmt: skip
ATTEMPT_COLUMNS = ("at", "contact", "direction", "channel", "outcome", "promise", "note")
GIVEN = ("Dana", "Omar", "Ruth", "Ines", "Paul", "Wei", "Grace", "Tom", "Lena", "Sam")
FAMILY = ("Levy", "Ortega", "Klein", "Haddad", "Novak", "Chen", "Byrne", "Osei", "Rossi", "Patel")
OUTCOMES = {
    "no_answer": 35,
    "left_voicemail": 25,
    "vm": 10,
    "connected": 20,
    "busy": 3,
    "left_message": 3,
    "not_interested": 2,
    "appointment_set": 1,
    "wrong_number": 1,
}
LAST = {"connected": 35, "not_interested": 25, "sold": 10, "wrong_number": 3, "no_answer": 12, "left_voicemail": 15}
"""What the last call to somebody came to: most stories have an end."""

PROMISES = (
    "by Friday", "tomorrow", "Mon 3pm", "in 4 days", "next week", "Thursday", "by Wednesday", "in 2 weeks",
    "Tue 10:30", "on Monday", "next Friday", "after Monday", "in 3 business days", "by end of week",
)  # fmt: skip
NOTES = (
    "Left word about the roof estimate and said that I will be back before the end of the week",
    "Asked for the two quotes side by side; her brother Jim gave us her name",
    "Rang out; try later in the day",
    "Has the kids until five, so the late afternoon is better",
    "Wants the paper version, the mailed one went to the old address on Elm Street",
    "\"If I don't hear back by Friday, I'll call you\"",
    "She will call me back",
    "voicemail full",
    "spoke to her sister",
)


def make_files(folder: Path) -> tuple[Path, Path]:
    """Contacts and attempts: one attempt in ten names a promise, three in twenty have a note."""
    pick = random.Random(7)
    contacts, attempts = folder / "contacts.csv", folder / "attempts.csv"
    with contacts.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        write(CONTACT_COLUMNS)
        for i in range(CONTACTS):
            name = f"{pick.choice(GIVEN)} {pick.choice(FAMILY)}"
            phone = f"+1{312 + i // 10_000}555{i % 10_000:04}"
            write(
                (f"c{i:05}", name, phone, f"p{i}@example.com", "consumer", "cell", "Jim Byrne", "the roof estimate",
                 "two quotes side by side", "America/Chicago", "US-IL", "", "", "", "prefers the late afternoon")
            )  # fmt: skip
    rows = [row for i in range(CONTACTS) for row in _story(f"c{i:05}", pick)]
    rows.sort()
    with attempts.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        write(ATTEMPT_COLUMNS)
        for row in rows:
            write(row)
    return contacts, attempts


def _story(who: str, pick: random.Random) -> list[tuple[str, ...]]:
    """Five calls to one person, some days apart."""
    calls = ATTEMPTS // CONTACTS
    day = pick.randrange(DAYS)
    outcomes = [*pick.choices(list(OUTCOMES), list(OUTCOMES.values()), k=calls - 1),
                *pick.choices(list(LAST), list(LAST.values()))]  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for outcome in outcomes:
        at = FIRST + timedelta(days=day, minutes=pick.randrange(9 * 60, 18 * 60), seconds=pick.randrange(60))
        direction = "inbound" if pick.random() < 0.04 else "outbound"
        promise = pick.choice(PROMISES) if pick.random() < 0.10 else ""
        rows.append((f"{at:%Y-%m-%dT%H:%M:%S}", who, direction, "call", outcome, promise, _note(pick)))
        day = min(day + pick.choice((0, 1, 2, 2, 3, 4, 5, 7, 14)), DAYS)
    return rows


def _note(pick: random.Random) -> str:
    chance = pick.random()
    if chance < 0.015:
        return f"Quote {pick.randrange(10_000)} for house {pick.randrange(1_000)}, asked for {pick.choice(FAMILY)}"
    return pick.choice(NOTES) if chance < 0.15 else ""


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds, the median of ``RUNS``."""
    times = []
    for _ in range(RUNS):
        before = time.process_time()
        kept = work()
        times.append(time.process_time() - before)
        del kept
    return statistics.median(times)


def bare(*paths: Path) -> int:
    """What everybody pays: ``csv.reader`` over every row."""
    rows = 0
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            for _ in csv.reader(file):
                rows += 1
    return rows


@dataclass(frozen=True, slots=True)
class Desk:
    """A rep with the shipped cadences, and nothing remembered yet."""

    contacts: Path
    attempts: Path

    def reader(self) -> Reader:
        return Reader(
            [SourceSpec(self.contacts)],
            [SourceSpec(self.attempts)],
            zone=ZONE,
            region=REP.region,
            own_numbers=[REP.phone],
        )

    def fold(self, book: Book, memory: Memory | None = None, read: Language | None = None) -> Folded:
        return fold(book, CADENCES, read or language(), REP, Policy(), Decisions(), NOW, memory=memory)


CADENCES = cadences.load()


def language() -> Language:
    return Language(ZONE, zone_of=placing.contact_zone)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        desk = Desk(*make_files(Path(name)))
        book = desk.reader().read(NOW)
        folded = desk.fold(book)
        rows, live = sum(map(len, book.attempts.values())), sum(one.state.live for one in folded.commitments)
        print(f"{len(book.contacts):,} contacts, {rows:,} attempts, {len(book.problems)} rows in error")
        print(f"{len(folded.commitments):,} commitments, {live:,} of them live")
        base = cpu(lambda: bare(desk.contacts, desk.attempts))
        reading = cpu(lambda: desk.reader().read(NOW))
        folding = cpu(lambda: desk.fold(book))
        print(f"csv.reader       {base * 1000:8.1f} ms CPU")
        print(f"read and match   {reading * 1000:8.1f} ms CPU   {reading / base:5.2f} x")
        print(f"fold             {folding * 1000:8.1f} ms CPU   {folding / base:5.2f} x")
        print(f"both             {(reading + folding) * 1000:8.1f} ms CPU   {(reading + folding) / base:5.2f} x")
        appended(desk)
    return 0


def appended(desk: Desk) -> None:
    """What a daemon pays for a look at files that did not change, and for one row that was added."""
    reader, memory, read = desk.reader(), Memory(), language()
    desk.fold(reader.read(NOW), memory, read)
    before = time.process_time()
    for _ in range(100):
        reader.read(NOW)
    print(f"nothing changed  {(time.process_time() - before) * 10:8.3f} ms CPU   {reader.parsed} rows parsed")
    reads, folds = [], []
    for i in range(RUNS):
        with desk.attempts.open("a", encoding="utf-8") as file:
            file.write(f"2026-11-30T10:{i:02}:00,c00042,outbound,call,vm,by Friday,called again\n")
        start = time.process_time()
        book = reader.read(NOW)
        between = time.process_time()
        desk.fold(book, memory, read)
        reads.append(between - start)
        folds.append(time.process_time() - between)
    print(
        f"one row appended {statistics.median(reads) * 1000:8.3f} ms CPU to read ({reader.parsed} row parsed), "
        f"{statistics.median(folds) * 1000:.3f} ms to fold"
    )


if __name__ == "__main__":
    sys.exit(main())
