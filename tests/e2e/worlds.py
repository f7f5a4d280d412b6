"""The calendars that the end-to-end tests run on: a folder, Radicale, Google's stand-in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from calsync.calendars.base import Calendar, Seen
from calsync.model import Entry
from tests.e2e.rep import FOLDER, Rep, caldav, google
from tests.google import desk
from tests.google.server import GoogleServer
from tests.servers.running import USER, Server, radicale_server, running

KINDS = ("folder", "radicale", "google")


@dataclass(frozen=True)
class World:
    """The table of a calendar for the configuration, and what empties that calendar."""

    table: str
    empty: Callable[[], None]


@contextmanager
def world(kind: str, base: Path) -> Iterator[World]:
    """A calendar of that kind on loopback, for as long as it is needed."""
    with ExitStack() as held:
        if kind == "folder":
            table = FOLDER.replace('"calendar"', f'"{base}/calendar"')
            yield World(table, lambda: shutil.rmtree(base / "calendar", ignore_errors=True))
        elif kind == "radicale":
            server: Server = held.enter_context(running(radicale_server(base / "server")))
            storage = server.storage / "collection-root"
            yield World(caldav(server.url, USER), lambda: shutil.rmtree(storage, ignore_errors=True))
        else:
            stand_in = held.enter_context(GoogleServer())
            desk.settle(stand_in, base)
            table = google(stand_in.endpoint, base / "google.json", desk.CALLBACKS)
            yield World(table, lambda: _empty(stand_in))


def _empty(server: GoogleServer) -> None:
    server.store.calendars.pop(desk.CALLBACKS)
    server.store.add_calendar(desk.CALLBACKS, "Callbacks")


def eyes(rep: Rep) -> Calendar:
    """The rep's calendar, as the office holds it."""
    return rep.office.branch(rep.office.settings.calendars[0]).calendar


def write(rep: Rep, name: str, **changes: object) -> None:
    """What a person's program does to the live event of a contact: change a field or two and save."""
    seen = rep.event(name)
    eyes(rep).update(replace(as_entry(seen), **changes), seen)  # type: ignore[arg-type]  # fields of an Entry, by name


def as_entry(seen: Seen) -> Entry:
    """An event as an entry again."""
    assert isinstance(seen.start, datetime)
    return Entry(
        seen.uid, seen.mark, seen.title, seen.description, seen.start, seen.end, "America/Chicago", seen.alarms
    )
