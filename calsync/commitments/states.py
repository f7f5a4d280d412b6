"""What an attempt, or the passing of time, does to a commitment that is still owed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from calsync.model import Attempt, Channel, Commitment, Direction, Kind, Outcome, State, Window

APPOINTMENT_GRACE = timedelta(minutes=15)
"""A clock time is one instant; a call placed or logged this near to it is the call that was agreed."""

_THEIRS = frozenset((Outcome.CALLBACK_RECEIVED, Outcome.REPLIED))
_SPOKE = frozenset((Outcome.CONNECTED, Outcome.APPOINTMENT_SET))
_UNREACHED = frozenset((Outcome.NO_ANSWER, Outcome.BUSY, Outcome.LEFT_VOICEMAIL, Outcome.LEFT_MESSAGE))


class Ending(NamedTuple):
    """How a commitment ended."""

    state: State
    why: str


_REFUSED_OR_DONE: Mapping[Outcome | None, Ending] = {
    Outcome.NOT_INTERESTED: Ending(State.RELEASED, "not interested"),
    Outcome.SOLD: Ending(State.RELEASED, "sold"),
}
_WRONG_NUMBER = Ending(State.RELEASED, "wrong number")
_CAME_FIRST = Ending(State.RELEASED, "they got in touch first")
_MET_EARLY = Ending(State.MET_EARLY, "you spoke before it was due")
_MADE = Ending(State.KEPT, "the planned call was made")
_LATE = Ending(State.LATE, "called after the window")
_KEPT = Ending(State.KEPT, "called as promised")


def from_them(attempt: Attempt) -> bool:
    """True where the contact got in touch: an inbound touch, or a row whose outcome says so."""
    return attempt.direction is Direction.INBOUND or attempt.outcome in _THEIRS


def our_call(attempt: Attempt) -> bool:
    """True for the touches that can keep a promise to call: the rep called, or came by."""
    return not from_them(attempt) and attempt.channel in (Channel.CALL, Channel.VISIT)


def missed_theirs(attempt: Attempt) -> bool:
    """True where the contact called and did not reach the rep."""
    return attempt.direction is Direction.INBOUND and attempt.channel is Channel.CALL and attempt.outcome in _UNREACHED


def message_of_theirs(attempt: Attempt) -> bool:
    """True for words of their own: a text or mail that came in, or a message that they left."""
    return attempt.direction is Direction.INBOUND and (
        attempt.channel in (Channel.SMS, Channel.EMAIL) or attempt.outcome in _UNREACHED
    )


def ending(kind: Kind, window: Window, attempt: Attempt) -> Ending | None:
    """How ``attempt`` ends a call that is owed, ``None`` where it stays owed.

    An opt-out is not asked about here: it ends everything and is the fold's first question.
    """
    released = _released(attempt)
    if released is not None and (attempt.outcome not in _REFUSED_OR_DONE or not our_call(attempt)):
        return released
    if not our_call(attempt):
        return None  # a text or mail of ours does not keep a promise to call
    earliest, latest = _bounds(kind, window)
    if attempt.at < earliest:
        return released or (_MET_EARLY if attempt.outcome in _SPOKE else None)
    if kind is Kind.PLANNED:
        return _MADE
    return _LATE if attempt.at > latest else _KEPT


def _released(attempt: Attempt) -> Ending | None:
    """What frees the rep from calling; a refusal or a sale inside a call is for the caller to weigh."""
    if attempt.outcome is Outcome.WRONG_NUMBER:
        return _WRONG_NUMBER
    return _CAME_FIRST if from_them(attempt) else _REFUSED_OR_DONE.get(attempt.outcome)


def open_or_missed(kind: Kind, window: Window, now: datetime) -> State:
    """What is still owed: past its window it is missed; a planned call rolls on instead."""
    return State.MISSED if kind is not Kind.PLANNED and now > _bounds(kind, window)[1] else State.OPEN


def aged(commitment: Commitment, now: datetime) -> Commitment:
    """The commitment as of ``now``: past its window and still owed it is missed; a planned call rolls on instead."""
    if commitment.state not in (State.OPEN, State.MISSED) or commitment.kind is Kind.PLANNED:
        return commitment
    state = open_or_missed(commitment.kind, commitment.window, now)
    return commitment if state is commitment.state else replace(commitment, state=state)


def missed_after(commitment: Commitment) -> datetime | None:
    """The moment after which a commitment that is open is missed; ``None`` for any other."""
    if commitment.state is not State.OPEN or commitment.kind is Kind.PLANNED:
        return None
    return _bounds(commitment.kind, commitment.window)[1]


def age(commitments: Iterable[Commitment], now: datetime) -> tuple[Commitment, ...]:
    """A folded history as of another ``now``: valid as long as no attempt was added or has come due meanwhile."""
    return tuple(aged(commitment, now) for commitment in commitments)


def _bounds(kind: Kind, window: Window) -> tuple[datetime, datetime]:
    if kind is Kind.FIXED:
        return window.earliest - APPOINTMENT_GRACE, window.latest + APPOINTMENT_GRACE
    return window.earliest, window.latest
