"""Cells of a contact list that mean more than their letters: kind, line, zone, region, do_not_call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from calsync.model import ContactKind, Line
from calsync.sources.layout import line_of
from calsync.sources.words import LINES, NO, SILENT, YES, nearest, plain

KINDS = {
    "consumer": ContactKind.CONSUMER, "person": ContactKind.CONSUMER, "private": ContactKind.CONSUMER,
    "individual": ContactKind.CONSUMER, "residential": ContactKind.CONSUMER, "household": ContactKind.CONSUMER,
    "b2c": ContactKind.CONSUMER, "business": ContactKind.BUSINESS, "company": ContactKind.BUSINESS,
    "commercial": ContactKind.BUSINESS, "firm": ContactKind.BUSINESS, "organization": ContactKind.BUSINESS,
    "b2b": ContactKind.BUSINESS,
}  # fmt: skip

ZONES = {
    "eastern": "America/New_York", "et": "America/New_York", "est": "America/New_York", "edt": "America/New_York",
    "central": "America/Chicago", "ct": "America/Chicago", "cst": "America/Chicago", "cdt": "America/Chicago",
    "mountain": "America/Denver", "mt": "America/Denver", "mst": "America/Denver", "mdt": "America/Denver",
    "pacific": "America/Los_Angeles", "pt": "America/Los_Angeles", "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles", "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu",
}  # fmt: skip
"""What people write for a zone in a list of American contacts."""

_REGION = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?", re.ASCII)
_NOT_FOR_CALLS = frozenset(
    ("fax", "home fax", "work fax", "business fax", "other fax", "pager", "telex", "isdn", "tty tdd")
)
_LABELS = frozenset(("other", "main", "custom", "obsolete", *LINES))


class BadCell(ValueError):
    """A cell that means nothing here; ``instead`` is the value that holds until it is corrected."""

    def __init__(self, message: str, hint: str, instead: object = None) -> None:
        super().__init__(message)
        self.hint, self.instead = hint, instead


def not_for_calls(label: str) -> bool:
    """Whether a number under this label reaches a machine and not a person."""
    return plain(label.lstrip("* ")) in _NOT_FOR_CALLS


def is_label(text: str) -> bool:
    """Whether this is a label (``* Home``) and no value."""
    return text.startswith("* ") or plain(text) in _LABELS


def _kind(cell: str) -> ContactKind | None:
    if plain(cell) in SILENT:
        return None
    if plain(cell) not in KINDS:
        raise BadCell(f'"{cell}" is no kind of contact', "write consumer or business")
    return KINDS[plain(cell)]


def _line(cell: str) -> Line:
    found = line_of(cell)
    if found is None:
        raise BadCell(f'"{cell}" is no line', "write cell, home or work")
    return found


def _do_not_call(cell: str) -> bool | None:
    word = plain(cell)
    if word in SILENT:
        return None
    if word in NO:
        return False
    if word in YES:
        return True
    hint = "write yes or no, or leave it empty"
    raise BadCell(f'"{cell}" is neither yes nor no; it is taken for yes, the safe way round', hint, instead=True)


def _region(cell: str) -> str:
    region = cell.upper().replace("_", "-")
    if not _REGION.fullmatch(region):
        raise BadCell(f'"{cell}" is no region', 'write ISO 3166-2, such as "US-IL", or a country, such as "US"')
    return region


def _zone(cell: str) -> str:
    found = zone_name(cell)
    if found is None:
        meant = nearest(cell, available_timezones())
        hint = f'write "{meant}"' if meant else 'write a name such as "America/Chicago"'
        raise BadCell(f'no time zone is called "{cell}"', hint)
    return found


@cache
def zone_name(text: str) -> str | None:
    """The IANA name of a zone as people write it, ``None`` where there is no such zone."""
    known = ZONES.get(plain(text).removesuffix(" time").removesuffix(" standard"))
    if known:
        return known
    try:
        return str(ZoneInfo(text))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


CELLS: Mapping[str, Callable[[str], object]] = {
    "kind": _kind, "line": _line, "do_not_call": _do_not_call, "region": _region, "timezone": _zone,
}  # fmt: skip
"""Field -> how its cell is read.  Each raises ``BadCell``."""
