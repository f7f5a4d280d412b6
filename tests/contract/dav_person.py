"""A person with a CalDAV program of their own, and the world of a real server."""

from __future__ import annotations

import base64
import contextlib
import http.client
import itertools
import ssl
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from calsync.calendars.base import Calendar
from calsync.calendars.caldav import CalDavCalendar
from calsync.calendars.spec import CalendarSpec
from tests.contract.person import CHICAGO, TextPerson, World
from tests.servers.running import Server

PASSWORD_VARIABLE = "CALSYNC_TEST_PASSWORD"
_numbers = itertools.count(1)


class DavPerson(TextPerson):
    """Talks to the server by itself, one connection a request; ``find`` tells where calsync put the calendar."""

    def __init__(self, server: Server, find: Callable[[], str]) -> None:
        super().__init__()
        self._server = server
        self._find = find

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, bytes]:
        parts = urlsplit(self._server.url)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=str(self._server.ca_file))
            connection = http.client.HTTPSConnection("127.0.0.1", self._server.port, context=context, timeout=60)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        secret = base64.b64encode(f"{self._server.user}:{self._server.password}".encode()).decode()
        try:
            connection.request(method, path, body.encode(), {"Authorization": f"Basic {secret}", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def hrefs(self) -> list[str]:
        status, body = self.ask("PROPFIND", self._find(), Depth="1")
        assert status == 207
        found = [str(each.text) for each in ET.fromstring(body).iter("{DAV:}href")]
        return [href for href in found if href.endswith(".ics")]

    def load(self, href: str) -> str:
        status, body = self.ask("GET", self._path(href))
        assert status == 200, body
        return body.decode()

    def store(self, href: str, text: str) -> None:
        status, body = self.ask("PUT", self._path(href), text, **{"Content-Type": "text/calendar; charset=utf-8"})
        assert status in (200, 201, 204), (status, body)

    def discard(self, href: str) -> None:
        status, body = self.ask("DELETE", self._path(href))
        assert status in (200, 204), (status, body)

    def _path(self, href: str) -> str:
        return href if href.startswith("/") else self._find() + href


def spec_for(server: Server, **changes: Any) -> CalendarSpec:
    """The configuration of a calendar of its own on the server; the password is in the environment."""
    values: dict[str, Any] = {
        "name": "work",
        "type": "caldav",
        "url": server.url,
        "calendar": f"Callbacks {next(_numbers)}",
        "username": server.user,
        "password_env": PASSWORD_VARIABLE,
        "ca_file": server.ca_file,
    }
    return CalendarSpec(**{**values, **changes})


@contextlib.contextmanager
def world_on(server: Server, **changes: Any) -> Iterator[World]:
    """A new calendar on a running server.  A person has it from the start, as one made it in a program or a web
    page.
    """
    opened: list[Calendar] = []
    spec = spec_for(server, **changes)

    def collection() -> str:
        calendar = CalDavCalendar(spec, zone=CHICAGO)
        try:
            return calendar._made().path
        finally:
            calendar.close()

    path: list[str] = []

    def find() -> str:
        if not path:
            path.append(collection())
        return path[0]

    def open_one() -> Calendar:
        opened.append(CalDavCalendar(spec, zone=CHICAGO))
        return opened[-1]

    yield World(open_one, DavPerson(server, find))
    for calendar in opened:
        calendar.close()
