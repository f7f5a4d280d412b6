"""What the log warns of, and what is still to be asked: lines for the event, under every cadence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from calsync.cadences.facts import is_try, spoke, talked
from calsync.cadences.model import Cadence
from calsync.model import Attempt, Contact, Line, Rep

_GRANTED = frozenset({"yes", "y", "true", "1", "granted", "ok"})
_EARLY = time(9)
_NEAR = timedelta(hours=1)
_WEEK = timedelta(days=7)
_MANY_A_WEEK = 5


def warnings(cadence: Cadence, history: Sequence[Attempt], rep: Rep, at: datetime | None = None) -> tuple[str, ...]:
    """Lines about the calls so far (oldest first) for the event of the next one, which is placed at ``at``.

    000-1 a call that left no message; 003-1 a streak of silent calls; 003-2 calls at the same hour day after day, and
    too many in a week; 003-3 an early call that left none.  Times are shown in the rep's zone.
    """
    touches = _since_contact(history)
    calls = [touch for touch in touches if is_try(touch)]
    silent = _silent_streak(touches)
    lines = []
    if silent >= 2:
        lines.append(
            f"{silent} calls in a row left no message, and each makes an answer less likely: leave one or text."
        )
    elif silent == 1 and cadence.always_message:
        lines.append(f"No message was left on {_said(calls[-1].at, rep)}: leave one this time.")
    if silent and cadence.always_message and calls[-1].at.astimezone(rep.zone).time() < _EARLY:
        lines.append(
            f"The early call on {_said(calls[-1].at, rep)} said nothing: a call before 9 should leave a message."
        )
    moments = [call.at for call in calls[-2:]] + ([at] if at is not None else [])
    if len(moments) == 3 and _same_hour(moments, rep):
        told = ", ".join(_said(moment, rep) for moment in moments[:2])
        lines.append(f"Always the same hour ({told}): try another time of day.")
    recent = [call for call in calls if (at or calls[-1].at) - call.at < _WEEK]
    if len(recent) >= _MANY_A_WEEK:
        lines.append(f"{len(recent)} calls within 7 days: give it some room.")
    return tuple(lines)


def questions(cadence: Cadence, contact: Contact) -> tuple[str, ...]:
    """What is still to be asked on this call; an answer written into the contact's row takes its question away.

    ``cell`` until a number of the line ``cell`` is there, ``work_ok`` and ``permission`` until the columns of that
    name hold an answer; any other entry of a cadence's ``ask`` is a question in its own words, asked every time.
    """
    known = {
        "cell": ("Cell number?", any(phone.line is Line.CELL for phone in contact.phones)),
        "work_ok": ("OK to call at work?", bool(contact.extra.get("work_ok", "").strip())),
        "permission": (
            "May I call you again when there is something new?",
            bool(contact.extra.get("permission", "").strip()),
        ),
    }
    asked = ((known.get(name, (name, False))) for name in cadence.ask)
    return tuple(question for question, answered in asked if not answered)


def permitted(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Whom to tell when there is something new (001-9): ``permission`` says yes, and they never opted out."""
    return tuple(
        contact
        for contact in contacts
        if contact.do_not_call is not True and contact.extra.get("permission", "").strip().lower() in _GRANTED
    )


def _since_contact(history: Sequence[Attempt]) -> list[Attempt]:
    """Our calls since the two last spoke, and the texts that carried a message."""
    touches: list[Attempt] = []
    for attempt in history:
        if talked(attempt):
            touches = []
        elif is_try(attempt) or spoke(attempt):
            touches.append(attempt)
    return touches


def _silent_streak(touches: Sequence[Attempt]) -> int:
    """How many calls in a row, up to the last, left no word of any kind."""
    last_word = max((index for index, touch in enumerate(touches) if spoke(touch)), default=-1)
    return len(touches) - last_word - 1


def _same_hour(moments: Sequence[datetime], rep: Rep) -> bool:
    """True when all moments are on different days and within an hour of each other by the clock."""
    local = [moment.astimezone(rep.zone) for moment in moments]
    clocks = [timedelta(hours=moment.hour, minutes=moment.minute) for moment in local]
    return len({moment.date() for moment in local}) == len(local) and max(clocks) - min(clocks) <= _NEAR


def _said(at: datetime, rep: Rep) -> str:
    return f"{at.astimezone(rep.zone):%a %H:%M}"
