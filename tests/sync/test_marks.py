"""What a person does in the calendar: seen, told, and kept (G3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from calsync.calendars.base import Receipt, Seen
from calsync.calendars.memory import MemoryCalendar
from calsync.model import Entry
from calsync.sync.marks import Deleted, Moved, Restored, Said
from tests.sync.given import CHICAGO, FRIDAY, Desk, entry, utc


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.sync(entry())
    return desk


def test_nothing_done_nothing_told(desk: Desk) -> None:
    assert desk.look() == ((), {})


def test_a_moved_event_is_told_with_its_new_time(desk: Desk) -> None:
    desk.edit(entry(), "20261127T161000", "20261127T150000")
    desk.edit(entry(), "20261127T162000", "20261127T151000")
    marks, _ = desk.look()
    (mark,) = marks
    assert isinstance(mark, Moved)
    assert utc(mark.start) == utc(FRIDAY - timedelta(minutes=70))


def test_a_resized_event_is_told(desk: Desk) -> None:
    desk.edit(entry(), "20261127T162000", "20261127T170000")
    (mark,) = desk.look()[0]
    assert isinstance(mark, Moved)
    assert utc(mark.end) == utc(FRIDAY + timedelta(minutes=50))


@pytest.mark.parametrize(
    "title",
    [
        "vm fri Call Dana 1 - promised Fri",
        "vm fri: Call Dana 1 - promised Fri",
        "[vm fri] Call Dana 1 - promised Fri",
        "Call Dana 1 - promised Fri (vm fri)",
        "vm fri",
    ],
)
def test_words_before_behind_or_instead_of_the_title(desk: Desk, title: str) -> None:
    desk.edit(entry(), "SUMMARY:Call Dana 1 - promised Fri", f"SUMMARY:{title}")
    (mark,) = desk.look()[0]
    assert isinstance(mark, Said)
    assert mark.words == "vm fri"
    assert mark.whole is (title == "vm fri")


def test_words_on_the_outcome_line_come_first(desk: Desk) -> None:
    desk.edit(entry(), "OUTCOME:", "OUTCOME: spoke\\, call 3 dec 2pm")
    (mark,) = desk.look()[0]
    assert isinstance(mark, Said)
    assert mark.words == "spoke, call 3 dec 2pm"


def test_deleted_then_restored(desk: Desk) -> None:
    text = desk.text(entry())
    desk.store.remove(f"{entry().uid}.ics")
    assert desk.look()[0] == (Deleted(entry().mark),)
    desk.store.put(f"{entry().uid}.ics", text)
    assert Restored(entry().mark) in desk.look()[0]


def test_notes_survive_an_update_of_our_words(desk: Desk) -> None:
    seen = desk.seen(entry())
    desk.calendar.update(replace(entry(), description=seen.description + "asks about oak\nhas a dog"), seen)
    assert desk.look()[0] == ()
    desk.sync(replace(entry(), title="OVERDUE Call Dana 1"))
    after = desk.seen(entry())
    assert after.title == "OVERDUE Call Dana 1"
    assert "asks about oak\nhas a dog" in after.description


def test_lines_written_into_our_text_end_up_among_the_notes(desk: Desk) -> None:
    desk.edit(entry(), "SAY hello", "SAY hello\\nher sister is Ann")
    desk.sync(entry())
    desk.sync(replace(entry(), title="OVERDUE Call Dana 1"))
    assert desk.seen(entry()).description.rstrip().endswith("her sister is Ann")
    assert desk.seen(entry()).description.count("her sister is Ann") == 1


def test_a_title_of_the_persons_own_stays(desk: Desk) -> None:
    mine = "Dana, the one with the yellow house at the lake, ask for her mother"
    desk.edit(entry(), "SUMMARY:Call Dana 1 - promised Fri", f"SUMMARY:{mine}")
    desk.sync(replace(entry(), description=entry().description.replace("hello", "good day")))
    assert desk.seen(entry()).title == mine
    assert "good day" in desk.seen(entry()).description


@pytest.mark.parametrize(("old", "new"), [("SUMMARY:Call", "SUMMARY:hm? Call"), ("OUTCOME:", "OUTCOME: hm?")])
def test_words_not_understood_stay_and_the_description_says_so_once(desk: Desk, old: str, new: str) -> None:
    desk.edit(entry(), old, new)
    assert len(desk.sync(entry())) == 1
    assert desk.sync(entry()) == []
    seen = desk.seen(entry())
    assert seen.description.count('NOT UNDERSTOOD: "hm?"') == 1
    assert "hm? Call Dana" in seen.title or "OUTCOME: hm?" in seen.description


def test_p2_an_etag_that_changes_on_its_own_is_no_mark_and_no_write(desk: Desk) -> None:
    desk.store.put(f"{entry().uid}.ics", desk.text(entry()))
    assert desk.look()[0] == ()
    assert desk.sync(entry()) == []


def test_a_server_that_rewrites_white_space_did_not_edit(desk: Desk) -> None:
    seen = desk.seen(entry())
    restless = replace(seen, description=seen.description.replace("\n", " \r\n").rstrip(), title=f" {seen.title}")
    desk.calendar.update(_as_entry(restless), seen)
    assert desk.look()[0] == ()
    assert desk.sync(entry()) == []


class Bare(MemoryCalendar):
    """A calendar that names no etag: nothing but what an event says tells one state of it from another."""

    def get(self, uid: str) -> Seen | None:
        seen = super().get(uid)
        return None if seen is None else replace(seen, etag="")

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        current = super().get(entry.uid)
        assert current is not None
        return super().update(entry, replace(seen, etag=current.etag))


@pytest.mark.parametrize("etags", [True, False])
def test_g3_moved_while_we_were_writing_the_persons_time_wins(desk: Desk, etags: bool) -> None:
    if not etags:
        desk.calendar = Bare("callbacks", zone=CHICAGO, store=desk.store, clock=lambda: desk.clock)
        desk.rows[entry().uid] = replace(desk.rows[entry().uid], etag="")
    actions = desk.plan(replace(entry(), title="OVERDUE Call Dana 1"))
    desk.edit(entry(), "20261127T161000", "20261127T150000")
    desk.edit(entry(), "20261127T162000", "20261127T151000")
    (result,) = desk.apply(actions)
    assert result.again
    (mark,) = desk.look()[0]
    assert isinstance(mark, Moved)
    assert desk.titles() == ["Call Dana 1 - promised Fri"]


def _as_entry(seen: Seen) -> Entry:
    return replace(entry(), title=seen.title, description=seen.description)
