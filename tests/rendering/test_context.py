"""What the words of a call are filled with."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.cadences.script import SLOTS
from calsync.model import Contact, ContactKind
from calsync.rendering import missing_slots
from calsync.rendering.context import first_name, promises, script_context
from calsync.rendering.phone import readable, sms, spoken
from calsync.rendering.words import filled
from tests.rendering.given import DANA, TASHA, THREE, at, attempt, call

FIRST = attempt(at(25))


def test_every_slot_that_a_script_may_use_is_answered() -> None:
    one = call((FIRST,), at(27, "16:10"))
    context = script_context(one, promises(one))
    assert context.keys() == SLOTS.keys()
    for name, own in SLOTS.items():
        if own:
            assert dict(context[name]).keys() == own  # type: ignore[call-overload]  # the values are objects


def test_days_are_told_as_seen_from_the_call() -> None:
    one = call((FIRST,), at(27, "16:10"))
    context = script_context(one, promises(one))
    assert (context["promise_words"], context["promised_day"]) == ("on Monday", "Monday")
    assert (context["call_date"], context["call_time"]) == ("Friday, November 27", "3:10 PM")


def test_where_days_come_first_they_are_told_so() -> None:
    one = call((FIRST,), at(27, "16:10"), rep=replace(TASHA, locale="en-GB"))
    context = script_context(one, promises(one))
    assert (context["call_date"], context["call_time"]) == ("Friday, 27 November", "15:10")


def test_columns_of_the_reps_own_can_be_used() -> None:
    one = call((FIRST,), at(27, "16:10"), contact=replace(DANA, extra={"product": "candles"}))
    assert script_context(one, promises(one))["extra"] == {"product": "candles"}


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        (Contact("1", "Dana Levy", first_name="Dee"), "Dee"),
        (Contact("1", "Dana Levy"), "Dana"),
        (Contact("1", "Levy, Dana"), "Dana"),
        (Contact("1", "Dana Levy", kind=ContactKind.CONSUMER), "Dana"),
        (Contact("1", "Dana"), ""),
        (Contact("1", "Levy Bakery Inc."), ""),
        (Contact("1", "Levy & Sons"), ""),
        (Contact("1", "LEVY and DAUGHTERS"), ""),
        (Contact("1", "Dana Lawson"), "Dana"),
        (Contact("1", "Dana Levy 2"), ""),
        (Contact("1", "Dana Levy", kind=ContactKind.BUSINESS), "Dana"),
        (Contact("1", "Blue Door Dental", kind=ContactKind.BUSINESS), ""),
        (Contact("1", "The Blue Door"), ""),
        (Contact("1", "Blue Door", company="Blue Door"), ""),
        (Contact("1", "+1 312 555 0100"), ""),
        (Contact("1", ""), ""),
    ],
)
def test_a_person_has_a_first_name_and_a_firm_has_none(contact: Contact, name: str) -> None:
    assert first_name(contact) == name


@pytest.mark.parametrize(
    ("contact", "missing"),
    [
        (DANA, ()),
        (replace(DANA, referrer=""), ("referrer",)),
        (replace(DANA, referrer="", topic=""), ("referrer", "topic")),
        (Contact("1", "Levy & Sons"), ("contact.first_name", "referrer", "topic")),
    ],
)
def test_slots_that_a_row_leaves_empty_are_listed(contact: Contact, missing: tuple[str, ...]) -> None:
    assert missing_slots(contact, THREE) == missing


@pytest.mark.parametrize(
    ("e164", "read", "said"),
    [
        ("+13125550199", "+1 312 555 0199", "312 - 555 - 01 - 99"),
        ("+442079460018", "+44 20 7946 0018", "20 - 79 - 46 - 00 - 18"),
        ("nonsense", "nonsense", "no … ns … en … se"),
    ],
)
def test_numbers_are_read_and_said_in_groups(e164: str, read: str, said: str) -> None:
    assert readable(e164) == read
    if e164.startswith("+"):
        assert spoken(e164) == said


@given(st.from_regex(r"\+1[0-9]{9,11}", fullmatch=True))
def test_north_american_numbers_are_grouped_as_all_others_are(e164: str) -> None:
    number = phonenumbers.parse(e164)
    grouped = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    assert readable(e164) == grouped.replace("-", " ")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("Hello {{ topic }}, it is {{ greeting }} .", "Hello, it is Good day."),
        ("Hello  {{ topic }} there\t\tyou", "Hello there you"),
        ("One\tblank {{ topic }}", "One\tblank"),
        ("a {{ topic }} ; b {{ topic }}{{ topic }} ! c: d\n  e", "a; b! c: d\n e"),
    ],
)
def test_a_slot_without_a_value_leaves_no_gap(script: str, said: str) -> None:
    assert filled(script, {"topic": "", "greeting": "Good day"}) == said


def test_the_link_of_a_text_carries_its_words() -> None:
    assert sms("+13125550100", "Hi & bye? 50% é\n") == "sms:+13125550100?&body=Hi%20%26%20bye%3F%2050%25%20%C3%A9%0A"


@given(st.text())
def test_any_words_can_stand_in_the_link_of_a_text(words: str) -> None:
    assert sms("+13125550100", words) == f"sms:+13125550100?&body={quote(words, safe='')}"
