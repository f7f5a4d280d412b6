"""A plan that remembers the one before it is the plan that knows nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import pytest

from calsync import cadences, placing, rendering
from calsync.model import (
    Attempt,
    Book,
    Contact,
    Decisions,
    Direction,
    Hours,
    Outcome,
    Phone,
    Plan,
    Policy,
    Rep,
    Slot,
    Span,
)
from calsync.pipeline import Memory, World, plan
from calsync.promises import Language
from calsync.rendering import Templates

ZONE = ZoneInfo("America/Chicago")
REP = Rep("tasha", "Tasha Lane", "+13125550199", ZONE, "US-IL", Hours.same())
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=ZONE)
CADENCES = cadences.load()
READ = Language(ZONE, zone_of=placing.contact_zone)
OUTCOMES = [Outcome.LEFT_VOICEMAIL] * 3 + [Outcome.NO_ANSWER] * 3 + [*Outcome]
WORDS = ["", "", "", "by Friday", "Mon 3pm", "tomorrow", "rubbish", "she'll call me Friday"]


@cache
def templates() -> Templates:
    return rendering.load_templates(None)


def somebody(number: int, chance: Random) -> Contact:
    return Contact(
        f"c{number}",
        f"Contact {number}",
        phones=(Phone(f"+1312555{number + 100:04}"),),
        topic=chance.choice(["", "a roof"]),
    )


def row(contact: str, at: datetime, chance: Random) -> Attempt:
    direction = chance.choice([*[Direction.OUTBOUND] * 6, Direction.INBOUND])
    return Attempt(
        f"{contact}|{at.isoformat()}", contact, at, direction,
        outcome=chance.choice(OUTCOMES), promise=chance.choice(WORDS),
    )  # fmt: skip


def seen_of(made: Plan) -> dict[str, Slot]:
    return {call.commitment.id: call.placed.slot for call in made.calls if call.placed.slot is not None}


@pytest.mark.parametrize("seed", range(12))
def test_plans_with_a_memory_are_plans_without_one(seed: int) -> None:
    """Days of a rep, with new rows, edited contacts, waived and moved events, notes, busy times and other settings."""
    chance, memory, now = Random(seed), Memory(), MONDAY
    book = Book({f"c{n}": somebody(n, chance) for n in range(12)}, {})
    policy, decisions, noted = Policy(), Decisions(), frozenset[str]()
    busy: tuple[Span, ...] = ()
    for _ in range(14):
        match chance.randrange(9):
            case 0 | 1 | 2 | 3:
                for contact in chance.sample(sorted(book.contacts), 2):
                    rows = book.attempts.get(contact, ())
                    made = now - timedelta(minutes=chance.randrange(0, 60))
                    if not rows or rows[-1].at < made:
                        book = replace(book, attempts={**book.attempts, contact: (*rows, row(contact, made, chance))})
            case 4:
                who = chance.choice(sorted(book.contacts))
                edited = replace(book.contacts[who], topic="another", do_not_call=chance.choice([None, True, False]))
                book = replace(book, contacts={**book.contacts, who: edited})
            case 5 if decisions.seen:
                decisions = replace(decisions, waived=decisions.waived | {chance.choice(sorted(decisions.seen))})
            case 6 if decisions.seen:
                noted |= {chance.choice(sorted(decisions.seen))}
            case 7:
                policy = replace(policy, keep_history=not policy.keep_history, deadline=chance.choice(["on", "after"]))
            case _:
                start = now + timedelta(hours=chance.randrange(30))
                busy = (Span(start, start + timedelta(hours=2)),)
        world = World(REP, policy, book, CADENCES, templates(), READ, busy, decisions, noted)
        plain = plan(world, now)
        assert plan(replace(world, memory=memory), now) == plain
        if chance.random() < 0.7:  # what was planned stands on the calendar now, history too
            whys = {call.commitment.id: call.placed.why for call in plain.calls if call.placed.slot is not None}
            decisions = replace(decisions, seen={**decisions.seen, **seen_of(plain)}, why={**decisions.why, **whys})
        now += timedelta(hours=chance.choice([0, 1, 5, 19]))


def test_what_did_not_change_is_not_worked_out_again() -> None:
    chance, memory = Random(3), Memory()
    contacts = {f"c{n}": somebody(n, chance) for n in range(6)}
    attempts = {
        who: (Attempt(who, who, MONDAY, outcome=Outcome.LEFT_VOICEMAIL, promise="by Friday"),) for who in contacts
    }
    world = World(REP, Policy(), Book(contacts, attempts), CADENCES, templates(), READ, memory=memory)
    first = plan(world, MONDAY)
    world = replace(world, decisions=Decisions(seen=seen_of(first)))
    second = plan(world, MONDAY + timedelta(minutes=1))
    later = (*attempts["c2"], Attempt("more", "c2", MONDAY + timedelta(minutes=1), outcome=Outcome.CONNECTED))
    third = plan(replace(world, book=Book(contacts, {**attempts, "c2": later})), MONDAY + timedelta(minutes=2))
    assert [one is other for one, other in zip(first.calls, second.calls, strict=True)] == [True] * 6
    same = {call.commitment.contact_id for call in third.calls if any(call is one for one in second.calls)}
    assert same == {"c0", "c1", "c3", "c4", "c5"}
