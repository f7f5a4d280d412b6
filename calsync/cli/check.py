"""``calsync check``: configuration, sources, cadences, sign-in; every problem with its place and remedy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from calsync.cadences import begins_with_a_sale, choose, unknown_cadence, unknown_groups
from calsync.cadences.lint import lint, unreadable
from calsync.calendars import CalendarSpec, open_calendar
from calsync.cli import looking, show
from calsync.cli.clock import moment
from calsync.cli.failure import problem_lines
from calsync.cli.plan import problem_json
from calsync.cli.style import Style
from calsync.config import Settings
from calsync.config.mistakes import dotted
from calsync.config.values import nearest
from calsync.errors import CalendarError, CalsyncError, ConfigError
from calsync.model import Book, Contact, Problem
from calsync.office import Office
from calsync.rendering.context import missing_slots
from calsync.sync.report import state_of
from calsync.toml_lines import Key, key_lines, line_of

MOST_GAPS = 20
"""Lines about missing words; whoever has more will not read them all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the whole: what was looked at, and what is wrong with it.  ``notes`` are no mistakes."""

    part: str
    said: str
    problems: tuple[Problem, ...] = ()
    error: CalsyncError | None = None
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else 1 if self.problems else 0


def run(config: Path | None, at: str | None, *, as_json: bool, offline: bool) -> int:
    """Exit code 0 when all is well, else that of what a person can mend first."""
    findings: list[Finding] = []
    style = Style.of(sys.stdout)
    for finding in _findings(config, at, offline=offline):
        findings.append(finding)
        if not as_json:
            sys.stdout.write("\n".join(_lines(finding, style)) + "\n")
            sys.stdout.flush()
    if as_json:
        show.print_json({"parts": [_json(finding) for finding in findings]})
    return max((finding.exit_code for finding in findings), default=0)


def _findings(config: Path | None, at: str | None, *, offline: bool) -> Iterator[Finding]:
    chosen, finding = _settings(config)
    yield finding
    if chosen is None:
        return
    try:
        with looking.read_only_office(chosen) as office:
            yield from _office(office, moment(at, office.rep.zone))
    except CalsyncError as error:
        yield Finding("cadences, templates and ledger", "cannot be used", _inside(error), error)
    if not offline:
        for spec in chosen.every_calendar:
            yield _calendar(spec, chosen)


def _settings(config: Path | None) -> tuple[Settings | None, Finding]:
    try:
        chosen = looking.settings(config)
    except ConfigError as error:
        return None, Finding("configuration", error.message, error.problems, error)
    return chosen, Finding("configuration", str(chosen.file))


def _office(office: Office, now: datetime) -> Iterator[Finding]:
    try:
        book = office.reader.read(now)
    except CalsyncError as error:
        yield Finding("contacts and calls", error.message, (), error)
        return
    attempts = sum(len(rows) for rows in book.attempts.values())
    said = f"{show.count(len(book.contacts), 'contact')}, {show.count(attempts, 'attempt')}"
    yield Finding("contacts and calls", said, book.problems)
    yield Finding("cadences", ", ".join(office.cadences), tuple(_cadence_problems(office, book, now)))
    plan = office.plan(now)
    owed = [call.commitment for call in plan.active if call.commitment.state.live]
    rest = tuple(problem for problem in plan.problems if problem not in book.problems)
    notes = tuple(_gaps(office, [book.contacts[one.contact_id] for one in owed]))
    yield Finding("promises", f"{show.count(len(owed), 'call')} owed", rest, notes=notes)


def _gaps(office: Office, contacts: list[Contact]) -> Iterator[str]:
    """What the scripts would like to say and the contact list does not tell; the sentences read well without."""
    default = office.policy.default_cadence
    gaps = {contact.name: missing_slots(contact, choose(contact, office.cadences, default)) for contact in contacts}
    lines = [f"{name}: the script does without {', '.join(slots)}" for name, slots in gaps.items() if slots]
    yield from lines[:MOST_GAPS]
    if len(lines) > MOST_GAPS:
        yield f"and {len(lines) - MOST_GAPS} more contacts"


def _cadence_problems(office: Office, book: Book, now: datetime) -> Iterator[Problem]:
    yield from _unknown_names(office)
    somebody = next(iter(book.contacts.values()), Contact("nobody", ""))
    for cadence in office.cadences.values():
        yield from lint(cadence)
        yield from unreadable(cadence, office.read, somebody, _working_morning(now))
    for contact in book.contacts.values():
        if (problem := unknown_cadence(contact, office.cadences)) is not None:
            yield problem


def _unknown_names(office: Office) -> Iterator[Problem]:
    """Names of cadences in the configuration that no file has, or that cannot do what they are named for."""
    settings, known = office.settings, list(office.cadences)
    named: dict[Key, str] = {("cadences", "default"): office.policy.default_cadence}
    unknown = unknown_groups(office.cadences, settings.cadence_by_group)
    by_group = {group: name for group, name in settings.cadence_by_group.items() if name in unknown}
    named |= {("cadences", "by_group", group): name for group, name in by_group.items()}
    after_sale = office.policy.after_sale
    if after_sale:
        named["cadences", "after_sale"] = after_sale
    for key, name in named.items():
        file = settings.file
        if name not in known:
            near = nearest(name, known)
            hint = f'did you mean "{near}"?' if near else f"one of {', '.join(known)}"
            message = f'there is no cadence "{name}"'
        elif key == ("cadences", "after_sale") and begins_with_a_sale(office.cadences, name) is None:
            message = f'the cadence "{name}" does not begin with a sale, so a sale would plan no call'
            hint = 'write starts_on = "sold" into its file, or name another, like "after-sale"'
        else:
            continue
        line = line_of(key_lines(file.read_text(encoding="utf-8-sig")), key)
        yield Problem(str(file), line, dotted(key), message, hint)


def _working_morning(now: datetime) -> datetime:
    """When scripts are spoken: late in the evening "this evening" would rightly name no time any more."""
    wednesday = now - timedelta(days=now.weekday() - 2)
    return wednesday.replace(hour=10, minute=0, second=0, microsecond=0)


def _calendar(spec: CalendarSpec, chosen: Settings) -> Finding:
    """One reading request, which needs the network and the sign-in and changes nothing."""
    part = f"calendar {spec.name}"
    zone = chosen.rep().zone
    try:
        calendar = open_calendar(spec, zone=zone)
        try:
            now = moment(None, zone)
            calendar.busy(now, now + timedelta(minutes=1))
        finally:
            calendar.close()
    except CalendarError as error:
        return Finding(part, f"{state_of(error).replace('_', '-')}: {error.message}", (), error)
    except CalsyncError as error:
        return Finding(part, error.message, (), error)
    return Finding(part, "answers")


def _inside(error: CalsyncError) -> tuple[Problem, ...]:
    return error.problems if isinstance(error, ConfigError) else ()


def _json(finding: Finding) -> dict[str, object]:
    return {
        "part": finding.part,
        "ok": finding.exit_code == 0,
        "said": finding.said,
        "hint": finding.error.hint if finding.error else "",
        "problems": [problem_json(problem) for problem in finding.problems],
        "notes": list(finding.notes),
    }


def _lines(finding: Finding, style: Style) -> Iterator[str]:
    sign = style.green("ok ") if finding.exit_code == 0 else style.red("!! ")
    yield f"{sign} {finding.part}: {finding.said}"
    yield from problem_lines(finding.problems, style)
    yield from (f"  {note}" for note in finding.notes)
    if finding.error is not None:
        yield f"  next: {style.bold(finding.error.hint)}"
