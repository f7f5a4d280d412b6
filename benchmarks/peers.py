"""What stands beside calsync: bare requests, files just written, and vdirsyncer where it is installed."""

from __future__ import annotations

import base64
import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.meter import Cost
from tests.servers.running import PASSWORD, USER


class Bare:
    """A client that does nothing but send one body after the other into a collection of its own, and adds up what that
    takes.  It opens a connection where the server let go of the last one, as every client has to."""

    def __init__(self, port: int, collection: str) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port)
        self._collection = collection
        sign_in = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        self._headers = {"Authorization": f"Basic {sign_in}", "Content-Type": "text/calendar", "If-None-Match": "*"}
        self.wall = self.cpu = 0.0

    def put(self, name: str, text: str) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        self._line.request("PUT", f"{self._collection}{name}", text.encode(), self._headers)
        answer = self._line.getresponse()
        answer.read()
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu
        assert answer.status in (201, 204), answer.status

    def made(self) -> Bare:
        """The collection is there."""
        self._line.request("MKCALENDAR", self._collection, headers={"Authorization": self._headers["Authorization"]})
        answer = self._line.getresponse()
        answer.read()
        assert answer.status == 201, answer.status
        return self


def home(kind: str) -> str:
    """Where a server keeps the calendars of the rep."""
    return f"/{USER}/calendars/" if kind == "xandikos" else f"/{USER}/"


class Vdirsyncer:
    """A folder and a collection that vdirsyncer keeps in step."""

    def __init__(self, folder: Path, url: str, bodies: Sequence[tuple[str, str]]) -> None:
        (folder / "items").mkdir(parents=True)
        for name, text in bodies:
            (folder / "items" / name).write_text(text, newline="")
        (folder / "config").write_text(
            f'[general]\nstatus_path = "{folder}/status"\n[pair p]\na = "a"\nb = "b"\ncollections = null\n'
            f'[storage a]\ntype = "filesystem"\npath = "{folder}/items"\nfileext = ".ics"\n'
            f'[storage b]\ntype = "caldav"\nurl = "{url}"\nusername = "{USER}"\npassword = "{PASSWORD}"\n'
        )
        self._command = [_program() or "", "-c", str(folder / "config")]
        subprocess.run([*self._command, "discover"], check=True, capture_output=True, input=b"y\n")

    @staticmethod
    def installed() -> bool:
        return _program() is not None

    def sync(self) -> None:
        subprocess.run([*self._command, "sync"], check=True, capture_output=True)


def _program() -> str | None:
    return shutil.which("vdirsyncer", path=str(Path(sys.executable).parent))


def plain_files(folder: Path, bodies: Sequence[tuple[str, str]]) -> Cost:
    """Each body written, flushed to the disk and renamed, one after the other."""
    folder.mkdir()
    wall, cpu = time.perf_counter(), time.process_time()
    for name, text in bodies:
        with (folder / f"{name}.new").open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        (folder / f"{name}.new").rename(folder / name)
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def plain_scan(folder: Path) -> float:
    """Seconds to look at each file of a folder once."""
    began = time.perf_counter()
    with os.scandir(folder) as listing:
        _ = [entry.stat().st_mtime_ns for entry in listing]
    return time.perf_counter() - began
