"""Busy times: callbacks keep clear of what stands in the rep's other calendars, and of nothing else there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e.rep import FOLDER, Rep, at

CONTACTS = "id,name,phone,region\nann,Ann Archer,+1 312 555 0101,US-IL\nbob,Bob Baker,+1 312 555 0102,US-IL\n"
MAIN = '[[calendars]]\nname = "main"\ntype = "folder"\npath = "main"\nbusy = true\n'
FRIDAY = "20261030"


def write(folder: Path, name: str, start: str, end: str, *more: str) -> None:
    """An event of the rep's own, Chicago time."""
    folder.mkdir(exist_ok=True)
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", "BEGIN:VEVENT", f"UID:{name}@example.com",
        "DTSTAMP:20261001T000000Z", f"SUMMARY:{name}", f"DTSTART{start}", f"DTEND{end}", *more, "END:VEVENT",
        "END:VCALENDAR", "",
    )  # fmt: skip
    (folder / f"{name}.ics").write_bytes("\r\n".join(lines).encode())


def clock(hour: int) -> str:
    """That hour of Friday, as UTC: Chicago is on daylight time until Sunday."""
    return f":{FRIDAY}T{hour + 5:02}0000Z"


@pytest.fixture
def rep(tmp_path: Path) -> Iterator[Rep]:
    rep = Rep(tmp_path / "rep", FOLDER, extra=MAIN, contacts=CONTACTS)
    rep.log("2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,")
    yield rep
    rep.close()


def called(rep: Rep) -> datetime:
    start = rep.event("Ann").start
    assert isinstance(start, datetime)
    return start.astimezone(at("2026-10-30 12:00").tzinfo)


def test_a_callback_keeps_clear_of_a_meeting_and_the_calendar_is_only_read(rep: Rep) -> None:
    write(rep.folder / "main", "meeting", clock(14), clock(18))
    rep.evening("2026-10-26 18:00")
    assert called(rep).hour < 14
    assert "allowed until" in rep.event("Ann").description
    assert sorted(path.name for path in (rep.folder / "main").iterdir()) == ["meeting.ics"]


@pytest.mark.parametrize("more", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_what_was_called_off_or_is_shown_as_free_keeps_nobody_away(rep: Rep, more: str) -> None:
    rep.evening("2026-10-26 18:00")
    before = called(rep)
    write(rep.folder / "main", "not really", clock(9), clock(18), more)
    report = rep.run("2026-10-26 19:00")
    assert (report.written, called(rep)) == (0, before)


def test_a_meeting_that_comes_in_between_moves_the_call_and_nothing_else(rep: Rep) -> None:
    rep.log("2026-10-26T10:10,bob,outbound,call,left_voicemail,on Wednesday,")
    rep.evening("2026-10-26 18:00")
    bob, before = rep.event("Bob").start, called(rep)
    write(rep.folder / "main", "meeting", clock(before.hour), clock(before.hour + 1))
    rep.evening("2026-10-26 19:00")
    assert called(rep).date() == before.date()
    assert called(rep).hour != before.hour
    assert rep.event("Bob").start == bob


def test_a_day_that_is_full_is_kept_the_day_before_and_the_event_says_why(rep: Rep) -> None:
    write(rep.folder / "main", "trip", f";VALUE=DATE:{FRIDAY}", ";VALUE=DATE:20261031")
    rep.evening("2026-10-26 18:00")
    assert f"{called(rep):%a}" == "Thu"
    assert "you are busy all of Fri 30 Oct" in " ".join(rep.event("Ann").description.split())


def test_our_own_events_keep_nobody_away_where_one_calendar_has_both(tmp_path: Path) -> None:
    """The only calendar is read and written; an appointment of ours is busy there and must not push itself away."""
    rep = Rep(tmp_path / "rep", FOLDER + "busy = true\n", contacts=CONTACTS)
    rep.log("2026-10-26T10:00,ann,outbound,call,connected,Friday at 3pm,")
    write(rep.folder / "calendar", "meeting", clock(15), clock(17))
    rep.evening("2026-10-26 18:00")
    assert f"{called(rep):%a %H:%M}" == "Fri 15:00"
    rep.evening("2026-10-27 18:00")
    assert f"{called(rep):%a %H:%M}" == "Fri 15:00"
    rep.close()


def test_a_busy_calendar_that_cannot_be_read_is_said_and_stops_nobody(rep: Rep) -> None:
    (rep.folder / "main").write_text("a file where a folder should be", encoding="utf-8")
    report = rep.run("2026-10-26 18:00")
    assert f"{called(rep):%a}" == "Fri"
    assert report.written > 0
    assert {one.name: one.state for one in report.calendars} == {"callbacks": "ok", "main": "unreachable"}
    (rep.folder / "main").unlink()
    (rep.folder / "main").mkdir()
    mended = rep.run("2026-10-26 18:05")
    assert {one.name: one.state for one in mended.calendars} == {"callbacks": "ok", "main": "ok"}


def test_until_a_busy_calendar_answers_again_the_rep_is_as_busy_as_it_said_last(rep: Rep) -> None:
    write(rep.folder / "main", "meeting", clock(14), clock(18))
    rep.evening("2026-10-26 18:00")
    (rep.folder / "main" / "meeting.ics").unlink()
    (rep.folder / "main").rmdir()
    (rep.folder / "main").write_text("a file where a folder should be", encoding="utf-8")
    rep.log("2026-10-26T10:10,bob,outbound,call,left_voicemail,by Friday,")
    report = rep.run("2026-10-26 18:05")
    assert "unreachable" in {one.state for one in report.calendars}
    bob = rep.event("Bob").start
    assert isinstance(bob, datetime)
    assert bob.astimezone(at("2026-10-30 12:00").tzinfo).hour < 14
