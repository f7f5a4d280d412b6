"""Telephone numbers as people write them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.sources.numbers import BadNumber, Numbers


@pytest.mark.parametrize(
    ("region", "text", "e164", "extension"),
    [
        ("US-IL", "+13125550142", "+13125550142", ""),
        ("US-IL", "(312) 555-0142", "+13125550142", ""),
        ("US", "312.555.0142", "+13125550142", ""),
        ("CA-ON", "1 416 555 0142", "+14165550142", ""),
        ("US", "312/555-0142 x12", "+13125550142", "12"),
        ("US", "312-555-0142 ext. 7", "+13125550142", "7"),
        ("US", "tel:+1-312-555-0142;ext=5", "+13125550142", "5"),
        ("US", "+1 312 555 0142,,77#", "+13125550142", "77"),
        ("US", "+44 20 7946 0958", "+442079460958", ""),
        ("GB-ENG", "020 7946 0958", "+442079460958", ""),
        ("GB", "312 555 0142", None, "exists in no numbering plan"),
        ("US", "011 44 20 7946 0958", "+442079460958", ""),
        ("US", "+49 (0)30 1234567", "+49301234567", ""),
        ("US", "'+13125550142", "+13125550142", ""),
        ("US", '="3125550142"', "+13125550142", ""),
        ("US", "13125550142.0", "+13125550142", ""),
        ("US", "1-800-FLOWERS", "+18003569377", ""),
        ("US", "3.12555E+09", None, "lost digits"),
        ("US", "12345", None, "too few digits"),
        ("US", "555-0142", None, "lacks its area code"),
        ("US", "+999 1234 5678", None, "not a whole telephone number"),
        ("US", "call the office", None, "is not a telephone number"),
        ("US", "+1 312 555 0142 0142", None, "too many digits"),
    ],
)
def test_a_number_becomes_e164_or_says_what_is_wrong(region: str, text: str, e164: str | None, extension: str) -> None:
    if e164 is not None:
        assert Numbers(region).read(text) == (e164, extension)
        return
    with pytest.raises(BadNumber, match=extension) as caught:
        Numbers(region).read(text)
    assert caught.value.hint


@given(st.text(max_size=30) | st.from_regex(r"[+0-9 ().xX#;=,-]{1,20}", fullmatch=True))
def test_any_text_is_a_number_or_a_bad_number(text: str) -> None:
    try:
        e164, extension = Numbers("US").read(text)
    except BadNumber:
        return
    assert e164.startswith("+")
    assert e164[1:].isdigit()
    assert 7 <= len(e164[1:]) <= 17
    assert not extension or extension.isdigit()


@given(st.sampled_from(["US", "GB", "DE", "FR", "AU", "IN", "MX"]))
def test_the_quick_way_agrees_with_the_library(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    whole = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert Numbers(region).read(whole)[0] == whole
    assert Numbers(region).read(national)[0] == whole
