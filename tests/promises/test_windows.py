"""From words to windows: working hours, clipping, clock changes, other zones, feasts and leap days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calsync.model import Kind, Reading
from calsync.promises import read

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def at(text: str, said: str, zone: ZoneInfo = NEW_YORK, **more: object) -> Reading:
    return read(text, datetime.fromisoformat(said), zone=zone, **more)  # type: ignore[arg-type]  # keywords of a table


def ends(reading: Reading) -> tuple[str, str] | None:
    window = reading.window
    return (window.earliest.isoformat()[:16], window.latest.isoformat()[:16]) if window else None


@pytest.mark.parametrize(
    ("text", "said", "start", "end"),
    [
        # today is clipped to the attempt, and reaches into the evening once work is over
        ("call today", "2026-03-10T10:20", "2026-03-10T10:20", "2026-03-10T18:00"),
        ("call today", "2026-03-10T19:30", "2026-03-10T19:30", "2026-03-10T21:00"),
        ("call by EOD", "2026-03-10T22:30", "2026-03-11T09:00", "2026-03-11T18:00"),
        # a week or weekend that is over means the next one
        ("call this week", "2026-03-14T10:00", "2026-03-16T09:00", "2026-03-20T18:00"),
        ("call this weekend", "2026-03-15T19:00", "2026-03-21T09:00", "2026-03-22T18:00"),
        ("f/u by EOW", "2026-03-14T10:00", "2026-03-20T09:00", "2026-03-20T18:00"),
        # months are clipped to their end
        ("call in one month", "2026-01-31T10:00", "2026-02-28T09:00", "2026-02-28T18:00"),
        ("call in a year", "2028-02-29T10:00", "2029-02-28T09:00", "2029-02-28T18:00"),
        # the 31st waits for a month that has one
        ("call on the 31st", "2026-04-02T10:00", "2026-05-31T09:00", "2026-05-31T18:00"),
        ("call on 2/29", "2026-03-10T10:00", "2028-02-29T09:00", "2028-02-29T18:00"),
        # a time with no day is the next such time
        ("call at 9", "2026-03-10T10:20", "2026-03-11T09:00", "2026-03-11T09:00"),
        ("call at 9", "2026-03-10T08:20", "2026-03-10T09:00", "2026-03-10T09:00"),
        ("call today at 9", "2026-03-10T10:20", "2026-03-10T21:00", "2026-03-10T21:00"),
        # business days
        ("call before Monday", "2026-03-10T10:20", "2026-03-13T09:00", "2026-03-13T18:00"),
        ("call after Friday", "2026-03-10T10:20", "2026-03-16T09:00", "2026-03-20T18:00"),
        ("call in 5 business days", "2026-03-14T10:20", "2026-03-20T09:00", "2026-03-20T18:00"),
    ],
)
def test_window(text: str, said: str, start: str, end: str) -> None:
    assert ends(at(text, said)) == (start, end)


@pytest.mark.parametrize(
    ("text", "said", "instant"),
    [
        # in America the clock goes forward on 8 March 2026 and back on 1 November
        ("call tomorrow at 2:30am", "2026-03-07T11:00", "2026-03-08T07:30"),  # skipped: the same moment, 03:30
        ("call tomorrow at 9am", "2026-03-07T11:00", "2026-03-08T13:00"),
        ("call in 24 hours", "2026-03-07T11:00", "2026-03-08T16:00"),
        ("call tomorrow at 1:30am", "2026-10-31T11:00", "2026-11-01T05:30"),  # twice: the first
        ("call in 48 hours", "2026-10-31T11:00", "2026-11-02T15:00"),
    ],
)
def test_clock_changes(text: str, said: str, instant: str) -> None:
    reading = at(text, said)
    assert reading.kind is Kind.FIXED
    assert reading.window is not None
    assert reading.window.earliest.astimezone(UTC).isoformat()[:16] == instant


def test_half_an_hour_of_clock_change() -> None:
    """Lord Howe Island moves its clocks by thirty minutes."""
    reading = at("call tomorrow at 2:15am", "2026-10-03T11:00", LORD_HOWE)
    assert reading.window is not None
    assert reading.window.earliest.astimezone(UTC) == datetime(2026, 10, 3, 15, 45, tzinfo=UTC)


def test_her_time_is_the_contact_s_and_the_rep_s_where_unknown() -> None:
    theirs = at("call tomorrow at 9 her time", "2026-03-10T10:20", contact_zone=ZoneInfo("America/Los_Angeles"))
    ours = at("call tomorrow at 9 her time", "2026-03-10T10:20")
    assert theirs.window is not None
    assert ours.window is not None
    assert theirs.window.earliest - ours.window.earliest == timedelta(hours=3)


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [
        ("call 3/7", "en-US", "2027-03-07"),
        ("call 3/7", "en-GB", "2026-07-03"),
        ("call 3/7", "en-AU", "2026-07-03"),
        ("call 25/6", "en-US", "2026-06-25"),
        ("call 6/25", "en-GB", "2026-06-25"),
        ("call 2026-07-03", "en-GB", "2026-07-03"),
        ("call on Mother's Day", "en-US", "2027-05-09"),
        ("call on Mother's Day", "en-GB", "2027-03-07"),
    ],
)
def test_order_of_day_and_month(text: str, locale: str, day: str) -> None:
    reading = at(text, "2026-06-15T08:45", ZoneInfo("Europe/London"), locale=locale)
    assert reading.window is not None
    assert reading.window.earliest.date().isoformat() == day


@pytest.mark.parametrize("text", ["cb 3/2/26", "call this morning", "call on 5 May 2019", "call Tues 3/3"])
def test_what_is_over_is_undated_and_never_another_day(text: str) -> None:
    reading = at(text, "2026-03-10T14:00")
    assert (reading.kind, reading.window) == (Kind.UNDATED, None)


def test_every_reading_says_why_and_marks_what_it_read() -> None:
    text = "left vm; I'll call by Friday"
    reading = at(text, "2026-03-10T10:20")
    assert [text[start:end] for start, end in reading.spans] == ["by Friday"]
    assert reading.why == "the next Friday after Tuesday"


FOUND_BY_FUZZING = [
    # Samoa left out 30 December 2011: a time on it is no time at all
    ("09:30", "2011-12-30T23:18", "Pacific/Apia"),
    # the hour that comes twice, said in its second half
    ("call at 1:30 am", "2026-11-01T01:15", "America/New_York"),
    ("between 2:30 and 3 am tomorrow", "2026-03-07T11:00", "America/New_York"),
    ("around 2:15 am tomorrow", "2026-03-07T11:00", "America/New_York"),
]


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize(("text", "said", "zone"), FOUND_BY_FUZZING)
def test_no_window_before_the_moment_or_turned_round(text: str, said: str, zone: str, fold: int) -> None:
    now = datetime.fromisoformat(said).replace(tzinfo=ZoneInfo(zone), fold=fold)
    window = read(text, now, zone=ZoneInfo(zone)).window
    if window is not None:
        assert now.astimezone(UTC) <= window.earliest.astimezone(UTC) <= window.latest.astimezone(UTC)


@pytest.mark.parametrize(
    ("words", "earliest"),
    [
        ("cb tues 9", "2026-11-24 09:00"),  # the next Tuesday that is a 9th is in February
        ("call wed 12", "2026-11-25 12:00"),
        ("cb mon 3", "2026-11-30 15:00"),
        ("cb thu 10", "2026-12-10 09:00"),  # a Thursday, and near
        ("call Tuesday the 9th", "2027-02-09 09:00"),
        ("call Thursday 26", "2026-11-26 09:00"),
    ],
)
def test_a_number_after_a_weekday_is_a_clock_time_unless_that_day_of_the_month_is_near(
    words: str, earliest: str
) -> None:
    found = ends(at(words, "2026-11-23T11:00"))
    assert found is not None
    assert found[0] == earliest.replace(" ", "T")
