"""Section by section: what ends a promise, and how.  Each table is one rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calsync.model import Attempt, State
from tests.commitments.given import DANA, POLICY, SILENT, at, retry, row, script, states, told

PROMISED = row("Tue 10:00", "left_voicemail", promise="by Friday")
APPOINTED = row("Tue 10:00", "connected", promise="Fri 15:00")


@pytest.mark.parametrize(
    ("touch", "state"),
    [
        (row("Fri 08:59", "no_answer"), State.OPEN),
        (row("Fri 09:00", "no_answer"), State.KEPT),
        (row("Fri 16:10", "left_voicemail"), State.KEPT),
        (row("Fri 16:10", "busy"), State.KEPT),
        (row("Fri 16:10"), State.KEPT),
        (row("Fri 18:00", "connected"), State.KEPT),
        (row("Fri 18:01", "connected"), State.LATE),
        (row("+1 Mon 10:00", "no_answer"), State.LATE),
        (row("Fri 16:10", channel="visit"), State.KEPT),
        (row("+1 Mon 10:00", channel="visit"), State.LATE),
    ],
)
def test_a_call_or_a_visit_inside_the_window_keeps_it_and_after_the_window_is_late(
    touch: Attempt, state: State
) -> None:
    assert states(told(PROMISED, touch, now="Fri 17:59" if state is State.OPEN else "+1 Mon 12:00")) == [state]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("connected", State.MET_EARLY),
        ("appointment_set", State.MET_EARLY),
        ("no_answer", State.OPEN),
        ("busy", State.OPEN),
        ("left_voicemail", State.OPEN),
        ("left_message", State.OPEN),
    ],
)
def test_a_call_before_the_window_meets_it_only_where_the_two_spoke(outcome: str, state: State) -> None:
    assert states(told(PROMISED, row("Wed 10:00", outcome), now="Fri 10:00")) == [state]


@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("when", ["Wed 10:00", "Fri 10:00", "+1 Mon 10:00"])
def test_a_text_or_mail_of_ours_does_not_keep_a_promise_to_call(channel: str, when: str) -> None:
    [commitment] = told(PROMISED, row(when, "left_message", channel=channel), now=when)
    assert commitment.state is (State.MISSED if when.startswith("+1") else State.OPEN)


@pytest.mark.parametrize("when", ["Wed 10:00", "Fri 10:00", "+1 Mon 10:00"])
@pytest.mark.parametrize(
    "columns",
    [
        {"direction": "inbound", "outcome": "connected"},
        {"direction": "inbound"},
        {"direction": "inbound", "channel": "sms", "outcome": "replied"},
        {"direction": "inbound", "channel": "email"},
        {"outcome": "callback_received"},
        {"outcome": "replied", "channel": "sms"},
        {"outcome": "wrong_number"},
    ],
)
def test_they_got_in_touch_or_it_was_the_wrong_number_releases(when: str, columns: dict[str, str]) -> None:
    assert states(told(PROMISED, row(when, **columns))) == [State.RELEASED]


@pytest.mark.parametrize("outcome", ["sold", "not_interested"])
@pytest.mark.parametrize(
    ("touch", "state"),
    [
        ({"when": "Wed 10:00"}, State.RELEASED),
        ({"when": "Fri 10:00"}, State.KEPT),
        ({"when": "Fri 10:00", "channel": "visit"}, State.KEPT),
        ({"when": "Fri 10:00", "channel": "email"}, State.RELEASED),
        ({"when": "Fri 10:00", "direction": "inbound"}, State.RELEASED),
        ({"when": "+1 Mon 10:00"}, State.LATE),
    ],
)
def test_sold_or_not_interested_said_in_a_call_inside_the_window_keeps_it(
    outcome: str, touch: dict[str, str], state: State
) -> None:
    assert states(told(PROMISED, row(outcome=outcome, **touch))) == [state]


@pytest.mark.parametrize(
    ("now", "state"),
    [("Fri 09:00", State.OPEN), ("Fri 18:00", State.OPEN), ("Fri 18:01", State.MISSED), ("+9 Mon 12:00", State.MISSED)],
)
def test_past_its_window_and_still_owed_it_is_missed(now: str, state: State) -> None:
    assert states(told(PROMISED, now=now)) == [state]


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("Fri 14:44", State.OPEN),
        ("Fri 14:58", State.KEPT),
        ("Fri 15:00", State.KEPT),
        ("Fri 15:12", State.KEPT),
        ("Fri 15:16", State.LATE),
    ],
)
def test_an_appointment_is_a_clock_time_with_a_quarter_of_an_hour_of_grace(when: str, state: State) -> None:
    assert states(told(APPOINTED, row(when, "no_answer"), now="Fri 15:16" if state is State.LATE else when)) == [state]


def test_a_missed_appointment_stays_owed() -> None:
    [commitment] = told(APPOINTED, now="Fri 15:16")
    assert commitment.state is State.MISSED
    assert commitment.window.earliest == commitment.window.latest == at("Fri 15:00")


@pytest.mark.parametrize("now", ["Wed 15:00", "Fri 09:00", "+3 Mon 12:00"])
def test_a_planned_call_rolls_and_is_never_missed(now: str) -> None:
    assert states(told(row("Wed 10:00", "no_answer"), cadence=[retry("Wed")], now=now)) == [State.OPEN]


@pytest.mark.parametrize("when", ["Fri 10:00", "+1 Mon 10:00"])
def test_a_planned_call_is_done_whenever_it_is_made(when: str) -> None:
    assert states(told(row("Wed 10:00", "no_answer"), row(when, "no_answer"), cadence=[retry("Fri")])) == [State.KEPT]


def test_deleting_its_event_waives_what_is_still_owed() -> None:
    [commitment] = told(PROMISED)
    assert states(told(PROMISED, waived=[commitment.id])) == [State.WAIVED]
    assert states(told(PROMISED, row("Fri 10:00"), waived=[commitment.id])) == [State.KEPT]


def test_the_newer_promise_supersedes_the_older() -> None:
    log = (PROMISED, row("Wed 10:00", "left_message", channel="email", promise="Monday"))
    assert states(told(*log, now="Fri 12:00")) == [State.SUPERSEDED, State.OPEN]


def test_a_call_keeps_the_old_promise_first_and_then_makes_the_new_one() -> None:
    log = (PROMISED, row("Fri 16:10", "left_voicemail", promise="Monday"))
    kept, new = told(*log, now="Fri 17:00")
    assert (kept.state, new.state) == (State.KEPT, State.OPEN)
    assert kept.closed_by == new.attempt


OWN, SPOKEN, PLAN, HERS = "the rep's own words", "the script", "a planned call", "the contact's words"
TOOK_OVER, WAITED = [State.SUPERSEDED, State.OPEN], [State.OPEN]


@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [
        (OWN, OWN, TOOK_OVER),
        (OWN, SPOKEN, WAITED),
        (OWN, PLAN, WAITED),
        (OWN, HERS, WAITED),
        (SPOKEN, OWN, TOOK_OVER),
        (SPOKEN, SPOKEN, TOOK_OVER),
        (SPOKEN, PLAN, WAITED),
        (SPOKEN, HERS, WAITED),
        (PLAN, OWN, TOOK_OVER),
        (PLAN, SPOKEN, TOOK_OVER),
        (PLAN, PLAN, TOOK_OVER),
        (PLAN, HERS, TOOK_OVER),
        (HERS, OWN, TOOK_OVER),
        (HERS, SPOKEN, TOOK_OVER),
        (HERS, PLAN, TOOK_OVER),
    ],
)
def test_what_the_script_spoke_never_supersedes_the_reps_own_words(
    older: str, newer: str, expected: list[State]
) -> None:
    notes = {OWN: "by Friday", HERS: "she'll call me"}
    answers = [{SPOKEN: script(words), PLAN: retry("Fri")} for words in ("by Friday", "Monday")]
    log = [
        row(f"{day} 10:00", "left_voicemail", note=notes.get(says, ""))
        for day, says in (("Tue", older), ("Wed", newer))
    ]
    found = told(*log, cadence=[answers[0].get(older, SILENT), answers[1].get(newer, SILENT)], now="Wed 12:00")
    assert states(found) == expected


def test_the_text_with_the_words_of_the_voicemail_promises_nothing_new() -> None:
    log = (row("Tue 10:00", "left_voicemail"), row("Tue 10:05", "left_message", channel="sms"))
    [only] = told(*log, cadence=[script("by Friday"), script("by Friday")], now="Wed 12:00")
    assert (only.state, only.attempt) == (State.OPEN, log[0])


def test_an_open_promise_that_was_waived_stands_in_nobodys_way() -> None:
    log = (PROMISED, row("Wed 10:00", "left_voicemail"))
    [first] = told(PROMISED)
    found = told(*log, cadence=[script("by Friday"), script("Monday")], waived=[first.id], now="Fri 12:00")
    assert states(found) == [State.WAIVED, State.OPEN]


def test_follow_up_off_plans_nothing() -> None:
    assert told(row("Wed 10:00", note="she'll call me"), policy=replace(POLICY, follow_up_contact=False)) == ()


def test_a_silent_contact_owes_nothing() -> None:
    assert told(contact=DANA) == ()
