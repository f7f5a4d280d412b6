"""Do not call comes first: all that is owed is released, and nothing is owed again until the contact file says no."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calsync.model import Attempt, State
from tests.commitments.given import DANA, row, script, states, story, told

PROMISED = row("Mon 10:00", "left_voicemail", promise="by Wednesday")
KEPT = row("Wed 10:00", "left_voicemail", promise="by Friday")
OPTED_OUT = row("Wed 15:00", "do_not_call")
LATER = row("Fri 10:00", "left_voicemail", promise="Monday")

ASKED = {
    "the outcome": OPTED_OUT,
    "the outcome of a text of theirs": row("Wed 15:00", "do_not_call", direction="inbound", channel="sms"),
    "words in the note": row("Wed 15:00", "connected", note="take me off your list"),
    "words in the promise column": row("Wed 15:00", "connected", promise="take me off your list"),
    "words in the note beside a promise": row("Wed 15:00", "connected", promise="Monday", note="take me off your list"),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
def test_everything_of_that_contact_is_released_and_nothing_is_owed_again(asked: Attempt) -> None:
    found = story(PROMISED, KEPT, asked, LATER, cadence=[script("by Friday")] * 4)
    assert set(states(found.commitments)) == {State.RELEASED}
    assert found.do_not_call


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
def test_what_is_owed_is_released_even_where_the_file_says_no(asked: Attempt) -> None:
    allowed = replace(DANA, do_not_call=False)
    found = story(PROMISED, KEPT, asked, contact=allowed)
    assert states(found.commitments) == [State.KEPT, State.RELEASED]
    assert not found.do_not_call


def test_an_explicit_no_in_the_file_lifts_it_for_what_is_promised_later() -> None:
    allowed = replace(DANA, do_not_call=False)
    assert states(told(KEPT, OPTED_OUT, LATER, contact=allowed, now="Fri 12:00")) == [State.RELEASED, State.OPEN]


def test_an_empty_column_does_not_lift_it() -> None:
    assert story(KEPT, OPTED_OUT, LATER, contact=replace(DANA, do_not_call=None)).do_not_call


def test_a_column_that_says_yes_is_the_same_from_the_start() -> None:
    found = story(PROMISED, KEPT, LATER, contact=replace(DANA, do_not_call=True))
    assert states(found.commitments) == [State.RELEASED] * 3
    assert found.do_not_call


def test_an_opt_out_that_lies_in_the_future_waits_until_then() -> None:
    assert states(told(KEPT, row("Fri 12:00", "do_not_call"), now="Fri 11:00")) == [State.OPEN]
