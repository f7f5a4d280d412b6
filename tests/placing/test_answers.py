"""What is told about a slot: explain, the advice before a promise, and words that stay while the event stays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from calsync.model import Contact, Decisions, Kind, Outcome, Policy, PromisedBy, Rep, Span, State, Window
from calsync.placing import Advice, before_you_promise, explain, place
from calsync.placing.world import World
from tests.placing.samples import (
    FLORIDA,
    ILLINOIS,
    MONDAY,
    TOLL_FREE,
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
    window,
)


def test_explain_tells_rules_cuts_and_alternatives() -> None:
    due = promise("dana", Kind.DEADLINE, window(4), made=at(-4, "10:05"))
    dana = contact("dana", FLORIDA, extra={"call_hours": "Mon-Fri 12:00-19:00"})
    rows = book([dana], promises=[due])
    context: dict[str, Any] = {
        "busy": [span(4, "15:00", "16:00")],
        "decisions": Decisions(seen={due.id: slot(4, "16:20")}),
        "now": at(0, "08:00"),
    }
    (placed,) = place([due], rows, rep(), Policy(), **context)
    told = explain(placed, rows, rep(), Policy(), **context)
    assert told[0] == placed.why[0]
    text = "\n".join(told)
    for part in (
        "promised: 'as promised', deadline, Fri 4 Dec 09:00-18:00",
        "their zone: New York (area code: area code 305)",
        "law: Florida: Mon-Fri 08:00-20:00",
        "source: Fla. Stat. 501.616(6)",
        "at most 3 attempts in 24 hours; 1 in the log so far",
        "their wish: Mon-Fri 12:00-19:00",
        "attempt that reached nobody: Thu 26 Nov 10:05",
        "on the calendar: Fri 4 Dec 16:20",
        "Fri 4 Dec: what they asked for took 09:00-11:00; busy times took 15:00-16:00; left 11:00-15:00, 16:00-18:00",
        "next choices: Fri 16:00 (17:00 in New York), Fri 16:10",
    ):
        assert part in text


def test_explain_of_what_has_no_place() -> None:
    closed = promise("dana", Kind.DAY, window(1), state=State.KEPT)
    rows = book([contact("dana")], promises=[closed])
    context: dict[str, Any] = {"busy": (), "decisions": Decisions(), "now": at(0)}
    (placed,) = place([closed], rows, rep(), Policy(), **context)
    assert explain(placed, rows, rep(), Policy(), **context) == ("nothing to place: kept",)
    sunday = promise("dana", Kind.AFTER, window(6))
    (placed,) = place([sunday], rows, rep(), Policy(), **context)
    assert "Sun 6 Dec: you do not work on Sundays; nothing left" in explain(placed, rows, rep(), Policy(), **context)


@pytest.mark.parametrize(
    ("kind", "state", "now", "stands", "days"),
    [
        pytest.param(Kind.PLANNED, State.OPEN, at(2, "08:00"), "Wed 2 Dec", ["Wed 2 Dec"], id="planned, its day gone"),
        pytest.param(Kind.DAY, State.MISSED, at(2, "08:00"), "Wed 2 Dec", ["Wed 2 Dec"], id="overdue"),
        pytest.param(
            Kind.DAY, State.OPEN, at(0, "17:55"), "Tue 1 Dec", ["Mon 30 Nov", "Tue 1 Dec"], id="today is over"
        ),
    ],
)
def test_explain_shows_the_day_on_which_the_call_stands_now(
    kind: Kind, state: State, now: datetime, stands: str, days: list[str]
) -> None:
    by = PromisedBy.CADENCE if kind is Kind.PLANNED else PromisedBy.REP
    due = promise("dana", kind, window(0), state=state, promised_by=by)
    rows = book([contact("dana")], promises=[due])
    context: dict[str, Any] = {"busy": [span(2, "09:00", "10:00")], "decisions": Decisions(), "now": now}
    (placed,) = place([due], rows, rep(), Policy(), **context)
    assert placed.slot is not None
    assert f"{placed.slot.start:%a} {placed.slot.start.day} {placed.slot.start:%b}" == stands
    told = explain(placed, rows, rep(), Policy(), **context)
    cuts = [line for line in told if line.endswith("nothing left") or ": left" in line or "; left" in line]
    assert [line.partition(":")[0] for line in cuts] == days
    if stands == "Wed 2 Dec":
        assert cuts == ["Wed 2 Dec: busy times took 09:00-10:00; left 10:00-18:00"]


def test_explain_of_a_planned_call_without_a_slot_shows_the_days_ahead() -> None:
    due = promise("dana", Kind.PLANNED, window(0), promised_by=PromisedBy.CADENCE)
    rows = book([contact("dana")], promises=[due])
    context: dict[str, Any] = {"busy": [span(0, "00:00", "23:59"), *_weeks()], "decisions": Decisions(), "now": at(2)}
    (placed,) = place([due], rows, rep(), Policy(), **context)
    assert placed.slot is None
    told = explain(placed, rows, rep(), Policy(), **context)
    assert "Wed 2 Dec: busy times took 09:00-18:00; nothing left" in told


def _weeks() -> list[Span]:
    return [Span(at(0), at(200))]


def test_explain_of_a_toll_free_number_says_that_all_regions_must_allow_it() -> None:
    due = promise("dana", Kind.DAY, window(1))
    rows = book([contact("dana", TOLL_FREE)], promises=[due])
    context: dict[str, Any] = {"busy": (), "decisions": Decisions(), "now": at(0)}
    (placed,) = place([due], rows, rep(), Policy(), **context)
    assert "law: every one of 51 regions must allow the call" in explain(placed, rows, rep(), Policy(), **context)


def ask(due: Window, dana: Contact | None = None, who: Rep | None = None, **fields: Any) -> Advice:
    person = dana or contact("dana")
    return before_you_promise(
        due, person, book([person]), who or rep(), fields.pop("policy", Policy()), now=at(0, "12:00"), **fields
    )


def test_days_that_were_worked_out_before_change_no_advice() -> None:
    """Those of another moment, at which the rep was busy all day and had a call set; those of another rep are not
    taken."""
    for who, policy in ((rep(), Policy()), (rep(away=(away(2, 4, "Lisbon"),)), Policy(gap_minutes=5))):
        days = World(who, policy, at(3, "17:00"), [span(day, "00:00", "23:59") for day in range(40)])
        days.pin(days.now + 1440, days.now + 1450)
        for dana in (contact("dana"), contact("dana", "+18085550100"), contact("dana", TOLL_FREE)):
            for due in (window(1, "09:00", "11:00"), window(4), window(5), window(25)):
                told = ask(due, dana, who, policy=policy)
                assert [ask(due, dana, who, policy=policy, like=days) for _ in range(2)] == [told, told]
                assert ask(due, dana, who, policy=policy, like=World(rep(), Policy(), at(0))) == told


def test_a_day_that_works_needs_no_advice() -> None:
    assert ask(window(4)) == Advice(True)


@pytest.mark.parametrize(
    ("due", "dana", "who", "said", "nearest"),
    [
        (window(25), None, None, "Fri 25 Dec: Christmas Day", date(2026, 12, 24)),
        (window(3), None, rep(away=(away(2, 4, "Lisbon"),)), "you are away (Lisbon)", date(2026, 12, 1)),
        (window(5), None, None, "Sat 5 Dec: you do not work on Saturdays", date(2026, 12, 4)),
        (
            window(1, "09:00", "11:00"),
            contact("dana", "+18085550100"),
            None,
            "Tue 1 Dec: no call is legal then (Hawaii allows",
            date(2026, 12, 1),
        ),
        (
            window(1, "09:00", "11:00"),
            contact("dana", extra={"call_hours": "afternoons"}),
            None,
            "none of the hours they asked for",
            date(2026, 12, 1),
        ),
    ],
    ids=["holiday", "away", "weekend", "law", "wish"],
)
def test_what_does_not_work_is_said_with_the_nearest_day(
    due: Window, dana: Contact | None, who: Rep | None, said: str, nearest: date
) -> None:
    advice = ask(due, dana, who)
    assert not advice.works
    assert said.replace("Hawaii allows", "") in " ".join(advice.warnings)
    assert advice.nearest == nearest
    assert advice.warnings[-1].startswith("the nearest day that works is")


def test_where_only_the_hours_are_wrong_the_day_itself_is_the_nearest() -> None:
    hawaii = contact("dana", "+18085550100")
    assert ask(Window(at(1, "09:00"), at(1, "09:00")), hawaii).nearest == date(2026, 12, 1)
    assert ask(Window(at(5, "09:00"), at(5, "09:00")), hawaii).nearest == date(2026, 12, 4)


def test_a_full_day() -> None:
    advice = ask(window(1), policy=Policy(per_day=1), placed=[slot(1, "12:00")])
    assert advice.warnings[0] == "Tue 1 Dec: your day is full"
    assert advice.nearest == MONDAY


def test_a_holiday_over_there_is_mentioned_even_where_calls_are_legal() -> None:
    london = rep(region="GB-ENG")
    assert ask(window(42, "15:00", "18:00", until=42), None, london).works
    advice = ask(window(49, "15:00", "18:00"), contact("dana", ILLINOIS), london)
    assert advice.works
    assert advice.warnings == ("Mon 18 Jan is Martin Luther King Jr. Day there",)


def test_a_clock_time_is_looked_at_as_such() -> None:
    taken = [slot(1, "15:00")]
    assert ask(Window(at(1, "14:50"), at(1, "14:50")), placed=taken).works
    clash = ask(Window(at(1, "15:05"), at(1, "15:05")), placed=taken)
    assert "another call is set for that time" in clash.warnings
    late = ask(Window(at(1, "20:30"), at(1, "20:30")), contact("dana", FLORIDA))
    assert not late.works
    said = "Florida allows 08:00-20:00, and it is 21:30 in Florida; a time they ask for themselves is allowed"
    assert said in late.warnings
    assert "that time has passed" in ask(Window(at(0, "09:00"), at(0, "09:00"))).warnings


@pytest.mark.parametrize(
    ("number", "clock", "said"),
    [
        (FLORIDA, "06:30", "Florida allows 08:00-20:00, and it is 07:30 in Florida"),
        ("+18085550100", "10:00", "the United States allows 08:00-21:00, and it is 06:00 in Hawaii"),
        (TOLL_FREE, "10:00", "the United States allows 08:00-21:00, and it is 07:00 in Alaska"),
        ("+442079460000", "16:00", "the United Kingdom allows 09:00-20:00, and it is 22:00 there"),
    ],
)
def test_an_appointment_outside_their_calling_hours_says_what_hour_it_is_over_there(
    number: str, clock: str, said: str
) -> None:
    due = promise("dana", Kind.FIXED, Window(at(1, clock), at(1, clock)))
    dana = contact("dana", number)
    assert f"a time they agreed to, but {said}" in one(due, contacts=[dana]).why[0]
    assert f"{said}; a time they ask for themselves is allowed" in ask(due.window, dana).warnings


def test_an_unknown_zone_is_to_be_asked_for() -> None:
    advice = ask(window(1), contact("dana", ""))
    assert advice.works
    assert advice.warnings == ("zone uncertain: ask (no number and no zone in the file, taken as yours)",)


def test_the_words_beside_an_event_stay_while_the_event_stays() -> None:
    due = promise("dana", Kind.DEADLINE, window(4))
    first = one(due)
    assert first.slot is not None
    rows = book([contact("dana")], promises=[due])

    def again(busy: list[Any], said: tuple[str, ...]) -> tuple[str, ...]:
        known = Decisions(seen={due.id: first.slot} if first.slot else {}, why={due.id: said})
        return place([due], rows, rep(), Policy(), busy=busy, decisions=known, now=at(1, "09:00"))[0].why

    assert again([span(4, "17:00", "18:00")], first.why) == first.why
    stale = ("Fri 16:00: something else altogether",)
    assert again([], stale) == first.why


@pytest.mark.parametrize(
    ("tried", "now", "said"),
    [
        (at(0, "12:00"), at(1, "09:00"), "varied from Mon 12:00"),
        (at(0, "09:40"), at(1, "09:00"), "another weekday than Mon 09:40"),
        (at(1, "09:00"), at(1, "10:00"), ""),
    ],
)
def test_003_2_the_event_says_how_far_its_hour_is_from_the_last_attempt(
    tried: datetime, now: datetime, said: str
) -> None:
    """An overdue call takes the next free slot, whatever was tried before."""
    due = promise("dana", Kind.DAY, window(-1), made=at(-5, "10:05"), state=State.MISSED)
    row = attempt("dana", tried, Outcome.NO_ANSWER)
    (why,) = one(due, attempts=[row], now=now).why
    assert ("varied" in why, "another weekday" in why) == ("varied" in said, "another weekday" in said)
    assert said in why


def test_a_zone_that_is_not_certain_is_to_be_asked_for() -> None:
    for number in ("+18505550100", TOLL_FREE):
        placed = one(promise("dana", Kind.DAY, window(1)), contacts=[contact("dana", number)])
        assert any(line.startswith("zone uncertain: ask") for line in placed.why)
    typo = contact("dana", timezone="Amerika/Chicago")
    placed = one(promise("dana", Kind.DAY, window(1)), contacts=[typo])
    assert '"Amerika/Chicago" is not a time zone' in placed.why[1]


def test_toll_free_is_called_only_when_it_is_legal_from_hawaii_to_rhode_island() -> None:
    crowd = [promise(f"c{n}", Kind.DAY, window(1)) for n in range(30)]
    placed = put(*crowd, contacts=[contact(due.contact_id, TOLL_FREE) for due in crowd])
    for each in placed:
        assert each.slot is not None
        assert at(1, "12:00") <= each.slot.start
        assert each.slot.end <= at(1, "17:00")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("10:00-12:00", "10:00"),
        ("Mon-Fri 14:00-16:00; Sat 11:00-13:00", "14:00"),
        ("Tue, Thu 17:00-20:00", "17:00"),
        ("not before 13:30", "13:30"),
        ("never after 09:20", "09:00"),
        ("mornings only", "09:00"),
        ("Evenings", "17:00"),
        ("9-9:30, 11:00-11:10", "09:00"),
    ],
)
def test_the_contacts_own_hours(words: str, expected: str) -> None:
    spoke = promise("dana", Kind.DAY, window(1), made=at(-4, "23:00"))
    placed = one(spoke, contacts=[contact("dana", extra={"call_hours": words})])
    assert placed.slot is not None
    assert f"{placed.slot.start:%H:%M}" == expected
    assert f"they asked for {words}" in placed.why


def test_hours_that_cannot_be_read_are_a_problem_with_its_place_and_remedy() -> None:
    for words in ("whenever", "25:00-26:00", "12:00-10:00", "not before lunch"):
        placed = one(promise("dana", Kind.DAY, window(1)), contacts=[contact("dana", extra={"call_hours": words})])
        assert placed.slot is not None
        assert placed.problem is not None
        assert (placed.problem.file, placed.problem.line, placed.problem.column) == ("contacts.csv", 2, "call_hours")
        assert "write it like" in placed.problem.hint


def test_a_window_without_the_hours_they_asked_for() -> None:
    mornings = contact("dana", extra={"call_hours": "mornings"})
    placed = one(promise("dana", Kind.DAY, window(1, "14:00", "16:00")), contacts=[mornings])
    assert "holds none of the hours they asked for" in placed.why[0]
