"""An event that we took off and that stands there again: it only was said to be gone, or somebody put it back.

It is taken off once more at once, then ever more seldom, and a run says so meanwhile.  Each removal is noted in the
fingerprint of its row: there is no entry any more that it could be of.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from calsync.errors import Refused
from calsync.ledger.rows import Row

_PREFIX = "removed"
_PAUSES = (timedelta(0), timedelta(hours=1), timedelta(days=1))


def noted(row: Row, now: datetime) -> str:
    """The fingerprint of a row whose event was just removed, maybe not for the first time."""
    return f"{_PREFIX} {_times(row) + 1} {now.isoformat()}"


def still_there(row: Row) -> bool:
    """Whether the event of a row that is present was removed before."""
    return _times(row) > 0


def too_soon(row: Row, now: datetime) -> bool:
    """Whether it was tried so lately that it would only be said to be gone once more."""
    if not still_there(row):
        return False
    last = datetime.fromisoformat(row.fingerprint.split(" ")[2])
    pause = _PAUSES[min(_times(row), len(_PAUSES)) - 1]
    return last <= now < last + pause


def refused(calendar: str, row: Row) -> Refused:
    """What to say meanwhile."""
    return Refused(
        f"The calendar {calendar!r} says that the event {row.uid} was removed, and still shows it.",
        hint="delete it in the calendar (calsync verify names it); calsync tries again, each day at the least",
    )


def _times(row: Row) -> int:
    words = row.fingerprint.split(" ")
    return int(words[1]) if words[0] == _PREFIX else 0
