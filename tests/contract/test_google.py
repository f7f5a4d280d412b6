"""The contract, kept by a Google calendar (the tests' own server, which behaves as Google says it does)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from calsync.calendars.google import GoogleCalendar
from tests.contract.person import CHICAGO, World
from tests.contract.suite import CalendarContract
from tests.google import desk
from tests.google.desk import CALLBACKS
from tests.google.server import GoogleServer


class GooglePerson:
    """Somebody with Google's own app."""

    def __init__(self, server: GoogleServer) -> None:
        self._store = server.store
        self._calendar = server.store.calendar(CALLBACKS)

    def add(
        self, title: str, start: datetime | date, end: datetime | date, *, busy: bool = True, cancelled: bool = False
    ) -> str:
        transparency = "opaque" if busy else "transparent"
        event = {"summary": title, "start": _side(start), "end": _side(end), "transparency": transparency}
        return self._keep(event, cancelled=cancelled)

    def add_weekly(self, title: str, start: datetime, end: datetime, times: int) -> str:
        rule = f"RRULE:FREQ=WEEKLY;COUNT={times}"
        return self._keep({"summary": title, "start": _side(start), "end": _side(end), "recurrence": [rule]})

    def snapshot(self, handle: str) -> str:
        return json.dumps(self._calendar.events[handle], sort_keys=True)

    def titles(self) -> list[str]:
        return sorted(event["summary"] for event in self._store.live(CALLBACKS).values())

    def rename(self, uid: str, title: str) -> None:
        self._store.person_edits(CALLBACKS, uid, summary=title)

    def move(self, uid: str, start: datetime, end: datetime) -> None:
        self._store.person_edits(CALLBACKS, uid, start=_side(start), end=_side(end))

    def note(self, uid: str, text: str) -> None:
        before = self._calendar.events[uid]["description"]
        self._store.person_edits(CALLBACKS, uid, description=f"{before}\n{text}")

    def decorate(self, uid: str) -> None:
        overrides = [*self._calendar.events[uid]["reminders"]["overrides"], {"method": "popup", "minutes": 60}]
        self._store.person_edits(
            CALLBACKS,
            uid,
            colorId="11",
            location="At the desk; second floor, left",
            attendees=[{"email": "lee@example.com", "responseStatus": "needsAction"}],
            extendedProperties={"private": {"otherProgram": "yes"}},
            reminders={"useDefault": False, "overrides": overrides},
        )

    def decorations(self, uid: str) -> object:
        event = self._calendar.events[uid]
        theirs = [each for each in event["reminders"]["overrides"] if each["minutes"] == 60]
        private = event["extendedProperties"]["private"]["otherProgram"]
        return theirs, private, *(event[name] for name in ("colorId", "location", "attendees"))

    def remove(self, uid: str) -> None:
        self._store.person_deletes(CALLBACKS, uid)

    def copy(self, uid: str) -> str:
        own = ("id", "iCalUID", "etag")
        return self._keep({key: value for key, value in self._calendar.events[uid].items() if key not in own})

    def _keep(self, event: dict[str, Any], *, cancelled: bool = False) -> str:
        handle = str(self._store.insert(self._calendar, event)["id"])
        if cancelled:
            self.remove(handle)
        return handle


def _side(moment: datetime | date) -> dict[str, str]:
    if isinstance(moment, datetime):
        return {"dateTime": moment.isoformat(), "timeZone": CHICAGO.key}
    return {"date": moment.isoformat()}


class TestGoogle(CalendarContract):
    page = 300
    """Some of Google's default pages of 250 would cut this listing."""

    @pytest.fixture
    def server(self) -> Iterator[GoogleServer]:
        with GoogleServer() as running:
            yield running

    @pytest.fixture
    def world(self, server: GoogleServer, tmp_path: Path) -> Iterator[World]:
        desk.settle(server, tmp_path)
        with ExitStack() as opened:

            def client() -> GoogleCalendar:
                calendar = desk.client(server, tmp_path)
                opened.callback(calendar.close)
                return calendar

            yield World(client, GooglePerson(server))
