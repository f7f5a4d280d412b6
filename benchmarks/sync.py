"""What a sync costs: requests, bytes, our own CPU and the wall clock, on Radicale, Xandikos and a folder.

Beside it, in the same run and on the same servers: bare requests with the same bodies, sent in turn with ours, so that
both meet the same server in the same minute; and vdirsyncer where it is installed.
What depends on how many events are live, not on whose server it is, is measured with 5,000 of them on the tests' own
server, and with 100,000 rows of log.  Every figure stands beside its bar.  Run it with ``make bench-sync``; ``--full``
takes 1,000 events for the first sync, five times, or as often as a server manages in five minutes, and a quarter of an
hour on a machine that has nothing else to do.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.desk import Desk
from benchmarks.meter import Cost, Meter, children_cpu, median, metered, timed
from benchmarks.peers import Bare, Vdirsyncer, home, plain_files, plain_scan
from calsync.calendars.base import Receipt
from calsync.calendars.folder import FolderCalendar
from calsync.errors import CalendarError
from calsync.model import Entry
from tests.e2e.rep import FOLDER, caldav
from tests.servers import hostile as plain
from tests.servers.running import PASSWORD, USER, Server, radicale_server, running, xandikos_server

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

RUNS = 5
PATIENCE = 300.0
"""Seconds after which no further first sync is begun on a server: one was measured all the same."""

SERVERS: dict[str, Callable[[Path], Server]] = {"radicale": radicale_server, "xandikos": xandikos_server}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; ``bar`` is the most it may be, ``None`` for what only stands beside the others."""

    what: str
    value: float
    bar: float | None = None
    digits: int = 0

    def __str__(self) -> str:
        value = f"{self.value:.{self.digits}f}"
        if self.bar is None:
            return f"{'':9}{value} {self.what}"
        return f"{'reached' if self.value <= self.bar else 'MISSED':9}{value} {self.what} (bar {self.bar:g})"


Row = tuple[str, list[Figure]]


def on_the_wire(cost: Cost, requests: int) -> list[Figure]:
    return [
        Figure("requests", cost.requests, requests),
        Figure("kB up", cost.up / 1e3, 1.5, 2),
        Figure("kB down", cost.down / 1e3, 1.5, 2),
    ]


# -- servers -----------------------------------------------------------------------------------------------------------


def server_rows(kind: str, base: Path, events: int, rounds: int) -> Iterator[Row]:
    """A real server: the first sync beside bare requests and vdirsyncer, then what each kind of change costs."""
    with running(SERVERS[kind](base / kind)) as server, metered(server.port) as meter:
        began, firsts = time.monotonic(), list[tuple[Cost, Cost, Desk]]()
        while len(firsts) < rounds and (not firsts or time.monotonic() - began < PATIENCE):
            firsts.append(_first_sync(kind, base / f"{kind}-{len(firsts)}", meter, events))
        ratios = [ours.wall / bare.wall for ours, bare, _ in firsts]
        ours, desk = median([ours for ours, _, _ in firsts]), firsts[-1][2]
        figures = [
            Figure("x the wall of bare PUTs sent in turn", statistics.median(ratios), 1.10, 3),
            Figure("ms CPU an event, plan and ledger included", ours.cpu / events * 1e3, 1.5, 2),
            Figure("s wall", ours.wall, digits=1),
        ]
        other = None
        if Vdirsyncer.installed():
            bodies = desk.bodies()
            Bare(meter.port, f"{home(kind)}vdir/").made()
            other = Vdirsyncer(base / f"{kind}-vdir", f"{meter.url.rstrip('/')}{home(kind)}vdir/", bodies)
            cpu = children_cpu()
            theirs = timed(other.sync)
            figures.append(Figure("x the wall of vdirsyncer", ours.wall / theirs.wall, 1.0, 2))
            figures.append(Figure("ms CPU an event: vdirsyncer", (children_cpu() - cpu) / events * 1e3, digits=2))
        yield f"{kind}: first sync of {events}, {len(firsts)} times", figures
        yield from _after_the_first(kind, desk, meter, other)
        desk.close()


def _first_sync(kind: str, folder: Path, meter: Meter, events: int) -> tuple[Cost, Cost, Desk]:
    """Ours, and the same bodies sent bare: after each event of ours the same one goes into another collection."""
    collection = f"{home(kind)}{folder.name}"
    Bare(meter.port, f"{collection}-ours/").made()
    bare = Bare(meter.port, f"{collection}-bare/").made()
    desk = Desk(folder, events, caldav(f"{meter.url.rstrip('/')}{collection}-ours/", USER))
    calendar = desk.branch.calendar
    create = calendar.create
    sent: list[tuple[str, str]] = []

    def noted(entry: object) -> object:
        receipt = create(entry)  # type: ignore[arg-type]  # what the run hands over is an entry
        sent.append((Path(receipt.href).name, receipt.raw))
        return receipt

    def in_turn(step: str) -> None:
        if step == "create sent":
            bare.put(*sent.pop())

    calendar.create = noted  # type: ignore[method-assign,assignment]  # to know what was sent, and nothing else
    cost = timed(lambda: desk.run(in_turn))
    calendar.create = create  # type: ignore[method-assign]
    return Cost(cost.wall - bare.wall, cost.cpu - bare.cpu), Cost(bare.wall, bare.cpu), desk


def _after_the_first(kind: str, desk: Desk, meter: Meter, other: Vdirsyncer | None) -> Iterator[Row]:
    desk.run()
    quiet = median([meter.measure(desk.run) for _ in range(RUNS)])
    figures = [*on_the_wire(quiet, 1), Figure("ms CPU", quiet.cpu * 1e3, 10, 1)]
    if other is not None:
        cpu = children_cpu()
        theirs = meter.measure(other.sync)
        figures.append(Figure("kB down: vdirsyncer", theirs.down / 1e3, digits=1))
        figures.append(Figure("ms CPU: vdirsyncer", (children_cpu() - cpu) * 1e3))
    yield f"{kind}: nothing changed, {desk.events} live", figures
    one = _one_added(desk, meter)
    yield (
        f"{kind}: one attempt added, {desk.events} live",
        [
            Figure("requests", one.requests, 3),
            Figure("ms CPU", one.cpu * 1e3, 50, 1),
            Figure("s until it is done", one.wall, 1, 2),
        ],
    )
    desk.edit(20)
    read = meter.measure(lambda: desk.branch.calendar.changes(desk.office.cache.token("callbacks"), {}))
    yield f"{kind}: 20 events changed by hand, read", [Figure("requests, one of them a multiget", read.requests, 2)]


def _one_added(desk: Desk, meter: Meter) -> Cost:
    """A run after one more line in the log, time after time."""
    costs = []
    for _ in range(RUNS):
        desk.add()
        costs.append(meter.measure(desk.run))
    return median(costs)


# -- many events, a long log -------------------------------------------------------------------------------------------


def many_rows(base: Path, events: int, log: int) -> Iterator[Row]:
    """So many events live, on a server that takes no time of its own."""
    with plain_server() as port, metered(port) as meter:
        desk = Desk(base / "many", events, caldav(f"{meter.url}dav/callbacks/", plain.USER, "PLAIN_PASSWORD"), rows=log)
        first = timed(desk.run)
        yield (
            f"first sync of {events}, {log} attempts in the log",
            [Figure("ms CPU an event, and of reading the log", first.cpu / events * 1e3, digits=2)],
        )
        desk.run()
        quiet = median([meter.measure(desk.run) for _ in range(RUNS)])
        yield (
            f"nothing changed, {events} live",
            [*on_the_wire(quiet, 1), Figure("ms CPU", quiet.cpu * 1e3, 10, 1)],
        )
        reads = [timed(lambda: desk.office.reader.read(desk.now)).wall for _ in range(RUNS)]
        yield (
            "nothing changed in the files",
            [
                Figure("rows parsed", desk.office.reader.parsed, 0),
                Figure("ms", statistics.median(reads) * 1e3, 1, 2),
            ],
        )
        one = _one_added(desk, meter)
        yield (
            f"one attempt added to {log}, {events} live",
            [
                Figure("requests", one.requests, 3),
                Figure("ms CPU", one.cpu * 1e3, 50, 1),
                Figure("s until it is done", one.wall, 1, 2),
            ],
        )
        desk.close()


@contextmanager
def plain_server() -> Iterator[int]:
    """The port of the tests' own server, without faults, in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(line: Connection) -> None:
    server = plain.HostileServer()
    # Head and body go out as two pieces; without this the second one waits 40 ms for the other side to say a word.
    vars(server)["_http"].RequestHandlerClass.disable_nagle_algorithm = True
    line.send(int(server.url.split(":")[2].split("/")[0]))
    while True:
        time.sleep(3600)


def memory_rows(base: Path, events: int) -> Iterator[Row]:
    """The real program, twice: the run that writes them all, and one that finds them."""
    yield _memory(f"calsync sync, {events} events in a folder, as a process", Desk(base / "memory", events, FOLDER))
    with plain_server() as port:
        server = caldav(f"http://127.0.0.1:{port}/dav/callbacks/", plain.USER, "PLAIN_PASSWORD")
        what = f"calsync sync, {events} events on a CalDAV server, as a process"
        yield _memory(what, Desk(base / "memory-caldav", events, server))


def _memory(what: str, desk: Desk) -> Row:
    cpu, first = desk.process()
    _, second = desk.process()
    return what, [
        Figure("MB at the most, the first time", first, 80),
        Figure("MB at the most, the second time", second, 80),
        Figure("ms CPU an event, start of the program included", cpu / desk.events * 1e3, digits=2),
    ]


# -- a folder ----------------------------------------------------------------------------------------------------------


def folder_rows(base: Path, files: int, rounds: int) -> Iterator[Row]:
    """A folder of files, beside the same files just written and just looked at.

    What reading and planning take of a first sync is told by another rep's, who has just the same to plan.
    """
    parts, writes, wholes, cpus = [], [], [], []
    for number in range(rounds):
        desk, twin = (Desk(base / f"{name}-{number}", files, FOLDER) for name in ("folder", "twin"))
        part, _ = _timed_writing(desk), twin.branch
        plan = timed(lambda twin=twin: twin.office.plan(twin.now))  # type: ignore[misc]
        first = timed(desk.run)
        plain = plain_files(base / f"plain-{number}", desk.bodies())
        parts.append(sum(part) / plain.wall)
        writes.append((first.wall - plan.wall) / plain.wall)
        wholes.append(first.wall / plain.wall)
        cpus.append(first.cpu / files * 1e3)
        twin.close()
        if number < rounds - 1:
            desk.close()
    yield (
        f"folder: first {files}, {rounds} times",
        [
            Figure("x write + fsync + rename of the same files, to put them there", statistics.median(parts), digits=2),
            Figure("x that, words, comparing and ledger included", statistics.median(writes), 1.5, 2),
            Figure("x that, reading and planning included", statistics.median(wholes), digits=2),
            Figure("ms CPU an event, plan and ledger included", statistics.median(cpus), 1.5, 2),
        ],
    )
    desk.run()
    time.sleep(0.1)
    desk.run()
    looks = [(timed(desk.run), plain_scan(base / "plain-0")) for _ in range(RUNS * 3)]
    yield (
        f"folder: nothing changed, {files} live",
        [
            Figure("x a scan of the directory", statistics.median(cost.wall / scan for cost, scan in looks), 3, 2),
            Figure("ms CPU", statistics.median(cost.cpu for cost, _ in looks) * 1e3, digits=1),
        ],
    )
    desk.close()


def _timed_writing(desk: Desk) -> list[float]:
    """How long the folder itself takes for each group of new events that it is given, as they come."""
    calendar, took = desk.branch.calendar, list[float]()
    assert isinstance(calendar, FolderCalendar)
    create_all = calendar.create_all

    def watched(entries: Iterable[Entry]) -> Iterator[Receipt | CalendarError]:
        began = time.perf_counter()
        results = list(create_all(entries))
        took.append(time.perf_counter() - began)
        return iter(results)

    calendar.create_all = watched  # type: ignore[method-assign]  # to look at the clock, and nothing else
    return took


# -- the table ---------------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str]) -> None:
    """Print the table, a row as soon as it is known, and how many bars were reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="1,000 events on the servers, five times in the folder")
    parser.add_argument("--events", type=int, help="how many on the servers (100; 1,000 with --full)")
    parser.add_argument("--only", nargs="+", choices=["memory", "folder", "many", *SERVERS], help="these rows alone")
    chosen = parser.parse_args(arguments)
    events = chosen.events or (1000 if chosen.full else 100)
    rounds = RUNS if chosen.full else 2
    os.environ |= {"CALSYNC_TEST_PASSWORD": PASSWORD, "PLAIN_PASSWORD": plain.PASSWORD}
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="calsync-bench-") as folder:
        base = Path(folder)
        Desk(base / "warm", 1, FOLDER).run()  # what is imported once a process is told where the process is measured
        parts = {
            "memory": memory_rows(base, 5000),
            "folder": folder_rows(base, 1000, RUNS if chosen.full else 3),
            "many": many_rows(base, 5000, 100_000),
            **{kind: server_rows(kind, base, events, rounds) for kind in SERVERS},
        }
        for name in chosen.only or parts:
            for what, figures in parts[name]:
                print(what, *(f"    {figure}" for figure in figures), sep="\n", flush=True)
                found += figures
    judged = [figure for figure in found if figure.bar is not None]
    reached = sum(figure.value <= figure.bar for figure in judged if figure.bar is not None)
    print(f"{reached} of {len(judged)} bars reached; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
