"""``calsync parse``: how a phrase is read, explained in words, or line by line as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from calsync.promises import DEFAULT, Words, read

_zones: dict[str, ZoneInfo] = {}


def _zone(key: str) -> ZoneInfo:
    found = _zones.get(key)
    if found is None:
        found = _zones[key] = ZoneInfo(key)
    return found


def parse_jsonl(lines: Iterable[str], out: TextIO, *, words: Words = DEFAULT) -> int:
    """Answer each JSON line as it comes; returns the exit code."""
    for line in lines:
        if not line.strip():
            continue
        row = json.loads(line)
        zone = _zone(row["zone"])
        contact = row.get("contact_zone")
        reading = read(
            row["text"],
            datetime.fromisoformat(row["reference"]),
            zone=zone,
            contact_zone=_zone(contact) if contact else None,
            locale=row.get("locale") or "en-US",
            resolve=row.get("mode") == "resolve",
            words=words,
        )
        window = reading.window
        answer = {
            "id": row.get("id"),
            "kind": reading.kind,
            "earliest": window.earliest.isoformat() if window else None,
            "latest": window.latest.isoformat() if window else None,
            "why": reading.why,
        }
        out.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(parse_jsonl(sys.stdin, sys.stdout))
