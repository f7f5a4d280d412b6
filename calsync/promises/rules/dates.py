"""Days of the calendar: dates in digits and words, feasts, days of a month, the n-th weekday of a month."""

from __future__ import annotations

from datetime import date, timedelta

from calsync.promises import dates
from calsync.promises.grammar import Level
from calsync.promises.tokens import Digits
from calsync.promises.values import DAY_NAMES, SHORT_DAYS, SHORT_MONTHS, Days, Moment

DATES = Level("dates", "iso dmy slashed month ordinal ordword last num holiday decimal")
_date = DATES.rule


def single(day: date | None, grain: str, why: str) -> Days | None:
    """One day as a value."""
    return None if day is None else Days(day, day, "day", grain, why)


def spell(day: date) -> str:
    """ "Fri 13 Mar 2026"."""
    return f"{SHORT_DAYS[day.weekday()]} {day.day} {SHORT_MONTHS[day.month]} {day.year}"


def year_of(moment: Moment, value: int | Digits | None) -> int | None:
    """A year as written: 2027, or 27."""
    if isinstance(value, Digits):
        return value.value if 1900 <= value.value <= 2199 and len(value.text) == 4 else None
    if value is None:
        return None
    century = moment.today.year // 100 * 100
    return century + value if value < 100 else value


def upcoming(moment: Moment, month: int, day: int) -> date | None:
    """The next such day of the year on or after today; a 29 February waits for its leap year."""
    for year in range(moment.today.year, moment.today.year + 9):
        found = dates.make(year, month, day)
        if found is not None and found >= moment.today:
            return found
    return None


def in_year(moment: Moment, month: int, day: int, year: int | Digits | None) -> Days | None:
    """A day and month, with its year or the next time it comes round."""
    if not 1 <= month <= 12:
        return None
    if year is None:
        found = upcoming(moment, month, day)
        return single(found, "date", f"{spell(found)} is the next {day} {SHORT_MONTHS[month]}") if found else None
    whole = year_of(moment, year)
    found = None if whole is None else dates.make(whole, month, day)
    return single(found, "dated", spell(found)) if found else None


@_date("date", "<iso>", examples=("2026-08-31", "2026/3/9"))
def iso(_: Moment, parts: tuple[int, int, int]) -> Days | None:
    return single(dates.make(*parts), "dated", "as written")


@_date("date", "<dmy>", examples=("3/3/27", "01.08.2026", "3-19-2026"))
def digits(moment: Moment, parts: tuple[int, int, int, str]) -> Days | None:
    first, second, year, text = parts
    day_first = moment.day_first or "." in text
    pairs = [(first, second), (second, first)]
    for day, month in pairs if day_first else reversed(pairs):
        found = in_year(moment, month, day, year)
        if found is not None:
            return found
    return None


@_date("date", "<slashed> comma? <mil>", "<slashed> (?!{unit|slash})", examples=("3/16", "23/06", "2/27"))
def slashed(moment: Moment, parts: tuple[int, int], year: Digits | None = None) -> Days | None:
    first, second = parts
    pairs = [(first, second), (second, first)]
    if first == 24 and second == 7:
        return None
    for day, month in pairs if moment.day_first else reversed(pairs):
        found = in_year(moment, month, day, year)
        if found is not None:
            return found
    return None


@_date(
    "period",
    "{from|between}? the? <num|ordinal|ordword> {dash|to|until|and|or} the? <num|ordinal|ordword> day? "
    "of? <month> dot? comma? {of|in}? <mil>?",
    examples=("10 - 22 August 2026", "from the 4th to the 9 of May", "3 to 7 of May"),
)
def days_of_month(moment: Moment, first: int, last: int, month: int, year: Digits | None) -> Days | None:
    return _stretch(moment, month, first, last, year)


@_date(
    "period",
    "{from|between}? <month> dot? the? <num|ordinal|ordword> {dash|to|until|and|or} the? "
    "<num|ordinal|ordword> comma? {of|in}? <mil>? (?!{meridiem|slash|month|length|unit|of})",
    examples=("May 11-14", "june 2nd through 11th", "October 6-8", "April 1 or 2"),
)
def month_days(moment: Moment, month: int, first: int, last: int, year: Digits | None) -> Days | None:
    return _stretch(moment, month, first, last, year)


def _stretch(moment: Moment, month: int, first: int, last: int, year: Digits | None) -> Days | None:
    """From one day of a month to a later one."""
    start = in_year(moment, month, first, year)
    if start is None or not first < last:
        return None
    end = dates.make(start.first.year, month, last)
    return Days(start.first, end, "range", "dates", f"{spell(start.first)} to {spell(end)}") if end else None


@_date("date", "<mil> {slash|dash} <month> {slash|dash} <num>", examples=("2027/oct/09", "2027-oct-9"))
def year_first(moment: Moment, year: Digits, month: int, day: int) -> Days | None:
    return in_year(moment, month, day, year)


@_date("date", "<num|ordinal> {slash|dash} <month> {slash|dash} <num|mil>", examples=("9/Nov/2027", "8-oct-26"))
def day_first(moment: Moment, day: int, month: int, year: int | Digits) -> Days | None:
    return in_year(moment, month, day, year)


@_date(
    "date",
    "<month> dot? {slash|dash}? the? <num|ordinal|ordword> day? dot? (comma|in|of)* <mil> (?!meridiem)",
    "<month> dot? {slash|dash}? the? <num|ordinal|ordword> (?!{oclock|unit})",
    examples=("May 6th", "April 1", "Apr-3", "Nov3", "march 19, 2028", "June twenty-third", "may the 17th 2028"),
)
def month_day(moment: Moment, month: int, day: int, year: Digits | None = None) -> Days | None:
    found = in_year(moment, month, day, year)
    if found is None and year is not None and year_of(moment, year) is None:
        return None
    return found


@_date(
    "date",
    "the? <ordinal|ordword> of? <month> <num> (?!{meridiem|oclock|clock|ish|dash|to})",
    examples=("9th June 28",),
)
def short_year(moment: Moment, day: int, month: int, year: int) -> Days | None:
    return in_year(moment, month, day, year) if 12 < year < 60 else None


@_date(
    "date",
    "the? <num|ordinal|ordword> dot? {slash|dash}? day? of? the? <month> dot? comma? {in|of}? <mil> (?!meridiem)",
    "the? <num|ordinal|ordword> dot? {slash|dash}? day? of? the? <month> (?!{dash|to} ordinal)",
    examples=("17 july in 2027", "twenty fourth of May", "8. Dec. 2027", "19-may", "31 of may", "the fifth of may"),
)
def day_month(moment: Moment, day: int, month: int, year: Digits | None = None) -> Days | None:
    return in_year(moment, month, day, year)


@_date(
    "date",
    "on <num> dash <num> (?!{slash|dash|unit|length|meridiem|oclock|clock|some_count|time|ish})",
    examples=("on 12-9",),
)
def on_dashed(moment: Moment, first: int, second: int) -> Days | None:
    month, day = (second, first) if moment.day_first else (first, second)
    return in_year(moment, month, day, None)


@_date(
    "date",
    "(?<!{slash|dash|num|mil|time}) <num> dash <num> "
    "(?!{slash|dash|unit|length|meridiem|oclock|clock|some_count|time|ish})",
    examples=("3-19", "10-22"),
)
def dashed(moment: Moment, first: int, second: int) -> Days | None:
    """ "3-19" is a date where it cannot be two hours."""
    month, day = (second, first) if moment.day_first else (first, second)
    return in_year(moment, month, day, None) if day > 12 else None


@_date("date", "{on|the}* <decimal> dot?", "{on|the}+ <num> dot (?!month)", examples=())
def dotted(moment: Moment, value: str | int) -> Days | None:
    """German: "24.3." and "am 5."."""
    if moment.lexicon.language != "de":
        return None
    if isinstance(value, int):
        return day_alone(moment, value)
    day, month = value.split(".")
    return in_year(moment, int(month), int(day), None)


@_date("date", "the? ides of <month>", examples=("the ides of may",))
def ides(moment: Moment, month: int) -> Days | None:
    return in_year(moment, month, 15 if month in (3, 5, 7, 10) else 13, None)


@_date(
    "date",
    "<weekday> dot? comma? <num> (?!{slash|meridiem|oclock|clock|length|unit|dash|to|zone|of|month|ish|num|or})",
    examples=("Thursday 24", "Wed 30"),
)
def weekday_number(moment: Moment, weekday: int, day: int) -> Days | None:
    """As below; "Thursday 2" and "Tues 9" are clock times unless that day is near."""
    found = weekday_ordinal(moment, weekday, day)
    return None if found and day <= 12 and (found.first - moment.today).days > 31 else found


@_date(
    "date",
    "<weekday> dot? comma? the? <ordinal|ordword> (?!{unit|of|weekday|month|quarter})",
    "<weekday> dot? comma? the <num> (?!{slash|meridiem|oclock|clock|length|unit|zone|of|month})",
    examples=("Thursday the 24th", "Wed 11th", "Friday the 4th"),
)
def weekday_ordinal(moment: Moment, weekday: int, day: int) -> Days | None:
    """The next such weekday that is that day of its month; one of the first seven days is not sought beyond a month."""
    nearest = dates.weekday_after(moment.today - timedelta(days=1), weekday)
    for _ in range(60):
        if nearest.day == day:
            return single(nearest, "date", f"the next {DAY_NAMES[weekday]} that is a {day}.")
        nearest += timedelta(days=7)
        if day <= 12 and (nearest - moment.today).days > 31 and day < 8:
            break
    return None


@_date(
    "date",
    "the? <ordinal|ordword|last> <weekday> {of|in} <month> comma? <mil>?",
    examples=("second thursday of may 2028", "last Friday of March", "first thursday in june"),
)
def nth_of_month(moment: Moment, count: int | str, weekday: int, month: int, year: Digits | None) -> Days | None:
    number = -1 if isinstance(count, str) else count
    whole = year_of(moment, year)
    if not -1 <= number <= 5:
        return None
    for candidate in [whole] if whole else range(moment.today.year, moment.today.year + 9):
        found = dates.nth_weekday(candidate, month, weekday, number)
        if found is not None and (whole or found >= moment.today):
            return single(found, "date", spell(found))
    return None


@_date(
    "date",
    "the? <ordinal|ordword|last> <weekday> {of|in} the? <next|this|coming|following>? <unit>",
    examples=("third Monday of next month", "first Friday of the month", "last Monday of this month"),
)
def nth_of_this_month(moment: Moment, count: int | str, weekday: int, which: str | None, unit: str) -> Days | None:
    if unit != "month":
        return None
    number = -1 if isinstance(count, str) else count
    if not -1 <= number <= 5:
        return None
    first = moment.today.replace(day=1)
    month = dates.plus_months(first, 0 if which in (None, "this") else 1)
    found = month and dates.nth_weekday(month.year, month.month, weekday, number)
    if which is None and found and found < moment.today:
        month = dates.plus_months(first, 1)
        found = month and dates.nth_weekday(month.year, month.month, weekday, number)
    return single(found, "date", spell(found)) if found else None


@_date(
    "date",
    "the? <num|ordinal|ordword> day? of the? <next|this|coming|following>? <unit>",
    examples=("12th of next month", "24 of this month", "the 1st of the month", "12th day of next month"),
)
def day_of_month(moment: Moment, day: int, which: str | None, unit: str) -> Days | None:
    if unit != "month":
        return None
    first = moment.today.replace(day=1)
    month = dates.plus_months(first, 0 if which in (None, "this") else 1)
    found = month and dates.make(month.year, month.month, day)
    if which is None and found and found < moment.today:
        month = dates.plus_months(first, 1)
        found = month and dates.make(month.year, month.month, day)
    return single(found, "date", spell(found)) if found else None


@_date(
    "date",
    "the? <last|ordword|ordinal> <unit> of the? <next|this|coming|following>? <unit>",
    examples=("last day of the month", "first business day of next month"),
)
def edge_of_month(moment: Moment, count: int | str, unit: str, which: str | None, period: str) -> Days | None:
    if unit not in ("day", "business_day") or period != "month":
        return None
    month = dates.plus_months(moment.today.replace(day=1), 0 if which in (None, "this") else 1)
    found = month and _edge(month, count, unit)
    if found and found < moment.today and which is None:
        month = dates.plus_months(moment.today.replace(day=1), 1)
        found = month and _edge(month, count, unit)
    return single(found, "date", spell(found)) if found else None


@_date(
    "date",
    "the? <last|ordword|ordinal> <unit> of <month> <mil>?",
    examples=("last day of March", "first business day of April"),
)
def edge_of_named_month(moment: Moment, count: int | str, unit: str, month: int, year: Digits | None) -> Days | None:
    if unit not in ("day", "business_day"):
        return None
    whole = year_of(moment, year)
    for candidate in [whole] if whole else range(moment.today.year, moment.today.year + 2):
        found = _edge(date(candidate, month, 1), count, unit)
        if found is not None and (whole or found >= moment.today):
            return single(found, "date", spell(found))
    return None


def _edge(month: date, count: int | str, unit: str) -> date | None:
    """The first, n-th or last (business) day of a month."""
    if isinstance(count, str):
        last = dates.month_end(month)
        return last if unit == "day" or last.weekday() < 5 else dates.business_before(last)
    if unit == "day":
        return dates.make(month.year, month.month, count)
    return dates.plus_business(month - timedelta(days=1), count) if count < 23 else None


@_date(
    "date",
    "{this|next|coming|the}* <holiday> day? comma? <mil>?",
    examples=("Thanksgiving", "easter 2027", "next Easter", "xmas"),
)
def holiday(moment: Moment, name: str, year: Digits | None) -> Days | None:
    lexicon = moment.lexicon
    rule = (lexicon.holidays_gb.get(name) if moment.british else None) or lexicon.holidays[name]
    whole = year_of(moment, year)
    if whole:
        found = dates.feast(rule, whole)
        return single(found, "holiday", spell(found)) if found else None
    for candidate in range(moment.today.year, moment.today.year + 9):
        found = dates.feast(rule, candidate)
        if found is not None and found >= moment.today:
            return single(found, "holiday", f"{name.replace('_', ' ')} is {spell(found)}")
    return None


@_date(
    "date",
    "{on|the}* <ordinal> "
    "(?!{unit|week_of|week_beginning|more|weekday|quarter|half|slash|month|num|some_count|of}|dash? word)",
    "on? the <ordword> (?={comma|stop|dot|dash|at|in|paren|time|after|before|by|quote|part|then|until|to|from|or|and})",
    "on? the <ordword>$",
    "on? the <num> (?={from|time|comma|at|stop|dot|between|to|after|before})",
    "on the? <num>$",
    "on <num> (?={from|time|comma|at|stop|between|after|before})",
    examples=("the 19th", "on the 17th", "on 18", "the 1st"),
)
def day_alone(moment: Moment, day: int) -> Days | None:
    """The next such day of a month, on or after today."""
    if not 1 <= day <= 31:
        return None
    month = moment.today.replace(day=1)
    for ahead in range(14):
        start = dates.plus_months(month, ahead)
        found = start and dates.make(start.year, start.month, day)
        if found and found >= moment.today:
            return single(found, "date", f"{spell(found)} is the next {day}.")
    return None
