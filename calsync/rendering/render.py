"""Commitment -> Entry: the event as it stands on the calendar, free of any provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from calsync.cadences import Cadence
from calsync.identity import event_uid
from calsync.model import (
    Attempt,
    Commitment,
    Contact,
    Entry,
    Kind,
    PhraseReader,
    Placed,
    Policy,
    Rep,
    Slot,
    State,
)
from calsync.placing.world import World
from calsync.rendering.call import Call, call_for
from calsync.rendering.history import ending_words, origin, with_details
from calsync.rendering.parts import NOTES_LINE, harmless, with_our_lines
from calsync.rendering.phone import readable, tel
from calsync.rendering.sheet import description_context
from calsync.rendering.templates import Templates, fill
from calsync.rendering.titles import history_title, title_context


def render(  # noqa: PLR0917
    placed: Placed,
    contact: Contact,
    history: Sequence[Attempt],
    cadence: Cadence,
    rep: Rep,
    policy: Policy,
    templates: Templates,
    read: PhraseReader,
    now: datetime,
    days: World | None = None,
) -> Entry | None:
    """The event of a call that is still owed; ``None`` where it has no slot or is no longer owed.

    ``history`` are the contact's attempts up to ``now``, oldest first.  Times are in the rep's zone.  ``days`` are the
    rep's as placing worked them out: they save time and change nothing.  The description is put into words each time
    it is asked for.
    """
    commitment, slot = placed.commitment, placed.slot
    if slot is None or not commitment.state.live:
        return None
    del now  # nothing in an event depends on when it was rendered, so that a second run finds nothing to change
    call = call_for(
        placed, slot, contact=contact, history=history, cadence=cadence, rep=rep, policy=policy, read=read, days=days
    )
    title = fill(templates.title, templates.shipped_title, title_context(call))
    appointment = commitment.kind is Kind.FIXED and commitment.state is State.OPEN
    entry = Entry(
        uid=event_uid(rep.id, commitment.id),
        mark=commitment.id,
        title=" ".join(title.split()),
        description="",
        start=slot.start.astimezone(rep.zone),
        end=slot.end.astimezone(rep.zone),
        zone=rep.zone.key,
        alarms=cadence.appointment_alarms if appointment else policy.alarms,
        busy=appointment,
    )
    return Entry.described(partial(_description, call, templates), entry)


def _description(call: Call, templates: Templates) -> str:
    return with_our_lines(fill(templates.description, templates.shipped_description, description_context(call)))


def history_entry(commitment: Commitment, seen: Slot, contact: Contact, rep: Rep) -> Entry:
    """The event of a commitment that has ended: it stays where it stood, says what happened, and rings no more."""
    ending = ending_words(commitment, rep.zone)
    label, promise = origin(commitment, rep.zone)
    lines = [f"CALL  {readable(phone.e164)}  {tel(phone.e164)}" for phone in contact.phones[:1]]
    happened = with_details(ending, commitment.closed_by) if commitment.closed_by else ending
    lines += [f"{label}: {harmless(promise)}" if promise else label, f"WHAT HAPPENED  {happened}", NOTES_LINE]
    return Entry(
        uid=event_uid(rep.id, commitment.id),
        mark=commitment.id,
        title=history_title(contact, ending),
        description="\n".join(lines) + "\n",
        start=seen.start.astimezone(rep.zone),
        end=seen.end.astimezone(rep.zone),
        zone=rep.zone.key,
        live=False,
    )
