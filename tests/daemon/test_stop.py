"""Told to stop in the middle of anything, it is gone within ten seconds with 0, and nothing is lost or doubled."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.daemon.given import CONTACTS, ROOT, Running, daemon, promise
from tests.daemon.load import contacts, promised_row
from tests.e2e.rep import CHICAGO, FOLDER, Rep, caldav
from tests.servers.hostile import HostileServer

SECONDS = 10.0
"""What systemd gives (TimeoutStopSec in the unit)."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileServer]:
    monkeypatch.setenv("CALSYNC_TEST_PASSWORD", "s3cret")
    server = HostileServer()
    yield server
    server.stop()


def stopped(running: Running) -> float:
    begun = time.monotonic()
    assert running.stop() == 0, running.said
    return time.monotonic() - begun


def test_while_a_write_hangs(tmp_path: Path, server: HostileServer) -> None:
    rep = Rep(tmp_path / "rep", caldav(server.url, "tasha"), contacts=CONTACTS)
    with daemon(rep) as running:
        running.wait_for(lambda: server.log)
        server.before_write = lambda: time.sleep(30)
        rep.log(promise("ann"))
        running.wait_for(lambda: server.before_write is None)
        assert stopped(running) < SECONDS


def test_while_a_server_hangs_and_the_events_are_written_once_it_answers(tmp_path: Path, server: HostileServer) -> None:
    rep = Rep(tmp_path / "rep", caldav(server.url, "tasha"), contacts=CONTACTS)
    rep.log(promise("ann"), promise("bob", 4))
    server.faults.add("slow")
    with daemon(rep) as running:
        running.wait_for(lambda: server.seen_authorization)
        assert stopped(running) < SECONDS
    server.faults.clear()
    with daemon(rep) as running:
        running.wait_for(lambda: len(live(server)) == 2)
        assert stopped(running) < SECONDS


def live(server: HostileServer) -> list[str]:
    return [name for name, item in server.items.items() if "notice-" not in item.text]


def test_while_a_long_log_is_read_and_hundreds_of_events_are_written(tmp_path: Path) -> None:
    rep = Rep(tmp_path / "rep", FOLDER, contacts=contacts(300))
    now = datetime.now(CHICAGO)
    old = (now - timedelta(days=400)).strftime("%Y-%m-%dT%H:%M")
    rep.log(*(f"{old}:{one % 60:02d},p{one % 300},outbound,call,no_answer,,{one}" for one in range(100_000)))
    rep.log(*(promised_row(number, now) for number in range(300)))
    events = rep.folder / "calendar"
    for writing in (False, True):
        with daemon(rep) as running:
            if writing:
                running.wait_for(lambda: events.is_dir() and any(events.iterdir()), 100)
            assert stopped(running) < SECONDS
    done = subprocess.run(
        [sys.executable, "-m", "calsync.cli.main", "sync", "--config", str(rep.configuration)],
        capture_output=True, text=True, timeout=200, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    calls = [file for file in events.glob("*.ics") if "notice-" not in file.read_text()]
    assert len(calls) == 300


def test_while_a_hook_hangs(tmp_path: Path) -> None:
    hook = f'\n[hooks]\non_sync = ["{sys.executable}", "-S", "-c", "import time; time.sleep(60)"]\n'
    rep = Rep(tmp_path / "rep", FOLDER, hook, contacts=CONTACTS)
    rep.log(promise("ann"))
    with daemon(rep) as running:
        running.wait_for(lambda: "1 written" in running.said)
        assert stopped(running) < SECONDS
