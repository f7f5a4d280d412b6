"""After a sale: two days, two weeks, two months, counted from the sale."""

from __future__ import annotations

from datetime import date

from calsync.cadences import step_after
from calsync.model import Kind, Outcome
from tests.cadences.world import DANA, TASHA, after, at, call, day_of, shipped, silent, spoke, step, vm

SALE = call(at("03-03", "11:00"), Outcome.SOLD)


def test_nothing_is_planned_before_the_sale() -> None:
    found = after("after-sale", spoke(at("03-02")))
    assert (found.step, found.promise, found.planned, found.ended) == (None, None, None, False)
    assert step_after(shipped()["after-sale"], DANA, (), TASHA) is None


def test_the_sale_plans_the_first_call_two_days_later() -> None:
    found = after("after-sale", spoke(at("03-02")), SALE)
    assert found.planned is not None
    assert found.planned.kind is Kind.PLANNED
    assert (step(found), day_of(found)) == (1, date(2026, 3, 5))


def test_each_call_is_counted_from_the_sale_and_not_from_the_call_before() -> None:
    late = after("after-sale", SALE, spoke(at("03-09")))
    assert (step(late), day_of(late)) == (2, date(2026, 3, 17))
    third = after("after-sale", SALE, spoke(at("03-09")), vm(at("03-17")))
    assert (step(third), day_of(third)) == (3, date(2026, 5, 3))


def test_a_day_that_has_passed_already_is_counted_from_the_call() -> None:
    found = after("after-sale", SALE, spoke(at("03-30")))
    assert (step(found), day_of(found)) == (2, date(2026, 4, 13))


def test_nobody_there_means_the_same_step_again() -> None:
    found = after("after-sale", SALE, silent(at("03-05")))
    assert found.planned is not None
    assert step(found) == 1


def test_after_the_third_call_it_is_over() -> None:
    found = after("after-sale", SALE, vm(at("03-05")), spoke(at("03-17")), vm(at("05-04")))
    assert (found.step, found.planned, found.ended) == (None, None, True)


def test_another_sale_begins_it_again() -> None:
    found = after("after-sale", SALE, vm(at("03-05")), call(at("03-17"), Outcome.SOLD))
    assert (step(found), day_of(found)) == (1, date(2026, 3, 19))
