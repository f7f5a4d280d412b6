"""The whole log: order, identity, time, and what must hold for any log at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calsync import cadences, promises
from calsync.commitments import Folded, Memory, age, fold
from calsync.identity import commitment_id
from calsync.model import (
    DAY,
    Attempt,
    Book,
    Channel,
    Commitment,
    Contact,
    Decisions,
    Direction,
    Kind,
    Outcome,
    Phone,
    Policy,
    PromisedBy,
    Reading,
    State,
    Where,
)
from tests.commitments.given import DANA, POLICY, REP, ZONE, at, row, story, told

CADENCES = cadences.load([cadences.shipped_folder()])


@lru_cache(maxsize=100_000)
def reading(text: str, said_at: datetime) -> Reading:
    return promises.read(text, said_at, zone=ZONE)


def read(text: str, said_at: datetime, contact: Contact) -> Reading:
    return reading(text, said_at)


def folded(
    attempts: Sequence[Attempt],
    now: datetime,
    contacts: Sequence[Contact] = (DANA,),
    waived: frozenset[str] = frozenset(),
    policy: Policy = POLICY,
    memory: Memory | None = None,
) -> Folded:
    by_contact: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        by_contact.setdefault(attempt.contact_id, []).append(attempt)
    book = Book({contact.id: contact for contact in contacts}, by_contact)
    return fold(book, CADENCES, read, REP, policy, Decisions(waived=waived), now, memory=memory)


# Time


@pytest.mark.parametrize(
    ("later", "problems"),
    [(timedelta(minutes=1), 0), (timedelta(days=1), 0), (timedelta(days=1, minutes=1), 1), (timedelta(days=400), 1)],
)
def test_an_attempt_later_than_now_is_ignored_and_more_than_a_day_later_reported(
    later: timedelta, problems: int
) -> None:
    ahead = row("Wed 10:00", "left_voicemail", promise="by Friday")
    now = ahead.at - later
    found = folded([ahead], now)
    assert found.commitments == ()
    assert [problem.column for problem in found.problems] == ["at"] * problems


def test_a_history_says_when_an_ignored_attempt_comes_due() -> None:
    promised, ahead = row("Tue 10:00", promise="by Friday"), row("Wed 10:00", "connected")
    assert story(promised, ahead, now="Tue 12:00").wakes == ahead.at
    assert story(promised, ahead, now="Mon 12:00").wakes == ahead.at - DAY  # until then it is a problem, too
    assert story(promised, ahead, now="Wed 10:00").wakes is None


def test_aging_a_history_is_folding_it_later() -> None:
    log = [row("Tue 10:00", promise="by Friday"), row("Mon 10:00", promise="by Wednesday")]
    early = told(*log, now="Tue 12:00")
    for now in ("Fri 18:00", "Fri 18:01", "+1 Mon 10:00", "Tue 12:00"):
        assert age(early, at(now)) == told(*log, now=now)


# Identity


def test_an_id_is_made_of_the_contact_and_the_attempt_and_survives_an_edit_of_the_words() -> None:
    before = row("Tue 10:00", "left_voicemail", promise="by Friday", key="17")
    after = replace(before, promise="Monday", note="spoke to her sister")
    [one], [other] = told(before), told(after)
    assert one.id == other.id == commitment_id(DANA.id, "17")
    assert one.window != other.window


def test_duplicated_rows_count_once() -> None:
    line = row("Tue 10:00", "left_voicemail", promise="by Friday")
    copies = [replace(line, where=Where("a.csv", number)) for number in (2, 9, 14)]
    assert told(*reversed(copies)) == told(copies[0])


def test_attempts_of_nobody_we_know_are_passed_over() -> None:
    assert folded([row("Tue 10:00", promise="by Friday")], at("Fri 10:00"), contacts=[]).commitments == ()


# The referral cadence, as it is shipped: three calls, each with the day of the next


def test_the_three_calls_of_the_referral_cadence() -> None:
    first = row("+1 Wed 11:02", "left_voicemail")
    second = row("+1 Fri 16:10", "left_voicemail")
    third = row("+2 Mon 16:30", "left_voicemail")

    [one] = folded([first], at("+1 Wed 12:00")).commitments
    assert (one.text, one.kind, one.window.latest, one.cadence and one.cadence.step) == (
        "by Friday",
        Kind.DEADLINE,
        at("+1 Fri 18:00"),
        2,
    )
    one, two = folded([first, second], at("+1 Fri 17:00")).commitments
    assert (one.state, two.state, two.window.latest.date()) == (State.KEPT, State.OPEN, at("+2 Mon 10:00").date())
    one, two = folded([first, second, third], at("+2 Mon 17:00")).commitments
    assert (one.state, two.state) == (State.KEPT, State.KEPT)


# What holds for any log

WORDS = [
    "", "", "", "by Friday", "Monday", "tomorrow", "soon", "call her Thursday", "will try again", "dnc", "nice talk",
    "she'll call me Friday", "3pm tomorrow", "in 4 days",
]  # fmt: skip
START = at("Mon 08:00")
PEOPLE = [
    replace(DANA, id=name, name=name, do_not_call=listed, cadence=cadence, phones=phones)
    for name, listed, cadence, phones in (
        ("ann", None, None, DANA.phones),
        ("bob", None, "referral", (*DANA.phones, Phone("+13125550142"))),
        ("cem", False, None, DANA.phones),
        ("dot", True, None, ()),
    )
]


@st.composite
def attempts(draw: st.DrawFn) -> list[Attempt]:
    rows = []
    for number in range(draw(st.integers(0, 9))):
        moment = START + timedelta(minutes=draw(st.integers(0, 12 * 24 * 4)) * 15)
        rows.append(
            Attempt(
                key=str(number),
                contact_id=draw(st.sampled_from(PEOPLE)).id,
                at=moment,
                direction=draw(st.sampled_from([Direction.OUTBOUND, Direction.OUTBOUND, Direction.INBOUND])),
                channel=draw(st.sampled_from([Channel.CALL, Channel.CALL, *Channel])),
                outcome=draw(st.sampled_from([None, Outcome.LEFT_VOICEMAIL, Outcome.NO_ANSWER, *Outcome])),
                promise=draw(st.sampled_from(WORDS)),
                note=draw(st.sampled_from(WORDS)),
                where=Where("a.csv", number + 2),
            )
        )
    return rows


moments = st.integers(0, 20 * 24).map(lambda hours: START + timedelta(hours=hours))
policies = st.builds(Policy, deadline=st.sampled_from(["on", "after"]), follow_up_contact=st.booleans())


@settings(max_examples=150, deadline=None)
@given(attempts(), moments, policies, st.randoms())
def test_the_order_of_the_rows_changes_nothing(log: list[Attempt], now: datetime, policy: Policy, dice: Random) -> None:
    shuffled = list(log)
    dice.shuffle(shuffled)
    assert folded(shuffled, now, PEOPLE, policy=policy) == folded(log, now, list(reversed(PEOPLE)), policy=policy)


@settings(max_examples=100, deadline=None)
@given(attempts(), moments, st.data())
def test_a_row_that_comes_twice_changes_nothing(log: list[Attempt], now: datetime, data: st.DataObject) -> None:
    if log:
        again = data.draw(st.sampled_from(log))
        assert folded([*log, replace(again, where=Where("b.csv", 5))], now, PEOPLE) == folded(log, now, PEOPLE)


@settings(max_examples=150, deadline=None)
@given(attempts(), moments, policies)
def test_at_most_one_call_is_owed_to_a_contact_and_none_where_they_must_not_be_called(
    log: list[Attempt], now: datetime, policy: Policy
) -> None:
    found = folded(log, now, PEOPLE, policy=policy)
    owed = [commitment.contact_id for commitment in found.commitments if commitment.state.live]
    assert len(owed) == len(set(owed))
    assert not set(owed) & found.do_not_call
    for one in found.commitments:
        assert one.state is State.RELEASED or one.contact_id not in found.do_not_call
        assert one.attempt.at <= now
        assert one.window.earliest <= one.window.latest
        assert one.closed_by is None or one.closed_by.at >= one.attempt.at


@settings(max_examples=150, deadline=None)
@given(attempts(), moments, st.integers(0, 14 * 24))
def test_what_has_ended_never_comes_back(log: list[Attempt], now: datetime, hours: int) -> None:
    before, after = folded(log, now, PEOPLE), folded(log, now + timedelta(hours=hours), PEOPLE)
    later = {commitment.id: commitment for commitment in after.commitments}
    for one in before.commitments:
        assert one.id in later
        if not one.state.live:
            assert not later[one.id].state.live
        if one.state is State.MISSED:
            assert later[one.id].state is not State.OPEN


@settings(max_examples=100, deadline=None)
@given(attempts(), moments)
def test_what_is_planned_is_never_overdue_and_what_is_missed_is_past_its_window(
    log: list[Attempt], now: datetime
) -> None:
    for one in folded(log, now, PEOPLE).commitments:
        if one.kind is Kind.PLANNED:
            assert one.state not in (State.MISSED, State.LATE)
            assert one.promised_by is not PromisedBy.REP
        if one.state is State.MISSED:
            assert one.window.latest < now
        if one.state is State.OPEN and one.kind is not Kind.PLANNED:
            assert now <= one.window.latest + timedelta(minutes=15)


@settings(max_examples=100, deadline=None)
@given(attempts(), moments, st.data())
def test_waiving_touches_only_what_is_owed(log: list[Attempt], now: datetime, data: st.DataObject) -> None:
    before = folded(log, now, PEOPLE).commitments
    owed = [one.id for one in before if one.state.live]
    if owed:
        waived = data.draw(st.sampled_from(owed))
        after = folded(log, now, PEOPLE, waived=frozenset((waived,))).commitments
        assert {one.id: one.state for one in after}[waived] is State.WAIVED
        assert {one for one in before if one.id != waived} <= set(after)  # a promise that had waited may come forward


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(attempts(), moments, policies, st.booleans()), min_size=2, max_size=5))
def test_a_memory_never_changes_the_answer(runs: list[tuple[list[Attempt], datetime, Policy, bool]]) -> None:
    memory = Memory()
    log = runs[0][0]
    for changed, now, policy, again in runs:
        log = log if again else changed
        waived = frozenset(ids(folded(log, now, PEOPLE).commitments)[-1:]) if again else frozenset()
        fresh = folded(log, now, PEOPLE, waived=waived, policy=policy)
        assert folded(log, now, PEOPLE, waived=waived, policy=policy, memory=memory) == fresh


def test_a_memory_sees_what_is_new_beside_what_is_known() -> None:
    memory, ann, bob = Memory(), PEOPLE[0], PEOPLE[1]
    contacts = {one.id: one for one in (ann, bob)}
    hers = replace(row("Mon 10:00", "left_voicemail", promise="by Wednesday"), contact_id=ann.id)
    again = replace(row("Tue 10:00", "left_voicemail", promise="by Friday"), contact_id=ann.id)
    his = replace(row("Mon 11:00", "no_answer"), contact_id=bob.id)
    nobodys = replace(row("Mon 12:00", "no_answer"), contact_id="nobody")
    logs: list[dict[str, tuple[Attempt, ...]]] = [
        {ann.id: (hers,), "nobody": (nobodys,)},
        {ann.id: (hers, again), "nobody": (nobodys, nobodys)},
        {ann.id: (hers, again), "nobody": (nobodys, nobodys), bob.id: (his,), "else": (nobodys,)},
        {ann.id: (hers, again), bob.id: (his,)},
        {bob.id: (his,), ann.id: (hers,)},
        {},
    ]
    for log in logs:
        for now in (at("Tue 12:00"), at("Wed 18:01"), at("+1 Mon 09:00")):
            book = Book(contacts, log)
            fresh = fold(book, CADENCES, read, REP, POLICY, Decisions(), now)
            assert fold(book, CADENCES, read, REP, POLICY, Decisions(), now, memory=memory) == fresh


def ids(commitments: Sequence[Commitment]) -> list[str]:
    return [commitment.id for commitment in commitments]


@settings(max_examples=60, deadline=None)
@given(attempts(), moments)
def test_commitments_come_in_the_order_in_which_they_were_made(log: list[Attempt], now: datetime) -> None:
    found = folded(log, now + DAY, PEOPLE).commitments
    assert ids(found) == ids(sorted(found, key=lambda one: (one.made_at, one.id)))
