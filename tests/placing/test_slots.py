"""Where a call goes: each rule of choosing a slot, one test."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from calsync.model import Attempt, Channel, Hours, Kind, Outcome, Policy, PromisedBy, Slot, Span, State, Window
from calsync.placing import before_you_promise
from tests.placing.samples import (
    FLORIDA,
    at,
    attempt,
    away,
    book,
    contact,
    one,
    promise,
    put,
    rep,
    slot,
    span,
    starts,
    window,
)


def test_a_deadline_is_called_on_its_day_late() -> None:
    placed = one(promise("dana", Kind.DEADLINE, window(4)))
    assert starts(placed) == "Fri 16:00"
    assert placed.why[0].startswith("Fri 16:00: Friday late as promised; allowed until 21:00 in the United States")


def test_the_why_line_of_a_deadline_names_law_busy_times_and_variation() -> None:
    placed = one(
        promise("dana", Kind.DEADLINE, window(4), made=at(0, "10:05")),
        contacts=[contact("dana", FLORIDA)],
        busy=[span(4, "15:00", "16:10")],
        now=at(0, "11:00"),
    )
    (line,) = placed.why
    assert line == (
        "Fri 16:10: Friday late as promised; 17:10 in New York; allowed until 20:00 their time in Florida; "
        "you are busy 15:00-16:10; varied from Mon 10:05"
    )


def test_a_deadline_at_a_clock_time_is_kept_before_it() -> None:
    assert starts(one(promise("dana", Kind.DEADLINE, window(4, last="12:00")))) == "Fri 11:00"


def test_a_clock_time_is_exactly_there_even_outside_hours_law_and_grid() -> None:
    due = Window(at(5, "21:57"), at(5, "21:57"))
    placed = one(promise("dana", Kind.FIXED, due), contacts=[contact("dana", FLORIDA)])
    assert placed.slot == slot(5, "21:57")
    assert "the time that was agreed, never moved" in placed.why[0]
    assert "a time they agreed to, but Florida allows 08:00-20:00" in placed.why[0]
    assert placed.problem is None


def test_about_three_stays_near_three() -> None:
    due = Window(at(1, "14:30"), at(1, "15:30"))
    assert starts(one(promise("dana", Kind.FIXED, due))) == "Tue 15:00"
    assert starts(one(promise("dana", Kind.FIXED, due), busy=[span(1, "14:30", "15:10")])) == "Tue 15:10"


def test_two_clock_times_at_once_both_stay_and_both_are_problems() -> None:
    due = Window(at(1, "15:00"), at(1, "15:00"))
    first, second = put(promise("dana", Kind.FIXED, due), promise("ben", Kind.FIXED, due))
    assert first.slot == second.slot == slot(1, "15:00")
    for placed in (first, second):
        assert "another call is set for 15:00 too" in placed.why[0]
        assert placed.problem is not None
        assert placed.problem.file == "attempts.csv"
        assert "two calls at once" in placed.problem.message


def test_other_calls_keep_clear_of_a_clock_time() -> None:
    fixed = promise("dana", Kind.FIXED, Window(at(1, "15:05"), at(1, "15:05")))
    other = promise("ben", Kind.RANGE, window(1, "15:00", "15:30"))
    assert starts(put(fixed, other)[1]) == "Tue 15:20"


def test_about_three_is_kept_at_three_where_its_window_holds_no_slot() -> None:
    due = Window(at(2, "14:30"), at(2, "15:30"))
    gone = one(promise("dana", Kind.FIXED, due), who=rep(away=(away(2, 2, "Lisbon"),)))
    assert gone.slot == slot(2, "15:00")
    assert "you are away (Lisbon), but it stays" in gone.why[0]
    assert gone.problem is not None
    late = Window(at(2, "20:30"), at(2, "21:30"))
    agreed = one(promise("dana", Kind.FIXED, late), contacts=[contact("dana", FLORIDA)])
    assert agreed.slot == slot(2, "21:00")
    assert "a time they agreed to, but Florida allows 08:00-20:00" in agreed.why[0]


def test_another_call_keeps_clear_of_three_that_is_kept_because_its_window_holds_no_slot() -> None:
    """Whoever is looked at first: Florida's hours are over, so that call stands at 20:00, and nothing else does."""
    due = Window(at(1, "19:30"), at(1, "20:30"))
    people = [contact("dana"), contact("ben", FLORIDA)]
    hours = rep(hours=Hours.same(time(9), time(22)))
    for order in (people, people[::-1]):
        placed = put(*(promise(who.id, Kind.FIXED, due) for who in order), contacts=people, who=hours)
        found = {each.commitment.contact_id: starts(each) for each in placed}
        assert found == {"dana": "Tue 19:50", "ben": "Tue 20:00"}


def test_about_three_twice_where_there_is_no_other_minute_is_a_problem_of_both() -> None:
    due = Window(at(1, "14:30"), at(1, "15:30"))
    first, second = put(
        promise("dana", Kind.FIXED, due), promise("ben", Kind.FIXED, due), busy=[span(1, "14:00", "16:00")]
    )
    assert starts(first) == starts(second) == "Tue 15:00"
    for placed in (first, second):
        assert "another call is set for 15:00 too" in placed.why[0]
        assert placed.problem is not None


@pytest.mark.parametrize(
    ("kind", "due", "expected"),
    [
        (Kind.DAY, window(1), "Tue 12:10"),
        (Kind.DAY, window(1, "09:00", "12:00"), "Tue 09:00"),
        (Kind.RANGE, window(0, until=4), "Mon 12:10"),
        (Kind.AFTER, window(1, until=7), "Tue 12:10"),
        (Kind.VAGUE, window(2, until=3), "Wed 12:10"),
    ],
)
def test_003_2_004_5_a_window_is_called_inside_it_two_hours_apart_and_early(
    kind: Kind, due: Window, expected: str
) -> None:
    """The last attempt was a Thursday at 10:05: two hours from it, and no Thursday, as far as the window allows."""
    assert starts(one(promise("dana", kind, due))) == expected


def test_003_2_004_5_another_weekday_than_the_last_attempts() -> None:
    tried = [attempt("dana", at(-7, "09:30"), Outcome.NO_ANSWER), attempt("dana", at(-6, "11:30"), Outcome.NO_ANSWER)]
    placed = one(promise("dana", Kind.RANGE, window(0, until=4)), attempts=tried)
    assert starts(placed) == "Wed 13:30"
    assert "varied from Thu 10:05" in placed.why[0]


def test_an_attempt_that_reached_them_needs_no_variation() -> None:
    spoke = promise("dana", Kind.DAY, window(1), attempt=attempt("dana", at(-4, "10:05"), Outcome.CONNECTED))
    placed = one(spoke)
    assert starts(placed) == "Tue 10:00", "they picked up at ten"
    assert "varied" not in placed.why[0]


def test_003_2_a_silent_deadline_at_half_past_four_is_still_late_but_two_hours_away() -> None:
    placed = one(promise("dana", Kind.DEADLINE, window(4), made=at(-3, "16:30")))
    assert starts(placed) == "Fri 14:30"


def test_an_earlier_slot_when_the_day_is_a_holiday() -> None:
    """Thanksgiving: Thursday 26 November 2026."""
    placed = one(promise("dana", Kind.DAY, window(-4), made=at(-7, "10:05")), now=at(-6, "08:00"))
    assert placed.slot is not None
    assert placed.slot.start.date() == date(2026, 11, 25)
    assert "earlier than promised, because Thu 26 Nov 09:00-18:00 is closed to you (Thanksgiving" in placed.why[0]
    assert placed.problem is None


def test_never_earlier_than_the_promise_was_made_nor_before_now() -> None:
    placed = one(promise("dana", Kind.DAY, window(6), made=at(4, "17:55")), now=at(4, "17:56"))
    assert placed.slot is None
    assert placed.why[0].startswith("no slot: Sun 6 Dec 09:00-18:00 is closed to you")
    assert placed.problem is not None
    assert (placed.problem.file, placed.problem.line, placed.problem.column) == ("attempts.csv", 2, "promise")


def test_not_before_is_never_called_before() -> None:
    placed = one(promise("dana", Kind.AFTER, window(5, until=6)))
    assert placed.slot is None
    assert "they asked not to be called before" in placed.why[0]


def test_a_full_window_overflows_into_the_day_before() -> None:
    due = window(4, "09:00", "09:30")
    placed = put(*(promise(name, Kind.DAY, due) for name in ("a", "b", "c", "d")))
    assert sorted(starts(one) for one in placed)[:3] == ["Fri 09:00", "Fri 09:10", "Fri 09:20"]
    early = next(one for one in placed if not starts(one).startswith("Fri"))
    assert starts(early).startswith("Thu")
    assert "every slot of Fri 4 Dec 09:00-09:30 is taken" in early.why[0]


def test_todays_hours_are_over_and_the_window_is_open() -> None:
    placed = one(promise("dana", Kind.DAY, window(0, last="21:00")), now=at(0, "18:05"))
    assert starts(placed) == "Tue 09:00"
    assert "the next time that is allowed, because today's hours" in placed.why[0]


def test_the_rest_of_an_open_window_is_used() -> None:
    placed = one(promise("dana", Kind.DAY, window(0)), now=at(0, "16:42"))
    assert starts(placed) == "Mon 16:50"


def test_nothing_is_placed_before_now() -> None:
    for clock in ("09:00", "12:34", "17:50"):
        placed = one(promise("dana", Kind.DAY, window(0)), now=at(0, clock))
        assert placed.slot is not None
        assert placed.slot.start >= at(0, clock)


def test_overdue_takes_the_next_allowed_slot() -> None:
    late = promise("dana", Kind.DEADLINE, window(-3), state=State.MISSED)
    placed = one(late, now=at(0, "11:03"))
    assert starts(placed) == "Mon 11:10"
    assert placed.why[0].startswith("Mon 11:10: overdue since Fri 27 Nov 18:00; the next time that is allowed and free")


def test_a_missed_appointment_becomes_an_ordinary_overdue_call() -> None:
    missed = promise("dana", Kind.FIXED, Window(at(0, "10:00"), at(0, "10:00")), state=State.MISSED)
    assert starts(one(missed, now=at(0, "10:31"))) == "Mon 10:40"


def test_overdue_calls_are_spread_by_the_cap_the_most_binding_first() -> None:
    kinds = (Kind.VAGUE, Kind.FIXED, Kind.DEADLINE, Kind.DAY)
    late = [promise(f"c{n}", kind, window(-5 + n), state=State.MISSED) for n, kind in enumerate(kinds)]
    late.append(promise("bot", Kind.DAY, window(-7), state=State.MISSED, promised_by=PromisedBy.CADENCE))
    placed = put(*late, policy=Policy(per_day=2))
    assert [starts(one)[:3] for one in placed] == ["Tue", "Mon", "Mon", "Tue", "Wed"]


def test_a_planned_call_rolls_on_and_is_never_overdue() -> None:
    planned = promise("dana", Kind.PLANNED, window(-3), promised_by=PromisedBy.CADENCE)
    placed = one(planned)
    assert starts(placed) == "Mon 09:00"
    assert "planned, not promised" in placed.why[0]


def test_a_planned_call_is_placed_in_its_window_and_gives_way_to_a_promise() -> None:
    due = window(1, "15:00", "15:10")
    planned = promise("dana", Kind.PLANNED, due, promised_by=PromisedBy.CADENCE)
    assert starts(one(planned)) == "Tue 15:00"
    both = put(planned, promise("ben", Kind.DAY, due))
    assert [starts(placed) for placed in both] == ["Tue 15:10", "Tue 15:00"]


def test_a_closed_commitment_has_neither_slot_nor_why() -> None:
    placed = one(promise("dana", Kind.DAY, window(1), state=State.KEPT))
    assert (placed.slot, placed.why, placed.problem) == (None, (), None)


def test_answers_come_in_the_order_of_the_questions() -> None:
    asked = [promise(name, Kind.DAY, window(n % 5)) for n, name in enumerate("abcdefgh")]
    assert [placed.commitment for placed in put(*asked)] == asked


def test_a_contact_who_is_gone_is_a_problem_and_stops_nobody_else() -> None:
    lost, other = put(
        promise("lost", Kind.DAY, window(1)), promise("ben", Kind.DAY, window(1)), contacts=[contact("ben")]
    )
    assert lost.slot is None
    assert lost.problem is not None
    assert other.slot is not None


def test_busy_times_are_kept_free() -> None:
    busy = [span(1, "09:00", "12:45"), Span(at(1, "13:00"), at(2, "00:00"))]
    assert starts(one(promise("dana", Kind.DAY, window(1)), busy=busy)) == "Tue 12:50"


def test_working_hours_holidays_and_days_away() -> None:
    who = rep(holidays={at(1).date(): "Inventory"}, away=(away(2, 3),))
    placed = one(promise("dana", Kind.RANGE, window(1, until=4)), who=who)
    assert starts(placed) == "Fri 12:10"


def test_a_promise_inside_days_away_is_kept_the_day_before() -> None:
    placed = one(promise("dana", Kind.DEADLINE, window(3)), who=rep(away=(away(2, 4, "Lisbon"),)))
    assert starts(placed) == "Tue 16:00"
    assert "you are away (Lisbon)" in placed.why[0]


def test_an_appointment_inside_days_away_is_a_problem_that_offers_the_day_before() -> None:
    fixed = promise("dana", Kind.FIXED, Window(at(3, "15:00"), at(3, "15:00")))
    placed = one(fixed, who=rep(away=(away(2, 4),)))
    assert placed.slot == slot(3, "15:00")
    assert placed.problem is not None
    assert "falls into your days away" in placed.problem.message
    assert "Tue 1 Dec" in placed.problem.hint


def test_call_blocks_are_preferred_and_given_up_for_a_promise() -> None:
    policy = Policy(blocks=((time(9), time(11)), (time(16), time(17, 30))))
    assert starts(one(promise("dana", Kind.DAY, window(1)), policy=policy)) == "Tue 16:00"
    assert starts(one(promise("dana", Kind.DAY, window(1, "13:00", "14:00")), policy=policy)) == "Tue 13:00"


def test_caps_an_hour_and_a_day() -> None:
    crowd = [promise(f"c{n}", Kind.RANGE, window(0, until=4)) for n in range(30)]
    placed = put(*crowd, policy=Policy(per_hour=2, per_day=7))
    days: dict[str, int] = {}
    hours: dict[str, int] = {}
    for each in placed:
        assert each.slot is not None
        days[f"{each.slot.start:%a}"] = days.get(f"{each.slot.start:%a}", 0) + 1
        hours[f"{each.slot.start:%a %H}"] = hours.get(f"{each.slot.start:%a %H}", 0) + 1
    assert max(days.values()) <= 7
    assert max(hours.values()) <= 2


def test_the_gap_between_calls_holds_beside_clock_times_too() -> None:
    fixed = promise("fixed", Kind.FIXED, Window(at(1, "15:05"), at(1, "15:05")))
    crowd = [promise(f"c{n}", Kind.DAY, window(1, "14:00", "16:00")) for n in range(5)]
    placed = put(fixed, *crowd, policy=Policy(gap_minutes=5))
    slots = sorted((each.slot for each in placed if each.slot), key=lambda found: found.start)
    assert all(after.start - before.end >= timedelta(minutes=5) for before, after in pairwise(slots))


def test_slots_have_the_length_of_the_policy_and_start_on_the_grid() -> None:
    for minutes in (5, 10, 15, 25, 60):
        placed = one(promise("dana", Kind.DAY, window(1)), policy=Policy(slot_minutes=minutes))
        assert placed.slot is not None
        assert placed.slot.end - placed.slot.start == timedelta(minutes=minutes)
        assert placed.slot.start.minute % 5 == 0


def test_a_window_narrower_than_the_grid_still_gets_its_call() -> None:
    due = window(1, "14:05", "14:16")
    first, second = put(promise("dana", Kind.RANGE, due), promise("ben", Kind.RANGE, due))
    assert first.slot == slot(1, "14:05")
    assert second.slot is not None
    assert second.slot.end <= at(1, "14:05") or second.slot.start.date() < at(1).date()


class TestMoved:
    """A time that a person chose in the calendar is kept as it is."""

    def test_it_stays_where_it_was_put_with_its_own_length(self) -> None:
        due = promise("dana", Kind.DAY, window(1))
        placed = one(due, moved={due.id: slot(1, "11:37", 45)})
        assert placed.slot == slot(1, "11:37", 45)
        assert placed.why[0].startswith("Tue 11:37: you moved it here")
        assert placed.problem is None

    def test_past_the_promise_is_said_and_a_problem(self) -> None:
        due = promise("dana", Kind.DAY, window(1))
        placed = one(due, moved={due.id: slot(3, "11:00")})
        assert placed.slot == slot(3, "11:00")
        assert "past the promise (Tue 1 Dec 09:00-18:00)" in placed.why[0]
        assert placed.problem is not None

    def test_past_a_promise_that_is_missed_anyway_is_no_problem(self) -> None:
        due = promise("dana", Kind.DAY, window(1))
        placed = one(due, moved={due.id: slot(3, "11:00")}, now=at(2, "10:00"))
        assert placed.slot == slot(3, "11:00")
        assert placed.problem is None

    def test_outside_calling_hours_is_said_and_a_problem(self) -> None:
        due = promise("dana", Kind.DAY, window(1))
        placed = one(due, moved={due.id: slot(1, "21:30")}, contacts=[contact("dana", FLORIDA)])
        assert "outside calling hours: Florida allows 08:00-20:00" in placed.why[0]
        assert placed.problem is not None
        assert "outside calling hours" in placed.problem.message

    def test_once_it_has_passed_the_call_is_placed_like_any_other(self) -> None:
        due = promise("dana", Kind.DAY, window(1))
        placed = one(due, moved={due.id: slot(1, "10:00")}, now=at(1, "11:00"))
        assert placed.slot is not None
        assert placed.slot.start >= at(1, "11:00")


class TestSeen:
    """What is on the calendar stays there."""

    def test_a_slot_that_is_still_allowed_does_not_move(self) -> None:
        due = promise("dana", Kind.DAY, window(1))
        assert one(due, seen={due.id: slot(1, "09:20")}).slot == slot(1, "09:20")

    @pytest.mark.parametrize(
        ("change", "old"),
        [
            ({"busy": [span(1, "09:00", "10:00")]}, slot(1, "09:20")),
            ({"who": rep(away=(away(1, 1),))}, slot(1, "09:20")),
            ({"contacts": [contact("dana", "+12135550100")]}, slot(1, "09:20")),
            ({}, slot(3, "09:20")),
            ({}, slot(1, "09:25")),
        ],
        ids=["busy", "away", "law", "window", "grid"],
    )
    def test_it_moves_when_something_forces_it(self, change: dict[str, object], old: Slot) -> None:
        due = promise("dana", Kind.DAY, window(1))
        placed = one(due, seen={due.id: old}, **change)
        assert placed.slot is not None
        assert placed.slot != old

    def test_it_moves_for_the_only_place_of_another_promise_and_says_so(self) -> None:
        wide, tight = promise("wide", Kind.DAY, window(1)), promise("tight", Kind.DAY, window(1, "09:20", "09:30"))
        moved, kept = put(wide, tight, seen={wide.id: slot(1, "09:20")})
        assert kept.slot == slot(1, "09:20")
        assert moved.slot is not None
        assert moved.slot != slot(1, "09:20")
        assert "moved from Tue 09:20, the only way to keep another promise" in moved.why[0]

    def test_calls_nobody_has_seen_yet_make_room_first(self) -> None:
        shown = promise("shown", Kind.DAY, window(1, "09:00", "09:40"))
        fresh = promise("fresh", Kind.DAY, window(1, "09:20", "09:40"))
        tight = promise("tight", Kind.DAY, window(1, "09:00", "09:50"))
        people = [contact("shown"), contact("fresh"), contact("tight", extra={"call_hours": "9:10-9:30"})]
        placed = put(shown, fresh, tight, contacts=people, seen={shown.id: slot(1, "09:10")})
        assert [starts(each) for each in placed] == ["Tue 09:10", "Tue 09:30", "Tue 09:20"]

    def test_a_slot_that_has_just_passed_stays_half_an_hour_then_moves_on(self) -> None:
        due = promise("dana", Kind.DAY, window(1))
        seen = {due.id: slot(1, "11:00")}
        for clock in ("11:01", "11:10", "11:39"):
            assert one(due, seen=seen, now=at(1, clock)).slot == slot(1, "11:00")
        later = one(due, seen=seen, now=at(1, "11:40")).slot
        assert later is not None
        assert later.start >= at(1, "11:40")

    def test_an_overdue_call_rolls_a_few_times_a_day_and_not_every_hour(self) -> None:
        due = promise("dana", Kind.DAY, window(0), state=State.MISSED)
        seen: dict[str, Slot] = {}
        stood: list[Slot] = []
        for quarter in range(9 * 4, 18 * 4):
            now = at(1, f"{quarter // 4:02}:{quarter % 4 * 15:02}")
            found = one(due, seen=seen, now=now).slot
            assert found is not None
            if found not in stood:
                assert found.start >= now
                stood.append(found)
            seen = {due.id: found}
        today = [each for each in stood if each.start.date() == at(1, "09:00").date()]
        assert len(today) in (2, 3)
        assert today[0].start == at(1, "09:00")

    def test_a_second_placing_changes_nothing(self) -> None:
        crowd = [
            promise(f"c{n}", kind, window(n % 4, until=4)) for n, kind in enumerate([Kind.DAY, Kind.DEADLINE] * 20)
        ]
        first = put(*crowd)
        seen = {each.commitment.id: each.slot for each in first if each.slot}
        again = put(*crowd, seen=seen, now=at(0, "08:07"))
        assert [each.slot for each in again] == [each.slot for each in first]


def test_three_in_a_day_is_the_cap_of_florida_and_texts_count() -> None:
    tried = [
        attempt("dana", at(0, "12:00"), Outcome.NO_ANSWER),
        attempt("dana", at(0, "14:00"), None, channel=Channel.SMS),
        attempt("dana", at(0, "15:30"), Outcome.NO_ANSWER),
    ]
    due = promise("dana", Kind.RANGE, window(1, until=2), attempt=tried[-1])
    placed = one(due, contacts=[contact("dana", FLORIDA)], attempts=tried[:-1], now=at(0, "16:00"))
    assert placed.slot is not None
    assert placed.slot.start >= at(1, "12:00")
    tight = promise("dana", Kind.DAY, window(1, "09:00", "11:00"), attempt=tried[-1])
    assert (
        "attempt 4 in 24 h"
        in one(tight, contacts=[contact("dana", FLORIDA)], attempts=tried[:-1], now=at(0, "16:00")).why[0]
    )


def test_four_in_thirty_days_is_the_cap_of_france() -> None:
    tried = [attempt("luc", at(day, "10:30"), Outcome.NO_ANSWER) for day in (-20, -12, -6, -5)]
    due = promise("luc", Kind.RANGE, window(0, until=18), attempt=tried[-1])
    placed = one(due, contacts=[contact("luc", "+33612345678")], attempts=tried[:-1], who=rep(hours=rep().hours))
    assert placed.slot is not None
    assert placed.slot.start >= at(10, "10:30")


def test_a_cap_counts_to_the_second() -> None:
    """A call at 12:00:45 is a day old at 12:01, not at 12:00."""
    tried = [
        attempt("dana", at(0, clock) + timedelta(seconds=45), Outcome.NO_ANSWER)
        for clock in ("12:00", "14:00", "15:30")
    ]
    due = promise("dana", Kind.DAY, window(1, "12:00", "12:20"), attempt=tried[-1])
    people = [contact("dana", FLORIDA)]
    assert starts(one(due, contacts=people, attempts=tried[:-1], now=at(0, "16:00"))) == "Tue 12:10"


FRANCE = "+33612345678"
"""Nobody there who said no is called again within 60 days."""


def refused(days_ago: int) -> list[Attempt]:
    row = attempt("luc", at(-days_ago, "10:30"), Outcome.NOT_INTERESTED)
    return [row]


def test_no_call_for_sixty_days_and_the_next_one_after_them() -> None:
    said_no = refused(50)
    due = promise("luc", Kind.RANGE, window(0, until=18), attempt=said_no[-1])
    placed = one(due, contacts=[contact("luc", FRANCE)])
    assert placed.slot is not None
    assert placed.slot.start >= at(10, "10:30")


def test_a_promise_inside_has_no_slot_and_says_why() -> None:
    said_no = refused(50)
    due = promise("luc", Kind.DAY, window(2), attempt=said_no[-1], made=at(-1, "12:00"))
    placed = one(due, contacts=[contact("luc", FRANCE)], attempts=said_no)
    assert placed.slot is None
    assert "within 60 days of their refusal: France allows no call before Thu 10 Dec" in placed.why[0]
    assert placed.problem is not None


def test_an_appointment_stands_and_the_law_is_said() -> None:
    said_no = refused(50)
    due = promise("luc", Kind.FIXED, Window(at(2, "09:00"), at(2, "09:00")), attempt=said_no[-1])
    placed = one(due, contacts=[contact("luc", FRANCE)])
    assert placed.slot == slot(2, "09:00")
    assert "a time they agreed to, but it is within 60 days of their refusal" in placed.why[0]


def test_after_sixty_days_nothing_is_left_of_it() -> None:
    due = promise("luc", Kind.DAY, window(2), attempt=refused(58)[-1])
    placed = one(due, contacts=[contact("luc", FRANCE)])
    assert placed.slot is not None
    assert placed.slot.start.date() == at(2).date()


def test_elsewhere_a_refusal_ends_what_was_owed_and_no_more() -> None:
    due = promise("luc", Kind.DAY, window(2), attempt=refused(5)[-1])
    assert starts(one(due)).startswith("Wed")


def test_before_you_promise_says_so() -> None:
    luc, said_no = contact("luc", FRANCE), refused(50)
    known = book([luc], *said_no)
    advice = before_you_promise(window(2), luc, known, rep(), Policy(), now=at(0, "08:00"))
    assert not advice.works
    assert "Wed 2 Dec: a call then is within 60 days of their refusal" in advice.warnings[0]
    assert advice.nearest == date(2026, 12, 10)
    clock = Window(at(2, "09:00"), at(2, "09:00"))
    told = before_you_promise(clock, luc, known, rep(), Policy(), now=at(0, "08:00")).warnings
    assert any("is within 60 days of their refusal" in line for line in told)


def test_before_you_promise_counts_attempts_as_the_law_does() -> None:
    tried = [attempt("dana", at(0, clock), Outcome.NO_ANSWER) for clock in ("12:00", "14:00", "15:30")]
    dana = contact("dana", FLORIDA)
    advice = before_you_promise(
        window(1, "09:00", "11:00"), dana, book([dana], *tried), rep(), Policy(), now=at(0, "16:00")
    )
    assert not advice.works
    assert advice.warnings[0] == "Tue 1 Dec: a call then would be attempt 4 in 24 h"


def test_two_calls_to_one_contact_count_for_the_cap_together() -> None:
    tried = [attempt("dana", at(0, "09:00"), Outcome.NO_ANSWER), attempt("dana", at(0, "09:30"), Outcome.NO_ANSWER)]
    pair = [promise("dana", Kind.DAY, window(0, "10:00"), id=f"p{n}", attempt=tried[-1]) for n in (1, 2)]
    first, second = put(*pair, contacts=[contact("dana", FLORIDA)], attempts=tried[:1], now=at(0, "09:40"))
    assert starts(first).startswith("Mon")
    assert second.slot is None
    assert "would be attempt 4 in 24 h" in second.why[0]


@pytest.mark.parametrize(
    ("due", "made", "now", "slot_at"),
    [
        pytest.param(window(24, "12:00", "17:00"), 22, 22, "Thu 12", id="in the afternoon it was planned for"),
        pytest.param(window(25, "12:00", "17:00"), 22, 22, "Mon 12", id="002-4 the afternoon after a holiday"),
        pytest.param(window(25), 22, 22, "Mon 09", id="all of a day has no part to keep"),
        pytest.param(window(25, "12:00", "17:00"), 25, 25, "Mon 09", id="planned for the day itself it does not wait"),
    ],
)
def test_a_planned_call_keeps_its_part_of_the_day(due: Window, made: int, now: int, slot_at: str) -> None:
    """Day 25 is Christmas Day, a Friday."""
    call = promise("dana", Kind.PLANNED, due, made=at(made, "08:00"))
    placed = one(call, now=at(now, "08:30"))
    assert placed.slot is not None
    assert f"{placed.slot.start:%a %H}" == slot_at
