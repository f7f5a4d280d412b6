"""What servers of the field do that no specification foresees, and what calsync makes of it."""

from __future__ import annotations

import pytest

from calsync.errors import Refused, Stale, Unreachable
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


@pytest.mark.parametrize("faults", [{"private_403"}, {"private_403", "multiget_500"}])
def test_an_event_of_others_that_is_not_shown_stops_nothing(
    server: HostileServer, open_one: Open, faults: set[str]
) -> None:
    server.faults |= faults
    calendar = open_one()
    calendar.create(entry())
    server.put("private.ics", "BEGIN:VCALENDAR")
    token, known = listed(calendar.changes(None))
    assert set(known) == {f"{server.path}{entry().uid}.ics"}
    server.put("private-too.ics", "BEGIN:VCALENDAR")
    server.put(f"{entry().uid}.ics", server.items[f"{entry().uid}.ics"].text.replace("Call Pat", "vm Call Pat"))
    assert only(calendar.changes(token, known).seen).title.startswith("vm ")


def test_one_of_ours_that_is_not_shown_is_told(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    receipt = calendar.create(entry())
    server.faults.add("private_403")
    server.items["private.ics"] = server.items.pop(f"{entry().uid}.ics")
    path = receipt.href.replace(f"{entry().uid}.ics", "private.ics")
    with pytest.raises(Refused, match="does not allow you to read"):
        calendar.changes(None, {path: '"another"'})


def test_one_of_ours_that_was_emptied_is_a_problem_and_not_a_deletion(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    receipt = calendar.create(entry())
    token, known = listed(calendar.changes(None))
    server.put(f"{entry().uid}.ics", "")
    for changes in (calendar.changes(token, known), open_one().changes(None, known)):
        assert (changes.seen, changes.gone, changes.same) == ((), (), (receipt.href,))
        assert "cannot be read" in changes.problems[0].message


@pytest.mark.parametrize("fault", ["drops_marks", "new_uids"])
def test_what_a_server_takes_from_an_event_does_not_make_it_anothers(
    server: HostileServer, open_one: Open, fault: str
) -> None:
    """Its name, with the UID or the mark, is enough; however often we write, our alarms are there once, and a
    person's stay."""
    server.faults.add(fault)
    calendar = open_one()
    receipt = calendar.create(entry())
    token, known = listed(calendar.changes(None, {receipt.href: receipt.etag}))
    name = f"{entry().uid}.ics"
    theirs = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:mine\r\nTRIGGER:-PT45M\r\nEND:VALARM\r\nEND:VEVENT"
    server.put(name, server.items[name].text.replace("Call Pat", "vm fri Call Pat").replace("END:VEVENT", theirs))
    seen = only(calendar.changes(token, known).seen)
    assert (seen.uid, seen.title) == (entry().uid, f"vm fri {entry().title}")
    for title in ("one", "two", "three"):
        stands = calendar.get(entry().uid)
        assert stands is not None
        calendar.update(entry(title=title), stands)
    text = server.items[name].text
    assert text.count("BEGIN:VALARM") == 3
    assert "TRIGGER:-PT45M" in text
    calendar.delete(assert_says(calendar.get(entry().uid), entry(title="three", mark=seen.mark)))
    assert server.items == {}


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


@pytest.mark.parametrize("fault", ["renames", "renames_quietly"])
def test_a_server_that_names_events_itself_gets_no_double(server: HostileServer, open_one: Open, fault: str) -> None:
    """Also where it would take the same UID twice: what it does with conditions is found out on the event itself."""
    server.faults.add(fault)
    calendar = open_one()
    known = {}
    for number in range(3):
        receipt = calendar.create(entry(number))
        known[receipt.href] = receipt.etag
    assert len(server.items) == 3
    if fault == "renames":
        assert {href.rpartition("/")[2] for href in known} == set(server.items)
    for number in range(3):
        seen = assert_says(calendar.get(entry(number).uid), entry(number))
        calendar.update(entry(number, title="new"), seen)
    assert {seen.title for seen in calendar.changes(None, known).seen} == {"new"}
    assert len(server.items) == 3


@pytest.mark.parametrize("fault", ["lost_404", "says_412_for_nothing"])
def test_a_write_that_a_server_refuses_as_if_nothing_was_there_is_no_success(
    server: HostileServer, open_one: Open, fault: str
) -> None:
    """It shows the event all the same: neither is it taken for changed, nor the deletion for done."""
    calendar = open_one()
    calendar.create(entry())
    seen = calendar.get(entry().uid)
    assert seen is not None
    server.faults.add(fault)
    with pytest.raises(Refused, match="refuses to change an event"):
        calendar.update(entry(title="new"), seen)
    with pytest.raises(Refused, match="refuses to remove an event"):
        calendar.delete(seen)
    assert_says(calendar.get(entry().uid), entry())


@pytest.mark.parametrize("fault", ["says_200_and_does_nothing", "says_207_and_does_nothing"])
def test_a_write_that_is_said_to_be_done_and_is_not(server: HostileServer, open_one: Open, fault: str) -> None:
    calendar = open_one()
    calendar.create(entry(1))
    seen = calendar.get(entry(1).uid)
    assert seen is not None
    server.faults.add(fault)
    for write in (
        lambda: calendar.create(entry(2)),
        lambda: calendar.update(entry(1, title="new"), seen),
        lambda: calendar.delete(seen),
    ):
        with pytest.raises((Unreachable, Refused)):
            write()
    server.faults.clear()
    calendar.update(entry(1, title="new"), seen)
    calendar.create(entry(2))


# --- tokens


@pytest.mark.parametrize("fault", ["token_403", "token_409", "token_412", "token_500", "token_full_list"])
def test_tokens_that_are_worth_nothing_are_soon_not_asked_for(
    server: HostileServer, open_one: Open, fault: str
) -> None:
    """Then one request tells that nothing changed, also beside events of others, which are not read again and again."""
    server.faults.add(fault)
    calendar = open_one()
    calendar.create(entry(1))
    server.put("theirs.ics", server.items[f"{entry(1).uid}.ics"].text.replace("@calsync", "@example.com"))
    token, known = listed(calendar.changes(None))
    for _ in range(4):
        server.log.clear()
        token = open_one().changes(token, known).token
    assert [method for method, _, _ in server.log] == ["PROPFIND"]
    server.put("more.ics", server.items[f"{entry(1).uid}.ics"].text.replace(entry(1).uid, entry(2).uid))
    changes = open_one().changes(token, known)
    assert not changes.full
    assert only(changes.seen).uid == entry(2).uid


def test_a_server_that_repeats_a_part_is_not_taken_for_one_that_tells_all(
    server: HostileServer, open_one: Open
) -> None:
    server.faults.add("repeats")
    calendar = open_one()
    receipts = [calendar.create(entry(number)) for number in range(5)]
    token, known = listed(calendar.changes(None))
    for _ in range(4):
        token = open_one().changes(token, known).token
    server.remove(receipts[-1].href.rpartition("/")[2])
    assert open_one().changes(token, known).gone == (receipts[-1].href,)


def test_a_token_that_was_refused_once_is_asked_for_again(server: HostileServer, open_one: Open) -> None:
    calendar = open_one()
    calendar.create(entry())
    token, known = listed(calendar.changes(None))
    token = calendar.changes(token, known).token
    server.faults.add("token_403")
    token = open_one().changes(token, known).token
    server.faults.clear()
    server.log.clear()
    assert not open_one().changes(token, known).full
    assert [method for method, _, _ in server.log] == ["REPORT"]


def test_a_server_that_falls_over_the_question_is_asked_in_another_way(server: HostileServer, open_one: Open) -> None:
    server.faults.add("no_sync_500")
    calendar = open_one()
    calendar.create(entry())
    assert only(calendar.changes(None).seen).uid == entry().uid
