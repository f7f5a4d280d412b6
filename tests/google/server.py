"""A server that behaves as Google Calendar says it does, on loopback.

    with GoogleServer() as google:
        google.store.add_calendar("callbacks@group.calendar.google.com", "Callbacks")
        ...point a client at google.endpoint...
        google.faults.append(error("events.insert", 403, "rateLimitExceeded"))

Every request is checked against the discovery document and logged with its size.  ``google.store`` is what Google
knows, ``google.sign_in`` who may ask.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.google.discovery import Json, Operation, Query, ViolationError, check_body, check_query, find, select
from tests.google.faults import Effect, Fault
from tests.google.oauth import SignIn
from tests.google.rules import RefusalError
from tests.google.store import Store

SERVICE = "/calendar/v3/"


@dataclass
class Logged:
    """One request and what came of it.  Bytes count the request line, headers and body."""

    operation: str
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    bytes_in: int = 0
    bytes_out: int = 0
    status: int = 0

    @property
    def json(self) -> Json:
        loaded: Json = json.loads(self.body)
        return loaded


class GoogleServer:
    """The server; a context manager.  ``clock`` is the time that Google would write into ``updated``."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.store = Store(clock)
        self.sign_in = SignIn()
        self.faults: list[Fault] = []
        self.requests: list[Logged] = []
        self.connections = 0
        self.lock = threading.Lock()
        self._http = _Listener(("127.0.0.1", 0), self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """No new connection is taken, and those that are open are cut."""
        self._http.shutdown()
        self._http.server_close()
        self._http.cut_all()
        self._thread.join()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def endpoint(self) -> str:
        return self.root + SERVICE

    @property
    def token_uri(self) -> str:
        return self.root + "/token"

    @property
    def auth_uri(self) -> str:
        return self.root + "/o/oauth2/auth"

    def calls(self, operation: str = "") -> list[Logged]:
        """The logged requests, of one operation or all."""
        return [logged for logged in self.requests if operation in ("", logged.operation)]

    def answer(
        self, operation: Operation, path: dict[str, str], query: Query, headers: dict[str, str], body: object
    ) -> Json:
        """Do what the operation says.  Raises ``RefusalError`` for everything that Google refuses."""
        run = getattr(self, "_" + operation.id.replace(".", "_").lower(), None)
        if run is None:
            raise RefusalError(501, "notImplemented", f"The stand-in does not do {operation.id}.")
        answered: Json = run(path, query, headers, body)
        return answered

    # one method an operation, named like it

    def _events_list(self, path: dict[str, str], query: Query, _headers: Any, _body: Any) -> Json:
        return self.store.list_events(self.store.calendar(path["calendarId"]), query)

    def _events_get(self, path: dict[str, str], _query: Query, _headers: Any, _body: Any) -> Json:
        return self.store.get(self.store.calendar(path["calendarId"]), path["eventId"])

    def _events_insert(self, path: dict[str, str], _query: Query, _headers: Any, body: Json) -> Json:
        return self.store.insert(self.store.calendar(path["calendarId"]), body)

    def _events_patch(self, path: dict[str, str], _query: Query, headers: dict[str, str], body: Json) -> Json:
        return self.store.patch(self.store.calendar(path["calendarId"]), path["eventId"], body, headers.get("if-match"))

    def _events_update(self, path: dict[str, str], _query: Query, headers: dict[str, str], body: Json) -> Json:
        return self.store.update(
            self.store.calendar(path["calendarId"]), path["eventId"], body, headers.get("if-match")
        )

    def _events_delete(self, path: dict[str, str], _query: Query, headers: dict[str, str], _body: Any) -> Json:
        self.store.delete(self.store.calendar(path["calendarId"]), path["eventId"], headers.get("if-match"))
        return {}

    def _freebusy_query(self, _path: Any, _query: Query, _headers: Any, body: Json) -> Json:
        return self.store.free_busy(body)

    def _calendars_get(self, path: dict[str, str], _query: Query, _headers: Any, _body: Any) -> Json:
        calendar = self.store.calendar(path["calendarId"])
        return {"kind": "calendar#calendar", "id": calendar.id, "summary": calendar.summary, "timeZone": calendar.zone}

    def _calendars_insert(self, _path: Any, _query: Query, _headers: Any, body: Json) -> Json:
        if not body.get("summary"):
            raise RefusalError(400, "required", "Missing summary.")
        calendar = self.store.add_calendar(
            f"c{len(self.store.calendars):03d}@group.calendar.google.com", body["summary"]
        )
        calendar.zone = body.get("timeZone", "UTC")
        return self._calendars_get({"calendarId": calendar.id}, {}, None, None)

    def _calendarlist_list(self, _path: Any, _query: Query, _headers: Any, _body: Any) -> Json:
        items = [self._listed(calendar.id) for calendar in self.store.calendars.values()]
        return {"kind": "calendar#calendarList", "items": items, "nextSyncToken": str(self.store.last)}

    def _calendarlist_get(self, path: dict[str, str], _query: Query, _headers: Any, _body: Any) -> Json:
        return self._listed(self.store.calendar(path["calendarId"]).id)

    def _listed(self, identifier: str) -> Json:
        shown = self._calendars_get({"calendarId": identifier}, {}, None, None)
        more = {
            "kind": "calendar#calendarListEntry",
            "accessRole": "owner",
            "primary": identifier == self.store.account,
        }
        return {**shown, **more}


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], google: GoogleServer) -> None:
        self.google = google
        self.open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.open.add(connection)
        self.google.connections += 1
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def cut_all(self) -> None:
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nothing to print about; the tests look at the log."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener
    raw_requestline: bytes

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  (http.server looks for these names)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name for it)
        """The log is ``GoogleServer.requests``."""

    def _handle(self) -> None:
        google = self.server.google
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {key.lower(): value for key, value in self.headers.items()}
        size = len(self.raw_requestline) + sum(len(k) + len(v) + 4 for k, v in headers.items()) + 2 + len(body)
        logged = Logged("", self.command, url.path, parse_qs(url.query, keep_blank_values=True), headers, body, size)
        with google.lock:
            google.requests.append(logged)
            if url.path.startswith(SERVICE):
                found = find(self.command, url.path.removeprefix(SERVICE))
                logged.operation = found[0].id if found else "unknown"
            else:
                found = None
                logged.operation = {"/token": "oauth.token", "/o/oauth2/auth": "oauth.consent"}.get(url.path, "unknown")
            fault = next((fault for fault in google.faults if fault.takes(logged.operation)), None)
            if fault is not None and fault.effect is Effect.CUT_BEFORE:
                self._cut()
                return
            if fault is not None and fault.effect is Effect.ANSWER:
                self._send(logged, fault.status, fault.body, fault.headers)
                return
            if logged.operation.startswith("oauth."):
                status, content, extra = self._sign_in(logged)
            else:
                status, content, extra = self._call(logged, found)
        self._send(logged, status, content, extra, fault)

    def _sign_in(self, logged: Logged) -> tuple[int, bytes, dict[str, str]]:
        sign_in = self.server.google.sign_in
        if logged.operation == "oauth.consent":
            try:
                return 302, b"", {"Location": sign_in.consent(logged.query)}
            except ValueError as refusal:
                return 400, str(refusal).encode(), {"Content-Type": "text/plain"}
        status, answer = sign_in.token(parse_qs(logged.body.decode()), logged.headers.get("authorization", ""))
        return status, json.dumps(answer).encode(), {"Content-Type": "application/json; charset=utf-8"}

    def _call(
        self, logged: Logged, found: tuple[Operation, dict[str, str]] | None
    ) -> tuple[int, bytes, dict[str, str]]:
        json_type = {"Content-Type": "application/json; charset=UTF-8"}
        try:
            operation, path = self._known(logged, found)
            self._check_token(logged, operation)
            content = self._checked(logged, operation)
            answer = self.server.google.answer(operation, path, logged.query, logged.headers, content)
            if "fields" in logged.query:
                answer = select(answer, logged.query["fields"][0])
        except ViolationError as violation:
            refusal = RefusalError(400, "invalid", str(violation))
        except RefusalError as answered:
            refusal = answered
        else:
            if operation.http_method == "DELETE":
                return 204, b"", {}
            compact = logged.query.get("prettyPrint") == ["false"]
            text = json.dumps(
                answer, ensure_ascii=False, indent=None if compact else 1, separators=(",", ":" if compact else ": ")
            )
            return 200, text.encode(), json_type | ({"ETag": answer["etag"]} if "etag" in answer else {})
        extra = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if refusal.status == 401 else {}
        return refusal.status, json.dumps(refusal.body()).encode(), json_type | extra

    def _known(
        self, logged: Logged, found: tuple[Operation, dict[str, str]] | None
    ) -> tuple[Operation, dict[str, str]]:
        if found is None:
            raise RefusalError(404, "notFound", f"No such method: {logged.method} {logged.path}")
        return found[0], {key: unquote(value) for key, value in found[1].items()}

    def _check_token(self, logged: Logged, operation: Operation) -> None:
        kind, _, token = logged.headers.get("authorization", "").partition(" ")
        grant = self.server.google.sign_in.access_tokens.get(token) if kind == "Bearer" else None
        if grant is None:
            raise RefusalError(401, "authError", "Invalid Credentials", location="Authorization")
        if operation.scopes and not set(operation.scopes) & set(grant.scopes.split()):
            raise RefusalError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")

    def _checked(self, logged: Logged, operation: Operation) -> object:
        check_query(operation, logged.query)
        if operation.body is None:
            if logged.body:
                raise ViolationError(f"{operation.id} takes no body.")
            return None
        if not logged.headers.get("content-type", "").startswith("application/json"):
            raise ViolationError("The body must be application/json.")
        try:
            content = json.loads(logged.body)
        except ValueError:
            raise RefusalError(400, "parseError", "Parse Error") from None
        check_body(operation.body, content, patch=operation.http_method == "PATCH")
        return content

    def _cut(self) -> None:
        self.close_connection = True
        # A reset, not an orderly end: unread data or none, the client sees the line go dead.
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(
        self, logged: Logged, status: int, body: bytes, extra: dict[str, str], fault: Fault | None = None
    ) -> None:
        effect = fault.effect if fault else None
        if effect is Effect.CUT_AFTER:
            self._cut()
            return
        if fault is not None and effect is Effect.DELAY:
            time.sleep(fault.seconds)
        if effect is Effect.LIE_EMPTY:
            body = json.dumps({**json.loads(body), "items": []}).encode()
        if effect in (Effect.BROKEN_JSON, Effect.EMPTY_BODY):
            body = body[: len(body) // 2 if effect is Effect.BROKEN_JSON else 0]
        headers = {"Date": format_datetime(datetime.now(UTC), usegmt=True), **extra}
        if status != 204:
            headers["Content-Length"] = str(len(body))
        head = f"HTTP/1.1 {status} {self.responses.get(status, ('Status',))[0]}\r\n"
        head += "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n"
        logged.status, logged.bytes_out = status, len(head) + len(body)
        self.wfile.write(head.encode())
        self.wfile.write(body[: len(body) // 2] if effect is Effect.TRUNCATE else body)
        if effect is Effect.TRUNCATE:
            self._cut()
