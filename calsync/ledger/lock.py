"""One instance on one ledger: a file lock that says who holds it.

``flock`` is let go by the kernel when its process dies, so a stale lock cannot exist; the file's text only names the
holder for the message.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from calsync.errors import LedgerError, LedgerLocked


def holder(ledger: Path) -> str:
    """Who holds the lock, in words (``pid 4711 on laptop since 2026-11-25 08:00 UTC``), as its file says."""
    try:
        return _path(ledger).read_text(encoding="utf-8").strip() or "somebody"
    except OSError:
        return "somebody"


@contextmanager
def locked(ledger: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the ledger's lock; wait up to ``wait`` seconds for it.

    Raises ``LedgerLocked`` naming the holder, ``LedgerError`` where the folder cannot be written.
    """
    path = _path(ledger)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LedgerError(
            f"The ledger's folder cannot be written: {path.parent} ({error.strerror}).",
            hint=f"make {path.parent} writable, or set [state] path in the configuration",
        ) from error
    try:
        _take(descriptor, ledger, time.monotonic() + wait)
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"pid {os.getpid()} on {socket.gethostname()} since {since}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, ledger: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise LedgerLocked(
                    f"Another calsync is working with this ledger: {holder(ledger)}.",
                    hint="wait for it, or stop it: calsync service status",
                ) from None
            time.sleep(0.05)
        else:
            return


def _path(ledger: Path) -> Path:
    return ledger.with_name(ledger.name + ".lock")
