"""A calendar that hangs holds nobody up.

Every request to a server is made in a thread that belongs to that calendar, and the daemon's worker listens for its
answer only so long.  An answer that comes later is not lost: a poll's is kept for the next run (a slow server's first
listing may take minutes), a write's is found by the next run, whose ledger has the intent.  While a calendar is in
trouble the worker hardly waits for it at all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from queue import SimpleQueue
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from calsync.calendars import CalendarSpec, open_calendar, secrets
from calsync.calendars.base import Calendar, Changes, Receipt, Seen
from calsync.errors import CalendarError, Unreachable
from calsync.model import Entry, Span
from calsync.office import Opener

POLL = 5.0
"""Seconds to wait for a poll: what takes longer is picked up by the next run."""

WRITE = 8.0
"""Seconds to wait for any other request; whether a write that took longer was done, the next run sees."""

PROMPT = 3.0
"""Seconds to wait for a password that may be waiting for a person; less than any request gets."""

TROUBLED = 0.5
"""Seconds to wait for the first answer of a calendar that failed last time."""

STEP = 2.0
"""Seconds after which whoever waits looks whether the daemon was told to stop: the action in hand gets that long."""

Heard = Callable[[str], None]


class _Call:
    """One request on its way, and what came of it."""

    def __init__(self, key: object, work: Callable[[], Any]) -> None:
        self.key, self.work = key, work
        self.answered = threading.Event()
        self.late = False
        self.answer: Any = None
        self.error: CalendarError | None = None

    def __call__(self) -> None:
        try:
            self.answer = self.work()
        except CalendarError as error:
            self.error = error
        except BaseException as error:  # noqa: BLE001 - told to the worker, which knows what to do with it
            self.error = Unreachable(f"The calendar failed in a way calsync does not know ({type(error).__name__}).")
        self.answered.set()

    def result(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.answer


class HeardCalendar:
    """A ``Calendar`` of which every request is given a limited hearing.

    ``heard`` is called with the calendar's name, in its thread, when an answer came that nobody waited for any more.
    """

    def __init__(self, calendar: Calendar, heard: Heard, hurry: threading.Event) -> None:
        self.name = calendar.name
        self._calendar = calendar
        self._heard = heard
        self._hurry = hurry
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._open: _Call | None = None
        self._troubled = False
        self._lock = threading.Lock()
        # A daemon thread: one that hangs does not keep the process when it is told to stop.
        self._thread = threading.Thread(target=self._work, name=f"calendar {calendar.name}", daemon=True)
        self._thread.start()

    # -- the protocol -----------------------------------------------------------------------------------------------

    def changes(self, token: str | None, known: Mapping[str, str] = MappingProxyType({})) -> Changes:
        known = dict(known)
        found: Changes = self._ask(
            ("changes", token, tuple(sorted(known.items()))), lambda: self._calendar.changes(token, known), POLL
        )
        return found

    def get(self, uid: str) -> Seen | None:
        found: Seen | None = self._ask(("get", uid), lambda: self._calendar.get(uid), WRITE)
        return found

    def create(self, entry: Entry) -> Receipt:
        receipt: Receipt = self._ask(None, lambda: self._calendar.create(entry), WRITE)
        return receipt

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        receipt: Receipt = self._ask(None, lambda: self._calendar.update(entry, seen), WRITE)
        return receipt

    def delete(self, seen: Seen) -> None:
        self._ask(None, lambda: self._calendar.delete(seen), WRITE)

    def busy(self, start: datetime, end: datetime, away: str = "") -> tuple[Span, ...]:
        # The span moves with the clock: a late answer is good for the same days.
        spans: tuple[Span, ...] = self._ask(
            ("busy", start.date(), end.date(), away), lambda: self._calendar.busy(start, end, away), POLL
        )
        return spans

    def close(self) -> None:
        """Let go of the connection, as soon as it is not in use; nobody waits for that."""
        self._calls.put(None)

    # -- asking and answering ---------------------------------------------------------------------------------------

    def _ask(self, key: object, work: Callable[[], Any], patience: float) -> Any:
        call, waited_for = self._place(key, work)
        if self._troubled or waited_for:
            patience = min(patience, TROUBLED)
        if not self._wait(call, patience):
            with self._lock:
                if not call.answered.is_set():
                    call.late = self._troubled = True
                    raise Unreachable(f"The calendar “{self.name}” gave no answer within {patience:g} s.")
        with self._lock:
            self._open = None
            self._troubled = isinstance(call.error, Unreachable)
        return call.result()

    def _place(self, key: object, work: Callable[[], Any]) -> tuple[_Call, bool]:
        """The call to wait for: a new one, or the same one asked before; and whether it is that old one.

        Raises ``Unreachable`` while the calendar is still busy with another one.
        """
        with self._lock:
            before = self._open
            if before is not None:
                if key is not None and before.key == key:
                    return before, True
                if not before.answered.is_set():
                    raise Unreachable(f"The calendar “{self.name}” has not answered yet.")
                # Its answer is of no use for this question: a write's is found where the next run looks.
            self._open = call = _Call(key, work)
            self._calls.put(call)
            return call, False

    def _wait(self, call: _Call, patience: float) -> bool:
        """Whether the answer came in time.  Once the daemon was told to stop, it waits for nobody any more."""
        until = time.monotonic() + patience
        while not call.answered.wait(min(max(until - time.monotonic(), 0.0), STEP)):
            if time.monotonic() >= until or self._hurry.is_set():
                return call.answered.is_set()
        return True

    def _work(self) -> None:
        # A keyring that waits for a person is to be heard of as that, not as a server that gives no answer.
        secrets.PATIENCE.set(PROMPT)
        while (call := self._calls.get()) is not None:
            call()
            with self._lock:
                late = call.late
            if late:
                self._heard(self.name)
        with suppress(CalendarError, OSError):
            self._calendar.close()


def opener(heard: Heard, hurry: threading.Event) -> Opener:
    """How the daemon opens calendars: those of a server are given a hearing, a folder is read as it is."""

    def open_heard(spec: CalendarSpec, *, zone: ZoneInfo) -> Calendar:
        calendar = open_calendar(spec, zone=zone)
        return calendar if spec.type in ("folder", "memory") else HeardCalendar(calendar, heard, hurry)

    return open_heard
