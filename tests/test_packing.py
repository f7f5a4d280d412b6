"""What is packed comes back equal, every field of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.commitments.packed import pack_commitments, unpack_commitments
from calsync.model import Attempt, Commitment, Contact, Phone, Problem, StepRef, Where, Window
from calsync.packing import Packing, pack_contact, pack_problems, unpack_contact, unpack_problems

ZONE = ZoneInfo("America/Chicago")
PACKING = Packing(ZONE)


def every_field(cls: Any, **known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value with each of its fields filled, also one that is added tomorrow."""
    return st.builds(cls, **{field.name: known.get(field.name, ...) for field in fields(cls)})


ZONES = st.sampled_from([ZONE, ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Dublin"), UTC])
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=ZONES)  # noqa: DTZ001
st.register_type_strategy(datetime, MOMENTS)
WHERE = every_field(Where)
WINDOWS = every_field(Window, earliest=MOMENTS, latest=MOMENTS)
ATTEMPTS = every_field(Attempt, contact_id=st.just("c1"), at=MOMENTS, where=WHERE)
CONTACTS = every_field(
    Contact,
    phones=st.lists(every_field(Phone), max_size=2).map(tuple),
    extra=st.dictionaries(st.text(), st.text(), max_size=3),
    where=WHERE,
)
COMMITMENTS = every_field(
    Commitment, contact_id=st.just("c1"), attempt=ATTEMPTS, window=WINDOWS, closed_by=st.none() | ATTEMPTS,
    cadence=st.none() | every_field(StepRef),
)  # fmt: skip


def through_json(value: object) -> Any:
    return json.loads(json.dumps(value))


@given(CONTACTS)
def test_a_contact_comes_back(contact: Contact) -> None:
    assert unpack_contact(through_json(pack_contact(contact))) == contact


@given(st.lists(ATTEMPTS, max_size=3))
def test_attempts_come_back(attempts: list[Attempt]) -> None:
    assert PACKING.unpack_attempts("c1", through_json(PACKING.attempts(attempts))) == tuple(attempts)


@given(st.lists(every_field(Problem), max_size=3))
def test_problems_come_back(problems: list[Problem]) -> None:
    assert unpack_problems(through_json(pack_problems(problems))) == tuple(problems)


@given(st.lists(COMMITMENTS, max_size=3))
def test_commitments_come_back_with_the_very_attempts(commitments: list[Commitment]) -> None:
    made = [one.attempt for one in commitments]
    attempts = [*made, *(one.closed_by for one in commitments if one.closed_by is not None)]
    packed = through_json(pack_commitments(commitments, attempts, PACKING))
    back = unpack_commitments("c1", packed, attempts, PACKING)
    assert back == tuple(commitments)
    assert all(any(one.attempt is attempt for attempt in attempts) for one in back)


@given(MOMENTS, st.integers(0, 1))
def test_a_time_keeps_its_zone_its_wall_clock_and_which_of_two_hours_it_was(moment: datetime, fold: int) -> None:
    moment = moment.replace(fold=fold)
    back = PACKING.unpack_moment(PACKING.moment(moment))
    assert (back, back.tzinfo, back.fold, back.isoformat()) == (moment, moment.tzinfo, fold, moment.isoformat())


def test_a_time_in_a_zone_without_a_name_is_not_kept() -> None:
    with pytest.raises(TypeError):
        PACKING.moment(datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=1))))


def test_the_notes_of_a_contact_are_kept_to_the_last_character() -> None:
    odd: Mapping[str, str] = {"notes": 'a\nb"\\\x1e \u2028 é 😀 \ud800'}
    contact = replace(Contact("c1", "Dana"), **odd)  # type: ignore[arg-type]  # a text for a text field
    assert unpack_contact(through_json(pack_contact(contact))) == contact
