"""How much CPU time reading and folding a big log takes, next to a bare ``csv.reader`` over the same files.

Makes 20,000 contacts and 100,000 attempts (always the same ones) in a temporary folder, and prints the median of five
measurements of each, their ratio, and what one appended row costs.  Run it with ``make bench``.
"""

from __future__ import annotations

import csv
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from calsync.sources import Reader, SourceSpec

CONTACTS, ATTEMPTS, RUNS = 20_000, 100_000, 5
ZONE = ZoneInfo("America/Chicago")
FIRST = datetime(2025, 11, 3, 9, 0)  # noqa: DTZ001  # the log is written in the rep's wall clock
NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)

GIVEN = ("Dana", "Omar", "Ruth", "Ines", "Paul", "Wei", "Grace", "Tom", "Lena", "Sam")
FAMILY = ("Levy", "Ortega", "Klein", "Haddad", "Novak", "Chen", "Byrne", "Osei", "Rossi", "Patel")
OUTCOMES = ("left_voicemail", "vm", "no_answer", "connected", "spoke", "busy", "no answer", "left_message")
PROMISES = ("by Friday", "", "", "tomorrow", "Mon 3pm", "", "in 4 days", "next week")
NOTES = (
    "Left word about the roof estimate and said that I will be back before the end of the week",
    "Asked for the two quotes side by side; her brother Jim gave us her name",
    "Rang out; try later in the day",
    "Has the kids until five, so the late afternoon is better",
    "Wants the paper version, the mailed one went to the old address on Elm Street",
    "\"If I don't hear back by Friday, I'll call you\"",
    "",
)


def make_files(folder: Path) -> tuple[Path, Path]:
    """Contacts and attempts; about one row in seven holds a quoted cell."""
    pick = random.Random(7)
    contacts, attempts = folder / "contacts.csv", folder / "attempts.csv"
    with contacts.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        write(
            [
                "id",
                "name",
                "phone",
                "email",
                "kind",
                "line",
                "referrer",
                "topic",
                "benefit",
                "timezone",
                "region",
                "cadence",
                "urgency",
                "do_not_call",
                "notes",
            ]
        )
        for i in range(CONTACTS):
            name = f"{pick.choice(GIVEN)} {pick.choice(FAMILY)}"
            phone = f"+1{312 + i // 10_000}555{i % 10_000:04}"
            write((f"c{i:05}", name, phone, f"p{i}@example.com", "consumer", "cell", "Jim Byrne", "the roof estimate",
                   "two quotes side by side", "America/Chicago", "US-IL", "", "", "", "prefers the late afternoon"))  # fmt: skip
    with attempts.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        write(["at", "contact", "direction", "channel", "outcome", "promise", "note"])
        for i in range(ATTEMPTS):
            write(_attempt(i, pick))
    return contacts, attempts


def _attempt(i: int, pick: random.Random) -> tuple[str, ...]:
    at = FIRST + timedelta(seconds=i * 317)
    who = f"c{pick.randrange(CONTACTS):05}"
    direction = "inbound" if i % 23 == 0 else "outbound"
    return (
        f"{at:%Y-%m-%dT%H:%M:%S}",
        who,
        direction,
        "call",
        pick.choice(OUTCOMES),
        pick.choice(PROMISES),
        pick.choice(NOTES),
    )


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


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        contacts, attempts = make_files(Path(name))

        def reader() -> Reader:
            return Reader(
                [SourceSpec(contacts)], [SourceSpec(attempts)], zone=ZONE, region="US-IL", own_numbers=["+13125550199"]
            )

        book = reader().read(NOW)
        read_rows = sum(map(len, book.attempts.values()))
        print(f"{len(book.contacts):,} contacts, {read_rows:,} attempts, {len(book.problems)} problems")
        base = cpu(lambda: bare(contacts, attempts))
        ours = cpu(lambda: reader().read(NOW))
        print(f"csv.reader       {base * 1000:8.1f} ms CPU")
        print(f"read and match   {ours * 1000:8.1f} ms CPU   {ours / base:.2f} x")
        appended(reader(), attempts)
    return 0


def appended(reader: Reader, attempts: Path) -> None:
    reader.read(NOW)
    before = time.process_time()
    for _ in range(100):
        reader.read(NOW)
    print(f"nothing changed  {(time.process_time() - before) * 10:8.3f} ms CPU   {reader.parsed} rows parsed")
    times = []
    for i in range(RUNS):
        with attempts.open("a", encoding="utf-8") as file:
            file.write(f"2026-11-30T10:{i:02}:00,c00042,outbound,call,vm,by Friday,called again\n")
        before = time.process_time()
        reader.read(NOW)
        times.append(time.process_time() - before)
    cost = statistics.median(times) * 1000
    print(
        f"one row appended {cost:8.3f} ms CPU   {reader.parsed} row parsed, contacts touched: {sorted(reader.changed or ())}"
    )


if __name__ == "__main__":
    sys.exit(main())
