"""One run: ``run_once(office, now)`` is the unit of work.

Read the sources, look at each calendar, take a person's marks to heart, plan, reconcile, apply.  The laptop's tick
calls it under the ledger's lock; nothing else differs for whoever calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Set
from dataclasses import replace
from datetime import datetime, timedelta

from calsync.commitments import APPOINTMENT_GRACE
from calsync.errors import CalendarError, GuardError, SourceError
from calsync.learning import adopt_words, decide, latest, learn
from calsync.ledger import CalendarRow, Decision, Status, writer_id
from calsync.look import Look, look_at
from calsync.model import DAY, Book, Plan, Span
from calsync.office import Calm, Office
from calsync.pipeline import plan as make_plan
from calsync.pipeline import wanted
from calsync.placing.pins import GRACE
from calsync.sources import with_attempts
from calsync.sync.actions import Action, Create, Delete, Keep, Refuse, Update, verb
from calsync.sync.adopt import adopted_times
from calsync.sync.apply import Checkpoint, Done, Writer, no_checkpoint
from calsync.sync.faces import digest
from calsync.sync.guards import shrunk_sources, vanished
from calsync.sync.notices import NOTICE
from calsync.sync.plan import Settled, Wanted
from calsync.sync.plan import plan as reconcile
from calsync.sync.report import DoneAction, Report
from calsync.underway import Run, failed, has_answered, note, rests, wait_for, waits

ROUNDS = 3
"""How often a run looks again when somebody wrote to the calendar while it was working."""

OPTED_OUT = "asked not to be called"
"""The setting of the ledger that holds digests of the contacts that no call may be planned to."""

BUSY_AHEAD = timedelta(days=60)
"""How far ahead the rep's other calendars are read."""


def run_once(
    office: Office,
    now: datetime,
    *,
    dry_run: bool = False,
    confirm: bool = False,
    skip: frozenset[str] = frozenset(),
    checkpoint: Checkpoint = no_checkpoint,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """One pass from the files to the calendars.

    ``confirm`` overrules once what the last run refused, and nothing else.  ``skip`` names calendars that are left
    alone this time.  ``stop`` is asked between two actions.  A calendar that cannot be reached is a state in the
    report and holds nobody else up.  Raises ``SourceError``, ``LedgerError``, ``ConfigError``.
    """
    run = Run(office, now, dry_run, confirm, checkpoint, stop, skip)
    try:
        book = office.reader.read(now)
    except GuardError as error:
        run.refused.append(error.message)
        return run.report(None)
    except SourceError:
        if not (lost := _vanished(office)):
            raise
        run.refused.extend(vanished(file) for file in lost)
        return run.report(None)
    run.refused.extend(_shrunk(run, book))
    if run.refused:
        return run.report(None)
    plan = None
    for _ in range(ROUNDS):
        looks = _look_at_all(run)
        busy = _busy(run)
        if (calm := _calm(run, book, looks, busy)) is not None:
            plan = calm
            _finish(run, looks)
            break
        book, plan, again = _round(run, book, looks, busy)
        if not again or dry_run or stop():
            break
    if not dry_run:
        office.ledger.put_sources(office.reader.counts)
        if plan is not None:
            _remember_opt_outs(office, plan)
            office.leave(book, now)
    return run.report(plan)


def _vanished(office: Office) -> list[str]:
    """The files that an earlier run read, maybe in another process, and that are not there any more."""
    specs = (*office.settings.contacts, *office.settings.attempts)
    known = office.ledger.sources()
    return [spec.label for spec in specs if known.get(spec.label) and not spec.path.exists()]


def _shrunk(run: Run, book: Book) -> tuple[str, ...]:
    """Why the files are not believed.  One that lost rows without changing what is owed was only tidied up."""
    before, after = run.office.ledger.sources(), run.office.reader.counts
    refused = []
    for file, why in shrunk_sources(run.office.guard, before, after).items():
        if not run.confirmation.overrules(f"rows {file}", before[file] - after[file]):
            refused.append(why)
    if not refused:
        for file in after:
            run.confirmation.passed(f"rows {file}")
        return ()
    office = run.office
    emptied = any(before.get(file) and not rows for file, rows in after.items())
    if not emptied and office.doubted is not book and _owes_the_same(office, run.now):
        return ()
    office.doubted = book
    return tuple(refused)


def _owes_the_same(office: Office, now: datetime) -> bool:
    standing = {row.mark for table in office.tables() for row in table.values() if row.status is Status.LIVE}
    made = office.plan(now)
    owed = {call.commitment.id for call in made.active if call.entry is not None and call.entry.live}
    opted_out = set(office.ledger.setting(OPTED_OUT).split())
    return owed == {mark for mark in standing if not mark.startswith(NOTICE)} and opted_out <= _digests(made)


def _digests(plan: Plan) -> set[str]:
    return {digest(contact) for contact in plan.do_not_call}


def _remember_opt_outs(office: Office, plan: Plan) -> None:
    """Who must not be called, so that a log without those rows is not taken for one that was only tidied up."""
    now = " ".join(sorted(_digests(plan)))
    if office.ledger.setting(OPTED_OUT) != now:
        office.ledger.put_setting(OPTED_OUT, now)


# -- looking -----------------------------------------------------------------------------------------------------------


def _look_at_all(run: Run) -> list[Look]:
    looks = []
    for spec in run.office.settings.calendars:
        if spec.name in run.skip:
            continue
        if (resting := rests(run, spec.name)) is not None:
            failed(run, spec.name, resting)
            continue
        try:
            looks.append(look_at(run.office, spec, run.now, run.confirmation))
            run.refused += [looks[-1].refused] if looks[-1].refused else []
        except CalendarError as error:
            failed(run, spec.name, error)
    return looks


# -- a round -----------------------------------------------------------------------------------------------------------


def _round(run: Run, book: Book, looks: list[Look], busy: tuple[Span, ...]) -> tuple[Book, Plan, bool]:
    office = run.office
    learnt = learn(run, book, looks)
    office.calm = None
    if learnt.attempts:
        book = with_attempts(book, learnt.attempts) if run.dry_run else office.reader.read(run.now)
    tables = [look.rows for look in looks] or office.tables()
    fresh = learnt.decisions if run.dry_run else ()
    world = office.world(book, office.decisions(tables, fresh), busy, office.noted(tables))
    plan = make_plan(world, run.now)
    if adopt_words(run, book, plan, looks):
        book = office.reader.read(run.now)
        tables = [look.rows for look in looks]
        world = office.world(book, office.decisions(tables), busy, office.noted(tables))
        plan = make_plan(world, run.now)
    moved: dict[str, Decision] = {}
    # One that gives way to a time that a person chose may be another that stands where a person put it.
    while moves := _adopted_moves(run, plan, looks, moved):
        decide(run, moves)
        moved |= {one.mark: one for one in moves}
        world = office.world(book, office.decisions(tables, (*fresh, *moved.values())), world.busy, world.noted)
        plan = make_plan(world, run.now)
    again = _apply(run, plan, wanted(plan, office.rep, office.policy), looks)
    trouble = run.dry_run or run.refused or any(one.error for one in run.actions)
    trouble = trouble or any(look.unknown for look in looks)  # what was taken over is decided on in the next round
    if not trouble and all(state.state == "ok" for state in run.states.values()):
        until = _changes_at(plan, run.now.astimezone(office.rep.zone))
        office.calm = Calm(book, plan, busy, frozenset(run.states), run.now, until)
    return book, plan, again


def _adopted_moves(run: Run, plan: Plan, looks: Iterable[Look], known: Container[str]) -> list[Decision]:
    found = [one for look in looks for one in adopted_times(plan, look.unknown, look.spec.name, run.now)]
    return latest(run, [one for one in found if one.mark not in known])


def _busy(run: Run) -> tuple[Span, ...]:
    """The rep's busy times from the calendars named for it.

    One that fails is said and does not stop the rest; until it answers again, the rep is as busy as it said last.
    """
    office = run.office
    for spec in office.settings.asked_for_busy:
        if spec.name in run.skip:
            continue
        if (resting := rests(run, spec.name)) is not None:
            failed(run, spec.name, resting)
            continue
        try:
            branch = office.branch(spec)
            office.busy[spec.name] = branch.calendar.busy(run.now - DAY, run.now + BUSY_AHEAD, spec.away)
        except CalendarError as error:
            failed(run, spec.name, error)
        else:
            if spec in office.settings.busy_calendars:
                has_answered(run, spec.name, branch)
    spans = [span for told in office.busy.values() for span in told]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))


# -- applying ----------------------------------------------------------------------------------------------------------


def _apply(run: Run, plan: Plan, want: Wanted, looks: list[Look]) -> bool:
    """Reconcile and carry out, calendar by calendar; who must not be called goes first, everywhere (G11)."""
    todo: list[tuple[Look, list[Action]]] = []
    for look in looks:
        run.problems.extend(look.problems)
        if look.refused:
            note(run, look.spec.name, Refuse("", look.refused))
            run.states[look.spec.name] = replace(
                look.branch.state,
                state="refused",
                reason=look.refused,
                hint="calsync sync --confirm",
                until=look.refused_until,
            )
            if not run.dry_run:
                run.office.ledger.put_calendar(
                    CalendarRow(look.spec.name, "refused", look.refused, look.branch.state.last_sync)
                )
            continue
        actions = reconcile(want, look.rows, look.unknown, look.branch.settled)
        todo.append((look, [one for one in actions if not isinstance(one, Keep)]))
    if run.dry_run:
        for look, actions in todo:
            for action in actions:
                note(run, look.spec.name, action)
            run.states[look.spec.name] = look.branch.state
        return False
    again = False
    marks = {one.mark for _, actions in todo for one in actions}
    whys = _whys(plan, {mark for mark in marks if not mark.startswith(NOTICE)})
    given_up: set[str] = set()
    for urgent in (True, False):
        for look, actions in todo:
            chosen = [one for one in actions if (isinstance(one, Delete) and one.mark in want.erase) is urgent]
            again = _apply_to(run, look, chosen, whys, given_up, finish=not urgent) or again
    return again


def _whys(plan: Plan, marks: Set[str]) -> dict[str, tuple[str, ...]]:
    """The reasons for the hour of each of these calls.  What is written is mostly new, and so among the last of all."""
    whys: dict[str, tuple[str, ...]] = {}
    calls = reversed(plan.active)
    while len(whys) < len(marks) and (call := next(calls, None)) is not None:
        if call.placed.commitment.id in marks:
            whys[call.placed.commitment.id] = call.placed.why
    return whys


def _apply_to(
    run: Run,
    look: Look,
    actions: list[Action],
    whys: Mapping[str, tuple[str, ...]],
    given_up: set[str],
    *,
    finish: bool,
) -> bool:
    name = look.spec.name
    if name in run.states and run.states[name].state not in ("ok", "refused"):
        return False
    if actions and (refusal := waits(run, name)) is not None:
        failed(run, name, refusal)
        given_up.add(name)
        return False
    writer = Writer(
        look.branch.calendar,
        run.office.ledger,
        run.office.cache,
        look.branch.rows,
        run.now,
        whys,
        run.checkpoint,
        run.stop,
        writer=writer_id(run.office.ledger, run.now),
    )
    done = writer.apply(actions) if actions else []
    for one in done:
        _note_done(run, name, one)
        if isinstance(one.action, Create) and one.error is None and not one.again:
            entry = one.action.entry
            look.branch.settled[entry.uid] = Settled.of(entry, look.branch.rows[entry.uid])
    error = next((one.error for one in done if isinstance(one.error, CalendarError) and not one.again), None)
    if error is not None:
        failed(run, name, error)
        given_up.add(name)
        wait_for(run, name, error)
    elif finish and name not in given_up:
        _succeeded(run, look)
    wrote = any(one.error is None and isinstance(one.action, Create | Update | Delete) for one in done)
    # After a write the calendar is polled once more, so that the next token is one from after it.
    return wrote or any(one.again for one in done)


def _finish(run: Run, looks: Iterable[Look]) -> None:
    for look in looks:
        if not run.dry_run and look.token is not None:
            run.office.cache.put_token(look.spec.name, look.token)
        _succeeded(run, look)


def _succeeded(run: Run, look: Look) -> None:
    has_answered(run, look.spec.name, look.branch)


def _note_done(run: Run, calendar: str, done: Done) -> None:
    if isinstance(done.action, Keep) or (done.error is not None and done.again):
        return  # what was turned down because somebody wrote in between is decided anew in the next round
    error = "" if done.error is None else done.error.message
    run.written += done.error is None
    run.actions.append(DoneAction(verb(done.action), calendar, done.action.mark, done.action.reason, error))


# -- nothing to do -----------------------------------------------------------------------------------------------------


def _calm(run: Run, book: Book, looks: Iterable[Look], busy: tuple[Span, ...]) -> Plan | None:
    """The plan of the last run, where nothing has changed since: not the files, not the calendars, not the hour."""
    calm = run.office.calm
    if calm is None or run.dry_run or calm.book is not book or not calm.since <= run.now < calm.until:
        return None
    if any(state.state != "ok" for state in run.states.values()) or busy != calm.busy:
        return None
    if any(not look.quiet or look.spec.name not in calm.calendars for look in looks):
        return None
    return calm.plan


def _changes_at(plan: Plan, now: datetime) -> datetime:
    """The next moment at which time alone changes the plan: a window opens or closes, a slot passes, a day turns, an
    attempt that was logged ahead of time comes to pass."""
    soonest = (now + DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    if plan.wakes is not None and now < plan.wakes < soonest:
        soonest = plan.wakes
    for placed in [call.placed for call in plan.active]:
        window, slot = placed.commitment.window, placed.slot
        later = window.earliest >= soonest and (slot is None or slot.start >= soonest)
        if later or not placed.commitment.state.live:
            continue
        moments: list[datetime] = []
        if window.earliest < soonest:  # nothing about a window comes before it opens
            # What is owed is missed past its end, not at it; an appointment only after its grace.
            past = window.latest + datetime.resolution
            moments += [window.earliest, window.latest, past, past + APPOINTMENT_GRACE]
        if slot is not None and slot.start < soonest:
            # Placing reckons in whole minutes, rounded up: a slot that passed stays put until one before its grace.
            moments += [slot.start, slot.end, slot.end + timedelta(minutes=GRACE - 1) + datetime.resolution]
        soonest = min([soonest, *(moment for moment in moments if moment > now)])
    return soonest
