"""The settings as the other rooms take them: plain values, whole paths."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
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
from calsync.config.values import read_day, read_phone
from calsync.model import Away, Hours, Policy, Rep
from calsync.sources.spec import SourceSpec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, time

OWN_LOG = "attempts.calsync.csv"


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``file`` says (``document``), with every path made whole."""

    file: Path
    document: Document

    @property
    def folder(self) -> Path:
        """Relative paths of the configuration start here."""
        return self.file.parent

    @property
    def rep_id(self) -> str:
        return self.document.rep.id or slug(self.document.rep.name)

    def rep(self) -> Rep:
        """The person whose calendar is written; holidays are worked out for a year when it is first asked about."""
        rep, holidays = self.document.rep, self.document.holidays
        return Rep(
            id=self.rep_id,
            name=rep.name,
            phone=read_phone(rep.phone, rep.region),
            zone=ZoneInfo(rep.timezone),
            region=rep.region,
            hours=Hours(self.document.hours.week()),
            company=rep.company,
            locale=rep.locale,
            holidays=DaysOff(
                rep.region if holidays.observe else "",
                {read_day(day): name for day, name in holidays.extra.items()},
                frozenset(holidays.work_on),
            ),
            away=tuple(Away(away.first, away.last, away.reason) for away in self.document.away),
        )

    def policy(self) -> Policy:
        """The choices that the pure rooms need."""
        placing, events = self.document.placing, self.document.events
        return Policy(
            deadline=self.document.promises.deadline,
            follow_up_contact=self.document.promises.follow_up,
            default_cadence=self.document.cadences.default,
            after_sale=self.document.cadences.after_sale or "",
            keep_history=events.keep_history,
            slot_minutes=placing.slot,
            gap_minutes=placing.gap,
            per_hour=placing.per_hour,
            per_day=placing.per_day,
            blocks=placing.blocks,
            alarms=events.alarms,
        )

    @property
    def own_numbers(self) -> tuple[str, ...]:
        """The rep's numbers in E.164, the one to call back first."""
        rep = self.document.rep
        return tuple(dict.fromkeys(read_phone(number, rep.region) for number in (rep.phone, *rep.own_numbers)))

    @property
    def contacts(self) -> tuple[SourceSpec, ...]:
        return tuple(self._source(section) for section in self.document.contacts)

    @property
    def attempts(self) -> tuple[SourceSpec, ...]:
        """The rep's logs, and calsync's own, which is not there before the first outcome is recorded."""
        specs = [self._source(section) for section in self.document.attempts]
        if self.own_log not in [spec.path for spec in specs]:
            specs.append(SourceSpec(self.own_log, format="calsync", name=OWN_LOG, optional=True))
        return tuple(specs)

    @property
    def own_log(self) -> Path:
        """Where outcomes that calsync records become rows: beside the first log of the rep's."""
        return resolve(self.folder, self.document.attempts[0].path).parent / OWN_LOG

    @property
    def calendars(self) -> tuple[CalendarSpec, ...]:
        """The calendars that callbacks are written to; ``busy`` where they are read for busy times as well."""
        return tuple(self._calendar(section) for section in self.document.written)

    @property
    def busy_calendars(self) -> tuple[CalendarSpec, ...]:
        """The calendars that are only read, for busy times."""
        written = self.document.written
        only_read = (section for section in self.document.calendars if section not in written)
        return tuple(self._calendar(section, only_read=True) for section in (*only_read, *self.document.busy))

    @property
    def parts_of_day(self) -> Mapping[str, tuple[time, time]]:
        return self.document.promises.parts_of_day

    @property
    def phrases(self) -> Mapping[str, str]:
        """The rep's own shorthand -> the words it stands for."""
        return self.document.promises.phrases

    @property
    def named_days(self) -> Mapping[str, date | str]:
        """The rep's own holidays, as the promise language understands them."""
        return self.document.promises.holidays

    @property
    def cadence_by_group(self) -> Mapping[str, str]:
        return self.document.cadences.by_group

    @property
    def cadence_folder(self) -> Path | None:
        """The rep's own cadences, if there is such a folder."""
        return self._existing(self.document.cadences.folder)

    @property
    def template_folder(self) -> Path | None:
        """The rep's own templates, if there is such a folder."""
        return self._existing(self.document.events.templates)

    @property
    def state_path(self) -> Path:
        """The ledger's database file."""
        return ledger_path(self.folder, self.document.state.path, self.document.rep.id, self.document.rep.name)

    @property
    def tick_seconds(self) -> int:
        return self.document.daemon.tick

    @property
    def poll_seconds(self) -> int:
        return self.document.daemon.poll

    @property
    def guard_share(self) -> float:
        return self.document.sync.guard_share

    @property
    def guard_count(self) -> int:
        return self.document.sync.guard_count

    @property
    def hooks(self) -> dict[str, tuple[str, ...]]:
        """The programs to start, by the name of their key."""
        found = self.document.hooks
        return {name: command for name in type(found).model_fields if (command := getattr(found, name))}

    def _existing(self, written: str | None) -> Path | None:
        if written is None:
            return None
        folder = resolve(self.folder, written)
        return folder if folder.is_dir() else None

    def _source(self, section: ContactsSection | AttemptsSection) -> SourceSpec:
        return SourceSpec(
            path=resolve(self.folder, section.path),
            format=section.format,
            columns=section.map,
            encoding=section.encoding,
            separator=section.separator,
            name=section.path,
            dates=section.dates if isinstance(section, AttemptsSection) else "iso",
        )

    def _calendar(self, section: AnyCalendar, *, only_read: bool = False) -> CalendarSpec:
        busy = section.busy or only_read
        if isinstance(section, FolderCalendar):
            return CalendarSpec(section.name, "folder", path=resolve(self.folder, section.path), busy=busy)
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
                ca_file=resolve(self.folder, section.ca_file) if section.ca_file else None,
                auth=section.auth,
                busy=busy,
            )
        return CalendarSpec(
            section.name,
            "google",
            calendar_id=section.calendar_id,
            endpoint=section.endpoint,
            token_file=self._token_file(section.token_file),
            busy=busy,
        )

    def _token_file(self, written: str | None) -> Path:
        return resolve(self.folder, written) if written else state_folder() / "google-token.json"
