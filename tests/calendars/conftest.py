"""The misbehaving server, and a calendar on it, for the tests of what calsync makes of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from calsync.calendars.caldav import CalDavCalendar
from calsync.calendars.caldav.wire import Limits
from calsync.calendars.spec import CalendarSpec
from tests.contract.person import CHICAGO
from tests.servers.hostile import PASSWORD, USER, HostileServer

VARIABLE = "CALSYNC_TEST_PASSWORD"
Open = Callable[..., CalDavCalendar]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileServer]:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    server = HostileServer()
    yield server
    server.stop()


@pytest.fixture
def open_one(server: HostileServer) -> Iterator[Open]:
    opened: list[CalDavCalendar] = []

    def open_it(limits: Limits | None = None, **changes: object) -> CalDavCalendar:
        values: dict[str, object] = {
            "name": "work",
            "type": "caldav",
            "url": server.url,
            "username": USER,
            "password_env": VARIABLE,
        }
        spec = CalendarSpec(**{**values, **changes})  # type: ignore[arg-type]  # the fields of a CalendarSpec, by name
        opened.append(CalDavCalendar(spec, zone=CHICAGO, limits=limits))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()
