"""After a sale: what ran before ends, and the cadence that the configuration names begins by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from calsync.commitments import Follow, Rules, fold_contact
from calsync.model import Attempt, Commitment, Contact, Kind, Outcome, Policy, PromisedBy, State
from tests.cadences.world import DANA, TASHA, at, call, read, shipped, silent, spoke, vm

AFTER = Policy(after_sale="after-sale")
SALE = call(at("03-05", "11:00"), Outcome.SOLD)


def folded(*attempts: Attempt, policy: Policy = AFTER, contact: Contact = DANA) -> Sequence[Commitment]:
    follow = Follow(shipped(), read, TASHA, policy)
    rules = Rules(read, follow, TASHA, policy, frozenset(), follow.choose)
    return fold_contact(contact, attempts, rules, attempts[-1].at + timedelta(minutes=5)).commitments


def owed(*attempts: Attempt, policy: Policy = AFTER, contact: Contact = DANA) -> Commitment | None:
    return next((one for one in folded(*attempts, policy=policy, contact=contact) if one.state.live), None)


def step(commitment: Commitment | None) -> tuple[str, int, date]:
    assert commitment is not None
    assert commitment.cadence is not None
    return commitment.cadence.name, commitment.cadence.step, commitment.window.latest.date()


def test_a_sale_ends_the_cadence_and_plans_the_first_call_after_it() -> None:
    before, after = folded(vm(at("03-03")), SALE)
    assert (before.state, before.promised_by) == (State.RELEASED, PromisedBy.CADENCE)
    assert (after.kind, after.state, after.promised_by) == (Kind.PLANNED, State.OPEN, PromisedBy.CADENCE)
    assert step(after) == ("after-sale", 1, date(2026, 3, 7))


def test_the_three_calls_come_one_by_one_counted_from_the_sale() -> None:
    first, second = vm(at("03-09", "10:00")), spoke(at("03-19", "10:00"))
    assert step(owed(vm(at("03-03")), SALE, first)) == ("after-sale", 2, date(2026, 3, 19))
    assert step(owed(vm(at("03-03")), SALE, first, second)) == ("after-sale", 3, date(2026, 5, 5))
    assert owed(vm(at("03-03")), SALE, first, second, vm(at("05-05"))) is None


def test_a_call_nobody_answered_says_the_same_words_again() -> None:
    assert step(owed(SALE, silent(at("03-09", "10:00"))))[:2] == ("after-sale", 1)


def test_without_the_setting_a_sale_ends_it_all() -> None:
    assert owed(vm(at("03-03")), SALE, policy=Policy()) is None


@pytest.mark.parametrize("name", ["", "no-such-cadence", "referral"])
def test_a_name_that_means_no_cadence_after_a_sale_plans_nothing(name: str) -> None:
    assert owed(vm(at("03-03")), SALE, policy=Policy(after_sale=name)) is None


def test_whoever_is_in_it_by_their_own_row_is_in_it_once() -> None:
    ellen = Contact(**{field: getattr(DANA, field) for field in ("id", "name", "phones")}, cadence="after-sale")
    with_setting = folded(SALE, vm(at("03-09", "10:00")), contact=ellen)
    assert with_setting == folded(SALE, vm(at("03-09", "10:00")), contact=ellen, policy=Policy())


def test_what_the_rep_promised_after_the_sale_takes_the_place_of_the_planned_call() -> None:
    own = Attempt("own", DANA.id, at("03-05", "11:00"), outcome=Outcome.SOLD, promise="on Tuesday")
    found = owed(vm(at("03-03")), own)
    assert found is not None
    assert (found.kind, found.window.latest.date()) == (Kind.DAY, date(2026, 3, 10))


def test_another_sale_begins_it_again() -> None:
    again = call(at("04-06", "11:00"), Outcome.SOLD)
    assert step(owed(SALE, vm(at("03-09", "10:00")), again)) == ("after-sale", 1, date(2026, 4, 8))


def test_once_it_has_said_its_piece_the_next_call_begins_the_contacts_own_cadence() -> None:
    done = [vm(at("03-09", "10:00")), vm(at("03-19", "10:00")), vm(at("05-05", "10:00"))]
    found = owed(SALE, *done, vm(at("06-03")))
    assert found is not None
    assert found.cadence is not None
    assert (found.cadence.name, found.cadence.step, found.kind) == ("referral", 2, Kind.DEADLINE)


@pytest.mark.parametrize("outcome", [Outcome.NOT_INTERESTED, Outcome.DO_NOT_CALL])
def test_whoever_wants_to_hear_no_more_is_not_called_after_the_sale(outcome: Outcome) -> None:
    assert owed(SALE, call(at("03-09", "10:00"), outcome)) is None


def test_a_log_that_is_folded_row_by_row_gives_what_it_gives_at_once() -> None:
    log = [
        vm(at("03-03")),
        SALE,
        vm(at("03-09", "10:00")),
        spoke(at("03-19", "10:00")),
        vm(at("05-05")),
        vm(at("06-03")),
    ]
    follow = Follow(shipped(), read, TASHA, AFTER)
    for count in range(1, len(log) + 1):
        fresh = Follow(shipped(), read, TASHA, AFTER)(DANA, log[:count])
        assert follow(DANA, log[:count]) == fresh


def test_the_shipped_file_says_how_it_is_set_off() -> None:
    text = (Path(__file__).resolve().parents[2] / "config/cadences/after-sale.toml").read_text(encoding="utf-8")
    assert 'after_sale = "after-sale"' in text
