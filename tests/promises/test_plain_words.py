"""Most words are taken by a quick way; it takes nothing that another kind of token would have taken."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from calsync import placing, promises
from calsync.model import Contact, Phone
from calsync.promises import Language
from calsync.promises.lexicon import lower
from calsync.promises.tokens import _KINDS, _SCANNER

ZONE = ZoneInfo("America/Chicago")
SLOW = re.compile(_KINDS, re.VERBOSE)
PIECES = [
    "3p", "3 p.m.", "a.m.", "am", "pm", "a m", "noon", "8th", "b4", "l8r", "2day", "2mor", "q3", "4q", "the", "call",
    "ext 5", "ext. 12", "no 3", "no", "nr.7", "room12", "po 1", "x3", "x", "f/u", "ff/up", "ff", "w/o", "w/in", "a/b",
    "U.S.A.", "e.g.", "don't", "she'll", "o'clock", "mid-morning", "Mon-Fri", "14h30", "9h", "3.30pm", "'", "\u2019",
    " ", "  ", "\n", ".", ",", "/", "-", "_", "5", "31", "2026", "$40", "50%", "é", "ß", "İ", "invoice 9", "order#4",
    "suite", "st", "unit", "building 4", "am5",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join)


@given(TEXTS)
def test_the_quick_way_changes_no_token(text: str) -> None:
    low = lower(text)
    quick = [(one.span(), (one.lastgroup or "").replace("plain", "word")) for one in _SCANNER.finditer(low)]
    assert quick == [(one.span(), one.lastgroup) for one in SLOW.finditer(low)]


CONTACTS = (
    Contact("a", "Ann"),
    Contact("b", "Ben", phones=(Phone("+14155550100"),)),
    Contact("c", "Cy", timezone="America/New_York"),
)
WORDS = st.lists(
    st.sampled_from([
        "I'll call", "her time", "at 3", "Friday", "tomorrow", "by noon", "their time", "next week", "she'll call",
        "in 2 hours", "roof", "quote", "2pm Eastern", "my time", "the 15th",
    ]),
    min_size=1, max_size=4,
).map(" ".join)  # fmt: skip


@given(WORDS, st.integers(0, 500), st.sampled_from(CONTACTS))
def test_a_reader_that_remembers_reads_like_one_that_does_not(text: str, hours: int, contact: Contact) -> None:
    language = Language(ZONE, zone_of=placing.contact_zone)
    for later, other in ((hours + 200, CONTACTS[2]), (hours, contact)):
        said_at = datetime(2026, 3, 3, 9, 0, tzinfo=ZONE) + timedelta(hours=later)
        found = language(text, said_at, other)
        assert found == promises.read(text, said_at, zone=ZONE, contact_zone=placing.contact_zone(other))
