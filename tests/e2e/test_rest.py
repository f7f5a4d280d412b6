"""A run that finds nothing new rests; what time, a skipped calendar or a failed write left to do is not forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from calsync.calendars.base import Seen
from calsync.errors import Unreachable
from calsync.run import run_once
from tests.e2e.rep import FOLDER, Rep, at
from tests.e2e.worlds import eyes, write

CONTACTS = "id,name,phone,region\nann,Ann Archer,+1 312 555 0101,US-IL\nbob,Bob Baker,+1 312 555 0102,US-IL\n"
SECOND = FOLDER.replace('"callbacks"', '"second"').replace('"calendar"', '"other"')


@pytest.fixture
def rep(tmp_path: Path) -> Iterator[Rep]:
    rep = Rep(tmp_path / "rep", FOLDER + SECOND, contacts=CONTACTS)
    rep.log("2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,")
    yield rep
    rep.close()


def files(rep: Rep, folder: str) -> int:
    return len(list((rep.folder / folder).glob("*.ics")))


def test_an_attempt_a_little_in_the_future_counts_once_its_time_has_come(rep: Rep) -> None:
    rep.log("2026-10-26T11:20,bob,outbound,call,left_voicemail,by Friday,")
    rep.evening("2026-10-26 11:00")
    assert rep.shown() == ["Ann Fri 30 Oct"]
    rep.run("2026-10-26 11:21")
    assert rep.shown() == ["Ann Fri 30 Oct", "Bob Fri 30 Oct"]


def test_a_calendar_that_was_left_alone_gets_what_it_missed(rep: Rep) -> None:
    rep.evening("2026-10-26 11:00")
    rep.log("2026-10-26T11:20,bob,outbound,call,left_voicemail,by Friday,")
    for minute in (30, 31):
        run_once(rep.office, at(f"2026-10-26 11:{minute}"), skip=frozenset({"second"}))
    assert (files(rep, "calendar"), files(rep, "other")) == (2, 1)
    rep.run("2026-10-26 11:32")
    assert (files(rep, "calendar"), files(rep, "other")) == (2, 2)


def test_moved_in_one_calendar_the_other_follows(rep: Rep) -> None:
    rep.evening("2026-10-26 11:00")
    write(rep, "Ann", start=at("2026-10-29 14:00"), end=at("2026-10-29 14:20"))
    rep.evening("2026-10-26 11:10")
    second = rep.office.branch(rep.office.settings.calendars[1]).calendar.changes(None).seen
    assert [(one.start, one.end) for one in second] == [(at("2026-10-29 14:00"), at("2026-10-29 14:20"))]


def test_deleted_in_one_calendar_it_leaves_the_other(rep: Rep) -> None:
    rep.evening("2026-10-26 11:00")
    eyes(rep).delete(rep.event("Ann"))
    rep.evening("2026-10-26 11:10")
    assert (files(rep, "calendar"), files(rep, "other")) == (0, 0)


def test_a_write_that_failed_before_it_left_is_done_in_the_next_run(rep: Rep, monkeypatch: pytest.MonkeyPatch) -> None:
    rep.evening("2026-10-26 11:00")
    write(rep, "Ann", start=at("2026-10-29 14:00"), end=at("2026-10-29 14:20"))
    second = rep.office.branch(rep.office.settings.calendars[1])

    def cut(_uid: str) -> Seen | None:
        raise Unreachable

    with monkeypatch.context() as patched:
        patched.setattr(rep.office.cache, "seen", lambda *_: None)
        patched.setattr(second.calendar, "get", cut)
        assert rep.run("2026-10-26 11:10").exit_code == 3
    rep.run("2026-10-26 11:11")
    (seen,) = second.calendar.changes(None).seen
    assert seen.start == at("2026-10-29 14:00")
