"""What a person wrote on an event, understood: ``vm fri``, ``lvm by thursday``, ``spoke, call 3 dec 2pm``, ``sold``,
``dnc``.

Pure.  The spellings of outcomes are those of the attempt files; the rest of the words is read by the promise language.
What is not understood gives ``None``: it stays where it is, and nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from calsync.identity import outcome_key
from calsync.model import Attempt, Channel, Contact, Direction, Kind, Outcome, PhraseReader
from calsync.sources.words import OUTCOMES, plain
from calsync.sync.marks import Said

_LONGEST = 4  # words in the longest spelling of an outcome
_WHOLE = 6  # a title that was replaced by more words than this is a title, not an outcome

SHORT = {
    "no": Outcome.NO_ANSWER,
    "ok": Outcome.CONNECTED,
    "done": Outcome.CONNECTED,
    "called": Outcome.CONNECTED,
    "yes": Outcome.CONNECTED,
    "\N{CHECK MARK}": Outcome.CONNECTED,
    "\N{HEAVY CHECK MARK}": Outcome.CONNECTED,
    "\N{HEAVY CHECK MARK}\N{VARIATION SELECTOR-16}": Outcome.CONNECTED,
    "\N{WHITE HEAVY CHECK MARK}": Outcome.CONNECTED,
    "\N{BALLOT BOX WITH CHECK}": Outcome.CONNECTED,
}
"""What people write with a thumb, besides the spellings of the attempt files."""
_DATED = frozenset((Kind.FIXED, Kind.DAY, Kind.DEADLINE, Kind.AFTER, Kind.RANGE, Kind.VAGUE))
_AGREED = re.compile(r"^(?:cb|c/b|call(?:\s?back)?|callback|ring|appt|appointment)\b", re.IGNORECASE)
_EDGES = " .,:;-()[]"
_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Understood:
    """An outcome, and the words of the promise or the note that followed it."""

    outcome: Outcome
    promise: str = ""
    note: str = ""


def understand(words: str, contact: Contact, at: datetime, read: PhraseReader) -> Understood | None:
    """Read what was written; ``None`` where it names no outcome and no day."""
    tokens = " ".join(words.split()).strip(_EDGES).split(" ")
    for length in range(min(_LONGEST, len(tokens)), 0, -1):
        outcome = _outcome(" ".join(tokens[:length]).strip(_EDGES))
        if outcome is not None:
            return _with_rest(outcome, " ".join(tokens[length:]).strip(_EDGES), contact, at, read)
    text = " ".join(tokens)
    reading = read(text, at, contact)
    if reading.kind is Kind.OPTOUT:
        return Understood(Outcome.DO_NOT_CALL, note=text)
    if _AGREED.match(text) and reading.kind in _DATED:
        # "cb mon 3pm": a call back was agreed, so the two spoke.
        return Understood(Outcome.CONNECTED, promise=text)
    return None


def _outcome(words: str) -> Outcome | None:
    """The outcome of that spelling; the one-letter codes of dialling programs are no words on a calendar."""
    spelling = plain(words)
    if spelling in SHORT:
        return SHORT[spelling]
    found = OUTCOMES.get(spelling) if len(spelling) > 1 else None
    if found is not None and _AGREED.match(spelling):
        return None  # "callback mon 3pm" is read whole, with its day
    return Outcome(found) if found else None


def _with_rest(outcome: Outcome, rest: str, contact: Contact, at: datetime, read: PhraseReader) -> Understood:
    if not rest:
        return Understood(outcome)
    kind = read(rest, at, contact).kind
    if kind in _DATED:
        return Understood(outcome, promise=rest)
    if kind is Kind.OPTOUT:
        return Understood(Outcome.DO_NOT_CALL, note=rest)
    return Understood(outcome, note=rest)


def when(said: Said, now: datetime, since: datetime) -> datetime:
    """When the call was made: the event's LAST-MODIFIED where that is plausible (not before ``since``, the moment the
    promise was made, nor after now), else now."""
    modified = said.modified
    if modified is None or modified > now + _CLOCK_SKEW or modified < since:
        return now
    return min(modified, now)


def attempt_of(said: Said, contact: Contact, at: datetime, read: PhraseReader) -> Attempt | None:
    """The row of the log that the words stand for.  Its key is computed, so that the same edit read twice is one
    row."""
    if said.whole and (len(said.words.split()) > _WHOLE or _AGREED.match(said.words)):
        return None
    understood = understand(said.words, contact, at, read)
    if understood is None:
        return None
    return Attempt(
        key=outcome_key(said.mark, said.words, said.stamp),
        contact_id=contact.id,
        at=at,
        direction=Direction.INBOUND if understood.outcome in _THEIRS else Direction.OUTBOUND,
        channel=Channel.CALL,
        outcome=understood.outcome,
        promise=understood.promise,
        note=understood.note,
    )


_THEIRS = frozenset((Outcome.CALLBACK_RECEIVED, Outcome.REPLIED))
