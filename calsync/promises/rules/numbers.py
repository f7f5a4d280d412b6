"""Numbers in words, then counts of time ("two and a half hours", "7-10 days", "a couple of weeks")."""

from __future__ import annotations

from fractions import Fraction

from calsync.promises.grammar import Level
from calsync.promises.tokens import Digits
from calsync.promises.values import Length, Moment

NUMBERS = Level("numbers", "number tens big")
LENGTHS = Level("lengths", "unit quarter")
_rule = NUMBERS.rule


@_rule("mil", "<number> <big> (and? <tens>? <number>?)?", examples=("two thousand and twenty nine", "one hundred days"))
def large(_: Moment, count: int, size: int, tens: int | None, ones: int | None) -> Digits:
    value = count * size + (tens or 0) + (ones or 0)
    return Digits(value, str(value))


@_rule("mil", "<tens> <tens> <number>?", "<tens> <number>", examples=("may first twenty twenty seven",))
def spoken_year(_: Moment, century: int, rest: int, ones: int | None = None) -> Digits | None:
    if century != 20 or not rest >= 10 or (ones or 0) > 9:
        return None
    value = 2000 + rest + (ones or 0)
    return Digits(value, str(value))


@_rule("ordword", "<tens> <ordword>", examples=("twenty first", "the twenty-fourth"))
def long_ordinal(_: Moment, tens: int, ones: int) -> int | None:
    return tens + ones if ones < 10 else None


@_rule("num", "<tens> <number>", examples=("twenty two", "forty-five minutes"))
def two_digits(_: Moment, tens: int, ones: int) -> int | None:
    return tens + ones if ones < 10 else None


@_rule("num", "<tens|number>", examples=("ten", "thirty"))
def one_word(_: Moment, value: int) -> int:
    return value


_length = LENGTHS.rule


def _int(value: int | Digits) -> int:
    return value.value if isinstance(value, Digits) else value


def _exact(count: Fraction | int, unit: str) -> Length | None:
    return Length(Fraction(count), Fraction(count), unit) if count else None


@_length("length", "<num|a> <unit> and? <num> <unit>", examples=("1 hour 15 minutes", "2 hours and 30 min"))
def hours_and_minutes(_: Moment, count: int | str, unit: str, more: int, small: str) -> Length | None:
    if (unit, small) != ("hour", "minute"):
        return None
    return _exact((count if isinstance(count, int) else 1) * 60 + more, "minute")


@_length(
    "length",
    "<num> and a? half <unit>",
    "<num> <unit> and a? half",
    examples=("two and a half hours", "in 3 and an half hours", "an hour and a half", "2 hours and a half"),
)
def and_a_half(_: Moment, count: int, unit: str) -> Length | None:
    return _exact(count + Fraction(1, 2), unit)


@_length("length", "a <unit> and a? half", examples=("a week and a half",))
def one_and_a_half(_: Moment, unit: str) -> Length | None:
    return _exact(Fraction(3, 2), unit)


@_length(
    "length",
    "between? <num|mil> {dash|to|or|and} <num|mil> more? <unit>",
    examples=("7-10 days", "2 to 3 weeks", "one or two months", "between 3 and 5 days"),
)
def from_to(_: Moment, low: int | Digits, high: int | Digits, unit: str) -> Length | None:
    if not 0 < _int(low) < _int(high):
        return None
    return Length(Fraction(_int(low)), Fraction(_int(high)), unit)


@_length(
    "length",
    "a <unit> {or|dash|to} <num> <unit>?",
    "(?<={next|coming}) <unit> or <num> <unit>?",
    examples=("a week or two", "a day or 2"),
)
def one_or_two(_: Moment, unit: str, high: int, other: str | None) -> Length | None:
    if other is not None and other != unit:
        return None
    return Length(Fraction(1), Fraction(high), unit) if high > 1 else None


@_length("length", "<num> <unit> {or|dash|to} <num> <unit>", examples=("1 week to 2 weeks",))
def unit_to_unit(_: Moment, low: int, unit: str, high: int, other: str) -> Length | None:
    return Length(Fraction(low), Fraction(high), unit) if low < high and unit == other else None


@_length("length", "<num> <slashed> <unit>", examples=("1 1/2 hours",))
def mixed(_: Moment, whole: int, part: tuple[int, int], unit: str) -> Length | None:
    return _exact(whole + Fraction(*part), unit) if 0 < part[0] < part[1] else None


@_length("length", "<slashed> of? a? <unit>", examples=("1/2 hour", "3/4 of an hour"))
def fraction(_: Moment, part: tuple[int, int], unit: str) -> Length | None:
    return _exact(Fraction(*part), unit) if 0 < part[0] < part[1] else None


@_length("length", "a? half of? a? <unit>", examples=("half an hour", "a half hour"))
def half_a(_: Moment, unit: str) -> Length | None:
    return _exact(Fraction(1, 2), unit)


@_length(
    "length",
    "<num> quarter of? a? <unit>",
    "(a)? <quarter> of? a? <unit>",
    examples=("three quarters of an hour", "a quarter of an hour"),
)
def quarters(_: Moment, count: int | str, unit: str) -> Length | None:
    return _exact(Fraction(count if isinstance(count, int) else 1, 4), unit) if unit == "hour" else None


@_length("length", "<num> quarter", examples=("two quarters",))
def quarter_years(_: Moment, count: int) -> Length | None:
    return _exact(count * 3, "month")


@_length("length", "<decimal> <unit>", examples=("1.5 hours",))
def decimal(_: Moment, count: str, unit: str) -> Length | None:
    return _exact(Fraction(count), unit)


@_length(
    "length", "a? more? <some_count> of? more? <unit>", examples=("a couple of days", "few weeks", "several hours")
)
def some(_: Moment, count: str, unit: str) -> Length:
    low, high = count.split("-")
    return Length(Fraction(low), Fraction(high), unit, fuzzy=low != high)


@_length(
    "length", "a? <num|mil> more? <unit>", examples=("2wk", "30 min", "90-day", "six business days", "3 more days")
)
def counted(_: Moment, count: int | Digits, unit: str) -> Length | None:
    if isinstance(count, Digits) and unit == "hour":
        return None  # "1600 hrs" is a time of day
    return _exact(_int(count), unit)


@_length("length", "a more? <unit>", examples=("a week", "an hour", "a full week"))
def single(_: Moment, unit: str) -> Length | None:
    return _exact(1, unit)
