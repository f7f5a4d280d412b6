"""The hour at which somebody picks up: weak priors, outweighed by the log, never out of the window."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from calsync.model import Attempt, ContactKind, Kind, Outcome
from calsync.placing.habits import BASE_RATE, Habits, Tally, prior, tally
from tests.placing.samples import MONDAY, at, attempt, contact, one, promise, starts, window


@pytest.mark.parametrize(
    ("kind", "weekday", "clock", "factor"),
    [
        (ContactKind.CONSUMER, 1, 18.0, 1.15),
        (ContactKind.CONSUMER, 1, 10.0, 1.0),
        (ContactKind.CONSUMER, 5, 11.0, 1.15),
        (ContactKind.CONSUMER, 5, 18.0, 1.0),
        (ContactKind.BUSINESS, 1, 8.5, 1.1),
        (ContactKind.BUSINESS, 1, 11.0, 1.1),
        (ContactKind.BUSINESS, 1, 12.5, 0.8),
        (ContactKind.BUSINESS, 1, 14.0, 1.0),
        (ContactKind.BUSINESS, 1, 16.5, 1.2),
        (ContactKind.BUSINESS, 4, 16.5, 0.85),
        (None, 1, 16.5, 1.0),
    ],
)
def test_the_priors(kind: ContactKind | None, weekday: int, clock: float, factor: float) -> None:
    assert prior(kind, weekday, int(clock * 2)) == factor


def test_an_empty_log_leaves_the_priors_as_they_are() -> None:
    day = Habits({}).day(ContactKind.BUSINESS, 1)
    assert day[33] == pytest.approx(BASE_RATE * 1.2)
    assert day[28] == pytest.approx(BASE_RATE)


def test_a_handful_of_calls_outweighs_the_prior() -> None:
    seen = tally([*[(16, 1, False)] * 5, *[(10, 1, True)] * 2])
    day = Habits({ContactKind.BUSINESS: seen}).day(ContactKind.BUSINESS, 1)
    assert day[20] > day[33]


def test_tallies_add_up_and_can_be_taken_back() -> None:
    total, part = Tally(), tally([(10, 2, True)])
    total.merge(part)
    total.merge(part)
    total.merge(part, -1)
    assert (list(total.tried), list(total.answered)) == (list(part.tried), list(part.answered))
    total.merge(part, -1)
    assert total.empty


@pytest.mark.parametrize("times", [1, 255, 256, 1000])
def test_a_tally_counts_however_often_somebody_was_called(times: int) -> None:
    counted = tally([(10, 2, True), (11, 2, False)] * times)
    assert (counted.tried[10], counted.tried[11], counted.tried[26], counted.answered[26]) == (
        times,
        times,
        2 * times,
        times,
    )
    assert sum(counted.tried) == 4 * times


def spoken(hour: str, weeks: int, name: str = "dana") -> list[Attempt]:
    return [attempt(name, at(-7 * week - 3, hour), Outcome.CONNECTED) for week in range(1, weeks + 1)]


def test_a_contact_is_called_when_it_picked_up_before() -> None:
    due = promise("dana", Kind.DAY, window(1), attempt=attempt("dana", at(-3, "14:20"), Outcome.CONNECTED))
    assert starts(one(due, attempts=spoken("14:20", 3))) == "Tue 14:00"


def test_then_when_its_kind_did() -> None:
    """Four other businesses answered at two in the afternoon and never at four; this one was not called yet."""
    others = [contact(f"b{n}", kind=ContactKind.BUSINESS) for n in range(4)]
    calls = [call for n in range(4) for call in spoken("14:10", 6, f"b{n}")]
    calls += [
        replace(call, key=call.key + "s", at=call.at.replace(hour=16), outcome=Outcome.NO_ANSWER) for call in calls
    ]
    dana = contact("dana", kind=ContactKind.BUSINESS)
    due = promise("dana", Kind.DAY, window(1), attempt=attempt("dana", at(-3, "06:00"), None))
    assert starts(one(due, contacts=[dana], attempts=calls)) == "Tue 16:00"
    assert starts(one(due, contacts=[dana, *others], attempts=calls)) == "Tue 14:00"


def test_their_hours_are_read_on_their_own_clock() -> None:
    """A business in New York: its 16:00 is three in the afternoon in Chicago."""
    dana = contact("dana", "+12125550100", kind=ContactKind.BUSINESS)
    due = promise("dana", Kind.DAY, window(1), attempt=attempt("dana", at(-3, "06:00"), None))
    assert starts(one(due, contacts=[dana])) == "Tue 15:00"


def test_habits_never_move_a_promise_out_of_its_window() -> None:
    due = promise("dana", Kind.DAY, window(1, "09:00", "10:00"), made=at(-3, "18:30"))
    placed = one(due, attempts=spoken("14:20", 20))
    assert placed.slot is not None
    assert due.window.earliest <= placed.slot.start
    assert placed.slot.end <= due.window.latest


def test_variation_comes_before_habit() -> None:
    """Yesterday's silence at 14:20 outweighs three answers at that hour weeks ago."""
    due = promise("dana", Kind.DAY, window(1), made=at(-1, "14:20"))
    placed = one(due, attempts=spoken("14:20", 3))
    assert placed.slot is not None
    minutes = placed.slot.start.hour * 60 + placed.slot.start.minute
    assert abs(minutes - (14 * 60 + 20)) >= 120
    assert MONDAY + timedelta(days=1) == placed.slot.start.date()
