"""HTTP as calsync needs it towards a calendar server: its own headers, hard time limits, and failures told in words.

A client library of its own (``caldav`` with niquests, tried first) costs about a millisecond of work a request and
23 MB of memory for the life of the process; a daemon that polls every minute and writes thousands of events at its
first sync notices both.  So all requests, those that find the calendar included, go over a connection of our own
(``http1``).

Credentials are sent to the configured host alone, never after a redirect to another one, and never from https to http.
"""

from __future__ import annotations

import contextlib
import re
import ssl
import threading
import time
import zlib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from calsync.calendars.caldav import failures
from calsync.calendars.caldav.http1 import BadAnswer, Connection, EndlessAnswer, Fields
from calsync.calendars.caldav.signin import SignIn
from calsync.calendars.spec import CalendarSpec
from calsync.errors import CalendarError

USER_AGENT = "calsync"
_HEAD = {"User-Agent": USER_AGENT, "Accept": "*/*"}
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
_PLAIN = re.compile(r"(https?://[^/?#\\]+)(/[\w/%:@!$&'()*+,;=~.-]*)", re.ASCII)
"""An address with nothing in it that has to be encoded, as nearly all are: its origin and its path."""
_REDIRECTS = (301, 302, 307, 308)
_MOST_REDIRECTS = 5
_MOST_BYTES = 512 * 1024 * 1024
_LOCK_PAUSES = (0.1, 0.3, 0.6)
_IDLE_SECONDS = 45.0  # servers let go of idle connections; one older than this is not trusted with a write


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: to connect, between two pieces of an answer, and for a request as a whole."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 180.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read to its end.  ``url`` is where it came from, after redirects."""

    status: int
    fields: Fields
    body: bytes
    url: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def wrote(self) -> bool:
        """Whether a write is said to be done; a 207 tells what of it was not."""
        return self.ok and self.status != 207

    def header(self, name: str) -> str:
        """A field of the head, the first of that name; ``""`` where there is none."""
        values = self.fields.get(name.lower())
        return values[0] if values else ""

    @property
    def is_web_page(self) -> bool:
        return "html" in self.header("Content-Type").lower()


class Wire:
    """One server, one connection, one request at a time."""

    def __init__(self, spec: CalendarSpec, *, limits: Limits | None = None) -> None:
        self._spec = spec
        self._limits = limits or Limits()
        self._sign_in = SignIn(spec)
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._origin: tuple[str, str, int] | None = None
        self._used_at = 0.0
        self._tls: ssl.SSLContext | None = None
        self.requests = 0

    def request(
        self,
        method: str,
        url: str,
        body: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        *,
        bears: Container[int] = (),
    ) -> Answer:
        """Send one request; sign in and follow redirects on the same host as needed.  ``bears``: the statuses from 500
        that the caller wants to see for itself.

        Answers of any status below 500 are returned, but for those that mean the same whatever was asked.  Raises
        ``Unreachable`` (no answer, 5xx, 423, 429), ``SignInNeeded`` (401) and ``Refused`` (certificates, redirects
        elsewhere).
        """
        data = body.encode("utf-8", "replace") if isinstance(body, str) else body
        with self._lock:
            for _ in range(_MOST_REDIRECTS):
                answer = self._unlocked(method, url, data, headers or {})
                if answer.status not in _REDIRECTS or not answer.header("Location"):
                    if answer.status not in bears:
                        failures.raise_for_any(self._spec, answer.status, answer.header)
                    return answer
                url = self._redirected(url, answer.header("Location"))
            raise failures.redirects_in_circles(self._spec)

    def _unlocked(self, method: str, url: str, data: bytes, headers: Mapping[str, str]) -> Answer:
        """A server that locks a collection for the blink of a write (Xandikos does) says 423 to whoever comes
        second.
        """
        for pause in _LOCK_PAUSES:
            answer = self._signed(method, url, data, headers)
            if answer.status != 423 or answer.header("Retry-After"):  # who names a time means more than a blink
                return answer
            time.sleep(pause)
        return self._signed(method, url, data, headers)

    def _signed(self, method: str, url: str, data: bytes, headers: Mapping[str, str]) -> Answer:
        for _ in range(3):  # once as we are, once with what the server asks for, once more for a nonce that expired
            signed = self._sign_in.header(method, url)
            answer = self._once(method, url, data, {**headers, **({"Authorization": signed} if signed else {})})
            if answer.status != 401:
                return answer
            if not self._sign_in.challenged(answer.fields.get("www-authenticate", [])):
                break
        self._sign_in.forget()
        raise failures.not_signed_in(self._spec)

    def _redirected(self, url: str, location: str) -> str:
        target = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(target)
        upgraded = (old.scheme, new.scheme) == ("http", "https") and old.hostname == new.hostname
        if _origin_of(old) != _origin_of(new) and not upgraded:
            raise failures.redirected_elsewhere(self._spec, new)
        return target

    def _once(self, method: str, url: str, data: bytes, headers: Mapping[str, str]) -> Answer:
        """One request on the wire.  A kept connection that turns out dead is opened anew once: every write is
        conditional, so sending it twice is safe."""
        deadline = time.monotonic() + self._limits.total
        again = self._connection is not None
        while True:
            try:
                return self._exchange(method, url, data, headers, deadline)
            except CalendarError:
                self._drop()
                raise
            except EndlessAnswer:
                self._drop()
                raise failures.too_slow(self._spec, self._limits.total) from None
            except (OSError, ValueError) as problem:
                self._drop()
                if not (again and isinstance(problem, ConnectionResetError | BrokenPipeError)):
                    raise failures.no_answer(self._spec, problem) from problem
                again = False

    def _exchange(self, method: str, url: str, data: bytes, headers: Mapping[str, str], deadline: float) -> Answer:
        root, target = _parted(url)
        connection = self._connected(_origin(root))
        self.requests += 1
        reply = connection.ask(method, target, {**_HEAD, **headers}, data, deadline)
        self._used_at = time.monotonic()
        coding = reply.fields.get("content-encoding")
        return Answer(reply.status, reply.fields, _unpacked(reply.body, coding[0]) if coding else reply.body, url)

    def _connected(self, origin: tuple[str, str, int]) -> Connection:
        idle = time.monotonic() - self._used_at
        kept = self._connection
        if self._origin != origin or idle >= _IDLE_SECONDS:
            kept = None
        elif kept is not None and kept.open:
            return kept
        self._drop()
        scheme, host, port = origin
        tls = self._tls_context() if scheme == "https" else None
        limits = self._limits
        connection = Connection(scheme, host, port, tls=tls, connect=limits.connect, read=limits.read, before=kept)
        self._connection, self._origin = connection, origin
        return connection

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            try:
                self._tls = ssl.create_default_context()
                if self._spec.ca_file is not None:
                    self._tls.load_verify_locations(self._spec.ca_file)
            except (OSError, ssl.SSLError) as problem:
                self._tls = None
                raise failures.bad_ca_file(self._spec) from problem
        return self._tls

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
        self._connection = None

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        with self._lock:
            self._drop()


def _unpacked(body: bytes, coding: str) -> bytes:
    """Some servers and proxies pack their answers although nobody asked for that."""
    if coding.lower() not in ("gzip", "x-gzip", "deflate") or not body:
        return body
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(body, _MOST_BYTES)
    except zlib.error:
        raise BadAnswer("packed in a way that cannot be read") from None


def _parted(url: str) -> tuple[str, str]:
    """The part of an address that names the server, and what a request asks there, percent-encoded."""
    if plain := _PLAIN.fullmatch(url):
        return plain[1], plain[2]
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe=_PATH_SAFE)
    return f"{parts.scheme}://{parts.netloc}", f"{path}?{parts.query}" if parts.query else path


@lru_cache(maxsize=8)
def _origin(root: str) -> tuple[str, str, int]:
    return _origin_of(urlsplit(root))


def _origin_of(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, (parts.hostname or ""), parts.port or (443 if parts.scheme == "https" else 80)
