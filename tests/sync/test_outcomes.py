"""What a rep writes on an event, understood or left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calsync import promises
from calsync.model import Contact, Outcome, Reading
from calsync.sync.marks import Said
from calsync.sync.outcomes import attempt_of, understand, when
from tests.sync.given import CHICAGO, NOW

DANA = Contact("c1", "Dana Levy")


def read(text: str, said_at: object, contact: Contact) -> Reading:
    return promises.read(text, NOW, zone=CHICAGO)


@pytest.mark.parametrize(
    ("words", "outcome", "promise"),
    [
        ("vm fri", Outcome.LEFT_VOICEMAIL, "fri"),
        ("lvm by thursday", Outcome.LEFT_VOICEMAIL, "by thursday"),
        ("no answer", Outcome.NO_ANSWER, ""),
        ("no", Outcome.NO_ANSWER, ""),
        ("spoke, call 3 dec 2pm", Outcome.CONNECTED, "call 3 dec 2pm"),
        ("cb mon 3pm", Outcome.CONNECTED, "cb mon 3pm"),
        ("sold", Outcome.SOLD, ""),
        ("done", Outcome.CONNECTED, ""),
        ("\N{CHECK MARK}", Outcome.CONNECTED, ""),
        ("\N{WHITE HEAVY CHECK MARK} call fri", Outcome.CONNECTED, "call fri"),
        ("voicemail full", Outcome.NO_ANSWER, ""),
        ("DNC", Outcome.DO_NOT_CALL, ""),
        ("not interested", Outcome.NOT_INTERESTED, ""),
        ("asked to take her off the list", Outcome.DO_NOT_CALL, ""),
    ],
)
def test_understood(words: str, outcome: Outcome, promise: str) -> None:
    found = understand(words, DANA, NOW, read)
    assert found is not None
    assert (found.outcome, found.promise) == (outcome, promise)


@pytest.mark.parametrize("words", ["hm", "ask about the roof", "a", "Dana's mother", "urgent!!", "cb"])
def test_not_understood_is_left_alone(words: str) -> None:
    assert understand(words, DANA, NOW, read) is None


def test_what_follows_an_outcome_and_names_no_day_is_a_note() -> None:
    found = understand("vm her sister answered", DANA, NOW, read)
    assert found is not None
    assert (found.promise, found.note) == ("", "her sister answered")


def test_a_whole_new_title_is_not_taken_for_an_outcome() -> None:
    long = Said("u", "m", "vm box is full ask Pat for the number", None, "1", whole=True)
    agreed = Said("u", "m", "Call Dana Friday", None, "1", whole=True)
    assert attempt_of(long, DANA, NOW, read) is None
    assert attempt_of(agreed, DANA, NOW, read) is None


def test_the_same_edit_read_twice_is_one_row_another_edit_is_another() -> None:
    first = attempt_of(Said("u", "m", "no", None, "etag-1"), DANA, NOW, read)
    again = attempt_of(Said("u", "m", "no", None, "etag-1"), DANA, NOW, read)
    later = attempt_of(Said("u", "m", "no", None, "etag-2"), DANA, NOW, read)
    assert first is not None
    assert again is not None
    assert later is not None
    assert first.key == again.key != later.key


@pytest.mark.parametrize(
    ("modified", "expected"),
    [
        (None, NOW),
        (NOW - timedelta(hours=1), NOW - timedelta(hours=1)),
        (NOW - timedelta(days=9), NOW),  # before the promise was made
        (NOW + timedelta(hours=2), NOW),  # a clock that is ahead
        (NOW + timedelta(minutes=1), NOW),
    ],
)
def test_the_call_was_made_when_the_event_was_edited_where_that_is_plausible(
    modified: object, expected: object
) -> None:
    said = Said("u", "m", "vm", modified, "s")  # type: ignore[arg-type]  # a table of times and None
    assert when(said, NOW, NOW - timedelta(days=2)) == expected
