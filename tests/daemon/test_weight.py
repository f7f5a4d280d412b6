"""What a running daemon costs a laptop: its memory, and that nothing wakes it between two ticks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.daemon import Process, daemon
from calsync.errors import LedgerError
from calsync.ledger import Ledger, Status
from tests.e2e.rep import CHICAGO, Rep, caldav, google
from tests.google import desk
from tests.google.server import GoogleServer
from tests.servers.running import PASSWORD, radicale_server, running

CONTACTS = "id,name,phone,region\nann,Ann,+1 312 555 0101,US-IL\nbob,Bob,+1 312 555 0102,US-IL\n"
QUIET = 5.0

pytestmark = [pytest.mark.servers, pytest.mark.slow]


@pytest.fixture(params=["CalDAV, found by its server's address", "Google"])
def rep(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rep]:
    if request.param == "Google":
        with GoogleServer() as server:
            desk.settle(server, tmp_path)
            table = google(server.endpoint, tmp_path / "google.json", desk.CALLBACKS)
            yield Rep(tmp_path / "rep", table, contacts=CONTACTS)
    else:
        with running(radicale_server(tmp_path / "server", tls=True)) as server:
            table = caldav(server.url, server.user) + f'ca_file = "{server.ca_file}"\n'
            yield Rep(tmp_path / "rep", table, contacts=CONTACTS)


@pytest.fixture
def settled(rep: Rep) -> Iterator[Process]:
    """A daemon that has written an event and has nothing more to do until its tick, a minute after the last."""
    now = datetime.now(CHICAGO)
    said, due = f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}", f"{now + timedelta(days=4):%Y-%m-%d}"
    rep.log(f"{said},ann,outbound,call,connected,by {due},")
    with daemon(rep, os.environ | {"CALSYNC_TEST_PASSWORD": PASSWORD}) as process:
        until = time.monotonic() + 60
        while not written(rep) and time.monotonic() < until:
            time.sleep(0.1)
        assert written(rep)
        time.sleep(QUIET)
        yield process


def written(rep: Rep) -> bool:
    """Whether the daemon's ledger has a live event."""
    path = rep.folder / "state" / "ledger.db"
    if not path.exists():
        return False
    ledger = Ledger(path, read_only=True)
    try:
        return any(row.status is Status.LIVE for row in ledger.rows("callbacks").values())
    except LedgerError:
        return False  # its tables are being made
    finally:
        ledger.close()


def test_it_fits_and_sleeps_between_its_ticks(settled: Process, request: pytest.FixtureRequest) -> None:
    """60 MB with CalDAV, 70 with Google (and one for what differs between builds of Python: it is close); no thread is
    woken, no CPU is used."""
    limit = 71 if "Google" in request.node.name else 60
    assert settled.memory()["Rss"] <= limit
    switches, ticks = settled.switches(), settled.ticks()
    time.sleep(QUIET)
    assert (settled.switches() - switches, settled.ticks() - ticks) == (0, 0)
