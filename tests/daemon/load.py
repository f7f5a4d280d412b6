"""A busy rep, while the daemon dies and comes back: calls are logged and events edited without a look at whether it
lives just then.

What was promised, and what was done to whose event, is kept, so that a test can ask for all of it afterwards.
"""

from __future__ import annotations

import base64
import http.client
import random
import re
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from tests.e2e.rep import CHICAGO
from tests.servers.running import Server

FIRST = ("Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal")
QUARTERS = 36
"""Quarters of an hour between nine and six: each promise names one of its own."""

MARKS = ("sold", "vm", "moved", "deleted")

_LOOKED_AT = 3
"""Kills through which a person has seen an event before it is edited.

One thing cannot be told apart by anybody: an event that is deleted before its creation was heard to succeed, and one
that never arrived.  On a slow machine several runs in a row may die before they hear it, so who deletes an event waits
until the ledger says that it stands.
"""


def contacts(count: int) -> str:
    """A contact list; ``number_in`` finds the number of a contact in whatever bears its name."""
    rows = (f"p{one},{FIRST[one % 8]} Person{one}x,+1 312 555 {one:04d},US-IL\n" for one in range(count))
    return "id,name,phone,region\n" + "".join(rows)


def number_in(text: str) -> int | None:
    found = re.search(r"Person(\d+)x", text)
    return int(found[1]) if found else None


def promised_row(number: int, now: datetime) -> str:
    """The row that promises contact ``number`` a call at a time that is nobody else's."""
    begin = now.replace(hour=9, minute=0) + timedelta(days=2 + number // QUARTERS, minutes=15 * (number % QUARTERS))
    made = now - timedelta(hours=1)
    return f"{made:%Y-%m-%dT%H:%M},p{number},outbound,call,connected,call {begin:%Y-%m-%d} at {begin:%H:%M},"


class Events(Protocol):
    """The events of one calendar as a person's own program has them: names and texts.

    ``store`` and ``discard`` raise ``LookupError`` where somebody else was quicker.
    """

    def names(self) -> Sequence[str]: ...

    def load(self, name: str) -> str: ...

    def store(self, name: str, text: str) -> None: ...

    def discard(self, name: str) -> None: ...


class FolderEvents:
    """A calendar that is a folder; written by rename, as editors do."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> Sequence[str]:
        return sorted(path.name for path in self._folder.glob("*.ics"))

    def load(self, name: str) -> str:
        try:
            return (self._folder / name).read_bytes().decode()
        except FileNotFoundError:
            raise LookupError(name) from None

    def store(self, name: str, text: str) -> None:
        new = self._folder / f"{name}.person"
        new.write_bytes(text.encode())
        new.replace(self._folder / name)

    def discard(self, name: str) -> None:
        try:
            (self._folder / name).unlink()
        except FileNotFoundError:
            raise LookupError(name) from None


class ServerEvents:
    """The one calendar on a Radicale; its files are only listed, everything else goes over HTTP with etags."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._etags: dict[str, str] = {}

    def names(self) -> Sequence[str]:
        root = self._server.storage / "collection-root"
        return sorted(str(path.relative_to(root)) for path in root.glob("*/*/*.ics"))

    def load(self, name: str) -> str:
        status, headers, body = self._ask("GET", name)
        if status != 200:
            raise LookupError(name)
        self._etags[name] = headers["ETag"]
        return body.decode()

    def store(self, name: str, text: str) -> None:
        self._write("PUT", name, text)

    def discard(self, name: str) -> None:
        self._write("DELETE", name)

    def _write(self, method: str, name: str, text: str = "") -> None:
        headers = {"If-Match": self._etags[name], "Content-Type": "text/calendar; charset=utf-8"}
        status, _, body = self._ask(method, name, text, headers)
        if status in (404, 412):
            raise LookupError(name)
        assert 200 <= status < 300, (status, body)

    def _ask(
        self, method: str, name: str, text: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        secret = base64.b64encode(f"{self._server.user}:{self._server.password}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        try:
            connection.request(
                method, f"/{name}", text.encode(), {"Authorization": f"Basic {secret}"} | (headers or {})
            )
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


class Load:
    """``rows`` holds the rows logged, ``done`` what was done to the event of which contact, ``moved_to`` the times
    (``20261127T100000``) to which events were moved."""

    def __init__(
        self, log: Path, calendars: Sequence[Events], most: int, seed: int, stands: Callable[[Events, str], bool]
    ) -> None:
        self.rows: list[str] = []
        self.done: dict[int, str] = {}
        self.moved_to: dict[int, str] = {}
        self._log, self._calendars, self._most, self._seed = log, calendars, most, seed
        self._stands = stands
        self._first_seen: dict[str, int] = {}
        self._kills = 0
        self._over = threading.Event()
        self._failures: list[BaseException] = []
        works = (self._log_calls, self._edit_events)
        self._threads = [threading.Thread(target=self._kept, args=(work,), daemon=True) for work in works]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def killed(self) -> None:
        """The daemon died once more."""
        self._kills += 1

    def written(self) -> int:
        """Grows as the daemon writes: events in all calendars, rows in its own log."""
        own = self._log.with_name("attempts.calsync.csv")
        return sum(len(one.names()) for one in self._calendars) + (own.read_bytes().count(b"\n") if own.exists() else 0)

    def stop(self) -> None:
        """Stop; what went wrong on the way is raised here."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)
        for failure in self._failures:
            raise failure

    def _kept(self, work: Callable[[random.Random], None]) -> None:
        try:
            work(random.Random(f"{self._seed} {work.__name__}"))
        except BaseException as error:  # noqa: BLE001 - raised again by stop
            self._failures.append(error)

    def _log_calls(self, dice: random.Random) -> None:
        while len(self.rows) < self._most and not self._over.wait(dice.uniform(0.1, 0.7)):
            for _ in range(min(dice.choice((1, 1, 1, 4)), self._most - len(self.rows))):
                row = promised_row(len(self.rows), datetime.now(CHICAGO))
                with self._log.open("a", encoding="utf-8") as log:
                    log.write(row + "\n")
                self.rows.append(row)

    def _edit_events(self, dice: random.Random) -> None:
        while not self._over.wait(dice.uniform(0.05, 0.4)):
            events = dice.choice(self._calendars)
            seen = {name: self._first_seen.setdefault(name, self._kills) for name in events.names()}
            old = [name for name, kills in seen.items() if self._kills - kills >= _LOOKED_AT]
            dice.shuffle(old)
            with suppress(LookupError):
                any(self._edited(events, name, dice.choice(MARKS)) for name in old)

    def _edited(self, events: Events, name: str, mark: str) -> bool:
        """True where the event was edited, false where it is not one to edit."""
        text = events.load(name)
        number = number_in(text)
        if number is None or number in self.done or is_over(text):
            self._first_seen[name] = sys.maxsize
            return False
        if mark == "deleted":
            if not self._stands(events, name):
                return False
            events.discard(name)
        elif mark == "moved":
            events.store(name, an_hour_later(text))
            self.moved_to[number] = start_of(an_hour_later(text))
        else:
            events.store(name, text.replace("SUMMARY:", f"SUMMARY:{mark} ", 1))
        self.done[number] = mark
        return True


def is_over(text: str) -> bool:
    """True for an event that is history."""
    return "SUMMARY:✓" in text


def start_of(text: str) -> str:
    """``20261127T100000``: the local time at which it begins."""
    found = re.search(r"^DTSTART;TZID=America/Chicago:(\w+)", text, re.MULTILINE)
    assert found, text
    return found[1]


def an_hour_later(text: str) -> str:
    def later(place: re.Match[str]) -> str:
        moment = datetime.strptime(place[2], "%Y%m%dT%H%M%S") + timedelta(hours=1)  # noqa: DTZ007 - local, as it stands
        return f"{place[1]}{moment:%Y%m%dT%H%M%S}"

    return re.sub(r"^(DT(?:START|END);TZID=America/Chicago:)(\w+)", later, text, flags=re.MULTILINE)
