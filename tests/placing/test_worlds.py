"""The whole room against a maximum matching: law on several clocks, gaps, blocks, caps, busy times, events on the
calendar, times that a person chose, and promises that stand outside their window because it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from calsync.model import Commitment, Contact, Decisions, Kind, Policy, Slot, Span, Window
from calsync.placing import place
from tests.placing.samples import at, away, book, contact, promise, rep
from tests.year.room import minute, most

HOURS = {
    "+13125550100": ("", 8, 21),
    "+12125550100": ("", 7, 20),
    "+12135550100": ("", 10, 23),
    "+18085550100": ("", 12, 25),
    "+13055550100": ("", 7, 19),
    "+18005550100": ("", 12, 17),  # Hawaii's 08:00 to Rhode Island's 18:00
    "+13125560100": ("US-KY", 10, 20),  # two clocks: 10:00 in the west, 21:00 in the east
}
"""Numbers, the region stated, and Chicago's hours in which they may be called on 30 November and 1 December 2026."""

AWAY = 2
"""The Wednesday on which the rep is away: what is owed then stands earlier."""


@dataclass(frozen=True)
class World:
    promises: list[Commitment]
    people: list[Contact]
    busy: list[Span]
    seen: dict[str, Slot]
    moved: dict[str, Slot]
    policy: Policy

    @property
    def pitch(self) -> int:
        return 10 if self.policy.gap_minutes == 0 else 15


@st.composite
def worlds(draw: st.DrawFn) -> World:
    gap = draw(st.sampled_from([0, 0, 5]))
    tens = st.integers(0, 50).map(lambda step: step * 10)
    clock = st.tuples(st.integers(0, 1), tens).map(lambda when: at(when[0], "09:00") + timedelta(minutes=when[1]))
    promises, people, seen, moved = [], [], {}, {}
    for number in range(draw(st.integers(1, 10))):
        name = f"c{number}"
        digits = draw(st.sampled_from(list(HOURS)))
        people.append(contact(name, digits, region=HOURS[digits][0] or None))
        kind = draw(st.sampled_from([Kind.DAY, Kind.RANGE, Kind.DEADLINE, Kind.PLANNED]))
        begins = draw(clock)
        due = Window(begins, begins + timedelta(minutes=10 * draw(st.integers(3 if gap else 1, 6))))
        if draw(st.sampled_from([False, False, True])):
            due = Window(at(AWAY, "09:00"), at(AWAY, "18:00"))
        promises.append(promise(name, kind, due))
        if draw(st.booleans()):
            start = (
                draw(clock) if due.earliest >= at(AWAY) else begins + timedelta(minutes=10 * draw(st.integers(0, 4)))
            )
            seen[f"p-{name}"] = Slot(start, start + timedelta(minutes=10))
        elif draw(st.integers(0, 9)) == 0:
            start = draw(clock) + timedelta(minutes=draw(st.sampled_from([0, 5])))
            moved[f"p-{name}"] = Slot(start, start + timedelta(minutes=10))
    busy = [
        Span(start, start + timedelta(minutes=length))
        for start, length in draw(st.lists(st.tuples(clock, st.sampled_from([5, 45, 90, 240])), max_size=5))
    ]
    policy = Policy(
        gap_minutes=gap,
        per_hour=draw(st.sampled_from([None, 1, 2, 3])),
        per_day=draw(st.sampled_from([None, 1, 3, 6])),
        blocks=draw(st.sampled_from([(), ((time(9), time(11)), (time(16), time(17, 30)))])),
    )
    return World(promises, people, busy, seen, moved, policy)


def cells(world: World, number: int) -> frozenset[int]:
    """The cells of a promise, worked out minute by minute; each is the UTC minute at which it starts."""
    due, gap = world.promises[number].window, timedelta(minutes=world.policy.gap_minutes)
    _, opens, closes = HOURS[world.people[number].phones[0].e164]
    found = set()
    for day in (0, 1):
        for index in range(18 * 60 // world.pitch):
            start = at(day) + timedelta(minutes=index * world.pitch)
            end = start + timedelta(minutes=10)
            if (
                due.earliest <= start
                and end <= due.latest
                and at(day, "09:00") <= start
                and end <= at(day, "18:00")
                and at(day) + timedelta(hours=opens) <= start
                and end <= at(day) + timedelta(hours=closes)
                and all(end <= span.start or span.end <= start for span in world.busy)
                and all(end <= slot.start - gap or slot.end + gap <= start for slot in world.moved.values())
            ):
                found.add(minute(start))
    return frozenset(found)


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_every_promise_that_can_be_kept_is_placed_in_its_window(world: World) -> None:
    bound = [
        number
        for number, due in enumerate(world.promises)
        if due.kind is not Kind.PLANNED and due.id not in world.moved
    ]
    allowed = {number: cells(world, number) for number in bound}
    decisions = Decisions(seen=world.seen, moved=world.moved)
    placed = place(
        world.promises,
        book(world.people, promises=world.promises),
        rep(away=(away(AWAY, AWAY),)),
        world.policy,
        busy=world.busy,
        decisions=decisions,
        now=at(0, "08:00"),
    )
    inside = 0
    for number in bound:
        found = placed[number].slot
        assert found is not None or placed[number].problem is not None
        inside += found is not None and minute(found.start) in allowed[number]
    ours = sorted(minute(one.slot.start) for one in placed if one.slot and one.commitment.id not in world.moved)
    assert all(after - before >= world.pitch for before, after in pairwise(ours))
    calls = {str(number): free for number, free in allowed.items()}
    assert inside == most(calls, world.policy, [minute(slot.start) for slot in world.moved.values()])
