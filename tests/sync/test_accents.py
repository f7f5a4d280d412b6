"""A letter with its accent is one letter, whether a file or a server keeps it as one character or as two."""

from __future__ import annotations

from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.rendering import split_description
from calsync.sync.actions import Keep
from calsync.sync.faces import face_of_entry, plain
from calsync.sync.marks import Said
from tests.sync.given import Desk, entry

Form = Literal["NFC", "NFD"]


def test_what_no_calendar_carries_does_not_part_a_letter_from_its_accent() -> None:
    wanted = entry(title="Call Zoe\x1c\u0308", description=entry().description.replace("hello", "hello Zoe\x1c\u0308"))
    assert plain(wanted.title) == "Call Zoë"
    assert face_of_entry(wanted) == face_of_entry(
        entry(title="Call Zoë", description=entry().description.replace("hello", "hello Zoë"))
    )


@given(st.text(st.sampled_from("eO\u0308\u0301ö\x1c\x0b\r\n\t ")))
def test_what_is_plain_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    parts = split_description(plain(f"{text}\nOUTCOME: {text}\n---- your notes\n{text}"))
    assert (plain(parts.ours), plain(parts.notes)) == (parts.ours, parts.notes)


@pytest.mark.parametrize(("ours", "theirs"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_server_that_composes_letters_otherwise_edits_nothing(ours: Form, theirs: Form) -> None:
    name = normalize(ours, "Zoë Göz")
    wanted = entry(title=f"Call {name} - promised Fri", description=entry().description.replace("Dana", name))
    desk = Desk()
    desk.sync(wanted)
    desk.edit(wanted, name, normalize(theirs, name))
    assert desk.look()[0] == ()
    assert [type(one) for one in desk.plan(wanted)] == [Keep]
    desk.edit(wanted, "SUMMARY:Call", "SUMMARY:vm fri Call")
    (mark,) = desk.look()[0]
    assert isinstance(mark, Said)
    assert mark.words == "vm fri"
