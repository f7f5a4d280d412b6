"""``calsync sync``: one pass from the files to the calendars."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from calsync import health
from calsync.cadences import Cadence
from calsync.cli import looking, show
from calsync.cli.clock import moment
from calsync.cli.failure import problem_lines
from calsync.cli.style import Style
from calsync.config import Settings
from calsync.config.places import default_config
from calsync.daemon.control import ask, socket_path
from calsync.daemon.reading import read
from calsync.errors import CalsyncError, ConfigError
from calsync.ledger import locked
from calsync.model import Problem
from calsync.office import Office
from calsync.run import run_once
from calsync.sync.guards import remedy
from calsync.sync.report import report_json

LOCK_SECONDS = 30.0
"""How long to wait for a daemon that is in the middle of a run."""

_PAST = {
    "create": "created",
    "update": "updated",
    "delete": "removed",
    "adopt": "taken over",
    "record": "outcomes recorded",
    "move": "times kept that you chose",
    "waive": "waived, you deleted them",
    "keep": "unchanged",
    "refuse": "refused",
}


def run(config: Path | None, at: str | None, *, as_json: bool, dry_run: bool, confirm: bool) -> int:
    """Exit codes: 1 a person is needed, 3 a calendar is not reachable, 4 sign-in needed."""
    chosen, cadences = _given(config)
    done = _by_daemon(chosen, at, dry_run=dry_run, confirm=confirm)
    if done is None:
        done = _here(chosen, cadences, at, dry_run=dry_run, confirm=confirm)
    code = int(done.pop("exit_code"))
    if as_json:
        show.print_json(done)
    else:
        sys.stdout.write("\n".join(_lines(done, Style.of(sys.stdout), dry_run=dry_run)) + "\n")
    return code


def _given(config: Path | None) -> tuple[Settings, Mapping[str, Cadence] | None]:
    """The settings, and the cadences where they were read with them: in a process of its own, as the daemon does, which
    takes the schemas along when it ends."""
    if "pydantic" not in sys.modules:
        # Cadences with a mistake are told by whoever opens the office; a daemon goes on with those it has.
        with suppress(ConfigError):
            given = read(config or default_config())
            return given.settings, given.cadences
    return looking.settings(config), None


def _by_daemon(chosen: Settings, at: str | None, *, dry_run: bool, confirm: bool) -> dict[str, Any] | None:
    """The report of the daemon that runs on this ledger, ``None`` where none does."""
    if not socket_path(chosen.state_path).exists():
        return None
    now = moment(at, chosen.rep().zone).isoformat() if at else None
    with show.working("the daemon is at it"):
        reply = ask(chosen.state_path, {"at": now, "dry_run": dry_run, "confirm": confirm})
    if reply is not None and "error" in reply:
        raise CalsyncError(str(reply["error"]), hint=str(reply["hint"]))
    return reply


def _here(
    chosen: Settings, cadences: Mapping[str, Cadence] | None, at: str | None, *, dry_run: bool, confirm: bool
) -> dict[str, Any]:
    with ExitStack() as held:
        if dry_run:
            office = held.enter_context(looking.read_only_office(chosen, cadences))
        else:
            held.enter_context(locked(chosen.state_path, wait=LOCK_SECONDS))
            office = held.enter_context(Office(chosen, cadences=cadences))
        step = held.enter_context(show.working("reading and writing"))
        done = run_once(office, moment(at, office.rep.zone), dry_run=dry_run, confirm=confirm, checkpoint=step)
        if not dry_run:
            health.keep(office, done)
    return report_json(done) | {"exit_code": done.exit_code}


def _lines(done: dict[str, Any], style: Style, *, dry_run: bool) -> list[str]:
    """The report in words.  ``done`` is its JSON, which is the same whether the daemon did the run or this program."""
    lines = []
    if dry_run:
        lines += [
            f"{action['calendar']}: {action['action']} {action['commitment_id']}: {action['reason']}"
            for action in done["actions"]
            if action["action"] != "keep"
        ]
    for calendar in done["calendars"]:
        lines.append(f"{calendar['name']}: {_summary(done, calendar, style, dry_run=dry_run)}")
        if calendar["state"] != "ok" and calendar.get("hint"):
            lines.append(f"  next: {style.bold(calendar['hint'])}")
    lines += [
        style.red(f"{action['calendar']}: {action['action']} {action['commitment_id']} failed: {action['error']}")
        for action in done["actions"]
        if action.get("error")
    ]
    for refusal in done["refused"]:
        lines += [f"{style.red('refused:')} {refusal}", f"  next: {style.bold(remedy(refusal))}"]
    lines += problem_lines([Problem(**problem) for problem in done["problems"]], style)
    return lines or ["Nothing to do."]


def _summary(done: dict[str, Any], calendar: dict[str, Any], style: Style, *, dry_run: bool) -> str:
    if calendar["state"] != "ok":
        return style.red(f"{calendar['state'].replace('_', '-')}: {calendar['reason']}")
    here = [action for action in done["actions"] if action["calendar"] == calendar["name"] and not action.get("error")]
    actions = Counter(action["action"] for action in here)
    said = [f"{number} {_PAST.get(verb, verb)}" for verb, number in actions.items() if verb != "keep"]
    if not said:
        return "up to date"
    return ("would be " if dry_run else "") + ", ".join(said)
