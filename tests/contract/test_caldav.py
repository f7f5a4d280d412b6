"""The contract, kept on real CalDAV servers: Radicale and Xandikos, plain and with TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from calsync.calendars.caldav import CalDavCalendar
from calsync.errors import Refused
from tests.contract.dav_person import PASSWORD_VARIABLE, spec_for, world_on
from tests.contract.ics_suite import TextContract
from tests.contract.person import CHICAGO, World
from tests.contract.suite import assert_says, entry
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
