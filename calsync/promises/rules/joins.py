"""Counting from a day, and joining two ends: "a week from Thursday", "in 10 days", "Mon or Tues", "between 2 and 4"."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from calsync.promises import dates
from calsync.promises.grammar import Level
from calsync.promises.rules.clocks import Hourlike, as_clock
from calsync.promises.rules.dates import single, spell
from calsync.promises.rules.periods import ahead, month, span, week, weekend
from calsync.promises.tokens import Digits
from calsync.promises.values import DAY_NAMES, Clock, Clocks, Days, Elapsed, Length, Moment

OFFSETS = Level("offsets", "length unit day hclock num weekend_word")
ABOUT = Level("about", "length")
JOINS = Level("joins", "day period time num mil")
_rule = OFFSETS.rule
_WORDS = {"business_day": "business day"}


def say(length: Length) -> str:
    """A length in words: "7-10 days"."""
    unit = _WORDS.get(length.unit, length.unit)
    low, high = (str(n) if n.denominator == 1 else f"{float(n):g}" for n in (length.low, length.high))
    count = low if low == high else f"{low}-{high}"
    return f"{count} {unit}{'' if count == '1' else 's'}"


def count_days(base: date, length: Length, why: str) -> Days | None:
    """The day (or days) that many units after ``base``."""
    low = dates.plus_units(base, length.low, length.unit)
    high = low if length.low == length.high else dates.plus_units(base, length.high, length.unit)
    if low is None or high is None:
        return None
    if low != high:
        return Days(low, high, "vague" if length.fuzzy else "range", "count", why)
    if length.about:
        return span(dates.plus(low, -1), dates.plus(high, 1), "vague", "count", f"{why}, give or take a day")
    return Days(low, high, "vague" if length.fuzzy else "day", "count", why)


def _minutes(length: Length) -> tuple[Fraction, Fraction] | None:
    scale = {"hour": 60, "minute": 1}.get(length.unit)
    return None if scale is None or length.high > 100_000 else (length.low * scale, length.high * scale)


def elapse(length: Length) -> Elapsed | None:
    """Hours or minutes from now."""
    ends = _minutes(length)
    if ends is None:
        return None
    form = "vague" if length.fuzzy else "range" if ends[0] != ends[1] else "around" if length.about else "fixed"
    return Elapsed(*ends, form)


@ABOUT.rule("length", "around+ <length> ish?", "<length> ish", examples=("about a week", "two weeks or so"))
def about(moment: Moment, length: Length) -> Length:
    return length._replace(about=not moment.resolve)


@_rule(
    "period",
    "{within} {the|next|coming|around}* <length>",
    "{in|over|during} the {next|coming|following}+ <length>",
    examples=("within 3 days", "in the next few days"),
)
def within_days(moment: Moment, length: Length) -> Days | None:
    if length.unit in ("hour", "minute"):
        return None
    last = dates.plus_units(moment.today, length.high, length.unit)
    return span(
        moment.today,
        last,
        "vague" if length.fuzzy or length.about else "range",
        "count",
        f"from now to {say(length)} from today",
    )


@_rule("period", "within the? <unit>", examples=("within the week",))
def within_one(moment: Moment, unit: str) -> Days | None:
    if unit in ("hour", "minute"):
        return None
    return within_days(moment, Length(Fraction(1), Fraction(1), unit))


@_rule(
    "elapsed",
    "within {the|next|coming|around}* <length>",
    "{in|over|during} the {next|coming|following}+ <length>",
    examples=("within 2 hours", "in the next hour or two"),
)
def within_hours(_: Moment, length: Length) -> Elapsed | None:
    ends = _minutes(length)
    return ends and Elapsed(Fraction(0), ends[1], "vague" if length.fuzzy else "range")


@_rule(
    "elapsed",
    "{within|in|during|over} the next? <unit>",
    "within next? <unit>",
    examples=("within the hour", "in the next hour"),
)
def within_the_hour(_: Moment, unit: str) -> Elapsed | None:
    ends = _minutes(Length(Fraction(1), Fraction(1), unit))
    return ends and Elapsed(Fraction(0), ends[1], "range")


@_rule(
    "period",
    "{a|the}? <length> {from|after|following} {the}? <day|period>",
    "<length> on <day>",
    examples=("a week from Thursday", "two weeks from Monday", "10 days after Christmas", "a week on Friday"),
)
def after_day(_: Moment, length: Length, base: Days) -> Days | None:
    if length.unit in ("hour", "minute") or base.grain == "past":
        return None
    return count_days(base.last, length, f"{say(length)} after {spell(base.last)}")


@_rule("period", "<length> <day>", examples=("a week Monday", "a fortnight tomorrow"))
def week_and_day(_: Moment, length: Length, base: Days) -> Days | None:
    if length.unit not in ("week", "fortnight") or length.low != length.high or base.grain not in ("weekday", "day"):
        return None
    return count_days(base.last, length, f"{say(length)} after {spell(base.last)}")


@_rule("period", "<day> <unit>", examples=("Tuesday week", "Monday fortnight"))
def day_and_week(_: Moment, base: Days, unit: str) -> Days | None:
    if unit not in ("week", "fortnight"):
        return None
    return count_days(base.first, Length(Fraction(1), Fraction(1), unit), f"a {unit} after {spell(base.first)}")


@_rule("period", "<length> before the? <day|period>", examples=("two days before Christmas",))
def before_day(_: Moment, length: Length, base: Days) -> Days | None:
    if length.unit not in ("day", "week", "fortnight"):
        return None
    factor = {"day": 1, "week": 7, "fortnight": 14}[length.unit]
    day = dates.plus(base.first, -int(length.high * factor))
    return single(day, "date", f"{say(length)} before {spell(base.first)}")


@_rule(
    "period",
    "the? <day> {after|following} the? <day|period>",
    examples=("the Monday after Thanksgiving", "Tuesday after Labor Day"),
)
def weekday_after(_: Moment, weekday: Days, base: Days) -> Days | None:
    if weekday.grain != "weekday" or base.grain in ("weekday", "past"):
        return None
    number = weekday.first.weekday()
    return single(
        dates.weekday_after(base.last, number), "date", f"the first {DAY_NAMES[number]} after {spell(base.last)}"
    )


@_rule(
    "period",
    "the? <ordinal|ordword> <day> {after|following} the? <day|period>",
    examples=("third Tuesday after Christmas",),
)
def nth_weekday_after(moment: Moment, count: int, weekday: Days, base: Days) -> Days | None:
    first = weekday_after(moment, weekday, base)
    day = first and dates.plus(first.first, 7 * (count - 1))
    return single(day, "date", f"weekday {count} after {spell(base.last)}") if day else None


@_rule("period", "<num> <weekdays> from_now", examples=("3 fridays from now",))
def weekdaysahead(moment: Moment, count: int, weekday: int) -> Days | None:
    first = dates.weekday_after(moment.today, weekday)
    day = dates.plus(first, 7 * (count - 1)) if count < 1000 else None
    return single(day, "weekday", f"the {DAY_NAMES[weekday]} that comes {count}.")


@_rule("period", "the? coming <length>", examples=("upcoming three weeks",))
def coming_length(moment: Moment, length: Length) -> Days | None:
    if length.low != length.high:
        return None
    if length.unit == "month" and length.low % 3 == 0:
        return ahead(moment, "quarter", int(length.low) // 3)
    return ahead(moment, length.unit, int(length.low)) if length.low < 1000 else None


@_rule("period", "the? <day> before the? <day|period>", examples=("the Friday before Memorial Day",))
def weekday_before(_: Moment, weekday: Days, base: Days) -> Days | None:
    if weekday.grain != "weekday" or base.grain in ("weekday", "past"):
        return None
    number = weekday.first.weekday()
    return single(
        dates.weekday_before(base.first, number), "date", f"the last {DAY_NAMES[number]} before {spell(base.first)}"
    )


@_rule(
    "period",
    "the? <unit> {after|following} the? <day|period>",
    examples=("the day after Thanksgiving", "the week after Labor Day"),
)
def unit_after(_: Moment, unit: str, base: Days) -> Days | None:
    if base.grain == "past":
        return None
    if unit in ("day", "business_day"):
        day = dates.plus(base.last, 1) if unit == "day" else dates.business_after(base.last)
        return single(day, "date", f"the day after {spell(base.last)}")
    if unit == "week":
        return week(dates.plus(dates.monday(base.last), 7), f"the week after {spell(base.last)}")
    if unit == "month":
        return month(dates.plus_months(base.last.replace(day=1), 1))
    return None


@_rule(
    "period",
    "the? <unit> before the? <day|period>",
    examples=("the day before Thanksgiving", "the week before Christmas"),
)
def unit_before(_: Moment, unit: str, base: Days) -> Days | None:
    if unit in ("day", "business_day"):
        day = dates.plus(base.first, -1) if unit == "day" else dates.business_before(base.first)
        return single(day, "date", f"the day before {spell(base.first)}")
    if unit == "week":
        return week(dates.plus(dates.monday(base.first), -7), f"the week before {spell(base.first)}")
    if unit == "month":
        return month(dates.plus_months(base.first.replace(day=1), -1))
    return None


@_rule("period", "the? weekend_word {after|following} the? <day|period>", examples=("the weekend after Thanksgiving",))
def weekend_after(_: Moment, base: Days) -> Days | None:
    return weekend(dates.monday(dates.weekday_after(base.last, 5)), f"the weekend after {spell(base.last)}")


@_rule("period", "{around|at|the}* same <unit> {in|of|on|the|comma}* <period|day>", examples=("same day next week",))
def same_day(moment: Moment, unit: str, base: Days) -> Days | None:
    if unit != "day" or base.grain != "week":
        return None
    return single(dates.plus(base.first, moment.weekday), "weekday", "the same weekday")


@_rule(
    "period",
    "{after|in} {around|at|like}* <length> {timeword|from_now}? ish?",
    "<length> {from_now|later|outside} ish?",
    "{give|wait} {obj|me|you|third|name}? <length>",
    examples=("in 4 days", "4 days from now", "in 2 weeks time", "in about ten days", "3 weeks later"),
)
def in_days(moment: Moment, length: Length) -> Days | None:
    if length.unit in ("hour", "minute"):
        return None
    return count_days(moment.today, length, f"{'about ' if length.about else ''}{say(length)} from today")


@_rule(
    "elapsed",
    "{after|in} {around|at|like}* <length> {timeword|from_now}? ish?",
    "<length> {from_now|later|outside} ish?",
    "{give|wait} {obj|me|you|third|name}? <length>",
    examples=("in an hour", "in 2 hours", "40 minutes later", "in about 20 minutes"),
)
def in_hours(_: Moment, length: Length) -> Elapsed | None:
    return elapse(length)


@_rule("elapsed", "in around? <hclock>", examples=("in 3h",))
def in_short_hours(_: Moment, hours: int) -> Elapsed | None:
    return elapse(Length(Fraction(hours), Fraction(hours), "hour"))


@_rule(
    "elapsed",
    "in around? <num> "
    "(?!{slash|dash|to|or|and|word|name|month|unit|length|ordinal|weekday|dayword|meridiem|of|junk|decimal|day|"
    "period|some_count|call|calls})",
    examples=("in 15", "in ten"),
)
def in_minutes(_: Moment, count: int) -> Elapsed | None:
    return elapse(Length(Fraction(count), Fraction(count), "minute")) if count >= 5 else None


_join = JOINS.rule


@_join(
    "period",
    "<from|between>? <day|period> {dash|to|until|slash} {the}? <day|period>",
    "<between> <day|period> and {the}? <day|period>",
    "<around>? <day|period> comma? or {filler|the|on|sometime}* <day|period>",
    examples=(
        "Mon-Fri",
        "Th or Fri",
        "from 11/12 to 02/12",
        "between April 1 and April 3",
        "Thursday or Friday",
        "this Thursday to this Sunday",
    ),
)
def days_to_days(_: Moment, lead: str | None, first: Days, last: Days) -> Days | None:
    if "past" in (first.grain, last.grain):
        return None
    start, end = first.first, last.last
    if first.grain == "date" and last.grain == "dated":
        moved = dates.make(end.year, start.month, start.day)
        if moved and moved > end:
            moved = dates.make(end.year - 1, start.month, start.day)
        start = moved or start
    if end < start and last.grain == "weekday":
        end = dates.weekday_after(start, end.weekday())
    while end < start and last.grain == "date" and end.year < start.year + 2:
        moved = dates.make(end.year + 1, end.month, end.day)
        if moved is None:
            return None
        end = moved
    if end < start:
        return None
    form = "vague" if "vague" in (first.form, last.form) else "range"
    return Days(start, end, form, "from_to" if lead == "from" else "dates", f"{spell(start)} to {spell(end)}")


@_join(
    "period",
    "{from|between}? <day> {dash|to|until|or|and} the? <num|ordinal> "
    "(?!{slash|length|meridiem|oclock|month|unit|of|dash})",
    examples=("june 2nd through 11",),
)
def days_to_number(_: Moment, first: Days, last: int) -> Days | None:
    if first.grain not in ("date", "dated") or last <= first.first.day:
        return None
    end = dates.make(first.first.year, first.first.month, last)
    return Days(first.first, end, "range", "dates", f"{spell(first.first)} to {spell(end)}") if end else None


@_join(
    "clocks",
    "{from|between|at|for|around}+ the? <num|mil|time> {dash|to|and|until|or} <num|mil|time> "
    "(?!{slash|length|unit|month|ordinal})",
    "<time> {dash|to|until|or|slash} <num|mil|time> (?!{slash|length|unit|month|ordinal})",
    "<num|mil> {dash|to|until|or} <time>",
    "(?<={day|period|comma|part|call|try}) <num> {dash|to|or} <num> "
    "(?!{slash|length|unit|month|ordinal|word|name|of|dash|clock})",
    "<num> {dash|to} <num> (?={on|the|in|at}* {day|part|zone|my_time|her_time|period})",
    examples=("tues 2-4", "between 2 and 4", "from 9 to 11:30", "2:15-4:45pm", "10-12 tomorrow"),
)
def clock_to_clock(_: Moment, one: Hourlike, two: Hourlike) -> Clocks | None:
    start, end = as_clock(one), as_clock(two)
    if start is None or end is None:
        return None
    if not any(isinstance(v, Clock) for v in (one, two)) and 0 in (start.hour, end.hour):
        return None
    return Clocks(start, end)


@_join(
    "clocks",
    "{after|from|not_before} <time> (but|and|comma)* {before|by|until} <time>",
    examples=("after 2:15pm but before 5pm",),
)
def after_and_before(_: Moment, start: Clock, end: Clock) -> Clocks:
    return Clocks(start, end)


@_join(
    "time",
    "(?<={day|period}) {comma|dash}? <num|mil> "
    "(?={comma|stop|dot|paren|quote|zone|my_time|her_time|part|dash|if|then|filler|to})",
    "(?<={day|period}) {comma|dash}? <num|mil>$",
    examples=("tom 930", "Thurs 3"),
)
def hour_after_day(_: Moment, value: Hourlike) -> Clock | None:
    if isinstance(value, Digits) and 1990 <= value.value <= 2059:
        return None
    return as_clock(value) if not isinstance(value, int) or value <= 12 else None


@_join(
    "over_bound",
    "{when|after} {the}? <day|period> {be|have}? {over}",
    examples=("once the weekend is over",),
)
def once_over(_: Moment, days: Days) -> Days:
    return days
