"""The life of a promise: an attempt log, oldest first, one contact at a time, becomes commitments and their states.

Everything here is a pure function of its arguments: the same files give the same answer on any machine.  Two things
depend on ``now``: an attempt later than ``now`` is ignored, and what is still owed past its window is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from calsync.cadences import Cadence, Next
from calsync.commitments.numbers import numbers
from calsync.commitments.said import Said, deadline_after, said
from calsync.commitments.states import Ending, ending, missed_theirs, open_or_missed
from calsync.commitments.workdays import rest_of_today
from calsync.drafts import make_commitment
from calsync.identity import commitment_id
from calsync.model import (
    DAY,
    Attempt,
    Commitment,
    Contact,
    Kind,
    Outcome,
    PhraseReader,
    Policy,
    Problem,
    Promise,
    PromisedBy,
    Rep,
    State,
    StepRef,
    Window,
)

NextStep = Callable[[Contact, Sequence[Attempt]], Next]
"""The contact's cadence, asked after an attempt: (contact, attempts up to and including that one) -> what is next."""


@dataclass(frozen=True, slots=True)
class History:
    """One contact's commitments, oldest first.

    ``wakes`` is when an attempt that lies later than ``now`` next changes something.  Until then, and as long as no
    attempt changed, ``age`` brings the commitments to a later ``now`` without folding again.
    """

    commitments: Sequence[Commitment]
    problems: tuple[Problem, ...] = ()
    do_not_call: bool = False
    wakes: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a fold goes by: the promise language and the cadences bound to one rep, and what the rep decided.

    ``cadence_of`` tells how long a contact's calls take; without it every call is as long as any other.
    """

    read: PhraseReader
    next_step: NextStep
    rep: Rep
    policy: Policy
    waived: frozenset[str] = frozenset()
    cadence_of: Callable[[Contact, StepRef | None], Cadence] | None = None


def fold_contact(contact: Contact, attempts: Sequence[Attempt], rules: Rules, now: datetime) -> History:
    """Fold the log of one contact.  ``attempts`` may come in any order; a key that comes twice counts once."""
    life = _Life(contact, rules)
    past, future = _until(now, attempts)
    history: list[Attempt] = []
    for attempt in past:
        history.append(attempt)
        life.go_on(attempt, history)
    commitments = life.commitments(now)
    if not future:
        return History(commitments, tuple(life.problems), life.do_not_call)
    far = [attempt for attempt in future if attempt.at > now + DAY]
    problems = (*life.problems, *(_in_the_future(attempt) for attempt in far))
    changes = [*(attempt.at for attempt in future), *(attempt.at - DAY for attempt in far)]
    return History(commitments, problems, life.do_not_call, min(changes))


class _Owed(NamedTuple):
    """The call that is owed while a log is being folded; once it is known how it ended it becomes a commitment."""

    promise: Promise
    window: Window
    attempt: Attempt
    step: StepRef | None
    weight: int


class _Life:
    """One contact's history as it is being folded: what is owed now (at most one call), and what has ended."""

    __slots__ = ("contact", "do_not_call", "ended", "owed", "problems", "rules")

    def __init__(self, contact: Contact, rules: Rules) -> None:
        self.contact, self.rules = contact, rules
        self.owed: _Owed | None = None
        self.ended: list[Commitment] = []
        self.problems: list[Problem] = []
        self.do_not_call = contact.do_not_call is True

    def go_on(self, attempt: Attempt, history: Sequence[Attempt]) -> None:
        """One attempt: first what it does to the call that is owed, then what it promises."""
        words = said(attempt, self.contact, self.rules.read, self.rules.rep, self.rules.policy)
        if words.problems:
            self.problems.extend(words.problems)
        if words.opted_out:
            self.opt_out(attempt)
            return
        if self.owed is not None and (end := ending(self.owed.promise.kind, self.owed.window, attempt)):
            self.close(end, attempt)
        self.promise(attempt, words, history)

    def opt_out(self, attempt: Attempt) -> None:
        """Asked not to be called: what is owed is released, and nothing is owed again until the file says ``no``."""
        if self.owed is not None:
            self.close(Ending(State.RELEASED, "asked not to be called"), attempt)
        if self.contact.do_not_call is not False:
            self.do_not_call = True

    def promise(self, attempt: Attempt, words: Said, history: Sequence[Attempt]) -> None:
        """What is promised, in order: the row's own words, the script of the cadence, nothing."""
        if words.theirs and words.promise is None:
            return
        after = self.rules.next_step(self.contact, _as_the_cadence_sees(self.contact, history))
        if words.promise is not None:
            self.owe(words.promise, attempt, after.step)
        elif words.asked or missed_theirs(attempt):
            self.owe(_they_are_waiting(attempt, self.rules.rep), attempt, after.step)
        elif after.promise is not None:
            self.owe(self._by_policy(after.promise), attempt, after.step)
        elif after.planned is not None:
            self.owe(after.planned, attempt, after.step)
        elif after.ended:
            self.cadence_ended(attempt)

    def owe(self, promise: Promise, attempt: Attempt, step: StepRef | None) -> None:
        """A new call is owed.  The newer promise supersedes the older, but none of greater weight.

        The text that carries the same words as the voicemail before it promises nothing new.
        """
        if promise.window is None:
            return
        weight = _weight(promise.kind, promise.by)
        if self.owed is not None:
            if self._weight(self.owed) > weight or _same_words(self.owed.promise, promise):
                return
            self.close(_SUPERSEDED, attempt)
        self.owed = _Owed(promise, promise.window, attempt, step, weight)

    def cadence_ended(self, attempt: Attempt) -> None:
        """A call that only the cadence planned is not made once the cadence is over; a promise stays owed."""
        owed = self.owed
        if owed is not None and self._weight(owed) == 0 and owed.promise.by is PromisedBy.CADENCE:
            self.close(_CADENCE_OVER, attempt)

    def close(self, end: Ending, attempt: Attempt) -> None:
        """The call that was owed has ended."""
        if self.owed is None:
            return
        self.ended.append(self._commitment(self.owed, end.state, attempt, end.why))
        self.owed = None

    def commitments(self, now: datetime) -> tuple[Commitment, ...]:
        """All of them as of ``now``, oldest first; those of a contact who must not be called are all released."""
        every = self.ended
        if self.owed is not None:
            every.append(self._standing(self.owed, now))
        return tuple([_must_not_call(commitment) for commitment in every] if self.do_not_call else every)

    def _standing(self, owed: _Owed, now: datetime) -> Commitment:
        if self._waived(owed):
            return self._commitment(owed, State.WAIVED, None, "you deleted its event")
        state = open_or_missed(owed.promise.kind, owed.window, now)
        return self._commitment(owed, state, None, "", self._minutes(owed))

    def _minutes(self, owed: _Owed) -> int:
        """How long the contact's cadence says the call takes; 0 where it does not ask for more than any call gets."""
        if self.rules.cadence_of is None:
            return 0
        cadence = self.rules.cadence_of(self.contact, owed.step)
        if owed.promise.kind is Kind.FIXED:
            return cadence.appointment_minutes
        return cadence.call_minutes if cadence.call_minutes > self.rules.policy.slot_minutes else 0

    def _commitment(
        self, owed: _Owed, state: State, closed_by: Attempt | None, ended: str, minutes: int = 0
    ) -> Commitment:
        promise, attempt = owed.promise, owed.attempt
        if state is State.SUPERSEDED and self._waived(owed):
            state = State.WAIVED
        return make_commitment(
            commitment_id(self.contact.id, attempt.key),
            self.contact.id,
            attempt,
            promise.kind,
            owed.window,
            state,
            promise.by,
            promise.text,
            owed.step,
            closed_by,
            tuple([why for why in (promise.why, ended) if why]),
            minutes,
        )

    def _waived(self, owed: _Owed) -> bool:
        waived = self.rules.waived
        return bool(waived) and commitment_id(self.contact.id, owed.attempt.key) in waived

    def _weight(self, owed: _Owed) -> int:
        return 0 if self._waived(owed) else owed.weight

    def _by_policy(self, promise: Promise) -> Promise:
        return deadline_after(promise, self.rules.rep) if self.rules.policy.deadline == "after" else promise


_SUPERSEDED = Ending(State.SUPERSEDED, "a newer promise took its place")
_CADENCE_OVER = Ending(State.RELEASED, "the cadence is over")


def _weight(kind: Kind, by: PromisedBy) -> int:
    """What may supersede what: a planned call 0, a promise that the cadence's script spoke 1, the rep's own words 2."""
    if kind is Kind.PLANNED:
        return 0
    return 1 if by is PromisedBy.CADENCE else 2


def _same_words(owed: Promise, promise: Promise) -> bool:
    """True where the cadence's script said again what it had said, to the same day (a voicemail and its text)."""
    return (
        promise.by is owed.by is PromisedBy.CADENCE
        and promise.kind is owed.kind is not Kind.PLANNED
        and promise.text == owed.text
        and (promise.window and promise.window.latest) == (owed.window and owed.window.latest)
    )


def _as_the_cadence_sees(contact: Contact, history: Sequence[Attempt]) -> Sequence[Attempt]:
    """The attempts that the cadence is asked about.

    A wrong number ends a cadence, unless the contact has another: then it begins anew there, as if the first had not
    been answered.
    """
    last = history[-1]
    if last.outcome is Outcome.WRONG_NUMBER and numbers(contact, history):
        return (replace(last, outcome=Outcome.NO_ANSWER),)
    return history


def _until(now: datetime, attempts: Sequence[Attempt]) -> tuple[Sequence[Attempt], Sequence[Attempt]]:
    """The attempts up to ``now`` and those later, oldest first, each key once (the first of its rows)."""
    rows = attempts if _in_order(attempts) else _put_in_order(attempts)
    if not rows or rows[-1].at <= now:
        return rows, ()
    return [a for a in rows if a.at <= now], [a for a in rows if a.at > now]


def _in_order(attempts: Sequence[Attempt]) -> bool:
    """True where they come oldest first and each once, as they mostly do."""
    return len({attempt.key for attempt in attempts}) == len(attempts) and all(
        one.at < other.at for one, other in pairwise(attempts)
    )


def _put_in_order(attempts: Sequence[Attempt]) -> list[Attempt]:
    ordered = sorted(attempts, key=lambda a: (a.at, a.key, a.where.file, a.where.line))
    once = {attempt.key: attempt for attempt in reversed(ordered)}
    return [attempt for attempt in ordered if once[attempt.key] is attempt]


def _they_are_waiting(attempt: Attempt, rep: Rep) -> Promise:
    did = "called and are waiting" if missed_theirs(attempt) else "asked for a call"
    words = attempt.note.strip() or "They called and did not reach you"
    window = rest_of_today(rep, attempt.at)
    return Promise(Kind.PLANNED, window, words, PromisedBy.CONTACT, f"they {did}: call back today")


def _must_not_call(commitment: Commitment) -> Commitment:
    if commitment.state is State.RELEASED:
        return commitment
    return replace(commitment, state=State.RELEASED, why=(*commitment.why, "this contact must not be called"))


def _in_the_future(attempt: Attempt) -> Problem:
    return Problem(
        attempt.where.file,
        attempt.where.line,
        "at",
        f"this attempt lies in the future ({attempt.at.isoformat(' ', 'minutes')}) and is ignored until then",
        "correct its date, or remove the row",
    )
