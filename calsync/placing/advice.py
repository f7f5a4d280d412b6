"""Before you promise: would a call in that window be possible, and if not, which day is the nearest that works?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from calsync.model import Book, Contact, Policy, Rep, Slot, Span, Window
from calsync.placing import words
from calsync.placing.board import Board
from calsync.placing.facts import Facts, facts_of
from calsync.placing.grid import SHIFT, bits, minutes, minutes_up, starts
from calsync.placing.holiday import holidays_of
from calsync.placing.law import legal_hours
from calsync.placing.pins import stand, touches
from calsync.placing.task import barred_cells
from calsync.placing.world import World, illegal_in

REACH = 30
"""Days around a window in which another day is looked for."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to know before a day is spoken.

    ``works`` is False where no call would be possible; then ``nearest`` is the nearest day on which one is, ``None``
    when there is none within a month.  ``warnings`` are short lines for the rep, also about what is possible but
    unwise.
    """

    works: bool
    warnings: tuple[str, ...] = ()
    nearest: date | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    facts: Facts
    world: World
    board: Board
    placed: tuple[Slot, ...]
    length: int


def before_you_promise(
    window: Window,
    contact: Contact,
    book: Book,
    rep: Rep,
    policy: Policy,
    *,
    now: datetime,
    busy: Sequence[Span] = (),
    placed: Iterable[Slot] = (),
    length: int | None = None,
    like: World | None = None,
) -> Advice:
    """Whether a promise to call ``contact`` within ``window`` could be kept.

    A window of one moment is a clock time: it is a whole slot from there on.  ``placed`` are the calls that stand
    already, ``length`` the minutes that this one takes, the rep's ordinary slot unless given.  ``like`` are the
    rep's days as they were worked out before: they save time where thousands ask, and change nothing.  Raises nothing.
    """
    world = World(rep, policy, now, busy, like=like)
    board = Board(world.grid.pitch, policy.per_hour, policy.per_day)
    standing = tuple(placed)
    for number, slot in enumerate(standing):
        stand(number, slot, world, board)
    facts = facts_of(contact, book.attempts.get(contact.id, ()), rep, now)
    look = _Look(facts, world, board, standing, length or world.grid.slot)
    if window.earliest == window.latest:
        return _clock_time(window.earliest, look)
    first, last = max(world.now, minutes_up(window.earliest)), minutes(window.latest)
    days = list(range(world.grid.day_of(first), world.grid.day_of(max(first, last)) + 1))
    works = any(_room(day, first, last, look) for day in days)
    warnings = [*_holidays(days, look), *_doubt(look.facts)]
    if works:
        return Advice(True, tuple(warnings))
    warnings = [*_why_not(days, first, last, look), *_doubt(look.facts)]
    return _with_nearest(warnings, days, look)


def _clock_time(at: datetime, look: _Look) -> Advice:
    start = minutes(at)
    end = start + look.length
    day = look.world.grid.day_of(start)
    warnings = _holidays([day], look)
    if reason := look.world.rep_free(start, end):
        warnings.append(f"{words.moment(at.astimezone(look.world.rep.zone))}: {reason}")
    if outside := illegal_in(look.facts.land.places, start, end):
        warnings.append(f"{words.outside_words(*outside)}; a time they ask for themselves is allowed")
    if bar := words.bar_words(look.facts, start, look.world.rep.zone):
        warnings.append(f"{words.moment(at.astimezone(look.world.rep.zone))} {bar}")
    if touches(((minutes(slot.start), minutes_up(slot.end)) for slot in look.placed), start, end):
        warnings.append("another call is set for that time")
    if start < look.world.now:
        warnings.append("that time has passed")
    if not warnings:
        return Advice(True, tuple(_doubt(look.facts)))
    return _with_nearest([*dict.fromkeys(warnings), *_doubt(look.facts)], [day], look)


def _with_nearest(warnings: list[str], days: list[int], look: _Look) -> Advice:
    nearest = _nearest(days, look)
    if nearest is not None:
        warnings.append(f"the nearest day that works is {words.day_name(nearest)}")
    return Advice(False, tuple(dict.fromkeys(warnings)), nearest)


def _nearest(days: list[int], look: _Look) -> date | None:
    """The day nearest to the window: one of its own where only the hours are wrong; of two others the earlier, so that
    a promise is rather kept early than late."""
    for distance in range(REACH + 1):
        for day in (days[0] - distance, days[-1] + distance) if distance else days:
            base, _ = look.world.grid.day(day)
            if day >= look.world.today and _room(day, max(look.world.now, base), base + 2 * 1440, look):
                return date.fromordinal(day)
    return None


def _room(day: int, first: int, last: int, look: _Look) -> bool:
    span = look.world.grid.span(look.length)
    cells = look.world.open(look.facts.land.places, look.facts.wishes, day) & look.world.grid.inside(day, first, last)
    cells = starts(cells, span) & ~barred_cells(look.world, day, look.facts.bars())
    return bool(cells & ~look.board.closed(day, span))


def _why_not(days: list[int], first: int, last: int, look: _Look) -> list[str]:
    """A line for each thing that empties a day of the window; the first week of it is enough."""
    lines: list[str] = []
    places = look.facts.land.places
    for day in days[:7]:
        local = date.fromordinal(day)
        name = words.day_name(local)
        inside = look.world.grid.inside(day, first, last)
        legal = inside & look.world.legal(places, day)
        if reason := look.world.closed_because(day):
            lines.append(f"{name}: {reason}")
        elif not inside:
            lines.append(f"{name}: there is no time left in it")
        elif not legal:
            closed = _shut(places, local)
            outside = None if closed else illegal_in(places, first, first + look.world.grid.slot)
            reason = closed and words.hours_words(closed, local)
            reason = reason or (words.outside_words(*outside) if outside else "")
            lines.append(f"{name}: no call is legal then" + (f" ({reason})" if reason else ""))
        elif not legal & look.world.work(day):
            lines.append(f"{name}: your hours and theirs do not meet")
        elif look.facts.wishes and not legal & look.world.work(day) & look.world.wanted(places, look.facts.wishes, day):
            lines.append(f"{name}: none of the hours they asked for")
        elif bar := _barred(day, legal & look.world.work(day), look):
            lines.append(f"{name}: a call then {bar}")
        else:
            lines.append(f"{name}: your day is full")
    return lines


def _barred(day: int, cells: int, look: _Look) -> str:
    """The cap or the refusal that forbids every one of ``cells``; empty where there is a cell it allows."""
    if cells & ~barred_cells(look.world, day, look.facts.bars()):
        return ""
    first = next(iter(bits(cells)))
    return words.bar_words(look.facts, look.world.grid.start(day << SHIFT | first), look.world.rep.zone)


def _shut(places: Sequence[tuple[str, str]], local: date) -> str:
    """The first of the places in which nobody may be called on that day; empty where there is none."""
    return next((region for region, _ in places if not legal_hours(region, local)), "")


def _holidays(days: Iterable[int], look: _Look) -> list[str]:
    """A public holiday over there is worth knowing, even where the law lets you call."""
    region = look.facts.land.places[0][0]
    lines = []
    for day in list(days)[:7]:
        local = date.fromordinal(day)
        if name := holidays_of(region, local.year).get(local):
            lines.append(f"{words.day_name(local)} is {name} there")
    return lines


def _doubt(facts: Facts) -> list[str]:
    doubt = words.doubt_words(facts)
    return [doubt] if doubt else []
