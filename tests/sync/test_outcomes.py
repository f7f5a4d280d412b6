"""What a rep writes on an event, understood or left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calsync import promises
from calsync.model import Channel, Contact, Outcome, Reading
from calsync.sync.marks import Said
from calsync.sync.outcomes import attempt_of, title_words, understand, when
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
        # set around, joined, counted, mistyped
        ("\U0001f4de vm", Outcome.LEFT_VOICEMAIL, ""),
        ("done \N{WHITE HEAVY CHECK MARK}", Outcome.CONNECTED, ""),
        ("\N{WHITE HEAVY CHECK MARK} spoke fri 2pm", Outcome.CONNECTED, "fri 2pm"),
        ("vm \N{RIGHTWARDS ARROW} fri", Outcome.LEFT_VOICEMAIL, "fri"),
        ("vm/fri", Outcome.LEFT_VOICEMAIL, "fri"),
        ("vm\N{FULLWIDTH COMMA}fri", Outcome.LEFT_VOICEMAIL, "fri"),
        ("SOLD!!", Outcome.SOLD, ""),
        ("2nd vm, fri", Outcome.LEFT_VOICEMAIL, "fri"),
        ("vm'd fri", Outcome.LEFT_VOICEMAIL, "fri"),
        ("voicemial fri", Outcome.LEFT_VOICEMAIL, "fri"),
        ("no anwser", Outcome.NO_ANSWER, ""),
        # the second word says what came of it
        ("called, no ans", Outcome.NO_ANSWER, ""),
        ("no answer, left vm, call thu", Outcome.LEFT_VOICEMAIL, "call thu"),
        ("spoke - sold!", Outcome.SOLD, ""),
        ("answered, dnc", Outcome.DO_NOT_CALL, ""),
        ("vm vm fri", Outcome.LEFT_VOICEMAIL, "fri"),
        ("no, not interested", Outcome.NOT_INTERESTED, ""),
        ("busy, cb fri", Outcome.BUSY, "cb fri"),
        # who called whom, and what was agreed
        ("he called back, cb thu", Outcome.CALLBACK_RECEIVED, "cb thu"),
        ("she'll call back", Outcome.CONNECTED, ""),
        ("asked me to call back in march", Outcome.CONNECTED, "asked me to call back in march"),
        ("f/u 2 weeks", Outcome.CONNECTED, "f/u 2 weeks"),
        ("reschedule fri 2pm", Outcome.CONNECTED, "reschedule fri 2pm"),
        ("meeting set dec 4 2pm", Outcome.APPOINTMENT_SET, "dec 4 2pm"),
        ("try again wed", Outcome.NO_ANSWER, "wed"),
        ("dnc until january", Outcome.DO_NOT_CALL, "until january"),
    ],
)
def test_understood(words: str, outcome: Outcome, promise: str) -> None:
    found = understand(words, DANA, NOW, read)
    assert found is not None
    assert (found.outcome, found.promise) == (outcome, promise)


@pytest.mark.parametrize(
    "words", ["hm", "ask about the roof", "a", "Dana's mother", "urgent!!", "cb", "vm?", "fri", ""]
)
def test_not_understood_is_left_alone(words: str) -> None:
    assert understand(words, DANA, NOW, read) is None


@pytest.mark.parametrize(
    "words",
    [
        "stop by on Friday",
        "no calls before 10",
        "don't call before 10",
        "remove from the calendar",
        "no sale",
        "no longer works there",
        "not sold",
        "lost my notes",
        "order form sent",
        "cancelled",
        "try the side door",
    ],
)
def test_words_that_only_look_like_an_outcome_end_nothing(words: str) -> None:
    understood = understand(words, DANA, NOW, read)
    assert understood is None


@pytest.mark.parametrize(
    ("words", "channel", "promise"),
    [("texted, fri", Channel.SMS, "fri"), ("sms", Channel.SMS, ""), ("sent email", Channel.EMAIL, "")],
)
def test_a_text_or_a_mail_instead_of_a_call(words: str, channel: Channel, promise: str) -> None:
    found = understand(words, DANA, NOW, read)
    assert found is not None
    assert (found.outcome, found.channel, found.promise) == (None, channel, promise)


def test_what_follows_an_outcome_and_names_no_day_is_a_note() -> None:
    found = understand("vm her sister answered", DANA, NOW, read)
    assert found is not None
    assert (found.promise, found.note) == ("", "her sister answered")


def test_a_whole_new_title_is_not_taken_for_an_outcome() -> None:
    long = Said("u", "m", "vm box is full ask Pat for the number", None, "1", whole=True)
    agreed = Said("u", "m", "Call Dana Friday", None, "1", whole=True)
    another = Said("u", "m", "Lunch, then call Sam on Friday", None, "1", whole=True)
    assert attempt_of(long, DANA, NOW, read) is None
    assert attempt_of(agreed, DANA, NOW, read) is None
    assert attempt_of(another, DANA, NOW, read) is None


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("cb mon 3pm", "cb mon 3pm"),
        ("vm fri Call Dana Levy - promised Mon - call 2 of 3", "vm fri"),
        ("vm fri: OVERDUE: Call Dana Levy - promised Mon", "vm fri"),
        ("VM FRI CALL DANA LEVY - PROMISED MON", "VM FRI"),
        ("Call Dana Levy - promised Mon", ""),
        ("\N{CHECK MARK} Dana Levy - kept", ""),
        ("Call Sam Friday", ""),
        ("Dana on Friday", ""),
    ],
)
def test_what_a_title_says_besides_that_it_is_one(title: str, words: str) -> None:
    assert title_words(title, DANA) == words


def test_a_contact_without_a_name_is_named_by_no_title() -> None:
    assert title_words("vm fri", Contact("c2", "")) == "vm fri"


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
