"""What is worth telling the rep: once per change of state, never per tick, across restarts.

Pure: what was told last and what a run found give what to tell now.  Who is told (log, desktop, hooks) is decided
elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from calsync.errors import CalsyncError, ConfigError
from calsync.health import call_json, in_order
from calsync.model import Contact, Plan
from calsync.sync.guards import remedy
from calsync.sync.report import CalendarState, Report, report_json

DUE_AHEAD = timedelta(minutes=5)
"""How long before a call the ``due`` hook is started."""

UNREACHABLE_LONG = timedelta(minutes=15)
"""A laptop is without a network every day: a calendar that cannot be reached is worth a notice after so long."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told last.  ``since`` is when a calendar's trouble began, ``noticed`` the calendars whose trouble the
    rep was told of, ``due`` the calls announced (``commitment start``), ``setup`` what a new configuration is refused
    for."""

    states: Mapping[str, str] = field(default_factory=dict)
    since: Mapping[str, str] = field(default_factory=dict)
    noticed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    setup: str = ""

    def text(self) -> str:
        return json.dumps({name: getattr(self, name) for name in Told.__slots__}, sort_keys=True)

    @staticmethod
    def of(text: str) -> Told:
        """What ``text`` says; nothing was told where it cannot be read."""
        try:
            raw = json.loads(text or "{}")
            return Told(
                states=dict(raw["states"]),
                since=dict(raw["since"]),
                noticed=tuple(raw["noticed"]),
                problems=tuple(raw["problems"]),
                refused=tuple(raw["refused"]),
                overdue=tuple(raw["overdue"]),
                due=tuple(raw["due"]),
                setup=str(raw.get("setup", "")),
            )
        except (ValueError, TypeError, KeyError):
            return Told()


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell.

    ``kind`` names the hook (``on_sync``, ``on_problem``, ``on_signin_needed``, ``on_overdue``, ``due``) or is
    ``mended``.  ``words`` are for the log: nothing private.  ``notice`` is for the rep's own screen, ``""`` for none.
    ``details`` is what the hook reads.
    """

    kind: str
    words: str
    notice: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    calendar: str = ""


def after_run(told: Told, report: Report, contacts: Mapping[str, Contact]) -> tuple[list[News], Told]:
    """What a run that was no dry run has to tell, and what was told then."""
    news: list[News] = []
    if report.written:
        news.append(News("on_sync", f"{report.written} written", details=report_json(report)))
    calendars, told = _calendars(told, report.calendars, report.now)
    guards, told = _guards(told, report)
    problems, told = _problems(told, report)
    overdue, told = _overdue(told, report.plan, contacts)
    return [*news, *calendars, *guards, *problems, *overdue], told


def setup(told: Told, error: CalsyncError | None) -> tuple[list[News], Told]:
    """What to tell when the configuration, the cadences or the templates were read again; ``error`` is what is wrong
    with them, ``None`` where they are in force."""
    words = error.message if error is not None else ""
    if words == told.setup:
        return [], told
    told = replace(told, setup=words)
    if error is None:
        return [News("mended", "the new configuration is in force", "Your configuration can be used again.")], told
    problems = [asdict(one) for one in error.problems] if isinstance(error, ConfigError) else []
    notice = "\n".join((*_places(error), "The old configuration stays in force."))
    details = {"setup": {"message": words, "hint": error.hint, "problems": problems}}
    return [News("on_problem", "the new configuration cannot be used", notice, details)], told


def _places(error: CalsyncError) -> Iterator[str]:
    """The first mistakes with their places, as many as a notice can show."""
    problems = error.problems if isinstance(error, ConfigError) else ()
    yield from (f"{Path(one.file).name}:{one.line}: {one.message}" for one in problems[:3])
    if not problems:
        yield error.message


def before_calls(told: Told, plan: Plan, contacts: Mapping[str, Contact], now: datetime) -> tuple[list[News], Told]:
    """The calls that begin within five minutes, each once; one that was moved is announced again."""
    near = {}
    for call in in_order(plan):
        slot = call.placed.slot
        if slot is not None and now < slot.start <= now + DUE_AHEAD:
            near[f"{call.commitment.id} {slot.start.isoformat()}"] = call
    news = [
        News("due", f"call {call.commitment.id} is due", details={"call": call_json(call, contacts)})
        for key, call in near.items()
        if key not in told.due
    ]
    return news, told if tuple(near) == told.due else replace(told, due=tuple(near))


def _calendars(told: Told, states: Iterable[CalendarState], now: datetime) -> tuple[list[News], Told]:
    known, since, noticed = dict(told.states), dict(told.since), set(told.noticed)
    news: list[News] = []
    for state in states:
        before = known.get(state.name, "ok")
        known[state.name] = state.state
        if state.state != before:
            since[state.name] = now.isoformat()
        if state.state == "ok":
            since.pop(state.name, None)
            if before != "ok":
                notice = f"The calendar “{state.name}” works again." if state.name in noticed else ""
                news.append(News("mended", f"calendar {state.name}: ok", notice, calendar=state.name))
            noticed.discard(state.name)
            continue
        begun = datetime.fromisoformat(since.setdefault(state.name, now.isoformat()))
        grave = state.state != "unreachable" or now - begun >= UNREACHABLE_LONG
        fresh = grave and state.name not in noticed
        if state.state != before or fresh:
            news.extend(_trouble(state, notice=fresh))
        if grave:
            noticed.add(state.name)
    return news, replace(told, states=known, since=since, noticed=tuple(sorted(noticed)))


def _trouble(state: CalendarState, *, notice: bool) -> Iterator[News]:
    kind = "on_signin_needed" if state.state == "sign_in" else "on_problem"
    details = {
        "calendar": {"name": state.name, "state": state.state, "reason": state.reason, "hint": state.hint},
    }
    shown = f"{state.reason}\n{state.hint}" if notice else ""
    yield News(kind, f"calendar {state.name}: {state.short}", shown, details, state.name)


def _guards(told: Told, report: Report) -> tuple[list[News], Told]:
    if report.refused == told.refused:
        return [], told
    told = replace(told, refused=report.refused)
    if not report.refused:
        return [News("mended", "nothing is refused any more", "calsync goes on as usual.")], told
    hint = "; ".join(dict.fromkeys(remedy(one) for one in report.refused))
    notice = "\n".join((*report.refused, hint))
    details = {"refused": list(report.refused), "hint": hint}
    return [News("on_problem", f"refused: {len(report.refused)}", notice, details)], told


def _problems(told: Told, report: Report) -> tuple[list[News], Told]:
    if report.plan is None:
        return [], told  # the files were not looked at to the end
    places = tuple(sorted({_digest(f"{one.file}:{one.line}:{one.column}:{one.message}") for one in report.problems}))
    if places == told.problems:
        return [], told
    fresh = set(places) - set(told.problems)
    told = replace(told, problems=places)
    if not places:
        return [News("mended", "no problems any more", "Everything in your files can be read again.")], told
    if not fresh:
        return [News("mended", f"{len(places)} problems left")], told
    count = f"{len(places)} problem{'s need' if len(places) != 1 else ' needs'} you"
    details = {"problems": report_json(report)["problems"]}
    return [News("on_problem", count, f"{count}: calsync check", details)], told


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _overdue(told: Told, plan: Plan | None, contacts: Mapping[str, Contact]) -> tuple[list[News], Told]:
    if plan is None:
        return [], told
    calls = {call.commitment.id: call for call in plan.active if call.commitment.overdue}
    if tuple(sorted(calls)) == told.overdue:
        return [], told
    fresh = [call for mark, call in calls.items() if mark not in told.overdue]
    news = [
        News(
            "on_overdue", f"{len(fresh)} overdue now", details={"calls": [call_json(call, contacts) for call in fresh]}
        )
    ]
    return news if fresh else [], replace(told, overdue=tuple(sorted(calls)))
