"""Hooks are programs of the rep's: JSON on standard input, ten seconds, no shell, and no harm to the daemon."""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path

import pytest

from calsync.daemon import errands
from calsync.daemon.errands import Errands, run_hook
from calsync.daemon.journal import logger

KEEP = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(logger, "propagate", True)
    caplog.set_level(logging.DEBUG, "calsync")
    return caplog


def test_a_hook_reads_what_happened(tmp_path: Path) -> None:
    run_hook("on_sync", [sys.executable, "-c", KEEP, str(tmp_path / "out")], '{"event": "on_sync", "é": "“"}')
    assert json.loads((tmp_path / "out").read_text()) == {"event": "on_sync", "é": "“"}


def test_no_shell_reads_its_arguments(tmp_path: Path) -> None:
    run_hook("on_sync", [sys.executable, "-c", KEEP, str(tmp_path / "$(echo x);*")], "{}")
    assert [path.name for path in tmp_path.iterdir()] == ["$(echo x);*"]


def test_one_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path, said: pytest.LogCaptureFixture) -> None:
    late = tmp_path / "late"
    child = f"import time, pathlib; time.sleep(2); pathlib.Path({str(late)!r}).touch()"
    program = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    begun = time.monotonic()
    run_hook("on_sync", [sys.executable, "-c", program], "x" * 1_000_000, seconds=1.0)
    assert time.monotonic() - begun < 5
    assert "ended after 1 s" in said.text
    time.sleep(2.5)
    assert not late.exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["/nothing/there"], "cannot be started: No such file"),
        ([sys.executable, "-c", "raise SystemExit(3)"], "exit code 3"),
    ],
)
def test_one_that_fails_is_said(command: list[str], words: str, said: pytest.LogCaptureFixture) -> None:
    run_hook("on_problem", command, "x" * 1_000_000)
    assert words in said.text


def test_errands_are_done_in_order_by_somebody_else(tmp_path: Path) -> None:
    append = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')"
    queue = Errands()
    for number in range(3):
        queue.hook("due", [sys.executable, "-c", append, str(tmp_path / "out")], {"number": number})
    until = time.monotonic() + 20
    while time.monotonic() < until and (tmp_path / "out").exists() is False:
        time.sleep(0.02)
    while time.monotonic() < until and len((tmp_path / "out").read_text().splitlines()) < 3:
        time.sleep(0.02)
    lines = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert lines == [{"event": "due", "number": number} for number in range(3)]
    queue.close()


def test_what_was_taken_is_done_before_it_closes_but_not_waited_for_long(tmp_path: Path) -> None:
    queue = Errands()
    queue.hook("on_problem", [sys.executable, "-S", "-c", KEEP, str(tmp_path / "out")], {})
    queue.close()
    assert (tmp_path / "out").exists()
    queue = Errands()
    queue.hook("on_problem", [sys.executable, "-S", "-c", "import time; time.sleep(9)"], {})
    begun = time.monotonic()
    queue.close()
    assert time.monotonic() - begun < 5


def test_a_hook_that_cannot_keep_up_does_not_fill_the_memory() -> None:
    queue = Errands()
    for _ in range(1000):
        queue.hook("due", [sys.executable, "-c", "import time; time.sleep(9)"], {})
    assert len(queue._waiting) <= errands.MOST_WAITING
    queue.close()


def test_without_a_desktop_a_notice_is_no_trouble(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    errands.show_notice("calsync works again")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nothing")
    errands.show_notice("calsync works again")
    assert {record.levelname for record in said.records} == {"DEBUG"}
