"""The contract, kept on real CalDAV servers: Radicale and Xandikos, plain and with TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from calsync.calendars.caldav import CalDavCalendar
from calsync.errors import Refused, Unreachable
from tests.contract.dav_person import PASSWORD_VARIABLE, DavPerson, spec_for, world_on
from tests.contract.ics_suite import TextContract
from tests.contract.person import CHICAGO, World
from tests.contract.suite import NINE, assert_says, entry, listed, only
from tests.servers.running import PASSWORD, Server, radicale_server, running, xandikos_server


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(radicale_server(tmp_path_factory.mktemp("radicale"))) as server:
        yield server


@pytest.fixture(scope="module")
def xandikos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With TLS and a private certificate, so that the whole contract is kept there too."""
    with running(xandikos_server(tmp_path_factory.mktemp("xandikos"), tls=True)) as server:
        yield server


@pytest.mark.servers
class TestRadicale(TextContract):
    page = 120

    @pytest.fixture
    def world(self, radicale: Server) -> Iterator[World]:
        with world_on(radicale) as world:
            yield world


@pytest.mark.servers
class TestXandikos(TextContract):
    page = 120

    @pytest.fixture
    def world(self, xandikos: Server) -> Iterator[World]:
        with world_on(xandikos) as world:
            yield world


@pytest.mark.servers
@pytest.mark.parametrize("start", [radicale_server, xandikos_server], ids=["radicale", "xandikos"])
def test_a_private_certificate_has_to_be_named(start: Callable[..., Server], tmp_path: Path) -> None:
    """With ca_file all works over TLS; without it nothing is sent, and the message says what to set."""
    with running(start(tmp_path, tls=True)) as server:
        trusting = CalDavCalendar(spec_for(server), zone=CHICAGO)
        trusting.create(entry())
        assert_says(trusting.get(entry().uid), entry())
        trusting.close()
        doubting = CalDavCalendar(spec_for(server, ca_file=None), zone=CHICAGO)
        with pytest.raises(Refused, match="certificate is not trusted") as caught:
            doubting.changes(None)
        assert "ca_file" in caught.value.hint
        doubting.close()


@pytest.mark.servers
@pytest.mark.parametrize("name", ["radicale", "xandikos"])
@pytest.mark.parametrize("form", ["", "tasha/", "tasha", "calendar", "calendar-without-slash", ".well-known/caldav"])
def test_every_address_of_a_calendar_leads_to_it(name: str, form: str, request: pytest.FixtureRequest) -> None:
    """That of the server, of the user, of the calendar itself, and the well-known one; with and without its last
    slash.
    """
    server: Server = request.getfixturevalue(name)
    with world_on(server, calendar="Rückrufe & mehr") as world:
        made = world.open()
        if made.get(entry().uid) is None:
            made.create(entry())
        assert isinstance(world.person, DavPerson)
        url = server.url.rstrip("/") + world.person._find() if form.startswith("calendar") else server.url + form
        spec = spec_for(server, calendar="rückrufe & MEHR ", url=url.rstrip("/") if "without" in form else url)
        found = CalDavCalendar(spec, zone=CHICAGO)
        assert_says(found.get(entry().uid), entry())
        assert {seen.uid for seen in found.changes(None).seen} == {entry().uid}
        found.close()


@pytest.mark.servers
def test_a_look_makes_no_calendar(radicale: Server) -> None:
    """Only a write does: a dry run leaves nothing behind."""
    with world_on(radicale) as world:
        calendar = world.open()
        first = calendar.changes(None)
        assert (first.full, first.seen) == (True, ())
        assert calendar.get(entry().uid) is None
        assert calendar.busy(NINE, NINE + timedelta(hours=1)) == ()
        before = {path.name for path in (radicale.storage / "collection-root" / radicale.user).glob("calsync-*")}
        calendar.create(entry())
        after = {path.name for path in (radicale.storage / "collection-root" / radicale.user).glob("calsync-*")}
        assert len(after - before) == 1
        assert only(calendar.changes(first.token).seen).uid == entry().uid


@pytest.mark.servers
def test_two_machines_that_make_the_calendar_at_once_make_one(radicale: Server) -> None:
    with world_on(radicale) as world:
        one, other = world.open(), world.open()
        assert (one.changes(None).seen, other.changes(None).seen) == ((), ())
        one.create(entry(1))
        other.create(entry(2))
        assert {seen.uid for seen in one.changes(None).seen} == {entry(1).uid, entry(2).uid}


@pytest.mark.servers
def test_a_server_that_comes_back_is_used_again(tmp_path: Path) -> None:
    with running(radicale_server(tmp_path)) as server, world_on(server) as world:
        calendar = world.open()
        calendar.create(entry())
        token, known = listed(calendar.changes(None))
        server.stop()
        with pytest.raises(Unreachable):
            calendar.changes(token, known)
        server.start()
        changes = calendar.changes(token, known)
        assert (changes.full, changes.seen, changes.gone) == (False, (), ())
