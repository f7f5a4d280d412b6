"""A run on its way: what it may do, and what it has found and done so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from calsync.errors import CalendarError, Refused, Unreachable
from calsync.ledger import CalendarRow
from calsync.look import Confirmation
from calsync.model import DAY, Plan, Problem
from calsync.office import Branch, Office
from calsync.sync.actions import Action, Keep, verb
from calsync.sync.apply import Checkpoint
from calsync.sync.report import CalendarState, DoneAction, Report, failed_state


@dataclass(slots=True)
class Run:
    """One pass from the files to the calendars; ``stop`` is asked between two actions, ``skip`` names calendars that
    are left alone."""

    office: Office
    now: datetime
    dry_run: bool
    confirm: bool
    checkpoint: Checkpoint
    stop: Callable[[], bool]
    skip: frozenset[str] = frozenset()
    states: dict[str, CalendarState] = field(default_factory=dict)
    actions: list[DoneAction] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    written: int = 0

    @property
    def confirmation(self) -> Confirmation:
        return Confirmation(self.office.ledger, self.confirm, self.dry_run)

    def report(self, plan: Plan | None) -> Report:
        order = [spec.name for spec in self.office.settings.every_calendar]
        return Report(
            now=self.now,
            plan=plan,
            actions=tuple(self.actions),
            calendars=tuple(self.states[name] for name in order if name in self.states),
            refused=tuple(dict.fromkeys(self.refused)),
            problems=tuple(dict.fromkeys((*(plan.problems if plan else ()), *self.problems))),
            dry_run=self.dry_run,
            written=self.written,
        )


def failed(run: Run, name: str, error: CalendarError) -> None:
    """The calendar could not be used: a state of it, which holds nobody else up."""
    known = run.office.ledger.calendars().get(name)
    state = failed_state(name, error, known.last_sync if known else None, run.now.astimezone(run.office.rep.zone))
    if isinstance(error, Unreachable) and error.retry_after and rests(run, name) is None and not run.dry_run:
        _left_alone(run, f"requests to {name} wait", error, error.retry_after)
    run.states[name] = state
    if not run.dry_run:
        run.office.ledger.put_calendar(CalendarRow(name, state.state, state.reason, state.last_sync))


def rests(run: Run, name: str) -> Unreachable | None:
    """Why a calendar is not asked for anything yet, by this process or the next: its server said until when."""
    told = _still_told(run, f"requests to {name} wait")
    return Unreachable(told[0], hint=told[1], retry_after=told[2]) if told else None


def waits(run: Run, name: str) -> Refused | None:
    """Why nothing is written to a calendar yet, ``None`` where it may be."""
    told = _still_told(run, f"writes to {name} wait")
    return Refused(told[0], hint=told[1], retry_after=told[2]) if told else None


def wait_for(run: Run, name: str, error: CalendarError) -> None:
    """A calendar that takes no more changes for hours is left alone by the next processes as well."""
    if isinstance(error, Refused) and error.retry_after is not None:
        _left_alone(run, f"writes to {name} wait", error, error.retry_after)


def _left_alone(run: Run, key: str, error: CalendarError, seconds: float) -> None:
    until = run.now + timedelta(seconds=seconds)
    run.office.ledger.put_setting(key, "\n".join((until.isoformat(), error.message, error.hint)))


def _still_told(run: Run, key: str) -> tuple[str, str, float] | None:
    """The message, the hint and the seconds left of what a calendar asked for, ``None`` once they are over."""
    told = run.office.ledger.setting(key).split("\n")
    if len(told) != 3:
        return None
    left = (datetime.fromisoformat(told[0]) - run.now).total_seconds()
    # A wait of more than a day is none that a calendar asked for: the clock was set back.
    return (told[1], told[2], left) if 0 < left <= DAY.total_seconds() else None


def has_answered(run: Run, name: str, branch: Branch) -> None:
    """The calendar is well."""
    run.states[name] = branch.state = CalendarState(name, "ok", last_sync=run.now)
    if not run.dry_run:
        run.office.ledger.put_calendar(CalendarRow(name, "ok", "", run.now.astimezone(UTC)))


def note(run: Run, calendar: str, action: Action) -> None:
    """For the report: an action that is done, or would be."""
    if not isinstance(action, Keep):
        run.actions.append(DoneAction(verb(action), calendar, action.mark, action.reason))
