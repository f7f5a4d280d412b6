"""How much CPU time reading and folding a big log takes, next to a bare ``csv.reader`` over the same files.

Makes 20,000 contacts and 100,000 attempts over two years (always the same ones) in a temporary folder, and prints what
each of these costs, as a median and as a multiple of ``csv.reader``:

* the first time ever: every row is read and matched, every contact folded, and both left for the next process;
* a new process on files that did not change, and on a log that got one row (each measured in a process of its own, from
  the first look at the files to the last commitment that is owed; its start-up and imports are not counted);
* the process that goes on running: a look at nothing new, and at one row.

Run it with ``make bench``.
"""

from __future__ import annotations

import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.call_log import make_files
from calsync import cadences, placing
from calsync.commitments import Folded, Memory, fold
from calsync.keeping import Keeper
from calsync.ledger import Shelf
from calsync.model import Book, Decisions, Hours, Policy, Rep
from calsync.promises import Language
from calsync.sources import Reader, SourceSpec

RUNS, FIRST_RUNS = 5, 3
ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
REP = Rep("tasha", "Tasha Lane", "+13125550199", ZONE, "US-IL", Hours.same())
ROW = "2026-11-30T10:{:02}:00,c00042,outbound,call,vm,by Friday,called again\n"
CADENCES = cadences.load()


@dataclass(slots=True)
class Desk:
    """A rep with the shipped cadences in one process: with what an earlier process left in ``folder``, if it is to."""

    folder: Path
    keeper: Keeper | None
    reader: Reader
    memory: Memory
    read: Language

    @property
    def attempts(self) -> Path:
        return self.folder / "attempts.csv"

    def fold(self, book: Book) -> Folded:
        return fold(book, CADENCES, self.read, REP, Policy(), Decisions(), NOW, memory=self.memory)

    def leave(self, book: Book) -> None:
        """For the next process."""
        if self.keeper is not None:
            self.keeper.leave(self.reader, self.memory, book, NOW)


def desk(folder: Path, *, keeps: bool = True) -> Desk:
    """A process as it begins."""
    memory, keeper = Memory(), Keeper(Shelf(folder / "ledger.db.read", "bench"), ZONE) if keeps else None
    reader = Reader(
        [SourceSpec(folder / "contacts.csv")],
        [SourceSpec(folder / "attempts.csv")],
        zone=ZONE,
        region=REP.region,
        own_numbers=[REP.phone],
        recall=None if keeper is None else lambda: keeper.take(memory),
    )
    return Desk(folder, keeper, reader, memory, Language(ZONE, zone_of=placing.contact_zone))


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds."""
    before = time.process_time()
    kept = work()
    spent = time.process_time() - before
    del kept
    return spent


def bare(folder: Path) -> int:
    """What everybody pays: ``csv.reader`` over every row."""
    rows = 0
    for name in ("contacts.csv", "attempts.csv"):
        with (folder / name).open(newline="", encoding="utf-8") as file:
            for _ in csv.reader(file):
                rows += 1
    return rows


def first(folder: Path) -> tuple[float, float, float]:
    """Seconds to read, to fold and to leave both, with nothing to go on from."""
    (folder / "ledger.db.read").unlink(missing_ok=True)
    begun = desk(folder)
    reading = cpu(lambda: begun.reader.read(NOW))
    book = begun.reader.read(NOW)
    folding = cpu(lambda: begun.fold(book))
    return reading, folding, cpu(lambda: begun.leave(book))


def next_process(folder: Path) -> dict[str, float]:
    """What a process that has just begun pays for reading and folding, measured in one."""
    command = [sys.executable, "-m", "benchmarks.reading", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def begun(folder: Path) -> None:
    """Such a process: read, fold, say what it cost."""
    one, found = desk(folder), []
    spent = cpu(lambda: found.append(one.fold(one.reader.read(NOW))))
    every = cpu(lambda: tuple(found[0].commitments))
    sys.stdout.write(json.dumps({"spent": spent, "rows": one.reader.parsed, "every": every}))


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_files(folder)
        plain = desk(folder, keeps=False)
        book = plain.reader.read(NOW)
        folded = plain.fold(book)
        attempts = list(book.all_attempts())
        notes = {one.note for one in attempts}
        size = plain.attempts.stat().st_size / len(attempts)
        print(f"{len(book.contacts):,} contacts, {len(attempts):,} attempts of {size:.0f} bytes on average")
        print(
            f"{len(notes):,} different notes, {len(folded.commitments):,} commitments, {len(folded.live):,} still owed"
        )
        del plain, book, folded, attempts, notes
        base = statistics.median(cpu(lambda: bare(folder)) for _ in range(RUNS))

        def told(label: str, seconds: float, more: str = "") -> None:
            print(f"{label:36}{seconds * 1000:9.1f} ms CPU {seconds / base:7.2f} x   {more}".rstrip())

        told("csv.reader", base)
        firsts = [first(folder) for _ in range(FIRST_RUNS)]
        reading, folding, leaving = (statistics.median(each) for each in zip(*firsts, strict=True))
        told("first time: read and match", reading)
        told("first time: fold", folding)
        told("first time: both", reading + folding)
        told("first time: left for the next", leaving)
        same = [next_process(folder) for _ in range(RUNS)]
        told("new process: both, nothing changed", _median(same, "spent"), f"{same[0]['rows']:.0f} rows parsed")
        with (folder / "attempts.csv").open("a", encoding="utf-8") as file:
            file.write(ROW.format(0))
        grown = [next_process(folder) for _ in range(RUNS)]
        told("new process: both, one row appended", _median(grown, "spent"), f"{grown[0]['rows']:.0f} row parsed")
        told("  and every commitment looked at", _median(grown, "every"))
        running(folder)
    return 0


def _median(found: list[dict[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in found)


def running(folder: Path) -> None:
    """What a daemon pays for a look at files that did not change, and for one row that was added."""
    one = desk(folder)
    one.fold(one.reader.read(NOW))
    spent = cpu(lambda: [one.fold(one.reader.read(NOW)) for _ in range(100)]) / 100
    print(f"{'running: nothing changed':36}{spent * 1000:9.3f} ms CPU             {one.reader.parsed} rows parsed")
    rounds = [_one_more_row(one, i + 1) for i in range(RUNS)]
    reads, folds, leaves = zip(*rounds, strict=True)
    for label, times, more in (
        ("running: one row appended, read", reads, "1 row parsed"),
        ("running: one row appended, fold", folds, ""),
        ("running: one row appended, left", leaves, ""),
    ):
        print(f"{label:36}{statistics.median(times) * 1000:9.3f} ms CPU             {more}".rstrip())


def _one_more_row(one: Desk, number: int) -> tuple[float, float, float]:
    with one.attempts.open("a", encoding="utf-8") as file:
        file.write(ROW.format(number))
    reading = cpu(lambda: one.reader.read(NOW))
    if one.reader.parsed != 1:
        raise SystemExit(f"{one.reader.parsed} rows were parsed for one that was appended")
    book = one.reader.read(NOW)
    return reading, cpu(lambda: one.fold(book)), cpu(lambda: one.leave(book))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        begun(Path(sys.argv[1]))
    else:
        sys.exit(main())
