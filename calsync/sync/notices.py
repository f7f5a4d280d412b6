"""The all-day notice on a calendar: whether a person put it where it stands, and whether what it says is news.  Pure.

It stands on today, until a person puts it on another day or deletes it; that holds for as long as the trouble is the
same.  What the ledger keeps beside a call as the reasons for its hour is, beside a notice, the days that were chosen
for it here and a digest of each trouble that it names.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from calsync.ledger.rows import Row
from calsync.model import Entry
from calsync.sync.faces import digest, moment_of, moment_text

NOTICE = "notice-"

_A_PERSON = ""
"""Stands for the days of a notice that a person chose."""


def memo(entry: Entry) -> tuple[str, ...]:
    """What the ledger keeps beside a notice that is written as it is wanted."""
    return (_days(moment_text(entry.start), moment_text(entry.end)), *_troubles(entry))


def has_news(entry: Entry, row: Row) -> bool:
    """True where the notice names trouble that it did not name before; less trouble than before is none."""
    return not set(_troubles(entry)) <= set(row.why[1:])


def where_it_stands(entry: Entry, row: Row) -> tuple[Entry, Row]:
    """The notice at the days where it ought to stand, and the row with what is to be kept beside it."""
    if not _put_by_a_person(entry, row) or (row.why and has_news(entry, row)):
        return entry, replace(row, why=memo(entry))
    stays = replace(entry, start=moment_of(row.face.start), end=moment_of(row.face.end))
    return stays, replace(row, why=(_A_PERSON, *_troubles(entry)))


def _put_by_a_person(entry: Entry, row: Row) -> bool:
    if row.why:
        return row.why[0] != _days(row.face.start, row.face.end)
    # Nothing is known of it: calsync itself chooses no hour for a notice, and no day to come.
    start = moment_of(row.face.start)
    return isinstance(start, datetime) or start.isoformat() > moment_text(entry.start)


def _days(start: str, end: str) -> str:
    return f"{start}/{end}"


def _troubles(entry: Entry) -> tuple[str, ...]:
    return tuple(digest(trouble.strip()) for trouble in entry.description.split("\n\n"))
