"""What servers of the field do that no specification foresees, and what calsync makes of it."""

from __future__ import annotations

import pytest

from calsync.errors import Stale
from tests.calendars.conftest import Open
from tests.contract.suite import assert_says, entry, listed, only
from tests.servers.hostile import HostileServer

# --- what others keep there


@pytest.mark.parametrize("text", ["", "gone bad", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:rubbish"])
def test_a_resource_of_others_that_is_no_event_stops_nothing(server: HostileServer, open_one: Open, text: str) -> None:
    calendar = open_one()
    calendar.create(entry())
    server.put("broken.ics", text)
    changes = calendar.changes(None)
    assert_says(only(changes.seen), entry())
    assert changes.problems == ()


def test_one_of_ours_that_was_emptied_is_a_problem_and_not_a_deletion(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    receipt = calendar.create(entry())
    token, known = listed(calendar.changes(None))
    server.put(f"{entry().uid}.ics", "")
    for changes in (calendar.changes(token, known), open_one().changes(None, known)):
        assert (changes.seen, changes.gone, changes.same) == ((), (), (receipt.href,))
        assert "cannot be read" in changes.problems[0].message


# --- conditions


@pytest.mark.parametrize("fault", ["weakened_etags", "weak_etags_quoted"])
def test_a_weak_etag_makes_no_write_unconditional(server: HostileServer, open_one: Open, fault: str) -> None:
    """Where the server matches it in one spelling or the other, an edit between our look and our write survives."""
    server.faults.add(fault)
    calendar = open_one()
    calendar.create(entry())
    seen = calendar.get(entry().uid)
    assert seen is not None
    theirs = server.items[f"{entry().uid}.ics"].text.replace("Pat Miller", "Pat M.")
    server.before_write = lambda: server.put(f"{entry().uid}.ics", theirs)
    with pytest.raises(Stale):
        calendar.update(entry(title="ours"), seen)
    assert server.items[f"{entry().uid}.ics"].text == theirs


@pytest.mark.parametrize("fault", ["weakened_etags", "weak_etags_quoted", "weak_etags"])
def test_how_weak_etags_are_matched_is_found_out_once(server: HostileServer, open_one: Open, fault: str) -> None:
    server.faults.add(fault)
    calendar = open_one()
    for number in range(2):
        calendar.create(entry(number))
        seen = calendar.get(entry(number).uid)
        assert seen is not None
        server.log.clear()
        calendar.update(entry(number, title="new"), seen)
        assert_says(calendar.get(entry(number).uid), entry(number, title="new"))
    refused = [status for _, _, status in server.log if status == 412]
    assert refused == []


def test_a_412_for_our_own_write_is_found_out_by_reading_back(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    calendar.create(entry())
    seen = calendar.get(entry().uid)
    assert seen is not None
    server.faults.add("says_412_for_its_own")
    receipt = calendar.update(entry(title="new"), seen)
    server.faults.clear()
    assert receipt.etag == server.items[f"{entry().uid}.ics"].etag
    calendar.update(entry(title="newer"), assert_says(calendar.get(entry().uid), entry(title="new")))
