"""What was folded before, so that a daemon folds again only the contacts whose log changed.

A memory changes how long a fold takes and nothing else: with and without it the answer is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from calsync.commitments.life import History, Rules
from calsync.commitments.states import age
from calsync.model import Attempt, Contact


class Remembered(NamedTuple):
    """One contact's history, what it was folded from, and when."""

    contact: Contact
    attempts: Sequence[Attempt]
    waived: frozenset[str]
    now: datetime
    history: History

    def holds(self, contact: Contact, attempts: Sequence[Attempt], waived: frozenset[str], now: datetime) -> bool:
        """True where nothing but the time has changed, and that not enough to matter."""
        return (
            self.now <= now
            and (self.history.wakes is None or now < self.history.wakes)
            and (self.attempts is attempts or self.attempts == attempts)
            and (self.contact is contact or self.contact == contact)
            and self.waived == _own(self.history, waived)
        )


@dataclass(slots=True)
class Memory:
    """Histories by contact id, valid for one set of rules."""

    rules: Rules | None = None
    known: dict[str, Remembered] = field(default_factory=dict)

    def follow(self, rules: Rules) -> None:
        """Forget everything where the rules (rep, policy, cadences, language) are others than before."""
        rules = replace(rules, waived=frozenset())
        if rules != self.rules:
            self.known.clear()
            self.rules = rules

    def recall(
        self, contact: Contact, attempts: Sequence[Attempt], waived: frozenset[str], now: datetime
    ) -> History | None:
        """The contact's history as of ``now``; ``None`` where it has to be folded again."""
        found = self.known.get(contact.id)
        if found is None or not found.holds(contact, attempts, waived, now):
            return None
        history = found.history
        if not any(commitment.state.live for commitment in history.commitments):
            return history
        return replace(history, commitments=age(history.commitments, now))

    def keep(
        self,
        contact: Contact,
        attempts: Sequence[Attempt],
        waived: frozenset[str],
        now: datetime,
        history: History,
    ) -> None:
        """Remember a history that was just folded."""
        self.known[contact.id] = Remembered(contact, attempts, _own(history, waived), now, history)


def _own(history: History, waived: frozenset[str]) -> frozenset[str]:
    """Those of the waived commitments that are the contact's."""
    if not waived:
        return waived
    return frozenset(one.id for one in history.commitments if one.id in waived)
