"""The line to Google: one connection, the sign-in kept fresh, every request with a time limit.

Google's client library builds and checks requests from the discovery document that it carries, so nothing is asked of
the network at start.  Its own transport (httplib2) is used as it is, but for one thing: it would send a request a
second time when the first had no answer, which for a write means not knowing what was done.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import google_auth_httplib2  # type: ignore[import-untyped]  # it has no types
import httplib2
import stamina
from google.auth import exceptions as auth
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from calsync.calendars.google import tokens
from calsync.calendars.google.failures import Passing, of_answer, of_trouble, read_answer
from calsync.calendars.spec import CalendarSpec

TIME_LIMIT = 30.0
"""Seconds for connecting, and for each wait for bytes."""

PATIENCE = 10.0
"""Seconds that a run waits for Google at a stretch; a longer Retry-After is left to the next run."""

SERVICE_PATH = "/calendar/v3/"

Json = dict[str, Any]


stamina.instrumentation.set_on_retry_hooks(())  # a retry is no news: what is left after the last one is said


class _PlainOnce(httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]  # httplib2 has no types
    def getresponse(self) -> http.client.HTTPResponse:
        return _answer_once(super().getresponse)


class _TlsOnce(httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]  # httplib2 has no types
    def getresponse(self) -> http.client.HTTPResponse:
        return _answer_once(super().getresponse)


def _answer_once(read: Callable[[], http.client.HTTPResponse]) -> http.client.HTTPResponse:
    try:
        return read()
    except http.client.BadStatusLine:
        # httplib2 takes this error, and no other, for leave to send the request again.
        raise ConnectionResetError("the connection closed without an answer") from None


class _Transport:
    """httplib2 with connections that send once; what google-auth and googleapiclient ask of an ``http`` object."""

    def __init__(self) -> None:
        self._http = httplib2.Http(timeout=TIME_LIMIT)

    def request(self, uri: str, method: str = "GET", **more: Any) -> tuple[httplib2.Response, bytes]:
        more["connection_type"] = _TlsOnce if uri.startswith("https:") else _PlainOnce
        try:
            answer: tuple[httplib2.Response, bytes] = self._http.request(uri, method, **more)
        except BaseException:
            # A late answer must never be taken for the next one's: httplib2 drops the connection after a time limit,
            # but keeps it after any other trouble.
            self._http.close()
            raise
        return answer

    def close(self) -> None:
        self._http.close()


@dataclass(frozen=True, slots=True)
class Service:
    """The two resources that are asked; kept, for the library writes a manual of each method whenever it makes one."""

    events: Any
    freebusy: Any


class Connection:
    """Sends requests for one calendar, renews the sign-in, and turns every failure into one of calsync's own."""

    def __init__(self, spec: CalendarSpec, zone: ZoneInfo) -> None:
        self._spec = spec
        self._zone = zone
        self._path = tokens.path_of(spec)
        self._transport = _Transport()
        self._token: tokens.Token | None = None
        self._credentials: Any = None
        self._service: Service | None = None

    def call(self, request: Callable[[Service], Any], *, write: bool = False, if_match: str = "") -> Json:
        """Execute ``request(service)``; wait out what passes within seconds.

        Raises ``AnswerLost`` for a write that may have been done, and the errors of ``Calendar``.
        """
        answer: Json = {}
        for attempt in stamina.retry_context(
            on=_worth_waiting, attempts=5, timeout=2 * PATIENCE, wait_initial=0.5, wait_max=PATIENCE, wait_jitter=1.0
        ):
            with attempt:
                answer = self._once(request, write=write, if_match=if_match)
        return answer

    def close(self) -> None:
        self._transport.close()

    def _once(self, request: Callable[[Service], Any], *, write: bool, if_match: str) -> Json:
        try:
            call = request(self._signed_in())
            if if_match:
                call.headers["If-Match"] = if_match
            answer = call.execute()
        except HttpError as refusal:
            headers = {str(key).lower(): str(value) for key, value in refusal.resp.items()}
            answered = read_answer(int(refusal.resp.status), headers, refusal.content)
            raise of_answer(
                answered, calendar=self._spec.name, calendar_id=self._spec.calendar_id, zone=self._zone, write=write
            ) from None
        except (
            auth.GoogleAuthError, httplib2.HttpLib2Error, http.client.HTTPException, OSError, ValueError, TypeError
        ) as trouble:  # fmt: skip
            raise of_trouble(trouble, calendar=self._spec.name, write=write) from None
        finally:
            self._keep_renewed()
        if not isinstance(answer, dict):  # the library hands over a body that is no JSON as it came
            raise of_trouble(ValueError(), calendar=self._spec.name, write=write)
        return answer

    def _signed_in(self) -> Service:
        """The service, with the sign-in as the file has it now: signing in again needs no restart."""
        if self._service is not None and self._token is not None and tokens.stamp_of(self._path) == self._token.stamp:
            return self._service
        self._service = None
        self._token = tokens.load(self._path)
        self._credentials = _credentials(self._token)
        built = build(
            "calendar",
            "v3",
            http=google_auth_httplib2.AuthorizedHttp(self._credentials, http=self._transport),
            static_discovery=True,
            client_options={"api_endpoint": service_url(self._spec.endpoint)} if self._spec.endpoint else None,
        )
        self._service = Service(built.events(), built.freebusy())
        return self._service

    def _keep_renewed(self) -> None:
        """Write a renewed access token back, unless somebody signed in meanwhile: then theirs stands."""
        if self._token is None or self._credentials is None or self._credentials.token == self._token.info.get("token"):
            return
        if tokens.stamp_of(self._path) != self._token.stamp:
            return
        expiry = self._credentials.expiry
        info = self._token.info | {
            "token": self._credentials.token,
            "expiry": f"{expiry.isoformat()}Z" if expiry else None,
            "refresh_token": self._credentials.refresh_token or self._token.info.get("refresh_token"),
        }
        try:
            stamp = tokens.save(self._path, info)
        except OSError:
            return  # a full disk: the token in memory still works, and the next renewal tries again
        if stamp is not None:
            self._token = tokens.Token(self._path, info, stamp)


def _credentials(token: tokens.Token) -> Credentials:
    """google-auth's own reader of such a file forgets ``token_uri``, and with it every proxy."""
    info, expiry = token.info, tokens.moment_of(token.info.get("expiry"))
    return Credentials(  # type: ignore[no-untyped-call]  # google-auth is typed in part
        token=info.get("token"),
        refresh_token=info.get("refresh_token"),
        token_uri=info.get("token_uri") or tokens.TOKEN_URI,
        client_id=info.get("client_id"),
        client_secret=info.get("client_secret"),
        expiry=expiry.replace(tzinfo=None) if expiry else None,
    )


def service_url(endpoint: str) -> str:
    """The service below an endpoint: a bare host gets Google's own path."""
    return endpoint if urlsplit(endpoint).path.strip("/") else endpoint.rstrip("/") + SERVICE_PATH


def _worth_waiting(error: Exception) -> bool | float:
    """Only what certainly did nothing is sent again here; a lost write is looked up first (see ``calendar``)."""
    if not isinstance(error, Passing):
        return False
    if error.asked_wait is None:
        return True
    return error.asked_wait if error.asked_wait <= PATIENCE else False
