"""The sign-in, as a file: read, written whole or not at all, for the owner's eyes only.

The form is the one of google-auth (``authorized_user``), with one key of our own: ``sign_in_ends``, when Google said
that it will have to be renewed by hand.  Light on purpose: ``calsync auth status`` loads no Google library.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calsync.calendars.spec import CalendarSpec
from calsync.errors import SignInNeeded

SIGN_IN = "calsync auth google"
SCOPES = (
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.freebusy",
)
"""The least that does the work: events to write, busy times to read."""

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, not a token

SEVEN_DAYS = (
    "If this comes back every seven days, the Google Cloud project is in publishing status “Testing”: "
    "set it to “In production” (Google Auth Platform, Audience)"
)

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Token:
    """A sign-in.  ``info`` is secret; nothing but this module and google-auth looks inside."""

    path: Path
    info: dict[str, Any]
    stamp: Stamp

    def __repr__(self) -> str:
        return f"Token({str(self.path)!r})"

    @property
    def account(self) -> str:
        """The address that signed in, where it was found out."""
        return str(self.info.get("account") or "")

    @property
    def scopes(self) -> tuple[str, ...]:
        scopes = self.info.get("scopes") or ()
        return tuple(scopes.split() if isinstance(scopes, str) else scopes)

    @property
    def ends(self) -> datetime | None:
        """When Google ends this sign-in, where Google said so (a project in Testing: after seven days)."""
        return moment_of(self.info.get("sign_in_ends"))

    @property
    def renewable(self) -> bool:
        return bool(self.info.get("refresh_token"))


def path_of(spec: CalendarSpec) -> Path:
    """Where the sign-in of a calendar is kept: as configured, else one for all under ``$XDG_STATE_HOME/calsync``."""
    if spec.token_file is not None:
        return spec.token_file
    import platformdirs

    return platformdirs.user_state_path("calsync") / "google-token.json"


def stamp_of(path: Path) -> Stamp | None:
    """What tells one state of the file from the next; ``None`` where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def load(path: Path) -> Token:
    """Read the file.  Raises ``SignInNeeded`` where there is none, or none that can be used."""
    stamp = stamp_of(path)
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SignInNeeded("Nobody has signed in to Google yet.", hint=SIGN_IN) from None
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise SignInNeeded(f"The Google sign-in in {path} cannot be read: {reason}.", hint=SIGN_IN) from None
    except ValueError:
        info = None
    if stamp is None or not isinstance(info, dict) or not info.get("client_id"):
        raise SignInNeeded(f"The file {path} holds no Google sign-in.", hint=f"{SIGN_IN}, which writes it anew")
    return Token(path, info, stamp)


def save(path: Path, info: dict[str, Any]) -> Stamp | None:
    """Put the sign-in in place at once, whole, readable by its owner only (0600)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(info, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return stamp_of(path)


def moment_of(text: object) -> datetime | None:
    """A time in the file, as aware UTC; google-auth writes its own without an offset."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
