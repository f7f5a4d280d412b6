"""One call to be made, with everything that its event says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from calsync.cadences import Cadence, Step, step_after
from calsync.cadences.facts import about, pick
from calsync.commitments import numbers
from calsync.drafts import maker
from calsync.model import Attempt, Commitment, Contact, Phone, PhraseReader, Placed, Policy, PromisedBy, Rep, Slot
from calsync.placing.territory import Territory, territory
from calsync.placing.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """A placed commitment and what it is rendered from.

    ``phone`` is the number to call, ``where`` the places it may ring in, ``history`` the contact's attempts so far
    (oldest first), ``step`` the step whose words are said.
    """

    placed: Placed
    slot: Slot
    contact: Contact
    phone: Phone | None
    where: Territory
    history: Sequence[Attempt]
    cadence: Cadence
    step: Step | None
    rep: Rep
    policy: Policy
    read: PhraseReader
    days: World | None = None
    """The rep's days as placing worked them out, where it did."""

    @property
    def commitment(self) -> Commitment:
        return self.placed.commitment

    @property
    def zone(self) -> ZoneInfo:
        """The called party's zone; the rep's where it is not sure."""
        zones = self.where.zones
        return self.rep.zone if self.where.uncertain or not zones else ZoneInfo(zones[0])

    @property
    def local(self) -> datetime:
        """The start, by the called party's clock."""
        return self.slot.start.astimezone(self.zone)


_make_call = maker(Call)


def call_for(
    placed: Placed,
    slot: Slot,
    *,
    contact: Contact,
    history: Sequence[Attempt],
    cadence: Cadence,
    rep: Rep,
    policy: Policy,
    read: PhraseReader,
    days: World | None = None,
) -> Call:
    """Everything that the event of a placed commitment says."""
    phones = numbers(contact, history)
    phone = phones[0] if phones else None
    return _make_call(
        placed=placed,
        slot=slot,
        contact=contact,
        phone=phone,
        where=territory(contact, phone.e164 if phone else ""),
        history=history,
        cadence=cadence,
        step=next_step(placed.commitment, contact, history, cadence, rep),
        rep=rep,
        policy=policy,
        read=read,
        days=days,
    )


def next_step(
    commitment: Commitment, contact: Contact, history: Sequence[Attempt], cadence: Cadence, rep: Rep
) -> Step | None:
    """The step whose words stand in the event.

    As folded, or as things stand where the contact's cadence is another now.  A call that the rep promised in own words
    has words even where the cadence has said its piece: those for a call that was agreed on.
    """
    ref = commitment.cadence
    if ref is None or ref.name != cadence.name or not 1 <= ref.step <= len(cadence.steps):
        ref = step_after(cadence, contact, history, rep)
    if ref is not None:
        return cadence.steps[ref.step - 1]
    if commitment.promised_by is not PromisedBy.REP:
        return None
    return pick(cadence, replace(about(contact, rep), talked=True))
