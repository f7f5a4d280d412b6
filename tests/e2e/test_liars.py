"""A calendar server that does not do what it says, or asks to be left alone: bounded, said, and mended by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calsync.upkeep import purge, verify
from tests.e2e.rep import Rep, at
from tests.servers.hostile import HostileServer

pytestmark = pytest.mark.servers

FIRST = "2026-10-26 18:30"


@pytest.fixture
def rep(rep_at_server: Rep) -> Rep:
    return rep_at_server


def asked(server: HostileServer, *methods: str) -> int:
    """How often the server was asked for that (for anything) since the last time."""
    count = sum(not methods or method in methods for method, _, _ in server.log)
    server.log.clear()
    return count


def anew(rep: Rep) -> Rep:
    """The next run is one of another process."""
    rep.close()
    return rep


# --- left alone until the time that the server named


@pytest.mark.parametrize("fault", ["busy_503", "busy_429"])
def test_a_server_that_names_a_time_is_asked_for_nothing_before_it(rep: Rep, server: HostileServer, fault: str) -> None:
    rep.run(FIRST)
    server.faults.add(fault)
    server.asks_to_wait = "300"
    rep.run("2026-10-26 18:35")
    asked(server)
    for when in ("2026-10-26 18:35:10", "2026-10-26 18:37", "2026-10-26 18:39:59"):
        report = anew(rep).run(when)
        assert asked(server) == 0
        assert report.exit_code == 3
        (state,) = report.calendars
        assert "It is tried again after Mon 18:40" in state.reason
        assert "goes on by itself" in state.hint
    server.faults.clear()
    assert anew(rep).run("2026-10-26 18:40:01").exit_code == 0
    assert asked(server) > 0


def test_a_write_that_is_put_off_puts_off_the_next_look_as_well(rep: Rep, server: HostileServer) -> None:
    rep.run(FIRST)
    rep.log("2026-10-26T18:31,dan,outbound,call,left_voicemail,by Friday,")
    server.faults |= {"locked_423", "names_a_time"}
    server.asks_to_wait = "120"
    assert rep.run("2026-10-26 18:35").exit_code == 3
    assert asked(server, "PUT") > 0
    anew(rep).run("2026-10-26 18:35:10")
    assert asked(server) == 0
    server.faults.clear()
    anew(rep).run("2026-10-26 18:37:01")
    assert rep.shown() == ["Ann Fri 30 Oct", "Bob Fri 30 Oct", "Dan Fri 30 Oct"]


def test_a_calendar_that_may_only_be_read_is_not_written_to_at_every_tick(rep: Rep, server: HostileServer) -> None:
    server.faults.add("read_only")
    assert "only read this calendar" in rep.run(FIRST).calendars[0].reason
    assert asked(server, "PUT", "DELETE") == 1
    for minute in range(1, 15):
        report = anew(rep).run(at(FIRST) + timedelta(minutes=minute))
        assert report.exit_code == 1
        assert "only read this calendar" in report.calendars[0].reason
    assert asked(server, "PUT", "DELETE") == 0
    server.faults.clear()
    anew(rep).run(at(FIRST) + timedelta(minutes=16))
    assert rep.shown() == ["Ann Fri 30 Oct", "Bob Fri 30 Oct"]


# --- events that are said to be written, or removed


def test_a_new_event_that_was_not_kept_is_no_deletion_by_a_person(rep: Rep, server: HostileServer) -> None:
    rep.run(FIRST)
    rep.log("2026-10-26T18:31,dan,outbound,call,left_voicemail,by Friday,")
    server.faults.add("new_events_lost")
    for minute in (35, 36, 37):
        assert anew(rep).run(f"2026-10-26 18:{minute}").exit_code == 3
    server.faults.clear()
    rep.evening("2026-10-26 18:40")
    assert rep.shown() == ["Ann Fri 30 Oct", "Bob Fri 30 Oct", "Dan Fri 30 Oct"]


@pytest.mark.parametrize("faults", [{"keeps_deleted"}, {"keeps_deleted_and_touches"}, {"keeps_deleted", "no_sync"}])
@pytest.mark.parametrize("process", ["one", "many"])
def test_an_event_that_cannot_be_removed_is_said_and_tried_ever_more_seldom(
    rep: Rep, server: HostileServer, faults: set[str], process: str
) -> None:
    def run(when: str) -> tuple[int, int]:
        report = (anew(rep) if process == "many" else rep).run(when)
        return report.exit_code, asked(server, "DELETE")

    rep.run(FIRST)
    server.faults |= faults
    rep.log("2026-10-26T18:31,ann,outbound,call,do_not_call,,")
    asked(server)
    assert run("2026-10-26 18:35") == (1, 2)
    for minute in (36, 37, 45, 59):
        assert run(f"2026-10-26 18:{minute}") == (1, 0)
    (state,) = rep.run("2026-10-26 19:00").calendars
    assert "was removed, and still shows it" in state.reason
    assert run("2026-10-26 19:36") == (1, 1)
    assert run("2026-10-26 22:00") == (1, 0)
    assert run("2026-10-27 10:00") == (1, 0)
    server.faults.clear()
    assert run("2026-10-27 19:40") == (0, 1)
    assert rep.shown() == ["Bob Fri 30 Oct"]
    rep.evening("2026-10-27 19:45")


def test_who_deletes_by_hand_what_could_not_be_removed_has_waived_nothing(rep: Rep, server: HostileServer) -> None:
    rep.run(FIRST)
    server.faults.add("keeps_deleted")
    rep.log("2026-10-26T18:31,ann,outbound,call,do_not_call,,")
    rep.run("2026-10-26 18:35")
    (ours,) = [name for name, item in server.items.items() if "Ann" in item.text]
    found = verify(rep.office, at("2026-10-26 18:36"))[0].findings
    assert ["delete it in the calendar" in one.message for one in found] == [True]
    server.remove(ours)
    report = anew(rep).run("2026-10-26 18:37")
    assert (report.exit_code, report.actions) == (0, ())
    assert rep.office.ledger.decisions() == ()


def test_purge_says_what_stayed(rep: Rep, server: HostileServer) -> None:
    rep.run(FIRST)
    server.faults.add("keeps_deleted")
    (result,) = purge(rep.office)
    assert (result.removed, len(result.left)) == (0, 2)
    assert "still shows it" in result.left[0]
    server.faults.clear()
    (result,) = purge(rep.office)
    assert (result.removed, result.left) == (2, [])
