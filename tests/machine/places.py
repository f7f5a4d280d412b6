"""Where the events of a life are kept: in memory, in a folder, on a CalDAV server with bad habits.

Each is looked at and written to by other programs than calsync as what it is: names, etags, texts.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from calsync.calendars.base import Calendar
from calsync.calendars.caldav import CalDavCalendar
from calsync.calendars.folder import FolderCalendar
from calsync.calendars.memory import MemoryCalendar, MemoryStore
from calsync.calendars.spec import CalendarSpec
from tests.e2e.rep import CHICAGO
from tests.servers.hostile import PASSWORD, USER, HostileServer

SIGN_IN = {"CALSYNC_TEST_PASSWORD": PASSWORD}
"""What has to stand in the environment for ``DavPlace``."""

HABITS = (
    "absolute_hrefs",
    "bare_hrefs",
    "byte_order_mark",
    "hints",
    "identical_put_new_etag",
    "locked_once_423",
    "multiget_404",
    "multiget_501",
    "no_ctag",
    "no_etag_on_put",
    "no_sync",
    "no_sync_403",
    "other_hrefs",
    "packed",
    "pages_507",
    "repeats",
    "rewrite_bodies",
    "token_403",
    "token_412",
    "token_500",
    "token_full_list",
    "tombstones",
    "weak_etags_quoted",
    "weakened_etags",
)
"""Those of the servers' habits that a client can make up for, whatever else happens."""

Clock = Callable[[], datetime]


class Place(MemoryStore):
    """In memory.  ``generation`` tells its tokens from those of the server that it was before a backup came back."""

    generation = 0
    first_token = "memory:0"
    """One since which every change is told, or that nobody knows, so that everything is."""

    def calendar(self, name: str, clock: Clock) -> Calendar:
        """As calsync opens it."""
        return MemoryCalendar(name, zone=CHICAGO, store=self, clock=clock)

    def name_of(self, href: str) -> str:
        """Under which name something is kept here that has that one elsewhere."""
        return href

    def eyes(self, clock: Clock) -> Calendar:
        """As people see it, on whatever device."""
        return MemoryCalendar("eyes", zone=CHICAGO, store=self, clock=clock)

    @property
    def version(self) -> object:
        """Another one whenever anything changed."""
        return tuple((href, etag) for href, (etag, _) in self.items.items())

    def clear(self) -> None:
        """All of it is gone, and what was known of changes."""
        self.items.clear()
        self.log.clear()

    def close(self) -> None:
        """Nothing to let go of."""


class FolderPlace(Place):
    """A folder of .ics files; whoever writes into one makes a new one of it or not, in turn."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        path.mkdir()

    @property  # what there is, is on the disk
    def items(self) -> dict[str, tuple[str, str]]:
        found = {}
        for file in sorted(self.path.glob("*.ics")):
            stat = file.stat()
            found[file.name] = (f"{stat.st_mtime_ns}-{stat.st_size}-{stat.st_ino}", file.read_bytes().decode())
        return found

    @items.setter
    def items(self, _: dict[str, tuple[str, str]]) -> None:
        """Made empty by the base class, before there is a folder."""

    def put(self, href: str, text: str) -> str:
        self.log.append(href)
        if len(self.log) % 2:
            (self.path / href).write_bytes(text.encode())
        else:
            other = self.path / f".{href}.new"
            other.write_bytes(text.encode())
            other.replace(self.path / href)
        return self.items[href][0]

    def remove(self, href: str) -> None:
        (self.path / href).unlink()

    def clear(self) -> None:
        for file in self.path.glob("*.ics"):
            file.unlink()

    def calendar(self, name: str, clock: Clock) -> Calendar:
        return FolderCalendar(name, self.path, zone=CHICAGO, clock=clock)

    def close(self) -> None:
        shutil.rmtree(self.path)


class DavPlace(Place):
    """A CalDAV server; calsync signs in with ``SIGN_IN``."""

    def __init__(self) -> None:
        super().__init__()
        self.server = HostileServer()
        self.opened: list[Calendar] = []

    @property  # what there is, is on the server
    def items(self) -> dict[str, tuple[str, str]]:
        return {name: (item.etag, item.text) for name, item in self.server.items.items()}

    @items.setter
    def items(self, _: dict[str, tuple[str, str]]) -> None:
        """Made empty by the base class, before there is a server."""

    def put(self, href: str, text: str) -> str:
        return self.server.put(href, text).etag

    def remove(self, href: str) -> None:
        self.server.remove(href)

    def clear(self) -> None:
        self.server.items.clear()
        self.server.history.clear()

    def calendar(self, name: str, clock: Clock) -> Calendar:
        spec = CalendarSpec(name, "caldav", url=self.server.url, username=USER, password_env=next(iter(SIGN_IN)))
        self.opened.append(CalDavCalendar(spec, zone=CHICAGO, clock=clock))
        return self.opened[-1]

    def close(self) -> None:
        for calendar in self.opened:
            calendar.close()
        self.server.stop()
