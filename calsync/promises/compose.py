"""Days, clock times, parts of the day, zones and the words that bind them, put together to whole expressions.

Their order is free in English ("by 3pm Friday", "Friday by 3", "Tues after 2 her time"), so this level walks along
the pieces rather than list every order.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from calsync.promises import dates
from calsync.promises.grammar import Line, class_name, symbol, translate
from calsync.promises.rules.clocks import as_clock
from calsync.promises.values import Clock, Clocks, Days, Elapsed, Length, Moment, Part


class Expression(NamedTuple):
    """A whole date expression: what is meant, and how it is bound (``by``, ``before``, ``after`` … or nothing)."""

    bound: str = ""
    days: Days | None = None
    clock: Clock | None = None
    clocks: Clocks | None = None
    part: Part | None = None
    zone: ZoneInfo | None = None
    elapsed: Elapsed | None = None
    same_time: bool = False
    today_part: bool = False
    around: bool = False
    weak: bool = False
    nth: int = 0

    @property
    def past(self) -> bool:
        """True for days that are over, such as yesterday or last Friday, and for what holds since then."""
        return self.bound == "since" or (self.days is not None and self.days.grain == "past")


_NOTHING = Expression()
_ATOM = "{day|period|time|clocks|part|meridiem|zone|my_time|her_time|elapsed|same_time|over_bound}"
_LEAD = (
    "{by|before|after|not_before|until|from|since|starting|around|at|on|in|the|this|"
    "later|sometime|next|during|within|over|for|early|late|mid|between|ordinal|ordword|last}"
)
_LINK = (
    "{by|before|after|not_before|until|from|starting|around|at|on|in|the|this|comma|"
    "of|for|sometime|dash|dot|during|over|later|paren|every|quote|onwards|through}"
)
_WHEN = re.compile(
    translate(f"{_LEAD}* {_ATOM} ({_LINK}{{0,4}} {_ATOM})* {{onwards|latest}}?", capture=False),
)
_WHEN_CHAR = symbol("due")
_BOUNDS = frozenset(
    symbol(n) for n in ("by", "before", "after", "not_before", "until", "from", "since", "starting", "within")
)
_AROUND, _THIS = symbol("around"), symbol("this")
_SHADES = frozenset((symbol("early"), symbol("late"), symbol("mid")))
_AFTER_TAIL = {symbol("onwards"): "starting", symbol("latest"): "by"}
_ORDINALS = frozenset((symbol("ordinal"), symbol("ordword"), symbol("last")))
_OCCASIONS = frozenset(("dinner", "school"))
_DOT, _COMMA, _DASH, _PAREN, _QUOTE = (symbol(n) for n in ("dot", "comma", "dash", "paren", "quote"))
_BREAKS = frozenset((_DOT, _PAREN, _QUOTE))


def compose(line: Line, moment: Moment) -> Line:
    """The line with every date expression replaced by one ``due``."""
    symbols, values, spans = line
    match = _WHEN.search(symbols)
    if match is None:
        return line
    out_symbols: list[str] = []
    out_values: list[Any] = []
    out_spans: list[tuple[int, int]] = []
    done = 0
    while match is not None:
        start, end = match.span()
        out_symbols.append(symbols[done:start])
        out_values += values[done:start]
        out_spans += spans[done:start]
        for place, (expression, first, last) in enumerate(_walk(symbols, values, start, end, moment)):
            if place:
                out_symbols.append(_COMMA)
                out_values.append(None)
                out_spans.append((spans[first][0], spans[first][0]))
            out_symbols.append(_WHEN_CHAR)
            out_values.append(expression)
            out_spans.append((spans[first][0], spans[last][1]))
        done = end
        match = _WHEN.search(symbols, end)
    out_symbols.append(symbols[done:])
    return Line("".join(out_symbols), out_values + values[done:], out_spans + spans[done:])


@dataclass(slots=True)
class _Pending:
    """What has been said for the next piece: its binding word, "around", "this", "early", "second"."""

    bound: str = ""
    around: bool = False
    this: bool = False
    shade: str = ""
    nth: int = 0

    def takes(self, char: str, value: Any) -> bool:
        """Note a word that says something of the piece to come; False where it is none of them."""
        if char in _BOUNDS:
            self.bound = class_name(char)
        elif char == _AROUND:
            self.around = True
        elif char == _THIS:
            self.this = True
        elif char in _ORDINALS:
            self.nth = value if isinstance(value, int) else -1
        elif char in _SHADES:
            self.shade = class_name(char)
        else:
            return False
        return True

    def settle(self, expression: Expression, name: str, moment: Moment) -> Expression:
        """The expression with what was said of its newest piece."""
        if self.bound:
            expression = expression._replace(bound=self.bound)
        if self.nth and name == "day" and expression.days is not None and expression.days.grain == "weekday":
            expression = expression._replace(nth=self.nth)
        if self.around:
            expression = _blur(expression, name, moment)
        if self.this and name == "part" and expression.days is None:
            expression = expression._replace(today_part=True)
        return expression


def _walk(symbols: str, values: list[Any], start: int, end: int, moment: Moment) -> list[tuple[Expression, int, int]]:
    """One expression, or several where the pieces do not fit together ("Monday, Tuesday")."""
    found: list[tuple[Expression, int, int]] = []
    current, first, last = _NOTHING, start, start
    pending, broke = _Pending(), False
    for index in range(start, end):
        char = symbols[index]
        if pending.takes(char, values[index]):
            continue
        if char in _AFTER_TAIL:
            current, last = current._replace(bound=_AFTER_TAIL[char]), index
            continue
        name = class_name(char)
        add = _PIECES.get(name)
        if name == "part" and values[index] == "work" and pending.bound not in ("before", "after"):
            continue  # "after work" names a time, "at work" a place
        if add is None:
            broke = broke or char in _BREAKS
            continue
        parted = broke and current.days is not None and name in ("day", "period")
        merged = None if parted else add(current, values[index], moment, pending.shade)
        if merged is None:
            if current != _NOTHING:
                found.append((current, first, last))
            current, first = _NOTHING, _lead(symbols, start, index)
            merged = add(current, values[index], moment, pending.shade)
            if merged is None:
                continue
        current, last = pending.settle(merged, name, moment), index
        # "early Friday morning": early is said of the morning
        pending, broke = _Pending(shade=pending.shade if name == "day" else ""), False
    if current != _NOTHING:
        found.append((current, first, last))
    return found


def _lead(symbols: str, start: int, index: int) -> int:
    """Where an expression begins: its prepositions belong to it."""
    while (
        index > start
        and class_name(symbols[index - 1]) not in _PIECES
        and symbols[index - 1] not in (_COMMA, _DASH, _DOT, _PAREN)
    ):
        index -= 1
    return index


def _blur(expression: Expression, name: str, moment: Moment) -> Expression:
    """ "around": half an hour about a clock time, a day about a date, nothing about a part of the day."""
    if name == "time" and expression.clock is not None:
        return expression._replace(clock=expression.clock._replace(around=True))
    if moment.resolve:
        return expression
    if (
        name in ("day", "period")
        and expression.days is not None
        and expression.days.form == "day"
        and expression.clock is None
    ):
        days = expression.days
        return expression._replace(around=days.grain != "past")
    return expression


def _add_days(  # noqa: PLR0911 - a line for each way in which two dates are one
    expression: Expression, days: Days, _moment: Moment, _shade: str
) -> Expression | None:
    old = expression.days
    if old is None:
        return expression._replace(days=days)
    if old.grain == "weekday" and days.grain == "week" and days.form == "range":
        day = days.first + timedelta(days=old.first.weekday())
        return expression._replace(days=Days(day, day, "day", "weekday", f"in {days.why}"))
    if days.grain == "weekday" and old.grain == "week" and old.form == "range":
        day = old.first + timedelta(days=days.first.weekday())
        return expression._replace(days=Days(day, day, "day", "weekday", f"in {old.why}"))
    if expression.nth and days.grain == "month":
        nth = dates.nth_weekday(days.first.year, days.first.month, old.first.weekday(), expression.nth)
        return expression._replace(days=Days(nth, nth, "day", "date", f"in {days.why}")) if nth else None
    if old == days:
        return expression
    if (
        old.grain == "weekday"
        and days.grain in ("date", "dated", "count")
        and days.form == "day"
        and old.first.weekday() == days.first.weekday()
    ):
        return expression._replace(days=days)
    if (
        days.grain == "weekday"
        and old.grain in ("date", "dated", "count")
        and old.form == "day"
        and old.first.weekday() == days.first.weekday()
    ):
        return expression
    if days.grain == "later_today" and old.first == days.first:
        return expression._replace(days=days)
    return None


def _add_clock(expression: Expression, clock: Any, _moment: Moment, _shade: str) -> Expression | None:
    if expression.clock is not None or expression.clocks is not None or expression.elapsed is not None:
        return None
    return expression._replace(clock=as_clock(clock))


def _add_clocks(expression: Expression, clocks: Clocks, _moment: Moment, _shade: str) -> Expression | None:
    if expression.clock is not None or expression.clocks is not None or expression.elapsed is not None:
        return None
    return expression._replace(clocks=clocks)


def _add_part(expression: Expression, name: str, moment: Moment, shade: str) -> Expression | None:
    if expression.part is not None:
        return expression if expression.part.name == name else None
    parts = moment.lexicon.parts
    shaded = f"{shade}_{name}" if shade else name
    start, end = parts.get(shaded) or parts[name]
    part = Part(shaded if shaded in parts else name, start, end)
    if name == "tonight" and expression.days is None:
        return expression._replace(part=part, today_part=True)
    return expression._replace(part=part)


def _add_half(expression: Expression, half: str, moment: Moment, shade: str) -> Expression | None:
    return _add_part(expression, "morning" if half == "a" else "afternoon", moment, shade)


def _add_zone(expression: Expression, name: str, _moment: Moment, _shade: str) -> Expression | None:
    return expression._replace(zone=ZoneInfo(name)) if expression.zone is None else None


def _add_my(expression: Expression, _: str, moment: Moment, _shade: str) -> Expression:
    return expression._replace(zone=moment.zone)


def _add_her(expression: Expression, _: str, moment: Moment, _shade: str) -> Expression:
    return expression._replace(zone=moment.contact_zone or moment.zone)


def _add_elapsed(expression: Expression, elapsed: Elapsed, moment: Moment, _shade: str) -> Expression | None:
    if expression.elapsed is not None or expression.clock is not None:
        return None
    if expression.days is not None and expression.days.first != moment.today:
        return None
    return expression._replace(elapsed=elapsed, days=None)


def _add_same(expression: Expression, _: str, _moment: Moment, _shade: str) -> Expression:
    return expression._replace(same_time=True)


def _add_over(expression: Expression, days: Days, _moment: Moment, _shade: str) -> Expression | None:
    return expression._replace(days=days, bound="after") if expression.days is None else None


_Add = Callable[[Expression, Any, Moment, str], Expression | None]
_PIECES: dict[str, _Add] = {
    "day": _add_days,
    "period": _add_days,
    "time": _add_clock,
    "clocks": _add_clocks,
    "part": _add_part,
    "meridiem": _add_half,
    "zone": _add_zone,
    "my_time": _add_my,
    "her_time": _add_her,
    "elapsed": _add_elapsed,
    "same_time": _add_same,
    "over_bound": _add_over,
}


def usable(expression: Expression) -> bool:
    """False for a zone, or "same time", that stands alone, and for a meal or a school day itself."""
    if (
        expression.part is not None
        and expression.part.name in _OCCASIONS
        and expression.bound not in ("before", "after")
    ):
        return False
    return any((expression.days, expression.clock, expression.clocks, expression.part, expression.elapsed))


def weak(length: Length, moment: Moment) -> Expression | None:
    """A length that stands without "in" ("cb 2 hrs", "90-day follow-up") counted from now."""
    from calsync.promises.rules.joins import count_days, elapse, say

    if length.unit in ("hour", "minute"):
        elapsed = elapse(length)
        return elapsed and Expression(elapsed=elapsed, weak=True)
    days = count_days(moment.today, length, f"{say(length)} from today")
    return days and Expression(days=days, weak=True)
