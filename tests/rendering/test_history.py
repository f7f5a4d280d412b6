"""What was done so far, in words a rep would use."""

from __future__ import annotations

import pytest

from calsync.model import Attempt, Outcome
from calsync.rendering.history import attempt_words, history_lines
from tests.rendering.given import NEW_YORK, at, attempt

WHEN = at(25)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (attempt(WHEN), "voicemail left"),
        (attempt(WHEN, Outcome.NO_ANSWER), "no answer, no message left"),
        (attempt(WHEN, None), "called"),
        (attempt(WHEN, None, channel="visit"), "visit"),
        (attempt(WHEN, Outcome.CONNECTED, channel="visit"), "visit: you spoke"),
        (attempt(WHEN, Outcome.LEFT_MESSAGE, channel="sms"), "text sent"),
        (attempt(WHEN, None, channel="email"), "mail sent"),
        (attempt(WHEN, Outcome.NOT_INTERESTED, channel="email"), "mail sent: not interested"),
        (attempt(WHEN, Outcome.REPLIED, channel="sms"), "text sent: they replied"),
        (attempt(WHEN, Outcome.CALLBACK_RECEIVED), "they called back"),
        (attempt(WHEN, Outcome.NO_ANSWER, direction="inbound"), "they called and did not reach you"),
        (attempt(WHEN, Outcome.CONNECTED, direction="inbound"), "they called: you spoke"),
        (attempt(WHEN, Outcome.REPLIED, direction="inbound", channel="email"), "they mailed"),
        (attempt(WHEN, None, direction="inbound", channel="visit"), "they came by"),
    ],
)
def test_an_attempt_in_words(row: Attempt, words: str) -> None:
    assert attempt_words(row) == words


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
@pytest.mark.parametrize("channel", ["call", "sms", "email", "visit"])
@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_every_attempt_has_words(outcome: Outcome | None, channel: str, direction: str) -> None:
    assert attempt_words(attempt(WHEN, outcome, channel=channel, direction=direction)).strip()


def test_what_was_promised_and_noted_stands_beside_it() -> None:
    rows = [attempt(WHEN, promise="by  Friday", note="asked\nfor Dana"), attempt(WHEN, note="x" * 500)]
    first, second = history_lines(rows, NEW_YORK)
    assert first == '1) Wed 25 Nov 11:02 voicemail left - "by Friday" - asked for Dana'
    assert len(second) < 220
    assert second.endswith("…")


def test_of_a_long_log_the_last_dozen_is_shown_under_its_own_numbers() -> None:
    lines = history_lines([attempt(WHEN)] * 30, NEW_YORK)
    assert lines[0] == "(18 earlier)"
    assert lines[1].startswith("19) ")
    assert len(lines) == 13
