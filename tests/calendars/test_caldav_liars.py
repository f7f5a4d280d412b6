"""Servers that say one thing and do another: nothing is lost, nothing is left behind, and it is said."""

from __future__ import annotations

import re

import pytest

from calsync.calendars.base import Receipt
from calsync.calendars.caldav import CalDavCalendar
from calsync.errors import Refused, Unreachable
from tests.calendars.conftest import Open
from tests.contract.suite import assert_says, entry, listed, only
from tests.servers.hostile import HostileServer

# --- a new event


@pytest.mark.parametrize("known", [False, True])
def test_a_new_event_that_was_not_kept_is_no_success(server: HostileServer, open_one: Open, known: bool) -> None:
    calendar = open_one()
    if known:
        calendar.create(entry(2))
    server.faults.add("new_events_lost")
    with pytest.raises(Unreachable, match="says that it is done, and it is not"):
        calendar.create(entry())
    server.faults.clear()
    calendar.create(entry())
    assert_says(calendar.get(entry().uid), entry())


def test_a_write_answered_with_a_207_that_was_done_is_a_success(server: HostileServer, open_one: Open) -> None:
    server.faults.add("says_207")
    calendar = open_one()
    calendar.create(entry())
    for title in ("one", "two"):
        seen = calendar.get(entry().uid)
        assert seen is not None
        calendar.update(entry(title=title), seen)
    assert_says(calendar.get(entry().uid), entry(title="two"))


@pytest.mark.parametrize(
    "faults",
    [
        {"drops_marks", "new_uids"},
        {"drops_marks", "new_uids", "no_etag_on_put"},
        {"renames", "new_uids"},
        {"renames_quietly", "new_uids", "no_etag_on_put"},
        {"renames_quietly", "new_uids", "no_sync", "multiget_404"},
    ],
)
def test_where_our_events_cannot_be_told_none_is_left_behind(
    server: HostileServer, open_one: Open, faults: set[str]
) -> None:
    """A server that gives events UIDs of its own and drops the rest of what tells ours would fill with orphans."""
    server.put("theirs.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    server.faults |= faults
    calendar = open_one()
    with pytest.raises(Refused, match="would not know it again") as refused:
        calendar.create(entry(writer="abc 20261123T140000Z"))
    assert refused.value.retry_after is not None
    assert list(server.items) == ["theirs.ics"]


# --- what a careless program leaves of an event


def careless(server: HostileServer, name: str) -> None:
    """Save an event as a program does that keeps no property it does not know."""
    server.put(name, re.sub(r"^X-.*\r\n(?: .*\r\n)*", "", server.items[name].text, flags=re.MULTILINE))


def test_an_event_under_a_name_of_the_servers_own_stays_ours_without_its_mark(
    server: HostileServer, open_one: Open
) -> None:
    server.faults.add("renames")
    calendar = open_one()
    receipt = calendar.create(entry())
    known = {receipt.href: receipt.etag}
    token, _ = listed(calendar.changes(None, known))
    name = next(iter(server.items))
    careless(server, name)
    server.put(name, server.items[name].text.replace("Call Pat", "vm fri Call Pat"))
    for one in (calendar, open_one()):
        changes = one.changes(token, known)
        assert changes.problems == ()
        seen = only(changes.seen)
        assert (seen.uid, seen.mark, seen.title) == (entry().uid, "", f"vm fri {entry().title}")
    calendar.update(entry(title="next"), seen)
    assert_says(calendar.get(entry().uid), entry(title="next"))


def test_an_event_under_a_uid_of_the_servers_own_stays_ours_without_its_mark(
    server: HostileServer, open_one: Open
) -> None:
    server.faults.add("new_uids")
    calendar = open_one()
    receipt = calendar.create(entry())
    known = {receipt.href: receipt.etag}
    token, _ = listed(calendar.changes(None, known))
    careless(server, f"{entry().uid}.ics")
    seen = only(calendar.changes(token, known).seen)
    assert (seen.uid, seen.mark) == (entry().uid, "")
    calendar.update(entry(title="next"), seen)
    assert_says(calendar.get(entry().uid), entry(title="next"))


def test_what_is_wrong_with_one_event_hides_no_other_ones_deletion(server: HostileServer, open_one: Open) -> None:
    """The server answers a question for one event with all of them, and one of those cannot be read."""
    server.faults |= {"renames", "unfiltered"}
    open_one().create(entry(1))
    open_one().create(entry(2))
    first, second = sorted(server.items)
    careless(server, second)
    server.remove(first)
    assert open_one().get(entry(1).uid) is None
    with pytest.raises(Refused, match="cannot be read"):
        open_one().get(entry(2).uid)


@pytest.mark.parametrize("more", [set[str](), {"no_etag_on_put"}, {"no_sync", "no_etag_on_put"}])
def test_a_server_that_renames_and_drops_marks_keeps_our_events_all_the_same(
    server: HostileServer, open_one: Open, more: set[str]
) -> None:
    """As bridges to other systems do: what the ledger knows by its place and its UID stays ours."""
    server.faults |= {"renames_quietly", "drops_marks", *more}
    calendar = open_one()
    receipts = [calendar.create(entry(number)) for number in (1, 2)]
    known = {one.href: one.etag for one in receipts}
    token, _ = listed(calendar.changes(None, known))
    name = min(server.items)
    server.put(name, server.items[name].text.replace("Call Pat", "vm fri Call Pat"))
    for one in (calendar, open_one()):
        assert only(one.changes(token, known).seen).title.startswith("vm fri")
        seen = one.get(entry(1).uid)
        assert seen is not None
        one.update(entry(1, title="next"), seen)
        server.put(name, server.items[name].text.replace("SUMMARY:next", "SUMMARY:vm fri next"))


def test_what_cannot_be_told_for_ours_is_not_doubled(server: HostileServer, open_one: Open) -> None:
    """The ledger is lost, and the server had dropped marks and names: the UID alone says that it is there."""
    server.faults |= {"renames_quietly", "drops_marks"}
    open_one().create(entry())
    calendar = open_one()
    assert ["cannot be read" in one.message for one in calendar.changes(None).problems] == [True]
    token, _ = listed(calendar.changes(None))
    for one in (calendar, open_one()):
        one.changes(token, {})
        with pytest.raises(Refused, match="not doubled"):
            one.create(entry())
    assert len(server.items) == 1
    server.remove(next(iter(server.items)))
    calendar.changes(token, {})
    calendar.create(entry())


def test_what_is_no_event_any_more_is_one_events_trouble(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    calendar.create(entry(1))
    calendar.create(entry(2))
    server.put(f"{entry(1).uid}.ics", "VERSION:2.0\r\n")
    with pytest.raises(Refused, match="no event any more"):
        calendar.get(entry(1).uid)
    assert_says(calendar.get(entry(2).uid), entry(2))


# --- signing in


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_digest_in_the_algorithms_of_the_field(server: HostileServer, open_one: Open, algorithm: str) -> None:
    server.faults.add("digest")
    server.algorithm = algorithm
    calendar = open_one()
    calendar.create(entry())
    assert_says(calendar.get(entry().uid), entry())


def test_digest_in_an_algorithm_that_nobody_knows_is_said(server: HostileServer, open_one: Open) -> None:
    server.faults.add("digest")
    server.algorithm = "ROT13"
    with pytest.raises(Refused, match="ROT13"):
        open_one().changes(None)


# --- removing


def removed(calendar: CalDavCalendar) -> tuple[str, dict[str, str]]:
    """Write an event, take it off again; the token and what was known before."""
    receipt = calendar.create(entry())
    token, _ = listed(calendar.changes(None, {receipt.href: receipt.etag}))
    seen = calendar.get(entry().uid)
    assert seen is not None
    calendar.delete(seen)
    return token, {}


@pytest.mark.parametrize(
    "faults",
    [{"keeps_deleted"}, {"keeps_deleted_and_touches"}, {"keeps_deleted", "no_sync"}, {"keeps_deleted", "no_ctag"}],
)
def test_an_event_that_stays_though_it_was_removed_is_seen_at_the_next_poll(
    server: HostileServer, open_one: Open, faults: set[str]
) -> None:
    server.faults |= faults
    calendar = open_one()
    token, known = removed(calendar)
    assert_says(only(calendar.changes(token, known).seen), entry())


@pytest.mark.parametrize("faults", [set[str](), {"token_403"}])
def test_a_removal_that_the_server_tells_costs_no_request_more(
    server: HostileServer, open_one: Open, faults: set[str]
) -> None:
    server.faults |= faults
    calendar = open_one()
    token, known = removed(calendar)
    server.log.clear()
    assert calendar.changes(token, known).seen == ()
    assert [method for method, _, _ in server.log if method == "GET"] == []


# --- listing and writing


def test_a_listing_that_goes_on_where_its_token_is_asked_about_is_read_to_its_end(
    server: HostileServer, open_one: Open
) -> None:
    calendar = open_one()
    receipts: list[Receipt] = [calendar.create(entry(number)) for number in range(8)]
    server.faults.add("asks_again")
    assert {one.href for one in open_one().changes(None).seen} == {one.href for one in receipts}


def test_a_calendar_that_is_for_reading_only_is_told_from_one_event_that_is_refused(
    server: HostileServer, open_one: Open
) -> None:
    calendar = open_one()
    calendar.create(entry())
    seen = calendar.get(entry().uid)
    assert seen is not None
    server.faults.add("forbidden")
    with pytest.raises(Refused, match="does not allow you") as one:
        calendar.create(entry(2))
    assert one.value.retry_after is None
    server.faults.add("read_only")
    for write in (
        lambda: calendar.create(entry(2)),
        lambda: calendar.update(entry(title="x"), seen),
        lambda: calendar.delete(seen),
    ):
        with pytest.raises(Refused, match="only read this calendar") as whole:
            write()
        assert whole.value.retry_after == 900


def test_who_names_a_time_for_a_lock_is_not_asked_again_at_once(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    calendar.create(entry())
    server.faults |= {"locked_423", "names_a_time"}
    server.log.clear()
    with pytest.raises(Unreachable) as locked:
        calendar.create(entry(2))
    assert locked.value.retry_after == 7
    assert len(server.log) == 1
