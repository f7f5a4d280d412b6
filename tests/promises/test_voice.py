"""A message in the contact's own words: "call me Thursday" asks the rep for a call, "I'll ring you" announces one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.promises.voice import as_noted, asks_for_a_call


@pytest.mark.parametrize(
    ("message", "noted"),
    [
        ("please call me Thursday at 2pm", "wants a call Thursday at 2pm"),
        ("Call me back Thursday", "wants a call Thursday"),
        ("can you ring me back Monday?", "wants a call Monday?"),
        ("Could you please call Thursday at 2?", "wants a call Thursday at 2?"),
        ("I'm free Thursday after 2, give me a ring", "I'm free Thursday after 2, wants a call"),
        ("got your message. Please try me Tuesday at 10", "got your message. wants a call Tuesday at 10"),
        ("I'll call you Friday", "she'll call me Friday"),
        ("I\u2019m going to ring you on Monday", "she'll ring me on Monday"),
        ("we will get back to you by Friday", "she'll get back to me by Friday"),
        ("will call you Monday", "she'll call me Monday"),
    ],
)
def test_the_two_persons_change_places(message: str, noted: str) -> None:
    assert as_noted(message) == noted


@pytest.mark.parametrize(
    "message",
    [
        "will call me Friday",
        "she'll call me Friday",
        "wants me to call Friday",
        "told me to call Thursday",
        "don't call me anymore",
        "please don't call me before Friday",
        "let's speak Tuesday at 10",
        "",
    ],
)
def test_what_the_rep_wrote_about_them_stays_as_it_is(message: str) -> None:
    assert as_noted(message) == message


@pytest.mark.parametrize(
    ("message", "asks"),
    [
        ("call me back", True),
        ("Sorry I missed you. Can you call me?", True),
        ("call me if you need anything else", False),
        ("call me when the quote is ready", False),
        ("thank you", False),
    ],
)
def test_a_condition_is_no_request(message: str, asks: bool) -> None:
    assert asks_for_a_call(as_noted(message)) is asks


@given(st.text(max_size=200))
def test_any_text_can_be_read(message: str) -> None:
    assert isinstance(asks_for_a_call(as_noted(message)), bool)
