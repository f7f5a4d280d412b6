"""Parts of a stretch: "early next week", "mid-April", "the first week of May", "the second half of June"."""

from __future__ import annotations

from datetime import timedelta

from calsync.promises import dates
from calsync.promises.grammar import Level
from calsync.promises.rules.periods import edge_of, month, named_month, span
from calsync.promises.values import SHORT_MONTHS, Days, Moment

EDGES = Level("edges", "period month unit week_of")
_edge = EDGES.rule


@_edge(
    "period",
    "{in|the|at|around|sometime|during|on}* <early|mid|late|later> {in|of|the|on|part|to}* <period|month>",
    "{in|the|at|around|sometime|during}* <early|mid|late|end|later> of the? <period|month>",
    "{in|the|at|around|sometime|during}* <end> of? <period|month>",
    examples=("early next week", "mid-April", "end of next week", "late March", "mid-next-week", "beginning of April"),
)
def part_of(moment: Moment, edge: str, base: Days | int) -> Days | None:
    if isinstance(base, int):
        named = named_month(moment, base, None)
        if named and edge != "late" and named.first <= moment.today and edge_past(moment, edge, named):
            named = named_month(moment, base, named.first.year + 1)
        return named and edge_of(moment, edge, named)
    if base.form != "range":
        return None
    return edge_of(moment, edge, base)


@_edge(
    "period",
    "{in|the|at|around|sometime|during|on}* <ordinal|ordword> of? the? <period>",
    examples=("the first of next week",),
)
def first_of_week(_: Moment, count: int, base: Days) -> Days | None:
    return edge_of(_, "early", base) if count == 1 and base.grain == "week" and base.form == "range" else None


def edge_past(moment: Moment, edge: str, base: Days) -> bool:
    """True when that part of a running month is already over."""
    found = edge_of(moment, edge, base)
    return found is not None and found.last < moment.today


@_edge(
    "period",
    "{in|during|the}* the? <ordinal|ordword|last> {more}? <unit> {of|in}? the? <period|month>",
    "{in|during|the}* the? <ordinal|ordword|last> more? <week_of> the? <period|month>",
    "<period> comma? the? <ordinal|ordword|last> <unit>",
    examples=("first week of September", "second week in May", "last week of March", "first week of next month"),
)
def week_of_month(moment: Moment, one: int | str | Days, two: str | int, three: Days | int | str) -> Days | None:
    if isinstance(one, Days):
        base: Days | int | str = one
        count, unit = two, three
    else:
        count, unit, base = one, two, three
    named = named_month(moment, base, None) if isinstance(base, int) else base
    if (
        unit not in ("week", "week_of")
        or not isinstance(named, Days)
        or named.grain not in ("month", "new_year", "year")
    ):
        return None
    end = dates.month_end(named.first)
    if not isinstance(count, int):
        return span(end - timedelta(days=6), end, "range", "week", f"the last 7 days of {named.why}")
    if count == 5:
        return (
            span(named.first.replace(day=29), end, "range", "week", f"the days from the 29th of {named.why}")
            if end.day > 28
            else None
        )
    if not 1 <= count <= 4:
        return None
    first = named.first.replace(day=7 * count - 6)
    if isinstance(base, int) and first + timedelta(days=6) < moment.today:
        named = named_month(moment, base, named.first.year + 1)
        first = named.first.replace(day=7 * count - 6) if named else first
    return span(
        first, dates.plus(first, 6), "range", "week", f"days {first.day}-{first.day + 6} of {SHORT_MONTHS[first.month]}"
    )


@_edge(
    "period",
    "the? <ordinal|ordword|last> <unit> of the <unit>",
    "the? <ordinal|ordword|last> <week_of> the <unit>",
    examples=("first week of the month",),
)
def week_of_this_month(moment: Moment, count: int | str, unit: str, whole: str) -> Days | None:
    if unit not in ("week", "week_of") or whole not in ("month", "year"):
        return None
    if whole == "year":
        return None
    base = month(moment.today.replace(day=1))
    found = base and week_of_month(moment, count, unit, base)
    if found and found.last < moment.today:
        base = month(dates.plus_months(moment.today.replace(day=1), 1))
        found = base and week_of_month(moment, count, unit, base)
    return found


@_edge("period", "the? <ordinal|ordword> half of the? <period|month|unit>", examples=("second half of April",))
def half_of_month(moment: Moment, count: int, base: Days | int | str) -> Days | None:
    named = named_month(moment, base, None) if isinstance(base, int) else base
    if isinstance(named, str):
        named = month(moment.today.replace(day=1)) if named == "month" else None
    if not isinstance(named, Days) or named.grain != "month" or count > 2:
        return None
    middle = named.first.replace(day=15)
    if count == 1:
        return span(named.first, middle, "vague", "half", f"the first half of {named.why}")
    return span(middle + timedelta(days=1), named.last, "vague", "half", f"the second half of {named.why}")
