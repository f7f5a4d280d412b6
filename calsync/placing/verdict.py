"""What is said about a slot: its why lines, and the problem where a person has to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from calsync.model import Commitment, Kind, Placed, Problem, Slot
from calsync.placing import words
from calsync.placing.grid import SHIFT, bits, minutes, minutes_up
from calsync.placing.law import legal_hours
from calsync.placing.run import Run
from calsync.placing.task import Task, cells, later_hours
from calsync.placing.wishes import COLUMN, EXAMPLE
from calsync.placing.world import illegal_in


def of_task(run: Run, task: Task) -> Placed:
    """The verdict on a call that was given a cell, or none."""
    cell = run.board.cell_of.get(task.number)
    if cell is None:
        return _nowhere(run, task)
    slot = run.world.grid.slot_at(run.world.grid.start(cell), task.length)
    if kept := _kept_words(run, task, slot):
        return Placed(task.commitment, slot, kept, _unread(task))
    facts = task.facts
    details = [
        words.zone_words(facts, slot),
        words.law_words(run.world, facts, slot),
        words.busy_words(run.world, slot),
        words.varied_words(facts, slot),
    ]
    if task.moved_from is not None:
        was = run.world.grid.slot_at(run.world.grid.start(task.moved_from))
        details.append(f"moved from {words.short(was.start)}, the only way to keep another promise")
    line = "; ".join(part for part in (_head(run, task, slot), *details) if part)
    return Placed(task.commitment, slot, (line, *_extra(task)), _unread(task))


def of_pinned(run: Run, task: Task, slot: Slot, others: Sequence[Slot]) -> Placed:
    """The verdict on a clock time, or on a time that a person chose."""
    zone, commitment, facts = run.world.rep.zone, task.commitment, task.facts
    slot = Slot(slot.start.astimezone(zone), slot.end.astimezone(zone))
    start, end = minutes(slot.start), minutes_up(slot.end)
    if task.how == "passed":
        kept = run.decisions.why.get(commitment.id) or (f"{words.short(slot.start)}: just now; log what came of it",)
        return Placed(commitment, slot, kept, _unread(task))
    line = [f"{words.short(slot.start)}: {_PINNED[task.how]}"]
    problem = None
    if outside := illegal_in(facts.land.places, start, end):
        said = "a time they agreed to, but" if task.how == "fixed" else "outside calling hours:"
        line.append(f"{said} {words.outside_words(*outside)}")
        if task.how == "moved":
            problem = _problem(
                commitment,
                f"the call to {facts.contact.name} was moved to {words.moment(slot.start)}, outside calling hours: "
                f"{words.outside_words(*outside)}",
                "move it into calling hours, or leave it there if they agreed to that time",
            )
    else:
        line += [words.zone_words(facts, slot), words.law_words(run.world, facts, slot)]
    if task.how in ("fixed", "moved") and (bar := words.bar_words(facts, start, zone)):
        line.append(f"{'a time they agreed to, but it' if task.how == 'fixed' else 'it'} {bar}")
    if task.how == "moved" and slot.start > commitment.window.latest:
        late = f"past the promise ({words.window_words(task, zone)})"
        line.append(late)
        if run.now <= commitment.window.latest:  # a promise that is missed already can be kept by no other time
            problem = problem or _problem(
                commitment,
                f"the call to {facts.contact.name} was moved to {words.moment(slot.start)}, {late}",
                f"move it to {words.moment(commitment.window.latest.astimezone(zone))} or before, or leave it there",
            )
    if reason := run.world.rep_free(start, end):
        line.append(f"{reason}, but it stays" if task.how == "fixed" else reason)
        if task.how == "fixed" and reason.startswith("you are away"):
            problem = problem or _problem(
                commitment,
                f"the appointment with {facts.contact.name} on {words.moment(slot.start)} falls into your days away",
                f"move the event, or call them by {words.day_name(_day_before_away(run, start))} to change it",
            )
    if task.how == "fixed":
        clash = next((other for other in others if other.start < slot.end and slot.start < other.end), None)
        if clash:
            line.append(f"another call is set for {clash.start.astimezone(zone):%H:%M} too")
            problem = problem or _problem(
                commitment,
                f"two calls at once: {facts.contact.name} on {words.moment(slot.start)}, and another one at "
                f"{clash.start.astimezone(zone):%H:%M}",
                "agree on another time with one of them and log it, or move one of the events",
            )
    joined = "; ".join(part for part in line if part)
    return Placed(commitment, slot, (joined, *_extra(task)), problem or _unread(task))


def without_contact(commitment: Commitment) -> Placed:
    """Nobody to call: the contact is no longer in the files."""
    message = f'no contact "{commitment.contact_id}" in the contact files, so there is nobody to call'
    return Placed(
        commitment, None, (message,), _problem(commitment, message, "add the contact again, or delete the event")
    )


_PINNED = {
    "fixed": "the time that was agreed, never moved",
    "moved": "you moved it here",
    "narrow": "the only minutes in a narrow window",
}


def _head(run: Run, task: Task, slot: Slot) -> str:
    zone = run.world.rep.zone
    at = words.short(slot.start)
    commitment = task.commitment
    latest = commitment.window.latest.astimezone(zone)
    if commitment.overdue:
        return f"{at}: overdue since {words.moment(latest)}; the next time that is allowed and free"
    if slot.start < commitment.window.earliest:
        return f"{at}: earlier than promised, because {_closed(run, task)}"
    if slot.end > commitment.window.latest and commitment.kind is not Kind.PLANNED:
        return f"{at}: the next time that is allowed, because {_closed(run, task)}"
    if slot.end > commitment.window.latest:
        return f"{at}: planned, not promised; the next time that is allowed and free"
    return f"{at}: {words.reason_words(task, slot, zone)}"


def _kept_words(run: Run, task: Task, slot: Slot) -> tuple[str, ...]:
    """What stands beside the event already, when it stays where it is for the same reason: an event that nobody moved
    is not rewritten because a busy time came and went, or because the day went on."""
    said = run.decisions.why.get(task.commitment.id, ())
    seen = run.decisions.seen.get(task.commitment.id)
    if not said or seen is None or seen.start != slot.start or seen.end != slot.end:
        return ()
    reason = _head(run, task, slot).partition(", because")[0]
    return said if said[0].startswith(reason) and said[1:] == _extra(task) else ()


def _closed(run: Run, task: Task) -> str:
    """Why the window holds no slot: the first thing that empties it."""
    world, facts = run.world, task.facts
    window = words.window_words(task, world.rep.zone)
    grid, places = world.grid, facts.land.places
    first = minutes_up(task.commitment.window.earliest)
    if first < world.now and (task.last - world.now < task.length or not _hours_left(run, task)):
        return f"today's hours for {window} are over"
    if any(True for _ in cells(task, world, first, task.last)):
        return f"every slot of {window} is taken"
    days = {day: grid.inside(day, first, task.last) for day in range(grid.day_of(first), grid.day_of(task.last) + 1)}
    shut = {day: world.closed_because(day) for day in days}
    if all(shut.values()):
        return f"{window} is closed to you ({', '.join(dict.fromkeys(shut.values()))})"
    legal = {day: mask & world.legal(places, day) for day, mask in days.items()}
    law = _law_reason(run, task, first)
    if not any(legal.values()):
        return f"no call is legal in {window} ({law})"
    work = {day: mask & world.work(day) for day, mask in legal.items()}
    if not any(work.values()):
        return f"your hours and theirs do not meet in {window} ({law})"
    return _crowded(run, task, work, window)


def _crowded(run: Run, task: Task, open_days: Mapping[int, int], window: str) -> str:
    """Why a window that law and working hours leave open holds no slot all the same."""
    wishes, places = task.facts.wishes, task.facts.land.places
    if wishes and not any(mask & run.world.wanted(places, wishes, day) for day, mask in open_days.items()):
        return f"{window} holds none of the hours they asked for"
    free = [(day, run.world.open(places, wishes, day) & mask) for day, mask in open_days.items()]
    if task.bars and any(mask for _, mask in free):
        moment = next(run.world.grid.start(day << SHIFT | index) for day, mask in free for index in bits(mask))
        return f"{window} {words.bar_words(task.facts, moment, run.world.rep.zone, task.bars)}"
    return f"you are busy all of {window}"


def _hours_left(run: Run, task: Task) -> bool:
    """True where the window still reaches into working hours of the rep."""
    world = run.world
    today = world.work(world.today) & world.grid.inside(world.today, world.now, task.last)
    return bool(today) or later_hours(task, world)


def _law_reason(run: Run, task: Task, first: int) -> str:
    local = datetime.fromtimestamp(first * 60, run.world.rep.zone)
    regions = dict.fromkeys(region for region, _ in task.facts.land.places)
    strictest = min(regions, key=lambda region: sum(b - a for a, b in legal_hours(region, local.date())))
    return words.hours_words(strictest, local.date())


def _nowhere(run: Run, task: Task) -> Placed:
    zone = run.world.rep.zone
    if task.commitment.overdue or task.commitment.kind is Kind.PLANNED:
        why = "no slot: nothing is allowed and free for months; look at your working hours and busy calendars"
    elif task.commitment.kind is Kind.AFTER:
        why = f"no slot: {_closed(run, task)}, and they asked not to be called before"
    else:
        why = f"no slot: {_closed(run, task)}, and nothing earlier is allowed and free"
    message = f"no slot for the call to {task.facts.contact.name} ({words.window_words(task, zone)}): {why[9:]}"
    hint = "agree on another time and log it, free some time, or drag the event to a time you choose"
    return Placed(task.commitment, None, (why, *_extra(task)), _problem(task.commitment, message, hint))


def _extra(task: Task) -> tuple[str, ...]:
    return tuple(filter(None, (words.doubt_words(task.facts), _wish_words(task))))


def _wish_words(task: Task) -> str:
    if task.facts.wishes is None:
        return ""
    return f"they asked for {task.facts.contact.extra[COLUMN].strip()}"


def _unread(task: Task) -> Problem | None:
    if not task.facts.wish_unread:
        return None
    where = task.facts.contact.where
    message = (
        f'"{task.facts.wish_unread}" is not understood, so {task.facts.contact.name} may be called at any legal hour'
    )
    return Problem(where.file, where.line, COLUMN, message, f"write it like: {EXAMPLE}")


def _problem(commitment: Commitment, message: str, hint: str) -> Problem:
    attempt = commitment.attempt
    column = "promise" if attempt.promise else "note" if attempt.note else "at"
    return Problem(attempt.where.file, attempt.where.line, column, message, hint)


def _day_before_away(run: Run, start: int) -> date:
    day = run.world.grid.day_of(start)
    while day > run.world.today and run.world.closed_because(day):
        day -= 1
    return date.fromordinal(day)
