"""Descriptions: what Google's web page makes of them, and what Google does not take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.calendars.google.text import LIMIT, digest, fitted, plain

OURS = "tel:+13125550123\n\nWho: Pat & Lee\nOUTCOME:\n\nyour notes:"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (OURS.replace("&", "&amp;").replace("\n", "<br>"), OURS),
        (f"<p>{OURS.replace('&', '&amp;').replace(chr(10), '<br/>')}</p>", OURS),
        ("<span>OUTCOME:&nbsp;vm fri</span><br>your notes:", "OUTCOME: vm fri\nyour notes:"),
        ('<a href="tel:+13125550123">tel:+13125550123</a><br><br>Who', "tel:+13125550123\n\nWho"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("notes:<ul><li>mornings</li><li>ask for <b>José</b></li></ul>", "notes:\n- mornings\n- ask for José"),
        ("<html-blob>one<br>two</html-blob>", "one\ntwo"),
        ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
    ],
)
def test_what_the_web_page_made_of_it_is_read_as_text(html: str, text: str) -> None:
    assert plain(html, digest(OURS)) == text


@pytest.mark.parametrize("text", ["a < b", "<off> the hook", "x &c", "R&D", "1<2>1", ""])
def test_plain_text_is_left_alone(text: str) -> None:
    assert plain(text, "") == text


@given(st.text())
def test_our_own_text_is_never_taken_for_html(text: str) -> None:
    assert plain(text, digest(text)) == text


def test_a_text_that_google_takes_is_not_shortened() -> None:
    text = "x" * LIMIT
    assert fitted(text) == text


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=900), min_size=12, max_size=40))
def test_a_longer_one_loses_whole_lines_of_its_middle(lines: list[str]) -> None:
    text = "\n".join(lines + ["x" * 400] * 20 + ["OUTCOME:", "your notes:"])
    short = fitted(text)
    assert len(short) <= LIMIT
    assert short.endswith("\nOUTCOME:\nyour notes:")
    assert set(plain(short, digest(short)).split("\n")) <= set(text.split("\n"))


def test_one_endless_line_is_cut() -> None:
    short = fitted("x" * 20_000)
    assert len(short) <= LIMIT
    assert "shortened" in short
