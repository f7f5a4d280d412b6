"""Descriptions: what Google's web page makes of plain text once a person edits it there, and Google's limit.

Seen in 2026: an event that was written as plain text comes back as HTML (``<br>``, ``<p>``, ``&nbsp;``, links around
numbers) after a person changed its description in the browser.  The apps on phones leave it plain.
"""

from __future__ import annotations

import hashlib
import re

from calsync.markup import shown

LIMIT = 8192
"""Characters in a description; Google refuses more."""

_TAIL = 3000
_SHORTENED = "[shortened: Google takes 8192 characters]"
_HTML = re.compile(
    r"</?(?:br|p|div|span|a|b|i|u|ul|ol|li|html-blob)\b[^<>]*>|&(?:nbsp|amp|lt|gt|quot|#\d+);", re.IGNORECASE
)


def digest(text: str) -> str:
    """A short fingerprint of a description as we wrote it."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()


def fitted(text: str) -> str:
    """The text cut to what Google takes: whole lines leave from its middle, since a person writes at its end."""
    if len(text) <= LIMIT:
        return text
    cut = text.find("\n", len(text) - _TAIL) + 1 or len(text) - _TAIL
    tail = text[cut:]
    head = text[: LIMIT - len(tail) - len(_SHORTENED) - 2]
    return f"{head[: head.rfind(chr(10)) + 1 or len(head)].rstrip(chr(10))}\n{_SHORTENED}\n{tail}"


def plain(text: str, written: str) -> str:
    """The description as the plain text that we wrote, and what a person added to it.

    ``written`` is the digest of our own text: that one is returned as it is, whatever it looks like.
    """
    if digest(text) != written and _HTML.search(text):
        text = shown(text)
    return text.replace(f"\n{_SHORTENED}\n", "\n")
