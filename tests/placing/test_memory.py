"""A memory saves time and changes nothing: every run with it answers as a run without it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from calsync.model import Book, Commitment, Contact, Decisions, Kind, Outcome, Policy, PromisedBy, Slot, Span, State
from calsync.placing import Memory, place
from tests.placing.samples import CHICAGO, at, attempt, away, book, contact, promise, rep, window

NUMBERS = ("+13125550100", "+12125550100", "+13055550100", "+18005550100", "+447911123456")


def somebody(chance: random.Random, number: int) -> tuple[Contact, Commitment]:
    name = f"c{number}"
    day = chance.randrange(-2, 8)
    kind = chance.choice([Kind.DAY, Kind.DEADLINE, Kind.RANGE, Kind.VAGUE, Kind.PLANNED, Kind.FIXED])
    due = window(day, "10:00", "12:00", until=day + chance.randrange(3))
    if kind is Kind.FIXED:
        due = replace(due, latest=due.earliest)
    by = PromisedBy.CADENCE if kind is Kind.PLANNED else PromisedBy.REP
    minutes = chance.choice([0, 0, 0, 15, 30])
    made = promise(name, kind, due, made=at(-5, "10:30"), promised_by=by, minutes=minutes)
    return contact(name, chance.choice(NUMBERS)), made


def missed(due: Commitment, now: object) -> Commitment:
    past = due.kind is not Kind.PLANNED and due.window.latest < now  # type: ignore[operator]
    return replace(due, state=State.MISSED) if past and due.state is State.OPEN else due


@pytest.mark.parametrize("seed", range(12))
def test_the_answer_is_the_same_with_and_without(seed: int) -> None:
    chance = random.Random(seed)
    pairs = [somebody(chance, number) for number in range(25)]
    people, due = [one for one, _ in pairs], [two for _, two in pairs]
    rows = book(people, promises=due)
    who, policy, memory = rep(), Policy(per_day=chance.choice([None, 9])), Memory()
    known, busy, moved = Decisions(), list[Span](), dict[str, Slot]()
    now = at(0, "08:00")
    for step in range(30):
        due = [missed(one, now) for one in due]
        plain = place(due, rows, who, policy, busy=busy, decisions=known, now=now)
        quick = place(due, rows, who, policy, busy=busy, decisions=known, now=now, memory=memory)
        assert quick == plain
        seen = {each.commitment.id: each.slot for each in plain if each.slot}
        why = {each.commitment.id: each.why for each in plain if each.slot}
        now += timedelta(minutes=chance.choice([1, 7, 45, 240]))
        event = chance.randrange(6)
        if event == 0:
            person, fresh = somebody(chance, 100 + step)
            people, due = [*people, person], [*due, fresh]
            attempts = dict(rows.attempts) | {person.id: (fresh.attempt,)}
            rows = Book({**rows.contacts, person.id: person}, attempts)
        elif event == 1:
            start = now.astimezone(CHICAGO).replace(minute=0) + timedelta(hours=chance.randrange(30))
            busy = [*busy, Span(start, start + timedelta(minutes=50))]
        elif event == 2:
            lucky = chance.choice(due)
            start = now.replace(minute=5) + timedelta(hours=chance.randrange(20))
            moved = {**moved, lucky.id: Slot(start, start + timedelta(minutes=10))}
        elif event == 3:
            person = chance.choice(people)
            more = (*rows.attempts.get(person.id, ()), attempt(person.id, now, Outcome.NO_ANSWER))
            rows = Book(rows.contacts, {**rows.attempts, person.id: more})
        elif event == 4:
            due = [replace(one, state=State.KEPT) if chance.random() < 0.1 else one for one in due]
        elif step == 20:
            who = rep(away=(away(1, 1),))
        known = Decisions(seen=seen, why=why, moved=moved)


def test_a_memory_forgets_who_is_gone() -> None:
    memory = Memory()
    due = promise("dana", Kind.DAY, window(1))
    rows = book([contact("dana")], promises=[due])
    place([due], rows, rep(), Policy(), busy=(), decisions=Decisions(), now=at(0), memory=memory)
    assert memory.kept
    empty = Book({}, {})
    (placed,) = place([due], empty, rep(), Policy(), busy=(), decisions=Decisions(), now=at(0), memory=memory)
    assert placed.slot is None
    assert not memory.kept
