"""Rules 003-1 … 003-6: what the log warns of, under every cadence."""

from __future__ import annotations

import pytest

from calsync.cadences.script import SAMPLE, fill
from calsync.cadences.watch import warnings
from calsync.model import Channel, Outcome
from tests.cadences.world import TASHA, at, call, shipped, silent, spoke, vm


@pytest.mark.parametrize("name", sorted(shipped()))
def test_003_1_two_silent_calls_in_a_row_are_warned_of_even_where_no_voicemail_is_left(name: str) -> None:
    lines = warnings(shipped()[name], (silent(at("11-16", "10:00")), silent(at("11-18", "15:00"))), TASHA)
    assert len(lines) == 1
    assert lines[0].startswith("2 calls in a row left no message")


def test_003_1_a_message_a_text_or_a_talk_breaks_the_streak() -> None:
    quiet = shipped()["silent-consumer"]
    first, second = silent(at("11-16", "10:00")), silent(at("11-17", "15:00"))
    text = call(at("11-17", "15:02"), Outcome.LEFT_MESSAGE, Channel.SMS)
    assert warnings(quiet, (first, second, vm(at("11-18", "13:00"))), TASHA) == ()
    assert warnings(quiet, (first, second, text), TASHA) == ()
    assert warnings(quiet, (first, second, spoke(at("11-18", "13:00"))), TASHA) == ()


def test_003_2_always_the_same_hour_is_warned_of() -> None:
    calls = (vm(at("11-16", "10:00")), vm(at("11-17", "10:20")))
    referral = shipped()["referral"]
    assert warnings(referral, calls, TASHA, at("11-18", "10:10")) == (
        "Always the same hour (Mon 10:00, Tue 10:20): try another time of day.",
    )
    assert warnings(referral, calls, TASHA, at("11-18", "16:10")) == ()
    assert warnings(referral, calls, TASHA, at("11-17", "10:30")) == ()


def test_003_2_too_many_in_a_week_is_warned_of() -> None:
    calls = tuple(
        vm(at(f"11-{day}", f"{hour:02}:00")) for day, hour in ((16, 9), (16, 15), (17, 11), (18, 17), (19, 13))
    )
    assert "5 calls within 7 days: give it some room." in warnings(shipped()["referral"], calls, TASHA, at("11-20"))
    assert warnings(shipped()["referral"], calls, TASHA, at("11-30")) == ()


def test_003_3_an_early_call_leaves_a_message() -> None:
    lines = warnings(shipped()["referral"], (silent(at("11-16", "08:05")),), TASHA)
    assert any("a call before 9 should leave a message" in line for line in lines)


def test_003_4_the_number_is_spoken_in_groups_and_twice_in_a_first_message() -> None:
    said = fill(shipped()["referral"].steps[0].voicemail, SAMPLE)
    assert said.count("312 - 555 - 01 - 99") == 2
