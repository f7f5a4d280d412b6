"""A rep at a desk: a calendar at the stand-in, a sign-in on disk, and a client that is pointed there."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

from calsync.calendars.google import GoogleCalendar, tokens
from calsync.calendars.spec import CalendarSpec
from tests.google.oauth import CLIENT_ID, CLIENT_SECRET
from tests.google.server import GoogleServer

CALLBACKS = "callbacks@group.calendar.google.com"
CHICAGO = ZoneInfo("America/Chicago")


def sign_in(server: GoogleServer, path: Path, *, scopes: str = " ".join(tokens.SCOPES)) -> None:
    """Leave a sign-in on disk as ``calsync auth google`` does."""
    access, refresh = server.sign_in.signed_in(scopes)
    info = {
        "token": access,
        "refresh_token": refresh,
        "token_uri": server.token_uri,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scopes": scopes.split(),
        "account": server.store.account,
        "expiry": "2099-01-01T00:00:00Z",
    }
    tokens.save(path, info)


def spec(server: GoogleServer, folder: Path) -> CalendarSpec:
    """The rep's calendar in the configuration."""
    return CalendarSpec(
        "callbacks", "google", calendar_id=CALLBACKS, endpoint=server.endpoint, token_file=folder / "google.json"
    )


def settle(server: GoogleServer, folder: Path) -> CalendarSpec:
    """A calendar at Google and a sign-in for it."""
    if CALLBACKS not in server.store.calendars:
        server.store.add_calendar(CALLBACKS, "Callbacks")
    sign_in(server, folder / "google.json")
    return spec(server, folder)


def client(server: GoogleServer, folder: Path) -> GoogleCalendar:
    """A calsync client; the sign-in has to be there."""
    return GoogleCalendar(spec(server, folder), zone=CHICAGO)


def stored(folder: Path) -> dict[str, str]:
    """The sign-in on disk."""
    found: dict[str, str] = json.loads((folder / "google.json").read_text())
    return found
