"""Clocks that change: slots stay lawful and inside the rep's hours on the days of the change, and around midnight."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from calsync.model import Hours, Kind, Policy, Window
from calsync.placing.grid import SHIFT, Grid, bits, minutes
from calsync.placing.world import World
from tests.placing.samples import contact, one, promise, put, rep

CHANGES = [
    ("America/Chicago", date(2026, 3, 8)),
    ("America/Chicago", date(2026, 11, 1)),
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/Santiago", date(2026, 9, 6)),  # the hour after midnight is skipped
    ("Asia/Kathmandu", date(2026, 6, 7)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that never was
]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_every_cell_of_a_changing_day_is_a_moment_of_that_day(zone: str, day: date) -> None:
    clock = ZoneInfo(zone)
    grid = Grid(clock, 10)
    for ordinal in (day.toordinal() - 1, day.toordinal(), day.toordinal() + 1):
        base, count = grid.day(ordinal)
        for index in range(count):
            start = base + index * 10
            assert grid.cell(start) == ordinal << 9 | index
            assert grid.day_of(start) == ordinal
            assert minutes(grid.slot_at(start).start) == start


@pytest.mark.parametrize(("zone", "day"), CHANGES[:-1])
def test_working_hours_are_wall_clock_hours_on_the_day_of_the_change(zone: str, day: date) -> None:
    clock = ZoneInfo(zone)
    who = rep(zone=clock, region="", hours=Hours.same(time(9), time(18), closed=()))
    world = World(who, Policy(), datetime.combine(day, time(), clock))
    number = day.toordinal()
    cells = [number << SHIFT | index for index in bits(world.work(number))]
    starts = [world.grid.slot_at(world.grid.start(cell)).start for cell in cells]
    assert (starts[0].time(), starts[-1].time(), len(starts)) == (time(9), time(17, 50), 54)


@pytest.mark.parametrize("day", [date(2026, 3, 9), date(2026, 3, 16), date(2026, 10, 26), date(2026, 11, 2)])
def test_two_countries_that_change_their_clocks_in_different_weeks(day: date) -> None:
    """London's last legal slot moves by an hour on Chicago's clock in the weeks between the two changes."""
    chicago, london = ZoneInfo("America/Chicago"), ZoneInfo("Europe/London")
    due = Window(datetime.combine(day, time(9), chicago), datetime.combine(day, time(18), chicago))
    crowd = [promise(f"c{n}", Kind.DAY, due, made=due.earliest - timedelta(days=4)) for n in range(54)]
    people = [contact(each.contact_id, "+447911123456") for each in crowd]
    placed = put(*crowd, contacts=people, now=due.earliest - timedelta(hours=1))
    inside = [
        each.slot for each in placed if each.slot and each.slot.start >= due.earliest and "next" not in each.why[0]
    ]
    closes = datetime.combine(day, time(20), london)
    today = [found for found in inside if found.start.date() == day]
    assert max(found.end for found in today) == closes
    assert len(today) == (closes - due.earliest) / timedelta(minutes=10)


def test_a_rep_who_works_past_midnight_in_their_contacts_day() -> None:
    """A rep in Chicago with evening hours and a contact in Tokyo, where the law's day begins at the rep's 18:00."""
    who = rep(hours=Hours.same(time(16), time(23, 0)))
    start = datetime(2026, 12, 1, 16, tzinfo=ZoneInfo("America/Chicago"))
    due = promise("dana", Kind.DAY, Window(start, start.replace(hour=23)), made=start - timedelta(days=4))
    placed = one(due, who=who, contacts=[contact("dana", "+81312345678")], now=start, policy=Policy())
    assert placed.slot is not None
    tokyo = placed.slot.start.astimezone(ZoneInfo("Asia/Tokyo"))
    assert time(9) <= tokyo.time() <= time(20)
    assert f"{tokyo:%H:%M} in Tokyo" in placed.why[0]
