"""What a title says: whom to call, by when, which call it is, about what."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from calsync.cadences import Cadence, Step
from calsync.commitments import message_of_theirs, missed_theirs
from calsync.model import Commitment, Contact, Kind, PromisedBy, Slot, State
from calsync.promises.voice import as_noted, asks_for_a_call
from calsync.rendering.call import Call
from calsync.rendering.when import promised, short_day, stamp

DONE = "\N{CHECK MARK}"
"""What the title of an ended commitment starts with."""

OVERDUE = "OVERDUE"
"""What the title of a call starts with whose time has passed."""

_TOPIC_LIMIT = 60


def title_context(call: Call) -> Mapping[str, object]:
    """The names that ``title.txt.j2`` may use; each is a text, empty where it does not apply.

    ``overdue`` ("OVERDUE" or ""), ``contact``, ``when`` ("promised Fri", "appointment at 15:00", "planned", "they
    called Fri 10:12", …), ``step`` ("call 2 of 3"), ``topic``, ``called`` (true where they called and were missed).
    """
    return {
        "overdue": OVERDUE if call.commitment.state is State.MISSED else "",
        "contact": call.contact.name,
        "when": _when(call.commitment, call.slot, call.rep.zone),
        "step": step_words(call.cadence, call.step),
        "topic": shortened(call.contact.topic),
        "called": they_called(call.commitment),
    }


def they_called(commitment: Commitment) -> bool:
    """True where the call answers one of theirs that was missed."""
    return (
        commitment.kind is Kind.PLANNED
        and commitment.promised_by is PromisedBy.CONTACT
        and missed_theirs(commitment.attempt)
    )


def step_words(cadence: Cadence, step: Step | None) -> str:
    """``call 2 of 3`` in a cadence that counts its messages; nothing in one that goes on, or for a call agreed on."""
    if step is None or cadence.stop_after is None or step.number > cadence.stop_after or step.when.talked:
        return ""
    return f"call {step.number} of {cadence.stop_after}"


def shortened(topic: str) -> str:
    """The topic on one line, cut where a title would no longer be read."""
    words = " ".join(topic.split())
    return words if len(words) <= _TOPIC_LIMIT else words[: _TOPIC_LIMIT - 1].rstrip() + "…"


def _when(commitment: Commitment, slot: Slot, zone: ZoneInfo) -> str:
    day = slot.start.astimezone(zone).date()
    if they_called(commitment):
        return f"they called {stamp(commitment.made_at, zone)}"
    if commitment.kind is Kind.PLANNED:
        if commitment.promised_by is not PromisedBy.CONTACT:
            return "planned"
        asked = message_of_theirs(commitment.attempt) and asks_for_a_call(as_noted(commitment.text))
        return "they asked for a call" if asked else "they said they would call"
    if commitment.state is State.MISSED:
        last = commitment.window.latest.astimezone(zone)
        clock = f" {last:%H:%M}" if commitment.kind is Kind.FIXED else ""
        return f"promised {short_day(last.date())}{clock}"
    words = promised(commitment.kind, commitment.window, zone, day)
    return f"appointment {words}" if commitment.kind is Kind.FIXED else f"promised {words}"


def history_title(contact: Contact, ending: str) -> str:
    """The title of an event whose commitment has ended."""
    return f"{DONE} {contact.name} - {ending}"
