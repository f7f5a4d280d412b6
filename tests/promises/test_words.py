"""What a rep may configure: hours, parts of the day, phrases and holidays of their own."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from calsync.model import Hours, Kind, Reading
from calsync.promises import DEFAULT, Words, read

ZONE = ZoneInfo("America/Chicago")
SAID = datetime(2026, 3, 10, 10, 20, tzinfo=ZONE)  # a Tuesday
LATE = Hours((((time(10), time(19)),),) * 4 + (((time(10), time(12)), (time(13), time(15))),) + ((), ()))


def reading(text: str, words: Words) -> Reading:
    return read(text, SAID, zone=ZONE, words=words)


def hours(text: str, words: Words) -> tuple[str, str]:
    window = reading(text, words).window
    assert window is not None
    return f"{window.earliest:%a %H:%M}", f"{window.latest:%a %H:%M}"


def test_windows_keep_the_rep_s_hours_day_by_day() -> None:
    words = Words.for_hours(LATE)
    assert hours("cb Thursday", words) == ("Thu 10:00", "Thu 19:00")
    assert hours("cb Friday", words) == ("Fri 10:00", "Fri 15:00")
    assert hours("cb Saturday", words) == ("Sat 10:00", "Sat 19:00")  # closed: the hours of an ordinary weekday
    assert hours("cb next week", words) == ("Mon 10:00", "Fri 15:00")


def test_parts_of_the_day_do_not_shift_with_the_hours() -> None:
    assert hours("cb Thursday morning", Words.for_hours(LATE)) == ("Thu 09:00", "Thu 12:00")


def test_parts_of_the_day_are_the_rep_s_to_set() -> None:
    words = Words.for_hours(LATE, parts={"morning": (time(7), time(11)), "school run": (time(15), time(16))})
    assert hours("cb Thursday morning", words) == ("Thu 07:00", "Thu 11:00")
    assert hours("cb Thursday school run", words) == ("Thu 15:00", "Thu 16:00")


def test_phrases_read_as_if_their_meaning_stood_there() -> None:
    words = Words.for_hours(LATE, phrases={"zing": "call", "pay day": "the 15th", "Q-touch": "call in 90 days"})
    assert hours("zing her Thursday", words)[0] == "Thu 10:00"
    assert hours("call on pay day", words)[0] == "Sun 10:00"
    assert reading("q-touch", words).kind is Kind.DAY
    assert reading("zing her Thursday", DEFAULT).kind is Kind.NONE


def test_a_phrase_may_use_its_own_words() -> None:
    words = Words.for_hours(LATE, phrases={"call": "call back"})
    assert reading("call Thursday", words).kind is Kind.DAY


def test_holidays_of_one_s_own() -> None:
    words = Words.for_hours(
        LATE, holidays={"founders day": "04-06", "kick-off": date(2026, 3, 19), "sale day": "2 wed 5"}
    )
    assert hours("call on founders day", words)[0] == "Mon 10:00"
    assert hours("call after kick-off", words) == ("Fri 10:00", "Thu 19:00")
    assert hours("call on sale day", words)[0] == "Wed 10:00"


def test_words_are_values() -> None:
    assert Words.for_hours(LATE, phrases={"a": "b"}) == Words.for_hours(LATE, phrases={"a": "b"})
    assert hash(Words.for_hours(LATE)) == hash(Words.for_hours(LATE))
