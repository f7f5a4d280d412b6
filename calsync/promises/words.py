"""What a rep's words mean: working hours, parts of the day, extra phrases, holidays.  Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from calsync.model import Hours


@dataclass(frozen=True, slots=True)
class Words:
    """The rep's own settings of the language.

    ``parts`` overrides parts of the day by name (``{"morning": (time(8), time(12))}``); ``phrases`` adds words
    (``{"sched": "call", "payday": "the 15th"}``: the left is read as if the right stood there); ``holidays`` adds
    named days (``{"founders day": "06-12"}``, or one date each as a ``date``).
    """

    hours: Hours = field(default_factory=Hours.same)
    parts: Mapping[str, tuple[time, time]] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)
    holidays: Mapping[str, str | date] = field(default_factory=dict)

    @classmethod
    def for_hours(
        cls,
        hours: Hours,
        *,
        parts: Mapping[str, tuple[time, time]] | None = None,
        phrases: Mapping[str, str] | None = None,
        holidays: Mapping[str, str | date] | None = None,
    ) -> Words:
        """The default language with a rep's working hours; a closed day has the hours of an ordinary weekday."""
        return cls(hours, dict(parts or {}), dict(phrases or {}), dict(holidays or {}))


DEFAULT = Words()
