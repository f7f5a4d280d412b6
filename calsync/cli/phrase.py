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
    style = Style.of(sys.stdout)
    lines = [_marked(text, reading, style), f"  {_SAID.get(reading.kind.value, reading.kind.value)}"]
    if reading.window is not None:
        lines.append(f"  {show.window(reading.window, reading.window.earliest.tzinfo or zone)}")
    if reading.why:
        lines.append(f"  {reading.why}")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _read(config: Path | None, at: str | None, text: str) -> tuple[Reading, datetime, ZoneInfo]:
    """With the rep's own hours and words where there is a configuration, else the defaults in this machine's zone."""
    if config is None and not default_config().exists():
        zone = ZoneInfo(local_zone() or "UTC")
        now = moment(at, zone)
        return read(text, now, zone=zone), now, zone
    with looking.read_only_office(looking.settings(config)) as office:
        now = moment(at, office.rep.zone)
        return office.read(text, now, Contact("", "")), now, office.rep.zone


def _marked(text: str, reading: Reading, style: Style) -> str:
    """The phrase, the words that carried the meaning in bold."""
    parts, end = [], 0
    for start, stop in sorted(reading.spans):
        if start >= end:
            parts += [text[end:start], style.bold(text[start:stop])]
            end = stop
    return "".join((*parts, text[end:]))
