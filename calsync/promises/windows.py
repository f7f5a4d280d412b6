"""From an expression to its due window: working hours, parts of the day, clock changes.

A wall-clock time that a clock change skips is read as the same moment on the old clock (02:30 becomes 03:30); one that
comes twice is its first occurrence.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calsync.model import Kind, Window
from calsync.promises import dates
from calsync.promises.compose import Expression
from calsync.promises.values import Clock, Clocks, Days, Moment, Part

_HALF_HOUR = timedelta(minutes=30)
_EVENING, _EVENING_END = 17 * 60, 21 * 60
_KINDS = {"day": Kind.DAY, "range": Kind.RANGE, "vague": Kind.VAGUE}
_DEADLINE = frozenset(("by", "until", "latest", "through"))
_AFTER = frozenset(("after", "from", "not_before", "starting"))


class Due(NamedTuple):
    """Kind, window and the reason in words."""

    kind: Kind
    window: Window
    why: str


def resolve(expression: Expression, moment: Moment) -> Due | None:
    """The window that an expression means, or ``None`` where all of it lies in the past."""
    try:
        return _resolve(expression, moment)
    except OverflowError:
        return None


def _resolve(expression: Expression, moment: Moment) -> Due | None:  # noqa: PLR0911 - a line for each shape
    if expression.past:
        return None
    if expression.elapsed is not None:
        return _elapsed(expression, moment)
    zone = expression.zone or moment.zone
    if expression.same_time:
        return _same_time(expression, moment)
    if expression.clock is not None or expression.clocks is not None:
        return _clocked(expression, moment, zone)
    if expression.part is not None:
        return _part_of_day(expression, expression.part, moment, zone)
    if expression.days is not None:
        return _whole_days(expression, expression.days, moment, zone)
    return None


def wall(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A wall-clock time on a day; one that a clock change skips moves to the same moment on the old clock."""
    if minutes >= 1440:
        day += timedelta(days=minutes // 1440)
        minutes %= 1440
    moment = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    back = moment.astimezone(UTC).astimezone(zone)
    return back if back.hour != moment.hour or back.minute != moment.minute else moment


def _hours(day: date, moment: Moment) -> tuple[int, int]:
    opens, closes = moment.lexicon.own.hours.bounds(day.weekday())
    return opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute


def _due(kind: Kind, start: datetime, end: datetime, moment: Moment, why: str) -> Due | None:
    """Clipped to the moment the words were said; nothing where it is over.

    Compared in UTC: two times of one zone are compared by their wall clocks, which a clock change turns round.
    """
    if end.astimezone(UTC) < moment.now:
        return None
    if start.astimezone(UTC) < moment.now:
        start = moment.now
    if end.astimezone(UTC) < start:
        end = start
    return Due(kind, Window(start, end), why)


def _elapsed(expression: Expression, moment: Moment) -> Due | None:
    elapsed = expression.elapsed
    assert elapsed is not None  # noqa: S101 - the caller asked; for the type checker
    now = moment.now.astimezone(UTC)
    spare = _HALF_HOUR if elapsed.form == "around" else timedelta(0)
    low = max(now, now + timedelta(minutes=float(elapsed.low)) - spare).astimezone(moment.zone)
    high = (now + timedelta(minutes=float(elapsed.high)) + spare).astimezone(moment.zone)
    why = "counted from now"
    if expression.bound == "by":
        return Due(Kind.DEADLINE, Window(moment.now, high), why)
    kind = {"fixed": Kind.FIXED, "around": Kind.FIXED, "range": Kind.RANGE}.get(elapsed.form, Kind.VAGUE)
    return Due(kind, Window(low, high), why)


def _same_time(expression: Expression, moment: Moment) -> Due | None:
    days = expression.days
    if days is None:
        return None
    day = days.first
    if days.grain == "week":
        day = day + timedelta(days=moment.weekday)
    elif days.form != "day":
        return None
    start = wall(day, moment.now.hour * 60 + moment.now.minute, moment.zone)
    if start <= moment.now:
        return None
    return Due(Kind.FIXED, Window(start, start), f"the same time as now; {days.why}")


def minutes_of(clock: Clock, part: Part | None) -> int:
    """Minutes after midnight: a named part of the day decides, else 1-7 are pm, 8-11 am, 12 noon."""
    hour = clock.hour
    if not clock.sure:
        if part is not None:
            if part.start >= 720:
                hour = hour + 12 if hour < 12 else hour
            elif hour == 12 and part.name != "late_morning":
                hour = 12
        elif 1 <= hour <= 7:
            hour += 12
    return hour * 60 + clock.minute


def _clocked(expression: Expression, moment: Moment, zone: ZoneInfo) -> Due | None:
    part = expression.part
    days = expression.days
    if expression.clocks is not None:
        return _clock_range(expression, expression.clocks, moment, zone)
    clock = expression.clock
    assert clock is not None  # noqa: S101 - the caller asked; for the type checker
    minutes = minutes_of(clock, part)
    if days is None:
        day, minutes = _next_such(clock, minutes, expression, moment, zone)
        why = "the next such time"
    else:
        day, why = days.first, days.why
        if days.form != "day" and expression.bound in _DEADLINE:
            day = days.last
        if (
            not clock.sure
            and part is None
            and minutes < 720
            and day == moment.today
            and wall(day, minutes, zone) <= moment.now
        ):
            minutes += 720
    at = wall(day, minutes, zone)
    if expression.bound in _DEADLINE or expression.bound == "before":
        opens = min(_hours(day, moment)[0], max(0, minutes - 60))
        return _due(Kind.DEADLINE, wall(day, opens, zone), at, moment, why)
    if expression.bound in _AFTER:
        closes = _hours(day, moment)[1]
        end = closes if minutes < min(_EVENING, closes) else _EVENING_END if minutes < _EVENING_END else 1439
        return _due(Kind.AFTER, at, wall(day, end, zone), moment, why)
    if days is not None and days.form != "day":
        last = wall(days.last, minutes, zone)
        return _due(_KINDS[days.form], at, last, moment, f"at that time; {why}")
    if clock.around:
        return _due(Kind.FIXED, at - _HALF_HOUR, at + _HALF_HOUR, moment, f"half an hour about that time; {why}")
    return _due(Kind.FIXED, at, at, moment, why)


def _next_such(clock: Clock, minutes: int, expression: Expression, moment: Moment, zone: ZoneInfo) -> tuple[date, int]:
    day = moment.now.astimezone(zone).date()
    at = wall(day, minutes, zone)
    past = at + (_HALF_HOUR if clock.around else timedelta(0)) <= moment.now
    if past and not (expression.today_part and expression.part):
        day += timedelta(days=1)
    return day, minutes


def range_minutes(clocks: Clocks, part: Part | None) -> tuple[int, int]:
    """Both ends of "2-4", "11-1", "3 to 8am" in minutes after midnight."""
    a, b = clocks
    if b.sure and not a.sure and part is None:
        end = b.hour * 60 + b.minute
        hour = a.hour % 12
        start = hour * 60 + a.minute
        if end >= 720 and start + 720 < end:
            start += 720
        return start, end
    start = minutes_of(a, part)
    end = minutes_of(b, part)
    if not b.sure:
        end = (b.hour % 12) * 60 + b.minute
        while end <= start and end < 1440:
            end += 720
    return start, end


def _clock_range(expression: Expression, clocks: Clocks, moment: Moment, zone: ZoneInfo) -> Due | None:
    start, end = range_minutes(clocks, expression.part)
    if end <= start:
        end += 1440
    if expression.days is None:
        day = moment.now.astimezone(zone).date()
        if wall(day, end, zone) <= moment.now or (
            wall(day, start, zone) < moment.now and not expression.today_part and start < 720
        ):
            day += timedelta(days=1)
        why = "the next such time"
    else:
        day, why = expression.days.first, expression.days.why
    return _due(Kind.RANGE, wall(day, start, zone), wall(day, end, zone), moment, why)


def _part_of_day(expression: Expression, part: Part, moment: Moment, zone: ZoneInfo) -> Due | None:
    days = expression.days
    bound = expression.bound
    if days is None:
        day = moment.now.astimezone(zone).date()
        limit = part.end if bound != "before" else part.start
        over = wall(day, limit, zone) <= moment.now
        begun = wall(day, part.start, zone) <= moment.now and part.end <= 720 and not bound
        if (over or begun) and not expression.today_part:
            day += timedelta(days=1)
        last, why = day, f"{part.name.replace('_', ' ')}, the next one"
    else:
        day, last, why = days.first, days.last, f"{part.name.replace('_', ' ')}; {days.why}"
    opens, closes = _hours(day, moment)
    if bound == "before" or (bound in _DEADLINE and part.name == "lunch"):
        return _due(
            Kind.DEADLINE, wall(last, min(opens, part.start), zone), wall(last, max(part.start, 1), zone), moment, why
        )
    if bound in _DEADLINE:
        end = closes if part.name == "late_afternoon" else part.end
        return _due(
            Kind.DEADLINE, wall(last, min(opens, end), zone), _late(last, end, moment, zone, expression), moment, why
        )
    if bound == "after":
        end = closes if part.end < min(_EVENING, closes) else _EVENING_END if part.end < _EVENING_END else 1439
        return _due(Kind.AFTER, wall(day, part.end, zone), wall(day, end, zone), moment, why)
    if bound in _AFTER:
        end = closes if part.start < min(_EVENING, closes) else _EVENING_END
        return _due(Kind.AFTER, wall(day, part.start, zone), wall(day, end, zone), moment, why)
    kind = Kind.DAY if days is None else _KINDS[days.form]
    return _due(kind, wall(day, part.start, zone), wall(last, part.end, zone), moment, why)


def _late(day: date, end: int, moment: Moment, zone: ZoneInfo, expression: Expression) -> datetime:
    """The end of a day's window; today's reaches into the evening once work is over."""
    close = wall(day, end, zone)
    if close <= moment.now and day == moment.today and expression.zone is None:
        evening = wall(day, _EVENING_END, zone)
        return evening if evening > moment.now else wall(day, 1439, zone)
    return close


def _whole_days(  # noqa: PLR0911 - a line for each bound
    expression: Expression, days: Days, moment: Moment, zone: ZoneInfo
) -> Due | None:
    bound = expression.bound
    if days.grain == "holidays" and not bound:
        return None
    if (
        not bound
        and days.grain in ("week", "weekend", "end", "mid", "early")
        and wall(days.last, _hours(days.last, moment)[1], zone) <= moment.now
        and (moment.today - days.first).days < 7
    ):
        days = days._replace(
            first=days.first + timedelta(days=7),
            last=days.last + timedelta(days=7),
            why=f"{days.why} is over: the next one",
        )
    if bound in _DEADLINE:
        return _deadline(expression, days.last, moment, zone, days.why)
    if bound == "before":
        return _before(expression, days, moment, zone)
    if bound == "after":
        last = days.first if days.grain in ("new_year", "holidays") and days.first.month == 1 else days.last
        return _run(dates.business_after(last), moment, zone, f"the first business day after {days.why}")
    if bound in _AFTER:
        return _run(days.first, moment, zone, f"from then on: {days.why}")
    if bound == "within":
        return _due(Kind.RANGE, moment.now, wall(days.last, _hours(days.last, moment)[1], zone), moment, days.why)
    first, last = days.first, days.last
    kind = _KINDS[days.form]
    if expression.around:
        first, last, kind = first - timedelta(days=1), last + timedelta(days=1), Kind.VAGUE
    end = (
        _late(last, _hours(last, moment)[1], moment, zone, expression)
        if kind is not Kind.RANGE or first == last
        else wall(last, _hours(last, moment)[1], zone)
    )
    return _due(kind, wall(first, _hours(first, moment)[0], zone), end, moment, days.why)


def _deadline(expression: Expression, day: date, moment: Moment, zone: ZoneInfo, why: str) -> Due | None:
    opens, closes = _hours(day, moment)
    return _due(Kind.DEADLINE, wall(day, opens, zone), _late(day, closes, moment, zone, expression), moment, why)


def _before(expression: Expression, days: Days, moment: Moment, zone: ZoneInfo) -> Due | None:
    if days.grain in ("end", "later"):  # "before the end of the month" lets the last day count
        return _deadline(expression, days.last, moment, zone, days.why)
    day = dates.business_before(days.first)
    if day < moment.today <= days.first - timedelta(days=1):
        day = days.first - timedelta(days=1)
    return _deadline(expression, day, moment, zone, f"the last business day before {days.why}")


def _run(first: date, moment: Moment, zone: ZoneInfo, why: str) -> Due | None:
    """Five business days, from ``first`` on."""
    count = 4 if first.weekday() < 5 else 5
    last = dates.plus_business(first, count) or first
    return _due(
        Kind.AFTER, wall(first, _hours(first, moment)[0], zone), wall(last, _hours(last, moment)[1], zone), moment, why
    )
