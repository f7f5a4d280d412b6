"""What holds for every text: never an error, never a window in the past or turned round, never moved by idle words."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.model import Reading
from calsync.promises import read
from calsync.promises.reading import read as plain_read
from tests.promises.corpora import rows

ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")
WORDS = sorted(
    {word for row in [*rows("dev.jsonl"), *rows("en.jsonl"), *rows("de.jsonl")] for word in row["text"].split()}
)
BITS = [
    "3",
    "15",
    "2:30",
    "12/25",
    "2/29",
    "31",
    "-",
    ",",
    ".",
    "to",
    "or",
    "half",
    "by",
    "after",
    "next",
    "a",
    "1/2",
    "24h",
]
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001 - hypothesis wants naive bounds
SPOKEN = st.lists(st.sampled_from(WORDS + BITS), max_size=14).map(" ".join)
ZONE = st.sampled_from(ZONES).map(ZoneInfo)
NOTES = st.one_of(SPOKEN, st.text(max_size=60))


def sound(reading: Reading, now: datetime) -> None:
    dated = reading.kind not in ("undated", "contact", "optout", "none")
    assert dated == (reading.window is not None)
    if reading.window is not None:
        # instants are compared in UTC: two times of one zone are compared by their wall clocks
        start, end = reading.window.earliest.astimezone(UTC), reading.window.latest.astimezone(UTC)
        assert now.astimezone(UTC) <= start <= end


@given(NOTES, MOMENTS, ZONE, ZONE, st.sampled_from(["en-US", "en-GB", "de-DE", "xx", ""]), st.booleans())
def test_any_text_is_read_without_an_error(
    text: str, said: datetime, zone: ZoneInfo, theirs: ZoneInfo, locale: str, resolve: bool
) -> None:
    reading = read(text, said, zone=zone, contact_zone=theirs, locale=locale, resolve=resolve)
    sound(reading, said.replace(tzinfo=zone))
    assert reading.why
    for start, end in reading.spans:
        assert 0 <= start < end <= len(text)


IDLE = st.sampled_from(["", "ok", "thanks!", "great", "hi there,", "blue widget", "thx"])
PROMISES = st.sampled_from(
    ["cb Friday", "I'll call tomorrow at 3", "call in 2 weeks", "f/u 12/3", "will ring by Thursday"]
)


@given(PROMISES, IDLE, IDLE)
def test_words_that_are_no_date_do_not_move_the_window(promise: str, before: str, after: str) -> None:
    now = datetime(2026, 11, 23, 9, 15, tzinfo=ZoneInfo("America/New_York"))
    alone = plain_read(promise, now, zone=ZoneInfo("America/New_York"))
    amid = plain_read(f"{before}. {promise}. {after}", now, zone=ZoneInfo("America/New_York"))
    assert amid.window == alone.window
    assert amid.kind == alone.kind


WEEKLY = [
    "cb Friday",
    "by Thursday",
    "tomorrow morning",
    "next week",
    "in 3 days",
    "Tues after 2",
    "in 2 business days",
    "EOW",
]


@pytest.mark.parametrize("text", WEEKLY)
@given(st.integers(0, 3), st.integers(0, 6), st.integers(8, 17))
def test_the_same_words_a_week_later_mean_a_week_later(text: str, week: int, weekday: int, hour: int) -> None:
    """In a stretch without clock changes, month ends or feasts."""
    zone = ZoneInfo("America/New_York")
    now = datetime(2026, 6, 1, hour, tzinfo=zone) + timedelta(days=7 * week + weekday)
    first = read(text, now, zone=zone).window
    second = read(text, now + timedelta(days=7), zone=zone).window
    assert first is not None
    assert second is not None
    assert second.earliest - first.earliest == timedelta(days=7)
    assert second.latest - first.latest == timedelta(days=7)


LONG = {
    "prose": "left a message with the front desk and she said that he would be in later ",
    "dates": "Monday, Tuesday 3pm or ",
    "bounds": "by ",
    "numbers": "3 4 5 ",
    "calls": "call her friday ",
    "conditions": "if not ",
    "letters": "a",
    "quotes": 'said: "I\'ll call" ',
}


@pytest.mark.parametrize("name", sorted(LONG))
def test_time_is_linear_in_the_length_of_the_text(name: str) -> None:
    """Four times the text takes about four times as long, and 100 kB of a note well under a second."""
    zone = ZoneInfo("America/New_York")
    now = datetime(2026, 3, 10, 10, 20, tzinfo=zone)

    def seconds(size: int) -> float:
        text = (LONG[name] * (size // len(LONG[name]) + 1))[:size]
        best = 99.0
        for _ in range(2):
            start = time.process_time()
            read(text, now, zone=zone)
            best = min(best, time.process_time() - start)
        return best

    short, long = seconds(25_000), seconds(100_000)
    assert long < 1.0
    assert long < 10 * short + 0.05
