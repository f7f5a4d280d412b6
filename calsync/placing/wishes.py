"""What the contact asked for: the ``call_hours`` column of the contact list.

    call_hours
    10:00-12:00
    Mon-Fri 10:00-12:00, 14:00-16:00; Sat 11:00-13:00
    Tue Thu 17:00-20:00
    not before 10:00 | not after 18:00 | mornings | afternoons | evenings

Hours are the contact's own local time, days that are not named are not wanted once any day is named.
"""

from __future__ import annotations

import re
from functools import lru_cache

from calsync.placing.law import Hours

COLUMN = "call_hours"
EXAMPLE = "Mon-Fri 10:00-12:00; Sat 11:00-13:00"
Week = tuple[Hours, ...]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_CLAUSE = re.compile(rf"^(?P<days>(?:{_DAY}(?:\s*-\s*{_DAY})?[\s,]*)*)(?P<rest>.*)$")
_SPAN = re.compile(r"^(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?$")
_BOUND = re.compile(r"^(?:not|never) (before|after) (\d{1,2})(?::(\d\d))?$")
_WORDS: dict[str, Hours] = {
    "mornings": ((0, 720),),
    "mornings only": ((0, 720),),
    "afternoons": ((720, 1020),),
    "afternoons only": ((720, 1020),),
    "evenings": ((1020, 1440),),
    "evenings only": ((1020, 1440),),
}


@lru_cache(maxsize=4096)
def read_wishes(text: str) -> Week | None:
    """Seven days of hours (Monday first), or ``None`` for words that are not understood."""
    week: list[Hours] = [()] * 7
    for clause in text.lower().split(";"):
        match = _CLAUSE.match(clause.strip())
        if match is None:
            return None
        hours = _hours(match["rest"].strip())
        if hours is None:
            return None
        for day in _days(match["days"]):
            week[day] += hours
    return tuple(week)


def _days(text: str) -> list[int]:
    found: list[int] = []
    for part in re.findall(rf"{_DAY}(?:\s*-\s*{_DAY})?", text):
        first, *last = (_DAYS.index(name.strip()[:3]) for name in part.split("-"))
        end = last[0] if last else first
        found += [day % 7 for day in range(first, end + 1 if end >= first else end + 8)]
    return found or list(range(7))


def _hours(text: str) -> Hours | None:
    if text in _WORDS:
        return _WORDS[text]
    if bound := _BOUND.match(text):
        at = int(bound[2]) * 60 + int(bound[3] or 0)
        return ((at, 1440),) if bound[1] == "before" else ((0, at),)
    spans = []
    for part in text.split(","):
        span = _SPAN.match(part.strip())
        if span is None:
            return None
        opens, closes = (int(span[i]) * 60 + int(span[i + 1] or 0) for i in (1, 3))
        if not opens < closes <= 1440:
            return None
        spans.append((opens, closes))
    return tuple(spans)
