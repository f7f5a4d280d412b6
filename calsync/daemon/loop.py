"""The daemon: one tick, the watched files, signals, and whoever asks for a run.

Everything that is due is worked out from the ledger and the wall clock at each tick; there is no job for a callback
that could be missed.  The tick is an APScheduler interval job (memory store, no grace limit, coalesced): after a
suspend the next tick comes within its interval, sees the new wall clock and does one run.  All work happens in one
worker thread; the main thread sleeps in the kernel until a file changes, a signal arrives or somebody asks.
"""

from __future__ import annotations

import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from calsync import config
from calsync.config import Settings
from calsync.daemon.control import answer, listen, socket_path, take
from calsync.daemon.journal import logger, set_up
from calsync.daemon.notify import Notifier
from calsync.daemon.patience import Patience
from calsync.daemon.watch import Watch, watch
from calsync.errors import CalsyncError, ConfigError
from calsync.ledger import locked
from calsync.model import Problem
from calsync.office import Office, open_office
from calsync.run import run_once
from calsync.sync.report import Report, report_json

DEBOUNCE = 0.15
"""Seconds of quiet after a file changed before it is read: an editor writes more than once."""

DEBOUNCE_LONGEST = 2.0
"""A file that never falls quiet is read after so many seconds all the same."""

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def run(path: Path, *, verbose: bool = False, clock: Clock = utc_now, notifier: Notifier | None = None) -> int:
    """Be the daemon for the configuration at ``path`` until SIGTERM or SIGINT; the exit code is 0 then.

    Raises ``ConfigError`` when the configuration cannot be read at the start, ``LedgerLocked`` when another instance
    holds the ledger.
    """
    set_up(verbose=verbose)
    settings = config.load(path)
    with locked(settings.state_path):
        daemon = Daemon(settings, clock, notifier or Notifier())
        try:
            daemon.work()
        finally:
            daemon.close()
    return 0


@dataclass(slots=True)
class Asked:
    """Why a run is wanted; ``channel`` is that of the person who waits for its report."""

    why: str
    dry_run: bool = False
    confirm: bool = False
    at: datetime | None = None
    channel: socket.socket | None = None


@dataclass(slots=True)
class Told:
    """What was said last, so that a state is said once and not at every tick."""

    states: dict[str, str] = field(default_factory=dict)
    problems: frozenset[Problem] = frozenset()
    refused: tuple[str, ...] = ()


class Daemon:
    """One daemon.  ``work`` returns when it was told to stop, with the action in hand finished."""

    def __init__(self, settings: Settings, clock: Clock, notifier: Notifier) -> None:
        self._settings = settings
        self._clock = clock
        self._notifier = notifier
        self._office: Office | None = None
        self._patience = Patience()
        self._told = Told()
        self._stopping = threading.Event()
        self._slept = _slept()
        self._watch: Watch | None = None
        self._watched: tuple[Path, ...] = ()
        self._server = listen(settings.state_path)
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_write.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._last_poll = float("-inf")

    # -- the main thread --------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Sleep in the kernel; hand every reason to run to the worker."""
        self._signals()
        self._office = open_office(self._settings)
        self._watch_files()
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._on_signal)
        if self._server is not None:
            self._selector.register(self._server, selectors.EVENT_READ, self._on_asker)
        self._scheduler.start()
        self._scheduler.add_job(
            self._tick, "interval", seconds=self._interval(), id="tick", next_run_time=datetime.now(UTC)
        )
        self._notifier.ready("looking at the files")
        logger.info("calsync is up: tick every %.0f s", self._interval())
        while not self._stopping.is_set():
            for key, _ in self._selector.select():
                key.data()
        self._notifier.stopping()
        logger.info("stopping: the action in hand is finished first")
        self._scheduler.shutdown(wait=True)

    def close(self) -> None:
        if self._office is not None:
            self._office.close()
        if self._watch is not None:
            self._watch.close()
        if self._server is not None:
            self._server.close()
            socket_path(self._settings.state_path).unlink(missing_ok=True)
        self._selector.close()
        self._wake_read.close()
        self._wake_write.close()

    def _interval(self) -> float:
        """The tick: as configured, never so long that the watchdog would bite first."""
        wanted = float(min(self._settings.tick_seconds, self._settings.poll_seconds))
        watchdog = self._notifier.watchdog_seconds
        return wanted if watchdog is None else min(wanted, watchdog / 2)

    def _signals(self) -> None:
        # The C handler writes the signal's number to this descriptor: the loop wakes without a race.
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)

    def _on_signal(self) -> None:
        for number in self._wake_read.recv(64):
            if number in (signal.SIGTERM, signal.SIGINT):
                self._stopping.set()
            elif number == signal.SIGHUP:
                self._soon(self._reload)

    def _on_asker(self) -> None:
        assert self._server is not None  # noqa: S101 - registered only then
        asked = take(self._server)
        if asked is not None:
            channel, wanted = asked
            at = wanted.get("at")
            self._soon(
                self._run,
                Asked(
                    "asked",
                    bool(wanted.get("dry_run")),
                    bool(wanted.get("confirm")),
                    datetime.fromisoformat(at) if at else None,
                    channel,
                ),
            )

    def _on_files(self) -> None:
        assert self._watch is not None  # noqa: S101 - registered only then
        concerned = self._watch.changed()
        deadline = time.monotonic() + DEBOUNCE_LONGEST
        while concerned and time.monotonic() < deadline:
            with selectors.DefaultSelector() as quiet:
                quiet.register(self._watch, selectors.EVENT_READ)
                if not quiet.select(DEBOUNCE):
                    break
            self._watch.changed()
        if concerned:
            if self._folders() != self._watched:
                self._watch_files()
            self._soon(self._run, Asked("a file changed"))

    def _soon(self, work: Callable[..., None], *arguments: object) -> None:
        """Let the worker do it next: its single thread is where all work happens, one thing after the other."""
        self._scheduler.add_job(work, args=arguments, max_instances=1000)

    def _watch_files(self) -> None:
        if self._watch is not None:
            self._selector.unregister(self._watch)
            self._watch.close()
        self._watched = self._folders()
        self._watch = watch(self._files(), self._watched)
        self._selector.register(self._watch, selectors.EVENT_READ, self._on_files)
        for folder in self._watch.polled:
            logger.info("the kernel tells nothing about %s: looked at every %.0f s", folder, self._interval())

    def _files(self) -> list[Path]:
        """The files to watch, and the calendars' folders as names in theirs: one that is made later is noticed, too."""
        settings = self._settings
        sources = [spec.path for spec in (*settings.contacts, *settings.attempts)]
        return sources + [spec.path for spec in settings.calendars if spec.path]

    def _folders(self) -> tuple[Path, ...]:
        """The calendars that are folders, where they exist: what a person edits there is read at once."""
        return tuple(spec.path for spec in self._settings.calendars if spec.path and spec.path.is_dir())

    # -- the worker thread ------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        slept = _slept()
        if slept - self._slept > 1.0:
            logger.info("resumed after %s", timedelta(seconds=round(slept - self._slept)))
            self._patience.forget()
        self._slept = slept
        self._run(Asked("tick"))
        self._notifier.alive()

    def _run(self, asked: Asked) -> None:
        assert self._office is not None  # noqa: S101 - opened before the scheduler starts
        if asked.why == "tick" and not self._poll_due():
            return
        now = (asked.at or self._clock()).astimezone(self._office.rep.zone)
        resting = frozenset() if asked.channel else self._patience.resting(time.monotonic())
        reply: dict[str, object]
        try:
            report = run_once(
                self._office,
                now,
                dry_run=asked.dry_run,
                confirm=asked.confirm,
                skip=resting,
                stop=self._stopping.is_set,
            )
        except CalsyncError as error:
            logger.error("%s (%s)", error.message, error.hint)
            reply = {"error": error.message, "hint": error.hint, "exit_code": error.exit_code}
        except Exception:  # noqa: BLE001 - the daemon leaves only when it is told to
            # The traceback is for debugging only: it may quote what a file holds.
            logger.error("a run failed in a way that calsync does not know; it goes on with the next tick")
            logger.debug("traceback", exc_info=True)
            reply = {
                "error": "the run failed",
                "hint": "calsync sync, with the daemon stopped, says more",
                "exit_code": 1,
            }
        else:
            reply = report_json(report) | {"exit_code": report.exit_code}
            if not asked.dry_run:
                self._learn(report)
        if asked.channel is not None:
            answer(asked.channel, reply)

    def _poll_due(self) -> bool:
        """The tick may be shorter than the poll (for the watchdog's sake): then most ticks only feed the watchdog."""
        now = time.monotonic()
        retry = self._patience.next_try()
        due = now - self._last_poll >= self._settings.poll_seconds - 0.5 or (retry is not None and retry <= now)
        if due:
            self._last_poll = now
        return due

    def _learn(self, report: Report) -> None:
        self._patience.learn(report.calendars, time.monotonic())
        self._say(report)
        self._notifier.status(_status(report))
        retry = self._patience.next_try()
        if retry is not None:
            # Catch up soon after the calendar is back, instead of at the next tick.
            delay = max(0.5, min(retry - time.monotonic(), self._interval()))
            when = datetime.now(UTC) + timedelta(seconds=delay)
            self._scheduler.add_job(self._retry, "date", run_date=when, id="retry", replace_existing=True)

    def _retry(self) -> None:
        self._run(Asked("trying again"))

    def _say(self, report: Report) -> None:
        """Once per change of state, not per tick."""
        if report.written:
            logger.info("%d written", report.written)
        for state in report.calendars:
            known = self._told.states.get(state.name, "ok")
            if state.state != known:
                level = logger.info if state.state == "ok" else logger.warning
                level("calendar %s: %s %s", state.name, state.state, state.reason)
                self._told.states[state.name] = state.state
        if report.refused != self._told.refused:
            for line in report.refused:
                logger.warning("refused: %s (calsync sync --confirm)", line)
            self._told.refused = report.refused
        problems = frozenset(report.problems)
        if problems != self._told.problems:
            if problems:
                logger.warning("%d problems need you: calsync check", len(problems))
            else:
                logger.info("no problems any more")
            self._told.problems = problems

    def _reload(self) -> None:
        """SIGHUP: take the new configuration where it can be used, keep the old one where it cannot, and say which."""
        self._notifier.reloading()
        try:
            settings = config.load(self._settings.file)
            office = open_office(settings)
        except CalsyncError as error:
            logger.error("the configuration is kept as it was: %s", error.message)
            if isinstance(error, ConfigError):
                for problem in error.problems:
                    logger.error("%s:%d %s: %s", problem.file, problem.line, problem.column, problem.message)
            self._notifier.ready("the new configuration cannot be used; the old one is in force")
            return
        if settings.state_path != self._settings.state_path:
            logger.error("[state] path changed: that needs a restart; the old configuration is in force")
            office.close()
            self._notifier.ready("the new configuration needs a restart")
            return
        assert self._office is not None  # noqa: S101 - opened before the scheduler starts
        self._office.close()
        self._office, self._settings = office, settings
        self._patience.forget()
        self._watch_files()
        self._scheduler.reschedule_job("tick", trigger="interval", seconds=self._interval())
        self._notifier.ready("configuration read again")
        logger.info("configuration read again")
        self._run(Asked("reloaded"))


def _slept() -> float:
    """Seconds that this machine has spent suspended since it was started."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


def _status(report: Report) -> str:
    """One line for ``systemctl status``: the next call and the last sync; no names, no numbers."""
    upcoming = sorted(
        call.placed.slot.start
        for call in (report.plan.calls if report.plan else ())
        if call.commitment.state.live and call.placed.slot is not None and call.placed.slot.start >= report.now
    )
    calls = f"next call {upcoming[0]:%a %d %b %H:%M}" if upcoming else "no call ahead"
    troubled = [f"{state.name} {state.state}" for state in report.calendars if state.state != "ok"]
    return f"{calls}; synced {report.now:%H:%M}" + (f"; {', '.join(troubled)}" if troubled else "")
