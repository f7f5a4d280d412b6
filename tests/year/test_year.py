"""The year of a rep: 2,000 contacts in four countries, all six cadences, clocks that change on both sides of the ocean,
holidays, two weeks away, meetings that come up, and outcomes that hypothesis chooses.

On every day no call stands outside the law (G8), every promise that can be kept has its place (G9), and no event moves
without a reason.  ``make year`` lives through more of them and prints the figures.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.year.life import DAYS, Life, live
from tests.year.watch import Watch

YEARS = int(os.environ.get("CALSYNC_YEARS", "1"))


def lives(contacts: st.SearchStrategy[int]) -> st.SearchStrategy[Life]:
    """The simplest life is an ordinary one."""
    return st.builds(
        Life,
        seed=st.integers(1, 2**32),
        contacts=contacts,
        answers=st.sampled_from([25, 5, 15, 40, 70]),
        diligence=st.sampled_from([97, 100, 85, 60]),
        sick=st.lists(st.integers(0, DAYS - 1), max_size=8, unique=True).map(tuple),
        meetings=st.sampled_from([4, 0, 12]),
        told=st.sampled_from([21, 200, 1]),
        per_day=st.sampled_from([70, None]),
        per_hour=st.sampled_from([None, 6]),
        gap=st.sampled_from([0, 5]),
        deadline=st.sampled_from(["on", "after"]),
    )


def live_through(life: Life) -> None:
    watch = Watch()
    year = live(life, watch)
    print(watch.report(year))
    assert year.calls_outside == 0


@pytest.mark.timeout(0)
@settings(max_examples=YEARS, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives(st.just(2_000)))
def test_a_year_with_two_thousand_contacts(life: Life) -> None:
    live_through(life)


@pytest.mark.timeout(0)
@settings(max_examples=5 * YEARS, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives(st.integers(20, 120)))
def test_a_year_of_any_rep(life: Life) -> None:
    live_through(life)
