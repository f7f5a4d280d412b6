"""A rep's folder on disk, as a rep would keep it, and the calendar as the rep sees it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from calsync import config
from calsync.calendars import open_calendar
from calsync.calendars.base import Calendar, Seen
from calsync.office import Office, open_office
from calsync.run import run_once
from calsync.sync.report import Report

CHICAGO = ZoneInfo("America/Chicago")

HEAD = """
[rep]
name = "Tasha Lane"
phone = "+1 312 555 0199"
timezone = "America/Chicago"
region = "US-IL"

[hours]
weekdays = "09:00-18:00"

[[contacts]]
path = "contacts.csv"

[[attempts]]
path = "attempts.csv"

[cadences]
default = "referral"

[state]
path = "state/ledger.db"
"""

FOLDER = '[[calendars]]\nname = "callbacks"\ntype = "folder"\npath = "calendar"\n'


def caldav(url: str, user: str, variable: str = "CALSYNC_TEST_PASSWORD") -> str:
    """The table of a CalDAV calendar."""
    return (
        f'[[calendars]]\nname = "callbacks"\ntype = "caldav"\nurl = "{url}"\nusername = "{user}"\n'
        f'password_env = "{variable}"\n'
    )


def google(endpoint: str, token_file: Path, calendar_id: str) -> str:
    """The table of a Google calendar at the tests' own server."""
    return (
        f'[[calendars]]\nname = "callbacks"\ntype = "google"\ncalendar_id = "{calendar_id}"\n'
        f'endpoint = "{endpoint}"\ntoken_file = "{token_file}"\n'
    )


def at(text: str) -> datetime:
    """A moment in Chicago: ``2026-10-26 18:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


@dataclass
class Rep:
    """Files, and one open office that lives through the days."""

    folder: Path
    calendars: str = FOLDER
    extra: str = ""
    contacts: str = ""
    _office: Office | None = field(default=None, repr=False)
    _eyes: Calendar | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configuration.write_text(HEAD + self.calendars + self.extra, encoding="utf-8")
        (self.folder / "contacts.csv").write_text(self.contacts, encoding="utf-8")
        self.log_file.write_text("at,contact,direction,channel,outcome,promise,note\n", encoding="utf-8")

    @property
    def configuration(self) -> Path:
        return self.folder / "calsync.toml"

    @property
    def log_file(self) -> Path:
        return self.folder / "attempts.csv"

    @property
    def office(self) -> Office:
        if self._office is None:
            self._office = open_office(config.load(self.configuration))
        return self._office

    def close(self) -> None:
        if self._office is not None:
            self._office.close()
            self._office = None
        if self._eyes is not None:
            self._eyes.close()
            self._eyes = None

    def log(self, *rows: str) -> None:
        """Add rows to the log, as a rep's spreadsheet would."""
        with self.log_file.open("a", encoding="utf-8") as log:
            log.writelines(f"{row}\n" for row in rows)
        # Time stands still between two lines of a test; the file's does not.
        stamp = self.log_file.stat().st_mtime_ns + 10_000_000
        os.utime(self.log_file, ns=(stamp, stamp))

    def run(self, when: str | datetime, **options: bool) -> Report:
        """One run at that moment."""
        now = at(when) if isinstance(when, str) else when
        return run_once(self.office, now, **options)  # type: ignore[arg-type]  # the flags of run_once, by name

    def evening(self, when: str) -> Report:
        """A run, and a second one a minute later that must write nothing: G5."""
        report = self.run(when)
        trouble = [f"{one.action} {one.error}" for one in report.actions if one.error]
        assert not trouble, trouble
        again = self.run(at(when).replace(minute=at(when).minute + 1))
        assert [one for one in again.actions if one.action != "keep"] == []
        assert again.written == 0
        return report

    def events(self) -> Sequence[Seen]:
        """Every event of ours, read with other eyes than those of the office."""
        if self._eyes is None:
            self._eyes = open_calendar(config.load(self.configuration).calendars[0], zone=CHICAGO)
        return sorted(self._eyes.changes(None).seen, key=lambda one: (str(one.start), one.title))

    def shown(self) -> list[str]:
        """The calendar in short: ``Ann Fri 30 Oct``, ``✓ Bob Wed 28 Oct``, ``OVERDUE Cat Tue 3 Nov``; notices left
        out."""
        return sorted(_short(one) for one in self.events() if not one.mark.startswith("notice-"))

    def event(self, name: str) -> Seen:
        """The one live event of a contact."""
        (found,) = [one for one in self.events() if name in one.title and not one.title.startswith("✓")]
        return found


def _short(event: Seen) -> str:
    state = "✓ " if event.title.startswith("✓") else "OVERDUE " if event.title.startswith("OVERDUE") else ""
    found = re.search(r"\b(Ann|Bob|Cat|Dan|Eve|Fay|Gus|Hal)\b", event.title)
    assert found, event.title
    start = event.start
    assert isinstance(start, datetime)
    local = start.astimezone(CHICAGO)
    return f"{state}{found.group(1)} {local:%a} {local.day} {local:%b}"
