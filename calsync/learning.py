"""What a person did in the calendar becomes durable before anything else happens: rows of the log, then decisions.

Killed anywhere in between, the next run finds the same marks, and knows which of their rows it has written already.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from calsync.identity import was_written_on_an_event
from calsync.ledger import Decision, Row, Status
from calsync.look import Look
from calsync.model import Attempt, Book, Outcome, Plan
from calsync.sources import append_attempt
from calsync.sync.actions import Move, Record, Waive
from calsync.sync.adopt import adopted_words
from calsync.sync.marks import Deleted, Mark, Moved, PutOnDay, Restored, Said
from calsync.sync.notices import NOTICE
from calsync.sync.outcomes import attempt_of, names_the_contact, when
from calsync.underway import Run, note

HEARING = "hearing"
"""The setting of the ledger that holds what is being written into the log: intent before, receipt after."""


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


def learn(run: Run, book: Book, looks: Iterable[Look]) -> Learnt:
    """Take the marks to heart, durably and before anything else happens: first the log, then the ledger."""
    learnt = Learnt(hearing=_hearing(run))
    for look in looks:
        for mark in look.marks:
            _learn_one(run, book, look, mark, learnt)
    learnt.decisions = latest(run, learnt.decisions)
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
        look.branch.rows = look.rows
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
    if isinstance(mark, PutOnDay):
        moved = mark.moved(run.office.rep.zone)
        if moved is None:
            return
        mark = moved
    match mark:
        case Deleted():
            learnt.decisions.append(Decision(mark.mark, "waived", name, run.now))
            note(run, name, Waive(mark.mark, "deleted on the calendar"))
        case Restored():
            learnt.decisions.append(Decision(mark.mark, "restored", name, run.now))
        case Moved():
            at = min(run.now, mark.modified or run.now)
            learnt.decisions.append(Decision(mark.mark, "moved", name, at, mark.start, mark.end))
            note(run, name, Move(mark.mark, mark.start, mark.end, "moved on the calendar"))
        case Said():
            _learn_words(run, book, look, mark, learnt)


def _learn_words(run: Run, book: Book, look: Look, said: Said, learnt: Learnt) -> None:
    """Words on the OUTCOME line and words at the title: one row of the log at the most, and nothing left unsaid."""
    commitment = run.office.commitment(book, said.mark, run.now)
    if commitment is None:
        return
    contact, row = book.contacts[commitment.contact_id], look.rows[said.uid]
    at = when(said, run.now, commitment.made_at).astimezone(run.office.rep.zone).replace(microsecond=0)
    told: dict[str, Attempt] = {}
    for words in filter(None, (said.words, said.beside)):
        # The same words in the same place are one row, also when the event was edited again since a run was killed.
        stamp = learnt.hearing.setdefault(f"{look.spec.name}\n{said.uid}\n{words}", said.stamp)
        attempt = attempt_of(replace(said, words=words, stamp=stamp), contact, at, run.office.read)
        if attempt is not None:
            told[words] = attempt
    heard = list(told)
    if row.status is Status.HISTORY and said.whole and names_the_contact(said.words, contact):
        heard = [said.words]  # an older title of ours, from a device that had not seen the latest, or took it back
    if not heard:
        return
    # The words are in the log now: the event gets our own title and an empty OUTCOME line again.
    look.rows[said.uid] = replace(row, heard="\n".join(heard), fingerprint="")
    if not told:
        return
    # Who asked not to be called is not called, whatever else was written; else what stands on the OUTCOME line counts.
    words, attempt = min(told.items(), key=lambda one: one[1].outcome is not Outcome.DO_NOT_CALL)
    other = [text for text, one in told.items() if not _same(one, attempt)]
    if other:
        notes = f'You also wrote "{other[0]}"; the log has "{words}".'
        look.rows[said.uid] = _with_note(look.rows[said.uid], notes)
    unheard = row.status is not Status.HISTORY and said.uid in look.branch.rows  # the ledger has the words it heard
    if not unheard and commitment.closed_by is not None and _same(commitment.closed_by, attempt):
        return
    before = book.attempts.get(attempt.contact_id, ())
    if said.written is not None and any(_heard_since(said.written, one) and _same(one, attempt) for one in before):
        return  # the row was written, the event could not be, and then the ledger was lost
    # A run that was killed right after it wrote the row left the mark standing: it is recorded already.
    if all(known.key != attempt.key for known in before):
        learnt.attempts.append(attempt)
    note(run, look.spec.name, Record(said.mark, words, attempt.at, "an outcome was written on the event"))


def _heard_since(written: datetime, one: Attempt) -> bool:
    return was_written_on_an_event(one.key) and one.at > written


def _same(one: Attempt, other: Attempt) -> bool:
    """Whether both say the same came of the call."""
    return (one.outcome, one.promise.casefold()) == (other.outcome, other.promise.casefold())


def _with_note(row: Row, line: str) -> Row:
    notes = row.face.notes
    return replace(row, face=replace(row.face, notes=f"{notes}\n{line}" if notes else line))


def adopt_words(run: Run, book: Book, plan: Plan, looks: Iterable[Look]) -> bool:
    """Hear what was written on events that the ledger does not know; whether there is anything new to plan with."""
    heard = []
    for look in looks:
        rows, said = adopted_words(plan, look.unknown)
        if said:
            look.rows = {**look.rows, **rows}
            look.unknown = {uid: seen for uid, seen in look.unknown.items() if uid not in rows}
            heard.append(replace(look, marks=said))
    learnt = learn(run, book, heard) if heard else Learnt()
    return bool(learnt.attempts or learnt.decisions) and not run.dry_run


def latest(run: Run, decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions in the order in which they were made.  Of a call that was moved on two calendars the later time
    holds, also where the earlier one is heard of later."""
    if not decisions:
        return []
    known = {one.mark: one for one in run.office.ledger.decisions() if one.kind == "moved"}
    made = sorted(decisions, key=lambda one: one.decided_at)
    return [one for one in made if one.kind != "moved" or not _older(one, known.get(one.mark))]


def _older(move: Decision, known: Decision | None) -> bool:
    """Whether another calendar has a later move."""
    return known is not None and known.calendar != move.calendar and known.decided_at >= move.decided_at


def _put_decision(run: Run, decision: Decision) -> None:
    if decision.kind == "restored":
        run.office.ledger.forget(decision.mark, "waived")
    else:
        run.office.ledger.decide(decision)


def decide(run: Run, decisions: Iterable[Decision]) -> None:
    """Remember what a person decided."""
    if not run.dry_run:
        with run.office.ledger.batch():
            for decision in decisions:
                _put_decision(run, decision)
