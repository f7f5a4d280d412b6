"""A run on its way: what it may do, and what it has found and done so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from calsync.errors import CalendarError
from calsync.ledger import CalendarRow
from calsync.look import Confirmation
from calsync.model import Plan, Problem
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
    run.states[name] = state
    if not run.dry_run:
        run.office.ledger.put_calendar(CalendarRow(name, state.state, state.reason, state.last_sync))


def has_answered(run: Run, name: str, branch: Branch) -> None:
    """The calendar is well."""
    run.states[name] = branch.state = CalendarState(name, "ok", last_sync=run.now)
    if not run.dry_run:
        run.office.ledger.put_calendar(CalendarRow(name, "ok", "", run.now.astimezone(UTC)))


def note(run: Run, calendar: str, action: Action) -> None:
    """For the report: an action that is done, or would be."""
    if not isinstance(action, Keep):
        run.actions.append(DoneAction(verb(action), calendar, action.mark, action.reason))
