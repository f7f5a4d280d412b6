"""``calsync auth``: signing in on loopback with a test in the place of the person, and what the status says."""

from __future__ import annotations

import json
import stat
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from calsync.calendars.google import GoogleCalendar, tokens
from calsync.calendars.spec import CalendarSpec
from calsync.cli.auth import auth_google, auth_status
from calsync.errors import ConfigError, SignInNeeded, Unreachable, UsageError
from tests.google import desk
from tests.google.desk import CALLBACKS, CHICAGO
from tests.google.faults import Effect, Fault, error
from tests.google.oauth import CLIENT_ID, CLIENT_SECRET
from tests.google.server import GoogleServer

NOW = datetime(2026, 10, 23, 9, 0, tzinfo=CHICAGO)


@pytest.fixture
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """oauthlib wants https for the token; the stand-in is on loopback."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def secrets(server: GoogleServer, tmp_path: Path) -> Path:
    """The file that Google's console gives out."""
    client = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_uri": server.auth_uri,
        "token_uri": server.token_uri,
        "redirect_uris": ["http://localhost"],
    }
    path = tmp_path / "client_secret.json"
    path.write_text(json.dumps({"installed": client}))
    return path


@pytest.fixture
def person() -> Iterator[Callable[[str], None]]:
    """Opens the page that is shown, and follows where it leads."""
    browsing: list[threading.Thread] = []

    def show(url: str) -> None:
        def visit() -> None:
            with urllib.request.urlopen(url, timeout=20) as page:
                page.read()

        browsing.append(threading.Thread(target=visit))
        browsing[-1].start()

    yield show
    for thread in browsing:
        thread.join()


def quiet(text: str) -> None:
    """Shows nothing, and opens nothing."""


def google(server: GoogleServer, tmp_path: Path) -> CalendarSpec:
    server.store.add_calendar(CALLBACKS, "Callbacks")
    return desk.spec(server, tmp_path)


@pytest.mark.usefixtures("_plain_http")
class TestSigningIn:
    def test_the_sign_in_is_kept_for_the_owner_only_and_works(
        self, server: GoogleServer, tmp_path: Path, secrets: Path, person: Callable[[str], None]
    ) -> None:
        spec = google(server, tmp_path)
        report = auth_google([spec], now=NOW, zone=CHICAGO, show=quiet, browse=person, client_secrets=secrets)
        assert report.exit_code == 0
        assert report.text.startswith("Signed in to Google as rep@example.com")
        assert "calendar “Callbacks” answers" in report.text
        path = tokens.path_of(spec)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [each.name for each in tmp_path.iterdir()].count(path.name) == 1
        calendar = GoogleCalendar(spec, zone=CHICAGO)
        assert calendar.changes(None).full
        calendar.close()

    def test_the_page_asks_for_a_sign_in_that_can_be_renewed(
        self, server: GoogleServer, tmp_path: Path, secrets: Path, person: Callable[[str], None]
    ) -> None:
        auth_google(
            [google(server, tmp_path)], now=NOW, zone=CHICAGO, show=quiet, browse=person, client_secrets=secrets
        )
        asked = server.calls("oauth.consent")[0].query
        assert asked["access_type"] == ["offline"]
        assert asked["prompt"] == ["consent"]
        assert asked["scope"][0].split() == list(tokens.SCOPES)
        assert asked["code_challenge_method"] == ["S256"]
        assert urlsplit(asked["redirect_uri"][0]).hostname == "127.0.0.1"

    def test_a_second_sign_in_needs_no_client_file(
        self, server: GoogleServer, tmp_path: Path, secrets: Path, person: Callable[[str], None]
    ) -> None:
        spec = google(server, tmp_path)
        auth_google([spec], now=NOW, zone=CHICAGO, show=quiet, browse=person, client_secrets=secrets)
        server.sign_in.revoke()
        report = auth_google([spec], now=NOW, zone=CHICAGO, show=quiet, browse=person)
        assert report.exit_code == 0

    def test_a_project_in_testing_is_named_at_once_with_its_end(
        self, server: GoogleServer, tmp_path: Path, secrets: Path, person: Callable[[str], None]
    ) -> None:
        server.sign_in.testing = True
        report = auth_google(
            [google(server, tmp_path)], now=NOW, zone=CHICAGO, show=quiet, browse=person, client_secrets=secrets
        )
        assert "until Fri 30 Oct 08:59, because the Google Cloud project is in “Testing”" in report.text
        assert "In production" in report.text

    def test_the_address_is_shown_for_those_without_a_browser(
        self, server: GoogleServer, tmp_path: Path, secrets: Path, person: Callable[[str], None]
    ) -> None:
        shown: list[str] = []
        spec = google(server, tmp_path)
        auth_google([spec], now=NOW, zone=CHICAGO, show=shown.append, browse=person, client_secrets=secrets)
        (words,) = shown
        assert words.startswith("Google's page opens in your browser.")
        assert server.auth_uri in words

    def test_no_is_an_answer(
        self, server: GoogleServer, tmp_path: Path, secrets: Path, person: Callable[[str], None]
    ) -> None:
        server.sign_in.person_says_no = True
        with pytest.raises(SignInNeeded, match="answered with no"):
            auth_google(
                [google(server, tmp_path)], now=NOW, zone=CHICAGO, show=quiet, browse=person, client_secrets=secrets
            )
        assert not (tmp_path / "google.json").exists()

    def test_a_box_that_was_not_ticked_is_said(
        self, server: GoogleServer, tmp_path: Path, secrets: Path, person: Callable[[str], None]
    ) -> None:
        server.sign_in.withheld_scopes = frozenset(tokens.SCOPES[:1])
        with pytest.raises(SignInNeeded, match="Not everything") as caught:
            auth_google(
                [google(server, tmp_path)], now=NOW, zone=CHICAGO, show=quiet, browse=person, client_secrets=secrets
            )
        assert "tick every box" in caught.value.hint

    def test_nobody_there_ends_the_wait(self, server: GoogleServer, tmp_path: Path, secrets: Path) -> None:
        with pytest.raises(SignInNeeded, match="in time"):
            auth_google(
                [google(server, tmp_path)],
                now=NOW,
                zone=CHICAGO,
                show=quiet,
                browse=quiet,
                client_secrets=secrets,
                patience=0.05,
            )

    @pytest.mark.parametrize(
        ("fault", "kind", "words"),
        [
            (error("oauth.token", 401, "invalid_client"), SignInNeeded, "did not complete"),
            (Fault("oauth.token", Effect.CUT_BEFORE, times=9), Unreachable, "cannot be reached"),
        ],
        ids=["client-unknown", "cut"],
    )
    def test_a_token_endpoint_in_trouble(
        self,
        server: GoogleServer,
        tmp_path: Path,
        secrets: Path,
        person: Callable[[str], None],
        fault: Fault,
        kind: type[Exception],
        words: str,
    ) -> None:
        server.faults.append(fault)
        with pytest.raises(kind, match=words):
            auth_google(
                [google(server, tmp_path)], now=NOW, zone=CHICAGO, show=quiet, browse=person, client_secrets=secrets
            )


class TestClientFile:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "There is no file"),
            ("not json", "is no client file"),
            ("[]", "is no client file"),
            ('{"web": {"client_id": "x"}}', r"another type of client \(web\)"),
            ('{"installed": {"client_id": "x"}}', "lacks client_id or client_secret"),
        ],
        ids=["missing", "no-json", "no-object", "web", "incomplete"],
    )
    def test_a_file_that_is_none_is_named_with_the_way_to_get_one(
        self, server: GoogleServer, tmp_path: Path, content: str | None, words: str
    ) -> None:
        path = tmp_path / "client.json"
        if content is not None:
            path.write_text(content)
        with pytest.raises(ConfigError, match=words) as caught:
            auth_google(
                [google(server, tmp_path)], now=NOW, zone=CHICAGO, show=quiet, browse=quiet, client_secrets=path
            )
        assert "Desktop app" in caught.value.hint

    def test_the_first_sign_in_needs_one(self, server: GoogleServer, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="first sign-in needs the client file"):
            auth_google([google(server, tmp_path)], now=NOW, zone=CHICAGO, show=quiet, browse=quiet)

    def test_a_configuration_without_google_says_so(self) -> None:
        with pytest.raises(UsageError, match="no calendar of type google"):
            auth_google([CalendarSpec("c", "folder")], now=NOW, zone=CHICAGO, show=quiet, browse=quiet)

    def test_two_sign_ins_have_to_be_told_apart(self, tmp_path: Path) -> None:
        both = [CalendarSpec(n, "google", calendar_id=n, token_file=tmp_path / n) for n in ("mine", "ours")]
        with pytest.raises(UsageError, match="say which one") as caught:
            auth_google(both, now=NOW, zone=CHICAGO, show=quiet, browse=quiet)
        assert caught.value.hint == "calsync auth google --calendar mine"
        with pytest.raises(UsageError, match="no Google calendar “other”"):
            auth_google(both, now=NOW, zone=CHICAGO, show=quiet, browse=quiet, calendar="other")


class TestStatus:
    def test_signed_in(self, server: GoogleServer, tmp_path: Path) -> None:
        report = auth_status([desk.settle(server, tmp_path)], now=NOW, zone=CHICAGO)
        assert report.exit_code == 0
        assert report.text == "callbacks (google): signed in as rep@example.com; calendar “Callbacks” answers"
        assert report.data == {
            "calendars": [
                {
                    "name": "callbacks",
                    "type": "google",
                    "state": "ok",
                    "message": "signed in as rep@example.com; calendar “Callbacks” answers",
                    "hint": "",
                    "account": "rep@example.com",
                    "token_file": str(tmp_path / "google.json"),
                    "scopes": tokens.SCOPES,
                    "access_expires": "2098-12-31T18:00:00-06:00",
                    "sign_in_ends": None,
                }
            ]
        }

    def test_never_signed_in(self, server: GoogleServer, tmp_path: Path) -> None:
        report = auth_status([google(server, tmp_path)], now=NOW, zone=CHICAGO)
        assert report.exit_code == 4
        assert report.text == "callbacks (google): Nobody has signed in to Google yet.\n  → calsync auth google"

    def test_revoked_names_the_seven_days(self, server: GoogleServer, tmp_path: Path) -> None:
        spec = desk.settle(server, tmp_path)
        server.sign_in.revoke()
        report = auth_status([spec], now=NOW, zone=CHICAGO)
        assert report.exit_code == 4
        assert "invalid_grant" in report.text
        assert "every seven days" in report.text
        assert "In production" in report.text
        assert "→ calsync auth google" in report.text

    def test_an_end_that_is_past_is_known_without_asking(self, server: GoogleServer, tmp_path: Path) -> None:
        spec = desk.settle(server, tmp_path)
        path = tmp_path / "google.json"
        ends = (NOW - timedelta(days=1)).astimezone(UTC).isoformat()
        tokens.save(path, tokens.load(path).info | {"sign_in_ends": ends})
        report = auth_status([spec], now=NOW, zone=CHICAGO, offline=True)
        assert report.exit_code == 4
        assert "the sign-in ended Thu 22 Oct 09:00" in report.text
        assert server.requests == []

    def test_a_calendar_that_may_only_be_read(self, server: GoogleServer, tmp_path: Path) -> None:
        spec = desk.settle(server, tmp_path)
        server.store.calendar(CALLBACKS).role = "reader"
        report = auth_status([spec], now=NOW, zone=CHICAGO)
        assert report.exit_code == 1
        assert "may only be read" in report.text

    def test_an_unknown_calendar(self, server: GoogleServer, tmp_path: Path) -> None:
        spec = desk.settle(server, tmp_path)
        del server.store.calendars[CALLBACKS]
        report = auth_status([spec], now=NOW, zone=CHICAGO)
        assert report.exit_code == 1
        assert f"knows no calendar “{CALLBACKS}”" in report.text

    def test_a_server_that_is_down(self, server: GoogleServer, tmp_path: Path) -> None:
        spec = desk.settle(server, tmp_path)
        server.stop()
        report = auth_status([spec], now=NOW, zone=CHICAGO)
        assert report.exit_code == 3
        assert report.data["calendars"][0]["state"] == "unreachable"  # type: ignore[index]  # data is for JSON

    @pytest.mark.parametrize("content", ["", "{}", "[]", '{"client_id": "x"}', "\x00\xff"])
    def test_a_broken_file_is_a_sign_in_to_do(self, server: GoogleServer, tmp_path: Path, content: str) -> None:
        spec = google(server, tmp_path)
        (tmp_path / "google.json").write_text(content, encoding="latin-1")
        report = auth_status([spec], now=NOW, zone=CHICAGO)
        assert report.exit_code == 4
        assert "calsync auth google" in report.text

    def test_other_calendars_say_where_their_password_is(self) -> None:
        dav = CalendarSpec("dav", "caldav", url="https://dav.example.com/x", username="tasha", password_env="DAV")
        report = auth_status([CalendarSpec("here", "folder"), dav], now=NOW, zone=CHICAGO)
        assert report.text.splitlines() == [
            "here (folder): needs no sign-in",
            "dav (caldav): tasha at dav.example.com, password from the environment variable DAV",
        ]

    def test_no_secret_is_shown(self, server: GoogleServer, tmp_path: Path) -> None:
        spec = desk.settle(server, tmp_path)
        stored = desk.stored(tmp_path)
        shown = auth_status([spec], now=NOW, zone=CHICAGO)
        told = shown.text + json.dumps(shown.data) + repr(tokens.load(tmp_path / "google.json"))
        for secret in ("token", "refresh_token", "client_secret"):
            assert stored[secret] not in told
