"""Length per cadence: a commitment carries the minutes that its call takes, from the cadence the contact follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calsync.cadences import Cadence, Chooser, Next, load
from calsync.commitments import Rules, fold_contact
from calsync.model import Commitment, Contact, Kind, Policy, Reading, Window
from tests.commitments.given import DANA, REP, at, hours, row

SHIPPED = load()
FIXED = Reading(Kind.FIXED, Window(at("Thu 15:00"), at("Thu 15:00")))
DAY = Reading(Kind.DAY, hours("Fri"))


def owed(reading: Reading, cadence: Cadence, policy: Policy | None = None, contact: Contact = DANA) -> Commitment:
    """What one promise of the rep's is owed as, to a contact in that cadence."""
    chooser = Chooser({cadence.name: cadence}, cadence.name)
    silent = Next(None, None, None, False, "")
    rules = Rules(
        lambda text, said, who: reading, lambda who, log: silent, REP, policy or Policy(), frozenset(), chooser
    )
    (commitment,) = fold_contact(
        contact, [row("Wed 11:02", "connected", promise="x")], rules, at("Wed 12:00")
    ).commitments
    return commitment


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_004_1_an_appointment_of_every_shipped_cadence_takes_ten_to_fifteen_minutes(name: str) -> None:
    assert 10 <= owed(FIXED, SHIPPED[name]).minutes <= 15


def test_an_appointment_takes_the_minutes_that_the_cadence_says() -> None:
    assert owed(FIXED, replace(SHIPPED["referral"], appointment_minutes=40)).minutes == 40


def test_a_call_takes_an_ordinary_slot_unless_the_cadence_asks_for_more() -> None:
    assert owed(DAY, SHIPPED["referral"]).minutes == 0
    assert owed(DAY, replace(SHIPPED["referral"], call_minutes=25)).minutes == 25
    assert owed(DAY, replace(SHIPPED["referral"], call_minutes=25), Policy(slot_minutes=30)).minutes == 0


def test_the_length_is_of_the_cadence_that_the_contact_is_in() -> None:
    long = replace(SHIPPED["referral"], name="long", call_minutes=30)
    chooser = Chooser({**SHIPPED, "long": long}, "referral")
    assert chooser(replace(DANA, cadence="long")).call_minutes == 30
    assert chooser(DANA).call_minutes == 5


def test_choosers_are_equal_where_they_choose_alike() -> None:
    assert Chooser(SHIPPED, "referral") == Chooser(dict(SHIPPED), "referral")
    assert Chooser(SHIPPED, "referral") != Chooser(SHIPPED, "customer-care")
