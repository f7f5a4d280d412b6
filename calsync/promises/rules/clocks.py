"""Times of day: "3:30p", "half past ten", "quarter to six", "930a", "around 3", "noon"."""

from __future__ import annotations

from fractions import Fraction

from calsync.promises.grammar import Level
from calsync.promises.tokens import Digits
from calsync.promises.values import Clock, Length, Moment

CLOCKS = Level("clocks", "num mil clock noon noonish hclock half quarter")
_rule = CLOCKS.rule
Hourlike = int | Digits | tuple[int, int, bool] | Clock


def as_clock(value: Hourlike | None, *, around: bool = False) -> Clock | None:
    """A bare number as a time of day: 3, 930, 1530, (10, 30, sure)."""
    if value is None:
        return None
    if isinstance(value, Clock):
        return value._replace(around=around or value.around)
    if isinstance(value, Digits):
        hour, minute = divmod(value.value, 100)
        if hour > 24 or minute > 59:
            return None
        return Clock(hour % 24, minute, value.text[0] == "0" or hour > 12 or hour == 0, around)
    if isinstance(value, tuple):
        return Clock(*value, around)
    return Clock(value % 24, 0, value > 12, around) if 0 < value <= 24 else None


def _half(clock: Clock | None, half: str) -> Clock | None:
    if clock is None or clock.hour > 12:
        return clock if clock and half == "p" else None
    return clock._replace(hour=clock.hour % 12 + (12 if half == "p" else 0), sure=True)


@_rule(
    "time",
    "((?<!month)|(?<={ordinal|num|ordword} month)|(?<={ordinal|num|ordword} of month)) {at|for|around}* <num> "
    "<num> oclock? <meridiem>",
    examples=("eleven fifteen am", "eight forty five a m"),
)
def hour_minute_half(_: Moment, hour: int, minute: int, half: str) -> Clock | None:
    return _half(Clock(hour, minute, False), half) if hour <= 12 and 9 < minute < 60 else None


def minutes_from(clock: Clock | None, minutes: int) -> Clock | None:
    """A clock time moved by minutes, keeping whether its half of the day is known."""
    if clock is None:
        return None
    total = (clock.hour * 60 + clock.minute + minutes) % 1440
    hour = total // 60
    if not clock.sure and hour == 0:
        hour = 12
    return Clock(hour, total % 60, clock.sure, clock.around)


@_rule(
    "time",
    "at? a? <quarter> {past|after} at? <num|clock|time|noon> oclock? <meridiem>?",
    "at? a? <half> past? <num|noon> oclock? <meridiem>?",
    "at? a? <num> {past|after} <num|noon> oclock? <meridiem>?",
    "at? a? <length> {past|after} <num|time|noon> oclock? <meridiem>?",
    examples=("quarter past 3", "half past ten", "half two", "ten after 5pm", "10 past 4", "quarter after 9am"),
)
def past(_: Moment, minutes: int | str | Length, hour: Hourlike, half: str | None) -> Clock | None:
    count = _minutes(minutes)
    clock = Clock(hour // 60, 0, True) if isinstance(hour, int) and hour >= 60 else as_clock(hour)
    if count is None or clock is None or count not in range(1, 60) or (not clock.sure and clock.hour > 12):
        return None
    clock = _half(clock, half) if half else clock
    return minutes_from(clock, count)


@_rule(
    "time",
    "at? a? <quarter> {to|before|until|of} <num|clock|time|noon> oclock? <meridiem>?",
    "(?<!{from|between}) at? a? <num> {to|before|until|of} <num|time|noon> oclock? <meridiem>?",
    "at? a? <length> {to|before|until} <num|time|noon> oclock? <meridiem>?",
    examples=("quarter to six", "10 minutes to 4pm", "20 to noon", "five to three"),
)
def before(_: Moment, minutes: int | str | Length, hour: Hourlike, half: str | None) -> Clock | None:
    count = _minutes(minutes)
    clock = Clock(hour // 60, 0, True) if isinstance(hour, int) and hour >= 60 else as_clock(hour)
    if count is None or clock is None:
        return None
    if isinstance(minutes, int) and not (count in (20, 25) or (count in (5, 15) and hour != 6)):
        return None  # "10 to 12" is a range
    clock = _half(clock, half) if half else clock
    return minutes_from(clock, -count)


@_rule("time", "at? half_before <num|noon>", examples=())
def half_before(_: Moment, hour: int) -> Clock | None:
    """German: "halb drei" is half an hour before three."""
    return minutes_from(as_clock(hour), -30)


@_rule("time", "at a? <num> to <num|noon>", examples=("at ten to four",))
def before_spoken(_: Moment, minutes: int, hour: int) -> Clock | None:
    """After "at" this is one time: "between" or "from" would say two."""
    clock = Clock(hour // 60, 0, True) if hour >= 60 else as_clock(hour)
    return minutes_from(clock, -minutes) if clock and minutes in (5, 10, 20, 25) else None


def _minutes(value: int | str | Length) -> int | None:
    if isinstance(value, Length):
        return int(value.low) if value.unit == "minute" and value.low < 60 else None
    if isinstance(value, str):
        return {"quarter": 15, "half": 30}[value]
    return value


@_rule(
    "time",
    "{at|around|for}* {around} <num|clock|mil> oclock? <meridiem>",
    "{at|around|for}* <num|clock|mil> ish <meridiem>",
    examples=("around 3pm", "about 10:30 am"),
)
def around_half(_: Moment, value: Hourlike, half: str) -> Clock | None:
    clock = _half(as_clock(value), half)
    return clock and clock._replace(around=True)


@_rule(
    "time",
    "{at|for}* <num|clock|mil> oclock? <meridiem> ish",
    examples=("3pm ish",),
)
def half_ish(_: Moment, value: Hourlike, half: str) -> Clock | None:
    clock = _half(as_clock(value), half)
    return clock and clock._replace(around=True)


@_rule(
    "time",
    "((?<!month)|(?<={ordinal|num|ordword} month)|(?<={ordinal|num|ordword} of month)) at? <num|clock|mil> "
    "oclock? <meridiem>",
    examples=("3pm", "3:30p", "930a", "6 p.m.", "8.30pm"),
)
def with_half(_: Moment, value: Hourlike, half: str) -> Clock | None:
    return _half(as_clock(value), half)


@_rule("time", "at? around the? <noon>", "at? <noon> ish", examples=("around noon", "about midday"))
def around_noon(_: Moment, minutes: int) -> Clock:
    return Clock(minutes // 60, 0, True, around=True)


@_rule("time", "at? <noonish>", examples=("noonish",))
def noonish(_: Moment, minutes: int) -> Clock:
    return Clock(minutes // 60, 0, True, around=True)


@_rule("time", "{at|the}* <noon>", examples=("noon", "noon sharp", "at midday"))
def noon(_: Moment, minutes: int) -> Clock:
    return Clock(minutes // 60, 0, True)


@_rule(
    "time",
    "at? {around}? at? <clock|num|mil> ish",
    "at? {around} at? <clock>",
    "at? {around} at? <num|mil> oclock? (?!{word|name|slash|unit|ordinal|dash|length|month|num})",
    examples=("around 3", "10:30ish", "about 11", "at about 2", "3 or so"),
)
def around(_: Moment, value: Hourlike) -> Clock | None:
    clock = as_clock(value, around=True)
    return None if isinstance(value, int) and value > 12 else clock


@_rule("time", "at? <num|mil|clock> oclock", examples=("3 o'clock", "1600 hrs"))
def oclock(_: Moment, value: Hourlike) -> Clock | None:
    return as_clock(value)


@_rule("time", "at? <mil> <unit>", examples=("1600 hrs",))
def military(_: Moment, value: Digits, unit: str) -> Clock | None:
    return as_clock(value) if unit == "hour" else None


@_rule(
    "time",
    "{at|for}? <num> <num> (?={in|on|the|this}* {part|dayword|weekday|zone|my_time|her_time} (?!unit))",
    examples=("six-thirty in the evening", "five thirty tomorrow"),
)
def spoken(_: Moment, hour: int, minute: int) -> Clock | None:
    return Clock(hour, minute, False) if 0 < hour <= 12 and 9 < minute < 60 else None


@_rule("length", "(?<=in) <clock>", "<clock> (?={later|from_now})", examples=("in 2h30",))
def hours_minutes(_: Moment, value: tuple[int, int, bool]) -> Length:
    minutes = Fraction(value[0] * 60 + value[1])
    return Length(minutes, minutes, "minute")


@_rule("time", "at <num> <num> (?!{slash|unit|ordinal|word})", examples=("at 11 40", "at 4 25"))
def hour_minute(_: Moment, hour: int, minute: int) -> Clock | None:
    return Clock(hour, minute, hour > 12) if 0 < hour <= 24 and 9 < minute < 60 else None


@_rule("time", "at? <clock>", examples=("16:20", "10h40", "at 8:30"))
def plain(_: Moment, value: Hourlike) -> Clock | None:
    return as_clock(value)


@_rule("time", "at? <hclock>", examples=("17h",))
def french(_: Moment, hour: int) -> Clock | None:
    return Clock(hour % 24, 0, True) if hour > 8 else None


@_rule(
    "time",
    "at the? <num|mil> (?!{slash|ordinal|length|unit|dash|to|word|name|or})",
    examples=("at 4", "@ 11", "at 0900", "tomorrow at 1945"),
)
def at(_: Moment, value: Hourlike) -> Clock | None:
    return as_clock(value)


@_rule(
    "time",
    "(?<!{month|slash|of|number|the|ordinal|around|between|from}) {at|for}? <num|mil> (?={in|on|the|this}* "
    "({part|meridiem}|dayword part))",
    examples=("4 in the afternoon", "seven tonight", "for 7 in the evening"),
)
def before_part(_: Moment, value: Hourlike) -> Clock | None:
    return as_clock(value) if not isinstance(value, int) or value <= 12 else None


@_rule(
    "time",
    "<num|mil> (?=oclock? zone)",
    "<num|mil> (?=my_time|her_time)",
    examples=("9 Pacific", "5 Eastern", "4 her time"),
)
def before_zone(_: Moment, value: Hourlike) -> Clock | None:
    return as_clock(value)


@_rule(
    "time",
    "(?<!{ordinal|ordword} until) (?<={by|before|after|until|not_before|past|latest}) <num|mil> "
    "(?!{slash|ordinal|length|unit|dash|to|of|month|name|half|some_count|more})",
    examples=("by 5", "after 6", "not before 10"),
)
def bound_hour(_: Moment, value: Hourlike) -> Clock | None:
    if isinstance(value, Digits) and 1990 <= value.value <= 2059 and value.value % 100 > 23:
        return None
    return as_clock(value) if not isinstance(value, int) or value <= 12 else None


@_rule(
    "time",
    "(?<!{month|slash|dash|of|and|to|or|quarter_name|ordinal|week_beginning|number|the}) <num|mil> (?={on|the}* "
    "{dayword|weekday} (?!unit))",
    examples=("8 tomorrow", "2 Tuesday"),
)
def before_day(_: Moment, value: Hourlike) -> Clock | None:
    return as_clock(value) if not isinstance(value, int) or value <= 12 else None
