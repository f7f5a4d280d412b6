"""``calsync plan``: every commitment, its window, its slot and why.  Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from calsync.cli import looking, show
from calsync.health import name_of
from calsync.model import Contact, Notice, Plan, PlannedCall, Problem


def run(config: Path | None, at: str | None, *, as_json: bool) -> int:
    """Exit code 1 for a row in error or a commitment without a slot; overdue alone is 0."""
    with looking.view(config, at) as view:
        if as_json:
            show.print_json(plan_json(view.plan, view.contacts))
        else:
            _print(view)
        return exit_code(view.plan)


def exit_code(plan: Plan) -> int:
    """1 where something needs a person."""
    stuck = any(call.commitment.state.live and call.placed.slot is None for call in plan.active)
    return 1 if plan.problems or stuck else 0


def plan_json(plan: Plan, contacts: Mapping[str, Contact]) -> dict[str, Any]:
    """The plan as ``plan --json`` prints it: the same values in the same order on any machine.

    Shape: ``{"now", "commitments": [...], "notices": [...], "problems": [...]}``; times are ISO 8601 with their offset.
    """
    return {
        "now": plan.now.isoformat(),
        "commitments": [_commitment(call, contacts) for call in plan.calls],
        "notices": [notice_json(notice) for notice in plan.notices],
        "problems": [problem_json(problem) for problem in plan.problems],
    }


def _commitment(call: PlannedCall, contacts: Mapping[str, Contact]) -> dict[str, Any]:
    commitment, placed = call.commitment, call.placed
    where, cadence = commitment.attempt.where, commitment.cadence
    return {
        "id": commitment.id,
        "contact_id": commitment.contact_id,
        "contact_name": name_of(commitment.contact_id, contacts),
        "state": commitment.state.value,
        "kind": commitment.kind.value,
        "promised_by": commitment.promised_by.value,
        "made_at": commitment.made_at.isoformat(),
        "attempt": {"file": where.file, "line": where.line},
        "text": commitment.text,
        "window": _span(commitment.window.earliest, commitment.window.latest, "earliest", "latest"),
        "slot": _span(placed.slot.start, placed.slot.end, "start", "end") if placed.slot else None,
        "cadence": {"name": cadence.name, "step": cadence.step} if cadence else None,
        "why": list(dict.fromkeys((*commitment.why, *placed.why))),
        "entry": _entry(call),
    }


def _entry(call: PlannedCall) -> dict[str, Any] | None:
    entry = call.entry
    if entry is None:
        return None
    return {
        "uid": entry.uid,
        "title": entry.title,
        "description": entry.description,
        "alarms": list(entry.alarms),
    }


def _span(start: datetime, end: datetime, first: str, last: str) -> dict[str, str]:
    return {first: start.isoformat(), last: end.isoformat()}


def notice_json(notice: Notice) -> dict[str, str]:
    """An all-day notice."""
    return {"date": notice.date.isoformat(), "title": notice.title, "description": notice.description}


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem with its place and remedy."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
    }


def _print(view: looking.View) -> None:
    zone = view.office.rep.zone
    live = sorted(
        (call for call in view.plan.active if call.commitment.state.live),
        key=lambda call: (
            call.placed.slot.start if call.placed.slot else call.commitment.window.latest,
            call.commitment.id,
        ),
    )
    rows = []
    for call in live:
        slot = call.placed.slot
        rows.append(
            (
                show.day_and_time(slot.start, zone) if slot else "no time found",
                name_of(call.commitment.contact_id, view.contacts),
                "overdue" if call.commitment.overdue else call.commitment.kind.value,
                show.window(call.commitment.window, zone),
                "; ".join(call.placed.why),
            )
        )
    console = show.console()
    if rows:
        console.print(show.table(("call at", "whom", "promise", "due", "why this time"), rows))
    ended = len(view.plan.calls) - len(live)
    console.print(f"{show.count(len(live), 'call')} owed, {ended} ended.", highlight=False)
    show.notices_and_problems(view.plan.notices, view.plan.problems)
