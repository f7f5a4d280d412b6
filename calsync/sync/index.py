"""Rows of a calendar, looked up the ways a poll needs; made once for as long as the rows stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calsync.ledger.rows import Intent, Row


@dataclass(frozen=True, slots=True)
class Index:
    """``known``: href to etag of what needs no reading.  ``by_href``: href to UID.  ``present``: the UIDs that ought to
    be found.  ``pending``: those of writes whose answer never came."""

    known: Mapping[str, str]
    by_href: Mapping[str, str]
    present: frozenset[str]
    pending: frozenset[str]


def index(rows: Mapping[str, Row]) -> Index:
    """The index of the rows of one calendar."""
    known: dict[str, str] = {}
    by_href: dict[str, str] = {}
    present: list[str] = []
    pending: list[str] = []
    for uid, row in rows.items():
        if row.href:
            by_href[row.href] = uid
        if row.intent is not Intent.NONE:
            pending.append(uid)
        if row.status.present:
            present.append(uid)
            if row.etag and row.intent is Intent.NONE:
                known[row.href] = row.etag
    return Index(known, by_href, frozenset(present), frozenset(pending))
