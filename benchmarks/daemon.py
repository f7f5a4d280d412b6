"""What the daemon costs: ``python -m benchmarks.daemon [--samples N] [--seconds S]``.

A real daemon on a real CalDAV server (Radicale on loopback): CPU until it says READY, memory after its first runs,
wake-ups and CPU ticks of all threads while nothing happens, seconds from a line in the log to the event on the server,
and what ``calsync status`` costs next to ``python -c pass``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.e2e.rep import CHICAGO, FOLDER, Rep, caldav
from tests.servers.running import Server, radicale_server

CONTACTS = "id,name,phone,region\n" + "".join(
    f"c{number},Contact {number},+1 312 555 {number % 100 + 100:04d},US-IL\n" for number in range(1000)
)
TICK = os.sysconf("SC_CLK_TCK")


class Process:
    """The daemon, seen through ``/proc``."""

    def __init__(self, process: subprocess.Popen[bytes], ready_cpu: float, ready_wall: float) -> None:
        self.process, self.ready_cpu, self.ready_wall = process, ready_cpu, ready_wall

    def ticks(self) -> int:
        return cpu_ticks(self.process.pid)

    def switches(self) -> int:
        """Voluntary context switches of all threads."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            for line in (task / "status").read_text().splitlines():
                if line.startswith("voluntary_ctxt_switches"):
                    total += int(line.split()[1])
        return total

    def memory(self) -> dict[str, float]:
        lines = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()
        return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("Rss:", "Pss:"))}


def cpu_ticks(pid: int) -> int:
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))


@contextmanager
def daemon(rep: Rep, password: str) -> Iterator[Process]:
    """``calsync run``, from its start to READY as a service manager hears it."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"{folder}/n")
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "calsync.cli.main", "--config", str(rep.configuration), "run"],
            stderr=subprocess.DEVNULL,
            env=os.environ | {"NOTIFY_SOCKET": f"{folder}/n", "CALSYNC_TEST_PASSWORD": password},
        )
        try:
            while b"READY=1" not in manager.recv(4096):
                pass
            ready = Process(process, cpu_ticks(process.pid) / TICK, time.monotonic() - begun)
            # Somebody has to go on listening: what nobody reads fills the socket.
            threading.Thread(target=_listen, args=(manager,), daemon=True).start()
            yield ready
        finally:
            process.terminate()
            process.wait(15)


def _listen(manager: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while manager.recv(4096):
            pass


def events(server: Server) -> int:
    return sum(1 for _ in server.storage.glob("collection-root/*/*/*.ics"))


def latency(rep: Rep, server: Server, samples: int) -> list[float]:
    """Seconds from a line in the log to its event, sample after sample."""
    found = []
    day = (datetime.now(CHICAGO) + timedelta(days=4)).strftime("%Y-%m-%d")
    said = (datetime.now(CHICAGO) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    for number in range(samples):
        before = events(server)
        begun = time.monotonic()
        rep.log(f"{said},c{number},outbound,call,connected,by {day},")
        while events(server) == before and time.monotonic() - begun < 60:
            time.sleep(0.005)
        found.append(time.monotonic() - begun)
        time.sleep(0.3)
    return found


def idle(process: Process, seconds: float) -> None:
    """Wait until the last run's echo is over, then count."""
    time.sleep(5)
    switches, ticks = process.switches(), process.ticks()
    time.sleep(seconds)
    print(f"idle for {seconds:.0f} s: {process.switches() - switches} wake-ups of all threads, "
          f"{process.ticks() - ticks} CPU ticks of 10 ms")  # fmt: skip


def child_cpu(*command: str) -> float:
    """CPU seconds of a command, the best of five."""
    found = []
    for _ in range(5):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
        found.append(used.ru_utime + used.ru_stime)
    return min(found)


def measure(name: str, rep: Rep, server: Server, samples: int, seconds: float) -> None:
    print(f"-- {name}")
    with daemon(rep, server.password) as process:
        print(f"READY after {process.ready_cpu * 1000:.0f} ms CPU, {process.ready_wall:.2f} s")
        time.sleep(3)
        if samples:
            found = sorted(latency(rep, server, samples))
            p50, p99 = statistics.median(found), found[min(len(found) - 1, int(len(found) * 0.99))]
            print(f"line in the log to event on the server, {samples} times: "
                  f"median {p50:.2f} s, p99 {p99:.2f} s, longest {found[-1]:.2f} s")  # fmt: skip
        memory = process.memory()
        print(f"RSS {memory['Rss']:.0f} MB, PSS {memory['Pss']:.0f} MB")
        idle(process, seconds)
        bare = child_cpu(sys.executable, "-c", "pass")
        status = child_cpu(sys.executable, "-m", "calsync.cli.main", "--config", str(rep.configuration), "status")
        print(
            f"calsync status: {status * 1000:.0f} ms CPU, {status / bare:.1f} x python -c pass ({bare * 1000:.0f} ms)"
        )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=20, help="lines logged and timed")
    parser.add_argument("--seconds", type=float, default=65.0, help="how long idleness is watched")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="calsync-bench-"))
    server = radicale_server(folder / "server")
    try:
        rep = Rep(folder / "files", FOLDER, contacts=CONTACTS)
        measure("a calendar that is a folder", rep, server, 0, chosen.seconds)
        rep = Rep(folder / "dav", caldav(server.url, server.user), contacts=CONTACTS)
        measure("CalDAV, found by the server's address", rep, server, chosen.samples, chosen.seconds)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
