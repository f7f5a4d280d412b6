"""A contact's cadence: named, by group, by kind and line, by default."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calsync.cadences import Cadence, choose, unknown_cadence, unknown_groups, with_groups
from calsync.cadences.model import UseFor
from calsync.errors import ConfigError
from calsync.model import Contact, ContactKind, Line, Where
from tests.cadences.world import DANA, business, consumer, shipped

ALL = dict(shipped())
RULED: dict[str, Cadence] = {
    **ALL,
    "vips": replace(ALL["customer-care"], name="vips", use_for=UseFor(groups=frozenset({"vip"}))),
    "cells": replace(
        ALL["silent-consumer"],
        name="cells",
        use_for=UseFor(kinds=frozenset({ContactKind.CONSUMER}), lines=frozenset({Line.CELL})),
    ),
    "people": replace(ALL["silent-consumer"], name="people", use_for=UseFor(kinds=frozenset({ContactKind.CONSUMER}))),
    "firms": replace(ALL["business-hook"], name="firms", use_for=UseFor(kinds=frozenset({ContactKind.BUSINESS}))),
}


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        (replace(consumer(), cadence="seven-to-ten", groups=("VIP",)), "seven-to-ten"),
        (replace(DANA, cadence="Customer Care"), "customer-care"),
        (replace(DANA, cadence="seven_to_ten"), "seven-to-ten"),
        (replace(consumer(), groups=("Friends", "VIP")), "vips"),
        (consumer(Line.CELL), "cells"),
        (consumer(Line.HOME), "people"),
        (business(), "firms"),
        (DANA, "referral"),
        (replace(DANA, cadence="no such thing"), "referral"),
    ],
)
def test_the_first_rule_that_fits_decides(contact: Contact, name: str) -> None:
    assert choose(contact, RULED, "referral").name == name


def test_the_shipped_cadences_claim_nobody_on_their_own() -> None:
    for contact in (DANA, business(), consumer(), consumer(Line.HOME)):
        assert choose(contact, ALL, "referral").name == "referral"
        assert choose(contact, ALL, "seven-to-ten").name == "seven-to-ten"


def test_an_unknown_default_falls_back_and_no_cadence_at_all_is_an_error() -> None:
    assert choose(DANA, ALL, "nothing").name == "referral"
    assert choose(DANA, {"one": ALL["after-sale"]}, "nothing").name == "after-sale"
    with pytest.raises(ConfigError):
        choose(DANA, {}, "referral")


def test_a_name_that_no_file_has_is_reported_with_its_row_and_the_nearest_one() -> None:
    typo = replace(DANA, cadence="refferal", where=Where("contacts.csv", 4))
    problem = unknown_cadence(typo, ALL)
    assert problem is not None
    assert (problem.file, problem.line, problem.column, problem.hint) == (
        "contacts.csv",
        4,
        "cadence",
        "write referral",
    )
    assert unknown_cadence(replace(DANA, cadence=" Referral "), ALL) is None
    assert unknown_cadence(DANA, ALL) is None


def test_the_configuration_may_give_a_group_its_cadence() -> None:
    by_group = {"Past customers": "After Sale", "Press": "nonsense"}
    cadences = with_groups(ALL, by_group)
    assert choose(replace(DANA, groups=("past customers",)), cadences, "referral").name == "after-sale"
    assert choose(replace(DANA, groups=("Press",)), cadences, "referral").name == "referral"
    assert unknown_groups(ALL, by_group) == ("nonsense",)
