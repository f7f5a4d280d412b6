"""Killed at random moments under load, started again at once: nothing lost, nothing doubled.

``CALSYNC_KILLS=200`` (``make soak``) does it as often as a year of bad luck.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.daemon.given import CONTACTS, ROOT, daemon, promise
from tests.e2e.rep import Rep, caldav
from tests.servers.running import radicale_server, running

KILLS = int(os.environ.get("CALSYNC_KILLS", "6"))
NAMES = "id,name,phone,region\n" + "".join(
    f"p{number},{name} Person,+1 312 555 {number + 100:04d},US-IL\n"
    for number, name in enumerate(["Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal"] * 12)
)


def test_killed_at_random_moments_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    with running(radicale_server(tmp_path / "server")) as server:
        os.environ["CALSYNC_TEST_PASSWORD"] = server.password
        rep = Rep(tmp_path / "rep", caldav(server.url, server.user), contacts=NAMES)
        dice, promised = random.Random(2026), 0
        for kill in range(KILLS):
            with (tmp_path / "said.txt").open("ab") as out:
                process = subprocess.Popen(
                    [sys.executable, "-m", "calsync.cli.main", "run", "--config", str(rep.configuration)],
                    stdout=out, stderr=out, cwd=ROOT,
                )  # fmt: skip
            until = time.monotonic() + dice.uniform(0.6, 3.0)
            while time.monotonic() < until:
                if promised < min(len(NAMES.splitlines()) - 1, (kill + 1) * 12):
                    rep.log(promise(f"p{promised}", 2 + promised % 20, "call by friday" if promised % 2 else ""))
                    promised += 1
                time.sleep(dice.uniform(0.02, 0.2))
            process.send_signal(signal.SIGKILL)
            process.wait()
        with daemon(rep) as last:
            last.wait_for(lambda: len(uids(server.storage)) == promised, 120)
            time.sleep(1)
            assert last.stop() == 0
        found = uids(server.storage)
        assert len(found) == len(set(found)) == promised
        rep.close()


def uids(storage: Path) -> list[str]:
    """The UID of every callback on the server; the notice of the day is none."""
    texts = [file.read_text(encoding="utf-8") for file in storage.glob("collection-root/*/*/*.ics")]
    lines = [line for text in texts if "notice-" not in text for line in text.splitlines()]
    return [line for line in lines if line.startswith("UID:")]


def test_the_log_of_the_killed_is_whole(tmp_path: Path) -> None:
    """A run killed while it wrote leaves a ledger that the next one opens, and a socket that nobody listens to."""
    rep = Rep(tmp_path / "rep", contacts=CONTACTS)
    for _ in range(2):
        with daemon(rep) as killed:
            rep.log(promise("ann"))
            killed.signal(signal.SIGKILL)
            killed.process.wait(10)
    with daemon(rep) as last:
        last.wait_for(lambda: len(list((rep.folder / "calendar").glob("*.ics"))) == 1)
        assert last.stop() == 0
    rep.close()
