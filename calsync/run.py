"""One run: ``run_once(office, now)`` is the unit of work.

Read the sources, look at each calendar, take a person's marks to heart, plan, reconcile, apply.  The laptop's tick
calls it under the ledger's lock; nothing else differs for whoever calls it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from calsync.commitments import APPOINTMENT_GRACE
from calsync.errors import CalendarError, GuardError, Refused, SourceError
from calsync.ledger import CalendarRow, Decision, Status, writer_id
from calsync.look import Confirmation, Look, look_at
from calsync.model import DAY, Attempt, Book, Plan, Problem, Span
from calsync.office import Branch, Calm, Office, noted
from calsync.pipeline import plan as make_plan
from calsync.pipeline import wanted
from calsync.placing.pins import GRACE
from calsync.sources import append_attempt, with_attempts
from calsync.sync.actions import Action, Create, Delete, Keep, Move, Record, Refuse, Update, Waive, verb
from calsync.sync.adopt import adopted_times, adopted_words
from calsync.sync.apply import Checkpoint, Done, Writer, no_checkpoint
from calsync.sync.faces import digest
from calsync.sync.guards import shrunk_sources
from calsync.sync.marks import Deleted, Mark, Moved, Restored, Said
from calsync.sync.notices import NOTICE
from calsync.sync.outcomes import attempt_of, when
from calsync.sync.plan import Settled, Wanted
from calsync.sync.plan import plan as reconcile
from calsync.sync.report import CalendarState, DoneAction, Report, failed_state

ROUNDS = 3
"""How often a run looks again when somebody wrote to the calendar while it was working."""

HEARING = "hearing"
"""The setting of the ledger that holds what is being written into the log: intent before, receipt after."""

OPTED_OUT = "asked not to be called"
"""The setting of the ledger that holds digests of the contacts that no call may be planned to."""

BUSY_AHEAD = timedelta(days=60)
"""How far ahead the rep's other calendars are read."""


@dataclass(slots=True)
class Run:
    """A run on its way: what it may do, and what it has found and done so far."""

    office: Office
    now: datetime
    dry_run: bool
    confirm: bool
    checkpoint: Checkpoint
    stop: Callable[[], bool]
    skip: frozenset[str] = frozenset()
    states: dict[str, CalendarState] = field(default_factory=dict)
    actions: list[DoneAction] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    written: int = 0

    @property
    def confirmation(self) -> Confirmation:
        return Confirmation(self.office.ledger, self.confirm, self.dry_run)

    def report(self, plan: Plan | None) -> Report:
        order = [spec.name for spec in self.office.settings.every_calendar]
        return Report(
            now=self.now,
            plan=plan,
            actions=tuple(self.actions),
            calendars=tuple(self.states[name] for name in order if name in self.states),
            refused=tuple(dict.fromkeys(self.refused)),
            problems=tuple(dict.fromkeys((*(plan.problems if plan else ()), *self.problems))),
            dry_run=self.dry_run,
            written=self.written,
        )


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
    except SourceError as error:
        if not (lost := _vanished(office)):
            raise
        run.refused.append(f"{error.message}; {', '.join(lost)} was read before: nothing was changed on the calendar")
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
        try:
            looks.append(look_at(run.office, spec, run.now, run.confirmation))
            run.refused += [looks[-1].refused] if looks[-1].refused else []
        except CalendarError as error:
            _failed(run, spec.name, error)
    return looks


def _failed(run: Run, name: str, error: CalendarError) -> None:
    known = run.office.ledger.calendars().get(name)
    state = failed_state(name, error, known.last_sync if known else None, run.now.astimezone(run.office.rep.zone))
    run.states[name] = state
    if not run.dry_run:
        run.office.ledger.put_calendar(CalendarRow(name, state.state, state.reason, state.last_sync))


# -- a round -----------------------------------------------------------------------------------------------------------


def _round(run: Run, book: Book, looks: list[Look], busy: tuple[Span, ...]) -> tuple[Book, Plan, bool]:
    office = run.office
    learnt = _learn(run, book, looks)
    office.calm = None
    if learnt.attempts:
        book = with_attempts(book, learnt.attempts) if run.dry_run else office.reader.read(run.now)
    tables = [look.rows for look in looks] or office.tables()
    fresh = learnt.decisions if run.dry_run else ()
    world = office.world(book, office.decisions(tables, fresh), busy, noted(tables))
    plan = make_plan(world, run.now)
    if _adopt_words(run, book, plan, looks):
        book = office.reader.read(run.now)
        tables = [look.rows for look in looks]
        world = office.world(book, office.decisions(tables), busy, noted(tables))
        plan = make_plan(world, run.now)
    moves = [one for look in looks for one in adopted_times(plan, look.unknown, look.spec.name, run.now)]
    if moves:
        _decide(run, moves)
        world = office.world(book, office.decisions(tables, (*fresh, *moves)), world.busy, world.noted)
        plan = make_plan(world, run.now)
    again = _apply(run, plan, wanted(plan, office.rep, office.policy), looks)
    trouble = run.dry_run or run.refused or any(one.error for one in run.actions)
    if not trouble and all(state.state == "ok" for state in run.states.values()):
        until = _changes_at(plan, run.now.astimezone(office.rep.zone))
        office.calm = Calm(book, plan, busy, frozenset(run.states), run.now, until)
    return book, plan, again


@dataclass(slots=True)
class Learnt:
    """What marks taught: decisions, and attempts that a person recorded in the calendar."""

    decisions: list[Decision] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    hearing: dict[str, str] = field(default_factory=dict)


def _hearing(run: Run) -> dict[str, str]:
    """What a run that was killed was writing down: the stamp of the edit, by the event and its words."""
    found: dict[str, str] = json.loads(run.office.ledger.setting(HEARING) or "{}")
    return found


def _write_down(run: Run, learnt: Learnt) -> None:
    """The outcomes, into the log."""
    if learnt.attempts:
        run.office.ledger.put_setting(HEARING, json.dumps(learnt.hearing, ensure_ascii=False))
        run.checkpoint("outcome intended")
    for attempt in learnt.attempts:
        append_attempt(run.office.settings.own_log, attempt, run.office.rep.zone)
        run.checkpoint("outcome recorded")


def _heard_out(run: Run, learnt: Learnt, looks: Iterable[Look]) -> None:
    """What was being written down is; a calendar that could not be looked at still has its edits to show."""
    if learnt.hearing:
        looked_at = tuple(f"{look.spec.name}\n" for look in looks if not look.refused)
        left = {edit: stamp for edit, stamp in learnt.hearing.items() if not edit.startswith(looked_at)}
        run.office.ledger.put_setting(HEARING, json.dumps(left, ensure_ascii=False) if left else "")


def _learn(run: Run, book: Book, looks: Iterable[Look]) -> Learnt:
    """Take the marks to heart, durably and before anything else happens: first the log, then the ledger."""
    learnt = Learnt(hearing=_hearing(run))
    for look in looks:
        for mark in look.marks:
            _learn_one(run, book, look, mark, learnt)
    if run.dry_run:
        return learnt
    _write_down(run, learnt)
    with run.office.ledger.batch():
        for decision in learnt.decisions:
            _put_decision(run, decision)
        for look in looks:
            if look.rows is look.branch.rows:
                continue
            for uid in [uid for uid, row in look.rows.items() if row is not look.branch.rows.get(uid)]:
                look.rows[uid] = replace(look.rows[uid], updated_at=run.now)
                run.office.ledger.put(look.spec.name, look.rows[uid], run.now)
        _heard_out(run, learnt, looks)
    run.checkpoint("marks remembered")
    for look in looks:
        if look.rows is not look.branch.rows:
            look.branch.changed(look.rows)
        run.office.cache.put_seen(look.spec.name, [one for one in look.seen if not one.cancelled])
        if look.token is not None and not look.unknown:
            # Events that the ledger does not know yet are asked for again until it does: a run may end before that.
            run.office.cache.put_token(look.spec.name, look.token)
    run.checkpoint("calendar remembered")
    return learnt


def _learn_one(run: Run, book: Book, look: Look, mark: Mark, learnt: Learnt) -> None:
    if mark.mark.startswith(NOTICE):
        return
    name = look.spec.name
    match mark:
        case Deleted():
            learnt.decisions.append(Decision(mark.mark, "waived", name, run.now))
            _note(run, name, Waive(mark.mark, "deleted on the calendar"))
        case Restored():
            learnt.decisions.append(Decision(mark.mark, "restored", name, run.now))
        case Moved():
            learnt.decisions.append(Decision(mark.mark, "moved", name, run.now, mark.start, mark.end))
            _note(run, name, Move(mark.mark, mark.start, mark.end, "moved on the calendar"))
        case Said():
            # The same words in the same place are one row, also when the event was edited again since a run was killed.
            stamp = learnt.hearing.setdefault(f"{name}\n{mark.uid}\n{mark.words}", mark.stamp)
            attempt = _attempt(run, book, replace(mark, stamp=stamp))
            if attempt is None:
                return
            # A run that was killed right after it wrote the row left the mark standing: it is recorded already.
            if all(known.key != attempt.key for known in book.attempts.get(attempt.contact_id, ())):
                learnt.attempts.append(attempt)
            row = look.rows[mark.uid]
            # The words are in the log now: the event gets our own title and an empty OUTCOME line again.
            look.rows[mark.uid] = replace(row, heard=mark.words, fingerprint="")
            _note(run, name, Record(mark.mark, mark.words, attempt.at, "an outcome was written on the event"))


def _attempt(run: Run, book: Book, said: Said) -> Attempt | None:
    commitment = run.office.commitment(book, said.mark, run.now)
    if commitment is None:
        return None
    contact = book.contacts[commitment.contact_id]
    at = when(said, run.now, commitment.made_at).astimezone(run.office.rep.zone).replace(microsecond=0)
    return attempt_of(said, contact, at, run.office.read)


def _adopt_words(run: Run, book: Book, plan: Plan, looks: Iterable[Look]) -> bool:
    """Hear what was written on events that the ledger does not know; whether there is anything new to plan with."""
    heard = []
    for look in looks:
        rows, said = adopted_words(plan, look.unknown)
        if said:
            look.rows = {**look.rows, **rows}
            look.unknown = {uid: seen for uid, seen in look.unknown.items() if uid not in rows}
            heard.append(replace(look, marks=said))
    learnt = _learn(run, book, heard) if heard else Learnt()
    return bool(learnt.attempts or learnt.decisions) and not run.dry_run


def _put_decision(run: Run, decision: Decision) -> None:
    if decision.kind == "restored":
        run.office.ledger.forget(decision.mark, "waived")
    else:
        run.office.ledger.decide(decision)


def _decide(run: Run, decisions: Iterable[Decision]) -> None:
    if not run.dry_run:
        with run.office.ledger.batch():
            for decision in decisions:
                _put_decision(run, decision)


def _busy(run: Run) -> tuple[Span, ...]:
    """The rep's busy times from the calendars named for it.

    One that fails is said and does not stop the rest; until it answers again, the rep is as busy as it said last.
    """
    office = run.office
    for spec in office.settings.asked_for_busy:
        if spec.name in run.skip:
            continue
        try:
            branch = office.branch(spec)
            office.busy[spec.name] = branch.calendar.busy(run.now - DAY, run.now + BUSY_AHEAD, spec.away)
        except CalendarError as error:
            _failed(run, spec.name, error)
        else:
            if spec in office.settings.busy_calendars:
                _has_answered(run, spec.name, branch)
    spans = [span for told in office.busy.values() for span in told]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))


# -- applying ----------------------------------------------------------------------------------------------------------


def _apply(run: Run, plan: Plan, want: Wanted, looks: list[Look]) -> bool:
    """Reconcile and carry out, calendar by calendar; who must not be called goes first, everywhere (G11)."""
    whys = {placed.commitment.id: placed.why for placed in [call.placed for call in plan.active]}
    todo: list[tuple[Look, list[Action]]] = []
    for look in looks:
        run.problems.extend(look.problems)
        if look.refused:
            _note(run, look.spec.name, Refuse("", look.refused))
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
        todo.append((look, reconcile(want, look.rows, look.unknown, look.branch.settled)))
    if run.dry_run:
        for look, actions in todo:
            for action in actions:
                _note(run, look.spec.name, action)
            run.states[look.spec.name] = look.branch.state
        return False
    again = False
    failed: set[str] = set()
    for urgent in (True, False):
        for look, actions in todo:
            chosen: list[Action] = [
                one
                for one in actions
                if not isinstance(one, Keep) and (isinstance(one, Delete) and one.mark in want.erase) is urgent
            ]
            again = _apply_to(run, look, chosen, whys, failed, finish=not urgent) or again
    return again


def _apply_to(
    run: Run,
    look: Look,
    actions: list[Action],
    whys: Mapping[str, tuple[str, ...]],
    failed: set[str],
    *,
    finish: bool,
) -> bool:
    name = look.spec.name
    if name in run.states and run.states[name].state not in ("ok", "refused"):
        return False
    if actions and (waits := _waits(run, name)) is not None:
        _failed(run, name, waits)
        failed.add(name)
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
    if done:
        look.branch.changed(look.branch.rows)
    for one in done:
        _note_done(run, name, one)
        if isinstance(one.action, Create) and one.error is None and not one.again:
            entry = one.action.entry
            look.branch.settled[entry.uid] = Settled.of(entry, look.branch.rows[entry.uid])
    error = next((one.error for one in done if isinstance(one.error, CalendarError) and not one.again), None)
    if error is not None:
        _failed(run, name, error)
        failed.add(name)
        _wait_for(run, name, error)
    elif finish and name not in failed:
        _succeeded(run, look)
    wrote = any(one.error is None and isinstance(one.action, Create | Update | Delete) for one in done)
    # After a write the calendar is polled once more, so that the next token is one from after it.
    return wrote or any(one.again for one in done)


def _wait_for(run: Run, name: str, error: CalendarError) -> None:
    """A calendar that takes no more changes for hours is left alone by the next processes as well."""
    if isinstance(error, Refused) and error.retry_after is not None:
        until = run.now + timedelta(seconds=error.retry_after)
        run.office.ledger.put_setting(
            f"writes to {name} wait", "\n".join((until.isoformat(), error.message, error.hint))
        )


def _waits(run: Run, name: str) -> Refused | None:
    """Why nothing is written to a calendar yet, ``None`` where it may be."""
    told = run.office.ledger.setting(f"writes to {name} wait").split("\n")
    if len(told) != 3:
        return None
    left = (datetime.fromisoformat(told[0]) - run.now).total_seconds()
    # A wait of more than a day is none that a calendar asked for: the clock was set back.
    return Refused(told[1], hint=told[2], retry_after=left) if 0 < left <= DAY.total_seconds() else None


def _finish(run: Run, looks: Iterable[Look]) -> None:
    for look in looks:
        if not run.dry_run and look.token is not None:
            run.office.cache.put_token(look.spec.name, look.token)
        _succeeded(run, look)


def _succeeded(run: Run, look: Look) -> None:
    _has_answered(run, look.spec.name, look.branch)


def _has_answered(run: Run, name: str, branch: Branch) -> None:
    run.states[name] = branch.state = CalendarState(name, "ok", last_sync=run.now)
    if not run.dry_run:
        run.office.ledger.put_calendar(CalendarRow(name, "ok", "", run.now.astimezone(UTC)))


def _note(run: Run, calendar: str, action: Action) -> None:
    if not isinstance(action, Keep):
        run.actions.append(DoneAction(verb(action), calendar, action.mark, action.reason))


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
