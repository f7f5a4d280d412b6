"""When a conditional write may quote an etag, and in which spelling.

A strong etag is quoted as it is.  A weak one never matches by the book (RFC 9110 section 13.1.1); in the field, though,
most weak etags are strong ones that something on the way has weakened, and some servers match what they showed.  So
the two spellings are tried once a server, after a look each, before a write goes out without a condition.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from calsync.calendars.base import Seen
from calsync.calendars.caldav.state import Facts

TRIES = 3
_SPELLINGS = ("bare", "whole", "never")


def strong(etag: str) -> bool:
    """Whether a condition can quote this etag as it is."""
    return bool(etag.strip('"')) and not etag.startswith("W/")


def trusted(etag: str, facts: Facts) -> str:
    """What to quote without another look, ``""`` where a look has to come first."""
    if not facts.keeps_match or (not strong(etag) and not facts.weak):
        return ""
    return _quoted(etag, facts, 0)


def condition(etag: str, facts: Facts, attempt: int) -> dict[str, str]:
    """The condition of a write that follows a look, for the first, second or third (0, 1, 2) try.

    None where the server keeps none; and none at the last try, where each look found the same event under another
    etag: such an etag says nothing, and the look was a moment ago.
    """
    if facts.keeps_match is False or attempt == TRIES - 1:
        return {}
    quoted = _quoted(etag, facts, attempt)
    return {"If-Match": quoted} if quoted else {}


def learnt(facts: Facts, etags: list[str]) -> None:
    """Note which try of a weak etag the server took: ``etags`` are those the looks found, one a try."""
    if strong(etags[-1]) or not etags[-1] or len(set(etags)) > 1:
        return
    if len(etags) == TRIES:
        facts.weak = "never"  # also where another spelling was taken once: it is no longer
    elif not facts.weak:
        facts.weak = _SPELLINGS[len(etags) - 1]


def _quoted(etag: str, facts: Facts, attempt: int) -> str:
    if strong(etag):
        return etag
    match facts.weak or _SPELLINGS[attempt]:
        case "bare":
            return etag.removeprefix("W/") if strong(etag.removeprefix("W/")) else ""
        case "whole":
            return etag
    return ""


def same_meaning(one: Seen, other: Seen) -> bool:
    """Whether two readings of an event say the same in the fields that are ours; bytes are each server's own
    business.
    """
    return (
        one.title.strip() == other.title.strip()
        and one.description.strip() == other.description.strip()
        and _moment(one.start) == _moment(other.start)
        and _moment(one.end) == _moment(other.end)
        and one.cancelled == other.cancelled
    )


def same_event(one: Seen, other: Seen) -> bool:
    """The same, alarms of ours included."""
    return same_meaning(one, other) and one.alarms == other.alarms


def _moment(when: datetime | date) -> datetime | date:
    return when.astimezone(UTC) if isinstance(when, datetime) else when
