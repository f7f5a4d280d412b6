"""Weekdays and near days: "Friday", "next Tues", "Weds of next week", "tomorrow", and a date with its weekday."""

from __future__ import annotations

from datetime import timedelta

from calsync.promises import dates
from calsync.promises.grammar import Level
from calsync.promises.rules.dates import single, spell
from calsync.promises.values import DAY_NAMES, Days, Moment

DAYS = Level("days", "weekday dayword date unit")
_day = DAYS.rule


@_day("day", "<weekday> dot? comma? {on|the}* <date>", examples=("Tues Sept 1st", "Wed, Feb 13"))
def weekday_and_date(moment: Moment, weekday: int, day: Days) -> Days | None:
    return _matching(moment, weekday, day)


@_day("day", "<date> dot? comma? paren? <weekday> paren? (?!date)", examples=("Sep 22, Tue", "3/16 (Mon)"))
def date_and_weekday(moment: Moment, day: Days, weekday: int) -> Days | None:
    return _matching(moment, weekday, day)


def _matching(moment: Moment, weekday: int, day: Days) -> Days | None:
    """A date with its weekday; where they differ, the year is sought in which they agree, within six years."""
    if day.first.weekday() == weekday:
        return day
    earlier = dates.make(day.first.year - 1, day.first.month, day.first.day)
    if "next" in day.why and (moment.resolve or earlier is None or earlier.weekday() != weekday):
        for ahead in range(1, 7):
            found = dates.make(day.first.year + ahead, day.first.month, day.first.day)
            if found and found.weekday() == weekday:
                return single(found, "date", f"{spell(found)}: the next one on a {DAY_NAMES[weekday]}")
    return Days(day.first, day.last, "day", "past", f"{spell(day.first)} is not a {DAY_NAMES[weekday]}")


@_day("day", "<dayword>", examples=("tomorrow", "today", "day after tomorrow", "tmrw"))
def dayword(moment: Moment, offset: int) -> Days | None:
    if offset < 0:
        return single(moment.today + timedelta(days=offset), "past", "already over")
    return single(dates.plus(moment.today, offset), "day", ("today", "tomorrow", "the day after tomorrow")[offset])


@_day("day", "the? <num> <weekday> from_now", examples=("2 sunday from now",))
def weekdays_from_now(moment: Moment, count: int, weekday: int) -> Days | None:
    first = dates.weekday_after(moment.today, weekday)
    return (
        single(dates.plus(first, 7 * (count - 1)), "weekday", f"{DAY_NAMES[weekday]} number {count} from now")
        if 0 < count < 1000
        else None
    )


@_day("day", "last <weekday> (?!{of|in})", examples=())
def last_weekday(moment: Moment, weekday: int) -> Days | None:
    return single(dates.weekday_before(moment.today, weekday), "past", f"last {DAY_NAMES[weekday]} is over")


@_day("day", "the? <weekday> after_next", examples=("thursday after next",))
def weekday_after_next(moment: Moment, weekday: int) -> Days | None:
    first = dates.weekday_after(moment.today, weekday)
    return single(dates.plus(first, 7), "weekday", f"the second {DAY_NAMES[weekday]} from now")


@_day("day", "{on|the}* next <weekday>", examples=("next Friday", "nxt Tues"))
def next_weekday(moment: Moment, weekday: int) -> Days | None:
    day = dates.plus(dates.monday(moment.today), 7 + weekday)
    return single(day, "weekday", f"{DAY_NAMES[weekday]} of next week")


@_day(
    "day",
    "{on|the}* this <weekday>",
    "this <unit> (on|comma)? <weekday>",
    "<weekday> (of|in|comma)? this <unit>",
    examples=("this Friday", "Weds of this week"),
)
def this_weekday(moment: Moment, one: int | str, two: int | str | None = None) -> Days | None:
    weekday, unit = (one, two) if isinstance(one, int) else (two, one)
    if unit not in (None, "week") or not isinstance(weekday, int):
        return None
    day = dates.plus(dates.monday(moment.today), weekday)
    if day is not None and day < moment.today:
        day = dates.plus(day, 7)
    return single(day, "weekday", f"{DAY_NAMES[weekday]} of this week")


@_day(
    "day",
    "<weekday> {of|in|comma|on|the}* {next|following|coming} <unit>",
    "{the|next|following|coming}* {next|following|coming} <unit> {on|comma|the}* <weekday>",
    examples=("Friday of next week", "Weds next week", "next week Tuesday", "Tuesday of the following week"),
)
def weekday_next_week(moment: Moment, one: int | str, two: int | str) -> Days | None:
    weekday, unit = (one, two) if isinstance(one, int) else (two, one)
    if unit != "week" or not isinstance(weekday, int):
        return None
    day = dates.plus(dates.monday(moment.today), 7 + weekday)
    return single(day, "weekday", f"{DAY_NAMES[weekday]} of next week")


@_day(
    "day",
    "<weekday> {of|in|comma|on|the}* <unit> after_next",
    "the? <unit> after_next {on|comma|the}* <weekday>",
    examples=("Tuesday of the week after next", "week after next on Friday"),
)
def weekday_week_after_next(moment: Moment, one: int | str, two: int | str) -> Days | None:
    weekday, unit = (one, two) if isinstance(one, int) else (two, one)
    if unit != "week" or not isinstance(weekday, int):
        return None
    day = dates.plus(dates.monday(moment.today), 14 + weekday)
    return single(day, "weekday", f"{DAY_NAMES[weekday]} of the week after next")


@_day(
    "day",
    "{on|the|coming|following}* {coming|following} <weekday>",
    "{on|the}* <weekday> coming?",
    examples=("Monday", "this coming Friday", "fri."),
)
def bare_weekday(moment: Moment, weekday: int) -> Days:
    day = dates.weekday_after(moment.today, weekday)
    return Days(day, day, "day", "weekday", f"the next {DAY_NAMES[weekday]} after {DAY_NAMES[moment.weekday]}")


@_day("day", "<date>", examples=())
def date_alone(_: Moment, day: Days) -> Days:
    return day


@_day(
    "day",
    "the? {next|following} <unit> (?!{weekday|on|of})",
    examples=("next business day", "the next working day"),
)
def next_business_day(moment: Moment, unit: str) -> Days | None:
    if unit == "day":
        return single(dates.plus(moment.today, 1), "day", "tomorrow")
    return (
        single(dates.business_after(moment.today), "day", "the next business day") if unit == "business_day" else None
    )
