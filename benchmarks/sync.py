"""What a sync costs: requests, bytes, our own CPU and the wall clock, on Radicale, Xandikos and a folder.

Beside it, in the same run and on the same servers: a bare ``http.client`` that only sends the same bodies, and
vdirsyncer where it is installed.  Requests and bytes are counted by a proxy in a process of its own.  Small by default;
``--full`` takes 1,000 events for the first sync and 5,000 for the rest of the folder, and most of an hour.  Run it with
``make bench-sync``.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import http.client
import multiprocessing
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from calsync import config
from calsync.office import Office, open_office
from calsync.run import run_once
from tests.e2e.rep import CHICAGO, FOLDER, HEAD, caldav
from tests.e2e.worlds import as_entry
from tests.servers.running import PASSWORD, USER, Server, radicale_server, running, xandikos_server

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import SynchronizedArray

RUNS = 5
NOW = datetime(2026, 10, 26, 9, 30, tzinfo=CHICAGO)
FIRST = datetime(2026, 9, 1, 9, 0)  # noqa: DTZ001 - the log is written in the rep's wall clock
REQUEST = re.compile(rb"(?m)^[A-Z]+ \S+ HTTP/1\.[01]\r$")
SERVERS: dict[str, Callable[[Path], Server]] = {"radicale": radicale_server, "xandikos": xandikos_server}


@dataclass(frozen=True, slots=True)
class Cost:
    """One measurement: seconds, and what went over the wire."""

    wall: float
    cpu: float
    requests: int = 0
    up: int = 0
    down: int = 0


# -- counting ----------------------------------------------------------------------------------------------------------


class Meter:
    """A proxy in a process of its own that counts requests and bytes each way."""

    def __init__(self, port: int) -> None:
        self.counts: SynchronizedArray[int] = multiprocessing.Array("q", 4)
        self._process = multiprocessing.Process(target=_proxy, args=(port, self.counts), daemon=True)
        self._process.start()
        while not self.counts[3]:
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{self.counts[3]}/"

    def measure(self, work: Callable[[], object]) -> Cost:
        """What that costs; the CPU is this process's."""
        before = self.counts[:]
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        time.sleep(0.05)  # the last bytes are counted by somebody else
        requests, up, down = (after - old for after, old in zip(self.counts[:3], before[:3], strict=True))
        return Cost(wall, cpu, requests, up, down)

    def stop(self) -> None:
        self._process.terminate()
        self._process.join()


def _proxy(port: int, counts: SynchronizedArray[int]) -> None:
    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, slot: int) -> None:
        while data := await reader.read(1 << 16):
            counts[slot] += len(data)
            if slot == 1:
                counts[0] += len(REQUEST.findall(data))
            writer.write(data)
            await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, back, 1), pump(there, writer, 2), return_exceptions=True)

    async def serve() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        counts[3] = server.sockets[0].getsockname()[1]
        await asyncio.Event().wait()

    asyncio.run(serve())


# -- the rep -----------------------------------------------------------------------------------------------------------


class Desk:
    """A rep's folder with so many calls owed, and an office that stays open."""

    def __init__(self, folder: Path, events: int, table: str) -> None:
        folder.mkdir(parents=True)
        (folder / "calsync.toml").write_text(HEAD + table)
        (folder / "contacts.csv").write_text(
            "id,name,phone,region\n"
            + "".join(f"c{n},Ann Archer {n},+1 312 555 {n % 10000:04d},US-IL\n" for n in range(events + RUNS))
        )
        self.log = folder / "attempts.csv"
        rows = (
            f"{(FIRST + timedelta(minutes=5 * n)).isoformat()},c{n},outbound,call,connected,in {80 + n % 200} days,\n"
            for n in range(events)
        )
        self.log.write_text("at,contact,direction,channel,outcome,promise,note\n" + "".join(rows))
        self.office: Office = open_office(config.load(folder / "calsync.toml"))
        self.now, self.events, self.added = NOW, events, 0

    def run(self) -> None:
        self.now += timedelta(seconds=30)
        report = run_once(self.office, self.now)
        trouble = [one.error for one in report.actions if one.error]
        assert report.exit_code == 0, (trouble[:3], report.calendars, report.refused, report.problems[:3])
        assert not trouble, trouble[:3]

    def add(self) -> None:
        """One more attempt in the log, to somebody who was owed no call."""
        with self.log.open("a") as log:
            log.write(
                f"2026-10-26T09:{self.added:02d},c{self.events + self.added},outbound,call,left_voicemail,by Friday,\n"
            )
        self.added += 1

    def edit(self, count: int) -> None:
        """Somebody renames events on the server."""
        calendar = self.office.branch(self.office.settings.calendars[0]).calendar
        for seen in calendar.changes(None).seen[:count]:
            calendar.update(replace(as_entry(seen), title=f"hm? {seen.title}"), seen)

    def bodies(self) -> list[tuple[str, str]]:
        """Name and text of each event as it was written."""
        calendar = self.office.branch(self.office.settings.calendars[0]).calendar
        return [(Path(seen.href).name, seen.raw) for seen in calendar.changes(None).seen]


def median(costs: Sequence[Cost]) -> Cost:
    """Field by field."""
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in Cost.__slots__))


# -- the peers ---------------------------------------------------------------------------------------------------------


def raw_put(server: Server, collection: str, bodies: Sequence[tuple[str, str]]) -> float:
    """Seconds to send the bodies one after another, with nothing around it."""
    sign_in = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {sign_in}", "Content-Type": "text/calendar", "If-None-Match": "*"}
    line = http.client.HTTPConnection("127.0.0.1", server.port)
    began = time.perf_counter()
    for name, text in bodies:
        line.request("PUT", f"{collection}{name}", text.encode(), headers)
        answer = line.getresponse()
        answer.read()
        assert answer.status in (201, 204), answer.status
    return time.perf_counter() - began


def collection(server: Server, name: str) -> str:
    """A new calendar of that name; its path."""
    sign_in = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    home = f"/{USER}/calendars/" if "xandikos" in " ".join(server.command) else f"/{USER}/"
    line = http.client.HTTPConnection("127.0.0.1", server.port)
    line.request("MKCALENDAR", f"{home}{name}/", headers={"Authorization": f"Basic {sign_in}"})
    answer = line.getresponse()
    answer.read()
    assert answer.status == 201, answer.status
    return f"{home}{name}/"


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
        self._command = [shutil.which("vdirsyncer", path=str(Path(sys.executable).parent)) or "", "-c"]
        self._command.append(str(folder / "config"))
        subprocess.run([*self._command, "discover"], check=True, capture_output=True, input=b"y\n")

    @staticmethod
    def installed() -> bool:
        return shutil.which("vdirsyncer", path=str(Path(sys.executable).parent)) is not None

    def sync(self) -> None:
        subprocess.run([*self._command, "sync"], check=True, capture_output=True)


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# -- what is measured --------------------------------------------------------------------------------------------------


def caldav_bench(kind: str, base: Path, first: int) -> Iterator[tuple[str, str, str]]:
    """Rows of the table for one server: what, the bar, what was measured."""
    with running(SERVERS[kind](base / kind)) as server, metered(server.port) as meter:
        desk = Desk(base / f"{kind}-rep", first, caldav(meter.url, USER))
        cost = meter.measure(desk.run)
        bodies = desk.bodies()
        raw = raw_put(server, collection(server, "raw"), bodies)
        peer = "no vdirsyncer"
        if Vdirsyncer.installed():
            other = Vdirsyncer(base / f"{kind}-vdir", meter.url.rstrip("/") + collection(server, "vdir"), bodies)
            cpu = children_cpu()
            theirs = meter.measure(other.sync)
            peer = f"vdirsyncer {theirs.wall:.1f} s, {(children_cpu() - cpu) / first * 1e3:.1f} ms CPU an event"
        own = f"{cost.cpu / first * 1e3:.2f} ms CPU an event, plan included"
        yield (
            f"{kind}: first sync of {first}",
            "<= 1.10 x raw PUT; <= 1.5 ms CPU an event",
            f"{cost.wall:.1f} s = {cost.wall / raw:.2f} x raw; {own}; {cost.requests} requests; {peer}",
        )
        desk.run()
        quiet = median([meter.measure(desk.run) for _ in range(RUNS)])
        peer = ""
        if Vdirsyncer.installed():
            cpu = children_cpu()
            theirs = meter.measure(other.sync)
            peer = f"; vdirsyncer {theirs.requests} requests, {theirs.down} B down, {children_cpu() - cpu:.2f} s CPU"
        yield (
            f"{kind}: nothing changed, {first} live",
            "1 request, <= 1.5 kB each way, <= 10 ms CPU",
            f"{quiet.requests:.0f} request, {quiet.up:.0f} B up, {quiet.down:.0f} B down, {quiet.cpu * 1e3:.1f} ms CPU"
            + peer,
        )
        added = []
        for _ in range(RUNS):
            desk.add()
            added.append(meter.measure(desk.run))
        one = median(added)
        yield (
            f"{kind}: one attempt added, {first} live",
            "<= 3 requests, <= 50 ms CPU, <= 1 s",
            f"{one.requests:.0f} requests, {one.cpu * 1e3:.0f} ms CPU, {one.wall:.2f} s",
        )
        desk.edit(20)
        looked = meter.measure(
            lambda: desk.office.branch(desk.office.settings.calendars[0]).calendar.changes(
                desk.office.cache.token("callbacks"), {}
            )
        )
        yield (f"{kind}: 20 events changed by hand, read", "2 requests, one a multiget", f"{looked.requests} requests")
        desk.office.close()


@contextmanager
def metered(port: int) -> Iterator[Meter]:
    meter = Meter(port)
    try:
        yield meter
    finally:
        meter.stop()


def folder_bench(base: Path, first: int) -> Iterator[tuple[str, str, str]]:
    """Rows of the table for a folder of files."""
    desk = Desk(base / "folder-rep", first, FOLDER)
    plan = time.process_time()
    desk.office.plan(NOW)
    plan = time.process_time() - plan
    began, cpu = time.perf_counter(), time.process_time()
    desk.run()
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    bodies = desk.bodies()
    (base / "plain").mkdir()
    began = time.perf_counter()
    for name, text in bodies:
        with (base / "plain" / f"{name}.new").open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        (base / "plain" / f"{name}.new").rename(base / "plain" / name)
    plain = time.perf_counter() - began
    own = f"{cpu / first * 1e3:.2f} ms CPU an event with the ledger, after a plan of {plan / first * 1e3:.2f}"
    yield (
        f"folder: first {first}",
        "<= 1.5 x write + fsync + rename",
        f"{wall:.2f} s = {wall / plain:.1f} x; {own}",
    )
    desk.run()
    quiet, scans = [], []
    for _ in range(RUNS):
        began, cpu = time.perf_counter(), time.process_time()
        desk.run()
        quiet.append(Cost(time.perf_counter() - began, time.process_time() - cpu))
        began = time.perf_counter()
        _ = [entry.stat().st_mtime_ns for entry in os.scandir(base / "plain")]
        scans.append(time.perf_counter() - began)
    scan = statistics.median(scans)
    yield (
        f"folder: nothing changed, {first} live",
        "<= 3 x a directory scan",
        f"{median(quiet).wall * 1e3:.1f} ms = {median(quiet).wall / scan:.1f} x; {median(quiet).cpu * 1e3:.1f} ms CPU",
    )
    reads = []
    for _ in range(RUNS):
        began = time.perf_counter()
        desk.office.reader.read(desk.now)
        reads.append(time.perf_counter() - began)
    yield ("files unchanged", "no row parsed, <= 1 ms", f"{statistics.median(reads) * 1e3:.2f} ms")
    added = []
    for _ in range(RUNS):
        desk.add()
        cpu = time.process_time()
        desk.run()
        added.append(time.process_time() - cpu)
    yield (
        f"folder: one attempt added, {first} live",
        "<= 50 ms CPU",
        f"{statistics.median(added) * 1e3:.0f} ms CPU",
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield (f"memory, {first} live", "<= 80 MB RSS at the peak", f"{peak:.0f} MB, this program included")
    desk.office.close()


def main(arguments: Sequence[str]) -> None:
    """Print the table, a row as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="1,000 events on the servers, 5,000 in the folder")
    parser.add_argument("--events", type=int, default=150, help="how many on the servers (150)")
    parser.add_argument("--files", type=int, default=1000, help="how many in the folder (1,000)")
    chosen = parser.parse_args(arguments)
    events, files = (1000, 5000) if chosen.full else (chosen.events, chosen.files)
    os.environ["CALSYNC_TEST_PASSWORD"] = PASSWORD
    with tempfile.TemporaryDirectory(prefix="calsync-bench-") as folder:
        for row in folder_bench(Path(folder), files):
            show(*row)
        for kind in SERVERS:
            for row in caldav_bench(kind, Path(folder), events):
                show(*row)


def show(what: str, bar: str, measured: str) -> None:
    sys.stdout.write(f"{what}\n    bar       {bar}\n    measured  {measured}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
