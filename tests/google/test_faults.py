"""Everything that can go wrong on the way to Google and back: what is done, what is said, and that nothing doubles."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from calsync.calendars.base import Seen
from calsync.calendars.google import GoogleCalendar
from calsync.errors import CalsyncError, Gone, Refused, SignInNeeded, Stale, Taken, Unreachable
from tests.contract.suite import assert_says, entry
from tests.google import desk
from tests.google.desk import CALLBACKS
from tests.google.faults import Effect, Fault, error, html
from tests.google.server import GoogleServer

LOST = [Effect.CUT_AFTER, Effect.TRUNCATE, Effect.BROKEN_JSON, Effect.EMPTY_BODY]
UPDATED = entry(title="OVERDUE: call Pat")


def written(calendar: GoogleCalendar) -> Seen:
    calendar.create(entry())
    seen = calendar.get(entry().uid)
    assert seen is not None
    return seen


class TestAnAnswerThatIsLost:
    """A write was done, and nobody told us: it is looked up before anything else."""

    @pytest.mark.parametrize("effect", LOST)
    def test_create(self, server: GoogleServer, calendar: GoogleCalendar, effect: Effect) -> None:
        server.faults.append(Fault("events.insert", effect))
        receipt = calendar.create(entry())
        assert [each.operation for each in server.requests] == ["events.insert", "events.get"]
        assert receipt.etag == server.store.live(CALLBACKS)[entry().uid]["etag"]
        calendar.update(UPDATED, replace(assert_says(calendar.get(entry().uid), entry()), raw=receipt.raw))

    @pytest.mark.parametrize("effect", LOST)
    def test_update(self, server: GoogleServer, calendar: GoogleCalendar, effect: Effect) -> None:
        seen = written(calendar)
        server.faults.append(Fault("events.patch", effect))
        server.requests.clear()
        receipt = calendar.update(UPDATED, seen)
        assert [each.operation for each in server.requests] == ["events.patch", "events.get"]
        assert assert_says(calendar.get(entry().uid), UPDATED).etag == receipt.etag

    @pytest.mark.parametrize("effect", [Effect.CUT_AFTER])
    def test_delete(self, server: GoogleServer, calendar: GoogleCalendar, effect: Effect) -> None:
        seen = written(calendar)
        server.faults.append(Fault("events.delete", effect))
        calendar.delete(seen)
        assert server.store.live(CALLBACKS) == {}
        assert len(server.calls("events.delete")) == 1

    def test_a_server_error_may_hide_a_write_that_was_done(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        server.faults.append(html("events.insert", 502))
        receipt = calendar.create(entry())
        assert [each.operation for each in server.requests] == ["events.insert", "events.get", "events.insert"]
        assert receipt.href == entry().uid

    def test_a_person_who_was_faster_than_the_look_up_is_not_overwritten(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        """The patch landed, and a person edited before we looked: their edit has to be read, so this is Stale."""
        seen = written(calendar)
        server.faults.append(Fault("events.patch", Effect.CUT_AFTER))
        server.faults.append(error("events.get", 503, "backendError", times=9))
        with pytest.raises(Unreachable):
            calendar.update(UPDATED, seen)
        server.faults.clear()
        server.store.person_edits(CALLBACKS, entry().uid, summary="vm fri")
        with pytest.raises(Stale):
            calendar.update(UPDATED, seen)
        assert server.store.live(CALLBACKS)[entry().uid]["summary"] == "vm fri"

    def test_a_condition_that_failed_because_of_our_own_write(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        """The run before died between our patch and its receipt: the 412 now is our own doing."""
        seen = written(calendar)
        first = calendar.update(UPDATED, seen)
        second = calendar.update(UPDATED, seen)
        assert second == first

    def test_a_lost_create_over_somebody_elses_event_is_taken(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        calendar.create(entry(title="first"))
        server.faults.append(Fault("events.insert", Effect.CUT_BEFORE))
        with pytest.raises(Taken):
            calendar.create(entry(title="second"))
        assert server.store.live(CALLBACKS)[entry().uid]["summary"] == "first"

    def test_lost_twice_is_left_to_the_next_run(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        server.faults.append(Fault("events.insert", Effect.CUT_BEFORE, times=2))
        with pytest.raises(Unreachable):
            calendar.create(entry())
        calendar.create(entry())
        assert len(server.store.live(CALLBACKS)) == 1


class TestNothingWasDone:
    def test_a_connection_that_went_stale_is_made_anew(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.changes(None)
        server.faults.append(Fault("*", Effect.CUT_BEFORE))
        assert calendar.get(entry().uid) is None
        server.faults.append(Fault("*", Effect.CUT_BEFORE))
        calendar.create(entry())
        assert len(server.calls("events.insert")) == 2

    def test_a_write_is_never_sent_twice_behind_our_back(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        """httplib2 would send it again by itself; the second one answers 409, and our own event would look taken."""
        server.faults.append(Fault("events.insert", Effect.CUT_AFTER))
        calendar.create(entry())
        assert len(server.calls("events.insert")) == 1

    @pytest.mark.parametrize(
        "fault",
        [
            error("events.list", 403, "rateLimitExceeded"),
            error("events.list", 403, "userRateLimitExceeded"),
            error("events.list", 429, "rateLimitExceeded", headers={"Retry-After": "3"}),
            error("events.list", 500, "backendError"),
            error("events.list", 503, "backendError"),
            html("events.list", 502),
            Fault("events.list", Effect.CUT_BEFORE),
            Fault("events.list", Effect.TRUNCATE),
            Fault("events.list", Effect.BROKEN_JSON),
        ],
        ids=lambda fault: f"{fault.effect.name}-{fault.status}",
    )
    def test_a_listing_that_failed_in_passing_is_asked_again(
        self, server: GoogleServer, calendar: GoogleCalendar, fault: Fault
    ) -> None:
        server.faults.append(fault)
        assert calendar.changes(None).full
        assert len(server.calls("events.list")) == 2

    def test_a_login_page_of_the_network_is_no_empty_calendar(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        calendar.create(entry())
        server.faults.append(html("events.list", 200, times=9))
        with pytest.raises(Unreachable, match="no calendar data"):
            calendar.changes(None)

    def test_an_empty_listing_is_told_as_it_is(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        """P1: whether to believe it is for the guard, which knows how many there ought to be."""
        calendar.create(entry())
        server.faults.append(Fault("events.list", Effect.LIE_EMPTY))
        found = calendar.changes(None)
        assert (found.full, found.seen, found.gone) == (True, (), ())

    def test_a_listing_without_an_end_is_no_listing(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        body = b'{"items": []}'
        server.faults.append(Fault("events.list", Effect.ANSWER, status=200, body=body, times=9))
        with pytest.raises(Unreachable, match="ended before its end"):
            calendar.changes(None)

    def test_a_server_that_is_gone(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        server.stop()
        with pytest.raises(Unreachable, match="cannot be reached: is this machine online"):
            calendar.changes(None)
        with pytest.raises(Unreachable, match="cannot be reached"):
            calendar.create(entry())


class TestALateAnswer:
    """It belongs to the request that was given up, and must never be taken for the answer to another one."""

    @pytest.fixture
    def hurried(
        self, server: GoogleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[GoogleCalendar]:
        monkeypatch.setattr("calsync.calendars.google.connection.TIME_LIMIT", 0.2)
        desk.settle(server, tmp_path)
        calendar = desk.client(server, tmp_path)
        yield calendar
        calendar.close()

    def test_of_a_poll(self, server: GoogleServer, hurried: GoogleCalendar) -> None:
        hurried.create(entry(1))
        token = hurried.changes(None).token
        hurried.create(entry(2))
        server.faults.append(Fault("events.list", Effect.DELAY, seconds=0.5, times=3))
        with pytest.raises(Unreachable, match="did not answer in time"):
            hurried.changes(token)
        time.sleep(0.5)
        whole = hurried.changes(None)
        assert whole.full
        assert {seen.uid for seen in whole.seen} == {entry(1).uid, entry(2).uid}

    @pytest.mark.parametrize("effect", [Effect.DELAY, Effect.TRUNCATE])
    def test_of_a_write(self, server: GoogleServer, hurried: GoogleCalendar, effect: Effect) -> None:
        server.faults.append(Fault("events.insert", effect, seconds=0.5))
        receipt = hurried.create(entry(1))
        assert [each.operation for each in server.requests] == ["events.insert", "events.get"]
        assert receipt.href == entry(1).uid
        hurried.create(entry(2))
        assert len(server.calls("events.insert")) == 2


class TestQuotas:
    @pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded"])
    def test_too_many_a_minute_is_waited_for_outside(
        self, server: GoogleServer, calendar: GoogleCalendar, reason: str
    ) -> None:
        """A few tries a little apart, then the run goes on with other things for a minute."""
        server.faults.append(error("events.insert", 403, reason, times=9))
        with pytest.raises(Unreachable, match="slow down") as caught:
            calendar.create(entry())
        assert caught.value.retry_after == 60
        assert [each.operation for each in server.requests] == ["events.insert"] * 3

    def test_a_long_retry_after_is_passed_on(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        server.faults.append(error("events.insert", 429, "rateLimitExceeded", headers={"Retry-After": "120"}))
        with pytest.raises(Unreachable) as caught:
            calendar.create(entry())
        assert caught.value.retry_after == 120
        assert len(server.requests) == 1

    def test_a_short_one_is_waited_for(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        limited = error("events.insert", 429, "rateLimitExceeded", headers={"Retry-After": "2"})
        server.faults.append(limited)
        assert calendar.create(entry()).etag
        assert [each.status for each in server.requests] == [429, 200]

    @pytest.mark.parametrize("reason", ["quotaExceeded", "dailyLimitExceeded"])
    def test_the_usage_limit_stops_writing_for_hours_and_says_until_when(
        self, server: GoogleServer, calendar: GoogleCalendar, reason: str
    ) -> None:
        limit = error("events.insert", 403, reason, "Calendar usage limits exceeded.")
        limit.headers["Date"] = "Fri, 23 Oct 2026 14:00:00 GMT"
        server.faults.append(limit)
        with pytest.raises(Refused, match=r"usage limit .* until Fri 15:00 \(CDT\)") as caught:
            calendar.create(entry())
        assert caught.value.retry_after == timedelta(hours=6).total_seconds()
        assert len(server.requests) == 1

    def test_a_quota_during_a_poll_is_no_reason_to_list_everything(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        token = calendar.changes(None).token
        server.requests.clear()
        server.faults.append(error("events.list", 403, "quotaExceeded"))
        with pytest.raises(Refused):
            calendar.changes(token)
        assert len(server.requests) == 1


class TestRefusals:
    @pytest.mark.parametrize(
        ("fault", "kind", "words"),
        [
            (error("*", 403, "forbidden", "Forbidden"), Refused, "does not let this account write there: Forbidden"),
            (error("*", 403, "requiredAccessLevel", "You need writer access."), Refused, "does not let this account"),
            (error("*", 403, "accessNotConfigured"), Refused, "API is switched off"),
            (error("*", 403, "insufficientPermissions"), SignInNeeded, "does not cover"),
            (error("*", 400, "invalid", "Invalid start time."), Refused, r"\(HTTP 400 invalid\): Invalid start time"),
            (error("*", 404, "notFound", "Not Found"), Refused, f"knows no calendar “{CALLBACKS}”"),
        ],
        ids=["forbidden", "reader", "api-off", "scopes", "invalid", "no-calendar"],
    )
    def test_each_is_said_in_words(
        self, server: GoogleServer, calendar: GoogleCalendar, fault: Fault, kind: type[CalsyncError], words: str
    ) -> None:
        server.faults.append(fault)
        with pytest.raises(kind, match=words) as caught:
            calendar.create(entry())
        assert caught.value.hint
        assert len(server.requests) == 1

    def test_a_revival_that_is_refused_leaves_the_event_deleted(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        calendar.delete(written(calendar))
        cancelled = calendar.get(entry().uid)
        assert cancelled is not None
        assert cancelled.cancelled
        server.faults.append(error("events.patch", 403, "forbidden", "Forbidden"))
        with pytest.raises(Refused):
            calendar.update(entry(), cancelled)
        assert server.store.live(CALLBACKS) == {}

    def test_a_second_delete_finds_nothing_to_do(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        seen = written(calendar)
        server.store.person_deletes(CALLBACKS, entry().uid)
        calendar.delete(replace(seen, etag=""))
        assert [each.status for each in server.calls("events.delete")] == [410]

    def test_a_write_without_an_etag_on_a_deleted_event_says_gone(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        seen = written(calendar)
        server.store.person_deletes(CALLBACKS, entry().uid)
        with pytest.raises(Gone):
            calendar.update(UPDATED, replace(seen, etag=""))
        assert server.store.live(CALLBACKS) == {}
