"""How a ``calsync sync`` typed beside a running daemon is answered: the daemon does the run and sends back its report.

A socket beside the ledger, for the rep alone (mode 0600).  One line of JSON each way.
"""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

ANSWER_SECONDS = 600.0
_LINE = 64 * 1024 * 1024


def socket_path(ledger: Path) -> Path:
    """Where the daemon of that ledger listens."""
    return ledger.with_name(ledger.name + ".sock")


def listen(ledger: Path) -> socket.socket | None:
    """The daemon's end; ``None`` where no socket can be made (the path too long): then nobody can ask, and waits
    instead.

    The ledger's lock is held, so a socket that lies there was left by a daemon that died.
    """
    path = socket_path(ledger)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        path.unlink(missing_ok=True)
        old = os.umask(0o177)
        try:
            server.bind(str(path))
        finally:
            os.umask(old)
        server.listen(4)
    except OSError:
        server.close()
        return None
    return server


def take(server: socket.socket) -> tuple[socket.socket, dict[str, Any]] | None:
    """Accept one asker and read what it wants; ``None`` where it said nothing sensible."""
    channel, _ = server.accept()
    channel.settimeout(2.0)
    try:
        asked = json.loads(channel.makefile("rb").readline(65536) or b"null")
    except (OSError, ValueError):
        asked = None
    if not isinstance(asked, dict):
        channel.close()
        return None
    return channel, asked


def answer(channel: socket.socket, reply: dict[str, Any]) -> None:
    """Send the report and hang up; an asker that left is no harm."""
    try:
        channel.settimeout(5.0)
        channel.sendall(json.dumps(reply).encode() + b"\n")
    except OSError:
        pass
    finally:
        channel.close()


def ask(ledger: Path, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """Ask the running daemon for a run; ``None`` where none listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.connect(str(socket_path(ledger)))
            channel.settimeout(ANSWER_SECONDS)
            channel.sendall(json.dumps(wanted).encode() + b"\n")
            line = channel.makefile("rb").readline(_LINE)
        except OSError:
            return None
    reply = json.loads(line or b"null")
    return reply if isinstance(reply, dict) else None
