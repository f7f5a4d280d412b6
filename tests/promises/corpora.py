"""The labelled notes: how they are read from their files, and what it takes for an answer to be right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from calsync.model import Reading
from calsync.promises import read

FOLDER = Path(__file__).parent / "corpus"
Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    """The lines of a corpus file."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def answer(row: Row, text: str | None = None) -> Reading:
    """How a line is read; ``text`` takes the place of its own words."""
    contact = row.get("contact_zone")
    return read(
        row["text"] if text is None else text,
        datetime.fromisoformat(row["reference"]),
        zone=ZoneInfo(row["zone"]),
        contact_zone=ZoneInfo(contact) if contact else None,
        locale=row.get("locale", "en-US"),
        resolve=row.get("mode") == "resolve",
    )


def wrong(row: Row, reading: Reading) -> str:
    """What is wrong with an answer, in words; empty where kind and both ends of the window are right."""
    expect, window = row["expect"], reading.window
    ends = (expect["earliest"], expect["latest"])
    wanted = [datetime.fromisoformat(end).replace(second=0) if end else None for end in ends]
    got = [window.earliest, window.latest] if window else [None, None]
    close = all(
        (a is None) == (b is None) and (a is None or b is None or abs((a - b).total_seconds()) <= 60)
        for a, b in zip(wanted, got, strict=True)
    )
    if reading.kind == expect["kind"] and close:
        return ""
    return f"{row['id']} {row['text']!r}: wanted {expect['kind']} {ends}, got {reading.kind} {got} ({reading.why})"


def by_tag(name: str) -> Iterator[tuple[str, list[Row]]]:
    """The lines of a corpus, grouped by what they are about."""
    groups: dict[str, list[Row]] = {}
    for row in rows(name):
        groups.setdefault(row["tag"], []).append(row)
    yield from sorted(groups.items())
