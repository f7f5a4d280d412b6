"""A rep with two calendars: every call stands on both, and what is done on one holds on the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from calsync.calendars.base import Calendar, Seen
from calsync.calendars.memory import MemoryCalendar
from calsync.calendars.spec import CalendarSpec
from calsync.identity import event_uid
from calsync.rendering import OUTCOME_LINE
from calsync.sync.report import Report
from tests.e2e.rep import CHICAGO, FOLDER
from tests.e2e.worlds import as_entry
from tests.machine.deeds import Deeds, Times
from tests.machine.faults import POLLS, Hostile, hostile
from tests.machine.life import EMPTY_LINE, times
from tests.machine.people import WHICH, WORDS
from tests.machine.places import Place
from tests.machine.trouble import WRITE_FAULTS, Trouble

TWIN = '[[calendars]]\nname = "twin"\ntype = "folder"\npath = "twin"\n'


class Twins(Trouble):
    """A second calendar, in memory, with people and troubles of its own."""

    calendars = FOLDER + TWIN

    def __init__(self) -> None:
        super().__init__()
        self.twin = Place()
        self.twin_calendar = hostile(self.twin, self.twin.calendar("twin", self.clock))
        self.twin_eyes = MemoryCalendar("eyes", zone=CHICAGO, store=self.twin, clock=self.clock)
        self.twin_notes: dict[str, str] = {}

    @property
    def hostiles(self) -> list[Hostile]:
        return [self.calendar, self.twin_calendar]

    def open_calendar(self, spec: CalendarSpec, *, zone: ZoneInfo) -> Calendar:
        return self.twin_calendar if spec.name == "twin" else super().open_calendar(spec, zone=zone)

    def heard(self, report: Report, before: Deeds, *, lagged: bool) -> None:
        super().heard(report, before, lagged=lagged)
        silent = report.plan.do_not_call if report.plan else ()
        calls = report.plan.calls if report.plan else ()
        gone = {
            event_uid(self.settings.rep().id, call.commitment.id)
            for call in calls
            if call.commitment.contact_id in silent
        }
        self.twin_notes = {note: uid for note, uid in self.twin_notes.items() if uid not in gone}

    def what_is_missing_counts_as_deleted(self) -> None:
        super().what_is_missing_counts_as_deleted()
        there = {one.uid for one in self.twin_events()}
        rows = self.opened().ledger.rows("twin").values()
        self.deeds.deleted |= {row.mark for row in rows if row.status.present and row.uid not in there}

    def twin_events(self) -> list[Seen]:
        return list(self.twin_eyes.changes(None).seen)

    def twin_calls(self) -> list[Seen]:
        ours = [one for one in self.twin_events() if not one.mark.startswith("notice-") and one.title[0] != "✓"]
        return sorted(ours, key=lambda one: one.uid)

    def _twin(self, which: int) -> Seen:
        return self.twin_calls()[which % len(self.twin_calls())]

    def _differs(self, twin: Seen) -> bool:
        return any(times(one) != times(twin) for one in self.calls() if one.uid == twin.uid)

    def _tells_nothing(self, twin: Seen) -> bool:
        """An edit of what nobody knows any more, and of which only one was moved: it would look like the later move."""
        return self.deeds.forgotten and self._differs(twin)

    def move(self, seen: Seen, by: timedelta, longer: timedelta = timedelta(0), *, careless: bool = False) -> None:
        if careless and self.deeds.forgotten:
            return  # which of the two was moved, nothing tells any more
        self.now += timedelta(seconds=1)  # nor of two that were changed in the same second
        if all(times(one) == times(seen) for one in self.twin_calls() if one.uid == seen.uid):
            super().move(seen, by, longer, careless=careless)

    def edit(self, seen: Seen, *, careless: bool = False, **changes: Any) -> None:
        if self.deeds.forgotten and any(times(one) != times(seen) for one in self.twin_calls() if one.uid == seen.uid):
            self.deeds.moves.pop(seen.uid, None)  # this edit looks like the one that moved it
        super().edit(seen, careless=careless, **changes)

    def edit_twin(self, seen: Seen, **changes: Any) -> None:
        self.twin_eyes.update(replace(as_entry(seen), **changes), seen)

    @precondition(lambda self: self.twin_calls())
    @rule(which=WHICH, hours=st.integers(-30, 60))
    def a_twin_is_moved(self, which: int, hours: int) -> None:
        seen, by = self._twin(which), timedelta(hours=hours)
        if self._differs(seen):
            return  # which of two moves was the later one, not every program tells
        self.now += timedelta(seconds=1)
        assert isinstance(seen.start, datetime)
        assert isinstance(seen.end, datetime)
        self.edit_twin(seen, start=seen.start + by, end=seen.end + by)
        where = times(replace(seen, start=seen.start + by, end=seen.end + by))
        self.deeds.moved(seen.uid, where)
        self.deeds.perhaps.setdefault(seen.uid, set()).add(where)  # the first calendar's server may come back meanwhile
        self.happened("twin moved")

    @precondition(lambda self: self.twin_calls())
    @rule(which=WHICH)
    def a_note_is_added_to_a_twin(self, which: int) -> None:
        seen = self._twin(which)
        if self._tells_nothing(seen):
            return
        self.said += 1
        note = f"note {self.said} of mine"
        self.edit_twin(seen, description=f"{seen.description.rstrip()}\n{note}")
        self.twin_notes[note] = seen.uid
        self.happened("note on a twin")

    @precondition(lambda self: self.twin_calls())
    @rule(which=WHICH, words=st.sampled_from(WORDS))
    def words_are_written_on_a_twin(self, which: int, words: str) -> None:
        seen = self._twin(which)
        if EMPTY_LINE not in seen.description or self._tells_nothing(seen):
            return
        text = seen.description.replace(EMPTY_LINE, f"\n{OUTCOME_LINE} {words}\n")
        self.edit_twin(seen, description=text)
        self.deeds.at_most += 1
        self.happened("outcome on a twin")

    @precondition(lambda self: self.twin_calls())
    @rule(which=WHICH)
    def a_twin_is_deleted(self, which: int) -> None:
        seen = self._twin(which)
        self.twin.remove(seen.href)
        self.twin_notes = {note: uid for note, uid in self.twin_notes.items() if uid != seen.uid}
        self.deeds.deleted.add(seen.mark)
        self.deeds.moves.pop(seen.uid, None)  # where it stood is gone with it, unless a run has heard of it
        self.happened("twin deleted")

    @rule(kind=st.sampled_from(WRITE_FAULTS), write=st.integers(0, 3))
    def a_write_to_the_twins_will_fail(self, kind: str, write: int) -> None:
        self.twin_calendar.armed[kind] = write

    @rule(kind=st.sampled_from(POLLS), poll=st.integers(0, 1))
    def a_poll_of_the_twins_will_fail(self, kind: str, poll: int) -> None:
        self.twin_calendar.armed[kind] = poll

    def stand(self) -> dict[str, Times]:
        """Where both have an event at the same time, or where the later edit put it."""
        there = {one.uid: one for one in self.twin_calls()}
        return {
            one.uid: times(one)
            for one in self.calls()
            if (other := there.get(one.uid)) is None or times(other) == times(one) or _later(one, other)
        }

    def both_are_the_same(self) -> None:
        first = {one.mark: times(one) for one in self.calls()}
        second = {one.mark: times(one) for one in self.twin_calls()}
        assert first == second
        assert len(second) == len(self.twin_calls())  # G1
        everything = "\n".join(one.description for one in self.twin_events())
        for note in self.twin_notes:
            assert note in everything, note  # G3


def _later(one: Seen, other: Seen) -> bool:
    return one.modified is not None and other.modified is not None and one.modified > other.modified
