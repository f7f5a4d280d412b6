"""A daemon as a process of its own: the program a rep's machine runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.e2e.rep import CHICAGO, Rep

ROOT = Path(__file__).parents[2]
CONTACTS = "id,name,phone,region\nann,Ann Archer,+1 312 555 0101,US-IL\nbob,Bob Baker,+1 312 555 0102,US-IL\n"


class Running:
    """A started daemon and what it says."""

    def __init__(self, rep: Rep, said: Path, process: subprocess.Popen[bytes]) -> None:
        self.rep, self._said, self.process = rep, said, process

    @property
    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    def wait_for(self, truth: Callable[[], object], seconds: float = 20.0) -> float:
        """Wait until something holds; gives back how long it took."""
        begun = time.monotonic()
        while not truth():
            assert self.process.poll() is None, f"the daemon ended with {self.process.returncode}: {self.said}"
            assert time.monotonic() - begun < seconds, f"not within {seconds} s: {self.said}"
            time.sleep(0.02)
        return time.monotonic() - begun

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.process.wait(15)


@contextmanager
def daemon(rep: Rep, *options: str, **environment: str) -> Iterator[Running]:
    """``calsync run`` on a rep's folder, up and through its first look."""
    said = rep.folder / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "calsync.cli.main", "run", *options, "--config", str(rep.configuration)],
            stdout=out,
            stderr=out,
            cwd=ROOT,
            env=os.environ | environment,
        )
    running = Running(rep, said, process)
    try:
        running.wait_for(lambda: "calsync is up" in running.said)
        yield running
    finally:
        running.stop()


def promise(name: str, days: int = 3, words: str = "") -> str:
    """A row of the log, made today: a promise some days ahead."""
    now = datetime.now(CHICAGO)
    day = (now + timedelta(days=days)).strftime("%Y-%m-%d")
    return f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M},{name},outbound,call,connected,{words or f'call {day} at 2pm'},"
