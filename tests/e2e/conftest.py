"""The calendars and the rep that the modules share which try something on every kind of calendar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.rep import Rep, caldav
from tests.e2e.worlds import KINDS, World, world
from tests.servers.hostile import PASSWORD as SERVERS_PASSWORD
from tests.servers.hostile import USER, HostileServer
from tests.servers.running import PASSWORD

CONTACTS = (
    "id,name,phone,region\nann,Ann Archer,+1 312 555 0101,US-IL\nbob,Bob Baker,+1 312 555 0102,US-IL\n"
    "cat,Cat Carver,+1 312 555 0103,US-IL\n"
)


@pytest.fixture(scope="module", params=KINDS)
def calendar(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A calendar of each kind, for all tests of a module."""
    with world(request.param, tmp_path_factory.mktemp(request.param)) as ready:
        yield ready


@pytest.fixture
def emptied(calendar: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The same with nothing on it, and its password at hand."""
    monkeypatch.setenv("CALSYNC_TEST_PASSWORD", PASSWORD)
    calendar.empty()
    return calendar


@pytest.fixture
def rep(emptied: World, tmp_path: Path) -> Iterator[Rep]:
    """A rep on Monday evening: Ann and Bob are to be called by Friday, Cat is not."""
    rep = Rep(tmp_path / "rep", emptied.table, contacts=CONTACTS)
    rep.log("2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,")
    rep.log("2026-10-26T10:10,bob,outbound,call,left_voicemail,by Friday,")
    rep.evening("2026-10-26 18:30")
    yield rep
    rep.close()


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """The tests' own server, whose habits are switched on one by one."""
    server = HostileServer()
    yield server
    server.stop()


@pytest.fixture
def rep_at_server(server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rep]:
    """A rep of that server, who has not been there yet: Ann and Bob are to be called by Friday."""
    monkeypatch.setenv("CALSYNC_TEST_PASSWORD", SERVERS_PASSWORD)
    contacts = CONTACTS + "dan,Dan Dunn,+1 312 555 0104,US-IL\n"
    rep = Rep(tmp_path / "rep", caldav(server.url, USER), contacts=contacts)
    rep.log(
        "2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,",
        "2026-10-26T10:10,bob,outbound,call,left_voicemail,by Friday,",
    )
    yield rep
    rep.close()
