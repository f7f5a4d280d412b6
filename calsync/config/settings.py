"""The settings as the other rooms take them: plain values, whole paths.

Nothing of the schema is kept, nor loaded by this module: a daemon reads its configuration in a process of its own, and
what comes back is this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from calsync.calendars.spec import CalendarSpec
from calsync.model import Policy, Rep
from calsync.sources.spec import SourceSpec

OWN_LOG = "attempts.calsync.csv"


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``file`` says, with every path made whole.  Made by ``config.load`` alone."""

    file: Path
    person: Rep
    choices: Policy
    own_numbers: tuple[str, ...]
    """The rep's numbers in E.164, the one to call back first."""
    contacts: tuple[SourceSpec, ...]
    attempts: tuple[SourceSpec, ...]
    """The rep's logs, and calsync's own, which is not there before the first outcome is recorded."""
    own_log: Path
    """Where outcomes that calsync records become rows: beside the first log of the rep's."""
    calendars: tuple[CalendarSpec, ...]
    """The calendars that callbacks are written to; ``busy`` where they are read for busy times as well."""
    busy_calendars: tuple[CalendarSpec, ...]
    """The calendars that are only read, for busy times."""
    parts_of_day: Mapping[str, tuple[time, time]]
    phrases: Mapping[str, str]
    """The rep's own shorthand -> the words it stands for."""
    named_days: Mapping[str, date | str]
    """The rep's own holidays, as the promise language understands them."""
    cadence_by_group: Mapping[str, str]
    written_cadence_folder: Path | None
    written_template_folder: Path | None
    state_path: Path
    """The ledger's database file."""
    tick_seconds: int
    poll_seconds: int
    guard_share: float
    guard_count: int
    hooks: Mapping[str, tuple[str, ...]]
    """The programs to start, by the name of their key."""

    @property
    def folder(self) -> Path:
        """Relative paths of the configuration start here."""
        return self.file.parent

    @property
    def rep_id(self) -> str:
        return self.person.id

    def rep(self) -> Rep:
        """The person whose calendar is written; holidays are worked out for a year when it is first asked about."""
        return self.person

    def policy(self) -> Policy:
        """The choices that the pure rooms need."""
        return self.choices

    @property
    def cadence_folder(self) -> Path | None:
        """The rep's own cadences, if there is such a folder."""
        return _if_there(self.written_cadence_folder)

    @property
    def template_folder(self) -> Path | None:
        """The rep's own templates, if there is such a folder."""
        return _if_there(self.written_template_folder)

    @property
    def every_calendar(self) -> tuple[CalendarSpec, ...]:
        """Those that are written to, and those that are only read."""
        return (*self.calendars, *self.busy_calendars)

    @property
    def asked_for_busy(self) -> tuple[CalendarSpec, ...]:
        """The calendars that are read for busy times."""
        return (*(spec for spec in self.calendars if spec.busy), *self.busy_calendars)

    @property
    def word_folders(self) -> tuple[Path, ...]:
        """Where the rep's own cadences and templates are to be, there or not."""
        written = (self.written_cadence_folder, self.written_template_folder)
        return tuple(folder for folder in written if folder is not None)


def _if_there(folder: Path | None) -> Path | None:
    return folder if folder is not None and folder.is_dir() else None
