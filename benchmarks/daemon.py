"""What the daemon costs: ``python -m benchmarks.daemon [--samples N] [--seconds S]``.

Real daemons, one on a folder, one on a CalDAV server of which only the address is given (Radicale on loopback, by TLS),
one on Google (the tests' own stand-in): CPU until each says READY, its children included; memory after its first runs;
wake-ups and CPU ticks of all threads while nothing happens; seconds from a line in the log to the event on the CalDAV
server; what ``calsync status`` costs next to ``python -c pass``; and a day of work in a minute, under ``faketime``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.e2e.rep import CHICAGO, FOLDER, Rep, caldav, google
from tests.google import desk
from tests.google.server import GoogleServer
from tests.servers.running import PASSWORD, Server, radicale_server, running

CONTACTS = "id,name,phone,region\n" + "".join(
    f"c{number},Contact {number},+1 312 555 {number % 100 + 100:04d},US-IL\n" for number in range(1000)
)
TICK = os.sysconf("SC_CLK_TCK")
CALSYNC = (sys.executable, "-m", "calsync.cli.main", "--config")
SPEED = 1440
"""A day in a minute."""

CALLS_A_DAY = 20


class Process:
    """A daemon, seen through ``/proc``.  ``ready_cpu`` is in seconds: its own, and that of processes it started."""

    def __init__(self, pid: int, ready_cpu: tuple[float, float] = (0, 0), ready_wall: float = 0) -> None:
        self.pid, self.ready_cpu, self.ready_wall = pid, ready_cpu, ready_wall

    def ticks(self) -> int:
        return sum(cpu_ticks(self.pid)[:2])

    def switches(self) -> int:
        """Voluntary context switches of all threads."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            for line in (task / "status").read_text().splitlines():
                if line.startswith("voluntary_ctxt_switches"):
                    total += int(line.split()[1])
        return total

    def memory(self) -> dict[str, float]:
        """MB."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("Rss:", "Pss:"))}

    def files(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))


def cpu_ticks(pid: int) -> tuple[int, ...]:
    """User and system ticks of a process, then those of its children that have ended."""
    return tuple(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15]))


@contextmanager
def daemon(rep: Rep, environment: dict[str, str]) -> Iterator[Process]:
    """``calsync run``, from its start to READY as a service manager hears it."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"{folder}/n")
        begun = time.monotonic()
        process = subprocess.Popen(
            [*CALSYNC, str(rep.configuration), "run"],
            stderr=subprocess.DEVNULL,
            env=environment | {"NOTIFY_SOCKET": f"{folder}/n"},
        )
        try:
            while b"READY=1" not in manager.recv(4096):
                pass
            user, system, *children = cpu_ticks(process.pid)
            cpu = (user + system) / TICK, sum(children) / TICK
            ready = Process(process.pid, cpu, time.monotonic() - begun)
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
    said = (datetime.now(CHICAGO) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    for number in range(samples):
        # Not all by the same day: it would be full, and a call without a slot has no event.
        day = (datetime.now(CHICAGO) + timedelta(days=4 + number // CALLS_A_DAY)).strftime("%Y-%m-%d")
        before = events(server)
        begun = time.monotonic()
        rep.log(f"{said},c{number},outbound,call,connected,by {day},")
        while events(server) == before and time.monotonic() - begun < 60:
            time.sleep(0.005)
        found.append(time.monotonic() - begun)
        time.sleep(0.1)
    return sorted(found)


def percentile(found: list[float], share: float) -> float:
    """The value that so large a share of the sorted ones does not exceed."""
    return found[min(len(found) - 1, int(len(found) * share))]


def child_cpu(environment: dict[str, str], *command: str) -> float:
    """CPU seconds of a command, the best of five."""
    found = []
    for _ in range(5):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        found.append(used.ru_utime + used.ru_stime)
    return min(found)


def started(held: ExitStack, name: str, rep: Rep, environment: dict[str, str]) -> Process:
    """A daemon that has done its first runs; the best start of three is told."""
    starts = []
    for _ in range(3):
        with daemon(rep, environment) as process:
            starts.append(process)
    process = held.enter_context(daemon(rep, environment))
    best = min([*starts, process], key=lambda one: sum(one.ready_cpu))
    own, children = (round(seconds * 1000) for seconds in best.ready_cpu)
    print(
        f"{name}: READY after {own + children} ms CPU, {best.ready_wall:.2f} s "
        f"({children} ms in the process that reads the configuration)"
    )
    said = (datetime.now(CHICAGO) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    day = (datetime.now(CHICAGO) + timedelta(days=4)).strftime("%Y-%m-%d")
    rep.log(*(f"{said},c{number},outbound,call,connected,by {day},call back some tyme" for number in range(900, 930)))
    time.sleep(8)
    return process


def idle(processes: dict[str, Process], seconds: float) -> None:
    """Wait until the last run's echo is over, then count, second by second."""
    time.sleep(5)
    begun = {name: (process.switches(), process.ticks()) for name, process in processes.items()}
    last, awake = {name: switches for name, (switches, _) in begun.items()}, dict.fromkeys(processes, 0)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(1)
        now = {name: process.switches() for name, process in processes.items()}
        awake = {name: awake[name] + (now[name] > last[name]) for name in processes}
        last = now
    for name, process in processes.items():
        switches, ticks = begun[name]
        print(
            f"{name}: idle for {seconds:.0f} s: awake in {awake[name]} of its seconds (a tick is due every 60), "
            f"{last[name] - switches} wake-ups of all threads, {process.ticks() - ticks} CPU ticks of 10 ms"
        )


def faked(environment: dict[str, str], start: datetime) -> dict[str, str] | None:
    """An environment in which a process begins at ``start`` and lives ``SPEED`` times as fast; ``None`` without
    faketime.  The library is named to the process itself, so that what is measured is not the wrapper."""
    if shutil.which("faketime") is None:
        return None
    asked = subprocess.run(
        ["faketime", "now", sys.executable, "-c", "import os; print(os.environ['LD_PRELOAD'])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    shown = f"{start.astimezone().replace(tzinfo=None):%Y-%m-%d %H:%M:%S}"
    return environment | {"LD_PRELOAD": asked.stdout.strip(), "FAKETIME": f"@{shown} x{SPEED}"}


def day(folder: Path, environment: dict[str, str]) -> None:
    """A day at a folder, a call every quarter of an hour, in a minute by the clock of whoever stands outside."""
    start = datetime(2026, 11, 2, 7, tzinfo=CHICAGO)
    there = faked(environment, start)
    if there is None:
        print("a day under faketime: left out, it is not installed (apt-get install faketime)")
        return
    rep = Rep(folder, FOLDER, contacts=CONTACTS)
    with daemon(rep, there) as process:
        begun = time.monotonic()
        for number in range(96):
            time.sleep(max(0.0, begun + (number + 1) * 900 / SPEED - time.monotonic()))
            now = start + timedelta(seconds=(time.monotonic() - begun) * SPEED - 300)
            due = now + timedelta(days=3)
            rep.log(
                f"{now:%Y-%m-%dT%H:%M},c{number % 24},outbound,call,connected,by {due:%Y-%m-%d},call back some tyme"
            )
            if number % 24 == 23:
                ledger = sum(path.stat().st_size for path in (folder / "state").glob("ledger.db*") if path.is_file())
                print(f"a day under faketime, {(number + 1) // 4} h: RSS {process.memory()['Rss']:.1f} MB, "
                      f"{process.files()} open files, ledger and cache {ledger / 1024:.0f} kB, "
                      f"{len(list((folder / 'calendar').glob('*.ics')))} events")  # fmt: skip
    rep.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=500, help="lines logged and timed")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long idleness is watched")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with ExitStack() as held:
        folder = Path(tempfile.mkdtemp(prefix="calsync-bench-"))
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        # As installed: modules are compiled once, wherever the checkout may keep its own from being written.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "CALSYNC_TEST_PASSWORD": PASSWORD}
        server = held.enter_context(running(radicale_server(folder / "server", tls=True)))
        stand_in = held.enter_context(GoogleServer())
        desk.settle(stand_in, folder)
        found = caldav(server.url, server.user) + f'ca_file = "{server.ca_file}"\n'
        reps = {
            "folder": Rep(folder / "files", FOLDER, contacts=CONTACTS),
            "CalDAV by address": Rep(folder / "dav", found, contacts=CONTACTS),
            "Google": Rep(
                folder / "google", google(stand_in.endpoint, folder / "google.json", desk.CALLBACKS), contacts=CONTACTS
            ),
        }
        processes = {name: started(held, name, rep, environment) for name, rep in reps.items()}
        if chosen.samples:
            taken = latency(reps["CalDAV by address"], server, chosen.samples)
            shares = ", ".join(f"p{share * 100:.0f} {percentile(taken, share):.2f} s" for share in (0.5, 0.9, 0.99))
            print(f"line in the log to event on the CalDAV server, {chosen.samples} times: {shares}, "
                  f"longest {taken[-1]:.2f} s")  # fmt: skip
        idle(processes, chosen.seconds)
        for name, process in processes.items():
            memory = process.memory()
            print(f"{name}: RSS {memory['Rss']:.0f} MB, PSS {memory['Pss']:.0f} MB, {process.files()} open files")
        bare = child_cpu(environment, sys.executable, "-c", "pass")
        status = child_cpu(environment, *CALSYNC, str(reps["CalDAV by address"].configuration), "status")
        print(
            f"calsync status: {status * 1000:.0f} ms CPU, {status / bare:.1f} x python -c pass ({bare * 1000:.0f} ms)"
        )
        day(folder / "day", environment)
        for rep in reps.values():
            rep.close()


if __name__ == "__main__":
    main()
