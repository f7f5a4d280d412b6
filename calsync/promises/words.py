"""What a rep's words mean: working hours, parts of the day, phrases and holidays of their own.  Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from calsync.model import Hours


@dataclass(frozen=True, slots=True)
class Words:
    """The rep's own settings of the language; made by ``for_hours``.

    ``parts`` names parts of the day with their start and end, ``phrases`` are words that are read as if the second
    text of the pair stood there, ``holidays`` are named days: a ``date``, ``"MM-DD"``, ``"4 thu 11"`` (the fourth
    Thursday of November; -1 is the last) or ``"easter+1"``.
    """

    hours: Hours = field(default_factory=Hours.same)
    parts: tuple[tuple[str, tuple[time, time]], ...] = ()
    phrases: tuple[tuple[str, str], ...] = ()
    holidays: tuple[tuple[str, str | date], ...] = ()

    @classmethod
    def for_hours(
        cls,
        hours: Hours,
        *,
        parts: Mapping[str, tuple[time, time]] | None = None,
        phrases: Mapping[str, str] | None = None,
        holidays: Mapping[str, str | date] | None = None,
    ) -> Words:
        """The language with a rep's working hours, parts of the day (``{"morning": (time(8), time(12))}``), phrases
        (``{"sched": "call"}``) and holidays.  A closed day has the hours of an ordinary weekday; parts of the day do
        not shift with the hours.
        """
        return cls(
            hours,
            tuple(sorted((parts or {}).items())),
            tuple(sorted((phrases or {}).items())),
            tuple(sorted((holidays or {}).items(), key=lambda item: item[0])),
        )


DEFAULT = Words()
