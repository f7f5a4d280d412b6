"""What months of work leave behind: the ledger forgets what is off the calendars, and nothing else grows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from calsync.daemon.compaction import KEEP_REMOVED, compact, compact_daily
from calsync.ledger import Status
from tests.e2e.rep import Rep, at
from tests.e2e.worlds import eyes, write

CONTACTS = "id,name,phone,region\nann,Ann,+1 312 555 0101,US-IL\nbob,Bob,+1 312 555 0102,US-IL\n"
MONDAY = "2026-10-26 18:00"
LATER = at(MONDAY) + KEEP_REMOVED + timedelta(days=1)


@pytest.fixture
def rep(tmp_path: Path) -> Iterator[Rep]:
    """Ann's event was taken off the calendar on Monday: she called. Bob's still stands."""
    rep = Rep(tmp_path, extra="[events]\nkeep_history = false\n", contacts=CONTACTS)
    rep.log("2026-10-26T10:00,ann,outbound,call,connected,in december,")
    rep.log("2026-10-26T10:05,bob,outbound,call,connected,in december,")
    rep.run("2026-10-26 12:00")
    rep.log("2026-10-26T17:00,ann,inbound,call,connected,,")
    rep.run(MONDAY)
    assert statuses(rep) == [Status.LIVE, Status.REMOVED]
    yield rep
    rep.close()


def statuses(rep: Rep) -> list[Status]:
    return sorted(row.status for row in rep.office.ledger.rows("callbacks").values())


def test_what_was_taken_off_is_forgotten_after_two_weeks_and_what_stands_is_not(rep: Rep) -> None:
    assert compact(rep.office, at(MONDAY) - timedelta(seconds=1)) == 0
    assert compact(rep.office, at(MONDAY) + timedelta(seconds=1)) == 1
    assert statuses(rep) == [Status.LIVE]
    branch = rep.office.branch(rep.office.settings.calendars[0])
    assert list(branch.rows) == list(branch.settled) == list(rep.office.ledger.rows("callbacks"))


def test_it_is_done_once_a_day(rep: Rep) -> None:
    assert compact_daily(rep.office, at(MONDAY)) == 0
    assert compact_daily(rep.office, LATER) == 1
    rep.office.ledger.put("callbacks", next(iter(rep.office.ledger.rows("callbacks").values())), at(MONDAY))
    assert compact_daily(rep.office, LATER + timedelta(hours=1)) == 0


def test_a_call_that_is_owed_again_comes_back_once(rep: Rep) -> None:
    """The row of the call that ended it is taken out of the log, weeks later."""
    compact(rep.office, LATER)
    rows = rep.log_file.read_text().splitlines(keepends=True)
    rep.log_file.write_text("".join(rows[:-1]))
    rep.run(LATER)
    assert len([title for title in rep.shown() if "Ann" in title]) == 1
    assert statuses(rep) == [Status.LIVE, Status.LIVE]
    assert rep.run(LATER + timedelta(minutes=1)).written == 0


def test_an_event_that_an_old_phone_brings_back_does_not_stay(rep: Rep, tmp_path: Path) -> None:
    folder = tmp_path / "calendar"
    rep.log("2026-10-26T18:30,ann,outbound,call,connected,in december,")
    rep.run("2026-10-26 19:00")
    kept = {path: path.read_bytes() for path in folder.glob("*.ics")}
    rep.log("2026-10-26T19:30,ann,inbound,call,connected,,")
    rep.run("2026-10-26 20:00")
    compact(rep.office, LATER)
    for path, text in kept.items():
        path.write_bytes(text)
    rep.run(LATER)
    assert [title for title in rep.shown() if "Ann" in title] == []


def test_where_a_person_moved_a_call_is_forgotten_with_it_and_a_deletion_is_not(rep: Rep) -> None:
    """What is deleted is not to come back, however long ago that was."""
    rep.log("2026-10-26T18:30,ann,outbound,call,connected,in december,")
    rep.run("2026-10-26 19:00")
    write(rep, "Ann", start=at("2026-12-30 15:00"), end=at("2026-12-30 15:15"))
    eyes(rep).delete(rep.event("Bob"))
    rep.run("2026-10-26 19:30")
    rep.log("2026-10-26T19:40,ann,inbound,call,connected,,")
    rep.run("2026-10-26 20:00")
    assert sorted(one.kind for one in rep.office.ledger.decisions()) == ["moved", "waived"]
    assert compact(rep.office, LATER) == 2
    assert [one.kind for one in rep.office.ledger.decisions()] == ["waived"]
    assert statuses(rep) == [Status.DISMISSED]
    rep.run(LATER)
    assert rep.shown() == []


def test_it_gives_the_space_of_the_logs_back(rep: Rep) -> None:
    folder = rep.office.settings.state_path.parent
    logs = list(folder.glob("*-wal"))
    assert len(logs) == 2
    assert all(path.stat().st_size for path in logs)
    compact(rep.office, LATER)
    assert [path.stat().st_size for path in logs] == [0, 0]


@pytest.mark.slow
def test_a_month_of_work_leaves_no_more_than_a_fortnight(tmp_path: Path) -> None:
    """Eight calls a day, and three things done in the calendar: the second half of the month adds nothing."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.month", "--days", "31"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    days = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(days) == 31
    # Both are Tuesdays, and by the first one two weeks are behind us.
    middle, end = days[16], days[30]
    assert end["files"] == middle["files"]
    # What a person deleted is not to come back: that is remembered, in a few hundred bytes each.
    deleted = end["deleted"] - middle["deleted"]
    assert end["rows"] - middle["rows"] == deleted == 10
    assert end["ledger"] <= middle["ledger"] + deleted * 1024 + 4096
    assert end["cache"] <= middle["cache"] + 8192
    assert end["rss_kb"] <= middle["rss_kb"] + 1024
