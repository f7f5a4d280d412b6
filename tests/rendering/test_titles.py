"""What and by when: the wording of a title."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from calsync.model import Attempt, Outcome
from tests.rendering.given import DANA, THREE, at, attempt, event

SPOKE, SILENT, LEFT = Outcome.CONNECTED, Outcome.NO_ANSWER, Outcome.LEFT_VOICEMAIL


@pytest.mark.parametrize(
    ("made", "start", "when"),
    [
        (attempt(at(25), promise="by Friday"), at(27, "16:10"), "promised Fri"),
        (attempt(at(25), promise="Monday"), at(30, "10:00"), "promised Mon"),
        (attempt(at(25), promise="next week"), at(30, "10:00"), "promised Mon to Fri"),
        (attempt(at(25), promise="in 4 days"), at(27, "10:00"), "promised Sun"),
        (attempt(at(25), promise="Friday 3pm"), at(27, "15:00"), "appointment at 15:00"),
        (attempt(at(25), promise="Friday around 3"), at(27, "15:00"), "appointment about 15:00"),
        (attempt(at(25), promise="by December 11"), at(27, "15:00"), "promised Fri 11 Dec"),
        (attempt(at(25), SILENT), at(26, "15:00"), "planned"),
        (attempt(at(25), SPOKE, note="she'll call me Friday"), at(30, "15:00"), "they said they would call"),
    ],
)
def test_a_title_says_by_when(made: Attempt, start: datetime, when: str) -> None:
    title = event((made,), start).title
    assert title.startswith(f"Call Dana Levy - {when} - ") or title == f"Call Dana Levy - {when} (vigilante training)"


def test_past_its_window_it_is_overdue_and_the_day_is_told_in_full() -> None:
    entry = event((attempt(at(25), promise="by Friday"),), at(30, "10:00"), now=at(30, "09:00"))
    assert entry.title == "OVERDUE: Call Dana Levy - promised Fri 27 Nov - call 2 of 3 (vigilante training)"
    assert "OVERDUE since Fri 27 Nov 18:00" in entry.description


def test_a_missed_appointment_is_an_ordinary_overdue_call() -> None:
    entry = event((attempt(at(25), SPOKE, promise="Friday 3pm"),), at(30, "10:00"), now=at(30, "09:00"))
    assert entry.title.startswith("OVERDUE: Call Dana Levy - promised Fri 27 Nov 15:00")
    assert not entry.busy
    assert entry.alarms == (10, 0)


def test_a_call_of_theirs_that_was_missed() -> None:
    entry = event((attempt(at(25), SILENT, direction="inbound", note="about the  date"),), at(25, "14:00"))
    assert entry.title.startswith("Call back Dana Levy - they called Wed 25 Nov 11:02")
    assert (
        'THEY CALLED (Wed 25 Nov 11:02): and did not reach you: they are waiting - "about the date"'
        in entry.description
    )


@pytest.mark.parametrize(
    ("history", "step"),
    [
        ((attempt(at(24), LEFT),), " - call 2 of 3 "),
        ((attempt(at(24), LEFT), attempt(at(25), LEFT)), " - call 3 of 3 "),
        ((attempt(at(24), SILENT),), " - call 1 of 3 "),
        ((attempt(at(24), SPOKE, promise="Friday"),), "promised Fri ("),
    ],
)
def test_which_call_of_how_many(history: tuple[Attempt, ...], step: str) -> None:
    assert step in event(history, at(26, "16:10")).title


def test_a_cadence_without_an_end_counts_nothing() -> None:
    endless = replace(THREE, stop_after=None)
    assert "call 2" not in event((attempt(at(25)),), at(27, "16:10"), cadence=endless).title


def test_a_long_topic_is_cut_and_a_line_break_never_reaches_a_title() -> None:
    title = event((attempt(at(25)),), at(27, "16:10"), contact=replace(DANA, topic="a\nvery " + "long " * 40)).title
    assert "\n" not in title
    assert title.endswith("…)")
    assert len(title) < 130
