"""``calsync parse TEXT``: how a phrase is read, in words."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from calsync.cli import looking, show
from calsync.cli.clock import moment
from calsync.cli.style import Style
from calsync.config.places import default_config, local_zone
from calsync.model import Contact, Reading
from calsync.promises import read

_SAID = {
    "fixed": "a call at a clock time",
    "day": "a call on a day",
    "deadline": "a call by a day",
    "after": "a call after a day",
    "range": "a call within a stretch of days",
    "vague": "a call, roughly then",
    "undated": "a promise that names no day",
    "contact": "their promise, not yours",
    "optout": "they want no more calls",
    "none": "no promise",
}


def run(config: Path | None, at: str | None, text: str, *, as_json: bool) -> int:
    """Exit code 0 however it was read: that a note holds no promise is an answer, too."""
    reading, now, zone = _read(config, at, text)
    if as_json:
        window = reading.window
        show.print_json(
            {
                "text": text,
                "said_at": now.isoformat(),
                "kind": reading.kind.value,
                "earliest": window.earliest.isoformat() if window else None,
                "latest": window.latest.isoformat() if window else None,
                "why": reading.why,
            }
        )
        return 0
    sys.stdout.write("\n".join(_lines(text, reading, zone, Style.of(sys.stdout))) + "\n")
    return 0


def _lines(text: str, reading: Reading, zone: ZoneInfo, style: Style) -> list[str]:
    """The phrase with what was read underlined, the kind, the window, and why."""
    plain = " ".join(text.split("\n"))
    lines = [plain, style.bold(carets)] if (carets := _carets(plain, reading)) else [plain]
    lines.append(f"→ {style.bold(reading.kind.value)}: {_SAID.get(reading.kind.value, reading.kind.value)}")
    if reading.window is not None:
        theirs = reading.window.earliest.tzinfo
        window = show.window(reading.window, theirs or zone)
        lines.append(f"  {window}" + (" your time" if theirs in (None, zone) else f" {theirs}"))
    if reading.why:
        lines.append(f"  {reading.why}")
    return lines


def _read(config: Path | None, at: str | None, text: str) -> tuple[Reading, datetime, ZoneInfo]:
    """With the rep's own hours and words where there is a configuration, else the defaults in this machine's zone."""
    if config is None and not default_config().exists():
        zone = ZoneInfo(local_zone() or "UTC")
        now = moment(at, zone)
        return read(text, now, zone=zone), now, zone
    with looking.read_only_office(looking.settings(config)) as office:
        now = moment(at, office.rep.zone)
        return office.read(text, now, Contact("", "")), now, office.rep.zone


def _carets(text: str, reading: Reading) -> str:
    """A line of carets under the words that carried the meaning; ``""`` where none did."""
    marked = [False] * len(text)
    for start, stop in reading.spans:
        marked[start:stop] = [True] * (min(stop, len(text)) - start)
    for at in range(1, len(text) - 1):
        # The blank between two words that were read belongs to them.
        marked[at] = marked[at] or (text[at] == " " and marked[at - 1] and marked[at + 1])
    return "".join("^" if mark else " " for mark in marked).rstrip()
