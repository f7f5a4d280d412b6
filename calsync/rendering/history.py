"""The attempts so far, and what a commitment's beginning and end were, in words."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from calsync.commitments import from_them, missed_theirs
from calsync.commitments.said import PLAN
from calsync.identity import was_written_on_an_event
from calsync.model import Attempt, Channel, Commitment, Direction, Kind, Outcome, PromisedBy, State
from calsync.rendering.when import stamp

_SHOWN = 12
_NOTE_LIMIT = 160

_CALLED = {
    Outcome.NO_ANSWER: "no answer, no message left",
    Outcome.BUSY: "busy, no message left",
    Outcome.LEFT_VOICEMAIL: "voicemail left",
    Outcome.LEFT_MESSAGE: "message left with somebody",
    Outcome.CONNECTED: "you spoke",
    Outcome.CALLBACK_RECEIVED: "they called back",
    Outcome.REPLIED: "they replied",
    Outcome.APPOINTMENT_SET: "you set an appointment",
    Outcome.NOT_INTERESTED: "not interested",
    Outcome.DO_NOT_CALL: "asked not to be called",
    Outcome.WRONG_NUMBER: "wrong number",
    Outcome.SOLD: "sold",
}
_WROTE = {Channel.SMS: "text sent", Channel.EMAIL: "mail sent"}
_CAME_IN = {
    Channel.CALL: "they called",
    Channel.SMS: "they texted",
    Channel.EMAIL: "they mailed",
    Channel.VISIT: "they came by",
}


def attempt_words(attempt: Attempt) -> str:
    """``voicemail left``; ``they called, and did not reach you``; ``text sent: …``."""
    outcome = _CALLED.get(attempt.outcome, "") if attempt.outcome is not None else ""
    if attempt.direction is Direction.INBOUND:
        words = _CAME_IN[attempt.channel]
        if missed_theirs(attempt):
            words += " and did not reach you"
        elif outcome and attempt.outcome not in (Outcome.CALLBACK_RECEIVED, Outcome.REPLIED):
            words += f": {outcome}"
        return words
    if attempt.channel in _WROTE and attempt.outcome is None and attempt.promise.lower().startswith(PLAN):
        return "planned"
    if attempt.channel in _WROTE:
        plain = attempt.outcome in (None, Outcome.LEFT_MESSAGE, Outcome.LEFT_VOICEMAIL, Outcome.NO_ANSWER)
        return _WROTE[attempt.channel] if plain else f"{_WROTE[attempt.channel]}: {outcome}"
    if attempt.channel is Channel.VISIT:
        return f"visit: {outcome}" if outcome else "visit"
    return outcome or "called"


def history_lines(history: Sequence[Attempt], zone: ZoneInfo) -> tuple[str, ...]:
    """The attempts, oldest first and numbered; of a long log the last dozen, with the number of those before."""
    hidden = max(0, len(history) - _SHOWN)
    lines = [f"({hidden} earlier)"] if hidden else []
    for number, attempt in enumerate(history[hidden:], start=hidden + 1):
        lines.append(with_details(f"{number}) {stamp(attempt.at, zone)} {attempt_words(attempt)}", attempt))
    return tuple(lines)


def with_details(words: str, attempt: Attempt) -> str:
    """The words, and what was promised and noted in that attempt."""
    return " - ".join([words, *filter(None, (_quoted(attempt.promise), _short(attempt.note)))])


def _quoted(promise: str) -> str:
    words = _short(promise)
    return f'"{words}"' if words else ""


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _NOTE_LIMIT else words[: _NOTE_LIMIT - 1].rstrip() + "…"


def origin(commitment: Commitment, zone: ZoneInfo, quoted: str = "") -> tuple[str, str]:
    """(label, words): what was promised, by whom, and when it was said.  ``quoted`` are the words, the text without."""
    said = stamp(commitment.made_at, zone)
    text = " ".join((quoted or commitment.text).split())
    words = f'"{text}"' if text else ""
    if commitment.kind is Kind.PLANNED and commitment.promised_by is PromisedBy.CONTACT:
        if missed_theirs(commitment.attempt):
            note = " ".join(commitment.attempt.note.split())
            return f"THEY CALLED ({said})", "and did not reach you: they are waiting" + (f' - "{note}"' if note else "")
        return f"THEY SAID ({said})", f"{words}. If they have called, this call is done."
    if commitment.kind is Kind.PLANNED:
        why = commitment.why[0] if commitment.why else "another try"
        return "PLANNED, NOT PROMISED", f"{why} (since {said})"
    if commitment.promised_by is PromisedBy.CADENCE:
        return f"YOU PROMISED ({said}, in your message)", words
    return f"YOU PROMISED ({said})", words


_STATE_WORDS = {
    State.KEPT: "kept",
    State.LATE: "late",
    State.MET_EARLY: "spoke early",
    State.RELEASED: "no longer owed",
    State.SUPERSEDED: "a newer promise took its place",
    State.WAIVED: "waived",
}


def ending_words(commitment: Commitment, zone: ZoneInfo) -> str:
    """How it ended: ``kept: voicemail left Fri 27 Nov 16:12``."""
    state = _STATE_WORDS.get(commitment.state, str(commitment.state))
    last = commitment.closed_by
    if last is None:
        return state
    what = attempt_words(last)
    if commitment.state is State.SUPERSEDED and was_written_on_an_event(last.key):
        return f"{what} {stamp(last.at, zone)}; {state}"
    if commitment.state is State.SUPERSEDED:
        return f"{state} ({stamp(last.at, zone)})"
    if commitment.state is State.RELEASED and not from_them(last):
        return f"{state}: {what} {stamp(last.at, zone)}"
    return f"{what} {stamp(last.at, zone)}" if from_them(last) else f"{state}: {what} {stamp(last.at, zone)}"
