"""The rep, the files, the calendar and calsync: what every part of the machine leans on."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hypothesis.stateful import RuleBasedStateMachine, initialize

from calsync import cadences, config
from calsync.calendars.base import Calendar, Seen
from calsync.calendars.spec import CalendarSpec
from calsync.identity import event_uid
from calsync.model import Entry
from calsync.office import Office
from calsync.rendering import OUTCOME_LINE
from calsync.run import run_once
from calsync.sync.report import Report
from tests.e2e.rep import CHICAGO, FOLDER, HEAD
from tests.machine.deeds import Deeds, Times
from tests.machine.faults import Hostile, Killed, backup, hostile
from tests.machine.places import Place

NAMES = ("ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "ida", "joe")
SHY = NAMES[:2]
"""Who may ask not to be called."""
NOBODY = "nobody we know"

LOG_HEAD = "at,contact,direction,channel,outcome,promise,note\n"
FOREIGN = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//EN\r\nBEGIN:VEVENT\r\nUID:dentist@example.com\r\n"
    "DTSTAMP:20261001T000000Z\r\nDTSTART:20261102T150000Z\r\nDTEND:20261102T160000Z\r\nSUMMARY:Dentist\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)
CADENCES = cadences.load([])
EMPTY_LINE = f"\n{OUTCOME_LINE}\n"
_QUICK = Path("/dev/shm")
"""Memory that looks like a disk: a commit is a commit there, and waits for no platter."""


class World(RuleBasedStateMachine):
    """What there is, and how it is looked at and changed."""

    tally: ClassVar[Counter[str]] = Counter()
    """How often each thing has happened, over all lives."""

    calendars = FOLDER
    """What the configuration says of them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="calsync-life-", dir=_QUICK if _QUICK.is_dir() else None))
        self.now = datetime(2026, 10, 26, 9, 30, tzinfo=CHICAGO)
        self.store = self.place(self.folder)
        self.calendar = hostile(self.store, self.store.calendar("callbacks", self.clock))
        self.eyes = self.store.eyes(self.clock)
        self.foreign: dict[str, str] = {}
        self.lines: list[str] = []
        self.contacts: dict[str, str] = {}
        self.deeds = Deeds()
        self.backup = backup(self.store)
        self.backed_up = self.now
        self.ledger_backup: Deeds | None = None
        self.office: Office | None = None
        self.stamp = 0
        self.said = 0
        self.own_log = ""
        self._looked: tuple[object, list[Seen]] = (None, [])

    def clock(self) -> datetime:
        return self.now

    @property
    def hostiles(self) -> list[Hostile]:
        """The calendars as calsync has them."""
        return [self.calendar]

    def place(self, folder: Path) -> Place:
        """Where the events of this life are kept."""
        return Place()

    @initialize()
    def begin(self) -> None:
        (self.folder / "calsync.toml").write_text(HEAD + self.calendars)
        self.settings = config.load(self.folder / "calsync.toml")
        for digit, name in enumerate(NAMES):
            self.contacts[name] = f"{name},{name.title()} Archer,+1 312 555 010{digit},US-IL,\n"
        self.save_contacts()
        self.save()
        self.put_foreign("dentist.ics", FOREIGN)
        self.backup = backup(self.store)

    def teardown(self) -> None:
        self.close()
        self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def happened(self, what: str) -> None:
        self.tally[what] += 1

    # -- the files --------------------------------------------------------------------------------------------------

    @property
    def log(self) -> Path:
        return self.folder / "attempts.csv"

    def save(self, text: str | None = None) -> None:
        self._write(self.log, LOG_HEAD + "".join(self.lines) if text is None else text)

    def save_contacts(self, text: str | None = None) -> None:
        head = "id,name,phone,region,do_not_call\n"
        self._write(self.folder / "contacts.csv", head + "".join(self.contacts.values()) if text is None else text)

    def _write(self, file: Path, text: str) -> None:
        file.write_text(text)
        self.stamp += 1
        os.utime(file, (1_700_000_000 + self.stamp, 1_700_000_000 + self.stamp))

    def add_row(self, name: str, rest: str) -> None:
        self.lines.append(f"{self.now:%Y-%m-%dT%H:%M:%S},{name},{rest}\n")
        self.now += timedelta(seconds=1)

    # -- calsync ----------------------------------------------------------------------------------------------------

    def opened(self) -> Office:
        if self.office is None:
            self.office = Office(self.settings, opener=self.open_calendar, cadences=CADENCES)
        return self.office

    def open_calendar(self, spec: CalendarSpec, *, zone: ZoneInfo) -> Calendar:
        self.calendar.inner = self.store.calendar(spec.name, self.clock)
        return self.calendar

    def close(self) -> None:
        if self.office is not None:
            self.office.close()
            self.office = None

    def run(
        self,
        *,
        confirm: bool = False,
        checkpoint: Callable[[str], None] = lambda _name: None,
        later: timedelta = timedelta(seconds=30),
    ) -> Report:
        """One run; whoever is killed in it starts anew the next time."""
        self.now += later
        before = self.deeds.copy()
        lags = self.calendar.went_off["poll that lags"]
        report = run_once(self.opened(), self.now, confirm=confirm, checkpoint=checkpoint)
        self.heard(report, before, lagged=self.calendar.went_off["poll that lags"] != lags)
        return report

    def heard(self, report: Report, before: Deeds, *, lagged: bool) -> None:
        """Take note of what calsync knows now."""
        if report.plan is None:
            return
        silent = {
            call.commitment.id for call in report.plan.calls if call.commitment.contact_id in report.plan.do_not_call
        }
        if self.now - self.backed_up > timedelta(days=3):  # so long after, what a server lost counts as deleted
            self.deeds.deleted |= set(self.deeds.lost_by_server.values())
        self.deeds.dropped({event_uid(self.settings.rep().id, mark) for mark in silent})
        if lagged or report.refused or any(one.state != "ok" for one in report.calendars):
            self.deeds.half_heard(self.texts())
            return
        owed = {call.commitment.id for call in report.plan.calls if call.commitment.state.live}
        known = {one.uid: one.mark for one in self.events() if one.mark in _ids(report)}
        self.deeds.listened(before, known, {uid for uid, mark in known.items() if mark in owed})
        there = self.texts()
        lost = self.deeds.lost_by_server
        self.deeds.lost_by_server = {uid: mark for uid, mark in lost.items() if uid not in there}
        self.deeds.stood = self.stand()
        self.deeds.titles = {one.uid: one.title for one in self.calls()}

    def run_or_die(
        self, *, confirm: bool = False, checkpoint: Callable[[str], None] = lambda _name: None
    ) -> Report | None:
        before = {one.uid: one.title for one in self.events()}
        try:
            return self.run(confirm=confirm, checkpoint=checkpoint)
        except Killed:
            self.happened("killed")
            self.close()
            self.deeds.half_heard(self.texts())
            silent = [name.title() for name in NAMES if self._asked_not_to_be_called(name)]
            left = {one.uid for one in self.events()}
            gone = {uid for uid, title in before.items() if any(name in title for name in silent)} - left
            self.deeds.dropped(gone)
            return None

    def _asked_not_to_be_called(self, name: str) -> bool:
        rows = (*self.lines, self.contacts[name])
        return any(f",{name},inbound,call,do_not_call" in row or row.endswith(",yes\n") for row in rows)

    def quiet(self) -> Report:
        """Runs until nothing is armed and nothing is left to do; what a guard refuses twice, a person confirms."""
        refused = 0
        for _ in range(30):
            calm = all(one.at_rest for one in self.hostiles)
            report = self.run_or_die(confirm=refused > 1)
            if report is None:
                continue
            if any("still shows it" in one.error for one in report.actions):
                self.now += timedelta(days=1)  # what is back so soon after it was removed is removed again by and by
            refused = refused + 1 if report.refused else 0
            idle = not report.written and not report.refused and not any(one.error for one in report.actions)
            if idle and calm and all(one.state == "ok" for one in report.calendars):
                return report
            if idle:
                for one in self.hostiles:
                    one.armed.clear()
        raise AssertionError(f"no rest: {report}")

    # -- the calendar -----------------------------------------------------------------------------------------------

    def events(self) -> list[Seen]:
        """Every event of ours, as anybody sees it."""
        state = self.store.version
        if self._looked[0] != state:
            self._looked = (state, list(self.eyes.changes(None).seen))
        return self._looked[1]

    def calls(self) -> list[Seen]:
        """Our live events, by UID, notices and history left out."""
        ours = [one for one in self.events() if not one.mark.startswith("notice-") and not one.title.startswith("✓")]
        return sorted(ours, key=lambda one: one.uid)

    def texts(self) -> dict[str, str]:
        """What the events of ours say, by UID."""
        return {one.uid: one.description for one in self.events()}

    def stand(self) -> dict[str, Times]:
        """Where the live ones stand, by UID."""
        return {one.uid: times(one) for one in self.calls()}

    def edit(self, seen: Seen, *, careless: bool = False, **changes: Any) -> None:
        """A person's program changes our event; a careless one leaves LAST-MODIFIED as it was."""
        # What stands on it from a backup cannot be told from what its last editor wrote.
        self.deeds.at_most += seen.uid in self.deeds.brought_back and written_on(seen)
        entry = Entry(
            seen.uid, seen.mark, seen.title, seen.description, seen.start, seen.end, "America/Chicago", seen.alarms
        )
        self.eyes.update(replace(entry, **changes), seen)
        if careless:
            (stamp,) = [line for line in seen.raw.splitlines() if line.startswith("LAST-MODIFIED:")]
            lines = self.store.items[seen.href][1].splitlines()
            text = "".join(f"{stamp if line.startswith('LAST-MODIFIED:') else line}\r\n" for line in lines)
            self.store.put(seen.href, text)

    def move(self, seen: Seen, by: timedelta, longer: timedelta = timedelta(0), *, careless: bool = False) -> None:
        assert isinstance(seen.start, datetime)
        assert isinstance(seen.end, datetime)
        start, end = seen.start + by, seen.end + by + longer
        self.edit(seen, start=start, end=end, careless=careless)
        self.deeds.moved(seen.uid, (_utc(start), _utc(end)))

    def note(self, seen: Seen, *, careless: bool = False) -> None:
        self.said += 1
        note = f"note {self.said} of mine, {self.now:%d %H:%M:%S}"
        self.edit(seen, description=f"{seen.description.rstrip()}\n{note}", careless=careless)
        self.deeds.notes[note] = seen.uid

    def put_foreign(self, href: str, text: str) -> None:
        """What is not calsync's, in the words in which the server keeps it."""
        name = self.store.name_of(href)
        self.store.put(name, text)
        self.foreign[name] = self.store.items[name][1]

    def remove(self, seen: Seen) -> None:
        self.store.remove(seen.href)
        self.deeds.removed(seen.uid, seen.mark)


def written_on(seen: Seen) -> bool:
    """True where words stand before our title, or on the OUTCOME line."""
    return not seen.title.startswith(("Call ", "OVERDUE")) or EMPTY_LINE not in seen.description


def times(seen: Seen) -> Times:
    assert isinstance(seen.start, datetime)
    assert isinstance(seen.end, datetime)
    return _utc(seen.start), _utc(seen.end)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _ids(report: Report) -> Sequence[str]:
    return [call.commitment.id for call in report.plan.calls] if report.plan else []
