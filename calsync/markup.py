"""A description that a calendar on the web made into HTML, as the lines that a person sees.

Google's web and Android editors, and bridges to Exchange, hand a plain text back as HTML once somebody typed in it:
lines end in ``<br>`` or are paragraphs, blanks are ``&nbsp;``, numbers and addresses are links.
"""

from __future__ import annotations

import html
import re

_NAMES = (
    "a|abbr|b|blockquote|body|br|code|div|em|font|h[1-6]|head|hr|html|html-blob|i|li|meta|ol|p|pre|s|small|span|strike|"
    "strong|style|sub|sup|table|tbody|td|title|tr|tt|u|ul"
)
_TAG = re.compile(rf"<!--.*?-->|</?(?:{_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(r"<(style|head|title)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
_BLANK_BLOCK = re.compile(r"<(p|div)\b[^<>]*>(?:\s|&nbsp;|<br\b[^<>]*>)*</\1\s*>\n?", re.IGNORECASE)
_BLOCK = re.compile(
    r"</?(?:blockquote|div|h[1-6]|ol|p|table|tr|ul)\b[^<>]*>\n?|</li\s*>\n?|<hr\b[^<>]*>", re.IGNORECASE
)
_ITEM = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(
    r"<a\b[^<>]*?\bhref\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s<>]*))[^<>]*>(.*?)</a\s*>", re.IGNORECASE | re.DOTALL
)

_EDGE = "\x1e"
"""Stands for the edge of a block: at least the end of a line, however many blocks end there."""

_EDGES = re.compile(rf"[{_EDGE}\n]*{_EDGE}[{_EDGE}\n]*")


def without_markup(text: str) -> str:
    """The text as it reads; one that has no HTML in it is given back as it is.  The address of a link is kept where the
    link does not show it."""
    return shown(text) if "<" in text and _TAG.search(text) else text


def shown(text: str) -> str:
    """What is surely HTML, as the text that a person sees."""
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _LINK.sub(_link, text)
    text = _BLANK_BLOCK.sub(f"{_EDGE}\n{_EDGE}", text)
    text = _ITEM.sub(f"{_EDGE}- ", _BLOCK.sub(_EDGE, _BREAK.sub("\n", text)))
    text = _EDGES.sub(lambda run: "\n" * (1 + run.group().count("\n")), _TAG.sub("", text))
    return html.unescape(text).replace("\xa0", " ").strip("\n")


def _link(found: re.Match[str]) -> str:
    address, shown = html.unescape(found[1] or found[2] or found[3] or ""), found[4]
    seen = _bare(html.unescape(_TAG.sub("", shown)))
    return shown if not address or (seen and seen in _bare(address)) else f"{shown} ({address})"


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
