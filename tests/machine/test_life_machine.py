"""A rep's life with everything that can go wrong in it, in any order; after a quiet run the guarantees hold.

G1 every open commitment has exactly one live event, and no event is without one; G2 what is not ours is never touched;
G3 a person's notes are not lost; G4 a kill or a lost answer doubles nothing; G5 a second run writes nothing; G6 a
truncated log deletes nothing; G10 no line a person wrote in a file is changed; G11 who asked not to be called has no
event.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from calsync import config
from calsync.calendars.base import Calendar, Seen
from calsync.calendars.memory import MemoryStore
from calsync.calendars.spec import CalendarSpec
from calsync.model import Entry, State
from calsync.office import Office
from calsync.run import run_once
from calsync.sync.report import Report
from tests.e2e.rep import CHICAGO, FOLDER, HEAD
from tests.machine.calendar import Hostile, Killed, backup, restore

NAMES = ("ann", "bob", "cat", "dan")
CONTACTS = "id,name,phone,region\n" + "".join(
    f"{name},{name.title()} Archer,+1 312 555 010{digit},US-IL\n" for digit, name in enumerate(NAMES)
)
LOG_HEAD = "at,contact,direction,channel,outcome,promise,note\n"
FOREIGN = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//EN\r\nBEGIN:VEVENT\r\nUID:dentist@example.com\r\n"
    "DTSTAMP:20261001T000000Z\r\nDTSTART:20261102T150000Z\r\nDTEND:20261102T160000Z\r\nSUMMARY:Dentist\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


class Life(RuleBasedStateMachine):
    """The rep, the files, the calendar and calsync."""

    steps: ClassVar[int] = 0
    """Over all lives."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="calsync-life-"))
        self.now = datetime(2026, 10, 26, 9, 30, tzinfo=CHICAGO)
        self.store = MemoryStore()
        self.calendar = Hostile("callbacks", zone=CHICAGO, store=self.store, clock=lambda: self.now)
        self.lines: list[str] = []
        self.notes: dict[str, str] = {}
        self.yesterday = backup(self.store)
        self.backed_up = self.now
        self.office: Office | None = None
        self.stamp = 0
        self.lived = 0

    @initialize()
    def begin(self) -> None:
        (self.folder / "calsync.toml").write_text(HEAD + FOLDER)
        (self.folder / "contacts.csv").write_text(CONTACTS)
        self.save()
        self.store.put("dentist.ics", FOREIGN)
        self.a_backup_is_made()

    def teardown(self) -> None:
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- plumbing ---------------------------------------------------------------------------------------------------

    @property
    def log(self) -> Path:
        return self.folder / "attempts.csv"

    def save(self, text: str | None = None) -> None:
        self.log.write_text(LOG_HEAD + "".join(self.lines) if text is None else text)
        self.stamp += 1
        os.utime(self.log, (1_700_000_000 + self.stamp, 1_700_000_000 + self.stamp))

    def opened(self) -> Office:
        if self.office is None:
            self.office = Office(config.load(self.folder / "calsync.toml"), opener=self.open_calendar)
        return self.office

    def open_calendar(self, spec: CalendarSpec, *, zone: ZoneInfo) -> Calendar:
        return self.calendar

    def close(self) -> None:
        if self.office is not None:
            self.office.close()
            self.office = None

    def run(self, **options: object) -> Report:
        self.now += timedelta(seconds=30)
        return run_once(self.opened(), self.now, **options)  # type: ignore[arg-type]  # options of run_once, by name

    def events(self) -> list[Seen]:
        return list(Hostile("eyes", zone=CHICAGO, store=self.store, clock=lambda: self.now).changes(None).seen)

    def calls(self) -> list[Seen]:
        """Our live events, by UID, notices and history left out."""
        ours = [one for one in self.events() if not one.mark.startswith("notice-") and not one.title.startswith("✓")]
        return sorted(ours, key=lambda one: one.uid)

    def edit(self, seen: Seen, **changes: object) -> None:
        """A person's program changes our event."""
        assert isinstance(seen.start, datetime)
        entry = Entry(
            seen.uid, seen.mark, seen.title, seen.description, seen.start, seen.end, "America/Chicago", seen.alarms
        )
        eyes = Hostile("eyes", zone=CHICAGO, store=self.store, clock=lambda: self.now)
        eyes.update(replace(entry, **changes), seen)  # type: ignore[arg-type]  # the fields of an Entry, by name

    # -- what happens in the files ----------------------------------------------------------------------------------

    @rule(
        name=st.sampled_from(NAMES),
        outcome=st.sampled_from(["left_voicemail", "connected", "no_answer", "not_interested", "sold"]),
        promise=st.sampled_from(["", "by Friday", "tomorrow", "Wednesday at 3pm", "in 2 weeks", "next week"]),
    )
    def a_call_is_logged(self, name: str, outcome: str, promise: str) -> None:
        self.lines.append(f"{self.now:%Y-%m-%dT%H:%M:%S},{name},outbound,call,{outcome},{promise},\n")
        self.save()

    @rule(name=st.sampled_from(NAMES))
    def they_call(self, name: str) -> None:
        self.lines.append(f"{self.now:%Y-%m-%dT%H:%M:%S},{name},inbound,call,connected,,\n")
        self.save()

    @rule(name=st.sampled_from(NAMES[:1]))
    def they_ask_not_to_be_called(self, name: str) -> None:
        self.lines.append(f"{self.now:%Y-%m-%dT%H:%M:%S},{name},inbound,call,do_not_call,,\n")
        self.save()

    @precondition(lambda self: self.lines)
    @rule(data=st.data())
    def a_row_is_edited_or_removed(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.lines) - 1))
        if data.draw(st.booleans()):
            self.lines[index] = self.lines[index].replace(",by Friday,", ",by Monday,")
        else:
            del self.lines[index]
        self.save()

    @rule()
    def the_log_is_half_written(self) -> None:
        self.save(LOG_HEAD + "".join(self.lines) + f"{self.now:%Y-%m-%dT%H:%M:%S},bob,outbo")
        self.run()
        self.save()

    @precondition(lambda self: len(self.lines) > 7)
    @rule()
    def the_log_is_emptied_for_a_moment(self) -> None:
        self.run()
        before = sorted(one.uid for one in self.calls())
        self.save(LOG_HEAD)
        refused = self.run()
        assert refused.refused
        assert refused.written == 0
        assert sorted(one.uid for one in self.calls()) == before
        self.save()

    @rule(hours=st.sampled_from([1, 3, 8, 24, 72]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    # -- what a person does in the calendar -------------------------------------------------------------------------

    @precondition(lambda self: self.calls())
    @rule(data=st.data(), hours=st.integers(-30, 30))
    def an_event_is_moved(self, data: st.DataObject, hours: int) -> None:
        seen = data.draw(st.sampled_from(self.calls()))
        assert isinstance(seen.start, datetime)
        assert isinstance(seen.end, datetime)
        self.edit(seen, start=seen.start + timedelta(hours=hours), end=seen.end + timedelta(hours=hours))

    @precondition(lambda self: self.calls())
    @rule(data=st.data(), words=st.sampled_from(["vm fri", "no", "spoke", "hm?", "cb mon 3pm", "sold"]))
    def words_are_written_before_the_title(self, data: st.DataObject, words: str) -> None:
        seen = data.draw(st.sampled_from(self.calls()))
        self.edit(seen, title=f"{words} {seen.title}")

    @precondition(lambda self: self.calls())
    @rule(data=st.data())
    def a_note_is_added(self, data: st.DataObject) -> None:
        seen = data.draw(st.sampled_from(self.calls()))
        note = f"note {len(self.notes) + 1} of mine"
        self.notes[note] = seen.uid
        self.edit(seen, description=f"{seen.description.rstrip()}\n{note}")

    @precondition(lambda self: self.calls())
    @rule(data=st.data())
    def an_event_is_deleted(self, data: st.DataObject) -> None:
        seen = data.draw(st.sampled_from(self.calls()))
        self.store.remove(seen.href)
        self.notes = {note: uid for note, uid in self.notes.items() if uid != seen.uid}

    @precondition(lambda self: self.calls())
    @rule(data=st.data())
    def an_event_is_moved_while_we_write(self, data: st.DataObject) -> None:
        uid = data.draw(st.sampled_from(self.calls())).uid

        def meanwhile() -> None:
            for seen in self.calls():
                if seen.uid == uid and isinstance(seen.start, datetime) and isinstance(seen.end, datetime):
                    later = timedelta(minutes=20)
                    self.edit(seen, start=seen.start + later, end=seen.end + later)

        self.calendar.meanwhile = meanwhile

    # -- what goes wrong --------------------------------------------------------------------------------------------

    @rule(write=st.integers(0, 3))
    def an_answer_will_be_lost(self, write: int) -> None:
        self.calendar.lose_answer_in = write

    @rule(write=st.integers(0, 3))
    def a_request_will_be_lost(self, write: int) -> None:
        self.calendar.drop_request_in = write

    @rule()
    def the_server_forgets_the_token(self) -> None:
        self.calendar.forget_token = True

    @rule()
    def a_backup_is_made(self) -> None:
        self.yesterday, self.backed_up = backup(self.store), self.now

    @rule()
    def the_server_comes_back_from_its_backup(self) -> None:
        live = {one.uid for one in self.calls()}
        restore(self.store, self.yesterday)
        # What is history is the server's to lose; what is owed is written again, notes and all.
        live |= {one.uid for one in self.events()}
        self.notes = {note: uid for note, uid in self.notes.items() if uid in live}
        self.calendar.forget_token = True
        report = self.run()
        if report.refused:
            report = self.run(confirm=True)
            assert not report.refused
        if self.now - self.backed_up < timedelta(days=3):
            assert "waive" not in [one.action for one in report.actions]  # nobody deleted anything
        assert "record" not in [one.action for one in report.actions]  # no outcome is written down twice

    @rule(step=st.integers(1, 20))
    def the_process_is_killed(self, step: int) -> None:
        left = step

        def checkpoint(_name: str) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise Killed

        try:
            self.run(checkpoint=checkpoint)
        except Killed:
            self.close()

    @rule()
    def calsync_is_restarted(self) -> None:
        self.close()

    @rule()
    def the_ledger_is_lost(self) -> None:
        self.close()
        shutil.rmtree(self.folder / "state", ignore_errors=True)

    @rule()
    def a_run(self) -> None:
        self.run()

    # -- after a quiet run ------------------------------------------------------------------------------------------

    @invariant()
    def now_and_then_all_is_quiet(self) -> None:
        """Not after every step, so that faults and edits meet."""
        self.lived += 1
        Life.steps += 1
        if self.lived % QUIET_EVERY == 0:
            self.the_guarantees_hold()

    def the_guarantees_hold(self) -> None:
        if not self.stamp:
            return
        report = self.quiet()
        plan = report.plan
        assert plan is not None
        again = self.run()
        assert again.written == 0, again.actions  # G5
        owed = [call.commitment for call in plan.calls if call.commitment.state.live and call.placed.slot is not None]
        shown = self.calls()
        assert sorted(one.mark for one in shown) == sorted(one.id for one in owed)  # G1
        assert self.store.items["dentist.ics"][1] == FOREIGN  # G2
        everything = "\n".join(one.description for one in self.events())
        silenced = {"ann"} if any(",do_not_call," in line for line in self.lines) else set()
        if not silenced:
            for note in self.notes:
                assert note in everything, note  # G3
        assert self.log.read_text() == LOG_HEAD + "".join(self.lines)  # G10
        for call in plan.calls:
            if call.commitment.contact_id in plan.do_not_call:
                assert call.commitment.state is not State.OPEN  # G11
                assert call.commitment.id not in [one.mark for one in self.events()]

    def quiet(self) -> Report:
        """Runs until nothing is armed and nothing is left to do."""
        for _ in range(8):
            report = self.run()
            if not report.written and report.exit_code in (0, 1) and not report.refused:
                return report
        raise AssertionError(f"no rest: {report}")


PARTS = 8
"""The lives are lived in so many parts, so that they spread over the machine's cores."""

STEPS = int(os.environ.get("CALSYNC_STEPS", "7800"))
"""At least so many in all; a million in ``make soak``."""

SEED = int(os.environ.get("CALSYNC_SEED", "0"))
"""Another one makes other lives."""

QUIET_EVERY = 4
"""Steps between two quiet hours."""

LENGTH = 50
"""Steps in a life."""


@pytest.fixture(autouse=True)
def _what_is_loaded_is_not_searched_for_garbage() -> Iterator[None]:
    gc.freeze()
    yield
    gc.unfreeze()


def live(number: int) -> None:
    """Lives of one seed."""
    machine = seed(SEED * 1_000_000 + number)(type(f"Life{number}", (Life,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=-(-STEPS // PARTS // 40),  # few lives last their whole length
            stateful_step_count=LENGTH,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_the_guarantees_hold_whatever_happens(part: int) -> None:
    before, number = Life.steps, part
    while Life.steps - before < STEPS // PARTS:
        live(number)
        number += PARTS  # a seed that no other part has
    done = Life.steps - before
    print(f"{done} steps")
    assert done >= STEPS // PARTS
