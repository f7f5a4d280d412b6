"""HTTP as calsync needs it towards a calendar server: its own headers, hard time limits, and failures told in words.

A client library of its own (``caldav`` with niquests, tried first) costs about a millisecond of work a request and
23 MB of memory for the life of the process; a daemon that polls every minute and writes thousands of events at its
first sync notices both.  So all requests, those that find the calendar included, go through ``http.client``.

Credentials are sent to the configured host alone, never after a redirect to another one, and never from https to http.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import threading
import time
import zlib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from email.message import Message
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from calsync.calendars.caldav import failures
from calsync.calendars.caldav.signin import SignIn
from calsync.calendars.spec import CalendarSpec
from calsync.errors import CalendarError

USER_AGENT = "calsync"
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
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
    headers: Message
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
        value = self.headers.get(name)
        return value if isinstance(value, str) else ""

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
        self._connection: _Connection | None = None
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
                        failures.raise_for_any(self._spec, answer.status, answer.headers)
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
            if not self._sign_in.challenged(answer.headers.get_all("WWW-Authenticate", [])):
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
        reused = self._connection is not None
        try:
            return self._exchange(method, url, data, headers, deadline)
        except CalendarError:
            self._drop()
            raise
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as problem:
            self._drop()
            if not reused:
                raise failures.no_answer(self._spec, problem) from problem
        except (OSError, http.client.HTTPException, ValueError) as problem:
            self._drop()
            raise failures.no_answer(self._spec, problem) from problem
        try:
            return self._exchange(method, url, data, headers, deadline)
        except CalendarError:
            self._drop()
            raise
        except (OSError, http.client.HTTPException, ValueError) as problem:
            self._drop()
            raise failures.no_answer(self._spec, problem) from problem

    def _exchange(self, method: str, url: str, data: bytes, headers: Mapping[str, str], deadline: float) -> Answer:
        parts = urlsplit(url)
        connection = self._connected(parts)
        path = quote(parts.path or "/", safe=_PATH_SAFE)
        self.requests += 1
        connection.hold()
        connection.request(
            method,
            f"{path}?{parts.query}" if parts.query else path,
            data or None,
            {
                "User-Agent": USER_AGENT,
                "Accept": "*/*",
                **({"Content-Length": "0"} if not data and method in ("PUT", "POST") else {}),
                **headers,
            },
        )
        connection.let_go()
        response = connection.getresponse()
        body = self._read(response, deadline)
        self._used_at = time.monotonic()
        return Answer(response.status, response.headers, _unpacked(body, response.getheader("Content-Encoding")), url)

    def _read(self, response: http.client.HTTPResponse, deadline: float) -> bytes:
        chunks: list[bytes] = []
        size = 0
        # piece by piece as they come: a server that drips its answer must not outlast the time limit
        while chunk := response.read1(1 << 16):
            chunks.append(chunk)
            size += len(chunk)
            if time.monotonic() > deadline or size > _MOST_BYTES:
                raise failures.too_slow(self._spec, self._limits.total)
        if response.length:  # less came than was announced: half an event is no event
            raise http.client.IncompleteRead(b"", response.length)
        response.close()  # lets the connection take the next request; read1 alone does not
        return b"".join(chunks)

    def _connected(self, parts: SplitResult) -> _Connection:
        origin = _origin_of(parts)
        idle = time.monotonic() - self._used_at
        if self._connection is not None and self._origin == origin and idle < _IDLE_SECONDS:
            return self._connection
        self._drop()
        _, host, port = origin
        connection: _Connection
        if parts.scheme == "https":
            connection = _SecureConnection(host, port, timeout=self._limits.connect, context=self._tls_context())
        else:
            connection = _Connection(host, port, timeout=self._limits.connect)
        connection.response_class = _Response
        connection.connect()  # sets TCP_NODELAY too
        connection.sock.settimeout(self._limits.read)
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


class _Connection(http.client.HTTPConnection):
    """The standard library sends head and body apart: two system calls, two packets, and a server that may wake up for
    a head that it can do nothing with."""

    _held: list[bytes] | None = None

    def hold(self) -> None:
        """Keep back what is sent from here on."""
        self._held = []

    def send(self, data: object) -> None:
        """See ``HTTPConnection.send``."""
        if self._held is not None and isinstance(data, bytes):
            self._held.append(data)
        else:
            super().send(data)  # type: ignore[arg-type]  # whatever was given

    def let_go(self) -> None:
        """Send what was kept back, at once."""
        held, self._held = self._held or [], None
        super().send(b"".join(held))


class _SecureConnection(_Connection, http.client.HTTPSConnection):
    pass


class _Response(http.client.HTTPResponse):
    """The standard library passes over 100 alone; 102 and 103 may come ahead of an answer as well (RFC 9110 section
    15.2)."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # typeshed leaves it out
        while 101 < status < 200:
            http.client.parse_headers(self.fp)
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason


def _unpacked(body: bytes, coding: str | None) -> bytes:
    """Some servers and proxies pack their answers although nobody asked for that."""
    if (coding or "").strip().lower() not in ("gzip", "x-gzip", "deflate") or not body:
        return body
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(body, _MOST_BYTES)
    except zlib.error:
        raise http.client.HTTPException("packed in a way that cannot be read") from None


def _origin_of(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, (parts.hostname or ""), parts.port or (443 if parts.scheme == "https" else 80)
