"""``calsync status``: how it stands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from calsync.cli import looking, show
from calsync.cli.failure import problem_lines
from calsync.cli.plan import name_of, problem_json
from calsync.cli.sheet import call_json, in_order
from calsync.cli.style import Style
from calsync.model import State


def run(config: Path | None, at: str | None, *, as_json: bool) -> int:
    """0 while calsync itself is well; a calendar that is down is a state in the answer, not an exit code."""
    with looking.view(config, at) as view:
        document = status_json(view)
        if as_json:
            show.print_json(document)
        else:
            _print(document, view)
    return 0


def status_json(view: looking.View) -> dict[str, Any]:
    """``{"open", "overdue", "waived", "calendars", "problems", "next_call"}``."""
    states = [call.commitment.state for call in view.plan.calls]
    ahead = [call for call in in_order(view.plan) if call.placed.slot and call.placed.slot.end > view.now]
    return {
        "open": states.count(State.OPEN),
        "overdue": states.count(State.MISSED),
        "waived": [
            {
                "commitment_id": call.commitment.id,
                "contact_name": name_of(call.commitment.contact_id, view.contacts),
            }
            for call in view.plan.calls
            if call.commitment.state is State.WAIVED
        ],
        "calendars": _calendars(view),
        "problems": [problem_json(problem) for problem in view.plan.problems],
        "next_call": call_json(ahead[0], view.contacts) if ahead else None,
    }


def _calendars(view: looking.View) -> list[dict[str, Any]]:
    known = view.office.ledger.calendars()
    rows = []
    for spec in view.office.settings.calendars:
        row = known.get(spec.name)
        last = row.last_sync if row else None
        rows.append(
            {
                "name": spec.name,
                "last_sync": last.astimezone(view.office.rep.zone).isoformat() if last else None,
                "state": row.state if row else "ok",
                "reason": row.reason if row else "not synchronised yet",
            }
        )
    return rows


def _print(document: dict[str, Any], view: looking.View) -> None:
    style = Style.of(sys.stdout)
    zone = view.office.rep.zone
    lines = [f"{show.count(document['open'], 'call')} owed, {document['overdue']} overdue"]
    if document["waived"]:
        names = ", ".join(row["contact_name"] for row in document["waived"])
        lines.append(f"waived (you deleted the event): {names}")
    ahead = [call for call in in_order(view.plan) if call.placed.slot and call.placed.slot.end > view.now]
    if ahead and ahead[0].placed.slot is not None:
        name = name_of(ahead[0].commitment.contact_id, view.contacts)
        lines.append(f"next: {show.day_and_time(ahead[0].placed.slot.start, zone)} {name}")
    for row in document["calendars"]:
        known = view.office.ledger.calendars().get(row["name"])
        last = f"last sync {show.day_and_time(known.last_sync, zone)}" if known and known.last_sync else "never synced"
        if row["state"] == "ok":
            lines.append(f"{row['name']}: {style.green('ok')}, {last}")
        else:
            lines.append(f"{row['name']}: {style.red(row['state'].replace('_', '-'))}, {row['reason']} ({last})")
    lines += problem_lines(view.plan.problems, style)
    sys.stdout.write("\n".join(lines) + "\n")
