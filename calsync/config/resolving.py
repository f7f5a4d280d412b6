"""From the document to the settings: paths made whole, numbers and days read, each section in its value."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from calsync.calendars.spec import CalendarSpec
from calsync.config.days_off import DaysOff
from calsync.config.document import (
    AnyCalendar,
    AttemptsSection,
    CaldavCalendar,
    ContactsSection,
    Document,
    FolderCalendar,
)
from calsync.config.places import ledger_path, resolve, slug, state_folder
from calsync.config.settings import OWN_LOG, Settings
from calsync.config.values import read_day, read_phone
from calsync.model import Away, Hours, Policy, Rep
from calsync.sources.spec import SourceSpec


def settings_of(file: Path, document: Document) -> Settings:
    """The settings that ``document`` means when it stands at ``file`` (an absolute path)."""
    folder, rep = file.parent, document.rep
    own_log = resolve(folder, document.attempts[0].path).parent / OWN_LOG
    written, only_read = document.written, [one for one in document.calendars if one not in document.written]
    hooks = {name: getattr(document.hooks, name) for name in type(document.hooks).model_fields}
    return Settings(
        file=file,
        person=_rep(document),
        choices=_policy(document),
        own_numbers=tuple(dict.fromkeys(read_phone(number, rep.region) for number in (rep.phone, *rep.own_numbers))),
        contacts=tuple(_source(folder, section) for section in document.contacts),
        attempts=_attempts(folder, document, own_log),
        own_log=own_log,
        calendars=tuple(_calendar(folder, section) for section in written),
        busy_calendars=tuple(_calendar(folder, section, only_read=True) for section in (*only_read, *document.busy)),
        parts_of_day=document.promises.parts_of_day,
        phrases=document.promises.phrases,
        named_days=document.promises.holidays,
        cadence_by_group=document.cadences.by_group,
        written_cadence_folder=_folder(folder, document.cadences.folder),
        written_template_folder=_folder(folder, document.events.templates),
        state_path=ledger_path(folder, document.state.path, rep.id, rep.name),
        tick_seconds=document.daemon.tick,
        poll_seconds=document.daemon.poll,
        guard_share=document.sync.guard_share,
        guard_count=document.sync.guard_count,
        hooks={name: command for name, command in hooks.items() if command},
    )


def _rep(document: Document) -> Rep:
    rep, holidays = document.rep, document.holidays
    return Rep(
        id=rep.id or slug(rep.name),
        name=rep.name,
        phone=read_phone(rep.phone, rep.region),
        zone=ZoneInfo(rep.timezone),
        region=rep.region,
        hours=Hours(document.hours.week()),
        company=rep.company,
        locale=rep.locale,
        holidays=DaysOff(
            rep.region if holidays.observe else "",
            {read_day(day): name for day, name in holidays.extra.items()},
            frozenset(holidays.work_on),
        ),
        away=tuple(Away(away.first, away.last, away.reason) for away in document.away),
    )


def _policy(document: Document) -> Policy:
    placing, events = document.placing, document.events
    return Policy(
        deadline=document.promises.deadline,
        follow_up_contact=document.promises.follow_up,
        default_cadence=document.cadences.default,
        after_sale=document.cadences.after_sale or "",
        keep_history=events.keep_history,
        slot_minutes=placing.slot,
        gap_minutes=placing.gap,
        per_hour=placing.per_hour,
        per_day=placing.per_day,
        blocks=placing.blocks,
        alarms=events.alarms,
    )


def _attempts(folder: Path, document: Document, own_log: Path) -> tuple[SourceSpec, ...]:
    specs = [_source(folder, section) for section in document.attempts]
    if own_log not in [spec.path for spec in specs]:
        specs.append(SourceSpec(own_log, format="calsync", name=OWN_LOG, optional=True))
    return tuple(specs)


def _folder(folder: Path, written: str | None) -> Path | None:
    return resolve(folder, written) if written is not None else None


def _source(folder: Path, section: ContactsSection | AttemptsSection) -> SourceSpec:
    return SourceSpec(
        path=resolve(folder, section.path),
        format=section.format,
        columns=section.map,
        encoding=section.encoding,
        separator=section.separator,
        name=section.path,
        dates=section.dates if isinstance(section, AttemptsSection) else "iso",
    )


def _calendar(folder: Path, section: AnyCalendar, *, only_read: bool = False) -> CalendarSpec:
    busy, away = section.busy or only_read or section.away is not None, section.away or ""
    if isinstance(section, FolderCalendar):
        return CalendarSpec(section.name, "folder", path=resolve(folder, section.path), busy=busy, away=away)
    if isinstance(section, CaldavCalendar):
        return CalendarSpec(
            section.name,
            "caldav",
            url=section.url,
            calendar=section.calendar,
            username=section.username,
            password_command=section.password_command or (),
            password_env=section.password_env or "",
            password_credential=section.password_credential or "",
            password_keyring=section.password_keyring or "",
            ca_file=resolve(folder, section.ca_file) if section.ca_file else None,
            auth=section.auth,
            busy=busy,
            away=away,
        )
    return CalendarSpec(
        section.name,
        "google",
        calendar_id=section.calendar_id,
        endpoint=section.endpoint,
        token_file=_token_file(folder, section.token_file),
        busy=busy,
        away=away,
    )


def _token_file(folder: Path, written: str | None) -> Path:
    return resolve(folder, written) if written else state_folder() / "google-token.json"
