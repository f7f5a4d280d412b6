"""What the contract asks beyond of calendars that keep iCalendar texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from calsync.calendars.base import Calendar
from calsync.errors import CalendarError
from tests.contract.person import TextPerson, World
from tests.contract.suite import NINE, CalendarContract, entry, instant, only


def ours(world: World, number: int = 1) -> str:
    """The text of our event, as it stands in the calendar."""
    person = world.person
    assert isinstance(person, TextPerson)
    return person.load(person.href(entry(number).uid))


def rewrite(world: World, change: Callable[[str], str], number: int = 1) -> None:
    """Put another text in its place, as a program with ways of its own would."""
    person = world.person
    assert isinstance(person, TextPerson)
    href = person.href(entry(number).uid)
    person.store(href, change(person.load(href)))


def unmarked(text: str) -> str:
    """Without a word of ours that no other program knows."""
    return "\n".join(row for row in text.split("\n") if "X-CALSYNC" not in row)


class TextContract(CalendarContract):
    """What must hold of every calendar of texts."""

    def test_one_unreadable_event_never_stops_the_others(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry(1))
        calendar.create(entry(2))
        token = calendar.changes(None).token
        rewrite(world, lambda text: text.replace("DTSTART;TZID=America/Chicago:", "DTSTART;TZID=Mars/Olympus:"))
        world.person.rename(entry(2).uid, "vm fri")
        changes = calendar.changes(token)
        assert only(changes.seen).title == "vm fri"
        assert len(changes.problems) == 1
        assert calendar.name in changes.problems[0].message
        assert "verify --repair" in changes.problems[0].hint
        # it is there: nobody may take it for deleted
        full = world.open().changes(None)
        assert {*full.same, *(seen.href for seen in full.seen)} == {
            f"{entry(number).uid}.ics" for number in (1, 2)
        } or (len({*full.same, *(seen.href for seen in full.seen)}) == 2)
        with pytest.raises(CalendarError):
            calendar.get(entry(1).uid)

    def test_an_event_that_lost_its_mark_is_known_by_its_name_and_uid(self, world: World, calendar: Calendar) -> None:
        """Some servers drop properties that they do not know.  An update puts it back, and no alarm is there twice."""
        calendar.create(entry())
        rewrite(world, unmarked)
        seen = only(calendar.changes(None).seen)
        assert (seen.uid, seen.mark, seen.title) == (entry().uid, "", entry().title)
        calendar.update(entry(title="new"), seen)
        assert only(world.open().changes(None).seen).mark == entry().mark
        assert ours(world).count("BEGIN:VALARM") == 2

    def test_an_event_that_lost_its_mark_and_its_name_is_told_and_left_alone(
        self, world: World, calendar: Calendar
    ) -> None:
        calendar.create(entry())
        person = world.person
        assert isinstance(person, TextPerson)
        text = unmarked(ours(world))
        person.discard(person.href(entry().uid))
        person.store("somewhere-else.ics", text)
        changes = world.open().changes(None)
        assert changes.seen == ()
        assert [href.rpartition("/")[2] for href in changes.same] == ["somewhere-else.ics"]
        assert "mark" in changes.problems[0].message

    def test_lines_of_others_stay_byte_for_byte(self, world: World, calendar: Calendar) -> None:
        extra = (
            'ATTENDEE;CN="Lee: the boss; really";RSVP=TRUE:mailto:lee@example.com\r\n'
            'X-SOMETHING;X-A=1;X-B="2:3":kept\\, as it is\r\n  and folded here\r\n'
            "COLOR:tomato\r\n"
        )
        calendar.create(entry())
        rewrite(world, lambda text: text.replace("STATUS:", extra + "STATUS:"))
        before = [row for row in ours(world).splitlines() if row]
        seen = calendar.get(entry().uid)
        assert seen is not None
        calendar.update(entry(title="new"), seen)
        after = ours(world).splitlines()
        changed = ("SUMMARY", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DESCRIPTION", " ")
        assert [row for row in before if not row.startswith(changed)] == [
            row for row in after if not row.startswith(changed)
        ]

    def test_no_update_invites_anybody(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        seen = calendar.get(entry().uid)
        assert seen is not None
        calendar.update(entry(title="new"), seen)
        for word in ("ATTENDEE", "ORGANIZER", "METHOD"):
            assert word not in ours(world)

    def test_a_time_set_in_another_zone_is_read_and_kept(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        rewrite(
            world,
            lambda text: text.replace(
                "DTSTART;TZID=America/Chicago:20261023T090000", "DTSTART:20261023T153000Z"
            ).replace("DTEND;TZID=America/Chicago:20261023T091000", "DURATION:PT20M"),
        )
        seen = calendar.get(entry().uid)
        assert seen is not None
        start = NINE + timedelta(hours=1, minutes=30)
        assert (instant(seen.start), instant(seen.end)) == (instant(start), instant(start + timedelta(minutes=20)))
        calendar.update(entry(title="new", start=start, end=start + timedelta(minutes=20)), seen)
        assert "DTSTART:20261023T153000Z" in ours(world)

    def test_a_cancelled_event_is_told_and_can_be_brought_back(self, world: World, calendar: Calendar) -> None:
        calendar.create(entry())
        rewrite(world, lambda text: text.replace("STATUS:CONFIRMED", "STATUS:CANCELLED"))
        seen = calendar.get(entry().uid)
        assert seen is not None
        assert seen.cancelled
        calendar.update(entry(), seen)
        seen = calendar.get(entry().uid)
        assert seen is not None
        assert not seen.cancelled
