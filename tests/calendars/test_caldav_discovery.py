"""Finding the calendar (RFC 6764, RFC 5397, RFC 4791 sections 5.3.1 and 6.2.1), on servers as they are laid out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from calsync.calendars.caldav import discovery
from calsync.calendars.caldav.wire import Wire
from calsync.calendars.spec import CalendarSpec
from calsync.errors import CalendarError, Refused, SignInNeeded

Answer = tuple[int, str]
CALENDAR = "<resourcetype><collection/><C:calendar/></resourcetype>"
FOLDER = "<resourcetype><collection/></resourcetype>"


def multistatus(*rows: tuple[str, str]) -> Answer:
    """A 207 of (href, properties)."""
    inner = "".join(
        f"<response><href>{href}</href><propstat><prop>{props}</prop><status>HTTP/1.1 200 OK</status></propstat>"
        f"</response>"
        for href, props in rows
    )
    return 207, f'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{inner}</multistatus>'


def principal(href: str) -> str:
    return f"{FOLDER}<current-user-principal><href>{href}</href></current-user-principal>"


def homes(*hrefs: str) -> str:
    listed = "".join(f"<href>{href}</href>" for href in hrefs)
    return f"{FOLDER}<C:calendar-home-set>{listed}</C:calendar-home-set>"


def named(name: str, *components: str) -> str:
    takes = "".join(f'<C:comp name="{each}"/>' for each in components)
    allowed = f"<C:supported-calendar-component-set>{takes}</C:supported-calendar-component-set>" if components else ""
    return f"{CALENDAR}<displayname>{name}</displayname>{allowed}"


class Layout:
    """A server that answers from a table of (method, path); ``asked`` is what it was asked, ``signed`` how often with
    a password."""

    def __init__(self) -> None:
        self.table: dict[tuple[str, str], Answer] = {}
        self.asked: list[tuple[str, str]] = []
        self.bodies: list[str] = []
        self.signed = 0
        layout = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                layout.asked.append((self.command, self.path))
                layout.signed += "Authorization" in self.headers
                layout.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
                status, text = layout.table.get((self.command, self.path), (404, ""))
                self.send_response(status)
                body = b"" if status in (301, 302) else text.encode()
                kind = "text/html" if text.startswith("<html") else "application/xml"
                self.send_header("Location" if status in (301, 302) else "Content-Type", text if not body else kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_PROPFIND = do_MKCALENDAR = do_MKCOL = handle_any  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def layout(monkeypatch: pytest.MonkeyPatch) -> Iterator[Layout]:
    monkeypatch.setenv("CALSYNC_TEST_PASSWORD", "s3cret")
    server = Layout()
    yield server
    server.stop()


def spec_for(url: str) -> CalendarSpec:
    return CalendarSpec(
        name="callbacks", type="caldav", url=url, username="tasha", password_env="CALSYNC_TEST_PASSWORD",
        calendar="Callbacks",
    )  # fmt: skip


@pytest.fixture
def asked(layout: Layout) -> Iterator[Callable[..., str | None]]:
    wires: list[Wire] = []

    def ask(step: Callable[[Wire, CalendarSpec], str | None] = discovery.find, path: str = "/") -> str | None:
        spec = spec_for(layout.url + path)
        wires.append(Wire(spec))
        return step(wires[-1], spec)

    yield ask
    for wire in wires:
        wire.close()


def usual(layout: Layout) -> None:
    """/ -> /me/ -> /cal/ with two calendars."""
    layout.table = {
        ("PROPFIND", "/"): multistatus(("/", principal("/me/"))),
        ("PROPFIND", "/me/"): multistatus(("/me/", homes("/cal/"))),
        ("PROPFIND", "/cal/"): multistatus(
            ("/cal/", FOLDER), ("/cal/private/", named("Private")), ("/cal/1f0c/", named(" CALLBACKS "))
        ),
    }


def test_server_principal_home_calendar_in_three_requests(layout: Layout, asked: Callable[..., str | None]) -> None:
    usual(layout)
    assert asked() == f"{layout.url}/cal/1f0c/"
    assert layout.asked == [("PROPFIND", "/"), ("PROPFIND", "/me/"), ("PROPFIND", "/cal/")]


def test_a_server_that_names_the_home_at_once_is_not_asked_for_the_principal(
    layout: Layout, asked: Callable[..., str | None]
) -> None:
    usual(layout)
    layout.table["PROPFIND", "/"] = multistatus(("/", principal("/me/") + homes("/cal/")))
    assert asked() == f"{layout.url}/cal/1f0c/"
    assert ("PROPFIND", "/me/") not in layout.asked


def test_the_well_known_address_is_asked_where_the_root_knows_nothing(
    layout: Layout, asked: Callable[..., str | None]
) -> None:
    """RFC 6764 section 5: it redirects to where CalDAV begins."""
    usual(layout)
    layout.table["PROPFIND", "/dav/"] = layout.table.pop(("PROPFIND", "/"))
    layout.table["PROPFIND", "/.well-known/caldav"] = (301, "/dav/")
    assert asked() == f"{layout.url}/cal/1f0c/"


def test_every_home_is_looked_into(layout: Layout, asked: Callable[..., str | None]) -> None:
    usual(layout)
    layout.table["PROPFIND", "/me/"] = multistatus(("/me/", homes("/shared/", "/cal/")))
    layout.table["PROPFIND", "/shared/"] = multistatus(("/shared/team/", named("Team")))
    assert asked() == f"{layout.url}/cal/1f0c/"


def test_the_address_of_a_home_will_do(layout: Layout, asked: Callable[..., str | None]) -> None:
    """Also where the server names no principal."""
    usual(layout)
    assert asked(path="/cal/") == f"{layout.url}/cal/1f0c/"


def test_a_list_of_tasks_by_that_name_is_no_calendar_for_events(
    layout: Layout, asked: Callable[..., str | None]
) -> None:
    usual(layout)
    layout.table["PROPFIND", "/cal/"] = multistatus(
        ("/cal/tasks/", named("Callbacks", "VTODO")), ("/cal/both/", named("Callbacks", "vtodo", "VEVENT"))
    )
    assert asked() == f"{layout.url}/cal/both/"


def test_none_where_the_server_has_no_such_calendar(layout: Layout, asked: Callable[..., str | None]) -> None:
    usual(layout)
    layout.table["PROPFIND", "/cal/"] = multistatus(("/cal/", FOLDER), ("/cal/private/", named("Private")))
    assert asked() is None


def test_a_calendar_whose_name_the_server_forgot_is_known_by_its_path(
    layout: Layout, asked: Callable[..., str | None]
) -> None:
    """Or a second one would be made beside it."""
    usual(layout)
    layout.table["PROPFIND", "/cal/"] = multistatus(("/cal/calsync-callbacks/", named("")))
    assert asked() == f"{layout.url}/cal/calsync-callbacks/"


def test_inner_scheme_and_port_of_a_server_behind_a_proxy_are_not_followed(
    layout: Layout, asked: Callable[..., str | None]
) -> None:
    usual(layout)
    layout.table["PROPFIND", "/"] = multistatus(("/", principal("http://127.0.0.1:5232/me/")))
    assert asked() == f"{layout.url}/cal/1f0c/"


def test_the_password_goes_to_no_other_host(layout: Layout, asked: Callable[..., str | None]) -> None:
    other = Layout()
    try:
        port = urlsplit(other.url).port
        usual(layout)
        layout.table["PROPFIND", "/me/"] = multistatus(("/me/", homes(f"http://localhost:{port}/cal/")))
        with pytest.raises(Refused, match=r"another host, localhost; nothing was sent") as caught:
            asked()
        assert "set url" in caught.value.hint
        assert other.asked == []
    finally:
        other.stop()


@pytest.mark.parametrize(
    ("url", "named", "goes_to"),
    [
        ("https://caldav.example.com/", "https://p42.example.com:443/7/calendars/", "p42.example.com"),
        ("https://example.com/", "https://dav.example.com/cal/", "dav.example.com"),
        ("https://example.com/", "https://other.com/cal/", None),
        ("https://caldav.example.com/", "https://notexample.com/cal/", None),
        ("https://caldav.example.com/", "http://p42.example.com/cal/", None),
        ("https://10.1.2.3/", "https://66.1.2.3/cal/", None),
        ("https://caldav.example.com/", "/cal/", "caldav.example.com"),
        ("https://caldav.example.com/", "http://caldav.example.com/cal/", "caldav.example.com"),
    ],
)
def test_a_neighbour_under_the_same_domain_is_believed_by_https_only(url: str, named: str, goes_to: str | None) -> None:
    """Large services spread their users over such hosts."""
    if goes_to is None:
        with pytest.raises(CalendarError):
            discovery.beside(spec_for(url), url, named)
    else:
        target = urlsplit(discovery.beside(spec_for(url), url, named))
        assert (target.scheme, target.hostname) == ("https", goes_to)


def test_a_calendar_is_made_with_its_name_for_events_in_the_home(
    layout: Layout, asked: Callable[..., str | None]
) -> None:
    usual(layout)
    layout.table["MKCALENDAR", "/cal/calsync-callbacks/"] = (201, "")
    assert asked(discovery.make) == f"{layout.url}/cal/calsync-callbacks/"
    assert "<D:displayname>Callbacks</D:displayname>" in layout.bodies[-1]
    assert '<C:comp name="VEVENT"/>' in layout.bodies[-1]


def test_a_server_without_mkcalendar_is_asked_by_mkcol(layout: Layout, asked: Callable[..., str | None]) -> None:
    usual(layout)
    layout.table["PROPFIND", "/cal/"] = multistatus(("/cal/", FOLDER))
    layout.table["MKCALENDAR", "/cal/calsync-callbacks/"] = (501, "")
    layout.table["MKCOL", "/cal/calsync-callbacks/"] = (201, "")
    assert asked(discovery.make) == f"{layout.url}/cal/calsync-callbacks/"
    assert "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>" in layout.bodies[-1]


def test_a_calendar_that_was_made_in_between_is_taken(layout: Layout, asked: Callable[..., str | None]) -> None:
    usual(layout)
    layout.table["MKCALENDAR", "/cal/calsync-callbacks/"] = (405, "")
    assert asked(discovery.make) == f"{layout.url}/cal/1f0c/"


def test_a_server_that_lets_nobody_make_calendars_says_so(layout: Layout, asked: Callable[..., str | None]) -> None:
    usual(layout)
    layout.table["PROPFIND", "/cal/"] = multistatus(("/cal/", FOLDER))
    layout.table["MKCALENDAR", "/cal/calsync-callbacks/"] = (403, "")
    layout.table["MKCOL", "/cal/calsync-callbacks/"] = (403, "")
    with pytest.raises(Refused, match=r"make the calendar “Callbacks” \(403\)"):
        asked(discovery.make)


@pytest.mark.parametrize("step", ["/me/", "/cal/"])
@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        ((200, "<html><form>Sign in</form></html>"), SignInNeeded, "a web page came back"),
        ((403, ""), Refused, "does not allow you to see its calendars"),
        ((404, ""), Refused, "refuses to show its calendars"),
        ((207, "<html>"), CalendarError, "came back|makes no sense"),
        ((500, ""), CalendarError, "has trouble"),
    ],
)
def test_what_goes_wrong_on_the_way_is_said(
    layout: Layout, asked: Callable[..., str | None], step: str, answer: Answer, kind: type[CalendarError], says: str
) -> None:
    usual(layout)
    layout.table["PROPFIND", step] = answer
    with pytest.raises(kind, match=says):
        asked()
