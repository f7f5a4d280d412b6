"""The rep's working days: where a follow-up may stand, and what "the next working day" is.

A working day has hours in the rep's week, is no holiday of the rep's region and none of the days the rep is away.
Days are counted in the rep's zone.
"""

from __future__ import annotations

from datetime import date, datetime

from calsync.model import DAY, Rep, Window

_HORIZON = 400
"""How many days ahead a working day is looked for; a rep who works on none of them gets the plain next day."""


def is_working_day(rep: Rep, day: date) -> bool:
    """True where the rep works on that day."""
    return bool(rep.hours.on(day.weekday())) and day not in rep.holidays and not any(day in away for away in rep.away)


def next_working_day(rep: Rep, day: date, count: int = 1) -> date:
    """The ``count``-th working day after ``day``."""
    found = 0
    for ahead in range(1, _HORIZON):
        candidate = day + ahead * DAY
        if is_working_day(rep, candidate):
            found += 1
            if found == count:
                return candidate
    return day + count * DAY


def working_window(rep: Rep, day: date) -> Window:
    """From the first opening to the last closing of that day, in the rep's zone (a closed day has ordinary hours)."""
    opens, closes = rep.hours.bounds(day.weekday())
    return Window(datetime.combine(day, opens, rep.zone), datetime.combine(day, closes, rep.zone))


def rest_of_today(rep: Rep, moment: datetime) -> Window:
    """From that moment to the end of the working day; the whole next working day where it is over or closed."""
    local = moment.astimezone(rep.zone)
    today = working_window(rep, local.date())
    if is_working_day(rep, local.date()) and local < today.latest:
        return Window(max(local, today.earliest), today.latest)
    return working_window(rep, next_working_day(rep, local.date()))
