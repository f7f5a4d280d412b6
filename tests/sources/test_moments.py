"""When an attempt was made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.sources.moments import BadMoment, Moments
from tests.sources.helpers import ZONE


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-25 14:05", "2026-11-25T20:05"),
        ("2026-11-25T14:05:30", "2026-11-25T20:05:30"),
        ("2026-11-25T14:05-05:00", "2026-11-25T19:05"),
        ("2026-11-25T14:05:00-05:00", "2026-11-25T19:05"),
        ("2026-11-25T14:05:00Z", "2026-11-25T14:05"),
        ("20261125T1405", "2026-11-25T20:05"),
        ("  2026-11-25 14:05 ", "2026-11-25T20:05"),
        ("2026-11-25 14:05:00.250", "2026-11-25T20:05:00.25"),
        ("2026-07-01 14:05", "2026-07-01T19:05"),
    ],
)
def test_iso_8601_in_the_zone_of_the_rep_when_it_has_no_offset(text: str, utc: str) -> None:
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    at, since = Moments(ZONE).read(text)
    assert at == expected
    assert at.tzinfo is ZONE
    assert since == expected.timestamp()


def test_a_time_that_the_clock_skipped_is_counted_with_the_offset_before_the_change() -> None:
    at, _ = Moments(ZONE).read("2026-03-08 02:30")
    assert at.isoformat() == "2026-03-08T03:30:00-05:00"


def test_of_a_time_that_comes_twice_the_first_is_meant_unless_the_offset_says_otherwise() -> None:
    moments = Moments(ZONE)
    assert moments.read("2026-11-01 01:30")[0].astimezone(UTC).hour == 6
    assert moments.read("2026-11-01T01:30:00-06:00")[0].astimezone(UTC).hour == 7


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ("", "missing", "2026-11-25 14:05"),
        ("2026-11-25", "no time", "write the time too"),
        ("11/25/2026 2:05 PM", "which is the day", 'dates = "mdy"'),
        ("45631.5", "how a spreadsheet counts", "format the column as text"),
        ("yesterday", "not a time", "2026-11-25 14:05"),
        ("2026-13-25 14:05", "not a time", "2026-11-25 14:05"),
        ("2026-11-25 25:05", "not a time", "2026-11-25 14:05"),
        ("0001-01-01 00:00+14:00", "outside the years", "2026-11-25 14:05"),
    ],
)
def test_what_is_no_moment_says_why_and_what_to_write(text: str, why: str, hint: str) -> None:
    with pytest.raises(BadMoment, match=why) as caught:
        Moments(ZONE).read(text)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("order", "text", "expected"),
    [
        ("mdy", "11/25/2026 2:05 PM", "2026-11-25T14:05"),
        ("mdy", "1/2/2026 12:05 am", "2026-01-02T00:05"),
        ("dmy", "25/11/2026 14:05", "2026-11-25T14:05"),
        ("dmy", "25.11.2026 14:05:30", "2026-11-25T14:05:30"),
    ],
)
def test_what_a_spreadsheet_made_of_a_time_is_read_where_its_order_is_named(
    order: str, text: str, expected: str
) -> None:
    assert Moments(ZONE, order).read(text)[0] == datetime.fromisoformat(expected).replace(tzinfo=ZONE)


_ZONES = ["America/Chicago", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"]


@given(
    st.sampled_from(_ZONES),
    st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), min_size=1, max_size=12),  # noqa: DTZ001
    st.sampled_from(["", "Z", "+05:30", "-06:00"]),
)
def test_the_quick_way_says_what_the_slow_way_says(zone: str, times: list[datetime], offset: str) -> None:
    info = ZoneInfo(zone)
    quick = Moments(info)
    for time in times:
        for near in (time, time.replace(minute=0), time + timedelta(minutes=7)):
            text = near.replace(microsecond=0).isoformat() + offset
            at, since = quick.read(text)
            plain = datetime.fromisoformat(text)
            expected = (plain if plain.tzinfo else plain.replace(tzinfo=info)).astimezone(UTC)
            assert at.astimezone(UTC) == expected
            assert since == expected.timestamp()
