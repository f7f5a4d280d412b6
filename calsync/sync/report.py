"""What a run did, and how each calendar fared."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from calsync.errors import CalendarError, Locked, Refused, SignInNeeded, Unreachable
from calsync.model import Plan, Problem

_PRECISE = 120.0
"""A wait of fewer seconds is told to the second."""


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
    so; ``until``, in the rep's zone, is when the trouble is known to end, which ``reason`` says as well."""

    name: str
    state: str
    reason: str = ""
    last_sync: datetime | None = None
    retry_after: float | None = None
    hint: str = ""
    until: datetime | None = None

    @property
    def short(self) -> str:
        """The state, and until when: ``unreachable until Thu 15:00 (CST)``."""
        return f"{self.state} until {clock(self.until)}" if self.until else self.state


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


def failed_state(name: str, error: CalendarError, last_sync: datetime | None, now: datetime) -> CalendarState:
    """How a calendar stands that failed so; ``now`` in the rep's zone."""
    wait = error.retry_after if isinstance(error, Unreachable | Refused) else None
    until = (now.astimezone(UTC) + timedelta(seconds=wait)).astimezone(now.tzinfo) if wait else None
    reason = error.message
    if until is not None and isinstance(error, Unreachable):  # a refusal that ends says so in its own words
        precise = wait is not None and wait < _PRECISE
        reason = f"{reason} It is tried again after {clock(until, precise=precise)}."
    return CalendarState(name, state_of(error), reason, last_sync, wait, error.hint, until)


def clock(moment: datetime, *, precise: bool = False) -> str:
    """``Thu 15:00 (CST)``, a moment within a week in its own zone; with its seconds where that is near."""
    return f"{moment:%a %H:%M:%S (%Z)}" if precise else f"{moment:%a %H:%M (%Z)}"


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
