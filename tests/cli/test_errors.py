"""Errors are part of the product: each says what happened, where, and what to type next.  None shows a traceback."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from calsync import errors
from calsync.cli.failure import lines, redacted, report
from calsync.cli.main import guarded
from calsync.cli.style import Style
from calsync.errors import CalsyncError, ConfigError, UsageError
from tests.cli.conftest import NOW, Run

CALDAV = """\
[[calendars]]
name = "server"
type = "caldav"
url = "{url}"
username = "tasha"
password_env = "CALSYNC_TEST_PASSWORD"
"""


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# -- the configuration ------------------------------------------------------------------------------------------------


def test_a_wrong_key_is_shown_with_line_and_the_nearest_key(calsync: Run, rep: Path) -> None:
    file = rep / "calsync.toml"
    file.write_text(file.read_text() + '[hours]\nweekday = "09:00-17:00"\n[placing]\nper_dya = 3\n')
    ran = calsync("plan", "--at", NOW)
    assert ran.code == 2
    assert "has 2 mistakes" in ran.err
    assert f"{file}:18: hours.weekday: `weekday` is not known in [hours]" in ran.err
    assert "did you mean `weekdays`?" in ran.err
    assert f"{file}:20: placing.per_dya" in ran.err
    assert "next: edit the configuration, then: calsync check" in ran.err


def test_an_unknown_zone_is_shown_with_line_and_the_nearest_zone(calsync: Run, rep: Path) -> None:
    file = rep / "calsync.toml"
    file.write_text(file.read_text().replace("America/Chicago", "America/Chicgo"))
    ran = calsync("plan", "--at", NOW)
    assert ran.code == 2
    assert f'{file}:4: rep.timezone: "America/Chicgo" is not a time zone' in ran.err
    assert 'did you mean "America/Chicago"?' in ran.err


def test_a_missing_configuration_says_how_to_make_one(calsync: Run, rep: Path) -> None:
    ran = calsync("plan", config=rep / "none.toml")
    assert ran.code == 2
    assert f"There is no configuration at {rep / 'none.toml'}." in ran.err
    assert "next: calsync init" in ran.err


# -- the sources ------------------------------------------------------------------------------------------------------


def test_a_source_that_was_never_there_is_named(calsync: Run, rep: Path) -> None:
    (rep / "contacts.csv").unlink()
    ran = calsync("sync", "--at", NOW)
    assert ran.code == 2
    assert "contacts.csv" in ran.err
    assert "next: " in ran.err


def test_an_unreadable_row_is_shown_with_file_line_column_and_remedy(calsync: Run, rep: Path) -> None:
    with (rep / "attempts.csv").open("a") as file:
        file.write("2026-11-25T11:20,Sam Ruiz,outbound,call,left_voicemail,,\n")
    ran = calsync("check", "--offline", "--at", NOW)
    assert ran.code == 1
    assert "attempts.csv:4: contact" in ran.out
    assert "Sam Ruiz" in ran.out


def test_a_source_that_may_not_be_read_is_named(calsync: Run, rep: Path) -> None:
    (rep / "contacts.csv").unlink()
    (rep / "contacts.csv").mkdir()
    ran = calsync("plan", "--at", NOW)
    assert ran.code in {1, 2}
    assert "contacts.csv" in ran.err
    assert "Traceback" not in ran.err


# -- the calendars ----------------------------------------------------------------------------------------------------


def test_a_server_that_is_down_is_exit_code_3_and_the_others_go_on(
    calsync: Run, rep: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALSYNC_TEST_PASSWORD", "correct horse")
    file = rep / "calsync.toml"
    file.write_text(file.read_text() + CALDAV.format(url=f"http://127.0.0.1:{closed_port()}/"))
    ran = calsync("sync", "--at", NOW)
    assert ran.code == 3
    assert "server: unreachable" in ran.out
    assert "callbacks: 2 created" in ran.out
    assert "next: " in ran.out
    assert "correct horse" not in ran.out + ran.err


def test_a_password_that_is_nowhere_is_exit_code_4_and_says_where_it_was_looked_for(calsync: Run, rep: Path) -> None:
    file = rep / "calsync.toml"
    file.write_text(file.read_text() + CALDAV.format(url=f"http://127.0.0.1:{closed_port()}/"))
    ran = calsync("sync", "--at", NOW)
    assert ran.code == 4
    assert "server: sign-in" in ran.out
    assert "CALSYNC_TEST_PASSWORD" in ran.out


# -- the ledger -------------------------------------------------------------------------------------------------------


def test_a_ledger_that_somebody_holds_names_the_holder(
    calsync: Run, rep: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calsync.cli.sync.LOCK_SECONDS", 0.1)
    ledger = rep / "state" / "calsync" / "tasha-lane" / "ledger.db"
    ledger.parent.mkdir(parents=True)
    with ledger.with_name("ledger.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("pid 4711 on laptop since 2026-11-25 08:00 UTC\n")
        lock.flush()
        ran = calsync("sync", "--at", NOW)
    assert ran.code == 1
    assert "Another calsync is working with this ledger: pid 4711 on laptop since 2026-11-25 08:00 UTC." in ran.err
    assert "next: " in ran.err


def test_a_damaged_ledger_says_how_to_go_on(calsync: Run, rep: Path) -> None:
    ledger = rep / "state" / "calsync" / "tasha-lane" / "ledger.db"
    ledger.parent.mkdir(parents=True)
    ledger.write_bytes(b"this is not a database, it only lies where one should be" * 100)
    ran = calsync("sync", "--at", NOW)
    assert ran.code == 1
    assert f"The ledger {ledger} is damaged." in ran.err
    assert f"mv {ledger} {ledger}.damaged" in ran.err


def test_a_full_disk_is_said_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    def write() -> int:
        with Path("/dev/full").open("w") as full:
            full.write("x")
        return 0

    assert guarded(write) == 1
    told = capsys.readouterr().err
    assert "The disk is full" in told
    assert "free some space" in told


# -- the command line -------------------------------------------------------------------------------------------------

USAGE = [
    (["pln"], "No such command", "calsync --help"),
    (["plan", "--nope"], "No such option", "calsync plan --help"),
    (["plan", "--at", "soon"], "--at 'soon' is not a time", "2026-11-25T11:02"),
    (["log", "dana", "maybe"], '"maybe" is not an outcome', "left_voicemail"),
    (["log", "dana", "vm", "next", "blursday"], "names no day, so nothing was written", "calsync parse"),
    (["log", "dana", "vm", "--channel", "pigeon"], '"pigeon" is not a channel', "call, sms, email or visit"),
    (["explain", "Sam Ruiz"], '"Sam Ruiz" could be Sam Ruiz (sam), Sam Ruiz (sam2)', "the id in brackets"),
    (["explain", "Dana Levi"], 'No contact is called "Dana Levi"', 'did you mean "Dana Levy"?'),
    (["parse"], "There are no words", 'calsync parse "by friday"'),
]


@pytest.mark.parametrize(("words", "message", "hint"), USAGE, ids=[" ".join(row[0]) for row in USAGE])
def test_a_command_line_that_does_not_fit_is_exit_code_2(
    calsync: Run, words: list[str], message: str, hint: str
) -> None:
    ran = calsync(*words)
    assert ran.code == 2
    assert message in ran.err
    assert hint in ran.err.split("next: ")[1]
    assert ran.out == ""


def test_nothing_is_logged_when_a_word_is_not_understood(calsync: Run, rep: Path) -> None:
    calsync("log", "dana", "vm", "next", "blursday")
    assert not (rep / "attempts.calsync.csv").exists()


# -- the family -------------------------------------------------------------------------------------------------------


def family(of: type[CalsyncError] = CalsyncError) -> list[type[CalsyncError]]:
    return [of, *(one for child in of.__subclasses__() if child.__module__ == errors.__name__ for one in family(child))]


@pytest.mark.parametrize("kind", family(), ids=lambda kind: kind.__name__)
def test_every_error_says_what_happened_and_what_to_do_next(kind: type[CalsyncError]) -> None:
    error = kind()
    told = list(lines(error, Style()))
    assert told[0].startswith("calsync: ")
    assert told[0].endswith(".")
    assert len(told[-1]) > len("  next: ")
    assert error.exit_code in {1, 2, 3, 4}


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    error = ConfigError("No.", hint="yes")
    assert "\x1b[" in "".join(lines(error, Style(colours=True)))
    report(error)
    assert "\x1b[" not in capsys.readouterr().err
    monkeypatch.setenv("NO_COLOR", "1")
    master, slave = os.openpty()
    with os.fdopen(slave, "w") as terminal:
        assert terminal.isatty()
        assert not Style.of(terminal).colours
        monkeypatch.delenv("NO_COLOR")
        monkeypatch.setenv("TERM", "xterm")
        assert Style.of(terminal).colours
    os.close(master)


def test_a_mistake_of_ours_shows_no_traceback_and_writes_no_private_word(
    rep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise RuntimeError("cannot place 'Dana Levy' at +1 312 555 0100 for dana@example.com")

    assert guarded(fail, ["log", "Dana Levy", "vm", "--note=hates tea"]) == 1
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "a mistake of its own (RuntimeError)" in told
    (file,) = (rep / "state" / "calsync" / "diagnostics").iterdir()
    assert str(file) in told
    written = file.read_text()
    assert "test_errors.py" in written
    assert "command: log --note" in written
    for private in ("Dana", "312", "tea", "dana@"):
        assert private not in written


def test_what_is_redacted_is_what_could_be_somebodys() -> None:
    assert redacted("no 'Dana' at +1 (312) 555-0100, see https://x.example.com/a") == "no … at …, see …"
    assert redacted("list index out of range: 3") == "list index out of range: 3"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "disk is full"),
        (errno.EROFS, "may not write"),
        (errno.EIO, "refused"),
    ],
)
def test_what_the_system_refuses_is_said_in_words(number: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(OSError(number, os.strerror(number), "/x/y")) == 1
    told = capsys.readouterr().err
    assert words in told
    assert "/x/y" in told


def test_ctrl_c_is_no_error_text(capsys: pytest.CaptureFixture[str]) -> None:
    def stop() -> int:
        raise KeyboardInterrupt

    assert guarded(stop) == 130
    assert capsys.readouterr().err.strip() == ""


def test_a_reader_that_leaves_is_no_error(rep: Path) -> None:
    command = f"{sys.executable} -m calsync.cli.main --config {rep / 'calsync.toml'} plan --json --at {NOW} | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout == "{"
    assert done.stderr == ""


def test_usage_errors_are_of_the_family() -> None:
    assert UsageError("x").exit_code == 2
