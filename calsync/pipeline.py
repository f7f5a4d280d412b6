"""The house on one page: read -> fold -> place -> render -> reconcile -> apply.

``plan`` is the pure half: the same world and the same ``now`` give the same plan on any machine.  What comes from
outside (files, busy times, decisions made in the calendar) was read first and is handed in as the ``World``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from calsync.cadences import Cadence, choose
from calsync.commitments import Folded, fold
from calsync.model import (
    Book,
    Commitment,
    Decisions,
    Entry,
    PhraseReader,
    Placed,
    Plan,
    PlannedCall,
    Policy,
    Problem,
    Rep,
    Slot,
    Span,
    State,
)
from calsync.placing import place
from calsync.rendering import Templates, history_entry, notice, notice_entry, render
from calsync.sync.plan import Wanted


@dataclass(frozen=True, slots=True)
class World:
    """All that a plan depends on, besides ``now``.

    ``noted`` are commitments whose events carry a person's notes: released before their time they become history, not
    thin air.  ``problems`` are those found before the sources were read.
    """

    rep: Rep
    policy: Policy
    book: Book
    cadences: Mapping[str, Cadence]
    templates: Templates
    read: PhraseReader
    busy: tuple[Span, ...] = ()
    decisions: Decisions = field(default_factory=Decisions)
    noted: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def plan(world: World, now: datetime) -> Plan:
    """What is owed, when it is called, what the calendar says: as of ``now``."""
    folded = fold(world.book, world.cadences, world.read, world.rep, world.policy, world.decisions, now)
    placed = place(
        folded.commitments, world.book, world.rep, world.policy, busy=world.busy, decisions=world.decisions, now=now
    )
    calls = tuple(PlannedCall(one, _entry(one, world, folded, now)) for one in placed)
    problems = _problems(world, folded, placed)
    told = notice(problems, world.rep, now)
    return Plan(
        now=now, calls=calls, notices=(told,) if told else (), problems=problems, do_not_call=folded.do_not_call
    )


def wanted(plan: Plan, rep: Rep, policy: Policy) -> Wanted:
    """What every calendar should show for this plan."""
    entries = [call.entry for call in plan.calls if call.entry is not None]
    entries += [notice_entry(one, rep) for one in plan.notices]
    erase = frozenset(call.commitment.id for call in plan.calls if call.commitment.contact_id in plan.do_not_call)
    return Wanted(tuple(entries), erase=erase, erase_history=not policy.keep_history)


def _entry(placed: Placed, world: World, folded: Folded, now: datetime) -> Entry | None:
    commitment = placed.commitment
    contact = world.book.contacts[commitment.contact_id]
    if not commitment.state.live:
        return _history(commitment, world, folded, now)
    if placed.slot is None:
        return None
    cadence = choose(contact, world.cadences, world.policy.default_cadence)
    history = tuple(attempt for attempt in world.book.attempts.get(contact.id, ()) if attempt.at <= now)
    return render(placed, contact, history, cadence, world.rep, world.policy, world.templates, world.read, now)


def _history(commitment: Commitment, world: World, folded: Folded, now: datetime) -> Entry | None:
    """An ended commitment leaves its event where it was; one that was released before its time leaves nothing."""
    seen = world.decisions.seen.get(commitment.id)
    if seen is None or commitment.contact_id in folded.do_not_call or not world.policy.keep_history:
        return None
    if commitment.state is State.WAIVED:
        return None
    early = commitment.state in (State.RELEASED, State.SUPERSEDED) and _ended_before(commitment, seen, now)
    if early and commitment.id not in world.noted:
        return None
    return history_entry(commitment, seen, world.book.contacts[commitment.contact_id], world.rep)


def _ended_before(commitment: Commitment, seen: Slot, now: datetime) -> bool:
    ended = commitment.closed_by.at if commitment.closed_by else now
    return ended < seen.start


def _problems(world: World, folded: Folded, placed: tuple[Placed, ...]) -> tuple[Problem, ...]:
    found = [*world.problems, *world.book.problems, *folded.problems]
    found += [one.problem for one in placed if one.problem is not None]
    return tuple(dict.fromkeys(found))


def rereading(world: World, *, book: Book | None = None, decisions: Decisions | None = None) -> World:
    """The same world after something was learnt."""
    return replace(world, book=book or world.book, decisions=decisions or world.decisions)
