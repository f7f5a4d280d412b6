"""From clauses to one reading: an opt-out first, then the rep's promise, the contact's, a date that stands alone."""

from __future__ import annotations

import re
from typing import NamedTuple

from calsync.model import Kind, Reading
from calsync.promises.clauses import Clause, Role, rules_of
from calsync.promises.compose import Expression, usable, weak
from calsync.promises.grammar import Line, symbol, translate
from calsync.promises.values import Length, Moment
from calsync.promises.windows import resolve

_DUE, _LENGTH, _THEN, _RETIME, _FIX = symbol("due"), symbol("length"), symbol("then"), symbol("retime"), symbol("fix")
_AFTER, _FROM_THE = symbol("after"), symbol("from_off")
_BOUND_THEN = {symbol(name): name for name in ("by", "before", "after")}

_CLOCK_CALL_DAY = re.compile(
    translate("^{filler}* due {call|cb|try|follow} {obj|name|third|back|again|filler|word}{0,3} due", capture=False)
)


class Found(NamedTuple):
    """A date expression of a clause, and where it stands in the text."""

    expression: Expression
    span: tuple[int, int]


def judge(line: Line, moment: Moment) -> Reading:  # noqa: PLR0911 - the order of precedence, a line each
    """What the note promises."""
    symbols = line.symbols
    parts, out, told, theirs = rules_of(moment.lexicon.language).survey(symbols)
    if out:
        return Reading(Kind.OPTOUT, None, "asks not to be called any more", _spans(line, out))
    roles = {part.role for part in parts}
    if told:
        if Role.CONTACT not in roles and not theirs:
            return Reading(Kind.OPTOUT, None, "says not to call", _spans(line, told))
        return Reading(Kind.CONTACT, None, "says not to call: the contact will", _spans(line, told))
    if theirs:
        return Reading(Kind.CONTACT, None, "the contact's own words: they will call", ())
    reading = _rep(line, parts, moment)
    if reading is not None:
        return reading
    for part in parts:
        if part.role is Role.CONTACT:
            return Reading(Kind.CONTACT, None, "the contact is to get in touch", _spans(line, (part.start, part.end)))
    if Role.REFUSED in roles:
        return Reading(Kind.NONE, None, "says that no call is needed or will be made")
    for part in parts:
        if part.role is Role.BARE:
            found = _dated(line, part, moment)
            reading = _first(found, moment)
            if reading is not None:
                return reading
    return Reading(Kind.NONE, None, "no promise of a call in these words")


def _spans(line: Line, stretch: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    start, end = stretch
    if start >= end:
        return ()
    return ((line.spans[start][0], line.spans[end - 1][1]),)


def _dated(line: Line, part: Clause, moment: Moment) -> list[Found]:
    """The date expressions of a clause, in order; of a move, the last one first."""
    found: list[Found] = []
    loose: list[Found] = []
    for index in range(part.start, part.end):
        value = line.values[index]
        if isinstance(value, Expression):
            if usable(value) and not value.past:
                found.append(Found(value, line.spans[index]))
        elif isinstance(value, Length):
            expression = weak(value, moment)
            if expression is not None:
                loose.append(Found(expression, line.spans[index]))
    if _RETIME in line.symbols[part.start : part.end]:
        source = _FROM_THE in line.symbols[part.start : part.end]
        found = [_moved(each, source=source) for each in reversed(found)]
    return found or loose


def _moved(found: Found, *, source: bool) -> Found:
    """ "moved from 3/12 to 3/19": the later of the two."""
    days, clocks = found.expression.days, found.expression.clocks
    if clocks is not None:
        return found._replace(expression=found.expression._replace(clocks=None, clock=clocks.end))
    if days is None or not (days.grain == "from_to" or (days.grain == "dates" and source)):
        return found
    return found._replace(expression=found.expression._replace(days=days._replace(first=days.last, form="day")))


def _first(found: list[Found], moment: Moment) -> Reading | None:
    """The reading of the first expression that is not over."""
    for expression, span in found:
        due = resolve(expression, moment)
        if due is not None:
            return Reading(due.kind, due.window, due.why, (span,))
    return None


def _rep(line: Line, parts: list[Clause], moment: Moment) -> Reading | None:
    """The rep's promise: its own date, one that it leans on ("then"), or none."""
    promised: Clause | None = None
    reading: Reading | None = None
    for index, part in enumerate(parts):
        if part.role is not Role.REP:
            continue
        promised = promised or part
        found = _clock_first(line, parts, index, moment)
        if found and reading is None:
            found = [_with_day(each, line, parts, index, moment) for each in found]
            reading = _first(found, moment)
    if promised is None:
        return None
    reading = _corrected(line, parts, moment, reading) or reading or _leaning(line, parts, promised, moment)
    if reading is not None:
        return reading
    return Reading(
        Kind.UNDATED, None, "a promise to call that names no time", _spans(line, (promised.start, promised.end))
    )


def _clock_first(line: Line, parts: list[Clause], index: int, moment: Moment) -> list[Found]:
    """The dates of a clause; "10am call Fri": a clock time before the call and the day after it are one time."""
    part = parts[index]
    own = found = _dated(line, part, moment)
    start = part.start
    if index and parts[index - 1].role is Role.BARE and parts[index - 1].end == start:
        start = parts[index - 1].start
        found = [*_dated(line, parts[index - 1], moment), *own]
    if len(found) < 2 or not _CLOCK_CALL_DAY.search(line.symbols[start : part.end]):
        return own
    clock, day = found[0].expression, found[1].expression
    alone = clock.clock is not None and clock.days is None and not clock.today_part
    if not alone or day.days is None or day.bound or (day.clock, day.clocks, day.part) != (None, None, None):
        return own
    return [Found(clock._replace(days=day.days), found[0].span), *found[2:]]


def _with_day(found: Found, line: Line, parts: list[Clause], index: int, moment: Moment) -> Found:
    """A clock time takes its day from what was said just before ("Friday is good, I'll call at 3")."""
    expression = found.expression
    if expression.days is not None or expression.elapsed is not None or expression.today_part:
        return found
    for part in reversed(parts[:index]):
        if part.role in (Role.FREE, Role.BARE):
            for other in _dated(line, part, moment):
                days = other.expression.days
                if (
                    days is not None
                    and days.form == "day"
                    and not other.expression.weak
                    and other.expression.clock is None
                ):
                    return Found(expression._replace(days=days), found.span)
    return found


def _corrected(line: Line, parts: list[Clause], moment: Moment, reading: Reading | None) -> Reading | None:
    """ "call Monday, actually make it Tuesday": the later word counts."""
    if reading is None or _FIX not in line.symbols:
        return None
    at = line.symbols.index(_FIX)
    for part in parts:
        if part.start >= at and part.role in (Role.BARE, Role.REP, Role.OTHER):
            found = _first(_dated(line, part, moment), moment)
            if found is not None:
                return found
    return None


def _leaning(line: Line, parts: list[Clause], promised: Clause, moment: Moment) -> Reading | None:
    """The date that a promise without one leans on: "then", a time that suits, the end of an absence, a condition."""
    words = line.symbols[promised.start : promised.end]
    then = _THEN in words
    bound = _BOUND_THEN.get(words[words.index(_THEN) - 1], "") if then else ""
    if words[-1] == _AFTER:
        then, bound = True, "after"
    before = [part for part in parts if part.start < promised.start]
    after = [part for part in parts if part.start > promised.start]
    for roles in ((Role.FREE, Role.BARE), (Role.CONDITION,), (Role.OTHER,)):
        for part in (*reversed(before), *after):
            if part.role in roles or (part.role is Role.NEGATED and Role.FREE in roles):
                found = _dated(line, part, moment)
                if bound or part.role is not Role.CONDITION:
                    found = [_until(each, bound) for each in found]
                if part.role is Role.NEGATED:  # "not in till Thursday"
                    found = [each for each in _dated(line, part, moment) if each.expression.bound == "until"]
                    found = [_until(each, bound) for each in found]
                if roles == (Role.OTHER,) and not then:
                    found = [each for each in found if each.expression.bound in ("by", "before")]
                reading = _first(found, moment)
                if reading is not None:
                    return reading
    return None


def _until(found: Found, bound: str) -> Found:
    """ "off until Tuesday, I'll try then": Tuesday itself."""
    if bound or found.expression.bound == "until":
        return found._replace(expression=found.expression._replace(bound=bound))
    return found


def resolve_only(line: Line, moment: Moment) -> Reading:
    """The first date expression that lies ahead, whoever promised what."""
    found: list[Found] = []
    loose: list[Found] = []
    for value, span in zip(line.values, line.spans, strict=True):
        if isinstance(value, Expression):
            if usable(value):
                found.append(Found(value, span))
        elif isinstance(value, Length):
            expression = weak(value, moment)
            if expression is not None:
                loose.append(Found(expression, span))
    return _first(found + loose, moment) or Reading(Kind.NONE, None, "no date in these words")
