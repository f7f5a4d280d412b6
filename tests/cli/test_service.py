"""The service's unit: what it says for a configuration, and what is said where there is no systemd to take it."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from calsync.config import load
from calsync.daemon.service import NAME, credentials, quoted, unit_text, writable_paths
from tests.cli.conftest import Run

TEMPLATE = Path(__file__).resolve().parents[2] / "systemd" / NAME


def settings_of(unit: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


def test_the_unit_runs_this_program_with_this_configuration(rep: Path) -> None:
    unit = settings_of(unit_text(load(rep / "calsync.toml"), Path("/opt/calsync/bin/calsync"), {}))
    assert unit["ExecStart"] == [f'"/opt/calsync/bin/calsync" --config "{rep / "calsync.toml"}" run']
    assert unit["Type"] == ["notify"]
    assert unit["StartLimitIntervalSec"] == ["0"]
    assert unit["RestartPreventExitStatus"] == ["2 4"]


def test_it_may_write_the_ledger_our_log_and_folder_calendars_and_nothing_else(rep: Path) -> None:
    settings = load(rep / "calsync.toml")
    assert writable_paths(settings) == (rep / "state" / "calsync" / "tasha-lane", rep, rep / "calendar")
    unit = settings_of(unit_text(settings, Path("/opt/calsync/bin/calsync"), {}))
    assert unit["ReadWritePaths"] == [" ".join(f'"{path}"' for path in writable_paths(settings))]
    assert unit["ProtectHome"] == ["read-only"]
    assert unit["PrivateUsers"] == ["yes"], "without it the lines that mount do nothing"


def test_nothing_of_the_template_is_left_to_fill_in(rep: Path) -> None:
    unit = unit_text(load(rep / "calsync.toml"), Path("/opt/calsync/bin/calsync"), {})
    assert re.findall(r"@[a-z_]+@", unit) == []
    assert "SystemCallFilter=~@privileged @resources" in unit


def test_a_private_tmp_does_not_hide_a_program_that_lies_in_the_real_one(rep: Path) -> None:
    settings = load(rep / "calsync.toml")  # the test's own folder is below /tmp
    assert settings_of(unit_text(settings, Path("/opt/calsync"), {}))["PrivateTmp"] == ["no"]


def test_words_with_spaces_and_signs_stay_whole() -> None:
    assert quoted("/home/Tasha Lane/100%/a$b") == '"/home/Tasha Lane/100%%/a$$b"'
    assert quoted('say "hi" \\') == '"say \\"hi\\" \\\\"'


def test_a_credential_is_loaded_from_beside_the_configuration(rep: Path) -> None:
    file = rep / "calsync.toml"
    file.write_text(
        file.read_text() + '[[calendars]]\nname = "dav"\ntype = "caldav"\nurl = "https://dav.example.com/"\n'
        'username = "tasha"\npassword_credential = "caldav"\n'
    )
    settings = load(file)
    assert credentials(settings) == {"caldav": rep / "credentials" / "caldav"}
    unit = settings_of(unit_text(settings, Path("/opt/calsync"), {"XDG_STATE_HOME": "/var/state of mine"}))
    assert unit["LoadCredential"] == [f"caldav:{rep}/credentials/caldav"]
    assert unit["Environment"] == ['"XDG_STATE_HOME=/var/state of mine"']


def test_every_line_that_hardens_has_its_reason_above_it() -> None:
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if "What it may touch" in line)
    for number in range(first, lines.index("[Install]")):
        block = number
        while lines[block] and not lines[block].startswith("#"):
            block -= 1
        assert not lines[number] or lines[block].startswith("# "), lines[number]


@pytest.mark.parametrize("verb", [["install"], ["status"], ["uninstall"]])
def test_a_machine_without_a_user_manager_is_told_what_to_do(
    calsync: Run, rep: Path, verb: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(rep / "nothing"))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    ran = calsync("service", *verb)
    assert "Traceback" not in ran.err
    if verb == ["install"]:
        assert ran.code == 1
        assert "next: " in ran.err
        assert "calsync run" in ran.err
    else:
        assert "calsync service install" in ran.out or "no service to take away" in ran.out


def test_a_missing_credential_is_named_before_anything_is_written(calsync: Run, rep: Path) -> None:
    file = rep / "calsync.toml"
    file.write_text(
        file.read_text() + '[[calendars]]\nname = "dav"\ntype = "caldav"\nurl = "https://dav.example.com/"\n'
        'username = "tasha"\npassword_credential = "caldav"\n'
    )
    ran = calsync("service", "install")
    assert ran.code == 2
    assert str(rep / "credentials" / "caldav") in ran.err
    assert not list(rep.rglob(NAME))


def test_uninstall_with_purge_state_takes_the_ledger_and_nothing_else(calsync: Run, rep: Path) -> None:
    calsync("sync", "--at", "2026-11-25T11:30")
    kept = {path.name for path in rep.iterdir()} | {path.name for path in (rep / "calendar").iterdir()}
    ran = calsync("service", "uninstall", "--purge-state")
    assert ran.code == 0
    assert not list((rep / "state").rglob("ledger.db*"))
    assert {path.name for path in rep.iterdir()} | {path.name for path in (rep / "calendar").iterdir()} == kept


@pytest.mark.parametrize(
    ("answers", "code", "events", "ledger"),
    [(b"n\n", 0, 2, False), (b"y\ny\n", 0, 0, False), (b"y\nn\n", 1, 2, True)],
    ids=["they stay", "taken back first", "second thoughts"],
)
def test_uninstall_with_purge_state_offers_to_take_the_events_back(
    calsync: Run, rep: Path, answers: bytes, code: int, events: int, ledger: bool
) -> None:
    calsync("sync", "--at", "2026-11-25T11:30")
    ours_end, its_end = pty.openpty()
    os.write(ours_end, answers)
    command = [sys.executable, "-m", "calsync.cli.main", "service", "uninstall", "--purge-state"]
    command += ["--config", str(rep / "calsync.toml")]
    try:
        ran = subprocess.run(command, stdin=its_end, capture_output=True, text=True, timeout=60, check=False)
    finally:
        os.close(ours_end)
        os.close(its_end)
    assert ran.returncode == code, ran.stderr
    assert len(list((rep / "calendar").glob("*.ics"))) == events
    assert bool(list((rep / "state").rglob("ledger.db"))) == ledger


@pytest.mark.parametrize("verb", ["status", "logs", "uninstall"])
def test_the_configuration_is_understood_after_every_verb_of_the_service(calsync: Run, rep: Path, verb: str) -> None:
    assert "No such option" not in calsync("service", verb, "--config", str(rep / "calsync.toml")).err


def test_systemd_takes_the_unit_as_it_is(rep: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    assert TEMPLATE.exists()
    if analyze is None:
        return  # judged by the systemd of the machine that has one; the tests of the service bring their own
    unit = rep / NAME
    unit.write_text(unit_text(load(rep / "calsync.toml"), Path("/bin/true"), {}))
    done = subprocess.run(
        [analyze, "--user", "verify", unit],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(rep), "HOME": str(rep)},
    )
    assert "calsync.service:" not in done.stderr, done.stderr
