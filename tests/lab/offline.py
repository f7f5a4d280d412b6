"""A daemon in a network of its own that is down, up, down and up again; what was seen is printed as JSON.

``unshare --net python -m tests.lab.offline FOLDER``; nothing is judged here, that is the test's business.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

from tests.daemon.given import CONTACTS, Running, daemon, promise
from tests.e2e.rep import Rep, caldav
from tests.servers.running import radicale_server

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
DOWN_SECONDS = 8.0
"""Long enough that by the clock alone the next try would be some seconds away."""


def main(folder: Path) -> None:
    """Live it, and print what was seen."""
    network(up=True)
    server = radicale_server(folder / "server")
    os.environ["CALSYNC_TEST_PASSWORD"] = server.password
    rep = Rep(folder / "rep", caldav(server.url, server.user), contacts=CONTACTS)
    network(up=False)
    try:
        with daemon(rep, "--verbose") as running:
            seen = {
                "at the start": away(running, rep, server.storage, 1),
                "later": away(running, rep, server.storage, 2),
            }
            stopped = running.stop()
    finally:
        server.stop()
    sys.stdout.write(json.dumps(seen | {"stopped": stopped}))


def away(running: Running, rep: Rep, storage: Path, events: int) -> dict[str, Any]:
    """A call is logged while there is no network; how soon its event is there when there is one again, and why."""
    network(up=False)
    said = len(running.said)
    rep.log(promise(("ann", "bob")[events - 1]))
    running.wait_for(lambda: "calendar callbacks: unreachable" in running.said[said:], 30)
    time.sleep(DOWN_SECONDS)
    assert count(storage) == events - 1
    said = len(running.said)
    network(up=True)
    seconds = running.wait_for(lambda: count(storage) == events, 30)
    running.wait_for(lambda: "calendar callbacks: ok" in running.said[said:])
    whys = [line.split("run: ")[1] for line in running.said[said:].splitlines() if "run: " in line]
    return {"seconds": seconds, "why": whys[0]}


def count(storage: Path) -> int:
    return sum("notice-" not in event.read_text() for event in storage.glob("collection-root/*/*/*.ics"))


def network(*, up: bool) -> None:
    """Loopback up or down (netdevice(7)): in a network of one's own that is all there is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        name = b"lo".ljust(16, b"\0")
        (flags,) = struct.unpack_from("16xH", fcntl.ioctl(channel, SIOCGIFFLAGS, name + bytes(24)))
        flags = flags | IFF_UP if up else flags & ~IFF_UP
        fcntl.ioctl(channel, SIOCSIFFLAGS, name + struct.pack("H22x", flags))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
