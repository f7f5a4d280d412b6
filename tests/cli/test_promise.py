"""Before you promise: what speaks against the day, and the nearest day that works."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, NOW, Run

EXTRA = """
[[away]]
first = "2026-12-07"
last = "2026-12-11"
reason = "Lisbon"

[placing]
per_day = 1
"""


@pytest.fixture
def busy_rep(rep: Path) -> Path:
    (rep / "calsync.toml").write_text(CONFIG + EXTRA, encoding="utf-8")
    with (rep / "contacts.csv").open("a", encoding="utf-8") as file:
        file.write("grace,Grace Okafor,+1 713 555 0118,consumer,,her course\n")
        file.write("kai,Kai Akana,+1 808 555 0124,consumer,,a course\n")
        file.write("victor,Victor Hahn,+1 404 555 0123,consumer,,\n")
    with (rep / "attempts.csv").open("a", encoding="utf-8") as file:
        file.write("2026-11-24T09:00,victor,outbound,call,do_not_call,,\n")
    return rep


@pytest.mark.parametrize(
    ("contact", "words", "said", "nearest"),
    [
        pytest.param("grace", "on thanksgiving", "Thu 26 Nov: Thanksgiving Day", "2026-11-30", id="a holiday"),
        pytest.param("grace", "on Wednesday December 9", "you are away (Lisbon)", "2026-12-04", id="away"),
        pytest.param("grace", "on Saturday", "you do not work on Saturdays", "2026-11-30", id="a closed day"),
        pytest.param("kai", "tuesday before 11", "no call is legal then", "2026-12-01", id="hours that do not meet"),
        pytest.param("grace", "by friday", "Fri 27 Nov: your day is full", "2026-11-30", id="a full day"),
        pytest.param("victor", "on tuesday", "asked not to be called", None, id="who must not be called"),
    ],
)
@pytest.mark.usefixtures("busy_rep")
def test_a_day_that_does_not_work_is_exit_code_1_with_the_reason_and_the_nearest_day(
    calsync: Run, contact: str, words: str, said: str, nearest: str | None
) -> None:
    ran = calsync("promise", contact, *words.split(), "--json", "--at", NOW)
    assert ran.code == 1
    assert (ran.json["works"], ran.json["nearest"]) == (False, nearest)
    assert any(said in line for line in ran.json["warnings"]), ran.json["warnings"]


@pytest.mark.usefixtures("busy_rep")
def test_the_nearest_day_is_told_in_words_that_may_be_said(calsync: Run) -> None:
    ran = calsync("promise", "grace", "on", "Saturday", "--at", NOW)
    assert ran.code == 1
    assert '"on Saturday" to Grace Okafor means Sat 28 Nov 09:00-18:00' in ran.out
    assert "say instead: on Monday" in ran.out
    assert calsync("promise", "grace", "on", "monday", "--at", NOW).code == 0


def test_a_day_that_works_is_exit_code_0_and_what_it_replaces_is_told(calsync: Run, rep: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in rep.rglob("*")}
    ran = calsync("promise", "Dana Levy", "by", "tuesday", "--at", NOW)
    assert ran.code == 0
    assert ran.out.startswith('ok  "by tuesday" to Dana Levy means Tue 1 Dec 09:00-18:00')
    assert "a call is owed already, Fri 27 Nov 09:00-18:00; your words take its place" in ran.out
    assert {path: path.stat().st_mtime_ns for path in rep.rglob("*")} == before


def test_words_that_name_no_day_are_a_mistake_in_the_command(calsync: Run) -> None:
    ran = calsync("promise", "dana", "soonish", "--at", NOW)
    assert ran.code == 2
    assert '"soonish" names no day' in ran.err
    assert "calsync parse" in ran.err


def test_busy_times_of_other_calendars_count_and_one_that_fails_is_named(calsync: Run, rep: Path) -> None:
    private = rep / "private"
    private.mkdir()
    (private / "trip.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nBEGIN:VEVENT\r\nUID:trip@example.com\r\n"
        "DTSTAMP:20261101T000000Z\r\nSUMMARY:Trade fair\r\nDTSTART;VALUE=DATE:20261201\r\n"
        "DTEND;VALUE=DATE:20261202\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        encoding="utf-8",
    )
    (rep / "file").write_text("", encoding="utf-8")
    tables = "".join(
        f'[[busy]]\nname = "{name}"\ntype = "folder"\npath = "{path}"\n'
        for name, path in (("private", "private"), ("broken", "file"))
    )
    (rep / "calsync.toml").write_text(CONFIG + tables, encoding="utf-8")
    ran = calsync("promise", "dana", "on", "tuesday", "--json", "--at", NOW)
    assert ran.code == 1
    assert ran.json["nearest"] == "2026-11-30"
    assert "Tue 1 Dec: your day is full" in ran.json["warnings"]
    assert any(line.startswith("busy times not read: broken") for line in ran.json["warnings"])
