"""Never believe an empty answer (G6): a calendar or source that lost much deletes nothing, until a person confirms."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from calsync.errors import SourceError
from calsync.sync.guards import remedy
from tests.e2e.rep import Rep

NAMES = ("Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal")
CONTACTS = "id,name,phone,region\n" + "".join(
    f"{name.lower()},{name} Archer,+1 312 555 010{digit},US-IL\n" for digit, name in enumerate(NAMES)
)
MORNING, LATER = "2026-10-26 18:30", "2026-10-26 18:40"


@pytest.fixture
def rep(tmp_path: Path) -> Iterator[Rep]:
    rep = Rep(tmp_path / "rep", contacts=CONTACTS)
    rep.log(*(f"2026-10-26T10:0{n},{name.lower()},outbound,call,connected,by Friday," for n, name in enumerate(NAMES)))
    rep.run(MORNING)
    assert len(rep.shown()) == 8
    yield rep
    rep.close()


def events(rep: Rep) -> list[Path]:
    return sorted((rep.folder / "calendar").glob("*.ics"))


def test_p11_a_calendar_that_lost_most_is_refused_with_the_counts_and_can_be_confirmed(rep: Rep) -> None:
    for event in events(rep)[:6]:
        event.unlink()
    report = rep.run(LATER)
    assert report.exit_code == 1
    assert "6 of 8 callbacks are gone" in report.refused[0]
    assert report.calendars[0].state == "refused"
    assert report.written == 0
    assert len(events(rep)) == 2
    confirmed = rep.run(LATER, confirm=True)
    assert [one.action for one in confirmed.actions].count("waive") == 6
    assert len(rep.shown()) == 2


def test_what_was_only_away_comes_back_and_nothing_happened(rep: Rep, tmp_path: Path) -> None:
    shutil.move(rep.folder / "calendar", tmp_path / "unplugged")
    report = rep.run(LATER)
    assert report.written == 0
    assert report.calendars[0].state in ("unreachable", "refused")
    shutil.move(tmp_path / "unplugged", rep.folder / "calendar")
    assert rep.run("2026-10-26 18:50").written == 0
    assert len(rep.shown()) == 8


def test_two_events_deleted_by_hand_are_believed(rep: Rep) -> None:
    for event in events(rep)[:2]:
        event.unlink()
    report = rep.run(LATER)
    assert [one.action for one in report.actions] == ["waive", "waive"]
    assert report.refused == ()
    assert len(rep.shown()) == 6


def test_a_log_that_was_truncated_deletes_nothing_until_confirmed(rep: Rep) -> None:
    head = rep.log_file.read_text().splitlines(keepends=True)[0]
    rep.log_file.write_text(head)
    report = rep.run(LATER)
    assert "8 rows and now has 0" in report.refused[0]
    assert len(rep.shown()) == 8
    rep.run(LATER, confirm=True)
    assert rep.shown() == []


def test_a_log_that_vanished_deletes_nothing(rep: Rep) -> None:
    rep.log_file.unlink()
    report = rep.run(LATER)
    assert report.refused
    assert report.exit_code == 1
    assert len(rep.shown()) == 8


def test_a_log_that_was_never_there_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    rep = Rep(tmp_path / "rep", contacts=CONTACTS)
    rep.log_file.unlink()
    with pytest.raises(SourceError) as caught:
        rep.run(MORNING)
    assert caught.value.exit_code == 2
    assert "attempts.csv" in caught.value.message
    rep.close()


def test_a_calendar_pointed_elsewhere_is_not_taken_for_emptied(rep: Rep) -> None:
    rep.close()
    rep.configuration.write_text(rep.configuration.read_text().replace('path = "calendar"', 'path = "other"'))
    report = rep.run(LATER)
    assert "8 callbacks stand in the old one" in report.refused[0]
    assert len(events(rep)) == 8
    rep.run(LATER, confirm=True)
    assert len(list((rep.folder / "other").glob("*.ics"))) == 8
    assert len(events(rep)) == 8


def test_a_mass_edit_by_ledger_loss_is_adopted(rep: Rep) -> None:
    rep.close()
    shutil.rmtree(rep.folder / "state")
    report = rep.run(LATER)
    assert {one.action for one in report.actions} == {"adopt", "update"}
    assert len(events(rep)) == 8
    assert rep.run("2026-10-26 18:50").written == 0


def test_a_log_that_vanished_between_two_processes_deletes_nothing_either(rep: Rep) -> None:
    rep.close()
    rep.log_file.unlink()
    report = rep.run(LATER)
    assert report.refused == ("attempts.csv was there and has vanished: nothing was changed on the calendar",)
    assert report.exit_code == 1
    assert remedy(report.refused[0]).startswith("put the file back")
    assert rep.run(LATER, confirm=True).refused == report.refused
    assert len(rep.shown()) == 8


def test_a_log_that_is_only_tidied_up_is_believed(rep: Rep) -> None:
    calls = [f"2026-10-27T10:0{n},{name.lower()},outbound,call,not_interested,," for n, name in enumerate(NAMES)]
    rep.log(*calls, "2026-10-27T11:00,ann,outbound,call,connected,in 2 weeks,")
    rep.run("2026-10-27 18:30")
    owed = rep.shown()
    head, *rows = rep.log_file.read_text().splitlines(keepends=True)
    rep.log_file.write_text(head + "".join(rows[-1:]))
    report = rep.run("2026-10-27 18:40")
    assert report.refused == ()
    assert rep.shown() == owed


def test_a_yes_overrules_what_was_refused_and_nothing_else(rep: Rep) -> None:
    for event in events(rep)[:6]:
        event.unlink()
    report = rep.run(LATER, confirm=True)
    assert "6 of 8 callbacks are gone" in report.refused[0]
    for event in events(rep):
        event.unlink()
    report = rep.run(LATER, confirm=True)
    assert "8 of 8 callbacks are gone" in report.refused[0]
    assert rep.run(LATER, confirm=True).refused == ()


def test_a_yes_does_not_keep_for_later(rep: Rep) -> None:
    kept = {event: event.read_text() for event in events(rep)[:6]}
    for event in kept:
        event.unlink()
    assert rep.run(LATER).refused
    for event, text in kept.items():
        event.write_text(text)
    assert not rep.run("2026-10-26 18:50").refused
    for event in kept:
        event.unlink()
    assert rep.run("2026-10-26 18:55", confirm=True).refused


def test_a_log_that_lost_who_must_not_be_called_is_not_only_tidied_up(rep: Rep) -> None:
    calls = [f"2026-10-27T10:0{n},{name.lower()},outbound,call,not_interested,," for n, name in enumerate(NAMES)]
    rep.log(*calls, "2026-10-27T11:00,hal,inbound,call,do_not_call,,", "2026-10-27T12:00,ann,outbound,call,,monday,")
    rep.run("2026-10-27 18:30")
    head, *rows = rep.log_file.read_text().splitlines(keepends=True)
    rep.log_file.write_text(head + rows[-1])
    assert "now has 1" in rep.run("2026-10-27 18:40").refused[0]
