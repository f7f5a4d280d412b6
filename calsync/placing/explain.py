"""All of it for one call: the rules that applied, what cut which hours, the alternatives in their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from calsync.model import Book, Decisions, Placed, Policy, Rep, Span
from calsync.placing import words
from calsync.placing.board import Board
from calsync.placing.grid import bits, minutes_up
from calsync.placing.law import laws_of, name_of, spell
from calsync.placing.memory import Memory
from calsync.placing.order import is_clock_time
from calsync.placing.pins import stand
from calsync.placing.task import Task, barred_cells, make_task
from calsync.placing.taste import Taste
from calsync.placing.wishes import COLUMN
from calsync.placing.world import World

DAYS_SHOWN = 7


def explain(
    placed: Placed,
    book: Book,
    rep: Rep,
    policy: Policy,
    *,
    busy: Sequence[Span],
    decisions: Decisions,
    now: datetime,
    others: Sequence[Placed] = (),
) -> tuple[str, ...]:
    """Why a call stands where it stands, a line each; ``others`` are the placed calls that it had to leave room for.

    The arguments are those of ``place``.  A closed commitment, or one whose contact is gone, has one line.
    """
    commitment = placed.commitment
    if not commitment.state.live:
        return (f"nothing to place: {commitment.state.value}",)
    memory = Memory()
    facts = memory.facts(commitment.contact_id, book, rep, now)
    if facts is None:
        return placed.why
    world = World(rep, policy, now, busy)
    task = make_task(0, commitment, facts, world)
    board = _board(placed, others, world)
    taste = Taste(world, lambda: memory.habits(book, rep, now), memory.tally, board.closed)
    lines = [*placed.why, *_rules(task, world, policy), *_calendar(placed, decisions)]
    if is_clock_time(commitment):
        return tuple(lines)
    lines += _cuts(placed, task, world, board)
    return (*lines, *_alternatives(placed, task, world, taste)) if task.bound and task.days(world) else tuple(lines)


def _board(placed: Placed, others: Sequence[Placed], world: World) -> Board:
    """The cells that other calls hold; those off the grid are busy times."""
    board = Board(world.grid.pitch, world.policy.per_hour, world.policy.per_day)
    for number, other in enumerate(others, start=1):
        if other.slot is None or other.commitment.id == placed.commitment.id:
            continue
        stand(number, other.slot, world, board)
    return board


def _rules(task: Task, world: World, policy: Policy) -> list[str]:
    commitment, facts = task.commitment, task.facts
    lines = [f"promised: {commitment.text!r}, {commitment.kind.value}, {words.window_words(task, world.rep.zone)}"]
    zones = facts.land.zones
    where = f"one of {len(zones)}" if len(zones) > 3 else " or ".join(words.city(zone) for zone in zones)
    lines.append(f"their zone: {where} ({facts.land.certainty.value}: {facts.land.source})")
    regions = tuple(dict.fromkeys(region for region, _ in facts.land.places))
    if len(regions) > 4:
        lines.append(f"law: every one of {len(regions)} regions must allow the call")
    else:
        rows = {law.code: law for region in regions for law in laws_of(region)}
        for law in rows.values():
            doubt = "" if law.verified else ", not confirmed"
            weekend = f"Sat {spell(law.week[5])}, Sun {spell(law.week[6])}"
            holidays = "as that weekday" if law.holidays is None else spell(law.holidays)
            lines.append(f"law: {law.name}: Mon-Fri {spell(law.week[0])}, {weekend}, holidays {holidays}")
            lines.append(f"  source: {law.source} (checked {law.checked}{doubt})")
    for cap, touches in facts.caps:
        hours = int(cap.period.total_seconds() // 3600)
        lines.append(f"law: at most {cap.calls} attempts in {hours} hours; {len(touches)} in the log so far")
    if facts.refused is not None:
        until = datetime.fromtimestamp(facts.refused[1] * 60, world.rep.zone)
        lines.append(f"law: they said no; no call before {words.day_name(until)}")
    if facts.wishes is not None:
        lines.append(f"their wish: {facts.contact.extra[COLUMN].strip()}")
    if policy.blocks:
        blocks = ", ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in policy.blocks)
        lines.append(f"your call blocks: {blocks} (preferred)")
    lines += [f"attempt that reached nobody: {words.moment(at)}" for at in facts.silent]
    return lines


def _calendar(placed: Placed, decisions: Decisions) -> list[str]:
    chosen, seen = decisions.moved.get(placed.commitment.id), decisions.seen.get(placed.commitment.id)
    if chosen:
        return [f"you moved it to {words.moment(chosen.start)}"]
    return [f"on the calendar: {words.moment(seen.start)}, and it stays while that is allowed"] if seen else []


def _days(placed: Placed, task: Task, world: World) -> list[int]:
    """The days to tell about: what is left of the window, and the one it is placed on; where it has no place the next
    days from now, if it may be placed on any."""
    first, last = world.grid.day_of(task.first), world.grid.day_of(max(task.first, task.last))
    days = list(range(first, min(last, first + DAYS_SHOWN) + 1)) if task.last > world.now else []
    if placed.slot is not None:
        days.append(placed.slot.start.astimezone(world.rep.zone).toordinal())
    return sorted(set(days)) or list(range(world.today, world.today + DAYS_SHOWN))


def _cuts(placed: Placed, task: Task, world: World, board: Board) -> list[str]:
    """Day by day: the hours that are left, and each rule that took some away."""
    grid, facts = world.grid, task.facts
    places = facts.land.places
    first = minutes_up(task.commitment.window.earliest)
    lines: list[str] = []
    for day in _days(placed, task, world):
        inside = grid.inside(day, first, task.last)
        left = (inside or -1) & world.work(day)
        line = [f"{words.day_name(date.fromordinal(day))}:"]
        if reason := world.closed_because(day):
            line.append(f"{reason};")
        steps = [
            (f"the law in {_where(task)}", world.legal(places, day)),
            ("what they asked for", world.wanted(places, facts.wishes, day) if facts.wishes else -1),
            ("busy times", ~world.blocked.get(day, 0)),
            ("the law's rest between attempts", ~barred_cells(world, day, task.bars)),
            ("other calls and caps", ~board.closed(day)),
            ("now", grid.inside(day, world.now, grid.day(day + 1)[0]) if day <= world.today else -1),
        ]
        for name, mask in steps:
            if cut := left & ~mask:
                line.append(f"{name} took {_spans(world, day, cut)};")
                left &= mask
        line.append(f"left {_spans(world, day, left)}" if left else "nothing left")
        lines.append(" ".join(line))
    return lines


def _where(task: Task) -> str:
    regions = list(dict.fromkeys(name_of(region) for region, _ in task.facts.land.places))
    return " and ".join(regions) if len(regions) < 3 else f"all {len(regions)} regions"


def _spans(world: World, day: int, mask: int) -> str:
    """``"09:00-12:00, 13:00-18:00"``: neighbouring cells as one stretch, by the rep's clock."""
    base, _ = world.grid.day(day)
    stretches: list[list[int]] = []
    for index in bits(mask):
        start = base + index * world.grid.pitch
        if stretches and stretches[-1][1] == start:
            stretches[-1][1] = start + world.grid.pitch
        else:
            stretches.append([start, start + world.grid.pitch])
    shown = []
    for opens, closes in stretches:
        first, last = (datetime.fromtimestamp(at * 60, world.rep.zone) for at in (opens, closes))
        shown.append(f"{first:%H:%M}-{last:%H:%M}")
    return ", ".join(shown[:6]) + (", ..." if len(shown) > 6 else "")


def _alternatives(placed: Placed, task: Task, world: World, taste: Taste) -> list[str]:
    """The places it would take next, the first choice first."""
    shown = []
    for cell in taste.ranked(task):
        slot = world.grid.slot_at(world.grid.start(cell), task.length)
        if placed.slot and slot.start == placed.slot.start:
            continue
        there = words.zone_words(task.facts, slot)
        shown.append(f"{words.short(slot.start)} ({there})" if there else words.short(slot.start))
    return [f"next choices: {', '.join(shown)}"] if shown else ["no other slot is free in its window"]
