"""The worker's side of the daemon: runs, one after the other, and what follows from each.

Everything here happens in the ticker's one worker thread, so nothing here is locked.  What concerns the files watched
and the tick belongs to the main thread and is asked of it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from calsync import health
from calsync.config import Settings
from calsync.daemon import telling
from calsync.daemon.clocks import Clocks
from calsync.daemon.compaction import compact_daily
from calsync.daemon.control import answer
from calsync.daemon.errands import Errands
from calsync.daemon.journal import fields, logger
from calsync.daemon.notify import Notifier
from calsync.daemon.patience import Patience
from calsync.daemon.reading import Given, read
from calsync.daemon.service import writable_paths
from calsync.daemon.setup import fingerprint
from calsync.daemon.telling import News, Told
from calsync.errors import CalsyncError, ConfigError
from calsync.model import Contact, Plan
from calsync.office import Office
from calsync.run import run_once
from calsync.sync.report import CalendarState, Report, report_json

TOLD = "told"
"""The ledger's setting that holds what was told last."""

STILL_SECONDS = 2.1
"""After so long a last line without its line end counts as written (the readers' rule is two seconds)."""

FEED_SECONDS = 5.0
"""The watchdog is fed at most so often during a run."""


class Desk(Protocol):
    """What the worker asks of the main thread."""

    def later(self, seconds: float, name: str, why: str) -> None:
        """A run in so many seconds; a second wish by the same name replaces the first."""

    def changed(self, settings: Settings) -> None:
        """Another configuration is in force: watch its files, tick at its pace."""


@dataclass(slots=True)
class Asked:
    """Why a run is wanted; ``channel`` is that of the person who waits for its report."""

    why: str
    dry_run: bool = False
    confirm: bool = False
    at: str | None = None
    channel: socket.socket | None = None


Open = Callable[[Given], Office]


class Worker:
    """Does the runs.  Every method but ``close`` is called in the worker thread."""

    def __init__(self, given: Given, opened: Open, desk: Desk, notifier: Notifier, clocks: Clocks) -> None:
        settings = self._settings = given.settings
        self._open = opened
        self._desk = desk
        self._notifier = notifier
        self._clocks = clocks
        self._patience = Patience()
        self._errands = Errands()
        self.stopping = Event()
        self.office = opened(given)
        self._told = Told.of(self.office.ledger.setting(TOLD))
        self._states: dict[str, CalendarState] = {}
        self._plan: Plan | None = None
        self._contacts: Mapping[str, Contact] = {}
        self._polled_at = float("-inf")
        self._fed_at = float("-inf")
        self._fingerprint = fingerprint(settings)
        self._may_write()
        self._tell(*telling.setup(self._told, None))

    def close(self) -> None:
        self._errands.close()
        self.office.close()

    # -- reasons to run ---------------------------------------------------------------------------------------------

    def tick(self, *, changed: bool) -> None:
        """Poll where that is due, plan again where time alone changed the plan; ``changed``: a file did."""
        now = self._clocks.wall()
        if changed or self._poll_due() or self._plan_due(now):
            self.run(Asked("tick"))
        elif self._plan is not None:
            self._before_calls(now)
        self._feed()

    def woke(self) -> None:
        """The machine slept, the clock was set, the network came back: nothing that was learnt about waiting counts."""
        self._patience.forget()
        self._polled_at = float("-inf")

    def answered(self, name: str) -> None:
        """A calendar that was not waited for any more has answered."""
        self._patience.forget(name)
        self.run(Asked(f"{name} answers"))

    def run(self, asked: Asked) -> None:
        """One run; whatever happens is said and answered, nothing escapes."""
        if self.stopping.is_set():
            reply: dict[str, Any] = {"error": "The daemon is stopping.", "hint": "calsync sync", "exit_code": 3}
        else:
            reply = self._guarded(asked)
        if asked.channel is not None:
            answer(asked.channel, reply)

    def _guarded(self, asked: Asked) -> dict[str, Any]:
        try:
            return self._run(asked)
        except CalsyncError as error:
            logger.error("%s (%s)", error.message, error.hint, extra=fields(event="run_failed"))
            self._notifier.status(f"{error.message} ({error.hint})")
            return {"error": error.message, "hint": error.hint, "exit_code": error.exit_code}
        except Exception as error:  # noqa: BLE001 - the daemon leaves only when it is told to
            # The traceback is for debugging only: it may quote what a file holds.
            kind = type(error).__name__
            words = f"a run failed in a way that calsync does not know ({kind}); the next tick tries again"
            logger.error(words, extra=fields(event="run_failed", error=kind))
            logger.debug("traceback", exc_info=True)
            self._notifier.status(words)
            return {
                "error": "The run failed.",
                "hint": "calsync sync, with the daemon stopped, says more",
                "exit_code": 1,
            }

    def _run(self, asked: Asked) -> dict[str, Any]:
        office = self.office
        now = (datetime.fromisoformat(asked.at) if asked.at else self._clocks.wall()).astimezone(office.rep.zone)
        monotonic = self._clocks.monotonic()
        resting = frozenset() if asked.channel else self._patience.resting(monotonic)
        logger.debug("run: %s", asked.why, extra=fields(event="run", why=asked.why))
        report = run_once(
            office,
            now,
            dry_run=asked.dry_run,
            confirm=asked.confirm,
            skip=resting,
            checkpoint=self._progress,
            stop=self.stopping.is_set,
        )
        if not asked.dry_run:
            self._polled_at = monotonic
            self._learn(report)
        return report_json(report) | {"exit_code": report.exit_code}

    def _poll_due(self) -> bool:
        """The tick may be shorter than the poll: then most ticks only feed the watchdog."""
        return self._clocks.monotonic() - self._polled_at >= self._settings.poll_seconds - 0.5

    def _plan_due(self, now: datetime) -> bool:
        """A window closes, a day turns, a call's time is past: what depends on it changes within a tick."""
        calm = self.office.calm
        return calm is not None and not calm.since <= now < calm.until

    # -- what follows from a run ------------------------------------------------------------------------------------

    def _learn(self, report: Report) -> None:
        office, monotonic = self.office, self._clocks.monotonic()
        self._patience.learn(report.calendars, monotonic)
        report = self._whole(report)
        if report.plan is not None:
            self._plan = report.plan
            if office.calm is not None:
                self._contacts = office.calm.book.contacts
        news, told = telling.after_run(self._told, report, self._contacts)
        self._tell(news, told)
        self._before_calls(report.now)
        self._notifier.status(status_line(report, setup=self._told.setup))
        health.keep(office, report)
        retry = self._patience.next_try()
        if retry is not None:
            # Catch up soon after the calendar is back, instead of at the next tick.
            self._desk.later(max(0.5, retry - monotonic), "retry", "trying again")
        if _half_written(self._sources(), self._clocks.wall().timestamp()):
            self._desk.later(STILL_SECONDS, "still", "a last line without its end")
        if forgotten := compact_daily(office, report.now):
            logger.debug("ledger: %d events forgotten that are off the calendars", forgotten)

    def _whole(self, report: Report) -> Report:
        """The report with those calendars too that were left alone this time, as they stood when they were tried."""
        known = self._states | {state.name: state for state in report.calendars}
        names = [spec.name for spec in self._settings.every_calendar]
        self._states = {name: known[name] for name in names if name in known}
        return replace(report, calendars=tuple(self._states.values()))

    def _before_calls(self, now: datetime) -> None:
        if self._plan is not None and self._settings.hooks.get("due"):
            now = now.astimezone(self.office.rep.zone)
            self._tell(*telling.before_calls(self._told, self._plan, self._contacts, now))

    def _tell(self, news: Iterable[News], told: Told) -> None:
        for one in news:
            level = logger.warning if one.kind in ("on_problem", "on_signin_needed") else logger.info
            level(one.words, extra=fields(event=one.kind, **({"calendar": one.calendar} if one.calendar else {})))
            if one.notice:
                self._errands.notice(one.notice)
            if command := self._settings.hooks.get(one.kind):
                self._errands.hook(one.kind, command, one.details)
        if told is not self._told:
            # After the telling: killed in between, a thing is said twice rather than never.
            if told != self._told:
                self.office.ledger.put_setting(TOLD, told.text())
            self._told = told

    def _progress(self, _step: str) -> None:
        """A step of a long run is completed work, too: the first synchronisation of thousands may take minutes."""
        if self._clocks.monotonic() - self._fed_at >= FEED_SECONDS:
            self._feed()

    def _feed(self) -> None:
        self._fed_at = self._clocks.monotonic()
        self._notifier.alive()

    # -- another configuration --------------------------------------------------------------------------------------

    def setup_changed(self) -> None:
        """A file of the setup was written: read them again, unless they say what they said."""
        if fingerprint(self._settings) != self._fingerprint:
            self.reload()

    def reload(self) -> None:
        """Take the new configuration where it can be used, keep the old one where it cannot, and say which."""
        self._notifier.reloading()
        self._fingerprint = fingerprint(self._settings)
        try:
            settings, office = self._opened_anew()
        except CalsyncError as error:
            self._kept(error)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the old configuration is still good
            self._kept(ConfigError(f"the new one cannot be read ({type(error).__name__})"))
            return
        self.office.close()
        self.office, self._settings = office, settings
        self._fingerprint = fingerprint(settings)
        self._patience = Patience()
        self._states = {}
        self._plan = None
        self._desk.changed(settings)
        self._may_write()
        self._notifier.ready("configuration read again")
        logger.info("configuration read again", extra=fields(event="reloaded"))
        self._tell(*telling.setup(self._told, None))
        self.run(Asked("reloaded"))

    def _opened_anew(self) -> tuple[Settings, Office]:
        settings = (given := read(self._settings.file)).settings
        if settings.state_path != self._settings.state_path:
            raise ConfigError("[state] path changed, which needs a restart", hint="systemctl --user restart calsync")
        return settings, self._open(given)

    def _kept(self, error: CalsyncError) -> None:
        logger.error("the configuration is kept as it was: %s", error.message, extra=fields(event="reload_refused"))
        for problem in error.problems if isinstance(error, ConfigError) else ():
            logger.error("%s:%d %s: %s", problem.file, problem.line, problem.column, problem.message)
        self._tell(*telling.setup(self._told, error))
        self._notifier.ready(f"the new configuration cannot be used, the old one is in force: {error.message}")

    def _may_write(self) -> None:
        """The service may write only where its unit says; a new place needs the unit written again."""
        for folder in writable_paths(self._settings):
            if folder.is_dir() and not os.access(folder, os.W_OK):
                logger.warning("%s cannot be written from here: calsync service install", folder)

    def _sources(self) -> list[Path]:
        return [spec.path for spec in (*self._settings.contacts, *self._settings.attempts)]


def _half_written(files: Iterable[Path], now: float) -> bool:
    """True where a file was written this moment and does not end with a line end: its last line is read when it has
    been still for two seconds."""
    for file in files:
        try:
            if now - file.stat().st_mtime > STILL_SECONDS:
                continue
            with file.open("rb") as text:
                if text.seek(0, os.SEEK_END) and text.seek(-1, os.SEEK_END) and text.read(1) != b"\n":
                    return True
        except OSError:
            continue
    return False


def status_line(report: Report, *, setup: str = "") -> str:
    """One line for ``systemctl status``: the next call and the last sync; no names, no numbers.

    ``setup`` is what was said of a new configuration that cannot be used.
    """
    upcoming = sorted(
        call.placed.slot.start
        for call in (report.plan.active if report.plan else ())
        if call.commitment.state.live and call.placed.slot is not None and call.placed.slot.start >= report.now
    )
    calls = f"next call {upcoming[0]:%a %d %b %H:%M}" if upcoming else "no call ahead"
    parts = [calls, f"synced {report.now:%H:%M}"]
    parts += [f"{state.name} {state.short}" for state in report.calendars if state.state != "ok"]
    parts += [f"refused: {line}" for line in report.refused]
    parts += [f"the new configuration cannot be used, the old one is in force: {setup}"] if setup else []
    return "; ".join(parts)
