"""Which cadence a contact follows, attempt by attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from calsync.cadences import Cadence, Chooser, Guide, Next, Walk, next_of
from calsync.cadences.facts import FINAL
from calsync.model import Attempt, Contact, PhraseReader, Policy, Rep


class Follow:
    """The cadence that each contact follows, bound to the rep: a ``NextStep``.

    A contact follows the one that is chosen for it.  Where ``policy.after_sale`` names another, what it begins with (a
    sale) ends that one and sets the other off, until it has said its piece or the contact wants no more; what comes
    later begins the contact's own anew.

    Asked about one attempt after the other of the same contact, it goes on from where it stood.  Two of them are equal
    where they go by the same cadences, reader, rep and policy.
    """

    def __init__(self, cadences: Mapping[str, Cadence], read: PhraseReader, rep: Rep, policy: Policy) -> None:
        self._by = (cadences, read, rep, policy)
        self.choose = Chooser(cadences, policy.default_cadence, policy.after_sale)
        self._guides: dict[str, Guide] = {}
        self._own: Walk | None = None
        self._sold: Walk | None = None
        """Where the contact stands in the cadence after a sale; ``None`` outside of it."""
        self._last: Attempt | None = None
        self._walked = 0

    def __call__(self, contact: Contact, history: Sequence[Attempt]) -> Next:
        own = self._own
        if own is None or own.contact is not contact or not self._leads_to(history):
            own = self._own = Walk(self._guide(self.choose(contact)), contact)
            self._sold, self._walked = None, 0
        for index in range(self._walked, len(history)):
            self._go_on(own, history[index])
        self._walked, self._last = len(history), history[-1]
        return next_of(self._sold or own)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Follow) and self._by == other._by

    __hash__ = None  # type: ignore[assignment]  # equal by values that have no hash

    def _go_on(self, own: Walk, attempt: Attempt) -> None:
        """One attempt further, in the cadence that it belongs to; a sale belongs to both."""
        after = self.choose.after_sale
        sale = after is not None and attempt.outcome is after.starts_on
        if self._sold is not None and not sale and _over(self._sold):
            self._sold = None
        if after is not None and sale and own.guide.cadence is not after:
            self._sold = self._sold or Walk(self._guide(after), own.contact)
        if self._sold is None or sale:
            own.place.go_on(attempt)
        if self._sold is not None:
            self._sold.place.go_on(attempt)

    def _leads_to(self, history: Sequence[Attempt]) -> bool:
        """True where the history goes on from the attempt at which the walk stands."""
        return 0 < self._walked < len(history) and history[self._walked - 1] is self._last

    def _guide(self, cadence: Cadence) -> Guide:
        guide = self._guides.get(cadence.name)
        if guide is None:
            _, read, rep, _ = self._by
            guide = self._guides[cadence.name] = Guide(cadence, read, rep)
        return guide


def _over(sold: Walk) -> bool:
    """True where nothing is left to say after the sale, or they want to hear no more."""
    last = sold.last.outcome
    return sold.place.following is None or (last in FINAL and last is not sold.guide.cadence.starts_on)
