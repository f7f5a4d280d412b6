"""What is promised, in order: the promise column, the note, the script of the cadence; and whose promise it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from calsync import promises
from calsync.cadences import Next
from calsync.commitments import Rules, fold_contact, next_working_day, numbers
from calsync.model import Attempt, Commitment, Contact, Hours, Kind, Outcome, Phone, PromisedBy, Reading, State, Window
from tests.commitments.given import (
    DANA,
    ENDED,
    POLICY,
    REP,
    SILENT,
    ZONE,
    at,
    hours,
    read,
    retry,
    row,
    script,
    states,
    story,
    told,
)

COLUMN, NOTE, CADENCE, NOBODY = hours("Fri"), hours("+1 Mon"), hours("Wed"), None


@pytest.mark.parametrize(
    ("promise", "note", "spoken", "window"),
    [
        ("by Friday", "Monday", "by Wednesday", COLUMN),
        ("by Friday", "", "by Wednesday", COLUMN),
        ("", "Monday", "by Wednesday", NOTE),
        ("", "talked about the weather", "by Wednesday", CADENCE),
        ("", "will try again", "by Wednesday", CADENCE),
        ("", "", "by Wednesday", CADENCE),
        ("soon", "Monday", "by Wednesday", NOTE),
        ("soon", "", "by Wednesday", CADENCE),
        ("will try again", "", "by Wednesday", CADENCE),
        ("", "", None, NOBODY),
        ("-", "", None, NOBODY),
        ("N/A", "Monday", None, NOTE),
    ],
)
def test_the_column_then_the_note_then_the_script(
    promise: str, note: str, spoken: str | None, window: Window | None
) -> None:
    cadence = [script(spoken)] if spoken else []
    found = told(row("Tue 10:00", "left_voicemail", promise=promise, note=note), cadence=cadence)
    assert [commitment.window for commitment in found] == ([window] if window else [])


@pytest.mark.parametrize("words", ["soon", "will try again", "cb"])
def test_words_in_the_promise_column_that_name_no_day_are_reported_with_their_place(words: str) -> None:
    [problem] = story(row("Tue 10:00", "left_voicemail", promise=words)).problems
    assert (problem.file, problem.line, problem.column) == ("a.csv", 7, "promise")
    assert words in problem.message
    assert "by Friday" in problem.hint


@pytest.mark.parametrize("words", ["", " ", "-", "none", "N/A", "by Friday", "she'll call me", "take me off your list"])
def test_an_empty_cell_and_words_that_are_understood_are_not_reported(words: str) -> None:
    assert story(row("Tue 10:00", "left_voicemail", promise=words)).problems == ()


def test_a_note_that_names_no_day_is_not_reported() -> None:
    assert story(row("Tue 10:00", "left_voicemail", note="will try again")).problems == ()


@pytest.mark.parametrize(
    "touch",
    [
        row("Tue 10:00", "connected", promise="by Friday"),
        row("Tue 10:00", "left_message", channel="sms", promise="by Friday"),
        row("Tue 10:00", channel="email", note="by Friday"),
        row("Tue 10:00", "connected", direction="inbound", note="by Friday"),
        row("Tue 10:00", "left_voicemail", direction="inbound", note="by Friday"),
        row("Tue 10:00", "not_interested", promise="by Friday"),
        row("Tue 10:00", "sold", promise="by Friday"),
    ],
)
def test_any_touch_can_carry_a_promise_of_the_reps(touch: Attempt) -> None:
    [commitment] = told(touch, now="Tue 12:00", cadence=[ENDED])
    assert (commitment.kind, commitment.promised_by, commitment.state) == (Kind.DEADLINE, PromisedBy.REP, State.OPEN)


@pytest.mark.parametrize(
    ("answer", "kind", "state"),
    [(script("by Friday"), Kind.DEADLINE, State.MISSED), (retry("Wed"), Kind.PLANNED, State.OPEN)],
)
def test_a_cadence_promises_by_its_script_or_plans_a_call_that_nobody_promised(
    answer: Next, kind: Kind, state: State
) -> None:
    [commitment] = told(row("Tue 10:00", "no_answer"), cadence=[answer])
    assert (commitment.kind, commitment.promised_by, commitment.state) == (kind, PromisedBy.CADENCE, state)
    assert commitment.cadence == answer.step


@pytest.mark.parametrize("when", ["Wed 10:00", "Fri 10:00"])
def test_when_the_cadence_is_over_what_it_planned_goes_and_what_was_promised_stays(when: str) -> None:
    written = row(when, "left_message", channel="email")
    silent = row("Tue 10:00", "no_answer")
    assert states(told(silent, written, cadence=[retry("Fri"), ENDED], now=when)) == [State.RELEASED]
    assert states(told(silent, written, cadence=[script("by Friday"), ENDED], now=when)) == [State.OPEN]


# Whose promise it is


@pytest.mark.parametrize(
    ("words", "followed_up"),
    [
        ("she'll call me Friday", "+1 Mon"),
        ("she'll call me Wednesday", "Fri"),  # Thursday is a holiday
        ("she'll call me", "+1 Mon"),  # said on Tuesday: Wednesday, Friday, Monday
    ],
)
@pytest.mark.parametrize("column", ["promise", "note"])
def test_a_promise_of_theirs_is_followed_up_on_the_next_working_day(words: str, followed_up: str, column: str) -> None:
    [commitment] = told(row("Tue 10:00", "connected", **{column: words}), cadence=[script("by Friday")])
    assert (commitment.kind, commitment.promised_by) == (Kind.PLANNED, PromisedBy.CONTACT)
    assert commitment.window == hours(followed_up)
    assert commitment.state is State.OPEN


@pytest.mark.parametrize(
    ("note", "followed_up"),
    [
        ("she'll call me Friday", "+1 Mon"),
        ("She will call me back on Monday", "+1 Tue"),
        ("he'll get back to me by Friday", "+1 Mon"),
        ("said she'd ring me tomorrow afternoon", "Fri"),  # Thursday is a holiday
        ("not a good time, she'll call me in 2 days", "Fri"),
        ("her office will call us next week", "+2 Mon"),
        ("she'll call me", "+1 Mon"),
        ("talked Monday. she'll call", "+1 Mon"),
    ],
)
def test_the_day_they_named_is_read_by_the_promise_language(note: str, followed_up: str) -> None:
    def language(text: str, said_at: datetime, contact: Contact) -> Reading:
        return promises.read(text, said_at, zone=ZONE)

    rules = Rules(language, lambda contact, history: SILENT, REP, POLICY)
    [commitment] = fold_contact(DANA, [row("Tue 10:00", "connected", note=note)], rules, at("Tue 12:00")).commitments
    assert commitment.window == hours(followed_up)


def test_without_follow_up_a_promise_of_theirs_owes_nothing_and_the_cadence_is_not_asked() -> None:
    policy = replace(POLICY, follow_up_contact=False)
    assert (
        told(row("Tue 10:00", "connected", note="she'll call me"), policy=policy, cadence=[script("by Friday")]) == ()
    )


@pytest.mark.parametrize(
    ("outcome", "when", "window"),
    [
        ("no_answer", "Tue 10:00", Window(at("Tue 10:00"), at("Tue 18:00"))),
        ("busy", "Tue 07:30", hours("Tue")),
        ("left_voicemail", "Tue 18:30", hours("Wed")),
        ("left_message", "Wed 19:00", hours("Fri")),
        ("no_answer", "Sat 11:00", hours("+1 Mon")),
    ],
)
def test_a_missed_call_of_theirs_releases_and_plans_a_call_back_today(outcome: str, when: str, window: Window) -> None:
    promised, called = row("Mon 10:00", "left_voicemail", promise="Monday"), row(when, outcome, direction="inbound")
    old, new = told(promised, called, cadence=[SILENT, retry("+1 Wed")])
    assert old.state is State.RELEASED
    assert (new.kind, new.promised_by, new.window, new.state) == (
        Kind.PLANNED,
        PromisedBy.CONTACT,
        window,
        State.OPEN,
    )


@pytest.mark.parametrize("columns", [{"outcome": "connected"}, {}, {"channel": "sms"}, {"channel": "email"}])
def test_a_call_of_theirs_that_was_answered_or_a_text_plans_nothing(columns: dict[str, str]) -> None:
    assert told(row("Tue 10:00", direction="inbound", **columns), cadence=[SILENT]) == ()


# By Friday means on Friday


@pytest.mark.parametrize("column", ["promise", "note", "cadence"])
@pytest.mark.parametrize(
    ("deadline", "words", "window"),
    [
        ("on", "by Friday", hours("Fri")),
        ("after", "by Friday", hours("+1 Mon")),
        ("after", "by Wednesday", hours("Fri")),  # Thursday is a holiday
        ("after", "Monday", hours("+1 Mon")),  # a day, no deadline
        ("after", "Fri 15:00", Window(at("Fri 15:00"), at("Fri 15:00"))),  # a clock time is never moved
    ],
)
def test_a_deadline_is_owed_on_its_day_or_as_configured_on_the_next_working_day(
    deadline: str, words: str, window: Window, column: str
) -> None:
    policy = replace(POLICY, deadline=deadline)
    if column == "cadence":
        found = told(row("Tue 10:00", "left_voicemail"), policy=policy, cadence=[script(words)])
    else:
        found = told(row("Tue 10:00", "left_voicemail", **{column: words}), policy=policy)
    assert [commitment.window for commitment in found] == [window]


# An appointment


def test_an_appointment_without_a_time_is_reported_and_asked_about() -> None:
    found = story(row("Tue 10:00", "appointment_set", note="nice talk"), cadence=[retry("Wed")])
    assert [problem.column for problem in found.problems] == ["promise"]
    assert "appointment" in found.problems[0].message
    assert states(found.commitments) == [State.OPEN]


def test_an_appointment_with_its_time_in_the_note_is_fixed() -> None:
    found = story(row("Tue 10:00", "appointment_set", note="Fri 15:00"), now="Tue 12:00")
    assert found.problems == ()
    assert found.commitments[0].kind is Kind.FIXED


# A wrong number


def test_a_wrong_number_ends_it_for_a_contact_with_one() -> None:
    log = (row("Tue 10:00", "left_voicemail", promise="by Friday"), row("Wed 10:00", "wrong_number"))
    assert states(told(*log, cadence=[SILENT, ENDED])) == [State.RELEASED]


def test_a_contact_with_another_number_is_tried_there_from_the_beginning() -> None:
    two = replace(DANA, phones=(Phone("+13125550100"), Phone("+13125550142")))
    log = (row("Tue 10:00", "left_voicemail", promise="by Friday"), row("Wed 10:00", "wrong_number"))
    asked: list[list[Outcome | None]] = []

    def next_step(_: Contact, history: Sequence[Attempt]) -> Next:
        asked.append([attempt.outcome for attempt in history])
        return retry("Fri")

    found = fold_contact(two, log, Rules(read, next_step, REP, POLICY), at("Wed 12:00")).commitments
    assert states(found) == [State.RELEASED, State.OPEN]
    assert asked[-1] == [Outcome.NO_ANSWER]
    assert [phone.e164 for phone in numbers(two, log)] == ["+13125550142"]
    assert [phone.e164 for phone in numbers(two, (replace(log[1], number="+13125550142"),))] == ["+13125550100"]


def test_a_rep_without_any_working_day_still_gets_a_day() -> None:
    never = replace(REP, hours=Hours(((),) * 7))
    assert next_working_day(never, at("Fri 10:00").date()) == at("Sat 10:00").date()


# A call that the rep plans and promises nobody


def test_001_9_a_planned_call_is_owed_to_nobody_and_rolls_on() -> None:
    (found,) = told(row("Tue 10:00", "connected", promise="Plan: Monday", note="the new course"))
    assert (found.kind, found.promised_by, found.window) == (Kind.PLANNED, PromisedBy.REP, hours("+1 Mon"))
    assert (found.state, found.text, found.why) == (State.OPEN, "Monday", ("the new course",))


def test_001_9_a_planned_call_takes_no_promises_place_and_gives_way_to_one() -> None:
    log = [
        row("Tue 10:00", "connected", promise="by Friday"),
        row("Wed 10:00", channel="email", promise="plan: Monday"),
    ]
    assert [one.text for one in told(*log, now="Wed 12:00")] == ["by Friday"]
    log.append(row("Fri 10:00", "connected", promise="plan: Monday"))
    log.append(row("Fri 11:00", "left_voicemail", promise="by Wednesday"))
    assert [(one.text, one.state) for one in told(*log, now="Fri 12:00")] == [
        ("by Friday", State.KEPT),
        ("Monday", State.SUPERSEDED),
        ("by Wednesday", State.MISSED),
    ]


def test_a_plan_that_names_no_day_is_reported() -> None:
    (problem,) = story(row("Tue 10:00", "connected", promise="plan: soon")).problems
    assert '"soon" names no day' in problem.message


@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize(
    ("note", "kind", "by", "window"),
    [
        ("please call me Friday", Kind.DAY, PromisedBy.REP, hours("Fri")),
        ("can you ring me back on Friday?", Kind.DAY, PromisedBy.REP, hours("Fri")),
        ("I'll call you Friday", Kind.PLANNED, PromisedBy.CONTACT, hours("+1 Mon")),
        ("she wants me to call Friday", Kind.DAY, PromisedBy.REP, hours("Fri")),
        ("call me back", Kind.PLANNED, PromisedBy.CONTACT, Window(at("Tue 10:00"), at("Tue 18:00"))),
    ],
)
def test_in_a_message_of_theirs_the_words_are_theirs(
    channel: str, note: str, kind: Kind, by: PromisedBy, window: Window
) -> None:
    (found,) = _read_for_real(row("Tue 10:00", "replied", direction="inbound", channel=channel, note=note))
    assert (found.kind, found.promised_by, found.window, found.text) == (kind, by, window, note)


def test_a_message_that_asks_for_a_call_under_a_condition_plans_none() -> None:
    note = "call me if you need anything else"
    assert _read_for_real(row("Tue 10:00", "replied", direction="inbound", channel="sms", note=note)) == ()


def test_our_own_message_keeps_our_words() -> None:
    (found,) = _read_for_real(row("Tue 10:00", "left_message", channel="sms", note="I'll call you Friday"))
    assert (found.promised_by, found.window) == (PromisedBy.REP, hours("Fri"))


def _read_for_real(attempt: Attempt) -> Sequence[Commitment]:
    def language(text: str, said_at: datetime, contact: Contact) -> Reading:
        return promises.read(text, said_at, zone=ZONE)

    rules = Rules(language, lambda contact, history: SILENT, REP, POLICY)
    return fold_contact(DANA, [attempt], rules, at("Tue 11:00")).commitments
