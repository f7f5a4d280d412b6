"""A sign-in while it is used: renewed, kept, ended by Google, made anew, and never shown to anybody (P7)."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from calsync.calendars.google import GoogleCalendar, tokens
from calsync.errors import CalsyncError, SignInNeeded, Unreachable
from tests.contract.suite import entry
from tests.google import desk
from tests.google.faults import Effect, Fault, error, html
from tests.google.server import GoogleServer


class TestSignIn:
    def test_a_dead_access_token_is_renewed_and_kept(
        self, server: GoogleServer, calendar: GoogleCalendar, tmp_path: Path
    ) -> None:
        before = desk.stored(tmp_path)
        server.sign_in.expire_access()
        calendar.changes(None)
        assert [each.operation for each in server.requests] == ["events.list", "oauth.token", "events.list"]
        after = desk.stored(tmp_path)
        assert after["token"] != before["token"]
        assert after["refresh_token"] == before["refresh_token"]
        assert after["account"] == before["account"]
        assert (tmp_path / "google.json").stat().st_mode & 0o777 == 0o600
        calendar.changes(None)
        assert len(server.calls("oauth.token")) == 1

    def test_an_access_token_that_ran_out_is_renewed_beforehand(self, server: GoogleServer, tmp_path: Path) -> None:
        desk.settle(server, tmp_path)
        path = tmp_path / "google.json"
        tokens.save(path, tokens.load(path).info | {"expiry": "2026-01-01T00:00:00Z"})
        calendar = desk.client(server, tmp_path)
        calendar.changes(None)
        calendar.close()
        assert [each.operation for each in server.requests] == ["oauth.token", "events.list"]

    def test_a_revoked_sign_in_names_the_cause_and_the_remedy(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        server.sign_in.revoke()
        with pytest.raises(SignInNeeded, match="invalid_grant: expired or revoked") as caught:
            calendar.create(entry())
        assert "every seven days" in caught.value.message
        assert caught.value.hint == "calsync auth google"
        assert caught.value.exit_code == 4

    def test_signing_in_again_is_noticed_without_a_restart(
        self, server: GoogleServer, calendar: GoogleCalendar, tmp_path: Path
    ) -> None:
        server.sign_in.revoke()
        with pytest.raises(SignInNeeded):
            calendar.changes(None)
        desk.sign_in(server, tmp_path / "google.json")
        assert calendar.changes(None).full

    def test_somebody_elses_newer_sign_in_is_not_overwritten(
        self, server: GoogleServer, calendar: GoogleCalendar, tmp_path: Path
    ) -> None:
        calendar.changes(None)
        server.sign_in.expire_access()
        path = tmp_path / "google.json"
        line = calendar._line
        assert line is not None
        line._signed_in()
        desk.sign_in(server, path)
        newer = desk.stored(tmp_path)
        line._credentials.token = "renewed meanwhile"
        line._keep_renewed()
        assert desk.stored(tmp_path) == newer

    def test_no_sign_in_at_all(self, server: GoogleServer, tmp_path: Path) -> None:
        calendar = desk.client(server, tmp_path)
        with pytest.raises(SignInNeeded, match="Nobody has signed in"):
            calendar.changes(None)
        calendar.close()

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (html("oauth.token", 502, times=9), Unreachable),
            (Fault("oauth.token", Effect.CUT_BEFORE, times=9), Unreachable),
            (Fault("oauth.token", Effect.ANSWER, status=401, body=b'{"error": "invalid_client"}'), SignInNeeded),
            (Fault("oauth.token", Effect.ANSWER, status=400, body=b'{"error": "unauthorized_client"}'), SignInNeeded),
        ],
        ids=["server-error", "cut", "client-deleted", "client-barred"],
    )
    def test_a_renewal_in_trouble(
        self, server: GoogleServer, calendar: GoogleCalendar, fault: Fault, kind: type[CalsyncError]
    ) -> None:
        server.sign_in.expire_access()
        server.faults.append(fault)
        with pytest.raises(kind):
            calendar.changes(None)

    def test_an_access_token_that_is_never_good(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        server.faults.append(error("events.list", 401, "authError", times=9))
        with pytest.raises(SignInNeeded, match="no longer takes the sign-in"):
            calendar.changes(None)

    def test_no_secret_reaches_an_error_or_a_log(
        self, server: GoogleServer, calendar: GoogleCalendar, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, "calsync")
        caplog.set_level(logging.DEBUG, "stamina")
        secrets = [desk.stored(tmp_path)[key] for key in ("token", "refresh_token", "client_secret")]
        said: list[str] = []
        for fault in (html("*", 500, times=9), Fault("*", Effect.CUT_BEFORE, times=9), None):
            server.faults[:] = [fault] if fault else []
            if fault is None:
                server.sign_in.revoke()
            with pytest.raises(CalsyncError) as caught:
                calendar.create(entry())
            error_now: BaseException | None = caught.value
            while error_now is not None:
                said.append(repr(error_now))
                error_now = error_now.__cause__ or (None if error_now.__suppress_context__ else error_now.__context__)
        told = "\n".join([*said, caplog.text])
        assert len(said) >= 3
        assert not [secret for secret in secrets if secret in told]
