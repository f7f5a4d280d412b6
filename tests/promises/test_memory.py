"""The memory of the language saves time and changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from calsync import promises
from calsync.model import Contact, Hours, Kind
from calsync.promises import Language, Words

CHICAGO = ZoneInfo("America/Chicago")
DANA = Contact("dana", "Dana Levy")

COUNTED = [
    *(f"{bound} {day}".strip() for bound in ("", "by", "on", "after", "next", "by next") for day in ("Fri", "Sunday")),
    "before tuesday", "Mon 3pm", "on Tue 10:30am", "by Friday at 2 pm", "Sun 5am", "after Saturday 11pm", "tomorrow",
    "tomorrow at 4:15 pm", "next week", "Tue 10:30",
    "by end of week", "by EOW", "in 1 day", "in 9 days", "in 30 days", "in 1 business day",
    "in 4 business days", "in 9 working days", "in 1 week", "in 8 weeks",
]  # fmt: skip
"""What is moved from week to week."""

BOUND_TO_THE_MOMENT = [
    "today", "later today", "this afternoon", "in the morning", "at 3", "3pm", "in 2 hours", "this week", "by EOD",
    "Friday 3", "end of the week", "between 2 and 4",
    "12/3", "Dec 3", "end of month", "in 2 months", "Thanksgiving", "after the holidays", "3pm her time",
    "she'll call me Friday", "call me back in 2 days at this time", "next month", "the 15th", "Sun 2:30am",
]  # fmt: skip
TIMELESS = ["", "voicemail full", "take me off your list", "will try again", "quote 4711 for the second house"]


def moments(zone: ZoneInfo, count: int) -> list[datetime]:
    """Days over more than a year, both changes of the clock among them, at all hours."""
    chance = Random(5)
    start = datetime(2025, 9, 1, tzinfo=zone)
    return [
        start.replace(hour=chance.choice((0, 3, 8, 9, 12, 17, 18, 20, 23)), minute=chance.randrange(60))
        + timedelta(days=day * 450 // count)
        for day in range(count)
    ]


@pytest.mark.parametrize("zone", [CHICAGO, ZoneInfo("Europe/Berlin"), ZoneInfo("America/Havana")], ids=str)
def test_words_read_alike_with_and_without_memory(zone: ZoneInfo) -> None:
    language, chance = Language(zone), Random(7)
    for said_at in moments(zone, 450):
        for text in chance.sample(COUNTED + BOUND_TO_THE_MOMENT + TIMELESS, 6):
            assert language(text, said_at, DANA) == promises.read(text, said_at, zone=zone), (text, said_at)


def test_what_lasts_all_day_reads_alike_all_day() -> None:
    language = Language(CHICAGO)
    for said_at in moments(CHICAGO, 14):
        for text in COUNTED + BOUND_TO_THE_MOMENT + TIMELESS:
            if not language(text, said_at, DANA).lasting:
                continue
            for hour in (0, 11, 23):
                other = said_at.replace(hour=hour)
                assert promises.read(text, other, zone=CHICAGO) == promises.read(text, said_at, zone=CHICAGO)


def test_only_what_points_past_its_day_lasts() -> None:
    language, monday = Language(CHICAGO), datetime(2026, 11, 23, 10, 5, tzinfo=CHICAGO)
    lasting = {text for text in COUNTED + BOUND_TO_THE_MOMENT + TIMELESS if language(text, monday, DANA).lasting}
    assert lasting == {*COUNTED, *TIMELESS} - {"Mon 3pm", "before tuesday"}


def test_the_moment_may_come_in_any_zone_or_in_none() -> None:
    language, monday = Language(CHICAGO), datetime(2026, 11, 23, 20, 5, tzinfo=CHICAGO)
    for said_at in (monday, monday.astimezone(UTC), monday.replace(tzinfo=None)):
        assert language("tomorrow", said_at, DANA) == promises.read("tomorrow", monday, zone=CHICAGO)


def test_the_zone_of_the_contact_is_asked_for_each_contact() -> None:
    zones = {"dana": ZoneInfo("America/New_York"), "omar": ZoneInfo("America/Denver")}
    language = Language(CHICAGO, zone_of=lambda contact: zones.get(contact.id))
    monday = datetime(2026, 11, 23, 10, 5, tzinfo=CHICAGO)
    for contact in (DANA, Contact("omar", "Omar"), Contact("ruth", "Ruth")):
        plain = promises.read("tomorrow 3pm her time", monday, zone=CHICAGO, contact_zone=zones.get(contact.id))
        assert plain.kind is Kind.FIXED
        assert language("tomorrow 3pm her time", monday, contact) == plain


def test_words_of_the_rep_are_not_moved_from_week_to_week() -> None:
    words = Words.for_hours(Hours.same(), phrases={"tomorrow": "Dec 3"})
    language = Language(CHICAGO, words=words)
    for said_at in moments(CHICAGO, 20):
        plain = promises.read("tomorrow", said_at, zone=CHICAGO, words=words)
        assert language("tomorrow", said_at, DANA) == plain
