"""What goes over the wire, seen from the other end of it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from calsync.calendars.caldav.http1 import Connection
from calsync.calendars.caldav.poll import Poll
from calsync.calendars.caldav.wire import Wire
from calsync.calendars.spec import CalendarSpec
from calsync.errors import Unreachable

ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def listener(pieces: list[bytes]) -> Iterator[str]:
    """A server that notes what each read gives, and answers it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                while piece := line.recv(1 << 16):
                    pieces.append(piece)
                    line.sendall(ANSWER)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/cal/"
        thread.join()


@contextmanager
def lets_go(host: str = "127.0.0.1", *, answers: bool = True) -> Iterator[str]:
    """A server that closes each connection after one answer, or before it."""
    with socket.create_server((host, 0)) as server:

        def serve() -> None:
            with suppress(OSError):  # the end: nobody listens any more
                while True:
                    line, _ = server.accept()
                    with line:
                        line.recv(1 << 16)
                        line.sendall(ANSWER.replace(b"1.1", b"1.0") if answers else b"")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://localhost:{server.getsockname()[1]}/cal/"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_where_a_server_is_that_lets_go_of_each_connection_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    lookup = socket.getaddrinfo

    def counted(*arguments: Any, **named: Any) -> Any:
        asked.append(arguments)
        return lookup(*arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", counted)
    with lets_go() as url:
        wire = Wire(CalendarSpec("callbacks", "caldav", url=url))
        assert [wire.request("PUT", f"{url}one.ics", "BEGIN:VCALENDAR").status for _ in range(3)] == [201] * 3
        wire.close()
    assert len(asked) == 1


def test_a_server_that_is_somewhere_else_now_is_looked_for() -> None:
    def connected(url: str, before: Connection | None = None) -> Connection:
        port = urlsplit(url).port or 0
        return Connection("http", "localhost", port, tls=None, connect=5.0, read=5.0, before=before)

    with lets_go() as old:
        there = connected(old)
        there.close()
    with lets_go() as new:
        here = connected(new, before=there)
        assert here.ask("PUT", "/cal/one.ics", {}, b"", time.monotonic() + 5).status == 201
        assert not here.open


def test_a_server_that_never_answers_is_not_asked_twice() -> None:
    with lets_go(answers=False) as url:
        wire = Wire(CalendarSpec("callbacks", "caldav", url=url))
        with pytest.raises(Unreachable, match="connection broke"):
            wire.request("PUT", f"{url}one.ics", "BEGIN:VCALENDAR")
        assert wire.requests == 1


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("/cal/one.ics", "https://dav.example.com:8443/cal/one.ics"),
        ("one.ics", "https://dav.example.com:8443/cal/one.ics"),
        ("//elsewhere.example.com/one.ics", "https://dav.example.com:8443//elsewhere.example.com/one.ics"),
    ],
)
def test_what_a_server_names_is_asked_for_on_that_server(href: str, address: str) -> None:
    spec = CalendarSpec("callbacks", "caldav", url="https://dav.example.com:8443/cal/")
    assert Poll(Wire(spec), spec, spec.url).address(href) == address


def test_a_head_and_its_body_leave_in_one_piece() -> None:
    pieces: list[bytes] = []
    with listener(pieces) as url:
        wire = Wire(CalendarSpec("callbacks", "caldav", url=url))
        for body in ("BEGIN:VCALENDAR", "", "END:VCALENDAR"):
            assert wire.request("PUT", f"{url}one.ics", body).status == 201
        wire.close()
    assert [piece.partition(b"\r\n\r\n")[2] for piece in pieces] == [b"BEGIN:VCALENDAR", b"", b"END:VCALENDAR"]
