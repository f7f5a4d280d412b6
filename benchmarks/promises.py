"""How well notes are read: calsync and the date parsers that are installed here, on labelled files.

    python benchmarks/promises.py [FOLDER]

FOLDER (or ``CALSYNC_PROMISES``; by default ``../shared/promises`` beside the repository) holds ``dev.jsonl``, notes
with their kind and window, and ``public_specs.jsonl``, date expressions.  Where a file is missing, the corpus of the
tests stands in for it, or it is left out, and that is said.  A peer that is not installed is skipped with a word.

Every peer has the same adapter: the first date it finds, working hours 09:00-18:00 for a day, by/before/after taken
from the nearby word, and no idea of who promised what.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from calsync.promises import read

ROOT = Path(__file__).resolve().parents[1]
Row = dict[str, Any]
SILENT = {"none", "contact", "optout", "undated"}


class Answer(NamedTuple):
    kind: str
    start: datetime | None
    end: datetime | None


Reader = Callable[[Row], Answer]


def ours(row: Row) -> Answer:
    contact = row.get("contact_zone")
    reading = read(
        row["text"],
        datetime.fromisoformat(row["reference"]),
        zone=ZoneInfo(row["zone"]),
        contact_zone=ZoneInfo(contact) if contact else None,
        locale=row.get("locale", "en-US"),
        resolve=row.get("mode") == "resolve",
    )
    window = reading.window
    return Answer(reading.kind.value, window.earliest if window else None, window.latest if window else None)


def adapted(find: Callable[[str, datetime, bool], object]) -> Reader:
    """A date parser as a reader of notes: what it found, bound by the word that stands near."""

    def answer(row: Row) -> Answer:
        zone, now = ZoneInfo(row["zone"]), datetime.fromisoformat(row["reference"])
        try:
            found: object = find(row["text"], now, row.get("locale", "en-US") != "en-US")
        except Exception:  # noqa: BLE001 - a peer that fails has no answer
            found = None
        if not isinstance(found, datetime):  # some answer with a rule, a list or a range
            return Answer("none", None, None)
        low = row["text"].lower()
        clock = re.search(r"\d\s*(?:am|pm|[ap]\b|:\d\d)|noon|hour|minute|\bat \d", low)
        at = found.replace(tzinfo=zone)
        opens, closes = at.replace(hour=9, minute=0, second=0), at.replace(hour=18, minute=0, second=0)
        if re.search(r"\b(by|before|b4|until)\b", low):
            return Answer("deadline", opens, at if clock else closes)
        if re.search(r"\b(after|not before)\b", low):
            return Answer("after", at if clock else opens, closes)
        if clock:
            return Answer("fixed", at, at)
        return Answer("day", opens, closes)

    return answer


def peers() -> dict[str, Reader | str]:
    """The readers, or why one is missing."""
    found: dict[str, Reader | str] = {"calsync": ours}
    for name, make in {
        "dateparser": _dateparser, "parsedatetime": _parsedatetime, "recurrent": _recurrent, "timefhuman": _timefhuman
    }.items():  # fmt: skip
        try:
            found[name] = adapted(make())
        except ImportError:
            found[name] = f"not installed (pip install {name})"
    return found


def _dateparser() -> Callable[[str, datetime, bool], object]:
    from dateparser.search import search_dates  # type: ignore[import-untyped,import-not-found,unused-ignore]

    def find(text: str, now: datetime, day_first: bool) -> object:
        order = "DMY" if day_first else "MDY"
        settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future", "DATE_ORDER": order}
        got = search_dates(text, languages=["en"], settings=settings)
        return got[0][1] if got else None

    return find


def _parsedatetime() -> Callable[[str, datetime, bool], object]:
    import parsedatetime  # type: ignore[import-not-found,unused-ignore]

    calendar = parsedatetime.Calendar()

    def find(text: str, now: datetime, _: bool) -> object:
        moment, status = calendar.parseDT(text, sourceTime=now)
        return moment if status else None

    return find


def _recurrent() -> Callable[[str, datetime, bool], object]:
    from recurrent import parse  # type: ignore[import-not-found,unused-ignore]

    return lambda text, now, _: parse(text, now=now)


def _timefhuman() -> Callable[[str, datetime, bool], object]:
    from timefhuman import tfhConfig, timefhuman  # type: ignore[import-not-found,unused-ignore]

    def find(text: str, now: datetime, _: bool) -> object:
        got = timefhuman(text, tfhConfig(now=now))
        first = got[0] if isinstance(got, list) and got else got
        return first[0] if isinstance(first, tuple) else first or None

    return find


def near(a: datetime | None, b: datetime | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs((a.astimezone(UTC) - b.astimezone(UTC)).total_seconds()) <= 60


def wanted(row: Row) -> tuple[datetime | None, datetime | None]:
    """The labelled ends, read in the row's zone where they name none."""
    zone = ZoneInfo(row["zone"])
    ends = [datetime.fromisoformat(e) if e else None for e in (row["expect"]["earliest"], row["expect"]["latest"])]
    first, last = (e if e is None or e.tzinfo else e.replace(tzinfo=zone) for e in ends)
    return first, last


def score_notes(rows: list[Row], reader: Reader) -> dict[str, float]:
    """Shares of the lines in percent: all right; a window on a wrong day; a callback where none was promised."""
    right = wrong_day = invented = 0
    for row in rows:
        kind, (first, last), got = row["expect"]["kind"], wanted(row), reader(row)
        same = near(got.start, first) and near(got.end, last)
        right += got.kind == kind and ((kind in SILENT and got.start is None) or same)
        if kind in SILENT - {"undated"}:
            invented += got.start is not None
        elif first and last and got.start:
            wrong_day += not first.date() <= got.start.astimezone(first.tzinfo).date() <= last.date()
    total = len(rows)
    silent = sum(row["expect"]["kind"] in SILENT - {"undated"} for row in rows)
    dated = sum(row["expect"]["earliest"] is not None for row in rows)
    return {"all": right / total, "wrong day": wrong_day / dated, "invented": invented / silent}


def exact(row: Row, got: Answer) -> bool:
    """True where a date expression is read as its suite says, by the day or by the minute."""
    kind, (first, last), minute = row["expect"]["kind"], wanted(row), row["grain"] == "minute"
    start, end = got.start or (got.end if kind != "deadline" else None), got.end or got.start
    days = timedelta(days=4)
    if kind == "deadline":
        return end is not None and last is not None and (near(end, last) if minute else last - days <= end <= last)
    if kind == "after":
        return start is not None and first is not None and (
            near(start, first) if minute else first <= start <= first + days
        )  # fmt: skip
    if start is None or end is None or first is None or last is None:
        return False
    if minute:
        return near(start, first) and (kind == "fixed" or near(end, last))
    allowed = {last.date()}
    if kind == "range" and last.weekday() == 6:
        allowed |= {last.date() - timedelta(days=n) for n in (1, 2)}
    return start.date() == first.date() and end.date() in allowed


def microseconds(rows: list[Row], reader: Reader) -> float:
    """Time a line, once everything is loaded: the best of three passes."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for row in rows:
            reader(row)
        best = min(best, time.perf_counter() - start)
    return best / len(rows) * 1e6


def load(folder: Path, name: str, instead: Path | None) -> list[Row]:
    path = folder / name
    if not path.is_file():
        if instead is None or not instead.is_file():
            print(f"{path} is not there: left out")
            return []
        print(f"{path} is not there: {instead.relative_to(ROOT)} in its place")
        path = instead
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0] if arguments else os.environ.get("CALSYNC_PROMISES") or ROOT / "../shared/promises")
    notes = load(folder, "dev.jsonl", ROOT / "tests/promises/corpus/dev.jsonl")
    specs = load(folder, "public_specs.jsonl", None)
    print(f"{'':15}{'all':>8}{'wrong day':>11}{'invented':>10}{'specs':>8}{'us a line':>11}")
    for name, reader in peers().items():
        if isinstance(reader, str):
            print(f"{name:15}{reader}")
            continue
        reader(notes[0])
        scores = score_notes(notes, reader)
        spec = f"{sum(exact(row, reader(row)) for row in specs) / len(specs):8.1%}" if specs else f"{'-':>8}"
        row = f"{name:15}{scores['all']:8.1%}{scores['wrong day']:11.1%}{scores['invented']:10.1%}{spec}"
        print(f"{row}{microseconds(notes, reader):11.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
