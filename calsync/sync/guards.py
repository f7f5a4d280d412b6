"""Never believe an empty answer (G6).

A listing that lost more than a share of what the ledger says is there, or a source that shrank so, is refused with the
counts; nothing is deleted, waived or made again until a person confirms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """Both must be exceeded before a loss is refused: the share (0..1) and the count."""

    share: float = 0.20
    count: int = 5

    def refuses(self, before: int, lost: int) -> bool:
        """True when losing ``lost`` of ``before`` things is not to be believed."""
        return lost > self.count and lost > before * self.share


def lost_listing(guard: Guard, expected: int, missing: int, calendar: str, *, forgot: bool = False) -> str | None:
    """Why a calendar's answer is refused, or ``None`` where it can be believed.

    ``forgot``: the server also no longer knows our token.  Where nothing at all is left then, it is another calendar,
    or a new and empty one, however few the events were.
    """
    if not guard.refuses(expected, missing) and not (forgot and 0 < expected == missing):
        return None
    return (
        f"{missing} of {expected} callbacks are gone from the calendar {calendar!r}: "
        "nothing was deleted, waived or written again"
    )


def shrunk_sources(guard: Guard, before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, str]:
    """Why sources are refused: a line for each file that lost too many rows; empty where all can be believed."""
    return {
        file: shrunk(file, before[file], rows)
        for file, rows in sorted(after.items())
        if file in before and guard.refuses(before[file], before[file] - rows)
    }


def shrunk(file: str, before: int, after: int) -> str:
    """Why a file is refused that lost so many rows."""
    return f"{file} had {before} rows and now has {after}: nothing was deleted"


def vanished(file: str) -> str:
    """Why nothing is done without a file that was read before: an absent log is not an empty one."""
    return f"{file} was there and has vanished: nothing was changed on the calendar"


def remedy(refusal: str) -> str:
    """What a person may do about it: confirm what was lost, but a file that is not there has to be put back."""
    if "has vanished" in refusal:
        return "put the file back, or take it out of the configuration"
    return "calsync sync --confirm"
