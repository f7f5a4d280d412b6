"""What an attempt, or the passing of time, does to a commitment that is still owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from calsync.model import Attempt, Channel, Commitment, Direction, Kind, Outcome, State

APPOINTMENT_GRACE = timedelta(minutes=15)
"""A clock time is one instant; a call placed or logged this near to it is the call that was agreed."""

_THEIRS = frozenset((Outcome.CALLBACK_RECEIVED, Outcome.REPLIED))
_SPOKE = frozenset((Outcome.CONNECTED, Outcome.APPOINTMENT_SET))
_REFUSED_OR_DONE = frozenset((Outcome.NOT_INTERESTED, Outcome.SOLD))
_UNREACHED = frozenset((Outcome.NO_ANSWER, Outcome.BUSY, Outcome.LEFT_VOICEMAIL, Outcome.LEFT_MESSAGE))


class Ending(NamedTuple):
    """How a commitment ended."""

    state: State
    why: str


def from_them(attempt: Attempt) -> bool:
    """True where the contact got in touch: an inbound touch, or a row whose outcome says so."""
    return attempt.direction is Direction.INBOUND or attempt.outcome in _THEIRS


def our_call(attempt: Attempt) -> bool:
    """True for the touches that can keep a promise to call: the rep called, or came by."""
    return not from_them(attempt) and attempt.channel in (Channel.CALL, Channel.VISIT)


def missed_theirs(attempt: Attempt) -> bool:
    """True where the contact called and did not reach the rep."""
    return attempt.direction is Direction.INBOUND and attempt.channel is Channel.CALL and attempt.outcome in _UNREACHED


def ending(owed: Commitment, attempt: Attempt) -> Ending | None:
    """How ``attempt`` ends the commitment, ``None`` where it stays owed.

    An opt-out is not asked about here: it ends everything and is the fold's first question.
    """
    released = _released(attempt)
    if released and (attempt.outcome not in _REFUSED_OR_DONE or not our_call(attempt)):
        return released
    if not our_call(attempt):
        return None  # a text or mail of ours does not keep a promise to call
    earliest, latest = _bounds(owed)
    if attempt.at < earliest:
        early = Ending(State.MET_EARLY, "you spoke before it was due") if attempt.outcome in _SPOKE else None
        return released or early
    if owed.kind is Kind.PLANNED:
        return Ending(State.KEPT, "the planned call was made")
    if attempt.at > latest:
        return Ending(State.LATE, "called after the window")
    return Ending(State.KEPT, "called as promised")


def _released(attempt: Attempt) -> Ending | None:
    """What frees the rep from calling; a refusal or a sale inside a call is for the caller to weigh."""
    if attempt.outcome is Outcome.WRONG_NUMBER:
        return Ending(State.RELEASED, "wrong number")
    if from_them(attempt):
        return Ending(State.RELEASED, "they got in touch first")
    if attempt.outcome in _REFUSED_OR_DONE:
        return Ending(State.RELEASED, "sold" if attempt.outcome is Outcome.SOLD else "not interested")
    return None


def aged(commitment: Commitment, now: datetime) -> Commitment:
    """The commitment as of ``now``: past its window and still owed it is missed; a planned call rolls on instead."""
    if commitment.state not in (State.OPEN, State.MISSED) or commitment.kind is Kind.PLANNED:
        return commitment
    state = State.MISSED if now > _bounds(commitment)[1] else State.OPEN
    return commitment if state is commitment.state else replace(commitment, state=state)


def age(commitments: Iterable[Commitment], now: datetime) -> tuple[Commitment, ...]:
    """A folded history as of another ``now``: valid as long as no attempt was added or has come due meanwhile."""
    return tuple(aged(commitment, now) for commitment in commitments)


def _bounds(owed: Commitment) -> tuple[datetime, datetime]:
    earliest, latest = owed.window.earliest, owed.window.latest
    if owed.kind is Kind.FIXED:
        return earliest - APPOINTMENT_GRACE, latest + APPOINTMENT_GRACE
    return earliest, latest
