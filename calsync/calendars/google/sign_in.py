"""Signing in: the browser asks the person, Google sends the browser back to a port of this machine, a file is written.

Also what `calsync auth status` asks of Google: does the sign-in hold, and what may it do?
"""

from __future__ import annotations

import json
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from calsync.calendars.google import tokens
from calsync.calendars.spec import CalendarSpec
from calsync.errors import CalendarError, ConfigError, SignInNeeded, Unreachable

CLIENT_HELP = (
    "Google Cloud console, Google Auth Platform, Clients, Create client, type “Desktop app”, Download JSON; "
    "then: calsync auth google --client-secrets FILE"
)
_BROWSER = "calsync-browser"
_AUTH_URI = "https://accounts.google.com/o/oauth2/auth"
_DONE = "calsync is signed in. You can close this page and go back to the terminal."


@dataclass(frozen=True, slots=True)
class Access:
    """What Google says of a calendar: its title, and whether it may be written (``owner`` or ``writer``)."""

    title: str
    role: str

    @property
    def writable(self) -> bool:
        return self.role in ("owner", "writer")


def sign_in(
    path: Path,
    client_secrets: Path | None,
    *,
    browse: Callable[[str], object],
    now: datetime,
    patience: float = 300.0,
) -> tokens.Token:
    """Let the person say yes in a browser and keep the sign-in in ``path``.

    ``browse`` is given the address of Google's page.  ``client_secrets`` is the file that Google gives out for a client
    of type “Desktop app”; without one, the client of the earlier sign-in is used again.  Raises ``ConfigError`` for a
    file that is none, ``SignInNeeded`` where the person said no, ``Unreachable`` for the rest.
    """
    client = _client(path, client_secrets)
    session_token, credentials = _ask(client, browse, patience)
    if not credentials.refresh_token:
        raise SignInNeeded(
            "Google gave a sign-in that ends within the hour and cannot be renewed.",
            hint="remove calsync at https://myaccount.google.com/permissions, then: " + tokens.SIGN_IN,
        )
    info: dict[str, Any] = json.loads(credentials.to_json())
    info["auth_uri"] = client["auth_uri"]
    info.pop("account", None)
    if seconds := session_token.get("refresh_token_expires_in"):
        info["sign_in_ends"] = (now + timedelta(seconds=int(seconds))).astimezone(UTC).isoformat(timespec="seconds")
    tokens.save(path, info)
    return tokens.load(path)


def note_account(path: Path, account: str) -> None:
    """Remember whose sign-in it is."""
    token = tokens.load(path)
    tokens.save(path, token.info | {"account": account})


def ask_access(spec: CalendarSpec, zone: ZoneInfo, calendar_id: str = "") -> Access:
    """Ask Google for one line about a calendar.  Raises what ``Calendar`` raises."""
    from calsync.calendars.google.connection import Connection

    line = Connection(spec, zone)
    try:
        answer = line.call(
            lambda service: service.events.list(
                calendarId=calendar_id or spec.calendar_id, maxResults=1, fields="summary,accessRole", prettyPrint=False
            )
        )
    finally:
        line.close()
    return Access(str(answer.get("summary", "")), str(answer.get("accessRole", "")))


def account_of(spec: CalendarSpec, zone: ZoneInfo) -> str:
    """The address that signed in: the title of its first calendar.  ``""`` where Google does not tell."""
    try:
        return ask_access(spec, zone, "primary").title
    except CalendarError:
        return ""


def _client(path: Path, client_secrets: Path | None) -> dict[str, str]:
    if client_secrets is None:
        return _earlier_client(path)
    try:
        found = json.loads(client_secrets.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"There is no file {client_secrets}.", hint=CLIENT_HELP) from None
    except OSError as problem:
        raise ConfigError(f"{client_secrets} cannot be read: {problem.strerror}.", hint=CLIENT_HELP) from None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(client := found.get("installed"), dict):
        other = " It is for another type of client (web)." if isinstance(found, dict) and "web" in found else ""
        raise ConfigError(f"{client_secrets} is no client file of type “Desktop app”.{other}", hint=CLIENT_HELP)
    if not client.get("client_id") or not client.get("client_secret"):
        raise ConfigError(f"{client_secrets} lacks client_id or client_secret.", hint=CLIENT_HELP)
    return {"auth_uri": _AUTH_URI, "token_uri": tokens.TOKEN_URI} | client


def _earlier_client(path: Path) -> dict[str, str]:
    try:
        info = tokens.load(path).info
    except SignInNeeded:
        raise ConfigError("The first sign-in needs the client file from Google.", hint=CLIENT_HELP) from None
    return {
        "client_id": info["client_id"],
        "client_secret": info.get("client_secret", ""),
        "auth_uri": info.get("auth_uri") or _AUTH_URI,
        "token_uri": info.get("token_uri") or tokens.TOKEN_URI,
    }


class _Browser(webbrowser.BaseBrowser):
    """Hands the address to ``browse`` instead of printing it among what a program may read."""

    def __init__(self, browse: Callable[[str], object]) -> None:
        super().__init__(_BROWSER)
        self._browse = browse
        self._asked = False

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002
        if self._asked:  # once it is registered, ``webbrowser.open`` itself tries it last
            return False
        self._asked = True
        self._browse(url)
        return True


def _ask(client: dict[str, str], browse: Callable[[str], object], patience: float) -> tuple[dict[str, Any], Any]:
    import oauthlib.oauth2 as oauth  # type: ignore[import-untyped]  # it has no types
    import requests
    from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError

    flow = InstalledAppFlow.from_client_config({"installed": client}, scopes=list(tokens.SCOPES))
    webbrowser.register(_BROWSER, None, _Browser(browse))
    try:
        credentials = flow.run_local_server(
            host="127.0.0.1",
            port=0,
            browser=_BROWSER,
            authorization_prompt_message=None,
            success_message=_DONE,
            timeout_seconds=patience,
            # Both are needed for a sign-in that can be renewed, the second and every later time too.
            access_type="offline",
            prompt="consent",
        )
    except WSGITimeoutError:
        raise SignInNeeded("Nobody answered Google's page in time.", hint=tokens.SIGN_IN) from None
    except oauth.AccessDeniedError:
        raise SignInNeeded("Google's page was answered with no.", hint=tokens.SIGN_IN) from None
    except Warning:  # oauthlib's way to say that the scopes given are not those asked for
        raise SignInNeeded(
            "Not everything that calsync needs was allowed.",
            hint=f"{tokens.SIGN_IN}, and tick every box that Google shows",
        ) from None
    except oauth.OAuth2Error as problem:
        reason = problem.error or type(problem).__name__
        raise SignInNeeded(f"Google did not complete the sign-in ({reason}).", hint=CLIENT_HELP) from None
    except (requests.RequestException, OSError):
        raise Unreachable("Google's sign-in cannot be reached: is this machine online?", hint=tokens.SIGN_IN) from None
    finally:
        flow.oauth2session.close()
    return dict(flow.oauth2session.token), credentials
