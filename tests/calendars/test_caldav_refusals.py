"""A server that does not do what it should: what the rep is told, and that nothing is lost or doubled."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from calsync.calendars.base import Changes
from calsync.calendars.caldav.wire import Limits
from calsync.calendars.spec import CalendarSpec
from calsync.errors import CalendarError, Refused, SignInNeeded, Stale, Taken, Unreachable
from tests.calendars.conftest import VARIABLE, Open
from tests.contract.suite import assert_says, entry, listed, only
from tests.servers.hostile import PASSWORD, USER, HostileServer


def methods(server: HostileServer) -> list[str]:
    """The methods asked since the last look, in order."""
    asked = [method for method, _, _ in server.log]
    server.log.clear()
    return asked


# --- what it costs


def test_nothing_changed_costs_one_request_also_after_a_restart(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    calendar.create(entry())
    token, known = listed(calendar.changes(None))
    for each in (calendar, open_one(), open_one()):
        methods(server)
        token = each.changes(token, known).token
        assert methods(server) == ["REPORT"]


def test_nothing_changed_costs_one_request_where_only_a_tag_tells(server: HostileServer, open_one: Open) -> None:
    server.faults.add("no_sync")
    calendar = open_one()
    calendar.create(entry())
    token, known = listed(calendar.changes(None))
    methods(server)
    open_one().changes(token, known)
    assert methods(server) == ["PROPFIND"]


def test_the_echo_of_a_thousand_writes_costs_no_reading(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    token = calendar.changes(None).token
    known = {receipt.href: receipt.etag for receipt in (calendar.create(entry(number)) for number in range(100))}
    methods(server)
    changes = open_one().changes(token, known)
    assert methods(server) == ["REPORT"]
    assert len(changes.same) == 100


def test_a_first_write_learns_about_conditions_once(server: HostileServer, open_one: Open) -> None:
    """Two looks and two trials at the first event; one request for each of all others, also after a restart."""
    calendar = open_one()
    token = calendar.changes(None).token
    methods(server)
    receipt = calendar.create(entry(1))
    assert methods(server) == ["GET", "PUT", "GET", "PUT", "PUT"]
    assert server.items[f"{entry(1).uid}.ics"].etag == receipt.etag
    for number in range(2, 5):
        calendar.create(entry(number))
    assert methods(server) == ["PUT"] * 3
    later = open_one()
    later.changes(calendar.changes(token).token)
    methods(server)
    later.create(entry(5))
    assert methods(server) == ["PUT"]


def test_twenty_changed_events_cost_two_requests(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    for number in range(30):
        calendar.create(entry(number))
    token, known = listed(calendar.changes(None))
    for number in range(20):
        name = f"{entry(number).uid}.ics"
        server.put(name, server.items[name].text.replace("SUMMARY:Call", "SUMMARY:vm fri"))
    methods(server)
    changes = calendar.changes(token, known)
    assert methods(server) == ["REPORT", "REPORT"]
    assert len(changes.seen) == 20


# --- what is not there, not allowed, not now


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("server_error", Unreachable, "trouble"),
        ("busy_503", Unreachable, "trouble"),
        ("busy_429", Unreachable, "slower"),
        ("login_page", SignInNeeded, "web page"),
        ("redirect_elsewhere", Refused, "another host, elsewhere.example.com"),
        ("not_found", Refused, "no longer there"),
        ("cut_answer", Unreachable, "broke"),
    ],
)
@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
def test_a_poll_that_fails_says_why(
    server: HostileServer, open_one: Open, fault: str, kind: type[CalendarError], words: str, *, restarted: bool
) -> None:
    calendar = open_one()
    calendar.create(entry())
    token, known = listed(calendar.changes(None))
    server.faults.add(fault)
    each = open_one() if restarted else calendar
    with pytest.raises(kind, match=words) as caught:
        each.changes(token, known)
    assert "work" in caught.value.message
    assert "127.0.0.1" in caught.value.message
    assert caught.value.hint
    server.faults.clear()
    assert (each.changes(token, known).seen, each.changes(token, known).gone) == ((), ())


@pytest.mark.parametrize("fault", ["busy_503", "busy_429"])
def test_the_time_to_wait_is_passed_on(server: HostileServer, open_one: Open, fault: str) -> None:
    server.faults.add(fault)
    with pytest.raises(Unreachable) as caught:
        open_one().changes(None)
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("forbidden", Refused, "does not allow you to"),
        ("full_507", Refused, "no room left"),
        ("locked_423", Unreachable, "lock"),
        ("login_page", SignInNeeded, "web page"),
        ("cut_before", Unreachable, "broke"),
    ],
)
def test_a_write_that_fails_says_why_and_changes_nothing(
    server: HostileServer, open_one: Open, fault: str, kind: type[CalendarError], words: str
) -> None:
    calendar = open_one()
    calendar.create(entry(1))
    seen = calendar.get(entry(1).uid)
    assert seen is not None
    before = server.items.copy()
    server.faults.add(fault)
    with pytest.raises(kind, match=words):
        calendar.create(entry(2))
    with pytest.raises(kind, match=words):
        calendar.update(entry(1, title="new"), seen)
    assert server.items == before
    server.faults.clear()
    calendar.update(entry(1, title="new"), seen)
    calendar.create(entry(2))


def test_an_answer_lost_after_a_create_is_found_out_by_reading(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    calendar.create(entry(1))
    server.faults.add("cut_after")
    with pytest.raises(Unreachable):
        open_one().create(entry(2))
    server.faults.clear()
    with pytest.raises(Taken):
        calendar.create(entry(2))
    assert_says(calendar.get(entry(2).uid), entry(2))
    assert len(server.items) == 2


def test_an_answer_lost_on_a_kept_connection_is_no_second_event(server: HostileServer, open_one: Open) -> None:
    """The connection is opened anew and the write sent again; its condition tells that the first one had landed."""
    calendar = open_one()
    calendar.create(entry(1))
    server.faults.add("cut_after")
    with pytest.raises((Unreachable, Taken)):
        calendar.create(entry(2))
    server.faults.clear()
    assert_says(calendar.get(entry(2).uid), entry(2))
    assert len(server.items) == 2


def test_an_answer_lost_after_an_update_or_a_delete_is_found_out(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    calendar.create(entry())
    seen = calendar.get(entry().uid)
    assert seen is not None
    server.faults.add("cut_after")
    with pytest.raises((Unreachable, Stale)):
        open_one().update(entry(title="new"), seen)
    server.faults.clear()
    seen = assert_says(calendar.get(entry().uid), entry(title="new"))
    server.faults.add("cut_after")
    with pytest.raises(Unreachable):
        open_one().delete(seen)
    server.faults.clear()
    calendar.delete(seen)
    assert server.items == {}


def test_a_server_that_never_ends_its_answer_is_left(server: HostileServer, open_one: Open) -> None:
    server.faults.add("slow")
    calendar = open_one(Limits(connect=1.0, read=1.0, total=0.4))
    with pytest.raises(Unreachable, match="did not end"):
        calendar.changes(None)


def test_nobody_listens(server: HostileServer, open_one: Open) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(Unreachable, match="nothing listens") as caught:
        open_one(url=f"http://127.0.0.1:{port}/dav/").changes(None)
    assert "url" in caught.value.hint


def test_an_unknown_host(server: HostileServer, open_one: Open) -> None:
    with pytest.raises(Unreachable, match="cannot be found"):
        open_one(url="http://no-such-host.invalid/dav/").changes(None)


def test_a_server_without_tls_where_https_is_asked_for(server: HostileServer, open_one: Open) -> None:
    with pytest.raises(Unreachable, match="secure"):
        open_one(url=server.url.replace("http:", "https:")).changes(None)


def test_a_ca_file_that_is_none(server: HostileServer, open_one: Open, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    with pytest.raises(Refused, match=r"ca\.pem") as caught:
        open_one(url=server.url.replace("http:", "https:"), ca_file=tmp_path / "ca.pem").changes(None)
    assert "PEM" in caught.value.hint


def test_there_is_no_calendar_at_that_address(server: HostileServer, open_one: Open) -> None:
    server.faults.add("not_found")
    with pytest.raises(Refused, match="no calendar at this address") as caught:
        open_one().changes(None)
    assert "url" in caught.value.hint


# --- signing in


@pytest.mark.parametrize("fault", ["", "digest"], ids=["basic", "digest"])
def test_a_wrong_password_asks_for_another_and_is_read_anew(
    server: HostileServer, open_one: Open, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults.add(fault)
    calendar = open_one()
    monkeypatch.setenv(VARIABLE, "wr0ng-0ne")
    with pytest.raises(SignInNeeded) as caught:
        calendar.changes(None)
    assert "wr0ng-0ne" not in repr(caught.value) + caught.value.hint
    assert USER in caught.value.message
    monkeypatch.setenv(VARIABLE, PASSWORD)
    calendar.changes(None)


def test_digest_never_shows_the_password(server: HostileServer, open_one: Open) -> None:
    server.faults.add("digest")
    calendar = open_one(auth="digest")
    calendar.create(entry())
    assert not any(each.startswith("Basic") for each in server.seen_authorization)


def test_a_password_is_not_sent_unasked_over_an_open_line(server: HostileServer, open_one: Open) -> None:
    """Over plain http to another machine only a server that asks for Basic gets it."""
    from calsync.calendars.caldav.signin import SignIn

    spec = CalendarSpec("work", "caldav", url="http://cal.example.com/", username=USER, password_env=VARIABLE)
    sign_in = SignIn(spec)
    assert sign_in.header("GET", spec.url) == ""
    assert sign_in.challenged(['Digest realm="x", nonce="y", qop="auth"', 'Basic realm="x"'])
    assert sign_in.header("GET", spec.url).startswith("Digest ")


def test_a_redirect_to_another_host_gets_no_password(server: HostileServer, open_one: Open) -> None:
    other = HostileServer()
    server.faults.add("redirect_elsewhere")
    with pytest.raises(Refused, match="nothing was sent there"):
        open_one().changes(None)
    assert other.seen_authorization == []
    other.stop()


# --- tokens and listings that lie


@pytest.mark.parametrize("status", [400, 403, 409, 410, 412])
def test_a_refused_token_leads_to_a_full_poll(server: HostileServer, open_one: Open, status: int) -> None:
    calendar = open_one()
    calendar.create(entry())
    token, known = listed(calendar.changes(None))
    server.faults.add(f"token_{status}")
    changes = calendar.changes(token, known)
    assert (changes.full, changes.same) == (True, tuple(known))
    server.faults.clear()
    assert not calendar.changes(changes.token, known).full


def test_a_listing_cut_short_loses_nothing_that_is_known(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    receipts = [calendar.create(entry(number)) for number in range(10)]
    known = {receipt.href: receipt.etag for receipt in receipts}
    server.faults.add("cut_silently")
    changes = open_one().changes(None, known)
    assert {*changes.same, *(seen.href for seen in changes.seen)} == set(known)


@pytest.mark.parametrize("faults", [{"no_sync", "cut_silently"}, {"no_sync", "cut_silently", "multiget_404"}])
def test_a_compared_listing_cut_short_deletes_nothing(server: HostileServer, open_one: Open, faults: set[str]) -> None:
    server.faults.add("no_sync")
    calendar = open_one()
    for number in range(10):
        calendar.create(entry(number))
    token, known = listed(calendar.changes(None))
    server.faults |= faults
    server.put("another.ics", server.items[f"{entry(0).uid}.ics"].text.replace(entry(0).uid, "0" * 24))
    changes = calendar.changes(token, known)
    assert changes.gone == ()


def test_a_calendar_that_vanished_is_told_and_not_taken_for_empty(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    calendar.create(entry())
    token, known = listed(calendar.changes(None))
    server.faults.add("not_found")
    with pytest.raises(Refused, match="no longer there") as caught:
        calendar.changes(token, known)
    assert "--confirm" in caught.value.hint


def test_another_configuration_makes_an_old_token_worthless(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    calendar.create(entry())
    token = calendar.changes(None).token
    changes: Changes = open_one(calendar="Another").changes(token)
    assert changes.full
    assert only(changes.seen).uid == entry().uid


# --- doubles


@pytest.mark.parametrize("status", [400, 403, 409, 412])
def test_a_uid_in_use_under_another_name_is_taken(server: HostileServer, open_one: Open, status: int) -> None:
    calendar = open_one()
    calendar.create(entry())
    server.items["restored.ics"] = server.items.pop(f"{entry().uid}.ics")
    server.faults.add(f"uid_conflict_{status}")
    with pytest.raises(Taken):
        calendar.create(entry())
    seen = assert_says(open_one().get(entry().uid), entry())
    assert seen.href.endswith("restored.ics")


def test_two_resources_with_one_uid_are_both_told(server: HostileServer, open_one: Open) -> None:
    """Whoever decides has to see both; what is read by its UID is the one under its own name."""
    calendar = open_one()
    receipt = calendar.create(entry())
    server.put("restored.ics", server.items[f"{entry().uid}.ics"].text)
    changes = calendar.changes(None)
    assert {seen.href.rpartition("/")[2] for seen in changes.seen} == {f"{entry().uid}.ics", "restored.ics"}
    seen = calendar.get(entry().uid)
    assert seen is not None
    assert seen.href == receipt.href
