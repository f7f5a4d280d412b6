"""A letter with its accent is one letter, whether a file or a server keeps it as one character or as two."""

from __future__ import annotations

from typing import Literal
from unicodedata import normalize

import pytest

from calsync.sync.actions import Keep
from calsync.sync.marks import Said
from tests.sync.given import Desk, entry

Form = Literal["NFC", "NFD"]


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
