"""One call to be made, with everything that its event says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from calsync.cadences import Cadence, Step
from calsync.model import Attempt, Commitment, Contact, Phone, PhraseReader, Placed, Policy, Rep, Slot
from calsync.placing.territory import Territory


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
