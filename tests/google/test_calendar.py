"""What is Google's own way, beyond the contract of all calendars (see tests/contract/test_google.py)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from calsync.calendars import google, open_calendar
from calsync.calendars.base import Seen
from calsync.calendars.google import GoogleCalendar, events
from calsync.calendars.spec import CalendarSpec
from calsync.errors import ConfigError, Refused, Taken, Unreachable
from calsync.model import Entry
from tests.contract.suite import NINE, assert_says, entry, instant, only
from tests.google import desk
from tests.google.desk import CALLBACKS, CHICAGO
from tests.google.faults import Effect, Fault
from tests.google.server import GoogleServer

UPDATED = entry(title="OVERDUE: call Pat", alarms=(5,))


def read(calendar: GoogleCalendar) -> Seen:
    seen = calendar.get(entry().uid)
    assert seen is not None
    return seen


def at_google(server: GoogleServer) -> dict[str, Any]:
    return server.store.calendar(CALLBACKS).events[entry().uid]


class TestOneEvent:
    def test_nobody_is_invited_or_mailed(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry())
        calendar.update(UPDATED, read(calendar))
        calendar.delete(read(calendar))
        writes = [each for each in server.requests if each.method != "GET"]
        assert [each.query["sendUpdates"] for each in writes] == [["none"]] * 3
        assert not [each for each in writes if b"attendees" in each.body]

    def test_an_event_whose_private_properties_are_gone_is_still_known(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        """Another program saved it without them: what a person wrote is read, and our next write puts them back."""
        receipt = calendar.create(entry())
        known = {receipt.href: receipt.etag}
        token = calendar.changes(None, known).token
        bare = {key: value for key, value in at_google(server).items() if key != "extendedProperties"}
        server.store.calendar(CALLBACKS).events[entry().uid] = bare
        server.store.person_edits(CALLBACKS, entry().uid, summary=f"vm fri {entry().title}")
        for changes in (calendar.changes(token, known), calendar.changes(None, known)):
            assert only(changes.seen).title == f"vm fri {entry().title}"
        assert calendar.changes(None).seen == ()  # nobody knows it: it may be anybody's
        calendar.update(UPDATED, only(changes.seen))
        assert read(calendar).mark == entry().mark
        assert [each["minutes"] for each in at_google(server)["reminders"]["overrides"]].count(5) == 1

    def test_a_deleted_id_stays_taken_and_can_be_brought_back(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        """P3: the insert answers 409; what stands there is read, and revived by a patch on its etag."""
        calendar.create(entry())
        server.store.person_deletes(CALLBACKS, entry().uid)
        with pytest.raises(Taken):
            calendar.create(entry())
        cancelled = read(calendar)
        assert cancelled.cancelled
        calendar.update(UPDATED, cancelled)
        assert not assert_says(calendar.get(entry().uid), UPDATED).cancelled
        assert server.calls("events.patch")[0].headers["if-match"] == cancelled.etag

    def test_a_deleted_event_of_which_only_the_id_is_left(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry())
        token = calendar.changes(None).token
        server.store.person_deletes(CALLBACKS, entry().uid)
        server.store.forget_deleted = True
        assert calendar.changes(token).gone == (entry().uid,)
        cancelled = read(calendar)
        assert cancelled.cancelled
        calendar.update(entry(), cancelled)
        assert_says(calendar.get(entry().uid), entry())

    def test_an_event_with_our_id_but_not_our_mark_is_not_ours(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        side = {"dateTime": NINE.isoformat()}
        server.store.insert(server.store.calendar(CALLBACKS), {"id": entry().uid, "start": side, "end": side})
        assert calendar.get(entry().uid) is None
        assert calendar.changes(None).seen == ()
        with pytest.raises(Taken):
            calendar.create(entry())

    def test_an_update_sends_only_what_is_ours(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry())
        calendar.update(UPDATED, read(calendar))
        sent = server.calls("events.patch")[0].json
        assert set(sent) <= {
            "summary", "description", "start", "end", "transparency", "reminders", "extendedProperties"
        }  # fmt: skip
        assert "start" not in sent, "the time did not change, and a person's own zone for it stays"


class TestReminders:
    """P13: our alarms are explicit, and a person's stay."""

    def test_the_defaults_of_the_calendar_never_ring_for_ours(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        calendar.create(entry(alarms=()))
        assert at_google(server)["reminders"] == {"useDefault": False, "overrides": []}

    def test_ours_are_replaced_and_a_persons_kept(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry(alarms=(10, 0)))
        theirs = [{"method": "email", "minutes": 10}, {"method": "popup", "minutes": 90}]
        ours = at_google(server)["reminders"]["overrides"]
        server.store.person_edits(CALLBACKS, entry().uid, reminders={"overrides": [*ours, *theirs]})
        calendar.update(UPDATED, read(calendar))
        assert at_google(server)["reminders"]["overrides"] == [*theirs, {"method": "popup", "minutes": 5}]
        assert read(calendar).alarms == (5,)

    def test_five_of_a_persons_leave_no_room(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry())
        theirs = [{"method": "popup", "minutes": minutes} for minutes in (20, 30, 40, 50, 60)]
        server.store.person_edits(CALLBACKS, entry().uid, reminders={"overrides": theirs})
        calendar.update(UPDATED, read(calendar))
        assert at_google(server)["reminders"]["overrides"] == theirs

    def test_a_person_who_chose_the_defaults(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        """Google refuses defaults and overrides together."""
        calendar.create(entry())
        server.store.person_edits(CALLBACKS, entry().uid, reminders={"useDefault": True, "overrides": None})
        calendar.update(UPDATED, read(calendar))
        assert at_google(server)["reminders"] == {
            "useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]
        }  # fmt: skip

    def test_no_more_than_google_takes(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry(alarms=(50_000, 60, 50, 40, 30, 20, 10, -5, 10)))
        minutes = [each["minutes"] for each in at_google(server)["reminders"]["overrides"]]
        assert minutes == [50, 40, 30, 20, 10]

    def test_a_changed_reminder_is_told_though_updated_stands_still(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        calendar.create(entry())
        before, token = read(calendar), calendar.changes(None).token
        server.store.person_edits(CALLBACKS, entry().uid, reminders={"overrides": [{"method": "popup", "minutes": 7}]})
        seen = only(calendar.changes(token).seen)
        assert seen.modified == before.modified
        assert seen.etag != before.etag

    @pytest.mark.parametrize("wanted", [entry(alarms=()), entry(title="same alarms"), UPDATED], ids=lambda e: e.title)
    def test_a_reminder_that_changed_no_etag_is_kept_too(
        self, server: GoogleServer, calendar: GoogleCalendar, wanted: Entry
    ) -> None:
        """Nothing tells us of it, and our condition holds all the same: we write onto what stands there then."""
        calendar.create(entry())
        remembered = read(calendar)
        server.store.reminders_keep_etag = True
        mine = {"method": "popup", "minutes": 90}
        ours = at_google(server)["reminders"]["overrides"]
        server.store.person_edits(CALLBACKS, entry().uid, reminders={"overrides": [*ours, mine]})
        calendar.update(wanted, remembered)
        assert mine in at_google(server)["reminders"]["overrides"]
        assert read(calendar).alarms == wanted.alarms

    def test_alarms_that_stay_the_same_are_not_sent(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry())
        calendar.update(entry(title="other"), read(calendar))
        assert "reminders" not in server.calls("events.patch")[0].json

    def test_one_of_ours_that_is_missing_comes_back(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry(alarms=(10, 0)))
        server.store.person_edits(CALLBACKS, entry().uid, reminders={"overrides": [{"method": "popup", "minutes": 0}]})
        assert read(calendar).alarms == (0,)
        calendar.update(entry(alarms=(10, 0)), read(calendar))
        assert read(calendar).alarms == (10, 0)

    def test_whether_it_shows_as_busy_is_a_persons_choice(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry())
        assert at_google(server)["transparency"] == "transparent"
        server.store.person_edits(CALLBACKS, entry().uid, transparency="opaque")
        calendar.update(UPDATED, read(calendar))
        assert at_google(server)["transparency"] == "opaque"

    def test_until_a_person_chooses_it_follows_us(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry())
        calendar.update(entry(busy=True), read(calendar))
        assert at_google(server)["transparency"] == "opaque"
        calendar.update(entry(busy=False), read(calendar))
        assert at_google(server)["transparency"] == "transparent"


class TestTime:
    @pytest.mark.parametrize("zone", ["GMT+05:30", "GMT-03:00", "Etc/Nowhere", "(UTC) Dublin"])
    def test_an_odd_zone_in_an_answer_is_read_past(
        self, server: GoogleServer, calendar: GoogleCalendar, zone: str
    ) -> None:
        calendar.create(entry())
        server.store.zone_in_answers = zone
        assert_says(calendar.get(entry().uid), entry())
        assert_says(only(calendar.changes(None).seen), entry())

    @pytest.mark.parametrize(
        ("zone", "offset"), [("GMT+05:30", "+05:30"), ("UTC-3", "-03:00"), ("Europe/London", "+01:00")]
    )
    def test_a_time_without_its_offset_goes_by_the_zone(self, zone: str, offset: str) -> None:
        side = {"dateTime": "2026-06-01T09:00:00", "timeZone": zone}
        seen = events.seen_of({"id": "abcde", "start": side, "end": side}, CHICAGO)
        assert instant(seen.start) == instant(datetime.fromisoformat(f"2026-06-01T09:00:00{offset}"))

    def test_a_person_made_it_an_all_day_event(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry())
        day = {"date": "2026-10-30", "dateTime": None, "timeZone": None}
        server.store.person_edits(CALLBACKS, entry().uid, start=day, end=day | {"date": "2026-10-31"})
        seen = read(calendar)
        assert (seen.start, seen.end) == (date(2026, 10, 30), date(2026, 10, 31))
        calendar.update(entry(), seen)
        assert_says(calendar.get(entry().uid), entry())

    def test_a_person_made_it_come_back_every_week(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        """One event of ours it stays; an occurrence that was changed by itself is not another one."""
        calendar.create(entry())
        server.store.person_edits(CALLBACKS, entry().uid, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
        changed = {key: value for key, value in at_google(server).items() if key not in ("id", "iCalUID", "etag")}
        changed |= {"recurringEventId": entry().uid}
        server.store.insert(server.store.calendar(CALLBACKS), changed)
        found = calendar.changes(None)
        assert (only(found.seen).uid, found.copies) == (entry().uid, ())


class TestListing:
    def test_nothing_changed_is_one_small_request(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        for number in range(20):
            calendar.create(entry(number))
        token = calendar.changes(None).token
        server.requests.clear()
        assert calendar.changes(token).seen == ()
        (request,) = server.requests
        assert request.bytes_in <= 1500
        assert request.bytes_out <= 1500
        assert server.connections == 1

    def test_a_poll_carries_nothing_that_a_sync_token_forbids(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        token = calendar.changes(None).token
        calendar.changes(token)
        first, second = server.calls("events.list")
        assert set(second.query) - set(first.query) == {"syncToken"}

    def test_a_token_that_died_is_answered_with_everything(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        """P5: 410 fullSyncRequired."""
        calendar.create(entry())
        token = calendar.changes(None).token
        server.store.expire_sync_tokens()
        found = calendar.changes(token)
        assert found.full
        assert only(found.seen).uid == entry().uid
        assert [each.status for each in server.calls("events.list")][-2:] == [410, 200]
        assert not calendar.changes(found.token).full

    def test_pages_are_put_together(
        self, server: GoogleServer, calendar: GoogleCalendar, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("calsync.calendars.google.calendar.PAGE", 3)
        first = calendar.changes(None).token
        for number in range(7):
            calendar.create(entry(number))
        assert len(calendar.changes(None).seen) == 7
        server.requests.clear()
        found = calendar.changes(first)
        assert (len(found.seen), found.full) == (7, False)
        assert [("pageToken" in each.query, "syncToken" in each.query) for each in server.requests] == [
            (False, True), (True, True), (True, True)
        ]  # fmt: skip

    def test_a_page_that_fails_for_good_gives_no_half_list(
        self, server: GoogleServer, calendar: GoogleCalendar, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("calsync.calendars.google.calendar.PAGE", 3)
        for number in range(7):
            calendar.create(entry(number))
        server.faults.append(Fault("events.list", Effect.CUT_BEFORE, skip=1, times=9))
        with pytest.raises(Unreachable):
            calendar.changes(None)

    def test_an_item_that_makes_no_sense_is_a_problem_and_stops_nothing(
        self, server: GoogleServer, calendar: GoogleCalendar
    ) -> None:
        calendar.create(entry(1))
        calendar.create(entry(2))
        server.store.calendar(CALLBACKS).events[entry(1).uid]["start"] = {"dateTime": "soon"}
        found = calendar.changes(None)
        assert only(found.seen).uid == entry(2).uid
        assert found.same == (entry(1).uid,)
        (problem,) = found.problems
        assert "cannot be read" in problem.message
        assert entry(1).uid in problem.file
        with pytest.raises(Refused, match="cannot be read"):
            calendar.get(entry(1).uid)

    def test_other_peoples_deletions_are_told_by_id_alone(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        """Nothing but the id may be left, so the ledger has to know which were ours."""
        side = {"dateTime": NINE.isoformat()}
        theirs = server.store.insert(server.store.calendar(CALLBACKS), {"start": side, "end": side})["id"]
        token = calendar.changes(None).token
        server.store.person_deletes(CALLBACKS, theirs)
        found = calendar.changes(token)
        assert (found.seen, found.gone) == ((), (theirs,))


class TestBusy:
    def test_one_request_when_nothing_is_on(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        calendar.create(entry())
        server.requests.clear()
        assert calendar.busy(NINE - timedelta(hours=1), NINE + timedelta(hours=1)) == ()
        assert [each.operation for each in server.requests] == ["freebusy.query"]

    def test_a_calendar_that_cannot_be_seen_is_said(self, server: GoogleServer, tmp_path: Path) -> None:
        spec = replace(desk.settle(server, tmp_path), calendar_id="nobody@example.com")
        calendar = GoogleCalendar(spec, zone=CHICAGO)
        with pytest.raises(Refused, match="busy times of calendar “callbacks”"):
            calendar.busy(NINE, NINE + timedelta(hours=1))
        calendar.close()

    def test_ours_is_cut_out_of_a_longer_stretch(self, server: GoogleServer, calendar: GoogleCalendar) -> None:
        hour = timedelta(hours=1)
        calendar.create(entry(start=NINE + hour, end=NINE + 2 * hour, busy=True))
        for start in (NINE, NINE + 2 * hour):
            sides = {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": (start + hour).isoformat()}}
            server.store.insert(server.store.calendar(CALLBACKS), sides)
        found = calendar.busy(NINE - hour, NINE + 9 * hour)
        assert [(span.start, span.end) for span in found] == [(NINE, NINE + hour), (NINE + 2 * hour, NINE + 3 * hour)]


class TestOpening:
    def test_opening_asks_nothing(self, server: GoogleServer, tmp_path: Path) -> None:
        calendar = open_calendar(desk.spec(server, tmp_path), zone=CHICAGO)
        calendar.close()
        assert server.requests == []

    def test_a_calendar_without_an_id_is_a_mistake_in_the_configuration(self) -> None:
        with pytest.raises(ConfigError, match="has no calendar_id") as caught:
            google.open(CalendarSpec("mine", "google"), zone=CHICAGO)
        assert "Integrate calendar" in caught.value.hint

    def test_a_bare_host_is_an_endpoint_too(self, server: GoogleServer, tmp_path: Path) -> None:
        spec = replace(desk.settle(server, tmp_path), endpoint=server.root)
        calendar = google.open(spec, zone=CHICAGO)
        assert calendar.changes(None).full
        calendar.close()

    def test_raw_is_small(self, calendar: GoogleCalendar) -> None:
        """The ledger keeps it for every event."""
        assert len(calendar.create(entry()).raw) < 400
        assert set(json.loads(read(calendar).raw)) == {"wrote", "reminders", "transparency"}
