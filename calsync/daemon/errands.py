"""Errands that nobody waits for: the rep's hooks, and a notice on the desktop.

They are run one after the other by a thread of their own that ends when there is nothing to do.  None of them can hold
up or harm the daemon: a hook has ten seconds, then it and all it started is ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from calsync.daemon.journal import logger

HOOK_SECONDS = 10.0
MOST_WAITING = 100
"""Errands that may wait; older ones are dropped: a hook that is slower than what happens must not fill the memory."""

LAST_SECONDS = 1.5
"""How long a daemon that was told to stop waits for them: with the action in hand that is less than systemd gives."""

_BUS_SECONDS = 3.0


class Errands:
    """Runs errands in order."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque(maxlen=MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def hook(self, name: str, command: Sequence[str], details: Mapping[str, Any]) -> None:
        """Start the rep's program with ``details`` as JSON on its standard input."""
        text = json.dumps({"event": name} | dict(details), ensure_ascii=False, default=str)
        self._add(lambda: run_hook(name, command, text))

    def notice(self, text: str) -> None:
        """Show a notice on the desktop, where there is one."""
        self._add(lambda: show_notice(text))

    def close(self) -> None:
        """Take no more; those that were taken get a moment.  What they have to tell counts as told."""
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            thread.join(LAST_SECONDS)
        with self._lock:
            self._waiting.clear()

    def _add(self, errand: Callable[[], None]) -> None:
        with self._lock:
            if self._closed:
                return
            self._waiting.append(errand)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="errands", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                errand = self._waiting.popleft()
            errand()


def run_hook(name: str, command: Sequence[str], text: str, *, seconds: float = HOOK_SECONDS) -> None:
    """Run one hook to its end, without a shell; what goes wrong is logged and harms nobody."""
    try:
        process = subprocess.Popen(
            list(command), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        logger.warning("hook %s: the program cannot be started: %s", name, error.strerror)
        return
    try:
        process.communicate(text.encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        logger.warning("hook %s: ended after %.0f s", name, seconds)
    except OSError:
        pass  # it did not want to read
    else:
        if process.returncode:
            logger.warning("hook %s: exit code %d", name, process.returncode)
        return
    # The session is its own, so everything the hook started goes with it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def show_notice(text: str) -> None:
    """``org.freedesktop.Notifications`` on the session bus; no bus, or nobody who shows notices, is no trouble."""
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return
    from jeepney import DBusAddress, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    address = DBusAddress(
        "/org/freedesktop/Notifications",
        bus_name="org.freedesktop.Notifications",
        interface="org.freedesktop.Notifications",
    )
    body: tuple[object, ...] = ("calsync", 0, "x-office-calendar", "calsync", text, [], {"urgency": ("y", 1)}, -1)
    try:
        with open_dbus_connection(bus="SESSION") as bus:
            bus.send_and_get_reply(new_method_call(address, "Notify", "susssasa{sv}i", body), timeout=_BUS_SECONDS)
    except Exception as error:  # noqa: BLE001 - a desktop's troubles are not ours
        logger.debug("no notice on the desktop: %s", type(error).__name__)
