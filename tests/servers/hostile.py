"""A CalDAV server with every bad habit of the field, each behind a switch.

    server = HostileServer()
    server.faults.add("weak_etags")
    ... server.url is the collection; server.items holds what it keeps; server.log what it was asked
    server.stop()

Without faults it is a plain, correct server.  The names of the faults are those of ``FAULTS``.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import re
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

FAULTS = {
    "no_etag_on_put": "a write names no etag",
    "no_etags": "no etag anywhere",
    "weak_etags": "every etag is weak, and no condition ever matches one",
    "weakened_etags": "something on the way makes every etag weak; the server behind it knows them as strong ones",
    "weak_etags_quoted": "every etag is weak, and a condition matches that quotes it just so",
    "ignore_if_none_match": "a create writes over what is there",
    "ignore_if_match": "a write never minds its condition",
    "identical_put_new_etag": "the etag changes although the same bytes were written",
    "etags_drift": "an event has another etag each time somebody looks",
    "says_412_for_its_own": "a write is done, and answered as if its condition had failed",
    "byte_order_mark": "every text begins with one, after a blank line",
    "drops_marks": "properties that begin with X- are dropped",
    "drops_alarms": "no event has a reminder",
    "cuts_texts": "a description ends after 1,000 characters",
    "squeezes_texts": "blank lines and double spaces of a description are dropped",
    "new_uids": "every event gets a UID of the server's own",
    "renames": "a new event is kept under a name of the server's own, told in Location; the same UID twice is fine",
    "renames_quietly": "the same, and nobody says so",
    "rewrite_bodies": "another order of properties, CLASS added, lines folded elsewhere",
    "token_403": "no token is good the next time: 403",
    "token_409": "the same with 409",
    "token_412": "the same with 412",
    "token_410": "the same with 410",
    "token_400": "the same with 400",
    "token_500": "the server falls over every token",
    "no_sync_500": "the server falls over every sync-collection",
    "token_full_list": "an old token is answered with all there is, and no word of what is gone",
    "no_sync": "sync-collection is unknown: 501",
    "no_sync_403": "sync-collection is unknown: 403",
    "no_listing": "a PROPFIND shows the collection alone, and refuses what is in it: 403",
    "no_ctag": "the collection has no tag",
    "pages_507": "an answer is cut after three resources, with a 507",
    "cut_silently": "a first listing is cut after three resources, and nobody says so",
    "multiget_404": "a multiget finds nothing, ever",
    "multiget_501": "a multiget is unknown",
    "multiget_500": "the server falls over a multiget",
    "private_403": "whatever is named private is listed, and shown to nobody",
    "multiget_half": "a multiget does not find every second resource",
    "tombstones": "a first listing also has what was deleted long ago",
    "repeats": "every change is told twice, and what was told before once more",
    "uid_conflict_403": "a UID that is in use under another name is refused with 403",
    "uid_conflict_400": "the same with 400",
    "uid_conflict_409": "the same with 409",
    "uid_conflict_412": "the same with 412",
    "busy_503": "503 with Retry-After",
    "busy_429": "429 with Retry-After",
    "locked_423": "423 for every write",
    "names_a_time": "every answer has a Retry-After",
    "locked_once_423": "423 for the first try of every write",
    "server_error": "500 for everything",
    "login_page": "a sign-in page with 200 for everything",
    "forbidden": "403 for every write",
    "says_412_for_nothing": "412 for every write, whatever its condition",
    "says_200_and_does_nothing": "200 for every write, and nothing is done",
    "says_207_and_does_nothing": "the same with 207",
    "says_207": "a write is done, and answered with a 207 that says so",
    "new_events_lost": "201 for a new event, and nothing is kept",
    "keeps_deleted": "204 for every DELETE, and the event stays",
    "keeps_deleted_and_touches": "the same, and the event has another etag from then on",
    "read_only": "403 for every write, and the collection says that it is for reading",
    "asks_again": "a first listing is cut after three resources without a word; its token brings the next ones",
    "unfiltered": "a query is answered with every event, whatever it asked for",
    "lost_404": "404 for every write to what is there",
    "full_507": "507 for every write",
    "cut_before": "the connection ends before a write was done",
    "cut_after": "the connection ends after a write was done",
    "cut_answer": "an answer ends in the middle",
    "hints": "every answer comes after an interim one, 102 or 103",
    "packed": "every answer is packed with gzip, though nobody asked for it",
    "digest": "Digest only",
    "redirect": "the collection moved, on the same host",
    "redirect_elsewhere": "a redirect to another host",
    "slow": "an answer that never ends",
    "not_found": "the collection is gone",
    "other_hrefs": "hrefs begin in another way than the address that was asked, as behind some proxies",
    "bare_hrefs": "hrefs are names alone",
    "absolute_hrefs": "hrefs are whole addresses, percent-encoded more than needed",
}

USER, PASSWORD = "tasha", "s3cret"
_DAV, _CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_PAGE = 3
_REFUSES_WRITES = {
    "locked_423": 423,
    "forbidden": 403,
    "read_only": 403,
    "says_412_for_nothing": 412,
    "says_200_and_does_nothing": 200,
    "says_207_and_does_nothing": 207,
}


@dataclass
class Item:
    text: str
    etag: str


@dataclass
class HostileServer:
    """One collection, in memory, at ``url``.  ``log`` holds (method, path, status) of every request."""

    faults: set[str] = field(default_factory=set)
    items: dict[str, Item] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    log: list[tuple[str, str, int]] = field(default_factory=list)
    path: str = "/dav/callbacks/"
    seen_authorization: list[str] = field(default_factory=list)
    algorithm: str = "MD5"
    """What Digest is reckoned by."""
    asks_to_wait: str = "7"
    """The Retry-After of an answer that has one: seconds, or a date."""
    before_write: Callable[[], object] | None = None
    """Called once, right before the next write is done: what somebody else does at that very moment."""

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self.lock = threading.RLock()
        handler = type("Handler", (_Handler,), {"world": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}{self.path}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def put(self, name: str, text: str) -> Item:
        """Keep a text, as this server keeps texts."""
        with self.lock:
            if "rewrite_bodies" in self.faults:
                text = rewritten(text)
            if "drops_marks" in self.faults:
                text = re.sub(r"^X-.*\r\n(?: .*\r\n)*", "", text, flags=re.MULTILINE)
            if "drops_alarms" in self.faults:
                text = re.sub(r"BEGIN:VALARM.*?END:VALARM\r\n", "", text, flags=re.DOTALL)
            if self.faults & {"cuts_texts", "squeezes_texts"}:
                text = self.with_text(text)
            if "new_uids" in self.faults:
                text = re.sub(r"^UID:(\w+)@calsync", r"UID:SRV-\1", text, flags=re.MULTILINE)
            old = self.items.get(name)
            same = old is not None and old.text == text
            if old is None or not same or "identical_put_new_etag" in self.faults:
                self.items[name] = Item(text, f'"{next(self._numbers)}"')
                self.history.append(name)
            return self.items[name]

    def with_text(self, text: str) -> str:
        """The descriptions as this server keeps them."""

        def kept(found: re.Match[str]) -> str:
            words = re.sub(r"\\r\\n[ ]", "", found[0])
            if "squeezes_texts" in self.faults:
                words = re.sub(r"(\\n)(?:\\n)+", r"\1", re.sub("  +", " ", words))
            return _folded(words[:1000] if "cuts_texts" in self.faults else words)

        lines = re.sub(r"\r\n[ ]", "", text).split("\r\n")
        return "\r\n".join(re.sub("^DESCRIPTION:.*", kept, line) for line in lines)

    def remove(self, name: str) -> None:
        with self.lock:
            del self.items[name]
            self.history.append(name)

    def touch(self, name: str) -> None:
        """Another etag, and nothing else."""
        with self.lock:
            self.items[name].etag = f'"{next(self._numbers)}"'
            self.history.append(name)

    def etag(self, item: Item) -> str:
        """The etag as this server shows it."""
        if "no_etags" in self.faults:
            return ""
        if "etags_drift" in self.faults:
            return f'"drift-{next(self._numbers)}"'
        weak = self.faults & {"weak_etags", "weakened_etags", "weak_etags_quoted"}
        return f"W/{item.etag}" if weak else item.etag


def rewritten(text: str) -> str:
    """The same event in the words of another program."""
    lines = re.sub(r"\r?\n[ \t]", "", text).replace("\r\n", "\n").split("\n")
    begin, end = lines.index("BEGIN:VEVENT"), lines.index("END:VEVENT")
    alarms = next((at for at in range(begin, end) if lines[at] == "BEGIN:VALARM"), end)
    inner = sorted(set(lines[begin + 1 : alarms]) | {"CLASS:PUBLIC"})
    folded = [_folded(line) for line in [*lines[: begin + 1], *inner, *lines[alarms:]]]
    return "\r\n".join(folded)


def _folded(line: str) -> str:
    parts = []
    while len(line.encode()) > 60:
        parts.append(line[:30])
        line = line[30:]
    return "\r\n ".join([*parts, line])


class _Cut(Exception):
    """End the connection without another word."""


class _Handler(BaseHTTPRequestHandler):
    world: ClassVar[HostileServer]
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of the base class
        """Say nothing."""

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.world.seen_authorization.append(self.headers.get("Authorization") or "")
        try:
            with self.world.lock:
                status, headers, answer = self.answer(body)
            if "slow" in self.world.faults:
                self.send_response(207)
                self.send_header("Content-Length", "1000000")
                self.end_headers()
                while True:
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.05)
            self.world.log.append((self.command, self.path, status))
            if "hints" in self.world.faults:
                self.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
            self.send_response(status)
            if "names_a_time" in self.world.faults:
                headers = {"Retry-After": self.world.asks_to_wait, **headers}
            if "packed" in self.world.faults and answer:
                answer = gzip.compress(answer)
                headers = {**headers, "Content-Encoding": "gzip"}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            cut = "cut_answer" in self.world.faults and len(answer) > 10
            self.wfile.write(answer[: len(answer) // 2] if cut else answer)
            self.close_connection = self.close_connection or cut
        except (_Cut, BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = do_MKCALENDAR = do_OPTIONS = handle_any  # noqa: N815

    # --- what is answered

    def answer(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        faults = self.world.faults
        if (refusal := self.refusal()) is not None:
            return refusal
        writes = self.command in ("PUT", "DELETE")
        if "cut_before" in faults and writes:
            raise _Cut
        if writes and self.world.before_write is not None:
            meanwhile, self.world.before_write = self.world.before_write, None
            meanwhile()
        answered = self.perform(body)
        if "cut_after" in faults and writes:
            raise _Cut
        return answered

    def perform(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        match self.command:
            case "GET":
                return self.get()
            case "PUT":
                return self.put(body)
            case "DELETE":
                return self.delete()
            case "PROPFIND":
                return self.propfind()
            case "REPORT":
                return self.report(body)
        return 405, {}, b""

    def refusal(self) -> tuple[int, dict[str, str], bytes] | None:  # noqa: C901, PLR0912 - one switch a line
        faults = self.world.faults
        writes = self.command in ("PUT", "DELETE")
        if "redirect_elsewhere" in faults:
            return 302, {"Location": "http://elsewhere.example.com/portal"}, b""
        if "login_page" in faults:
            return 200, {"Content-Type": "text/html"}, b"<html><body><form>Sign in</form></body></html>"
        if not self.signed_in():
            digest = f'Digest realm="dav", nonce="n0nce", qop="auth", algorithm={self.world.algorithm}'
            return 401, {"WWW-Authenticate": digest if "digest" in faults else 'Basic realm="dav"'}, b""
        if "redirect" in faults and self.path.startswith(self.world.path):
            return 301, {"Location": "/moved" + self.path}, b""
        if "server_error" in faults:
            return 500, {"Content-Type": "text/html"}, b"<h1>oops</h1>"
        if "busy_503" in faults:
            return 503, {"Retry-After": self.world.asks_to_wait}, b""
        if "busy_429" in faults:
            return 429, {"Retry-After": self.world.asks_to_wait}, b""
        if "not_found" in faults:
            return 404, {}, b""
        if writes and "locked_once_423" in faults and self.world.log[-1:] != [(self.command, self.path, 423)]:
            return 423, {}, b""
        for fault, status in _REFUSES_WRITES.items():
            if writes and fault in faults:
                return status, {}, b""
        if writes and "lost_404" in faults and self.name in self.world.items:
            return 404, {}, b""
        if self.command == "PUT" and "full_507" in faults:
            return 507, {}, b""
        return None

    def signed_in(self) -> bool:
        given = self.headers.get("Authorization") or ""
        if "digest" not in self.world.faults:
            return given == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if not given.startswith("Digest "):
            return False
        parts = urllib.request.parse_keqv_list(urllib.request.parse_http_list(given.removeprefix("Digest ")))
        digest = _sha256 if self.world.algorithm == "SHA-256" else _md5
        ha1 = digest(f"{USER}:dav:{PASSWORD}")
        ha2 = digest(f"{self.command}:{parts['uri']}")
        expected = digest(f"{ha1}:n0nce:{parts['nc']}:{parts['cnonce']}:auth:{ha2}")
        return parts["response"] == expected and unquote(parts["uri"]) == unquote(self.path)

    @property
    def base(self) -> str:
        """Where this server says that the collection is."""
        return ("/moved" if "redirect" in self.world.faults else "") + self.world.path

    @property
    def name(self) -> str:
        return unquote(self.path.removeprefix("/moved").removeprefix(self.world.path))

    def shown(self, item: Item) -> str:
        return ("\ufeff\r\n" if "byte_order_mark" in self.world.faults else "") + item.text

    def get(self) -> tuple[int, dict[str, str], bytes]:
        item = self.world.items.get(self.name)
        if item is None:
            return 404, {}, b""
        if "private_403" in self.world.faults and self.name.startswith("private"):
            return 403, {}, b""
        etag = self.world.etag(item)
        return 200, {"Content-Type": "text/calendar", **({"ETag": etag} if etag else {})}, self.shown(item).encode()

    def put(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        faults, item = self.world.faults, self.world.items.get(self.name)
        if self.headers.get("If-None-Match") == "*" and item and "ignore_if_none_match" not in faults:
            return 412, {}, b""
        if self.failed_match(item):
            return 412, {}, b""
        text = body.decode()
        uid = re.search(r"^UID:(.*?)\r?$", text, re.MULTILINE)
        conflicts = {fault for fault in faults if fault.startswith("uid_conflict")}  # else nobody looks
        double = [
            name
            for name, other in self.world.items.items()
            if conflicts and uid and name != self.name and f"UID:{uid[1]}" in re.sub(r"\r?\n[ \t]", "", other.text)
        ]
        for status in (400, 403, 409, 412):
            if double and f"uid_conflict_{status}" in faults:
                error = '<error xmlns="DAV:"><C:no-uid-conflict xmlns:C="urn:ietf:params:xml:ns:caldav"/></error>'
                return status, {"Content-Type": "application/xml"}, error.encode() if status == 403 else b""
        name, more = self.name, {}
        if item is None and faults & {"renames", "renames_quietly"}:
            name = f"kept-{len(self.world.history)}.ics"
            more = {"Location": f"http://{self.headers['Host']}{self.world.path}{name}"} if "renames" in faults else {}
        if item is None and "new_events_lost" in faults:
            return 201, {}, b""
        kept = self.world.put(name, text)
        if "says_412_for_its_own" in faults:
            return 412, {}, b""
        if "says_207" in faults:
            return self.multistatus([self.row(name)])
        quiet = faults & {"no_etag_on_put", "no_etags", "rewrite_bodies"}
        return 204 if item else 201, more if quiet else {"ETag": self.world.etag(kept), **more}, b""

    def failed_match(self, item: Item | None) -> bool:
        wanted = self.headers.get("If-Match")
        if wanted is None or "ignore_if_match" in self.world.faults:
            return False
        if item is None:
            return True
        if "weakened_etags" in self.world.faults:
            return wanted != item.etag
        shown = self.world.etag(item)
        return wanted != shown or (shown.startswith("W/") and "weak_etags_quoted" not in self.world.faults)

    def delete(self) -> tuple[int, dict[str, str], bytes]:
        item = self.world.items.get(self.name)
        if item is None:
            return 404, {}, b""
        if self.failed_match(item):
            return 412, {}, b""
        if "keeps_deleted_and_touches" in self.world.faults:
            self.world.touch(self.name)
        elif "keeps_deleted" not in self.world.faults:
            self.world.remove(self.name)
        return 204, {}, b""

    def propfind(self) -> tuple[int, dict[str, str], bytes]:
        tag = "" if "no_ctag" in self.world.faults else f"<S:getctag>{len(self.world.history)}</S:getctag>"
        kind = "<resourcetype><collection/><C:calendar/></resourcetype>"
        may = "read" if "read_only" in self.world.faults else "all"
        kind += f"<current-user-privilege-set><privilege><{may}/></privilege></current-user-privilege-set>"
        good = "<status>HTTP/1.1 200 OK</status>"
        rows = [f"<response><href>{self.base}</href><propstat><prop>{kind}{tag}</prop>{good}</propstat></response>"]
        if self.headers.get("Depth") == "1":
            if "no_listing" in self.world.faults:
                return 403, {}, b""
            names = list(self.world.items)
            names = names[:_PAGE] if "cut_silently" in self.world.faults else names
            rows += [self.row(name) for name in names]
        return self.multistatus(rows)

    def report(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        root = ET.fromstring(body)
        if root.tag == f"{_DAV}sync-collection":
            return self.sync(root.findtext(f"{_DAV}sync-token") or "")
        if root.tag == f"{_CALDAV}calendar-multiget":
            return self.multiget([href.text or "" for href in root.iter(f"{_DAV}href")])
        if root.tag == f"{_CALDAV}calendar-query":
            wanted = root.findtext(f".//{_CALDAV}text-match") if "unfiltered" not in self.world.faults else ""
            return self.multistatus(
                [self.row(name, data=True) for name, item in self.world.items.items() if (wanted or "") in item.text]
            )
        return 501, {}, b""

    def sync(self, token: str) -> tuple[int, dict[str, str], bytes]:
        faults, history = self.world.faults, self.world.history
        for status in (501, 403, 500):
            if ("no_sync" if status == 501 else f"no_sync_{status}") in faults:
                return status, {}, b""
        position = token.removeprefix("urn:t:")
        if token and (not position.isdigit() or int(position) > len(history) or not token.startswith("urn:t:")):
            return 403, {}, b'<error xmlns="DAV:"><valid-sync-token/></error>'
        for status in (400, 403, 409, 410, 412, 500):
            if token and f"token_{status}" in faults:
                return status, {}, b'<error xmlns="DAV:"><valid-sync-token/></error>'
        start = int(position or 0)
        if "token_full_list" in faults or (start == 0 and "tombstones" not in faults):
            changed = list(self.world.items)
        else:
            changed = list(dict.fromkeys(history[start:]))
        rows = [self.row(name) for name in changed]
        end = len(history)
        if "repeats" in faults:
            rows += [*rows, *[self.row(name) for name in list(self.world.items)[:2]]]
        if "cut_silently" in faults and not token:
            rows = rows[:_PAGE]
        if "asks_again" in faults and start + _PAGE < end:
            end = start + _PAGE
            rows = [self.row(name) for name in dict.fromkeys(history[start:end])]
        if "pages_507" in faults and start + _PAGE < end:
            end = start + _PAGE
            rows = [self.row(name) for name in dict.fromkeys(history[start:end])]
            rows.append(f"<response><href>{self.base}</href><status>HTTP/1.1 507 cut</status></response>")
        return self.multistatus(rows, f"<sync-token>urn:t:{end}</sync-token>")

    def multiget(self, hrefs: list[str]) -> tuple[int, dict[str, str], bytes]:
        faults = self.world.faults
        for status in (500, 501):
            if f"multiget_{status}" in faults:
                return status, {}, b""
        rows = []
        for number, href in enumerate(hrefs):
            name = unquote(href).rpartition("/")[2]
            hidden = "private_403" in faults and name.startswith("private")
            hidden = hidden or "multiget_404" in faults or ("multiget_half" in faults and number % 2 == 0)
            rows.append(_missing(href) if hidden else self.row(name, data=True))
        return self.multistatus(rows)

    def row(self, name: str, *, data: bool = False) -> str:
        href = self.base + quote(name)
        if "absolute_hrefs" in self.world.faults:
            coded = "".join(f"%{ord(letter):02X}" if letter in "aeiou-" else letter for letter in name)
            href = f"http://{self.headers['Host']}{self.world.path}{coded}"
        if "other_hrefs" in self.world.faults:
            href = "//internal/callbacks/" + quote(name)
        if "bare_hrefs" in self.world.faults:
            href = quote(name)
        item = self.world.items.get(name)
        if item is None:
            return _missing(href)
        etag = self.world.etag(item)
        shown = f"<getetag>{escape(etag)}</getetag>" if etag else ""
        shown += f"<C:calendar-data>{escape(self.shown(item))}</C:calendar-data>" if data else ""
        missing = (
            "" if etag else ("<propstat><prop><getetag/></prop><status>HTTP/1.1 404 Not Found</status></propstat>")
        )
        good = f"<propstat><prop>{shown}</prop><status>HTTP/1.1 200 OK</status></propstat>" if shown else ""
        return f"<response><href>{escape(href)}</href>{good}{missing}</response>"

    def multistatus(self, rows: list[str], after: str = "") -> tuple[int, dict[str, str], bytes]:
        text = (
            '<?xml version="1.0" encoding="utf-8"?><multistatus xmlns="DAV:" '
            'xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/">'
            + "".join(rows)
            + after
            + "</multistatus>"
        )
        return 207, {"Content-Type": "application/xml; charset=utf-8"}, text.encode()


def _missing(href: str) -> str:
    return f"<response><href>{escape(href)}</href><status>HTTP/1.1 404 Not Found</status></response>"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
