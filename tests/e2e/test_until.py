"""A calendar that takes nothing until a time that is known: that time is said wherever its state is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from calsync.daemon.telling import Told, after_run
from calsync.daemon.worker import status_line
from calsync.sync.report import Report, report_json
from tests.daemon.given import CONTACTS, daemon, promise
from tests.e2e.rep import FOLDER, Rep, caldav, google
from tests.google import desk
from tests.google.faults import error
from tests.google.server import GoogleServer
from tests.servers.hostile import PASSWORD, USER, HostileServer

HOUR = timedelta(hours=1)
UNTIL = "Mon 19:30 (CDT)"

pytestmark = pytest.mark.servers


def in_an_hour() -> str:
    return format_datetime(datetime.now(UTC) + HOUR, usegmt=True)


@pytest.fixture
def rep(server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rep]:
    monkeypatch.setenv("CALSYNC_TEST_PASSWORD", PASSWORD)
    rep = Rep(tmp_path / "rep", caldav(server.url, USER), contacts=CONTACTS)
    rep.log("2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,")
    yield rep
    rep.close()


def said_of(rep: Rep, report: Report) -> dict[str, str]:
    """Where the state of the one calendar is told."""
    row = rep.office.ledger.calendars()["callbacks"]
    news, _ = after_run(Told(), report, {})
    return {
        "status": row.reason,
        "sync --json": report_json(report)["calendars"][0]["reason"],
        "journal": " ".join(one.words for one in news),
        "STATUS=": status_line(report),
    }


@pytest.mark.parametrize("asks", [lambda: "3600", in_an_hour], ids=["seconds", "date"])
@pytest.mark.parametrize("fault", ["busy_503", "busy_429"])
def test_a_server_that_asks_to_come_later(rep: Rep, server: HostileServer, fault: str, asks: Callable[[], str]) -> None:
    server.faults.add(fault)
    server.asks_to_wait = asks()
    said = said_of(rep, rep.run("2026-10-26 18:30:30"))
    for where, words in said.items():
        assert UNTIL in words, where


def test_a_few_seconds_are_told_as_such(rep: Rep, server: HostileServer) -> None:
    server.faults.add("busy_503")
    (state,) = rep.run("2026-10-26 18:30:30").calendars
    assert state.reason.endswith("It is tried again after Mon 18:30:37 (CDT).")


@pytest.mark.parametrize("asks", ["0", "soon", "²", "99999999999999999999", "Sun, 01 Nov 9999 00:00:00 GMT"])
def test_whatever_a_server_asks_for_is_a_state_and_never_longer_than_a_day(
    rep: Rep, server: HostileServer, asks: str
) -> None:
    server.faults.add("busy_503")
    server.asks_to_wait = asks
    (state,) = rep.run("2026-10-26 18:30").calendars
    assert state.state == "unreachable"
    assert (state.retry_after or 0) <= timedelta(days=1).total_seconds()


def test_googles_usage_limit(tmp_path: Path) -> None:
    with GoogleServer() as stand_in:
        desk.settle(stand_in, tmp_path)
        rep = Rep(
            tmp_path / "rep",
            google(stand_in.endpoint, tmp_path / "google.json", desk.CALLBACKS),
            contacts=CONTACTS,
        )
        rep.log("2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,")
        limit = error("events.insert", 403, "quotaExceeded", "Calendar usage limits exceeded.")
        limit.headers["Date"] = "Mon, 26 Oct 2026 23:30:00 GMT"
        stand_in.faults.append(limit)
        said = said_of(rep, rep.run("2026-10-26 18:30"))
        rep.close()
    for where, words in said.items():
        assert "until Tue 00:30 (CDT)" in words, where


def test_another_calsync_counts_as_stopped_after_a_day(tmp_path: Path) -> None:
    office = Rep(tmp_path / "office", FOLDER.replace('"calendar"', f'"{tmp_path}/calendar"'), contacts=CONTACTS)
    laptop = Rep(tmp_path / "laptop", office.calendars, contacts=CONTACTS.replace("Archer", "Abbot"))
    for each in (office, laptop):
        each.log("2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,")
    office.run("2026-10-26 18:30")
    laptop.run("2026-10-26 19:00")
    said = said_of(office, office.run("2026-10-26 19:10"))
    for where, words in said.items():
        assert "Tue" in words, where
        assert "19:00 (CDT)" in words, where
    for each in (office, laptop):
        each.close()


def test_while_it_is_left_alone_a_calendar_is_still_told_of(rep: Rep, server: HostileServer) -> None:
    """The daemon goes on without it, and its state is not forgotten by the runs in between."""
    server.faults.add("busy_503")
    server.asks_to_wait = "3600"
    with daemon(rep) as running:
        running.wait_for(lambda: "callbacks: unreachable until" in running.said)
        kept = rep.folder / "state" / "ledger.db.status.json"
        rep.log(promise("bob"))
        running.wait_for(kept.exists)
        told = subprocess.run(
            [sys.executable, "-m", "calsync.cli.main", "status", "--json", "--config", str(rep.configuration)],
            capture_output=True,
            text=True,
            check=True,
        )
    (calendar,) = json.loads(told.stdout)["calendars"]
    assert calendar["state"] == "unreachable"
    assert "It is tried again after" in calendar["reason"]
