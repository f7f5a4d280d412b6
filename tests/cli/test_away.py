"""Days away, or days that one thinks of: which promises fall inside, and what becomes of each."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CONFIG, NOW, Run
from tests.e2e.test_away import holiday


def test_the_promises_that_fall_inside_are_listed_with_the_day_before(calsync: Run, rep: Path) -> None:
    now = ("--at", "2026-11-25T11:30")
    assert calsync("away", *now).out == "No days away ahead.\n"
    asked = calsync("away", "2026-11-27", "2026-11-30", *now)
    assert asked.code == 0
    assert "Fri 27 Nov to Mon 30 Nov" in asked.out
    assert "Dana Levy, Fri 27 Nov 09:00-18:00: kept for Wed 25 Nov " in asked.out
    assert "Sam Ruiz" not in asked.out
    with (rep / "calsync.toml").open("a", encoding="utf-8") as file:
        file.write('[[away]]\nfirst = "2026-12-01"\nlast = "2026-12-02"\nreason = "fair"\n')
    with (rep / "attempts.csv").open("a", encoding="utf-8") as file:
        file.write("2026-11-25T11:20,sam2,outbound,call,connected,December 1 at 3pm,\n")
    ran = calsync("away", *now)
    assert ran.code == 1
    assert "Tue 1 Dec to Wed 2 Dec (fair)" in ran.out
    assert "!! Sam Ruiz, Tue 1 Dec 15:00: agree on another time before you leave" in ran.out
    (trip,) = calsync("away", "--json", *now).json["away"]
    assert (trip["first"], trip["reason"], [call["works"] for call in trip["calls"]]) == ("2026-12-01", "fair", [False])
    for arguments in (["someday"], ["2026-12-02", "2026-12-01"]):
        assert calsync("away", *arguments, *now).code == 2


def test_days_away_that_a_calendar_tells_are_listed_like_those_of_the_configuration(calsync: Run, rep: Path) -> None:
    main = '[[busy]]\nname = "main"\ntype = "folder"\npath = "main"\naway = "Vacation"\n'
    (rep / "calsync.toml").write_text(CONFIG + main, encoding="utf-8")
    holiday(rep / "main", "Vacation", "20261127", "20261201")
    told = calsync("away", "--at", NOW)
    assert told.out.startswith("Fri 27 Nov to Mon 30 Nov (Vacation)")
    assert "Dana Levy, Fri 27 Nov 09:00-18:00: kept for Wed 25 Nov" in told.out
    asked = calsync("promise", "dana", "on", "friday", "--at", NOW)
    assert asked.code == 1
    assert "you are away (Vacation)" in asked.out
    assert "you are away (Vacation)" in calsync("explain", "dana", "--at", NOW).out


def test_the_calendar_that_callbacks_are_written_to_may_tell_days_away_as_well(calsync: Run, rep: Path) -> None:
    (rep / "calsync.toml").write_text(CONFIG + 'away = "Vacation"\n', encoding="utf-8")
    holiday(rep / "calendar", "Vacation", "20261127", "20261201")
    assert calsync("sync", "--at", NOW).code == 0
    assert calsync("away", "--at", NOW).out.startswith("Fri 27 Nov to Mon 30 Nov (Vacation)")
    assert len(list((rep / "calendar").glob("*.ics"))) == 3
