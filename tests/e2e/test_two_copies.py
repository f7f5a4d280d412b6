"""Two copies of calsync on two machines on one calendar by mistake: noticed, said, nothing doubled, no ping-pong."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from calsync.sync.report import Report
from calsync.upkeep import ours, purge
from tests.e2e.rep import Rep
from tests.e2e.worlds import KINDS, World, world
from tests.servers.running import PASSWORD

CONTACTS = (
    "id,name,phone,region\nann,Ann Archer,+1 312 555 0101,US-IL\nbob,Bob Baker,+1 312 555 0102,US-IL\n"
    "cat,Cat Carver,+1 312 555 0103,US-IL\n"
)
CALLS = (
    "2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,",
    "2026-10-26T10:10,bob,inbound,call,connected,,",
)
ANOTHER = "2026-10-27T10:00,cat,outbound,call,left_voicemail,by Friday,"

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module", params=KINDS)
def calendar(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(request.param, tmp_path_factory.mktemp(request.param)) as ready:
        yield ready


@pytest.fixture
def office(calendar: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rep]:
    """The rep's own machine, on which all is well."""
    monkeypatch.setenv("CALSYNC_TEST_PASSWORD", PASSWORD)
    calendar.empty()
    rep = Rep(tmp_path / "office", calendar.table, contacts=CONTACTS)
    rep.log(*CALLS)
    rep.evening("2026-10-26 18:30")
    yield rep
    rep.close()


@pytest.fixture
def laptop(office: Rep, calendar: World, tmp_path: Path) -> Iterator[Rep]:
    """The same files on a second machine; one contact has another name there, so that the two want other words."""
    rep = Rep(tmp_path / "laptop", calendar.table, contacts=CONTACTS.replace("Ann Archer", "Ann Abbot"))
    rep.log(*CALLS)
    yield rep
    rep.close()


def states(report: Report) -> list[tuple[str, bool]]:
    return [(one.state, "another calsync writes" in one.reason) for one in report.calendars]


def test_noticed_said_and_nothing_doubled(office: Rep, laptop: Rep) -> None:
    laptop.run("2026-10-26 19:00")
    assert laptop.shown() == ["Ann Fri 30 Oct"]
    report = office.run("2026-10-26 19:10")
    assert states(report) == [("refused", True)]
    assert "Mon 26 Oct at 19:00" in report.refused[0]
    assert (report.written, report.exit_code) == (0, 1)
    assert office.shown() == ["Ann Fri 30 Oct"]


def test_who_was_there_first_writes_nothing_more_so_there_is_no_ping_pong(office: Rep, laptop: Rep) -> None:
    written = []
    for minute in range(10, 50, 10):
        laptop.run(f"2026-10-26 19:{minute}")
        written.append(office.run(f"2026-10-26 19:{minute + 5}").written)
    assert written == [0, 0, 0, 0]
    before = [one.etag for one in laptop.events()]
    assert laptop.run("2026-10-26 20:00").written == 0
    assert [one.etag for one in laptop.events()] == before


def test_confirmed_it_takes_over_and_the_other_stops(office: Rep, laptop: Rep) -> None:
    laptop.run("2026-10-26 19:00")
    office.run("2026-10-26 19:10")
    confirmed = office.run("2026-10-26 19:11", confirm=True)
    assert states(confirmed) == [("ok", False)]
    assert "Archer" in office.event("Ann").title
    assert states(laptop.run("2026-10-26 19:20")) == [("refused", True)]
    assert office.run("2026-10-26 19:30").written == 0


@pytest.mark.parametrize("later", ["2026-10-26 19:11", "2026-10-27 19:30"])
def test_what_the_other_one_removed_was_deleted_by_nobody(office: Rep, laptop: Rep, later: str) -> None:
    """The laptop knows of a call that came; here it is owed, and no promise falls off for what another did."""
    owed = "2026-10-26T10:20,cat,outbound,call,left_voicemail,by Friday,"
    office.log(owed)
    office.run("2026-10-26 18:40")
    laptop.log(owed)
    laptop.run("2026-10-26 19:00")
    laptop.log("2026-10-26T19:01,cat,inbound,call,connected,,")
    laptop.run("2026-10-26 19:02")
    assert office.shown() == ["Ann Fri 30 Oct"]
    assert states(office.run("2026-10-26 19:10")) == [("refused", True)]
    taken = office.run(later, confirm=later.startswith("2026-10-26"))
    assert "waive" not in [one.action for one in taken.actions]
    assert office.shown() == ["Ann Fri 30 Oct", "Cat Fri 30 Oct"]
    assert office.run(later).written == 0


def test_the_other_one_fell_silent_and_the_work_goes_on(office: Rep, laptop: Rep) -> None:
    laptop.run("2026-10-26 19:00")
    office.log(ANOTHER)
    assert states(office.run("2026-10-27 18:00")) == [("refused", True)]
    assert states(office.run("2026-10-27 19:30")) == [("ok", False)]
    assert "Cat Fri 30 Oct" in office.shown()


def test_a_dry_run_says_it_too(office: Rep, laptop: Rep) -> None:
    laptop.run("2026-10-26 19:00")
    assert [one.action for one in office.run("2026-10-26 19:10", dry_run=True).actions] == ["refuse"]


def test_a_ledger_that_was_lost_takes_over_what_it_finds(office: Rep) -> None:
    office.close()
    shutil.rmtree(office.folder / "state")
    assert states(office.run("2026-10-26 19:00")) == [("ok", False)]
    assert states(office.run("2026-10-26 19:10")) == [("ok", False)]
    assert office.shown() == ["Ann Fri 30 Oct"]


def test_a_ledger_put_back_from_a_backup_is_the_same_writer(office: Rep) -> None:
    office.close()
    shutil.copytree(office.folder / "state", office.folder / "old")
    office.log(ANOTHER)
    office.run("2026-10-27 10:30")
    office.close()
    shutil.rmtree(office.folder / "state")
    shutil.copytree(office.folder / "old", office.folder / "state")
    assert states(office.run("2026-10-27 11:00")) == [("ok", False)]
    assert office.shown() == ["Ann Fri 30 Oct", "Cat Fri 30 Oct"]


def test_two_reps_on_one_calendar_are_two_reps(office: Rep, laptop: Rep) -> None:
    text = laptop.configuration.read_text().replace("Tasha Lane", "Lee Park")
    laptop.configuration.write_text(text)
    assert states(laptop.run("2026-10-26 19:00")) == [("ok", False)]
    assert states(office.run("2026-10-26 19:10")) == [("ok", False)]
    assert len(office.shown()) == 2
    assert ours(laptop.office) == {"callbacks": 1}
    purge(laptop.office)
    assert len(office.shown()) == 1


def test_a_ledger_that_came_back_from_a_backup_on_a_new_machine_takes_over(office: Rep) -> None:
    """What an earlier self wrote before this machine began is no other calsync at work."""
    office.close()
    shutil.copytree(office.folder / "state", office.folder / "old")
    (office.folder / "contacts.csv").write_text(CONTACTS.replace("Ann Archer", "Ann Abbot"))
    office.run("2026-10-27 10:30")
    office.close()
    shutil.rmtree(office.folder / "state")
    shutil.copytree(office.folder / "old", office.folder / "state")
    elsewhere(office)
    assert states(office.run("2026-10-27 11:00")) == [("ok", False)]
    assert office.shown() == ["Ann Fri 30 Oct"]
    assert office.run("2026-10-27 11:10").written == 0


def test_a_machine_that_is_another_at_each_start_is_no_other_calsync(office: Rep) -> None:
    """A container is given a new id whenever it starts."""
    for hour in range(10, 14):
        office.close()
        elsewhere(office)
        office.log(f"2026-10-27T{hour}:00,ann,outbound,call,no_answer,,")
        assert states(office.run(f"2026-10-27 {hour}:30")) == [("ok", False)]
        assert states(office.run(f"2026-10-27 {hour}:40")) == [("ok", False)]


def test_a_clock_that_was_set_back_is_no_other_calsync(office: Rep) -> None:
    office.run("2026-10-28 10:00")
    office.log(ANOTHER)
    for when in ("2026-10-27 10:30", "2026-10-27 10:40", "2026-10-26 19:00", "2026-10-28 11:00"):
        assert states(office.run(when)) == [("ok", False)]


def elsewhere(rep: Rep) -> None:
    """The ledger finds itself on another machine."""
    with closing(sqlite3.connect(rep.folder / "state" / "ledger.db", isolation_level=None)) as ledger:
        ((writer,),) = ledger.execute("SELECT value FROM setting WHERE key = 'writer'")
        one, _, *rest = writer.split(" ")
        ledger.execute("UPDATE setting SET value = ? WHERE key = 'writer'", (" ".join([one, "000000000000", *rest]),))
