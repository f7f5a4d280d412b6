"""The house on one page: read -> fold -> place -> render -> reconcile -> apply.

``plan`` is the pure half: the same world and the same ``now`` give the same plan on any machine.  What comes from
outside (files, busy times, decisions made in the calendar) was read first and is handed in as the ``World``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from calsync import commitments, placing
from calsync.cadences import Cadence, Chooser
from calsync.commitments import Folded, fold
from calsync.identity import was_written_on_an_event
from calsync.later import Later
from calsync.model import (
    MINUTE,
    Attempt,
    Away,
    Book,
    Commitment,
    Contact,
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


class Basis(NamedTuple):
    """What an entry is made of, besides what a whole plan has in common."""

    placed: Placed
    contact: Contact
    history: Sequence[Attempt] = ()
    """Of a call that is owed: the contact's attempts so far."""
    seen: Slot | None = None
    """Of one that has ended: where its event stays as history."""


class Known(NamedTuple):
    """A call as it was planned last time."""

    commitment: Commitment
    basis: Basis | None
    """``None`` for one that has ended and shows nothing."""
    call: PlannedCall

    def stands(self, placed: Placed, book: Book) -> bool:
        """Whether a live call is the very one it was: nothing was placed, read or logged anew."""
        basis = self.basis
        if basis is None or basis.placed is not placed:
            return False
        owner = placed.commitment.contact_id
        return basis.contact is book.contacts[owner] and basis.history is book.attempts[owner]


@dataclass(slots=True)
class Memory:
    """What a daemon keeps from one plan to the next.  It changes how long a plan takes and nothing else."""

    folded: commitments.Memory = field(default_factory=commitments.Memory)
    placed: placing.Memory = field(default_factory=placing.Memory)
    known: dict[str, Known] = field(default_factory=dict)
    firm: dict[int, Known | None] = field(default_factory=dict)
    """Those of the live calls that were found to stand, by the identity of their slot: while their contact and its log
    are the same, they stand without being looked at."""
    since: commitments.Since = field(default_factory=commitments.Since)
    _rules: tuple[object, ...] = ()
    _since: datetime | None = None
    _chooser: Chooser | None = None

    def follow(self, world: World, rep: Rep, now: datetime) -> None:
        """Forget the entries where what all of them have in common has changed, or the clock was set back: a row of the
        log may lie ahead again."""
        rules = (rep, world.policy, world.cadences, world.templates, world.read)
        if rules != self._rules or (self._since is not None and now < self._since):
            self.known, self.firm, self._rules, self._chooser = {}, {}, rules, None
        self._since = now

    def cadence_of(self, world: World) -> Chooser:
        """Which cadence a contact is in, for the world that was followed last."""
        if self._chooser is None:
            self._chooser = Chooser(world.cadences, world.policy.default_cadence, world.policy.after_sale)
        return self._chooser


@dataclass(frozen=True, slots=True)
class World:
    """All that a plan depends on, besides ``now``.

    ``noted`` are commitments whose events carry a person's notes: released before their time they become history, not
    thin air.  ``problems`` are those found before the sources were read.  ``busy`` are the times at which the rep is,
    and the days away that a calendar tells.
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
    memory: Memory | None = field(default=None, compare=False)

    @property
    def whole_rep(self) -> Rep:
        """The rep, away also on the days that the calendars tell."""
        told = tuple(_away(span, self.rep) for span in self.busy if span.away)
        return replace(self.rep, away=(*self.rep.away, *told)) if told else self.rep


def _away(span: Span, rep: Rep) -> Away:
    """The days of an all-day event, both ends included."""
    first = span.start.astimezone(rep.zone).date()
    return Away(first, max(first, (span.end.astimezone(rep.zone) - MINUTE).date()), span.away)


def plan(world: World, now: datetime) -> Plan:
    """What is owed, when it is called, what the calendar says: as of ``now``.

    The ``memory`` of a world that is kept from plan to plan spares whatever did not change; the plan is the same.
    """
    memory = world.memory or Memory()
    rep = world.whole_rep
    memory.follow(world, rep, now)
    folded = fold(
        world.book, world.cadences, world.read, world.rep, world.policy, world.decisions, now, memory=memory.folded
    )
    placed = place(
        folded.live,
        world.book,
        rep,
        world.policy,
        busy=[span for span in world.busy if not span.away],
        decisions=world.decisions,
        now=now,
        memory=memory.placed,
    )
    active = _active(folded, placed, replace(world, rep=rep), memory, now)
    problems = _problems(world, folded, placed)
    told = notice(problems, world.rep, now)
    return Plan(
        now=now,
        calls=Later(_every_call, (folded.commitments, active), len(folded.commitments)),
        active=active,
        notices=(told,) if told else (),
        problems=problems,
        do_not_call=folded.do_not_call,
        erased=folded.erased,
        wakes=folded.wakes,
    )


def wanted(plan: Plan, rep: Rep, policy: Policy) -> Wanted:
    """What every calendar should show for this plan."""
    entries = [call.entry for call in plan.active if call.entry is not None]
    entries += [notice_entry(one, rep) for one in plan.notices]
    return Wanted(tuple(entries), erase=plan.erased, erase_history=not policy.keep_history)


def _active(
    folded: Folded, placed: Sequence[Placed], world: World, memory: Memory, now: datetime
) -> tuple[PlannedCall, ...]:
    """What is owed, waived or still to be seen, with its slot and its entry; what is as it was is taken as it was."""
    known, others = memory.known, memory.since.others(world.book)
    firm, memory.firm = memory.firm if others is not None else {}, {}
    found = list(map(firm.get, map(id, placed)))
    if others:
        found = [None if one.commitment.contact_id in others else last for one, last in zip(placed, found, strict=True)]
    firm = dict(zip(map(id, placed), found, strict=True))
    calls: list[Known] = []
    for one, last in zip(placed, found, strict=True):
        if last is None:
            mark = one.commitment.id
            last = known[mark] = firm[id(one)] = _known(known.get(mark), one, folded, world, memory, now)  # noqa: PLW2901
            if not last.stands(one, world.book):
                del firm[id(one)]
        calls.append(last)
    ended = _ended_that_matter(folded, world.decisions, memory)
    for commitment in ended:
        before = known.get(commitment.id)
        last = known[commitment.id] = _known(before, Placed(commitment, None), folded, world, memory, now)
        calls.append(last)
    if ended:
        calls.sort(key=_order)
    if len(known) != len(calls):
        memory.known = {one.commitment.id: one for one in calls}
    memory.firm = firm
    return tuple([one.call for one in calls])


def _order(known: Known) -> tuple[datetime, str]:
    return commitments.order(known.commitment)


def _known(  # noqa: PLR0917
    before: Known | None, one: Placed, folded: Folded, world: World, memory: Memory, now: datetime
) -> Known:
    """A call with its entry: as it was planned ``before``, where nothing that the entry is made of has changed."""
    commitment = one.commitment
    live = commitment.state.live
    if not live and commitment.id not in world.decisions.seen:
        if before is not None and before.commitment is commitment and before.basis is None:
            return before
        return Known(commitment, None, _ended(commitment))
    if before is not None and live and before.stands(one, world.book):
        return before
    basis = _basis(one, world, folded, now)
    if before is not None and before.basis == basis:
        return Known(commitment, basis, before.call)
    return Known(commitment, basis, PlannedCall(one, _entry(basis, world, memory, now)))


def _ended_that_matter(folded: Folded, decisions: Decisions, memory: Memory) -> list[Commitment]:
    """The commitments that have ended but were waived or stand on a calendar."""
    live = {one.id for one in folded.live}
    marks = {*decisions.seen, *decisions.waived} - live
    return [one for mark in marks if (one := memory.folded.find(mark)) is not None]


def _every_call(found: tuple[Sequence[Commitment], Sequence[PlannedCall]]) -> tuple[PlannedCall, ...]:
    """Every commitment of the log: the few that are active, and those that have ended."""
    folded, active = found
    known = {call.commitment.id: call for call in active}
    return tuple([known.get(one.id) or _ended(one) for one in folded])


def _ended(commitment: Commitment) -> PlannedCall:
    return PlannedCall(Placed(commitment, None), None)


def _basis(placed: Placed, world: World, folded: Folded, now: datetime) -> Basis:
    commitment = placed.commitment
    contact, attempts = world.book.contacts[commitment.contact_id], world.book.attempts[commitment.contact_id]
    if commitment.state.live:
        history = attempts if attempts[-1].at <= now else tuple([one for one in attempts if one.at <= now])
        return Basis(placed, contact, history)
    shown = world.policy.keep_history and commitment.contact_id not in folded.do_not_call
    seen = world.decisions.seen.get(commitment.id) if shown else None
    if seen is None or not _leaves_history(commitment, seen, commitment.id in world.noted, now):
        return Basis(placed, contact)
    return Basis(placed, contact, seen=seen)


def _leaves_history(commitment: Commitment, seen: Slot, noted: bool, now: datetime) -> bool:
    """An ended commitment leaves its event where it was; one that was released before its time leaves nothing, unless
    the person wrote that on an event: there they look for what became of it."""
    if commitment.state is State.WAIVED:
        return False
    last = commitment.closed_by
    early = commitment.state in (State.RELEASED, State.SUPERSEDED) and _ended_before(commitment, seen, now)
    return noted or not early or (last is not None and was_written_on_an_event(last.key))


def _entry(basis: Basis, world: World, memory: Memory, now: datetime) -> Entry | None:
    placed, contact = basis.placed, basis.contact
    if placed.slot is not None:
        cadence = memory.cadence_of(world)(contact, placed.commitment.cadence)
        days = memory.placed.world
        return render(
            placed, contact, basis.history, cadence, world.rep, world.policy, world.templates, world.read, now, days
        )
    return history_entry(placed.commitment, basis.seen, contact, world.rep) if basis.seen is not None else None


def _ended_before(commitment: Commitment, seen: Slot, now: datetime) -> bool:
    ended = commitment.closed_by.at if commitment.closed_by else now
    return ended < seen.start


def _problems(world: World, folded: Folded, placed: tuple[Placed, ...]) -> tuple[Problem, ...]:
    found = [*world.problems, *world.book.problems, *folded.problems]
    found += [one.problem for one in placed if one.problem is not None]
    return tuple(dict.fromkeys(found))
