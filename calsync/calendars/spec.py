"""How a calendar is named in the configuration, as a value that every backend understands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

CalendarType = Literal["folder", "caldav", "google", "memory"]
CalDavAuth = Literal["auto", "basic", "digest"]


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """One ``[[calendars]]`` table.

    ``url`` is that of a collection, or of a server; then the collection whose display name is ``calendar`` is looked
    for, and made when there is none.  At most one of the four ``password_*`` keys says where the password is kept;
    the password itself is never part of a spec, so that a spec can be printed.  ``busy`` asks that the rep's busy
    times be read from here too, ``away`` is the title of the all-day events by which the rep is away.  ``ca_file``
    names the certificate authority of a server with a private certificate.
    """

    name: str
    type: CalendarType
    path: Path | None = None
    url: str = ""
    calendar: str = "Callbacks"
    username: str = ""
    password_command: tuple[str, ...] = ()
    password_env: str = ""
    password_credential: str = ""
    password_keyring: str = ""
    ca_file: Path | None = None
    auth: CalDavAuth = "auto"
    calendar_id: str = ""
    endpoint: str = ""
    token_file: Path | None = None
    busy: bool = False
    away: str = ""

    @property
    def host(self) -> str:
        """The host (and port) of ``url`` without any credentials: what messages may name."""
        parts = urlsplit(self.url)
        return f"{parts.hostname or ''}:{parts.port}" if parts.port else (parts.hostname or "")
