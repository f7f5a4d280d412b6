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


def to_json(report: Report) -> dict[str, Any]:
    """A report as JSON values, without the plan: for whoever asked a running daemon."""
    values = {name: getattr(report, name) for name in ("refused", "dry_run", "written")}
    return values | {
        "now": report.now.isoformat(),
        "actions": [asdict(action) for action in report.actions],
        "calendars": [
            asdict(one) | {"last_sync": one.last_sync.isoformat() if one.last_sync else None}
            for one in report.calendars
        ],
        "problems": [asdict(problem) for problem in report.problems],
    }


def from_json(values: dict[str, Any]) -> Report:
    """What ``to_json`` made, as a report again."""
    return Report(
        now=datetime.fromisoformat(values["now"]),
        plan=None,
        actions=tuple(DoneAction(**action) for action in values["actions"]),
        calendars=tuple(
            CalendarState(**one | {"last_sync": datetime.fromisoformat(one["last_sync"]) if one["last_sync"] else None})
            for one in values["calendars"]
        ),
        refused=tuple(values["refused"]),
        problems=tuple(Problem(**problem) for problem in values["problems"]),
        dry_run=values["dry_run"],
        written=values["written"],
    )
