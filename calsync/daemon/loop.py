"""The daemon's main thread: it sleeps in the kernel until a file changes, a signal arrives, somebody asks, the network
comes back or the tick is due, and hands every reason to run to the one worker thread.

Everything that is due is worked out from the ledger and the wall clock at each tick; there is no job for a callback
that could be missed.  After a suspend, or when the clock is set, the next look sees it and does one run.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from calsync.config import Settings
from calsync.daemon import hearing, restarts
from calsync.daemon.clocks import SYSTEM, Clocks, Jumps
from calsync.daemon.control import listen, socket_path, take
from calsync.daemon.journal import fields, logger, set_up
from calsync.daemon.lookout import Lookout
from calsync.daemon.network import Network
from calsync.daemon.notify import Notifier
from calsync.daemon.reading import Given, read
from calsync.daemon.setup import setup_files
from calsync.daemon.ticker import Ticker
from calsync.daemon.worker import Asked, Worker
from calsync.ledger import locked
from calsync.office import Office

DEBOUNCE = 0.15
"""Seconds of quiet after a log or a calendar's folder changed before it is read."""

SETUP_DEBOUNCE = 0.5
"""The same for the configuration, cadences and templates: they come in whole sets (a checkout, a restored backup)."""

NETWORK_QUIET = 1.0
"""Seconds between the first word of a network and the first try: addresses, routes and names come one by one."""

STOP_SECONDS = 8.0
"""So long the action in hand may take when the daemon is told to stop; systemd gives ten."""


def run(path: Path, *, verbose: bool = False, clocks: Clocks = SYSTEM, notifier: Notifier | None = None) -> int:
    """Be the daemon for the configuration at ``path`` until SIGTERM or SIGINT; the exit code is 0 then.

    Raises ``ConfigError`` when the configuration cannot be read at the start, ``LedgerLocked`` when another instance
    holds the ledger.
    """
    set_up(verbose=verbose)
    given = read(path)
    settings = given.settings
    notifier = notifier or Notifier()
    if notifier.listens and (wait := restarts.pause(settings.state_path, clocks.boot())):
        notifier.status(f"started again and again: waiting {wait:.0f} s")
        logger.warning("started again and again: waiting %.0f s", wait, extra=fields(event="restarting"))
        time.sleep(wait)
    with locked(settings.state_path):
        daemon = Daemon(given, clocks, notifier)
        try:
            daemon.work()
        finally:
            daemon.close()
    restarts.forget(settings.state_path)
    return 0


class Daemon:
    """One daemon.  ``work`` returns when it was told to stop, with the action in hand finished."""

    def __init__(self, given: Given, clocks: Clocks = SYSTEM, notifier: Notifier | None = None) -> None:
        settings = self._settings = given.settings
        self._clocks = clocks
        self._notifier = notifier or Notifier(environment={})
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._hurry = threading.Event()
        self._queued: set[str] = set()
        self._jumps = Jumps(clocks)
        self._selector = selectors.DefaultSelector()
        self._files = Lookout(self._selector, self._data, DEBOUNCE)
        self._setup = Lookout(self._selector, self._set_up_with, SETUP_DEBOUNCE)
        self._ticker = Ticker(self._wake)
        self._worker = Worker(given, self._open, self, self._notifier, clocks)
        self._network = Network()
        self._server = listen(settings.state_path)

    def work(self) -> None:
        """Sleep in the kernel; hand every reason to run to the worker."""
        with self._signals():
            self.start()
            while not self._worker.stopping.is_set():
                self.once()
            self._stop()

    def start(self) -> None:
        """Watch everything there is to watch, begin to tick, and say that the daemon is up."""
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._on_wake)
        if self._server is not None:
            self._selector.register(self._server, selectors.EVENT_READ, self._on_asker)
        if self._network.fileno() >= 0:
            self._selector.register(self._network, selectors.EVENT_READ, self._on_network)
        self._files.renew()
        self._setup.renew()
        self._ticker.start()
        self._ticker.tick(self._tick, self._interval())
        self._notifier.ready("looking at the files")
        logger.info("calsync is up: tick every %.0f s", self._interval(), extra=fields(event="up"))

    def once(self, longest: float | None = None) -> None:
        """One turn of the loop: at most ``longest`` seconds asleep."""
        self._look_at_clocks()
        waits = [self._interval(), self._ticker.due(), longest, self._files.wait(), self._setup.wait()]
        for key, _ in self._selector.select(max(0.0, min(wait for wait in waits if wait is not None))):
            key.data()
        # First how it is set up: a run must not read the new log by the old rules.
        if self._setup.settled():
            self._setup.renew()
            self._ticker.soon(self._worker.setup_changed)
        if self._files.settled():
            self._soon("a file changed")

    def close(self) -> None:
        self._worker.close()
        self._files.close()
        self._setup.close()
        if self._server is not None:
            self._server.close()
            socket_path(self._settings.state_path).unlink(missing_ok=True)
        self._network.close()
        self._selector.close()
        self._wake_read.close()
        self._wake_write.close()

    # -- the desk of the worker, which calls from its own thread ------------------------------------------------------

    def later(self, seconds: float, name: str, why: str) -> None:
        self._ticker.after(seconds, partial(self._work, why), name)

    def changed(self, settings: Settings) -> None:
        def take_over() -> None:
            self._settings = settings
            self._files.renew()
            self._setup.renew()
            self._ticker.tick(self._tick, self._interval())

        self._inbox.put(take_over)
        self._wake()

    # -- what wakes it up -------------------------------------------------------------------------------------------

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """While it works, a signal's number is written to the loop's own socket: the loop wakes without a race."""
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
        wakeup = signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        for number in before:
            signal.signal(number, lambda *_: None)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _wake(self) -> None:
        try:
            self._wake_write.send(b"\0")
        except OSError:
            return  # full: it is going to wake up anyway; closed: it is over

    def _on_wake(self) -> None:
        for number in self._wake_read.recv(4096):
            if number in (signal.SIGTERM, signal.SIGINT):
                self._hurry.set()
                self._worker.stopping.set()
            elif number == signal.SIGHUP:
                self._ticker.soon(self._worker.reload)
        while True:
            try:
                self._inbox.get_nowait()()
            except Empty:
                return

    def _on_asker(self) -> None:
        assert self._server is not None  # noqa: S101 - registered only then
        asked = take(self._server)
        if asked is not None:
            channel, wanted = asked
            at = wanted.get("at")
            self._ticker.soon(
                self._worker.run,
                Asked(
                    "asked",
                    dry_run=bool(wanted.get("dry_run")),
                    confirm=bool(wanted.get("confirm")),
                    at=str(at) if at else None,
                    channel=channel,
                ),
            )

    def _on_network(self) -> None:
        if self._network.came_back():
            logger.debug("the network changed")
            self._ticker.after(NETWORK_QUIET, self._back, "network")

    def _look_at_clocks(self) -> None:
        jump = self._jumps.look()
        if jump is None:
            return
        slept, moved = (timedelta(seconds=round(abs(seconds))) for seconds in (jump.asleep, jump.set))
        if slept:
            logger.info("resumed after %s", slept, extra=fields(event="resumed", seconds=round(jump.asleep)))
        if moved:
            way = "forward" if jump.set > 0 else "back"
            logger.info("the clock was set %s by %s", way, moved, extra=fields(event="clock_set"))
        self._ticker.soon(self._worker.woke)
        self._ticker.now()

    # -- what the worker does next ------------------------------------------------------------------------------------

    def _soon(self, why: str) -> None:
        """A run, unless one for the same reason is waiting already: ten changes during a run are one more run."""
        if why not in self._queued:
            self._queued.add(why)
            self._ticker.soon(self._work, why)

    def _work(self, why: str) -> None:
        # Taken off the list before the run: what happens during it asks for another one.
        self._queued.discard(why)
        self._worker.run(Asked(why))

    def _tick(self) -> None:
        self._inbox.put(self._rewatch)
        self._wake()
        if self._setup.looked_at():
            self._worker.setup_changed()
        self._worker.tick(changed=self._files.looked_at())

    def _back(self) -> None:
        self._worker.woke()
        self._worker.run(Asked("the network is back"))

    # -- files --------------------------------------------------------------------------------------------------------

    def _rewatch(self) -> None:
        """Once a tick: a watched folder that was replaced, made or mounted is watched anew."""
        if self._files.follow():
            self._soon("a folder was replaced")
        if self._setup.follow():
            self._setup.stir()

    def _data(self) -> tuple[Iterable[Path], Iterable[Path]]:
        settings = self._settings
        sources = [spec.path for spec in (*settings.contacts, *settings.attempts)]
        folders = [spec.path for spec in settings.every_calendar if spec.path]
        # The folders of calendars are watched as names in theirs, too: one that is made later is noticed.
        return (*sources, settings.own_log, *folders), folders

    def _set_up_with(self) -> tuple[Iterable[Path], Iterable[Path]]:
        folders = self._settings.word_folders
        return (*setup_files(self._settings), *folders), folders

    def _interval(self) -> float:
        """The tick: as configured, never so long that the watchdog would bite first."""
        wanted = float(min(self._settings.tick_seconds, self._settings.poll_seconds))
        watchdog = self._notifier.watchdog_seconds
        return wanted if watchdog is None else min(wanted, watchdog / 2)

    # -- opening and stopping -----------------------------------------------------------------------------------------

    def _open(self, given: Given) -> Office:
        opener = hearing.opener(self._answered, self._hurry)
        return Office(given.settings, cadences=given.cadences, opener=opener)

    def _answered(self, name: str) -> None:
        self._inbox.put(lambda: self._ticker.soon(self._worker.answered, name))
        self._wake()

    def _stop(self) -> None:
        self._notifier.stopping()
        logger.info("stopping: the action in hand is finished first", extra=fields(event="stopping"))
        last = threading.Timer(STOP_SECONDS, self._give_up)
        last.daemon = True
        last.start()
        self._ticker.shutdown(wait=True)
        last.cancel()

    def _give_up(self) -> None:
        """What hangs beyond all limits is left as it is: the ledger has its intent, the next start looks at it."""
        logger.warning("what was under way did not end in time; the next start looks at it")
        socket_path(self._settings.state_path).unlink(missing_ok=True)
        os._exit(0)
