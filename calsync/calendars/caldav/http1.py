"""One connection to an HTTP/1.1 server: a request out in one piece, its answer read to the end (RFC 9112).

``http.client`` makes an e-mail message of every answer's head and sends head and body apart.  That is half of what a
write costs us on a server that lets go of the connection after each answer, as Radicale's does; and its limits do not
reach a head that drips.  What is understood here is what the RFC lets a server say, and no more: half an answer, two
lengths that differ or a head without end are no answer at all.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

Fields = Mapping[str, list[str]]
"""The values of each field of a head, in order; names in small letters."""

_STATUS = re.compile(r"HTTP/1\.([0-9])[ \t]+([0-9]{3})(?:[ \t].*)?", re.DOTALL)
_PORTS = {"http": 80, "https": 443}
_LONGEST_HEAD = 1 << 16
_LONGEST_LINE = 1 << 12
_MOST_TRAILERS = 200
_MOST_BYTES = 512 * 1024 * 1024
_PIECE = 1 << 16


class BadAnswer(ValueError):
    """What came is no HTTP."""


class IncompleteAnswer(BadAnswer):
    """The connection ended before the answer did."""


class EndlessAnswer(BadAnswer):
    """It takes too long, or is longer than anything that is asked for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, as it was sent."""

    status: int
    fields: Fields
    body: bytes


class Connection:
    """A connection on which one request at a time is answered.  ``open`` tells whether it takes another."""

    def __init__(
        self,
        scheme: str,
        host: str,
        port: int,
        *,
        tls: ssl.SSLContext | None,
        connect: float,
        read: float,
        before: Connection | None = None,
    ) -> None:
        """Connect within ``connect`` seconds; each piece of an answer may take ``read``.  Raises ``OSError``.

        ``before`` is a connection to the same place that the server let go of a moment ago: where that is was found
        out then, and need not be asked of the name service for each request.
        """
        self._socket = (_again(before, connect) if before else None) or socket.create_connection((host, port), connect)
        try:
            self.peer = (self._socket.family, self._socket.getpeername())
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                self._socket = tls.wrap_socket(self._socket, server_hostname=host)
            self._socket.settimeout(read)
        except BaseException:
            self._socket.close()
            raise
        self._host = _host_field(host, port if port != _PORTS.get(scheme) else None)
        self._held = bytearray()  # what has come and was not taken yet
        self._deadline = 0.0
        self._came = 0
        self.open = True

    def close(self) -> None:
        self.open = False
        self._socket.close()

    def ask(self, method: str, target: str, fields: Mapping[str, str], body: bytes, deadline: float) -> Reply:
        """Send a request and read its answer; ``deadline``, by the monotonic clock, is for the whole of it.

        ``target`` is the path, percent-encoded.  Raises ``OSError``, ``ConnectionResetError`` among them where the
        server let go of a kept connection, ``BadAnswer``, and ``ValueError`` for what does not fit into a head.
        """
        said = "".join((target, *fields.values()))
        if "\r" in said or "\n" in said or "\0" in said or " " in target:
            # an etag, say, that a server made up to write headers of its own into our next request
            raise ValueError("what does not fit into the head of a request")
        length = f"Content-Length: {len(body)}\r\n" if body or method in ("PUT", "POST") else ""
        lines = "".join([f"{name}: {value}\r\n" for name, value in fields.items()])
        head = f"{method} {target} HTTP/1.1\r\nHost: {self._host}\r\nAccept-Encoding: identity\r\n{length}{lines}\r\n"
        self._deadline, self._came = deadline, 0
        self._socket.sendall(head.encode("latin-1") + body)
        reply, more = self._reply()
        if not more or self._held:  # what nobody asked for would be taken for the next answer
            self.close()
        return reply

    # --- reading

    def _reply(self) -> tuple[Reply, bool]:
        """The answer, and whether the connection stays."""
        status, minor, fields = self._head()
        while 100 <= status < 200 and status != 101:  # 100, 102 and 103 come ahead of an answer
            status, minor, fields = self._head()
        said = ",".join(fields.get("connection", ())).lower()
        stays = "close" not in said if minor else "keep-alive" in said
        if status in (204, 304):
            return Reply(status, fields, b""), stays
        if codings := fields.get("transfer-encoding"):
            if codings[-1].rpartition(",")[2].strip().lower() == "chunked":
                return Reply(status, fields, self._chunks()), stays and "content-length" not in fields
        elif lengths := {one.strip() for text in fields.get("content-length", ()) for one in text.split(",")}:
            return Reply(status, fields, self._exactly(_number(lengths))), stays
        return Reply(status, fields, self._rest()), False

    def _head(self) -> tuple[int, int, Fields]:
        status, *lines = self._lines()
        found = _STATUS.fullmatch(status)
        if found is None:
            raise BadAnswer("no status line")
        fields: dict[str, list[str]] = {}
        name = ""
        for line in lines:
            if line[:1] in (" ", "\t"):  # an old way to break a long line
                if name:
                    fields[name][-1] += " " + line.strip(" \t")
                continue
            name, colon, value = line.partition(":")
            name = name.strip(" \t").lower() if colon else ""
            if name:
                fields.setdefault(name, []).append(value.strip(" \t"))
        return int(found[2]), int(found[1]), fields

    def _lines(self) -> list[str]:
        """Up to the next blank line; some servers end lines with a line feed alone."""
        while True:
            end, blank = self._held.find(b"\n\r\n"), 3
            if (bare := self._held.find(b"\n\n", 0, end if end >= 0 else len(self._held))) >= 0:
                end, blank = bare, 2
            if (end if end >= 0 else len(self._held)) > _LONGEST_HEAD:
                raise BadAnswer("a head without end")
            if not self._held.startswith(b"HTTP/1."[: len(self._held)]):
                raise BadAnswer("no status line")
            if end >= 0:
                break
            self._more()
        head = self._held[:end].decode("latin-1")
        del self._held[: end + blank]
        return [line.removesuffix("\r") for line in head.split("\n")]

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        while size := _hexadecimal(self._line().partition(b";")[0].strip()):
            parts.append(self._exactly(size))
            if self._line():
                raise BadAnswer("a chunk that is longer than it says")
        for _ in range(_MOST_TRAILERS):
            if not self._line():  # after the trailers, of which none is of use here
                return b"".join(parts)
        raise BadAnswer("trailers without end")

    def _line(self) -> bytes:
        """The next line, without its end."""
        while (end := self._held.find(b"\n")) < 0:
            if len(self._held) > _LONGEST_LINE:
                raise BadAnswer("a line without end")
            self._more()
        line = bytes(self._held[:end])
        del self._held[: end + 1]
        return line[:-1] if line.endswith(b"\r") else line

    def _exactly(self, size: int) -> bytes:
        if size > _MOST_BYTES:
            raise EndlessAnswer(f"{size} octets")
        while len(self._held) < size:
            self._more()
        if len(self._held) == size:
            return self._all()
        body = bytes(self._held[:size])
        del self._held[:size]
        return body

    def _all(self) -> bytes:
        body = bytes(self._held)
        self._held.clear()
        return body

    def _rest(self) -> bytes:
        """All that comes until the server closes."""
        try:
            while True:
                self._more()
        except IncompleteAnswer:
            return self._all()

    def _more(self) -> None:
        """Wait for the next piece; a server that drips its answer must not outlast the deadline."""
        piece = self._socket.recv(_PIECE)
        if not piece:
            if not self._came:
                raise ConnectionResetError("closed without an answer")
            raise IncompleteAnswer("the connection ended too early")
        self._came += len(piece)
        if self._came > _MOST_BYTES or time.monotonic() > self._deadline:
            raise EndlessAnswer("too long, or too slow")
        self._held += piece


def _again(before: Connection, seconds: float) -> socket.socket | None:
    """A connection to where that one led, ``None`` where nothing is there any more.

    Where nobody answers in time the time is spent: raises ``TimeoutError``, and the next one asks for the name again.
    """
    family, address = before.peer
    line = socket.socket(family)
    try:
        line.settimeout(seconds)
        line.connect(address)
    except TimeoutError:
        line.close()
        raise
    except OSError:
        line.close()
        return None
    return line


def _host_field(host: str, port: int | None) -> str:
    name = host if host.isascii() else host.encode("idna").decode("ascii")
    name = f"[{name}]" if ":" in name else name
    return name if port is None else f"{name}:{port}"


def _number(lengths: set[str]) -> int:
    """One length, however often it is said: two that differ are an answer within an answer (RFC 9112 section 6.3)."""
    (text, *others) = lengths
    if others or not (text.isascii() and text.isdigit() and len(text) < 20):
        raise BadAnswer("no length to go by")
    return int(text)


def _hexadecimal(text: bytes) -> int:
    if not re.fullmatch(rb"[0-9A-Fa-f]{1,16}", text):
        raise BadAnswer("no length of a chunk")
    return int(text, 16)
