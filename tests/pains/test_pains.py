"""What users of calendar sync tools suffer, each pain a test: the table is docs/explanation/pains.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calsync import config
from calsync.calendars.base import Changes, Receipt, Seen
from calsync.errors import Refused, Unreachable
from calsync.model import Entry
from calsync.office import Office
from calsync.run import run_once
from calsync.sync.report import Report
from calsync.upkeep import verify
from tests.e2e.rep import FOLDER, HEAD, at
from tests.e2e.worlds import as_entry
from tests.machine.faults import NOTHING, Hostile, backup, restore
from tests.machine.places import Place

NAMES = ("ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal")
CONTACTS = "id,name,phone,region\n" + "".join(
    f"{name},{name.title()} Archer,+1 312 555 010{digit},US-IL\n" for digit, name in enumerate(NAMES)
)
LOG = "at,contact,direction,channel,outcome,promise,note\n" + "".join(
    f"2026-10-26T10:0{digit},{name},outbound,call,connected,in 2 weeks,\n" for digit, name in enumerate(NAMES)
)
START = at("2026-10-26 18:30")


class Bad(Hostile):
    """A calendar that lies, refuses and goes away on demand, and counts what it is asked."""

    def __init__(self, store: Place, clock: Callable[[], datetime]) -> None:
        super().__init__(store, store.calendar("callbacks", clock))
        self.polls = 0
        self.writes: list[str] = []
        self.lies: list[Changes] = []
        self.down = False
        self.refuses = ""
        self.asks_to_wait: float | None = None

    def changes(self, token: str | None, known: Mapping[str, str] = NOTHING) -> Changes:
        self.polls += 1
        if self.down:
            raise Unreachable
        return self.lies.pop() if self.lies else super().changes(token, known)

    def create(self, entry: Entry) -> Receipt:
        self.writes.append(f"create {entry.uid}")
        if self.refuses and self.refuses in entry.title:
            raise Refused("no", retry_after=self.asks_to_wait)
        return super().create(entry)

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        self.writes.append(f"update {entry.uid}")
        return super().update(entry, seen)

    def delete(self, seen: Seen) -> None:
        self.writes.append(f"delete {seen.uid}")
        if self.refuses and self.refuses in seen.title:
            raise Refused("no")
        super().delete(seen)


class Desk:
    """A rep's files, one calendar and an office that stays open."""

    def __init__(self, folder: Path, log: str = LOG, extra: str = "") -> None:
        self.folder, self.now, self.store = folder, START, Place()
        (folder / "calsync.toml").write_text(HEAD + FOLDER + extra)
        (folder / "contacts.csv").write_text(CONTACTS)
        (folder / "attempts.csv").write_text(log)
        self.calendar = Bad(self.store, lambda: self.now)
        self.office = Office(config.load(folder / "calsync.toml"), opener=lambda spec, *, zone: self.opened(spec.name))

    def opened(self, name: str) -> Bad:
        return self.calendar

    def run(self, later: timedelta = timedelta(minutes=1), **options: bool) -> Report:
        self.now += later
        return run_once(self.office, self.now, **options)  # type: ignore[arg-type]  # the flags of run_once, by name

    def events(self) -> list[Seen]:
        eyes = self.store.calendar("eyes", lambda: self.now)
        return [one for one in eyes.changes(None).seen if not one.mark.startswith("notice-")]

    def call(self, name: str) -> Seen:
        """The one live call to whoever is named so."""
        (found,) = [one for one in self.events() if name in one.title and not one.title.startswith("✓")]
        return found

    def edit(self, seen: Seen, **changes: object) -> None:
        eyes = self.store.calendar("eyes", lambda: self.now)
        eyes.update(replace(as_entry(seen), **changes), seen)  # type: ignore[arg-type]  # fields of an Entry, by name


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    assert desk.run().exit_code == 0
    assert len(desk.events()) == 8
    desk.calendar.writes.clear()
    yield desk
    desk.office.close()


@pytest.mark.parametrize("full", [True, False])
def test_p1_an_answer_that_lies_doubles_and_deletes_nothing(desk: Desk, full: bool) -> None:
    hrefs = tuple(desk.store.items)
    desk.calendar.lies = [Changes((), () if full else hrefs, "0.memory:8", full)]
    lied = desk.run()
    assert "8 of 8 callbacks are gone" in lied.refused[0]
    assert (lied.written, desk.calendar.writes) == (0, [])
    assert desk.run().exit_code == 0
    assert (len(desk.events()), desk.calendar.writes) == (8, [])


def test_p2_a_quiet_week_writes_nothing(desk: Desk) -> None:
    for _ in range(7 * 24):
        desk.run(timedelta(minutes=59, seconds=47))
    assert desk.calendar.writes == []


def test_p2_a_restart_at_another_minute_writes_nothing(desk: Desk) -> None:
    for minutes in (7, 61, 733):
        desk.office.close()
        desk.office = Office(desk.office.settings, opener=lambda spec, *, zone: desk.calendar)
        assert desk.run(timedelta(minutes=minutes)).written == 0


def test_p3_what_a_person_deleted_is_never_written_again(desk: Desk) -> None:
    gone = desk.events()[0]
    desk.store.remove(gone.href)
    for days in (0, 1, 10, 20):
        desk.run(timedelta(days=days, minutes=1))
        assert gone.mark not in [one.mark for one in desk.events()]


def test_p4_a_condition_that_failed_is_looked_at_and_not_repeated(desk: Desk) -> None:
    seen = desk.events()[0]
    moved = START + timedelta(days=3, hours=-3)
    desk.calendar.meanwhile = lambda: desk.edit(seen, start=moved, end=moved + timedelta(minutes=10))
    desk.calendar.armed["somebody writes in between"] = 0
    (desk.folder / "contacts.csv").write_text(CONTACTS.replace("Archer", "Abbot"))
    assert desk.run().exit_code == 0
    (after,) = [one for one in desk.events() if one.mark == seen.mark]
    assert (after.start, "Abbot" in after.title) == (moved, True)
    assert len([write for write in desk.calendar.writes if seen.uid in write]) <= 2


def test_p5_a_token_that_died_costs_a_listing_and_no_write(desk: Desk) -> None:
    desk.calendar.armed["token forgotten"] = 0
    report = desk.run()
    assert (report.exit_code, report.written, desk.calendar.writes) == (0, 0, [])


def test_p5_what_happened_while_the_token_died_is_noticed(desk: Desk) -> None:
    seen = desk.events()[0]
    moved = START + timedelta(days=3, hours=-3)
    desk.now += timedelta(hours=1)
    desk.edit(seen, start=moved, end=moved + timedelta(minutes=10))
    desk.calendar.armed["token forgotten"] = 0
    assert [one.action for one in desk.run().actions][:1] == ["move"]


def test_p8_one_bad_event_and_one_bad_row_stop_nobody_else(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LOG + "never,bob,outbound,call,connected,by Friday,\n")
    desk.calendar.refuses = "Cat"
    report = desk.run()
    assert len(desk.events()) == 7
    assert {one.error for one in report.actions if one.error} == {"no"}
    (problem,) = report.problems
    assert (problem.file, problem.line) == ("attempts.csv", 10)
    desk.calendar.refuses = ""
    desk.run()
    assert len(desk.events()) == 8
    desk.office.close()


def test_p6_a_usage_limit_is_kept_in_mind_by_the_next_process_as_well(desk: Desk) -> None:
    (desk.folder / "contacts.csv").write_text(CONTACTS + "ida,Ida Archer,+1 312 555 0109,US-IL\n")
    (desk.folder / "attempts.csv").write_text(LOG + "2026-10-26T15:00,ida,outbound,call,connected,in 2 weeks,\n")
    desk.calendar.refuses, desk.calendar.asks_to_wait = "Ida", 6 * 3600.0
    assert desk.run().exit_code == 1
    desk.calendar.refuses = ""
    desk.calendar.writes.clear()
    for _ in range(2):
        desk.office.close()
        desk.office = Office(config.load(desk.folder / "calsync.toml"), opener=lambda spec, *, zone: desk.calendar)
        report = desk.run()
        assert (report.exit_code, report.calendars[0].reason) == (1, "no")
    assert desk.calendar.writes == []
    assert desk.run(timedelta(hours=6)).exit_code == 0
    assert len(desk.events()) == 9


def test_who_must_not_be_called_and_stays_on_the_calendar_is_no_success(desk: Desk) -> None:
    """G11: the calendar refuses the one delete that comes before all else; that the rest went well hides nothing."""
    desk.calendar.refuses = "Cat"
    (desk.folder / "attempts.csv").write_text(LOG + "2026-10-26T15:00,cat,inbound,call,do_not_call,,\n")
    report = desk.run()
    assert (report.exit_code, [one.state for one in report.calendars]) == (1, ["refused"])
    assert [one.error for one in report.actions if one.action == "delete"][:1] == ["no"]
    desk.calendar.refuses = ""
    assert desk.run().exit_code == 0
    assert len(desk.events()) == 7


def test_p9_a_problem_says_where_it_is_and_what_to_write(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LOG + "2026-10-26T11:00,nobody,outbound,call,connected,by Friday,\n")
    (problem,) = desk.run().problems
    assert (problem.file, problem.line, problem.column) == ("attempts.csv", 10, "contact")
    assert "nobody" in problem.message
    assert problem.hint
    desk.office.close()


def test_p12_a_calendar_that_is_only_read_is_never_written(tmp_path: Path) -> None:
    table = '[[busy]]\nname = "own"\ntype = "folder"\npath = "own"\n'
    others: dict[str, Bad] = {}
    desk = Desk(tmp_path, extra=table)
    others["own"] = Bad(Place(), lambda: desk.now)
    desk.office.close()
    opener: Callable[..., Bad] = lambda spec, *, zone: others.get(spec.name, desk.calendar)  # noqa: E731
    desk.office = Office(config.load(tmp_path / "calsync.toml"), opener=opener)
    assert desk.run().exit_code == 0
    assert len(desk.events()) == 8
    assert (others["own"].place.items, others["own"].writes, others["own"].polls) == ({}, [], 0)
    desk.office.close()


def test_p18_where_nothing_changed_one_poll_is_all(desk: Desk) -> None:
    before, plan = desk.calendar.polls, desk.run().plan
    assert desk.run().plan is plan
    assert (desk.calendar.polls - before, desk.office.reader.parsed, desk.calendar.writes) == (2, 0, [])


def test_p19_down_at_the_start_it_comes_up_by_itself(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.calendar.down = True
    for _ in range(3):
        report = desk.run()
        assert (report.exit_code, [one.state for one in report.calendars]) == (3, ["unreachable"])
    desk.calendar.down = False
    assert desk.run().exit_code == 0
    assert len(desk.events()) == 8
    desk.office.close()


def test_p20_what_the_ledger_takes_for_unchanged_is_compared_and_mended(desk: Desk) -> None:
    seen = desk.events()[0]
    etag, text = desk.store.items[seen.href]
    whole = text.replace("\r\n ", "")  # a line may be folded between any two letters
    assert "AFTER THE CALL" in whole
    desk.store.items[seen.href] = (etag, whole.replace("AFTER THE CALL", "AFTR TH CLL"))
    assert desk.run().written == 0  # same etag, same token: no poll could tell
    (checked,) = verify(desk.office, desk.now, repair=True)
    assert [one.mark for one in checked.findings] == [seen.mark]
    assert checked.repaired == 1
    assert "AFTER THE CALL" in desk.store.items[seen.href][1].replace("\r\n ", "")


def test_a_dead_token_is_no_backup_what_a_person_did_meanwhile_counts(desk: Desk) -> None:
    """The server still shows what was written at the same time or later, so it has lost nothing."""
    gone, moved = desk.events()[:2]
    desk.store.remove(gone.href)
    there = desk.store.items[moved.href][1]
    start = moved.start - timedelta(hours=1)
    desk.edit(moved, start=start, end=start + timedelta(minutes=10))
    # a program that leaves LAST-MODIFIED as it was
    stamp = re.search("LAST-MODIFIED.*", there)
    assert stamp is not None
    desk.store.put(moved.href, re.sub("LAST-MODIFIED.*", stamp[0], desk.store.items[moved.href][1]))
    desk.calendar.armed["token forgotten"] = 0
    assert sorted(one.action for one in desk.run().actions if one.action != "update") == ["move", "waive"]
    assert gone.uid not in {one.uid for one in desk.events()}
    assert start in {one.start for one in desk.events()}


def test_what_the_same_minute_wrote_after_a_backup_is_written_again(desk: Desk) -> None:
    """The clock may stand still between two runs; which of them wrote first is known all the same."""
    yesterday = backup(desk.store)
    (desk.folder / "attempts.csv").write_text(LOG + "2026-10-26T15:30,ann,outbound,call,connected,in 3 weeks,\n")
    desk.run(timedelta())
    before = {one.mark for one in desk.events()}
    restore(desk.store, yesterday)
    desk.calendar.armed["token forgotten"] = 0
    assert "waive" not in {one.action for one in desk.run(timedelta()).actions}
    assert {one.mark for one in desk.events()} == before


def test_a_server_that_comes_back_from_a_backup_is_written_again_notes_and_all(desk: Desk) -> None:
    yesterday = backup(desk.store)
    kept, new = desk.events()[0], "2026-10-27T10:00,ann,outbound,call,connected,in 3 weeks,\n"
    desk.now += timedelta(hours=20)
    moved = START + timedelta(days=4, hours=-3)
    desk.edit(kept, start=moved, end=moved + timedelta(minutes=10))
    (desk.folder / "attempts.csv").write_text(LOG + new)
    desk.run()
    fresh = next(one for one in desk.events() if one.uid not in {seen.split(".")[0] for seen in yesterday})
    desk.edit(fresh, description=f"{fresh.description.rstrip()}\nhas a dog, Rex\n")
    desk.run()
    before = {one.mark: (one.title, one.start, "Rex" in one.description) for one in desk.events()}
    restore(desk.store, yesterday)
    desk.calendar.armed["token forgotten"] = 0
    report = desk.run()
    assert {one.action for one in report.actions} <= {"create", "update", "delete"}
    live = {one.mark: (one.title, one.start, "Rex" in one.description) for one in desk.events()}
    assert live == before
    assert desk.run().written == 0
