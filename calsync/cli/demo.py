"""``calsync demo``: the main job on the shipped example, into a folder of .ics files."""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from calsync.cli import sheet, show
from calsync.cli.clock import moment
from calsync.cli.style import Style
from calsync.config import load
from calsync.config.places import FILE_NAME
from calsync.config.shipped import shipped
from calsync.errors import UsageError
from calsync.health import call_json, in_order
from calsync.model import PlannedCall
from calsync.office import open_office
from calsync.run import run_once
from calsync.sync.report import report_json

EXAMPLE_NOW = "2026-11-25T08:30"
"""The example's calls were made in this week; the demo looks at it from here, so that it shows the same every day."""


def run(into: Path | None, at: str | None, *, as_json: bool) -> int:
    """Copies the example, runs one pass, prints the rep's week and the first call's whole description."""
    folder = _copy(into)
    settings = load(folder / FILE_NAME)
    with open_office(settings) as office:
        now = moment(at or EXAMPLE_NOW, office.rep.zone)
        done = run_once(office, now)
        contacts = office.reader.read(now).contacts
    if done.plan is None:
        raise UsageError("The example could not be read.", hint=f"calsync --config {settings.file} check")
    calls = tuple(call for call in in_order(done.plan) if call.placed.slot is not None)
    if as_json:
        show.print_json(report_json(done) | {"folder": str(folder), "calls": [call_json(c, contacts) for c in calls]})
        return 0
    week = tuple(call for call in calls if call.placed.slot and call.placed.slot.start < now + timedelta(days=7))
    style = Style.of(sys.stdout)
    zone = office.rep.zone
    print_head(f"{office.rep.name}'s week, seen on {show.day_and_time(now, zone)}", style)
    sheet.print_days(week, contacts, zone, "this week")
    show.notices_and_problems(done.plan.notices, done.problems)
    if calls:
        _print_first(calls[0], style)
    files = sum(1 for path in folder.rglob("*.ics"))
    print_head(f"{show.count(files, 'event')} written to {folder}", style)
    sys.stdout.write(
        "  Open a file with your calendar, change attempts.csv there, and run it again:\n"
        f"    calsync --config {settings.file} sync --at {now:%Y-%m-%dT%H:%M}\n"
        "  Your own: calsync init\n"
    )
    return 0


def print_head(text: str, style: Style) -> None:
    """A heading with air above it."""
    sys.stdout.write(f"\n{style.bold(text)}\n\n")
    sys.stdout.flush()


def _print_first(call: PlannedCall, style: Style) -> None:
    if call.entry is None or call.placed.slot is None:
        return
    print_head("The first call, as it stands in the calendar", style)
    sys.stdout.write(f"  {style.bold(call.entry.title)}\n\n")
    sys.stdout.write("\n".join(f"  {line}".rstrip() for line in call.entry.description.splitlines()) + "\n")


def _copy(into: Path | None) -> Path:
    """The example in a folder of its own; one that holds it already is used as it is, so that it can be played with."""
    folder = into.absolute() if into else Path(tempfile.mkdtemp(prefix="calsync-demo-"))
    if (folder / FILE_NAME).exists():
        return folder
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty.", hint="name an empty folder, or one that the demo made")
    shutil.copytree(shipped("config", "example"), folder, dirs_exist_ok=True)
    return folder
