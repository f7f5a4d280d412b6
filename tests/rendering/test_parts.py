"""Our words, the outcome, the notes: taken apart and put together whatever a provider did to the white space."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.rendering import NOTES_LINE, OUTCOME_LINE, Parts, split_description, with_notes
from calsync.rendering.parts import harmless, with_our_lines

OURS = "CALL  +1 312 555 0100\n\nWHO  Dana\n\nAFTER THE CALL write one of these\nOUTCOME:"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"{OURS}\n{NOTES_LINE}\n", Parts(OURS)),
        (f"{OURS}\n{NOTES_LINE}", Parts(OURS)),
        (f"{OURS} \n{NOTES_LINE}\n\n\n", Parts(OURS)),
        (f"{OURS} vm fri\n{NOTES_LINE}\n", Parts(OURS, "vm fri")),
        (f"{OURS}   vm   fri  \n{NOTES_LINE}\n", Parts(OURS, "vm fri")),
        (f"{OURS}\nvm fri\n{NOTES_LINE}\n", Parts(OURS, "vm fri")),
        (f"{OURS}\n\nvm\nfri\n\n{NOTES_LINE}\n", Parts(OURS, "vm fri")),
        (f"{OURS}\n{NOTES_LINE}\nasked for\n\nblue", Parts(OURS, "", "asked for\n\nblue")),
        (f"{OURS} no\n{NOTES_LINE}\nOUTCOME: not this one", Parts(OURS, "no", "OUTCOME: not this one")),
        (f"{OURS}\n{NOTES_LINE}\na\n{NOTES_LINE}\nb", Parts(OURS, "", f"a\n{NOTES_LINE}\nb")),
        (f"{OURS.replace('OUTCOME:', 'Outcome :')} no\n{NOTES_LINE}\n", Parts(OURS, "no")),
        (f"{OURS}\n—— your notes\nmine", Parts(OURS, "", "mine")),
        (f"{OURS}\n— your notes\nmine", Parts(OURS, "", "mine")),
        (f"{OURS} no", Parts(OURS, "no")),
        (f"{OURS[:-1]} vm fri\n{NOTES_LINE}\n", Parts(OURS, "vm fri")),  # a thumb took the colon away
        (f"{OURS[:-1]} - vm fri\n{NOTES_LINE}\n", Parts(OURS, "vm fri")),
        (f"{OURS[:-1]}\n{NOTES_LINE}\n", Parts(OURS)),
        (f"{OURS} vm fri\n{OUTCOME_LINE}\n{NOTES_LINE}\n", Parts(OURS, "vm fri")),  # written twice
        (f"{OURS}\n{OUTCOME_LINE} vm fri\n{NOTES_LINE}\n", Parts(OURS, "vm fri")),
        (f"{OURS} sold\n{OUTCOME_LINE} vm fri\n{NOTES_LINE}\n", Parts(f"{OURS} sold\n{OUTCOME_LINE}", "vm fri")),
        ("the outcome is open\nOutcome unclear", Parts("the outcome is open\nOutcome unclear")),
        ("nothing of ours", Parts("nothing of ours")),
        ("", Parts("")),
    ],
)
def test_a_description_has_three_parts(text: str, parts: Parts) -> None:
    assert split_description(text) == parts


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.rstrip(),
        lambda text: re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE),
        lambda text: re.sub(r"$", "  ", text, flags=re.MULTILINE),
        lambda text: f"\n\n{text}\n\n",
    ],
    ids=["crlf", "cr", "trimmed", "trailing blanks gone", "trailing blanks added", "blank lines around"],
)
def test_what_providers_do_to_white_space_changes_no_part(rewrite: Callable[[str], str]) -> None:
    text = with_notes(f"{OURS}\n{NOTES_LINE}\n", "my note\n\nand more", outcome="vm fri")
    found = split_description(rewrite(text))
    assert "\n".join(line.rstrip() for line in found.ours.splitlines()) == OURS
    assert (found.outcome, found.notes) == ("vm fri", "my note\n\nand more")


lines = st.text(
    st.characters(codec="utf-8", exclude_characters="\n\r", exclude_categories=["Cc", "Zl", "Zp"]), max_size=30
)
texts = st.lists(lines.map(str.rstrip), max_size=4).map("\n".join).map(lambda text: text.strip("\n"))
words = st.text("abcdefgh 123", max_size=12).map(lambda text: " ".join(text.split()))


@given(texts, texts, words)
def test_what_is_put_together_comes_apart_again(ours: str, notes: str, outcome: str) -> None:
    description = with_our_lines(harmless(ours))
    base = split_description(description)
    assert base.outcome == base.notes == ""
    assert split_description(with_notes(description, notes, outcome=outcome)) == Parts(base.ours, outcome, notes)


@given(texts, texts, words)
def test_putting_notes_in_twice_is_putting_them_in_once(ours: str, notes: str, outcome: str) -> None:
    once = with_notes(with_our_lines(ours), notes, outcome=outcome)
    assert with_notes(once, notes, outcome=outcome) == once


@given(texts)
def test_no_text_of_a_file_can_pass_for_one_of_our_lines(text: str) -> None:
    assert split_description(f"{harmless(text)}\n{OUTCOME_LINE}\n{NOTES_LINE}\n").outcome == ""
    for mark in (OUTCOME_LINE, NOTES_LINE):
        kept = split_description(f"{harmless(f'{mark} {text}')}\n{OUTCOME_LINE} no\n{NOTES_LINE}\n")
        assert (kept.outcome, kept.notes) == ("no", "")


def test_a_description_without_an_outcome_line_gets_one_where_a_person_wrote_one() -> None:
    assert split_description(with_notes("kept", "mine", outcome="no")) == Parts("kept\nOUTCOME:", "no", "mine")
    assert split_description(with_notes("kept", "mine")) == Parts("kept", "", "mine")
