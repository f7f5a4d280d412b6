"""The daemon's log: plain on a terminal, with priorities and fields for the journal.

Nothing private above debug: counts, calendars' names and commitment ids, never a name, a number or a note.  A record's
``fields`` (``extra={"fields": {"CALENDAR": …}}``) become ``CALSYNC_CALENDAR=…``, by which ``journalctl`` can choose.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import sys
from collections.abc import Mapping
from typing import Any

logger = logging.getLogger("calsync")

JOURNAL = "/run/systemd/journal/socket"
_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


def fields(**values: object) -> dict[str, dict[str, str]]:
    """The ``extra`` of a log call: ``logger.info("…", extra=fields(calendar="callbacks", state="ok"))``."""
    return {"fields": {name.upper(): str(value) for name, value in values.items()}}


def set_up(*, verbose: bool = False, environment: Mapping[str, str] = os.environ) -> None:
    """Log to the journal itself where standard error is connected to it, else to standard error."""
    handler: logging.Handler | None = None
    if _goes_to_journal(environment):
        handler = _journal_handler()
    if handler is None:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False
    # What APScheduler says is said in our own words by the ticker's listener; a traceback may quote what a file holds.
    scheduler = logging.getLogger("apscheduler")
    scheduler.handlers[:] = [logging.NullHandler()]
    scheduler.propagate = False


class JournalHandler(logging.Handler):
    """Sends records by the journal's native protocol: a datagram of ``NAME=value`` lines."""

    def __init__(self, address: str = JOURNAL) -> None:
        super().__init__()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        try:
            self._socket.connect(address)
        except OSError:
            self._socket.close()
            raise

    def emit(self, record: logging.LogRecord) -> None:
        values: dict[str, Any] = {
            "MESSAGE": self.format(record),
            "PRIORITY": _PRIORITY.get(record.levelno, 6),
            "SYSLOG_IDENTIFIER": "calsync",
            "CODE_FUNC": record.funcName,
        }
        values |= {f"CALSYNC_{name}": value for name, value in getattr(record, "fields", {}).items()}
        try:
            self._socket.send(b"".join(_field(name, str(value)) for name, value in values.items()))
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name for it
        """A journal that is being restarted loses a line; nothing else does."""

    def close(self) -> None:
        self._socket.close()
        super().close()


def _field(name: str, value: str) -> bytes:
    """``NAME=value``, or for a value of several lines: its name, its length in 64 bits, itself."""
    data = value.encode("utf-8", "replace")
    if b"\n" in data:
        return name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"
    return name.encode() + b"=" + data + b"\n"


def _goes_to_journal(environment: Mapping[str, str]) -> bool:
    """``$JOURNAL_STREAM`` names the device and inode of the stream; it may have been handed on by a parent."""
    try:
        found = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def _journal_handler() -> logging.Handler | None:
    try:
        return JournalHandler()
    except OSError:
        return None
