"""How it stands, as one small JSON document: what ``status`` prints, and a file beside the ledger for monitoring.

The file is written after each run and says until when, and for which state of which files, it holds.  While it does,
``status`` is this file and nothing else is loaded: it may be asked every few seconds by a status bar.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calsync.model import Contact, Plan, PlannedCall, Problem
    from calsync.office import Office
    from calsync.sync.report import CalendarState, Report

Document = dict[str, Any]


def document(
    plan: Plan,
    problems: Iterable[Problem],
    contacts: Mapping[str, Contact],
    calendars: Iterable[CalendarState],
    now: datetime,
) -> Document:
    """``{"open", "overdue", "waived", "calendars", "problems", "next_call"}``; times are in the rep's zone."""
    states = [call.commitment.state.value for call in plan.active]
    ahead = [call for call in in_order(plan) if call.placed.slot and call.placed.slot.end > now]
    return {
        "open": states.count("open"),
        "overdue": states.count("missed"),
        "waived": [
            {"commitment_id": call.commitment.id, "contact_name": name_of(call.commitment.contact_id, contacts)}
            for call in plan.active
            if call.commitment.state.value == "waived"
        ],
        "calendars": [
            {
                "name": one.name,
                "last_sync": one.last_sync.astimezone(now.tzinfo).isoformat() if one.last_sync else None,
                "state": one.state,
                "reason": one.reason,
            }
            for one in calendars
        ],
        "problems": [
            {name: getattr(problem, name) for name in ("file", "line", "column", "message", "hint")}
            for problem in problems
        ],
        "next_call": call_json(ahead[0], contacts) if ahead else None,
    }


def in_order(plan: Plan) -> list[PlannedCall]:
    """The live calls that have a slot, by time."""
    live = [
        (call.placed.slot.start, call.commitment.id, call)
        for call in plan.active
        if call.commitment.state.live and call.placed.slot is not None
    ]
    return [call for _, _, call in sorted(live, key=lambda row: row[:2])]


def call_json(call: PlannedCall, contacts: Mapping[str, Contact]) -> Document:
    """One line of the call sheet."""
    slot, contact = call.placed.slot, contacts.get(call.commitment.contact_id)
    return {
        "commitment_id": call.commitment.id,
        "contact_id": call.commitment.contact_id,
        "contact_name": name_of(call.commitment.contact_id, contacts),
        "phone": contact.phones[0].e164 if contact and contact.phones else "",
        "start": slot.start.isoformat() if slot else None,
        "end": slot.end.isoformat() if slot else None,
        "overdue": call.commitment.overdue,
        "kind": call.commitment.kind.value,
        "title": call.entry.title if call.entry else "",
    }


def name_of(contact_id: str, contacts: Mapping[str, Contact]) -> str:
    """The contact's name, or its id where the list has no name for it."""
    contact = contacts.get(contact_id)
    return contact.name if contact and contact.name else contact_id


# -- the file ----------------------------------------------------------------------------------------------------------


def health_path(ledger: Path) -> Path:
    """Where the file lies."""
    return ledger.with_name(ledger.name + ".status.json")


def keep(office: Office, report: Report) -> None:
    """Write down how it stands after a run; where the run left something open, take the old file away.

    A full disk is no reason to fail: the file can be made again at any time.
    """
    settings, calm = office.settings, office.calm
    path = health_path(settings.state_path)
    try:
        if calm is None or report.plan is None:
            path.unlink(missing_ok=True)
            return
        said = document(report.plan, report.problems, calm.book.contacts, report.calendars, report.now)
        files = [settings.file, *(spec.path for spec in (*settings.contacts, *settings.attempts))]
        for folder in (settings.cadence_folder, settings.template_folder):
            files += sorted(folder.iterdir()) if folder else []
        text = json.dumps(
            {"since": _utc(report.now), "until": _utc(calm.until), "files": _stamps(files), "status": said},
            ensure_ascii=False,
        )
        temporary = path.with_name(path.name + ".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)
    except OSError:
        return


def stored(ledger: Path, now: datetime) -> Document | None:
    """What the file says, ``None`` where there is none or where it no longer holds."""
    try:
        kept = json.loads(health_path(ledger).read_text(encoding="utf-8"))
        holds = kept["since"] <= _utc(now) < kept["until"] and kept["files"] == _stamps(
            Path(row[0]) for row in kept["files"]
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None
    said = kept.get("status")
    return said if holds and isinstance(said, dict) else None


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _stamps(files: Iterable[Path]) -> list[list[object]]:
    """Path, time and size of each file; a file that is not there has neither."""
    return [[str(file), *_stamp(file)] for file in files]


def _stamp(file: Path) -> Sequence[int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
