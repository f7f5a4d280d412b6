"""What a run did, and how each calendar fared."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from calsync.errors import CalendarError, Locked, SignInNeeded, Unreachable
from calsync.model import Plan, Problem


@dataclass(frozen=True, slots=True)
class DoneAction:
    """One line of ``sync --json``: what was (or, in a dry run, would be) done to which commitment, and why."""

    action: str
    calendar: str
    commitment_id: str
    reason: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class CalendarState:
    """state: ok | unreachable | sign_in | refused | locked.  ``retry_after`` is in seconds, where the server said
    so."""

    name: str
    state: str
    reason: str = ""
    last_sync: datetime | None = None
    retry_after: float | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A run, whole.  ``refused`` are the guards that tripped, each with its counts."""

    now: datetime
    plan: Plan | None
    actions: tuple[DoneAction, ...] = ()
    calendars: tuple[CalendarState, ...] = ()
    refused: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    dry_run: bool = False
    written: int = field(default=0)

    @property
    def exit_code(self) -> int:
        """4 sign-in needed, 3 not reachable, 1 something needs a person, else 0 (the gravest that a person can mend
        first)."""
        states = {calendar.state for calendar in self.calendars}
        if "sign_in" in states:
            return 4
        if states & {"unreachable", "locked"}:
            return 3
        return 1 if self.refused or self.problems or "refused" in states else 0


def state_of(error: CalendarError) -> str:
    """The word for a calendar that failed so."""
    match error:
        case SignInNeeded():
            return "sign_in"
        case Locked():
            return "locked"
        case Unreachable():
            return "unreachable"
        case _:
            return "refused"


def report_json(report: Report) -> dict[str, Any]:
    """A report as ``sync --json`` prints it, and as a running daemon hands it to whoever asked; the plan is not part
    of it.

    An action that did not work carries ``error``.
    """
    return {
        "actions": [
            {
                "action": one.action,
                "calendar": one.calendar,
                "commitment_id": one.commitment_id,
                "reason": one.reason,
            }
            | ({"error": one.error} if one.error else {})
            for one in report.actions
        ],
        "refused": list(report.refused),
        "problems": [asdict(problem) for problem in report.problems],
        "calendars": [
            {
                "name": one.name,
                "last_sync": one.last_sync.isoformat() if one.last_sync else None,
                "state": one.state,
                "reason": one.reason,
                "hint": one.hint,
            }
            for one in report.calendars
        ],
    }
