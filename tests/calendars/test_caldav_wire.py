"""What goes over the wire, seen from the other end of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from calsync.calendars.caldav.wire import Wire
from calsync.calendars.spec import CalendarSpec

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


def test_a_head_and_its_body_leave_in_one_piece() -> None:
    pieces: list[bytes] = []
    with listener(pieces) as url:
        wire = Wire(CalendarSpec("callbacks", "caldav", url=url))
        for body in ("BEGIN:VCALENDAR", "", "END:VCALENDAR"):
            assert wire.request("PUT", f"{url}one.ics", body).status == 201
        wire.close()
    assert [piece.partition(b"\r\n\r\n")[2] for piece in pieces] == [b"BEGIN:VCALENDAR", b"", b"END:VCALENDAR"]
