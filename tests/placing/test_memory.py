"""A memory saves time and changes nothing: every run with it answers as a run without it."""

from __future__ import annotations

import random
import time as clock
from dataclasses import replace
from datetime import time, timedelta

import pytest

from calsync.model import (
    Book,
    Commitment,
    Contact,
    Decisions,
    Hours,
    Kind,
    Outcome,
    Policy,
    PromisedBy,
    Slot,
    Span,
    State,
    Window,
)
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


def test_a_second_appointment_at_the_same_minute_counts_towards_the_cap_as_the_first_did() -> None:
    fixed = [promise(f"f{n}", Kind.FIXED, Window(at(1, "15:00"), at(1, "15:00"))) for n in range(2)]
    others = [promise(f"c{n}", Kind.DAY, window(1, "15:10", "17:00")) for n in range(2)]
    due = [fixed[0], *others]
    rows = book([contact(one.contact_id) for one in (*fixed, *others)], promises=(*fixed, *others))
    who, policy, memory, now = rep(), Policy(per_hour=3), Memory(), at(0, "08:00")
    first = place(due, rows, who, policy, busy=(), decisions=Decisions(), now=now, memory=memory)
    known = Decisions(seen={each.commitment.id: each.slot for each in first if each.slot})
    quick = place([*due, fixed[1]], rows, who, policy, busy=(), decisions=known, now=now, memory=memory)
    assert quick == place([*due, fixed[1]], rows, who, policy, busy=(), decisions=known, now=now)
    assert sum(each.slot is not None and each.slot.start.hour == 15 for each in quick) == 3


FEW_HOURS = Hours.same(time(10), time(11))


@pytest.mark.parametrize(
    ("seed", "hours", "count"),
    [
        *((seed, Hours.same(), 25) for seed in range(10)),
        # An hour a day: most calls have no place, and a new one drives nobody out.
        *((seed, FEW_HOURS, 60) for seed in range(100, 109)),
        (200, FEW_HOURS, 300),
    ],
)
def test_the_answer_is_the_same_with_and_without(seed: int, hours: Hours, count: int) -> None:
    chance = random.Random(seed)
    pairs = [somebody(chance, number) for number in range(count)]
    people, due = [one for one, _ in pairs], [two for _, two in pairs]
    rows = book(people, promises=due)
    who, policy, memory = rep(hours=hours), Policy(per_day=chance.choice([None, 9])), Memory()
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
        event = chance.randrange(8)
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
        elif event == 5 and busy:
            busy = busy[1:]
        elif event == 6:
            person = chance.choice(people)
            other = replace(person, extra={"call_hours": chance.choice(["mornings", "afternoons", "10:00-10:30"])})
            people = [other if one.id == person.id else one for one in people]
            rows = Book({**rows.contacts, person.id: other}, rows.attempts)
        elif step == 20:
            who = rep(hours=hours, away=(away(1, 1),))
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


def crowd(count: int) -> tuple[Book, list[Commitment]]:
    """Overdue and planned calls, and promises of one day: far more than a rep of an hour a day can place."""
    due = []
    for number in range(count):
        name, day = f"c{number}", number % 5
        if number % 3 == 0:
            due.append(promise(name, Kind.DAY, window(-day - 1), state=State.MISSED))
        elif number % 3 == 1:
            due.append(promise(name, Kind.PLANNED, window(-day - 1), promised_by=PromisedBy.CADENCE))
        else:
            due.append(promise(name, Kind.DAY, window(day + 7)))
    return book([contact(one.contact_id) for one in due], promises=due), due


def test_what_found_no_place_is_not_looked_at_again_until_somebody_leaves_one() -> None:
    rows, due = crowd(1600)
    who, memory = rep(hours=FEW_HOURS), Memory()

    def run(calls: list[Commitment], known: Decisions, minutes: int) -> tuple[Decisions, int, float]:
        """What is on the calendar then, how many calls are not, and the CPU seconds it took."""
        began = clock.process_time()
        now = at(0, "08:00") + timedelta(minutes=minutes)
        placed = place(calls, rows, who, Policy(), busy=(), decisions=known, now=now, memory=memory)
        took = clock.process_time() - began
        seen = {each.commitment.id: each.slot for each in placed if each.slot}
        why = {each.commitment.id: each.why for each in placed if each.slot}
        return Decisions(seen=seen, why=why), sum(each.slot is None for each in placed), took

    known, left, first = run(due, Decisions(), 0)
    assert left > 800
    known, still, again = run(due, known, 1)
    assert still == left
    assert again < first / 3
    gone = next(one for one in due if one.id in known.seen)
    known, still, _ = run([one for one in due if one is not gone], known, 2)
    assert still == left - 1


def test_an_hour_that_comes_free_is_given_to_the_most_binding_call_that_had_no_place() -> None:
    script = promise("script", Kind.DAY, window(-3), state=State.MISSED, promised_by=PromisedBy.CADENCE)
    own = promise("own", Kind.DAY, window(-3), state=State.MISSED)
    rows = book([contact("script"), contact("own")], promises=[script, own])
    closed, memory = [Span(at(0), at(180))], Memory()
    for busy, slots in ((closed, 0), ([Span(at(0), at(1, "09:50")), Span(at(1, "10:00"), at(180))], 1)):
        placed = place([script, own], rows, rep(), Policy(), busy=busy, decisions=Decisions(), now=at(0), memory=memory)
        assert sum(each.slot is not None for each in placed) == slots
    assert placed[1].slot is not None


def test_a_promise_without_a_place_gets_one_when_another_can_move_away() -> None:
    """Both may only be called at nine; then one of them at any hour, and makes room for the other."""
    early = contact("early", extra={"call_hours": "9:00-9:10"})
    late, changed = contact("late", extra={"call_hours": "9:00-9:10"}), contact("late")
    due = [promise(name, Kind.DAY, window(1)) for name in ("early", "late")]
    seen = {due[1].id: Slot(at(1, "09:00"), at(1, "09:10"))}
    memory = Memory()
    before = Book({"early": early, "late": late}, {one.contact_id: (one.attempt,) for one in due})
    after = Book({"early": early, "late": changed}, before.attempts)
    slots = []
    for rows in (before, after):
        known = Decisions(seen=seen)
        placed = place(due, rows, rep(), Policy(), busy=(), decisions=known, now=at(1, "08:00"), memory=memory)
        slots.append([each.slot and each.slot.start.date() == at(1).date() and each.slot.start.hour for each in placed])
    assert slots[0][1] == 9
    assert slots[1][0] == 9


STEADY = 6


def steady() -> tuple[list[Commitment], Book, Memory, Decisions]:
    """Calls that were placed, stand on the calendar, and were found to hold."""
    due = [promise(f"c{n}", Kind.DAY, window(1 + n % 2, "10:00", "17:00")) for n in range(STEADY)]
    rows, memory, known = book([contact(one.contact_id) for one in due], promises=due), Memory(), Decisions()
    for minute in range(3):
        now = at(0, f"08:0{minute}")
        placed = place(due, rows, rep(), Policy(), busy=(), decisions=known, now=now, memory=memory)
        if not known.seen:
            seen = {one.commitment.id: one.slot for one in placed if one.slot}
            known = Decisions(seen=seen, why={one.commitment.id: one.why for one in placed})
    assert {id(one) for one in due} == set(memory.firm)
    return due, rows, memory, known


@pytest.mark.parametrize("change", ["stands", "elsewhere", "off", "moved", "row", "contact", "gone", "hour", "busy"])
def test_a_call_that_holds_is_looked_at_once_anything_it_rests_on_is_another(change: str) -> None:
    due, rows, memory, known = steady()
    now, mark, who = at(0, "08:10"), due[3].id, due[3].contact_id
    seen, busy = dict(known.seen), list[Span]()
    other = Slot(seen[mark].start + timedelta(hours=1), seen[mark].end + timedelta(hours=1))
    match change:
        case "elsewhere":
            known = replace(known, seen={**seen, mark: other})
        case "off":
            known = replace(known, seen={one: slot for one, slot in seen.items() if one != mark})
        case "moved":
            known = replace(known, seen={**seen, mark: other}, moved={mark: other})
        case "row":
            more = (*rows.attempts[who], attempt(who, at(0, "08:05"), Outcome.NO_ANSWER))
            rows = Book(rows.contacts, {**rows.attempts, who: more})
        case "contact":
            rows = Book({**rows.contacts, who: contact(who, "+442079460000")}, rows.attempts)
        case "gone":
            due = [one for one in due if one.id != mark]
        case "hour":
            now = seen[mark].start + timedelta(minutes=1)
        case "busy":
            busy.append(Span(seen[mark].start, seen[mark].end))
    for _ in range(2):  # what was looked at because of a change is looked at no less the time after
        quick = place(due, rows, rep(), Policy(), busy=busy, decisions=known, now=now, memory=memory)
        assert quick == place(due, rows, rep(), Policy(), busy=busy, decisions=known, now=now)
        now += timedelta(minutes=1)


def test_a_call_that_came_back_with_another_log_is_not_taken_for_the_one_that_held() -> None:
    due, rows, memory, known = steady()
    place(due[1:], rows, rep(), Policy(), busy=(), decisions=known, now=at(0, "08:10"), memory=memory)
    who = due[0].contact_id
    more = (*rows.attempts[who], attempt(who, at(0, "08:05"), Outcome.NO_ANSWER))
    rows = Book(rows.contacts, {**rows.attempts, who: more})
    place(due[1:], rows, rep(), Policy(), busy=(), decisions=known, now=at(0, "08:11"), memory=memory)
    quick = place(due, rows, rep(), Policy(), busy=(), decisions=known, now=at(0, "08:12"), memory=memory)
    assert quick == place(due, rows, rep(), Policy(), busy=(), decisions=known, now=at(0, "08:12"))
