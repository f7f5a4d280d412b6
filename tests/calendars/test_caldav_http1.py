"""Answers as servers send them, on a connection of our own (RFC 9112)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calsync.calendars.caldav.http1 import BadAnswer, Connection, EndlessAnswer, IncompleteAnswer, Reply

OK = b"HTTP/1.1 200 OK\r\n"
NOT_SAID = r"does not fit into the head|can't encode"


@contextmanager
def told(*answers: Sequence[bytes], stays: bool = False) -> Iterator[Connection]:
    """A connection to a server that answers each request with the next pieces, and then closes unless it ``stays``."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with line, suppress(OSError):  # who reads may have heard enough
                for pieces in answers:
                    line.recv(1 << 16)
                    for piece in pieces:
                        line.sendall(piece)
                if stays:
                    line.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = server.getsockname()[1]
        connection = Connection("http", "127.0.0.1", port, tls=None, connect=5.0, read=5.0)
        try:
            yield connection
        finally:
            connection.close()
            thread.join(5)


def ask(connection: Connection, *, seconds: float = 5.0) -> Reply:
    return connection.ask("GET", "/cal/one.ics", {}, b"", time.monotonic() + seconds)


WHOLE = {
    "with its length": (OK + b"Content-Length: 5\r\n\r\nhello", True),
    "its length said twice": (OK + b"Content-Length: 5\r\nContent-Length: 5, 5\r\n\r\nhello", True),
    "in chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;name=value\r\nllo\r\n0\r\n\r\n", True),
    "in chunks with trailers": (
        OK + b"Transfer-Encoding: gzip, Chunked\r\n\r\n5\r\nhello\r\n000\r\nServer: a\r\nEtag: b\r\n\r\n",
        True,
    ),
    "in chunks, with a length that does not count": (
        OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        False,
    ),
    "up to the end of the connection": (OK + b"\r\nhello", False),
    "in a coding that only the end can end": (OK + b"Transfer-Encoding: identity\r\n\r\nhello", False),
    "by a server that closes": (OK + b"Connection: Close\r\nContent-Length: 5\r\n\r\nhello", False),
    "by an old server": (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", False),
    "by an old server that stays": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
        True,
    ),
    "after hints": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        + OK
        + b"Content-Length: 5\r\n\r\nhello",
        True,
    ),
    "with bare line feeds and no reason": (b"HTTP/1.1 200\nContent-Length: 5\n\nhello", True),
    "with a line that is no field": (OK + b"what is this\r\n folded\r\nContent-Length: 5\r\n\r\nhello", True),
    "with more than was announced": (OK + b"Content-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n", False),
}


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=12, deadline=None)
@given(cuts=st.sets(st.integers(min_value=1, max_value=80), max_size=6))
def test_an_answer_is_read_to_its_end_however_it_is_cut_into_pieces(name: str, cuts: set[int]) -> None:
    whole, stays = WHOLE[name]
    places = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    with told([whole[a:b] for a, b in pairwise(places)]) as connection:
        reply = ask(connection)
        assert (reply.status, reply.body) == (200, b"hello")
        # what comes too much may come too late to be seen: then the next answer begins with it, and is none
        assert connection.open == stays or name == "with more than was announced"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_does_not_wait_for_one(status: int) -> None:
    with told([b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status], stays=True) as connection:
        assert ask(connection).body == b""
        assert connection.open


def test_one_connection_takes_one_request_after_the_other() -> None:
    answers = [[OK + b"Content-Length: 1\r\n\r\n%d" % number] for number in range(3)]
    with told(*answers) as connection:
        assert [ask(connection).body for _ in answers] == [b"0", b"1", b"2"]


def test_fields_are_known_by_any_spelling_and_keep_their_order() -> None:
    head = (
        OK + b'ETag: "1"\r\nWWW-Authenticate: Digest a=1\r\nwww-authenticate:Basic \r\n'
        b"X-Long: one\r\n\t two\r\nX-Odd: caf\xe9\r\nContent-Length: 0\r\n\r\n"
    )
    with told([head]) as connection:
        fields = ask(connection).fields
    assert fields["etag"] == ['"1"']
    assert fields["www-authenticate"] == ["Digest a=1", "Basic"]
    assert fields["x-long"] == ["one two"]
    assert fields["x-odd"] == ["café"]


@pytest.mark.parametrize(
    "piece",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"\r\n\r\n",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: \r\n\r\n",
        OK + b"Content-Length: 0x5\r\n\r\nhello",
        OK + b"Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 300,
        OK + b"X: y\r\n" * 30_000,
        OK + b"X: " + b"y" * 200_000,
        b"x" * 200_000,
    ],
)
def test_what_is_no_http_is_no_answer(piece: bytes) -> None:
    with told([piece], stays=True) as connection, pytest.raises(BadAnswer):
        ask(connection)


@pytest.mark.parametrize(
    "piece",
    [
        b"HTTP/1.1 20",
        OK,
        OK + b"Content-Length: 5\r\n",
        OK + b"Content-Length: 5\r\n\r\nhell",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhell",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    ],
)
def test_half_an_answer_is_no_answer(piece: bytes) -> None:
    with told([piece]) as connection, pytest.raises(IncompleteAnswer):
        ask(connection)


def test_a_connection_that_was_let_go_of_says_so() -> None:
    with told([OK + b"Content-Length: 0\r\n\r\n"]) as connection:
        ask(connection)
        with pytest.raises(OSError):  # noqa: PT011 - reset or broken pipe, as it comes
            ask(connection)


@pytest.mark.parametrize(
    ("head", "drop"),
    [(b"HTTP/1.1 200 OK\r\nX: ", b"y"), (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), (OK + b"\r\n", b"y")],
    ids=["a head", "hints", "a body"],
)
def test_an_answer_that_drips_does_not_outlast_the_deadline(head: bytes, drop: bytes) -> None:
    def drips() -> Iterator[bytes]:
        yield head
        for _ in range(100):
            time.sleep(0.02)
            yield drop

    class Pieces(list[bytes]):
        def __iter__(self) -> Iterator[bytes]:
            return drips()

    began = time.monotonic()
    with told(Pieces()) as connection:
        with pytest.raises(EndlessAnswer):
            ask(connection, seconds=0.1)
        assert time.monotonic() - began < 1.5


def test_a_length_beyond_all_reason_is_not_waited_for() -> None:
    with told([OK + b"Content-Length: 99999999999\r\n\r\n"], stays=True) as connection, pytest.raises(EndlessAnswer):
        ask(connection)


@pytest.mark.parametrize("bad", ["a\r\nX: y", "a\nb", "a\0b", "“quoted”"])
def test_what_a_server_names_cannot_break_the_head_of_a_request(bad: str) -> None:
    with told([OK]) as connection, pytest.raises(ValueError, match=NOT_SAID):
        connection.ask("PUT", "/cal/one.ics", {"If-Match": bad}, b"", time.monotonic() + 5)


@pytest.mark.parametrize("bad", ["/cal/one two.ics", "/cal/\r\n", "/cal/ü.ics?ü=“"])
def test_an_address_cannot_either(bad: str) -> None:
    with told([OK]) as connection, pytest.raises(ValueError, match=NOT_SAID):
        connection.ask("GET", bad, {}, b"", time.monotonic() + 5)


def test_where_a_known_address_does_not_answer_the_time_to_connect_is_spent_once() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        before = Connection("http", *address, tls=None, connect=0.2, read=5.0)
        filling = [socket.socket() for _ in range(8)]  # a queue of who wants to connect, which nobody empties
        for one in filling:
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.connect(address)
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            Connection("http", *address, tls=None, connect=0.5, read=5.0, before=before)
        assert time.monotonic() - began < 0.9
        before.close()
        for one in filling:
            one.close()
