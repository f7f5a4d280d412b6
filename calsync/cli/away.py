"""``calsync away``: the promises that fall into days away, and the day before on which each is kept.

The days are those of the configuration, or days that a rep is thinking of: then the plan is made as if they were in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from calsync.cli import looking, show
from calsync.config.values import Mistake, read_day
from calsync.errors import UsageError
from calsync.health import name_of
from calsync.model import DAY, Away, Kind, PlannedCall, Rep
from calsync.pipeline import plan as make_plan


@dataclass(frozen=True, slots=True)
class Trip:
    """One absence, and the calls whose whole window lies in days that are closed because of it."""

    away: Away
    calls: tuple[PlannedCall, ...]


def run(config: Path | None, at: str | None, first: str, last: str, *, as_json: bool) -> int:
    """Exit code 1 where a promise cannot be kept before: an appointment, or no room.  Nothing is written."""
    with looking.free_view(config, at) as view:
        rep, plan = view.world.whole_rep, view.plan
        asked = _asked(first, last)
        if asked is not None:
            rep = replace(rep, away=(asked,))
            plan = make_plan(replace(view.world, rep=replace(rep, away=(*view.office.rep.away, asked))), view.now)
        ahead = [away for away in rep.away if away.last >= view.now.date()]
        trips = [Trip(away, tuple(_inside(plan.active, away, rep))) for away in ahead]
        if as_json:
            show.print_json({"away": [_json(trip, view) for trip in trips]})
        else:
            lines = [line for trip in trips for line in _lines(trip, view)]
            show.console().print("\n".join(lines or ["No days away ahead."]), soft_wrap=True)
    return 1 if any(_stuck(call, trip.away, rep) for trip in trips for call in trip.calls) else 0


def _asked(first: str, last: str) -> Away | None:
    if not first:
        return None
    try:
        away = Away(read_day(first), read_day(last or first))
    except Mistake as error:
        raise UsageError(f"{error}.", hint="write days like 2026-12-07") from None
    if away.last < away.first:
        raise UsageError(f"{last} is before {first}.", hint="exchange the two")
    return away


def _inside(calls: Sequence[PlannedCall], away: Away, rep: Rep) -> Iterator[PlannedCall]:
    """The calls that are owed within the absence and on no working day outside it."""
    for call in calls:
        commitment = call.commitment
        if not commitment.state.live or commitment.overdue:
            continue
        days = _days(call, rep)
        if any(day in away for day in days) and all(day in away or not _open(day, rep) for day in days):
            yield call


def _days(call: PlannedCall, rep: Rep) -> list[date]:
    window = call.commitment.window
    first, last = (moment.astimezone(rep.zone).date() for moment in (window.earliest, window.latest))
    return [first + DAY * ahead for ahead in range(min((last - first).days, 366) + 1)]


def _open(day: date, rep: Rep) -> bool:
    return bool(rep.hours.on(day.weekday())) and day not in rep.holidays


def _stuck(call: PlannedCall, away: Away, rep: Rep) -> bool:
    """True where the rep has to do something about it; a call that was only planned waits for the return."""
    slot = call.placed.slot
    if call.commitment.kind is Kind.PLANNED:
        return False
    return slot is None or slot.start.astimezone(rep.zone).date() in away


def _json(trip: Trip, view: looking.FreeView) -> dict[str, object]:
    rep = view.office.rep
    return {
        "first": trip.away.first.isoformat(),
        "last": trip.away.last.isoformat(),
        "reason": trip.away.reason,
        "calls": [
            {
                "commitment_id": call.commitment.id,
                "contact_name": name_of(call.commitment.contact_id, view.book.contacts),
                "latest": call.commitment.window.latest.isoformat(),
                "instead": call.placed.slot.start.isoformat() if call.placed.slot else None,
                "works": not _stuck(call, trip.away, rep),
            }
            for call in trip.calls
        ],
    }


def _lines(trip: Trip, view: looking.FreeView) -> Iterator[str]:
    rep, away = view.office.rep, trip.away
    reason = f" ({away.reason})" if away.reason else ""
    yield f"{away.first:%a} {away.first.day} {away.first:%b} to {away.last:%a} {away.last.day} {away.last:%b}{reason}"
    for call in trip.calls:
        commitment, slot = call.commitment, call.placed.slot
        name = name_of(commitment.contact_id, view.book.contacts)
        due = show.window(commitment.window, rep.zone)
        if _stuck(call, away, rep):
            yield f"  !! {name}, {due}: agree on another time before you leave"
        elif slot is not None:
            verb = "planned" if commitment.kind is Kind.PLANNED else "kept"
            yield f"  {name}, {due}: {verb} for {show.day_and_time(slot.start, rep.zone)} instead"
    if not trip.calls:
        yield "  no promise falls into these days"
