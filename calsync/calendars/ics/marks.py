"""What makes an event ours: the names that calsync writes into it."""

from __future__ import annotations

import re

MARK = "X-CALSYNC-COMMITMENT"
WRITER = "X-CALSYNC-WRITER"
ALARM = "X-CALSYNC-ALARM"
TRANSP = "X-CALSYNC-TRANSP"
PRODID = "-//calsync//callbacks//EN"

_DOMAIN = "@calsync"
_OURS = re.compile(r"([0-9a-v]{5,64})@calsync")
_NAMED = re.compile(r"([0-9a-v]{24})\.ics")


def uid_text(uid: str) -> str:
    """The UID property of the event with that computed id."""
    return uid + _DOMAIN


def uid_of(text: str) -> str | None:
    """The computed id in a UID property, ``None`` where the UID is not of our making."""
    found = _OURS.fullmatch(text.strip())
    return found[1] if found else None


def uid_of_file(href: str) -> str | None:
    """The computed id that names a resource of our making, ``None`` for any other name."""
    found = _NAMED.fullmatch(href.rpartition("/")[2])
    return found[1] if found else None


def file_name(uid: str) -> str:
    """The name under which the event is kept in a folder or a collection."""
    return uid + ".ics"
