"""Stretches of days: weeks, weekends, months, quarters, years, and those with a name of their own."""

from __future__ import annotations

from datetime import date, timedelta

from calsync.promises import dates
from calsync.promises.grammar import Level
from calsync.promises.rules.dates import day_alone, spell, year_of
from calsync.promises.tokens import Digits
from calsync.promises.values import SHORT_MONTHS, Days, Moment

PERIODS = Level(
    "periods", "unit quarter weekend_word week_of week_beginning weekend_of month isomonth quarter_name phrase mil"
)
_rule = PERIODS.rule
_MONTHS = (
    "",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def span(first: date | None, last: date | None, form: str, grain: str, why: str) -> Days | None:
    """A stretch of days as a value; ``None`` beyond the end of the calendar."""
    return None if first is None or last is None else Days(first, last, form, grain, why)


def week(start: date | None, why: str, last: int = 4) -> Days | None:
    """Monday to Friday of the week that starts there."""
    return span(start, start and dates.plus(start, last), "range", "week", why)


def month(start: date | None, why: str = "") -> Days | None:
    """A calendar month."""
    return span(
        start, start and dates.month_end(start), "range", "month", why or (start and _MONTHS[start.month]) or ""
    )


def weekend(start: date | None, why: str) -> Days | None:
    """Saturday and Sunday of the week that starts there."""
    return span(start and dates.plus(start, 5), start and dates.plus(start, 6), "range", "weekend", why)


def _quarter(year: int, number: int) -> Days | None:
    first = dates.make(year, number * 3 - 2, 1)
    last = first and dates.plus_months(first, 2)
    return span(first, last and dates.month_end(last), "range", "quarter", f"Q{number} {year}")


def ahead(moment: Moment, unit: str, count: int) -> Days | None:
    """The week, month, quarter or year that lies ``count`` ahead of this one."""
    today = moment.today
    name = ("this", "next")[count] if count < 2 else f"{count} ahead:"
    if unit == "week":
        return week(dates.plus(dates.monday(today), 7 * count), f"{name} week")
    if unit == "month":
        return month(dates.plus_months(today.replace(day=1), count))
    if unit == "year":
        year = today.year + count
        return span(dates.make(year, 1, 1), dates.make(year, 12, 31), "range", "year", str(year))
    if unit == "quarter":
        index = today.year * 4 + (today.month - 1) // 3 + count
        return _quarter(index // 4, index % 4 + 1)
    if unit == "day":
        day = dates.plus(today, count)
        return Days(day, day, "day", "day", f"{count} days ahead") if day else None
    return None


@_rule("period", "the? <unit|quarter> after_next {unit|quarter}?", examples=("the week after next", "month after next"))
def after_next(moment: Moment, unit: str) -> Days | None:
    return ahead(moment, unit, 2) if unit in ("week", "month", "quarter", "year") else None


@_rule(
    "period", "<num> coming <unit|quarter>", "the? coming <num> <unit|quarter>", examples=("three upcoming quarters",)
)
def upcoming_nth(moment: Moment, count: int, unit: str) -> Days | None:
    return ahead(moment, unit, count) if 0 < count < 1000 else None


@_rule(
    "period",
    "{in|during|on|the|for|over|of|sometime}* {next|coming|following} <unit|quarter>",
    "{in|during|on|the|for|over|sometime}* next <month> month?",
    examples=("next week", "next month", "next quarter", "the following week", "coming week"),
)
def next_one(moment: Moment, unit: str | int) -> Days | None:
    if isinstance(unit, int):
        return named_month(moment, unit, moment.today.year + (unit <= moment.today.month))
    return ahead(moment, unit, 1) if unit in ("week", "month", "quarter", "year") else None


@_rule(
    "period",
    "{in|during|the|over|for|sometime|rest|of}* this <unit|quarter>",
    "{during|rest|in|over} of? the <unit|quarter>",
    examples=("this week", "this month", "rest of the week"),
)
def this_one(moment: Moment, unit: str) -> Days | None:
    return ahead(moment, unit, 0) if unit in ("week", "month", "quarter", "year") else None


@_rule(
    "period",
    "{the|over|during|on|at|for|in|sometime}* {this|coming}+ weekend_word",
    "{the|over|during|on|at|for|in|sometime}* weekend_word",
    examples=("this weekend", "over the weekend"),
)
def this_weekend(moment: Moment) -> Days | None:
    return weekend(dates.monday(moment.today), "this weekend")


@_rule(
    "period",
    "{the|over|during|on|at|for|in|sometime}* next weekend_word",
    "the? weekend_word after_next",
    examples=("next weekend",),
)
def next_weekend(moment: Moment) -> Days | None:
    return weekend(dates.plus(dates.monday(moment.today), 7), "the weekend of next week")


@_rule(
    "period",
    "{the|in|during|sometime}* {week_beginning|week_of} {the|on}* <day|date>",
    "{the|in|during|sometime}* <day> <unit> (?!{from|after|before})",
    examples=("the week of the 23rd", "w/c Feb 4", "week commencing 6 April"),
)
def week_of(_: Moment, day: Days, unit: str | None = None) -> Days | None:
    if unit is None:
        return week(dates.monday(day.first), f"the week that holds {spell(day.first)}")
    if day.grain == "holiday" and unit == "week":
        return week(dates.monday(day.first), f"the week of {spell(day.first)}")
    return None


@_rule(
    "period",
    "{the|in|during|sometime}* {week_beginning|week_of} the? <num> (?!{unit|length})",
    examples=("week of 23",),
)
def week_of_number(moment: Moment, number: int) -> Days | None:
    day = day_alone(moment, number)
    return day and week_of(moment, day)


@_rule(
    "period",
    "the? weekend_of {the|on}* <day>",
    "<day> weekend_word",
    examples=("the weekend of the 14th", "Easter weekend"),
)
def weekend_of(_: Moment, day: Days) -> Days | None:
    if day.grain == "weekday":
        return None
    week_start = dates.monday(day.first)
    if day.grain == "holiday" and day.first.weekday() == 0:  # a long weekend ends with the feast
        week_start -= timedelta(days=7)
    return weekend(week_start, f"the weekend of {spell(day.first)}")


def named_month(moment: Moment, number: int, year: int | None) -> Days | None:
    """A month by name: of the year given, else the one running or the next to come."""
    whole = year or moment.today.year + (number < moment.today.month)
    first = dates.make(whole, number, 1)
    return month(first, f"{SHORT_MONTHS[number]} {whole}")


@_rule(
    "period",
    "{in|during|the|of|for|sometime|over}* <month> dot? comma? of? <mil> (?!{meridiem|time})",
    examples=("May 2028", "Dec, 2018"),
)
def month_year(moment: Moment, number: int, year: Digits) -> Days | None:
    whole = year_of(moment, year)
    return named_month(moment, number, whole) if whole else None


@_rule("period", "<month> after_next", examples=("June after next",))
def month_after_next(moment: Moment, number: int) -> Days | None:
    first = named_month(moment, number, None)
    return first and named_month(moment, number, first.first.year + 1)


@_rule("period", "<isomonth>", examples=("2026-10",))
def iso_month(moment: Moment, parts: tuple[int, int]) -> Days | None:
    return named_month(moment, parts[1], parts[0])


@_rule(
    "period",
    "{in|during|the|of|for|over}* <quarter_name> {of|in|comma|this}* <mil>?",
    "{in|during|the|of|for|over}* the? <ordinal|ordword> quarter {of|in|comma|this}* <mil>?",
    examples=("Q1", "second quarter", "Q3 2027", "the 2nd qtr"),
)
def quarter(moment: Moment, number: int, year: Digits | None) -> Days | None:
    if not 1 <= number <= 4:
        return None
    whole = year_of(moment, year)
    running = (moment.today.month - 1) // 3 + 1
    return _quarter(whole or moment.today.year + (number < running), number)


@_rule(
    "period",
    "{in|the|during|of}* <quarter_name|month> of? next <unit>",
    "the? <ordinal|ordword> quarter of? next <unit>",
    examples=("Q2 next year", "March of next year"),
)
def quarter_next_year(moment: Moment, number: int, unit: str) -> Days | None:
    return None if unit != "year" else month(dates.make(moment.today.year + 1, number, 1))


@_rule("period", "<unit> <num> (?!{slash|dash|or|to|unit|meridiem})", examples=("week 35",))
def iso_week(moment: Moment, unit: str, number: int) -> Days | None:
    """The ISO week of that number, running or next."""
    if unit != "week" or not 1 <= number <= 53:
        return None
    year = moment.today.isocalendar().year
    for candidate in (year, year + 1):
        try:
            start = date.fromisocalendar(candidate, number, 1)
        except ValueError:
            continue
        if start + timedelta(days=6) >= moment.today:
            return week(start, f"week {number} of {candidate}")
    return None


@_rule("period", "{in|during|sometime|over}+ <mil>", examples=("in 2027",))
def year_alone(moment: Moment, year: Digits) -> Days | None:
    whole = year_of(moment, year)
    if whole is None:
        return None
    return span(dates.make(whole, 1, 1), dates.make(whole, 12, 31), "range", "year", str(whole))


@_rule(
    "period",
    "(?<={in|during|of|sometime|over|this|early|mid|late|end|by|before|after|until|from|starting|since|between|"
    "around|to|within|not_before|and|or|dash|following}) <month>",
    examples=("in April", "during March", "by May"),
)
def month_alone(moment: Moment, number: int) -> Days | None:
    return named_month(moment, number, None)


@_rule("period", "<month> (?!{will})", examples=("April",))
def bare_month(moment: Moment, number: int) -> Days | None:
    return None if number == 5 else named_month(moment, number, None)  # "may" alone is a verb


@_rule(
    "period",
    "{in|the|at|around|sometime|during}* <early|mid|late|end> {of|in}? the <unit>",
    examples=("toward the end of the month", "the latter part of the week"),
)
def part_of_this(moment: Moment, edge: str, unit: str) -> Days | None:
    names = {"week": ("early_week", "midweek", "eow"), "month": ("early_month", "midmonth", "eom")}.get(unit)
    return names and named_phrase(moment, names[("early", "mid", "late").index("late" if edge == "end" else edge)])


@_rule(
    "period",
    "{in|the|at|around|for}* <phrase> (of|next|this)? (this)?",
    examples=("EOW", "end of the month", "in the new year", "later this week"),
)
def phrase(moment: Moment, name: str) -> Days | None:
    return named_phrase(moment, name)


def named_phrase(moment: Moment, name: str) -> Days | None:  # noqa: PLR0911 - a line for each name
    """A stretch that has a name of its own, as the vocabulary's ``[phrase]`` table lists them."""
    today = moment.today
    unit_edge = _NAMED_EDGES.get(name)
    if unit_edge is not None:
        return _edge_ahead(moment, *unit_edge)
    if name == "later_today":
        return Days(today, today, "vague", "later_today", "the rest of today")
    if name == "eoy":
        return span(date(today.year, 12, 27), date(today.year, 12, 31), "vague", "end", "the end of the year")
    if name == "later_year":
        return span(dates.plus(today, 1), date(today.year, 12, 31), "vague", "later", "the rest of the year")
    if name in ("new_year", "first_of_year"):
        year = today.year + 1
        return span(dates.make(year, 1, 1), dates.make(year, 1, 31), "vague", "new_year", f"January {year}")
    if name == "holidays":
        return span(date(today.year, 12, 25), dates.make(today.year + 1, 1, 1), "range", "holidays", "1 January")
    return None


_NAMED_EDGES = {
    "early_week": ("week", "early"),
    "midweek": ("week", "mid"),
    "eow": ("week", "late"),
    "later_week": ("week", "later"),
    "early_month": ("month", "early"),
    "midmonth": ("month", "mid"),
    "eom": ("month", "late"),
    "later_month": ("month", "later"),
    "eoq": ("quarter", "late"),
}


def _edge_ahead(moment: Moment, unit: str, edge: str) -> Days | None:
    """That part of the week, month or quarter that is running, or of the next one once it is over."""
    for count in (0, 1):
        base = ahead(moment, unit, count)
        found = base and edge_of(moment, edge, base)
        if found is not None and found.first <= found.last and found.last >= moment.today:
            return found
    return None


def edge_of(moment: Moment, edge: str, base: Days) -> Days | None:  # noqa: PLR0911
    """The early, middle, late or later part of a week, month, quarter or year."""
    first, grain = base.first, base.grain
    why = f"{edge} in {base.why}" if edge != "mid" else f"the middle of {base.why}"
    if grain in ("week", "weekend"):
        if edge == "later":
            start = max(first, moment.today + timedelta(days=1)) if first <= moment.today else dates.plus(first, 3)
            return span(start, dates.plus(first, 4), "vague", "later", why)
        low, high = {"early": (0, 1), "mid": (1, 3), "late": (3, 4), "end": (3, 4)}[edge]
        return span(dates.plus(first, low), dates.plus(first, high), "vague", "end" if low == 3 else edge, why)
    if grain == "month":
        end = dates.month_end(first)
        if edge == "later":
            start = moment.today + timedelta(days=1) if first <= moment.today else end - timedelta(days=4)
            return span(start, end, "vague", "later", why)
        if edge in ("late", "end"):
            return span(end - timedelta(days=4), end, "vague", "end", why)
        low, high = {"early": (1, 7), "mid": (12, 18)}[edge]
        return span(first.replace(day=low), first.replace(day=high), "vague", edge, why)
    if grain in ("quarter", "year"):
        months = 12 if grain == "year" else 3
        if grain == "year" and edge == "mid":
            return span(dates.make(first.year, 6, 1), dates.make(first.year, 7, 31), "vague", edge, why)
        index = {"early": 0, "mid": months // 2}.get(edge, months - 1)
        start_month = dates.plus_months(first, index)
        if start_month is None:
            return None
        if edge in ("late", "end", "later"):
            end = dates.month_end(start_month)
            return (
                span(end - timedelta(days=4), end, "vague", "end", why)
                if edge == "end"
                else span(start_month, end, "vague", "end", why)
            )
        return span(start_month, dates.month_end(start_month), "vague", edge, why)
    return None
