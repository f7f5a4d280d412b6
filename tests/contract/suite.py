"""The contract that every backend keeps.  A backend's test module makes a ``Test…`` class of it with a ``world`` of
its own.

    class TestFolder(CalendarContract):
        @pytest.fixture
        def world(self, tmp_path: Path) -> World: ...
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from calsync import identity
from calsync.calendars.base import Calendar, Changes, Receipt, Seen
from calsync.errors import Gone, Stale, Taken, Unreachable
from calsync.model import Entry, Span
from tests.contract.person import CHICAGO, World

NINE = datetime(2026, 10, 23, 9, 0, tzinfo=CHICAGO)


def entry(number: int = 1, **changes: object) -> Entry:
    """An event as the rendering makes them; ``number`` makes another commitment of another contact."""
    mark = identity.commitment_id(f"contact-{number}", "attempt-1")
    plain = Entry(
        uid=identity.event_uid("tasha", mark),
        mark=mark,
        title=f"Call Pat Miller {number} (by Fri)",
        description="tel:+13125550123\n\nWho: Pat Miller, sent by Lee; asked about the roof.\n\nyour notes:\n",
        start=NINE,
        end=NINE + timedelta(minutes=10),
        zone="America/Chicago",
        alarms=(10, 0),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of an Entry, by name


def assert_says(seen: Seen | None, wanted: Entry) -> Seen:
    """The calendar says what we meant, whatever its bytes are."""
    assert seen is not None
    assert (seen.uid, seen.mark, seen.title, seen.description) == (
        wanted.uid,
        wanted.mark,
        wanted.title,
        wanted.description,
    )
    assert isinstance(seen.start, datetime) == isinstance(wanted.start, datetime)
    assert instant(seen.start) == instant(wanted.start)
    assert instant(seen.end) == instant(wanted.end)
    assert set(seen.alarms) == set(wanted.alarms)
    return seen


def instant(when: datetime | date) -> datetime | date:
    """By way of UTC: clock times of one zone compare blind to the hour that comes twice."""
    return when.astimezone(UTC) if isinstance(when, datetime) else when


def only(found: tuple[Seen, ...]) -> Seen:
    assert len(found) == 1
    return found[0]


class CalendarContract:
    """What must hold of every calendar."""

    page = 1000
    """How many events the test of a long listing writes; a backend with slow writes may ask for fewer."""

    incremental = True
    """False for a server whose tokens are never good the next time: every poll is then a full one."""

    repeats = False
    """True for a server that tells again what it told before: the caller's ``known`` then keeps it from being read."""

    @pytest.fixture
    def world(self) -> World:
        raise NotImplementedError("each backend brings its own")

    @pytest.fixture
    def calendar(self, world: World) -> Iterator[Calendar]:
        calendar = world.open()
        yield calendar
        calendar.close()

    # --- writing and reading back

    def test_an_event_is_created_and_read_back(self, calendar: Calendar) -> None:
        receipt = calendar.create(entry())
        seen = assert_says(calendar.get(entry().uid), entry())
        assert seen.href == receipt.href
        assert not seen.cancelled
        assert seen.modified is not None

    def test_a_receipt_carries_the_etag_that_the_next_write_quotes(self, calendar: Calendar) -> None:
        receipt = calendar.create(entry())
        seen = assert_says(calendar.get(entry().uid), entry())
        assert receipt.etag in ("", seen.etag)

    def test_an_unknown_uid_is_none(self, calendar: Calendar) -> None:
        assert calendar.get(entry().uid) is None
        calendar.create(entry(1))
        assert calendar.get(entry(2).uid) is None

    def test_a_second_create_is_refused_as_taken(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        with pytest.raises(Taken):
            calendar.create(entry(title="Another"))
        with pytest.raises(Taken):
            world.open().create(entry(title="Another"))
        assert world.person.titles() == [entry().title]

    def test_an_update_changes_what_is_ours(self, calendar: Calendar) -> None:
        calendar.create(entry())
        seen = calendar.get(entry().uid)
        assert seen is not None
        wanted = entry(
            title="OVERDUE: call Pat",
            description="other words",
            start=NINE + timedelta(days=3, hours=1),
            end=NINE + timedelta(days=3, hours=1, minutes=15),
            alarms=(30,),
        )
        calendar.update(wanted, seen)
        assert_says(calendar.get(entry().uid), wanted)

    def test_an_update_can_follow_an_update_by_its_receipt(self, calendar: Calendar) -> None:
        """The ledger keeps the receipt: the next update needs no reading in between."""
        last = entry()
        receipt = calendar.create(last)
        for title in ("first", "second", "third"):
            seen = as_seen(last, receipt) if receipt.etag else calendar.get(entry().uid)
            assert seen is not None
            last = entry(title=title)
            receipt = calendar.update(last, seen)
        assert_says(calendar.get(entry().uid), entry(title="third"))

    def test_alarms_can_be_none_and_said_so(self, calendar: Calendar) -> None:
        calendar.create(entry(alarms=()))
        seen = assert_says(calendar.get(entry().uid), entry(alarms=()))
        calendar.update(entry(), seen)
        seen = assert_says(calendar.get(entry().uid), entry())
        calendar.update(entry(alarms=()), seen)
        assert_says(calendar.get(entry().uid), entry(alarms=()))

    def test_a_deleted_event_is_gone(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        seen = calendar.get(entry().uid)
        assert seen is not None
        calendar.delete(seen)
        left = calendar.get(entry().uid)
        assert left is None or left.cancelled
        assert world.person.titles() == []

    # --- conditions

    def test_a_stale_update_is_refused(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        seen = calendar.get(entry().uid)
        assert seen is not None
        world.person.rename(entry().uid, "vm fri")
        with pytest.raises(Stale):
            calendar.update(entry(title="ours"), seen)
        assert world.person.titles() == ["vm fri"]

    def test_a_stale_delete_is_refused(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        seen = calendar.get(entry().uid)
        assert seen is not None
        world.person.note(entry().uid, "she prefers mornings")
        with pytest.raises(Stale):
            calendar.delete(seen)
        assert world.person.titles() == [entry().title]

    def test_an_update_of_a_vanished_event_says_gone(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        seen = calendar.get(entry().uid)
        assert seen is not None
        world.person.remove(entry().uid)
        with pytest.raises(Gone):
            calendar.update(entry(title="back"), seen)
        assert world.person.titles() == []

    def test_a_delete_of_a_vanished_event_is_fine(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        seen = calendar.get(entry().uid)
        assert seen is not None
        world.person.remove(entry().uid)
        calendar.delete(seen)
        calendar.delete(seen)

    def test_of_two_creators_one_wins(self, world: World) -> None:
        assert race(world, lambda each, name: each.create(entry(title=name)), Taken) == 1
        assert len(world.person.titles()) == 1

    def test_of_two_writers_one_wins(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        seen = calendar.get(entry().uid)
        assert seen is not None
        assert race(world, lambda each, name: each.update(entry(title=name), seen), Stale) == 1
        assert world.person.titles() in (["writer 0"], ["writer 1"])

    # --- polling

    def test_a_first_poll_lists_everything(self, calendar: Calendar) -> None:
        calendar.create(entry(1))
        calendar.create(entry(2))
        changes = calendar.changes(None)
        assert changes.full
        assert {seen.uid for seen in changes.seen} == {entry(1).uid, entry(2).uid}
        for seen in changes.seen:
            assert_says(seen, entry(1) if seen.uid == entry(1).uid else entry(2))
        assert changes.gone == ()

    def test_an_empty_calendar_is_listed_as_empty(self, calendar: Calendar) -> None:
        changes = calendar.changes(None)
        assert (changes.full, changes.seen, changes.gone) == (True, (), ())
        again = calendar.changes(changes.token)
        assert (again.full, again.seen, again.gone) == (not self.incremental, (), ())

    def test_nothing_changed_says_nothing(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        token, known = listed(calendar.changes(None))
        for each in (calendar, calendar, world.open()):
            changes = each.changes(token, known)
            assert (changes.full, changes.seen, changes.gone) == (not self.incremental, (), ())
            assert changes.same == () or self.repeats or not self.incremental
            token = changes.token

    def test_one_change_is_told_alone(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry(1))
        calendar.create(entry(2))
        token, known = listed(calendar.changes(None))
        world.person.rename(entry(2).uid, "vm fri")
        for each in (calendar, world.open()):
            changes = each.changes(token, known)
            assert changes.full is not self.incremental
            assert only(changes.seen).title == "vm fri"
            assert changes.gone == ()

    def test_one_deletion_is_told_alone(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry(1))
        receipt = calendar.create(entry(2))
        token, known = listed(calendar.changes(None))
        world.person.remove(entry(2).uid)
        for each in (calendar, world.open()):
            changes = each.changes(token, known)
            assert changes.full is not self.incremental
            if changes.full:
                assert receipt.href not in {*changes.same, *(seen.href for seen in changes.seen)}
            else:
                assert is_gone(changes.gone, changes.seen, receipt.href)
            assert [seen.uid for seen in changes.seen if not seen.cancelled] == []

    def test_our_own_writes_come_back_as_the_same(self, world: World, calendar: Calendar) -> None:
        """The echo of what we wrote costs no reading where its etag is known."""
        calendar.create(entry(9))
        token, known = listed(calendar.changes(None))
        receipts = [calendar.create(entry(number)) for number in range(3)]
        echo = {receipt.href: receipt.etag for receipt in receipts if receipt.etag}
        known |= echo
        changes = calendar.changes(token, known)
        assert changes.full is not self.incremental
        assert set(echo) <= set(changes.same) <= set(known)
        assert {seen.href for seen in changes.seen} == {receipt.href for receipt in receipts} - set(echo)
        again = world.open().changes(changes.token, known | {seen.href: seen.etag for seen in changes.seen})
        assert (again.seen, again.gone) == ((), ())

    def test_what_is_known_in_a_full_listing_needs_no_reading(self, world: World, calendar: Calendar) -> None:
        receipts = [calendar.create(entry(number)) for number in range(3)]
        first = calendar.changes(None)
        known = {seen.href: seen.etag for seen in first.seen[:2]}
        changes = world.open().changes(None, known)
        assert changes.full
        assert {*changes.same, *(seen.href for seen in changes.seen)} == {receipt.href for receipt in receipts}

    @pytest.mark.parametrize("token", ["garbage", "", "0", "{}", "data:,", "http://example.com/ns/sync/999999"])
    def test_a_token_that_died_is_answered_with_everything(self, calendar: Calendar, token: str) -> None:
        calendar.create(entry())
        changes = calendar.changes(token)
        assert changes.full
        assert only(changes.seen).uid == entry().uid
        assert calendar.changes(changes.token).full is not self.incremental

    def test_a_long_listing_is_whole(self, world: World, calendar: Calendar) -> None:
        wanted = {calendar.create(entry(number)).href for number in range(self.page)}
        assert len(wanted) == self.page
        changes = world.open().changes(None)
        assert {seen.href for seen in changes.seen} == wanted
        assert len(changes.seen) == self.page

    # --- what is not ours

    def test_events_of_others_are_neither_listed_nor_touched(self, world: World, calendar: Calendar) -> None:
        theirs = world.person.add("Dentist", NINE, NINE + timedelta(hours=1))
        before = world.person.snapshot(theirs)
        calendar.create(entry())
        first = calendar.changes(None)
        assert only(first.seen).uid == entry().uid
        later = world.person.add("Lunch", NINE + timedelta(hours=3), NINE + timedelta(hours=4))
        changes = calendar.changes(*listed(first))
        assert (changes.seen, changes.gone) == ((), ())
        seen = calendar.get(entry().uid)
        assert seen is not None
        calendar.update(entry(title="other"), seen)
        seen = calendar.get(entry().uid)
        assert seen is not None
        calendar.delete(seen)
        assert world.person.snapshot(theirs) == before
        assert world.person.titles() == ["Dentist", "Lunch"]
        assert world.person.snapshot(later)

    def test_a_copy_that_a_person_made_is_theirs(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        copied = world.person.copy(entry().uid)
        before = world.person.snapshot(copied)
        changes = world.open().changes(None)
        assert only(changes.seen).uid == entry().uid
        assert changes.copies == (entry().title,)
        calendar.delete(changes.seen[0])
        assert world.person.snapshot(copied) == before

    def test_p13_what_a_person_added_survives_our_update(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        world.person.decorate(entry().uid)
        before = world.person.decorations(entry().uid)
        wanted = entry(title="OVERDUE", start=NINE + timedelta(days=1), end=NINE + timedelta(days=1, minutes=10))
        for change in (wanted, replace(wanted, alarms=(5,)), replace(wanted, alarms=(), description="x\ny")):
            seen = calendar.get(entry().uid)
            assert seen is not None
            calendar.update(change, seen)
            assert_says(calendar.get(entry().uid), change)
            assert world.person.decorations(entry().uid) == before

    def test_a_persons_words_and_times_are_read(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        start = datetime(2026, 11, 2, 14, 30, tzinfo=CHICAGO)
        world.person.move(entry().uid, start, start + timedelta(minutes=45))
        world.person.note(entry().uid, "prefers mornings; ask for José")
        seen = calendar.get(entry().uid)
        assert seen is not None
        assert (instant(seen.start), instant(seen.end)) == (instant(start), instant(start + timedelta(minutes=45)))
        assert seen.description == entry().description.rstrip("\n") + "\nprefers mornings; ask for José" or (
            seen.description == entry().description + "\nprefers mornings; ask for José"
        )

    # --- text

    @pytest.mark.parametrize(
        "text",
        [
            "Zoë; from: “Ünal & Söhne”, 50 % <off> \\ back\\slash \\n not a break",
            "日本語のメモ、そして 🙂 emoji 👩‍👩‍👧 and é (combining)",
            "line one\nline two\n\n  indented\n\ttab, comma; semicolon: colon",
            "Grüße " * 1365,
            '"quoted" = ^caret; BEGIN:VEVENT\nEND:VCALENDAR\nX-CALSYNC-COMMITMENT:not-this',
            "]]> &amp; &#13; <![CDATA[",
        ],
        ids=["signs", "beyond-the-bmp", "lines", "eight-kilobytes", "calendar-in-text", "xml-in-text"],
    )
    def test_text_comes_back_as_it_was(self, calendar: Calendar, text: str) -> None:
        text = text.rstrip()
        wanted = entry(title=text.replace("\n", " ")[:900].rstrip(), description=text)
        calendar.create(wanted)
        seen = assert_says(calendar.get(entry().uid), wanted)
        calendar.update(replace(wanted, title="x", description=text + "."), seen)
        assert_says(calendar.get(entry().uid), replace(wanted, title="x", description=text + "."))

    # --- time

    @pytest.mark.parametrize(
        ("zone", "start"),
        [
            ("America/Chicago", "2026-03-08T01:55:00-06:00"),  # until the clocks go forward
            ("America/Chicago", "2026-03-08T03:00:00-05:00"),  # the first minute of summer time
            ("America/Chicago", "2026-03-08T03:30:00-05:00"),
            ("America/Chicago", "2026-11-01T01:30:00-05:00"),  # the first half past one
            ("America/Chicago", "2026-11-01T01:30:00-06:00"),  # the second
            ("America/Chicago", "2027-07-01T12:00:00-05:00"),
            ("Europe/London", "2026-03-29T02:00:00+01:00"),
            ("Europe/Dublin", "2026-10-25T09:00:00+00:00"),
            ("Asia/Kolkata", "2026-06-01T09:00:00+05:30"),
            ("Australia/Lord_Howe", "2026-04-05T02:00:00+10:30"),
            ("Africa/Casablanca", "2026-02-20T09:00:00+00:00"),
            ("UTC", "2026-02-20T09:00:00+00:00"),
        ],
    )
    def test_the_moment_is_kept_in_any_zone(self, calendar: Calendar, zone: str, start: str) -> None:
        begins = datetime.fromisoformat(start)
        wanted = entry(start=begins, end=begins + timedelta(minutes=10), zone=zone)
        calendar.create(wanted)
        seen = assert_says(calendar.get(entry().uid), wanted)
        later = replace(wanted, start=begins + timedelta(days=200), end=begins + timedelta(days=200, minutes=10))
        calendar.update(later, seen)
        assert_says(calendar.get(entry().uid), later)

    def test_a_notice_lasts_all_day(self, calendar: Calendar) -> None:
        mark = identity.notice_mark("tasha")
        notice = entry(
            uid=identity.event_uid("tasha", mark),
            mark=mark,
            title="calsync needs you: 2 rows",
            start=date(2026, 10, 23),
            end=date(2026, 10, 24),
            alarms=(),
        )
        calendar.create(notice)
        seen = assert_says(calendar.get(notice.uid), notice)
        tomorrow = replace(notice, start=date(2026, 10, 24), end=date(2026, 10, 25))
        calendar.update(tomorrow, seen)
        seen = assert_says(calendar.get(notice.uid), tomorrow)
        timed = replace(notice, start=NINE, end=NINE + timedelta(minutes=10))
        calendar.update(timed, seen)
        assert_says(calendar.get(notice.uid), timed)

    def test_who_wrote_an_event_last_is_read_back_and_a_persons_edit_leaves_it(
        self, world: World, calendar: Calendar
    ) -> None:
        """How two copies of calsync on one calendar notice each other."""
        first, second = "4fe1a2b3c4d5 20261026T233000Z", "0123456789ab 20261027T000000Z"
        calendar.create(entry(writer=first))
        seen = assert_says(calendar.get(entry().uid), entry())
        assert seen.writer == first
        assert only(world.open().changes(None).seen).writer == first
        world.person.rename(entry().uid, "vm fri")
        edited = calendar.get(entry().uid)
        assert edited is not None
        assert (edited.title, edited.writer) == ("vm fri", first)
        calendar.update(entry(writer=second), edited)
        assert only(world.open().changes(None).seen).writer == second

    # --- busy times

    def test_busy_times_are_those_of_others(self, world: World, calendar: Calendar) -> None:
        hour = timedelta(hours=1)
        world.person.add("Meeting", NINE, NINE + hour)
        world.person.add("Free", NINE + 2 * hour, NINE + 3 * hour, busy=False)
        world.person.add("Called off", NINE + 3 * hour, NINE + 4 * hour, cancelled=True)
        calendar.create(entry(start=NINE + 4 * hour, end=NINE + 5 * hour, busy=True))
        world.person.add("Overlaps", NINE + hour / 2, NINE + 2 * hour)
        world.person.add("Before", NINE - 9 * hour, NINE - 8 * hour)
        found = calendar.busy(NINE - hour, NINE + 9 * hour)
        assert spans(found) == spans((Span(NINE, NINE + 2 * hour),))

    def test_busy_times_that_come_back_every_week(self, world: World, calendar: Calendar) -> None:
        hour = timedelta(hours=1)
        world.person.add_weekly("Weekly", NINE, NINE + hour, 3)
        second = NINE + timedelta(days=7)
        found = calendar.busy(second - hour, second + timedelta(days=28))
        assert spans(found) == spans(
            (Span(second, second + hour), Span(second + timedelta(days=7), second + timedelta(days=7, hours=1)))
        )

    def test_all_day_events_of_one_title_are_days_away(self, world: World, calendar: Calendar) -> None:
        day, hour = NINE.date(), timedelta(hours=1)
        world.person.add("Vacation", day, day + timedelta(days=3), busy=False)
        world.person.add(" vacation ", day + timedelta(days=7), day + timedelta(days=8))
        world.person.add("Vacation", day + timedelta(days=9), day + timedelta(days=10), cancelled=True)
        world.person.add("Vacation", NINE + timedelta(days=4), NINE + timedelta(days=4) + hour)
        world.person.add("Vacation plans", day + timedelta(days=5), day + timedelta(days=6), busy=False)
        until = NINE + timedelta(days=12)
        found = calendar.busy(NINE - hour, until, "Vacation")
        away = [(span.start.astimezone(CHICAGO), span.end.astimezone(CHICAGO)) for span in found if span.away]
        first, second = (day, day + timedelta(days=3)), (day + timedelta(days=7), day + timedelta(days=8))
        assert [(begins.date(), ends.date()) for begins, ends in away] == [first, second]
        assert all(moment.time() == time() for moments in away for moment in moments)
        meeting = Span(NINE + timedelta(days=4), NINE + timedelta(days=4) + hour)
        assert spans(tuple(span for span in found if not span.away)) == spans((meeting,))
        assert not any(span.away for span in calendar.busy(NINE - hour, until))

    def test_busy_times_are_cut_to_what_was_asked(self, world: World, calendar: Calendar) -> None:
        hour = timedelta(hours=1)
        world.person.add("Long", NINE, NINE + 5 * hour)
        found = calendar.busy(NINE + hour, NINE + 2 * hour)
        assert spans(found) == spans((Span(NINE + hour, NINE + 2 * hour),))
        assert calendar.busy(NINE + 6 * hour, NINE + 7 * hour) == ()


def listed(changes: Changes) -> tuple[str, dict[str, str]]:
    """What the ledger keeps of a poll: its token, and the etag of each event."""
    return changes.token, {seen.href: seen.etag for seen in changes.seen}


def as_seen(wanted: Entry, receipt: Receipt) -> Seen:
    """What the ledger knows of an event after a write, without having read it back."""
    return Seen(
        uid=wanted.uid,
        mark=wanted.mark,
        href=receipt.href,
        etag=receipt.etag,
        title=wanted.title,
        description=wanted.description,
        start=wanted.start,
        end=wanted.end,
        alarms=wanted.alarms,
        raw=receipt.raw,
    )


def is_gone(gone: tuple[str, ...], seen: tuple[Seen, ...], href: str) -> bool:
    """Deleted: told as gone, or as an event that keeps its id and is cancelled."""
    return gone == (href,) or [each.href for each in seen if each.cancelled] == [href]


def spans(found: tuple[Span, ...]) -> list[tuple[datetime, datetime]]:
    return [(span.start.astimezone(UTC), span.end.astimezone(UTC)) for span in found]


def race(world: World, write: object, refusal: type[Exception]) -> int:
    """Two clients write at the same moment; how many of them were told that they won.

    Who is told neither, because two commits at once are too much for the server (Xandikos: 500), asks again.
    """
    assert callable(write)
    start = threading.Barrier(2)
    won: list[str] = []
    failures: list[BaseException] = []

    def run(name: str) -> None:
        calendar = world.open()
        try:
            start.wait()
            try:
                write(calendar, name)
            except Unreachable:
                write(calendar, name)
            won.append(name)
        except refusal:
            pass
        except BaseException as problem:  # noqa: BLE001 - shown by the test, from the main thread
            failures.append(problem)
        finally:
            calendar.close()

    threads = [threading.Thread(target=run, args=(f"writer {number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [repr(problem) for problem in failures] == []
    return len(won)
