"""``verify`` and ``purge`` as a rep types them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from calsync.config import load
from calsync.ledger import locked
from tests.cli.conftest import NOW, Run


@pytest.fixture
def synced(rep: Path, calsync: Run) -> Path:
    """The rep's calendar folder, with two events of ours and a person's own."""
    assert calsync("sync", "--at", NOW).code == 0
    folder = rep / "calendar"
    (folder / "dentist.ics").write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n")
    assert len(list(folder.glob("*.ics"))) == 3
    return folder


def ours(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.ics") if path.name != "dentist.ics")


def damage(folder: Path) -> Path:
    event = ours(folder)[0]
    event.write_bytes(event.read_bytes().replace(b"AFTER THE CALL", b"AFTR TH CLL"))
    return event


def test_verify_finds_nothing_wrong(calsync: Run, synced: Path) -> None:
    ran = calsync("verify", "--at", NOW)
    assert (ran.code, ran.out) == (0, "callbacks: 2 events of ours, nothing not as it should be\n")


def test_verify_names_the_damage_and_the_command_and_touches_nothing(calsync: Run, synced: Path) -> None:
    event = damage(synced)
    before = event.read_bytes()
    ran = calsync("verify", "--at", NOW)
    assert ran.code == 1
    assert "is not what we wrote" in ran.out
    assert "next: calsync verify --repair" in ran.out
    assert event.read_bytes() == before


def test_verify_repairs(calsync: Run, synced: Path) -> None:
    event = damage(synced)
    ran = calsync("verify", "--repair", "--json", "--at", NOW)
    assert ran.code == 0
    (calendar,) = ran.json["calendars"]
    assert (calendar["name"], calendar["events"], calendar["repaired"]) == ("callbacks", 2, 1)
    assert [found["repairable"] for found in calendar["findings"]] == [True]
    assert b"AFTER THE CALL" in event.read_bytes()
    assert calsync("verify", "--at", NOW).code == 0
    assert calsync("sync", "--json", "--at", NOW).json["actions"] == []


def test_verify_mentions_a_copy_and_leaves_it(calsync: Run, synced: Path) -> None:
    copy = synced / "copy.ics"
    copy.write_bytes(ours(synced)[0].read_bytes().replace(b"@calsync", b"@somewhere"))
    ran = calsync("verify", "--at", NOW)
    assert ran.code == 0
    assert "a copy that somebody made" in ran.out
    assert copy.exists()


def test_verify_says_what_a_sync_would_settle(calsync: Run, synced: Path) -> None:
    ours(synced)[0].unlink()
    ran = calsync("verify", "--at", NOW)
    assert ran.code == 1
    assert "is in the ledger and not on the calendar" in ran.out
    assert "next: calsync sync" in ran.out


def test_purge_asks_on_a_terminal_only(calsync: Run, synced: Path) -> None:
    ran = calsync("purge")
    assert ran.code == 2
    assert "calsync purge --yes" in ran.err
    assert len(ours(synced)) == 2


@pytest.mark.parametrize(("answer", "code", "left"), [(b"y\n", 0, 0), (b"\n", 1, 2)])
def test_purge_does_what_was_answered_on_a_terminal(
    rep: Path, synced: Path, answer: bytes, code: int, left: int
) -> None:
    ours_end, its_end = pty.openpty()
    os.write(ours_end, answer)
    command = [sys.executable, "-m", "calsync.cli.main", "purge", "--config", str(rep / "calsync.toml")]
    try:
        ran = subprocess.run(command, stdin=its_end, capture_output=True, text=True, timeout=60, check=False)
    finally:
        os.close(ours_end)
        os.close(its_end)
    assert (ran.returncode, len(ours(synced))) == (code, left)
    assert "Take back 2 events from callbacks" in ran.stdout


@pytest.mark.parametrize("ledger", ["kept", "lost"])
def test_purge_takes_back_ours_and_nothing_else(calsync: Run, rep: Path, synced: Path, ledger: str) -> None:
    if ledger == "lost":
        load(rep / "calsync.toml").state_path.unlink()
    ran = calsync("purge", "--yes", "--json")
    assert ran.code == 0
    assert ran.json == {"calendars": [{"name": "callbacks", "removed": 2, "left": [], "error": "", "hint": ""}]}
    assert [path.name for path in synced.glob("*.ics")] == ["dentist.ics"]
    assert calsync("sync", "--at", NOW).code == 0
    assert len(ours(synced)) == 2


def test_purge_says_what_it_could_not_read_and_leaves_it(calsync: Run, synced: Path) -> None:
    torn = ours(synced)[0]
    torn.write_bytes(torn.read_bytes().replace(b"DTSTART", b"DTSTUART"))
    ran = calsync("purge", "--yes")
    assert ran.code == 1
    assert "1 event taken back" in ran.out
    assert "left:" in ran.out
    assert ours(synced) == [torn]


@pytest.mark.parametrize("verb", [("verify",), ("purge", "--yes")])
def test_a_calendar_that_is_elsewhere_now_is_left_alone(
    calsync: Run, rep: Path, synced: Path, verb: tuple[str, ...]
) -> None:
    path = rep / "calsync.toml"
    path.write_text(path.read_text().replace('path = "calendar"', 'path = "other"'))
    ran = calsync(*verb)
    assert ran.code == 1
    assert "2 callbacks stand in the old one" in ran.out
    assert "put the old place back" in ran.out
    assert len(ours(synced)) == 2
    path.write_text(path.read_text().replace('path = "other"', 'path = "calendar"'))
    assert calsync("sync", "--json", "--at", NOW).json["actions"] == []


@pytest.mark.parametrize("verb", [("verify", "--repair"), ("purge", "--yes")])
def test_beside_a_daemon_they_say_who_holds_the_ledger(
    calsync: Run, rep: Path, synced: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    monkeypatch.setattr(f"calsync.cli.{verb[0]}.LOCK_SECONDS", 0.0)
    with locked(load(rep / "calsync.toml").state_path):
        ran = calsync(*verb)
    assert ran.code == 1
    assert "Another calsync is working with this ledger: pid" in ran.err
    assert len(ours(synced)) == 2


@pytest.mark.parametrize("copy", ["aaa.ics", "zzz.ics"])
def test_a_second_file_with_the_same_uid_is_a_copy_that_verify_mentions(calsync: Run, synced: Path, copy: str) -> None:
    original = ours(synced)[0]
    (synced / copy).write_bytes(original.read_bytes().replace(b"SUMMARY:", b"SUMMARY:mine - "))
    assert [action["action"] for action in calsync("sync", "--json", "--at", NOW).json["actions"]] == []
    checked = calsync("verify", "--json", "--at", NOW).json["calendars"][0]
    assert (checked["events"], checked["findings"]) == (2, [])
    assert [title.startswith("mine - ") for title in checked["copies"]] == [True]
