"""Numbers as people read, say and tap them."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from calsync.model import Contact, Line, Phone

_NORTH_AMERICAN = re.compile(r"(\+1)([2-9]\d{2})(\d{3})(\d{4})", re.ASCII)
"""One plan of numbers for twenty countries, in which all are grouped alike."""


_IN_LINKS = [quote(bytes([byte]), safe="") for byte in range(256)]


@lru_cache(maxsize=512)
def readable(e164: str) -> str:
    """``+1 312 555 0100``: in the groups of its country, with blanks only."""
    if known := _NORTH_AMERICAN.fullmatch(e164):  # thousands of contacts, and each would be taken apart anew
        return " ".join(known.groups())
    import phonenumbers  # heavy, and only wanted when there is something to show

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


@lru_cache(maxsize=64)
def spoken(e164: str) -> str:
    """``312 - 555 - 01 - 99``: in groups, to be said slowly while the other side writes it down.

    With a plain dash: one character beyond Latin-1 would double the memory of the whole description.
    """
    groups = readable(e164).split(" ")
    if len(groups) > 1 and groups[0].startswith("+"):
        groups = groups[1:]
    return " - ".join(part for group in groups for part in _pairs(group))


def tel(e164: str) -> str:
    """The link that calls (RFC 3966)."""
    return f"tel:{e164}"


def sms(e164: str, body: str) -> str:
    """The link that opens a text with its words filled in.

    RFC 5724 puts the body after ``?``, as Android reads it; iOS looks for it after ``&``.  ``?&`` serves both.
    """
    # byte by byte, each as one character: a table turns them into what they are in a link
    return f"sms:{e164}?&body={body.encode().decode('latin-1').translate(_IN_LINKS)}"


def text_number(contact: Contact, called: Phone) -> Phone:
    """Where a text goes: the number that is called, unless the file says that it is no cell and names one that is."""
    if called.line in (None, Line.CELL):
        return called
    return next((phone for phone in contact.phones if phone.line is Line.CELL), called)


def _pairs(group: str) -> list[str]:
    return [group] if len(group) < 4 else [group[at : at + 2] for at in range(0, len(group), 2)]
