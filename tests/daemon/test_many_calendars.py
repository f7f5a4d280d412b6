"""Calendars in trouble beside one that is well: who waits for whom, how often they are asked, and who comes back."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from tests.daemon.given import CONTACTS, Running, daemon, promise
from tests.e2e.rep import FOLDER, Rep, caldav

ASKED_FOR = 7
"""Seconds that the busy server asks for."""


class Troubled:
    """A server that takes connections and then ``hangs``, hangs up (``cuts``), or is ``busy`` and says until when.

    ``tries`` holds when it was tried; what follows within half a second is the same try.
    """

    def __init__(self, trouble: str) -> None:
        self.tries: list[float] = []
        self._trouble = trouble
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/dav/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                channel, _ = self._server.accept()
                now = time.monotonic()
                if not self.tries or now - self.tries[-1] > 0.5:
                    self.tries.append(now)
                self._open.append(channel)
                if self._trouble == "busy":
                    channel.recv(65536)
                    channel.sendall(
                        f"HTTP/1.1 503 Busy\r\nRetry-After: {ASKED_FOR}\r\nContent-Length: 0\r\n"
                        "Connection: close\r\n\r\n".encode()
                    )
                if self._trouble != "hangs":
                    channel.close()

    def close(self) -> None:
        self._server.close()
        for channel in self._open:
            channel.close()


pytestmark = pytest.mark.slow


@pytest.fixture
def troubled() -> Iterator[dict[str, Troubled]]:
    servers = {trouble: Troubled(trouble) for trouble in ("hangs", "cuts", "busy")}
    yield servers
    for server in servers.values():
        server.close()


@pytest.fixture
def rep(tmp_path: Path, troubled: dict[str, Troubled], monkeypatch: pytest.MonkeyPatch) -> Iterator[Rep]:
    """A rep with three calendars in trouble, and a fourth that is well."""
    monkeypatch.setenv("CALSYNC_TEST_PASSWORD", "s3cret")
    tables = [
        caldav(server.url, "tasha").replace('"callbacks"', f'"{trouble}"') for trouble, server in troubled.items()
    ]
    rep = Rep(tmp_path / "rep", "\n".join((*tables, FOLDER)), contacts=CONTACTS)
    yield rep
    rep.close()


def seconds_to_event(running: Running, rep: Rep, number: int) -> float:
    """How long a promise takes from the log to the calendar that is well."""
    rep.log(promise("ann", words=f"call 2027-01-{10 + number} at 2pm"))
    events, begins = rep.folder / "calendar", f"202701{10 + number}T140000"
    return running.wait_for(lambda: any(begins in one.read_text() for one in events.glob("*.ics")), 20)


def test_one_that_is_in_trouble_holds_nobody_up_and_is_asked_less_and_less(
    rep: Rep, troubled: dict[str, Troubled]
) -> None:
    with daemon(rep) as running:
        running.wait_for(lambda: running.said.count("unreachable") >= 3, 30)
        paces: list[float] = []
        begun = time.monotonic()
        while time.monotonic() - begun < 16:
            paces.append(seconds_to_event(running, rep, len(paces)))
            time.sleep(2)
        assert running.stop() == 0
    assert statistics.median(paces) < 2.0, paces
    gaps = [after - before for before, after in pairwise(troubled["cuts"].tries)]
    assert len(gaps) >= 3
    for gap, wait in zip(gaps, (2, 4, 8, 16), strict=False):
        assert 0.75 * wait <= gap <= wait + 5, gaps
    busy = troubled["busy"].tries
    assert len(busy) >= 2
    assert all(after - before >= ASKED_FOR for before, after in pairwise(busy)), busy
    assert len(troubled["hangs"].tries) <= 2, "one request at a time, and it is waited for, not sent again"
