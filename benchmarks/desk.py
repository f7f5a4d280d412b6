"""A rep with so many calls owed, and an office that stays open; a long log beside it where that is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from calsync import config
from calsync.office import Branch, Office, open_office
from calsync.run import run_once
from calsync.sync.apply import Checkpoint, no_checkpoint
from tests.e2e.rep import CHICAGO, HEAD
from tests.e2e.worlds import as_entry

NOW = datetime(2026, 10, 26, 9, 30, tzinfo=CHICAGO)
SPARE = 60
"""Contacts who are owed no call yet: ``Desk.add`` takes one after the other."""

_FIRST = datetime(2026, 9, 1, 9, 0)  # noqa: DTZ001 - the log is written in the rep's wall clock
_LONG_AGO = datetime(2026, 1, 5, 9, 0)  # noqa: DTZ001
_HEADER = "at,contact,direction,channel,outcome,promise,note\n"


class Desk:
    """A rep's folder in which ``events`` calls are owed.  ``rows`` of log, at least: those beyond are older calls."""

    def __init__(self, folder: Path, events: int, table: str, *, rows: int = 0) -> None:
        folder.mkdir(parents=True)
        self.configuration = folder / "calsync.toml"
        self.configuration.write_text(HEAD + table)
        (folder / "contacts.csv").write_text(
            "id,name,phone,region\n"
            + "".join(f"c{n},Ann Archer {n},+1 312 555 {n % 10000:04d},US-IL\n" for n in range(events + SPARE))
        )
        older = max(0, rows - events)
        step = timedelta(days=230) / max(1, older)
        lines = [
            f"{(_LONG_AGO + n * step).isoformat()},c{n % events},outbound,call,no_answer,,\n" for n in range(older)
        ]
        step = timedelta(days=50) / events
        lines += [
            f"{(_FIRST + n * step).isoformat()},c{n},outbound,call,connected,in {80 + n % 200} days,\n"
            for n in range(events)
        ]
        self.log = folder / "attempts.csv"
        self.log.write_text(_HEADER + "".join(lines))
        self.now, self.events, self.added = NOW, events, 0
        self._office: Office | None = None

    @property
    def office(self) -> Office:
        if self._office is None:
            self._office = open_office(config.load(self.configuration))
        return self._office

    @property
    def branch(self) -> Branch:
        return self.office.branch(self.office.settings.calendars[0])

    def close(self) -> None:
        if self._office is not None:
            self._office.close()
        self._office = None

    def run(self, checkpoint: Checkpoint = no_checkpoint) -> None:
        """One run, half a minute after the last."""
        self.now += timedelta(seconds=30)
        report = run_once(self.office, self.now, checkpoint=checkpoint)
        trouble = [one.error for one in report.actions if one.error]
        assert report.exit_code == 0, (trouble[:3], report.calendars, report.refused, report.problems[:3])
        assert not trouble, trouble[:3]

    def process(self) -> tuple[float, float]:
        """``calsync sync`` as a process of its own: seconds of CPU, and the most memory it had, in MB."""
        self.now += timedelta(seconds=30)
        command = [sys.executable, "-m", "calsync.cli.main", "--config", str(self.configuration)]
        with subprocess.Popen([*command, "sync", "--at", self.now.isoformat()], stdout=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, process.returncode
        return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024

    def add(self) -> None:
        """One more attempt in the log, to somebody who was owed no call."""
        at = (self.now - timedelta(minutes=1)).isoformat()
        with self.log.open("a") as log:
            log.write(f"{at},c{self.events + self.added},outbound,call,left_voicemail,by Friday,\n")
        self.added += 1

    def edit(self, count: int) -> None:
        """Somebody renames events on the calendar."""
        calendar = self.branch.calendar
        for seen in calendar.changes(None).seen[:count]:
            calendar.update(replace(as_entry(seen), title=f"hm? {seen.title}"), seen)

    def bodies(self) -> list[tuple[str, str]]:
        """Name and text of each event as it stands."""
        return [(Path(seen.href).name, seen.raw) for seen in self.branch.calendar.changes(None).seen]
