"""Calendar arithmetic on plain dates: counting, clipping to month ends, business days, feasts."""

from __future__ import annotations

from calendar import monthrange
from datetime import MAXYEAR, date, timedelta
from fractions import Fraction

ONE = timedelta(days=1)
_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}


def make(year: int, month: int, day: int) -> date | None:
    """The date, or ``None`` where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def plus(day: date, days: int) -> date | None:
    """``day`` moved by days, or ``None`` beyond the end of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def weekday_after(day: date, weekday: int) -> date:
    """The next such weekday strictly after ``day``."""
    return day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)


def weekday_before(day: date, weekday: int) -> date:
    """The last such weekday strictly before ``day``."""
    return day - timedelta(days=(day.weekday() - weekday - 1) % 7 + 1)


def monday(day: date) -> date:
    """The Monday of the week that holds ``day``."""
    return day - timedelta(days=day.weekday())


def month_end(day: date) -> date:
    """The last day of the month of ``day``."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def plus_months(day: date, months: int) -> date | None:
    """That many calendar months later, clipped to the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= MAXYEAR:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def plus_business(day: date, count: int) -> date | None:
    """``count`` Monday-to-Friday days after ``day``; public holidays are not skipped."""
    weeks, rest = divmod(count, 5)
    moved = plus(day, weeks * 7)
    if moved is None:
        return None
    if moved.weekday() > 4 and rest == 0 and count:
        moved = weekday_before(moved, 4)
    for _ in range(rest):
        moved += ONE
        while moved.weekday() > 4:
            moved += ONE
    return moved


def business_before(day: date) -> date:
    """The last business day strictly before ``day``."""
    day -= ONE
    while day.weekday() > 4:
        day -= ONE
    return day


def business_after(day: date) -> date:
    """The first business day strictly after ``day``."""
    day += ONE
    while day.weekday() > 4:
        day += ONE
    return day


def plus_units(day: date, count: Fraction, unit: str) -> date | None:
    """``count`` units after ``day``; a broken unit is rounded down to whole days."""
    whole = int(count)
    if unit == "business_day":
        return plus_business(day, whole)
    if unit in ("month", "year"):
        months = count * (12 if unit == "year" else 1)
        moved = plus_months(day, int(months)) if months < 120_000 else None
        return moved and plus(moved, int((months - int(months)) * 30))
    days = count * {"day": 1, "week": 7, "fortnight": 14, "quarter": 91}[unit]
    return plus(day, int(days)) if days < 3_000_000 else None


def nth_weekday(year: int, month: int, weekday: int, count: int) -> date | None:
    """The ``count``-th such weekday of a month; -1 is the last one."""
    if count < 0:
        last = month_end(date(year, month, 1))
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    day = 1 + (weekday - first.weekday()) % 7 + 7 * (count - 1)
    return make(year, month, day)


def easter(year: int) -> date:
    """Western Easter Sunday (the anonymous Gregorian computus)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def feast(rule: str | date, year: int) -> date | None:
    """The day of a feast in a year.

    The rule is ``"MM-DD"``, ``"4 thu 11"`` (``-1`` is the last), either with ``" +N"`` days after, ``"easter+1"``, or a
    ``date`` that happens once.
    """
    if isinstance(rule, date):
        return rule if rule.year == year else None
    if rule.startswith("easter"):
        return plus(easter(year), int(rule[6:] or 0))
    if "-" in rule[1:3]:
        month, day = rule.split("-")
        return make(year, int(month), int(day))
    count, weekday, month, *offset = rule.split()
    day_of = nth_weekday(year, int(month), _WEEKDAYS[weekday], int(count))
    return day_of and plus(day_of, int(offset[0]) if offset else 0)
