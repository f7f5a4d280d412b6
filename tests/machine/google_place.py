"""Google's calendar as a place of the machine: the real client against the tests' own server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from calsync.calendars.base import Calendar
from calsync.calendars.google import GoogleCalendar
from tests.google import desk
from tests.google.desk import CALLBACKS
from tests.google.server import GoogleServer
from tests.machine.places import Place

FORGETS_DELETED = "a deleted event keeps nothing but its id"
REMINDERS_KEEP_ETAG = "a change of reminders leaves the etag"
OTHER_ZONE = "answers in GMT+05:30"
GOOGLE_HABITS = [FORGETS_DELETED, REMINDERS_KEEP_ETAG, OTHER_ZONE]


DENTIST = {
    "summary": "Dentist",
    "start": {"dateTime": "2026-11-02T09:00:00-06:00", "timeZone": "America/Chicago"},
    "end": {"dateTime": "2026-11-02T10:00:00-06:00", "timeZone": "America/Chicago"},
    "updated": "2026-10-01T00:00:00.000Z",
    "sequence": 0,
    "reminders": {"useDefault": True},
}
"""What others keep there; its text elsewhere is no event of Google's."""


class GooglePlace(Place):
    """Events by the name under which they were put, or by their id; as JSON, without their etags."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.server = GoogleServer()
        self.server.__enter__()
        self.opened: list[GoogleCalendar] = []
        desk.settle(self.server, folder)

    @property
    def _calendar(self) -> Any:
        return self.server.store.calendar(CALLBACKS)

    def take_on(self, habits: set[str]) -> None:
        store = self.server.store
        store.forget_deleted = FORGETS_DELETED in habits
        store.reminders_keep_etag = REMINDERS_KEEP_ETAG in habits
        store.zone_in_answers = "GMT+05:30" if OTHER_ZONE in habits else ""

    @property  # what there is, is on the server
    def items(self) -> dict[str, tuple[str, str]]:
        return {key: (event["etag"], _text(event)) for key, event in self.server.store.live(CALLBACKS).items()}

    @items.setter
    def items(self, _: dict[str, tuple[str, str]]) -> None:
        """Made empty by the base class, before there is a server."""

    @property
    def version(self) -> object:
        return self.server.store.last

    def put(self, href: str, text: str) -> str:
        """As it stands in the text, ``updated`` included."""
        event = json.loads(text) if text.startswith("{") else DENTIST
        known = self._calendar.events.get(href, {"created": self.server.store.clock().isoformat()})
        own = {"id": href, "iCalUID": known.get("iCalUID", f"{href}@google.com"), "status": "confirmed"}
        put = self.server.store._put(self._calendar, {**known, **event, **own}, touched=True)
        self._calendar.events[href]["updated"] = event["updated"]
        return str(put["etag"])

    def remove(self, href: str) -> None:
        self.server.store.person_deletes(CALLBACKS, href)

    def clear(self) -> None:
        self._calendar.events.clear()
        self._calendar.changed.clear()

    def calendar(self, name: str, clock: Callable[[], datetime]) -> Calendar:
        self.server.store.clock = clock
        self.opened.append(desk.client(self.server, self.folder))
        return self.opened[-1]

    def eyes(self, clock: Callable[[], datetime]) -> Calendar:
        return self.calendar("eyes", clock)

    def name_of(self, href: str) -> str:
        """Under which name something is kept there that has that one elsewhere."""
        return re.sub(r"[^0-9a-v]", "0", href)

    def close(self) -> None:
        for calendar in self.opened:
            calendar.close()
        self.server.stop()


def _text(event: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in event.items() if key != "etag"}, sort_keys=True)
