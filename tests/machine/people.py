"""What people do in the calendar, on one device or two."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from calsync.calendars.base import Seen
from calsync.errors import CalendarError
from calsync.rendering import OUTCOME_LINE
from tests.machine.life import EMPTY_LINE, World, written_on

WORDS = ["vm fri", "no", "spoke", "cb mon 3pm", "sold", "hm?"]
WHICH = st.integers(0, 29)
DEEDS = ("moves", "notes", "deletes", "says")


class People(World):
    """Moves, marks, notes, deletions, copies; by careful programs and by careless ones."""

    @precondition(lambda self: self.calls())
    @rule(which=WHICH, hours=st.integers(-30, 60), careless=st.booleans())
    def an_event_is_moved(self, which: int, hours: int, careless: bool) -> None:
        self.move(self._one(which), timedelta(hours=hours), careless=careless)
        self.happened("moved")

    @precondition(lambda self: self.calls())
    @rule(which=WHICH, minutes=st.integers(1, 90))
    def an_event_is_resized(self, which: int, minutes: int) -> None:
        self.move(self._one(which), timedelta(0), timedelta(minutes=minutes))
        self.happened("resized")

    @precondition(lambda self: self.calls())
    @rule(which=WHICH, words=st.sampled_from(WORDS), careless=st.booleans())
    def words_are_written_before_the_title(self, which: int, words: str, careless: bool) -> None:
        self._say(self._one(which), words, careless=careless)
        self.happened("outcome in the title")

    @precondition(lambda self: self.calls())
    @rule(which=WHICH, words=st.sampled_from(WORDS))
    def words_are_written_on_the_outcome_line(self, which: int, words: str) -> None:
        seen = self._one(which)
        if EMPTY_LINE not in seen.description:
            return
        self.edit(seen, description=seen.description.replace(EMPTY_LINE, f"\n{OUTCOME_LINE} {words}\n"))
        self.deeds.said(seen.uid, words, seen.title, clear=words != "hm?")
        self.happened("outcome on its line")

    @precondition(lambda self: self.calls())
    @rule(which=WHICH, careless=st.booleans())
    def a_note_is_added(self, which: int, careless: bool) -> None:
        self.note(self._one(which), careless=careless)
        self.happened("note")

    @precondition(lambda self: any(one.title.startswith("✓") for one in self.events()))
    @rule(which=WHICH)
    def a_note_is_added_to_history(self, which: int) -> None:
        history = sorted([one for one in self.events() if one.title.startswith("✓")], key=lambda one: one.uid)
        self.note(history[which % len(history)])
        self.happened("note on history")

    @precondition(lambda self: self.calls())
    @rule(which=WHICH)
    def an_event_is_deleted(self, which: int) -> None:
        self.remove(self._one(which))
        self.happened("deleted")

    @precondition(lambda self: self.calls())
    @rule(which=WHICH)
    def an_event_is_copied(self, which: int) -> None:
        seen = self._one(which)
        name, text = f"copy-{len(self.foreign)}", self.store.items[seen.href][1]
        self.put_foreign(f"{name}.ics", text.replace(f"UID:{seen.uid}@calsync", f"UID:{name}@example.com"))
        self.happened("copied")

    @precondition(lambda self: self.calls())
    @rule(which=WHICH, write=st.integers(0, 3), deed=st.sampled_from(DEEDS))
    def a_second_device_writes_while_we_write(self, which: int, write: int, deed: str) -> None:
        uid = self._one(which).uid

        def meanwhile() -> None:
            for seen in self.calls():
                if seen.uid == uid:
                    self._do(seen, deed)

        self.calendar.meanwhile = meanwhile
        self.calendar.armed["somebody writes in between"] = write

    def _do(self, seen: Seen, deed: str) -> None:
        match deed:
            case "moves":
                self.move(seen, timedelta(minutes=20))
            case "notes":
                self.note(seen)
            case "deletes":
                self.remove(seen)
            case "says":
                self._say(seen, "no", careless=False)
        self.happened(f"a second device {deed} in between")

    def _say(self, seen: Seen, words: str, *, careless: bool) -> None:
        clear = words != "hm?" and EMPTY_LINE in seen.description and not written_on(seen)
        self.edit(seen, title=f"{words} {seen.title}", careless=careless)
        self.deeds.said(seen.uid, words, seen.title, clear=clear)

    def _one(self, which: int) -> Seen:
        return self.calls()[which % len(self.calls())]

    @precondition(lambda self: any(one.mark.startswith("notice-") for one in self.events()))
    @rule(deed=st.sampled_from(["moved", "deleted"]))
    def the_notice_is_touched(self, deed: str) -> None:
        (notice,) = [one for one in self.events() if one.mark.startswith("notice-")]
        if deed == "deleted":
            self.store.remove(notice.href)
        else:
            try:
                self.edit(notice, start=notice.start + timedelta(days=1), end=notice.end + timedelta(days=1))
            except CalendarError:
                return
        self.happened(f"notice {deed}")
