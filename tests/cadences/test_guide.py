"""Going on attempt by attempt, and remembering what comes again, changes no answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calsync.cadences import Chooser, Guide, Walk, choose, implied, next_of, step_after
from calsync.model import Attempt, Contact, ContactKind, Line, Phone, Policy
from calsync.promises import Language
from tests.cadences.test_invariants import logs, people
from tests.cadences.world import CHICAGO, DANA, TASHA, at, shipped, silent, vm

LANGUAGE = Language(CHICAGO)
GUIDES = {name: Guide(cadence, LANGUAGE, TASHA) for name, cadence in shipped().items()}
"""Kept from one example to the next, as a fold keeps them from one contact to the next."""

deadlines = st.sampled_from(["", "", "", "2026-03-20", "2026-11-27", "soon"])


@pytest.mark.parametrize("name", sorted(shipped()))
@settings(deadline=None)
@given(history=logs(), contact=people, deadline=deadlines)
def test_each_attempt_answers_as_the_whole_history_does(
    name: str, history: list[Attempt], contact: Contact, deadline: str
) -> None:
    contact = replace(contact, extra={"deadline": deadline})
    walk = Walk(GUIDES[name], contact)
    for index, attempt in enumerate(history):
        walk.place.go_on(attempt)
        plain = implied(shipped()[name], contact, history[: index + 1], LANGUAGE, TASHA, Policy())
        assert next_of(walk) == plain


@pytest.mark.parametrize("name", sorted(shipped()))
@given(hour=st.integers(0, 23), other=st.integers(0, 23), day=st.integers(1, 28), spoken=st.booleans())
def test_what_was_answered_in_the_morning_is_not_answered_in_the_afternoon(
    name: str, hour: int, other: int, day: int, *, spoken: bool
) -> None:
    for clock in (hour, other):
        made = (vm if spoken else silent)(datetime(2026, 11, day, clock, 30, tzinfo=CHICAGO))
        walk = Walk(GUIDES[name], DANA)
        walk.place.go_on(made)
        assert next_of(walk) == implied(shipped()[name], DANA, [made], LANGUAGE, TASHA, Policy())


def test_a_long_log_is_walked_once() -> None:
    walk, moment, history = Walk(GUIDES["customer-care"], DANA), at("01-05"), []
    for _ in range(400):
        history.append(vm(moment))
        walk.place.go_on(history[-1])
        moment += timedelta(days=2)
    ref = step_after(shipped()["customer-care"], DANA, history, TASHA)
    assert next_of(walk).step == ref


@given(
    contacts=st.lists(
        st.builds(
            lambda cadence, kind, line, groups: replace(
                DANA, cadence=cadence, kind=kind, phones=(Phone("+13125550100", line),), groups=groups
            ),
            st.sampled_from([None, "referral", "After Sale", "nobody"]),
            st.sampled_from([None, *ContactKind]),
            st.sampled_from([None, *Line]),
            st.sampled_from([(), ("clients",)]),
        )
    )
)
def test_a_chooser_chooses_as_choose_does(contacts: list[Contact]) -> None:
    chooser = Chooser(shipped(), "referral")
    assert [chooser(one) for one in contacts] == [choose(one, shipped(), "referral") for one in contacts]
