"""What editors on the web make of our plain text is read as the text it was."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.markup import without_markup
from calsync.rendering import NOTES_LINE, Parts, split_description

OURS = 'CALL  +1 312 555 0100 (cell)  tel:+13125550100\n\nSAY  "A & B": it\'s 5 < 7\nsms:+1312?&body=a%20b\n\nOUTCOME:'
TEXT = f"{OURS} vm fri\n{NOTES_LINE}\nlikes cats\n\nask for Bob"
PARTS = Parts(OURS, "vm fri", "likes cats\n\nask for Bob")


def breaks(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line) or '&nbsp;'}</p>" for line in text.split("\n"))


def boxes(text: str) -> str:
    return "\n".join(f"<div dir='ltr'>{html.escape(line) or '<br>'}</div>" for line in text.split("\n"))


def mixed(text: str) -> str:
    """Lines as the program wrote them, and what somebody made bold."""
    return html.escape(text).replace("vm fri", "<b>vm&nbsp;fri</b>")


def linked(text: str) -> str:
    number = '<a href="tel:+1 312 555 0100">+1 312 555 0100</a>'
    return f"<html-blob><span>{breaks(text).replace('+1 312 555 0100', number, 1)}</span></html-blob>"


def exchange(text: str) -> str:
    head = "<html><head><meta name='x'><style>p {color: red}</style><title>t</title></head><body><!-- c -->"
    return f"{head}{breaks(text).replace('<br>', '<BR />')}</body></html>"


@pytest.mark.parametrize("editor", [breaks, paragraphs, boxes, mixed, linked, exchange])
def test_a_text_that_an_editor_made_into_html_has_the_parts_that_it_had(editor: Callable[[str], str]) -> None:
    found = split_description(without_markup(editor(TEXT)))
    assert (found.outcome, found.notes) == (PARTS.outcome, PARTS.notes)
    assert [line for line in found.ours.split("\n") if line] == [line for line in OURS.split("\n") if line]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a <3 b & c &amp; d", "a <3 b & c &amp; d"),
        ("5 < 7 > 3, <Bob>, <mail@example.com>", "5 < 7 > 3, <Bob>, <mail@example.com>"),
        ("<b>hm</b> &amp; so", "hm & so"),
        (
            'see <a href="https://example.com/a?b=1&amp;c=2">the roof</a>',
            "see the roof (https://example.com/a?b=1&c=2)",
        ),
        ('<a href="https://example.com/">example.com</a>', "example.com"),
        ("<ul><li>cats</li><li>oak</li></ul>end", "- cats\n- oak\nend"),
        ("a<div><div>b</div></div>c", "a\nb\nc"),
        ("", ""),
    ],
)
def test_what_is_no_html_stays_and_what_is_reads_as_it_looked(written: str, read: str) -> None:
    assert without_markup(written) == read


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]) | st.sampled_from(' <>&;/"')))
def test_no_text_is_lost_on_the_way_through_an_editor(text: str) -> None:
    line = " ".join(text.split())
    assert re.sub(r"\s+", " ", without_markup(f"<p>{html.escape(line)}</p>")).strip() == line
