"""What an attempt promised, and whose promise it is.

The order in which words are believed: the promise column, the note, the script of the cadence.  This module reads the
first two; the cadence is asked by the fold where they say nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from calsync.commitments.states import message_of_theirs
from calsync.commitments.workdays import next_working_day, working_window
from calsync.model import (
    Attempt,
    Contact,
    Kind,
    Outcome,
    PhraseReader,
    Policy,
    Problem,
    Promise,
    PromisedBy,
    Reading,
    Rep,
    Window,
)
from calsync.promises.voice import as_noted, asks_for_a_call

_NAMES_NO_DAY = frozenset((Kind.UNDATED, Kind.NONE))
"""Readings that bind nobody to a day: in the promise column they are reported, in a note they are passed over."""

PLAN = "plan:"
"""Before the words of the promise column: a call is planned for then, and nobody was promised one (001-9)."""

FOLLOW_UP_DAYS = 3
"""An undated "she'll call" is followed up after that many working days."""

_EMPTY = frozenset(("", "-", "--", "n/a", "na", "none", "null", "nan"))
"""What exports write into a cell that has nothing to say."""

_QUOTE_LIMIT = 240

_TAIL = 16
"""How many words back from the end of a sentence a date is looked for."""


@dataclass(frozen=True, slots=True)
class Said:
    """The explicit half of an attempt: at most one promise (``by`` says whose), and whether it was an opt-out.

    ``theirs`` says that the contact promised to call: no callback is owed and the cadence is not asked, also where no
    follow-up is wanted and ``promise`` is therefore ``None``.  ``asked`` says that a message of theirs asks for a call
    and names no day.
    """

    promise: Promise | None = None
    theirs: bool = False
    asked: bool = False
    opted_out: bool = False
    problems: tuple[Problem, ...] = ()


NOTHING_SAID = Said()
_OUTCOMES_THAT_SAY = frozenset((Outcome.DO_NOT_CALL, Outcome.APPOINTMENT_SET))


def said(attempt: Attempt, contact: Contact, read: PhraseReader, rep: Rep, policy: Policy) -> Said:
    """Read the promise column and then the note of an attempt."""
    if not attempt.promise and not attempt.note and attempt.outcome not in _OUTCOMES_THAT_SAY:
        return NOTHING_SAID
    return _said(attempt, contact, read, rep, policy)


def _said(attempt: Attempt, contact: Contact, read: PhraseReader, rep: Rep, policy: Policy) -> Said:
    opted_out = attempt.outcome is Outcome.DO_NOT_CALL
    reading: Reading | None = None
    words = text = ""
    asked = False
    problems: tuple[Problem, ...] = ()
    column, note = _cell(attempt.promise), attempt.note.strip()
    planned = column.lower().startswith(PLAN)
    if planned:
        column = column[len(PLAN) :].strip()
    if column:
        words, text, reading = column, column, read(column, attempt.at, contact)
        if reading.kind in _NAMES_NO_DAY:
            problems = (_names_no_day(attempt, column, reading),)
            reading = None
    if note:
        told = as_noted(note) if message_of_theirs(attempt) else note
        noted = read(told, attempt.at, contact)
        opted_out = opted_out or noted.kind is Kind.OPTOUT  # weighs the same wherever it is written
        if reading is None:
            words, text, reading = note[:_QUOTE_LIMIT] if told != note else _quote(note, noted), told, noted
            asked = noted.kind in _NAMES_NO_DAY and told != note and asks_for_a_call(told)
    if opted_out or (reading is not None and reading.kind is Kind.OPTOUT):
        return Said(opted_out=True, problems=problems)
    if reading is not None and reading.kind is Kind.CONTACT:
        if not policy.follow_up_contact:
            return Said(theirs=True, problems=problems)
        when = their_time(reading, text, attempt.at, contact, read)
        return Said(follow_up(when, words, attempt.at, rep), theirs=True, problems=problems)
    if planned and reading is not None and reading.window is not None:
        why = " ".join(note.split())[:_QUOTE_LIMIT] or "planned in your log"
        return Said(Promise(Kind.PLANNED, reading.window, words, PromisedBy.REP, why), problems=problems)
    if reading is not None and reading.window is not None and reading.kind not in _NAMES_NO_DAY:
        promise = Promise(reading.kind, reading.window, words, PromisedBy.REP, reading.why)
        return Said(deadline_after(promise, rep) if policy.deadline == "after" else promise, problems=problems)
    if attempt.outcome is Outcome.APPOINTMENT_SET and not problems:
        problems = (_appointment_without_time(attempt),)
    return Said(asked=asked, problems=problems) if problems or asked else NOTHING_SAID


def deadline_after(promise: Promise, rep: Rep) -> Promise:
    """The reading of ``deadline = "after"``: "by Friday" is owed on the working day that follows Friday."""
    if promise.kind is not Kind.DEADLINE or promise.window is None:
        return promise
    day = next_working_day(rep, promise.window.latest.astimezone(rep.zone).date())
    why = f"{promise.why}; owed on the working day after the deadline, as configured".lstrip("; ")
    return Promise(promise.kind, working_window(rep, day), promise.text, promise.by, why)


def their_time(reading: Reading, text: str, said_at: datetime, contact: Contact, read: PhraseReader) -> Window | None:
    """When the contact said they would call; ``None`` where they named no time.

    The reading's own hint; where it gives none, the promise language is asked about the ends of the words that carried
    its meaning, the longest first, until one reads as a date ("she'll call me by Thursday" -> "by Thursday").
    """
    if reading.hint is not None:
        return reading.hint
    first, last = (reading.spans[0][0], reading.spans[-1][1]) if reading.spans else (0, len(text))
    parts = text[first:last].split()[-_TAIL:]
    for start in range(1, len(parts)):
        tail = read(" ".join(parts[start:]), said_at, contact)
        if tail.window is not None and tail.kind not in _NAMES_NO_DAY:
            return tail.window
    return None


def follow_up(theirs: Window | None, words: str, said_at: datetime, rep: Rep) -> Promise:
    """The call planned in case the contact does not call as announced: on the working day after the day they named."""
    if theirs is not None:
        day = next_working_day(rep, theirs.latest.astimezone(rep.zone).date())
        why = "they said they would call; followed up on the next working day"
    else:
        day = next_working_day(rep, said_at.astimezone(rep.zone).date(), FOLLOW_UP_DAYS)
        why = f"they said they would call, without a day; followed up after {FOLLOW_UP_DAYS} working days"
    return Promise(Kind.PLANNED, working_window(rep, day), words, PromisedBy.CONTACT, why)


def _cell(text: str) -> str:
    text = text.strip()
    return "" if text.lower() in _EMPTY else text


def _names_no_day(attempt: Attempt, words: str, reading: Reading) -> Problem:
    detail = f" ({reading.why})" if reading.why else ""
    return Problem(
        attempt.where.file,
        attempt.where.line,
        "promise",
        f'"{words}" names no day{detail}',
        'write the day you promised, such as "Friday", "by Friday", "Mon 3pm" or "in 4 days"; '
        f'try it with: calsync parse "{words}"',
    )


def _appointment_without_time(attempt: Attempt) -> Problem:
    return Problem(
        attempt.where.file,
        attempt.where.line,
        "promise",
        "an appointment was set, but neither the promise nor the note says when",
        'write its day and time in the promise column, such as "Thu 3:30pm"',
    )


_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def _quote(note: str, reading: Reading) -> str:
    """The sentences of a note that carried the meaning; all of it where it is short or the reading names no place."""
    if not reading.spans or len(note) <= _QUOTE_LIMIT // 2:
        return note[:_QUOTE_LIMIT]
    first, last = min(s for s, _ in reading.spans), max(e for _, e in reading.spans)
    start, end = 0, len(note)
    for gap in _SENTENCE_END.finditer(note):
        if gap.end() <= first:
            start = gap.end()
        if gap.start() >= last:
            end = gap.start()
            break
    return note[start:end][:_QUOTE_LIMIT]
