"""``calsync parse --jsonl``: notes in, readings out, a JSON object a line, each answered as it comes.

In:  ``{"id", "text", "reference", "zone"[, "contact_zone"][, "locale"][, "mode": "resolve"]}``; ``reference`` is local
time in ``zone``.  Out: ``{"id", "kind", "earliest", "latest", "why"}``, the times ISO 8601 with their offset, or null.
Imports little: programs call it often.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from calsync.promises import DEFAULT, Words, read


@lru_cache(maxsize=64)
def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)


def parse_row(row: dict[str, Any], *, words: Words = DEFAULT) -> dict[str, Any]:
    """The answer to one row; raises KeyError or ValueError for a row that cannot be one."""
    contact = row.get("contact_zone")
    reading = read(
        row["text"],
        datetime.fromisoformat(row["reference"]),
        zone=_zone(row["zone"]),
        contact_zone=_zone(contact) if contact else None,
        locale=row.get("locale") or "en-US",
        resolve=row.get("mode") == "resolve",
        words=words,
    )
    window = reading.window
    return {
        "id": row.get("id"),
        "kind": reading.kind,
        "earliest": window.earliest.isoformat() if window else None,
        "latest": window.latest.isoformat() if window else None,
        "why": reading.why,
    }


def parse_jsonl(lines: Iterable[str], out: TextIO, *, words: Words = DEFAULT) -> int:
    """Answer each line as it comes; the exit code is 1 where a line could not be understood, which stops no other."""
    code = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        answer: dict[str, Any] = {"id": None, "kind": "none", "earliest": None, "latest": None}
        try:
            row = json.loads(line)
            answer["id"] = row.get("id")
            answer = parse_row(row, words=words)
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            answer["why"] = f"line {number} cannot be understood: {_problem(error)}"
            code = 1
        out.write(json.dumps(answer) + "\n")
        if number == 1:
            # The vocabulary is loaded and stays; reading makes no cycles.  Searching both for garbage at every line
            # would take a quarter of the time.
            gc.freeze()
            gc.set_threshold(100_000, 20, 20)
    out.flush()
    return code


def _problem(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON ({error})"
    if isinstance(error, LookupError) and type(error).__name__ == "ZoneInfoNotFoundError":
        return str(error.args[0])
    if isinstance(error, KeyError):
        return f"it has no {error}"
    return str(error) or "its values are of the wrong kind"


if __name__ == "__main__":
    sys.exit(parse_jsonl(sys.stdin, sys.stdout))
