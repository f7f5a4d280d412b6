"""Talking to systemd: the notification protocol of sd_notify(3), a datagram to ``$NOTIFY_SOCKET``.

Without that variable (run by hand) every call does nothing.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping


class Notifier:
    """What the service manager is told.  ``watchdog_seconds`` is ``None`` where no watchdog was asked for."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # "@" stands for a socket in the abstract namespace (a leading zero byte).
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_seconds = _watchdog(environment)

    @property
    def listens(self) -> bool:
        """True where a service manager started this."""
        return bool(self._address)

    def ready(self, status: str) -> None:
        self._send(f"READY=1\nSTATUS={status}")

    def status(self, words: str) -> None:
        self._send(f"STATUS={words}")

    def reloading(self) -> None:
        """Begin a reload; ``ready`` ends it.  The time stamp is what ``Type=notify-reload`` wants to see."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog: called when work was completed, never by a timer of its own."""
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.settimeout(1.0)  # a manager that does not read must not hold up the work
                channel.sendto(message.encode(), self._address)
        except OSError:
            # A manager that went away cannot be told anything; the work goes on.
            return


def _watchdog(environment: Mapping[str, str]) -> float | None:
    try:
        microseconds = int(environment.get("WATCHDOG_USEC", ""))
        wanted = environment.get("WATCHDOG_PID", "")
    except ValueError:
        return None
    if microseconds <= 0 or (wanted and wanted != str(os.getpid())):
        return None
    return microseconds / 1e6
