"""Which of a contact's numbers are still worth a call."""

from __future__ import annotations

from collections.abc import Sequence

from calsync.model import Attempt, Contact, Outcome, Phone


def numbers(contact: Contact, attempts: Sequence[Attempt]) -> tuple[Phone, ...]:
    """The contact's numbers in the file's order, without those that the log calls wrong.

    ``attempts`` are the contact's own, oldest first.  A row that says ``wrong_number`` and names no number means the
    one that the event told the rep to call: the first that was left.
    """
    left = list(contact.phones)
    for attempt in attempts:
        if attempt.outcome is not Outcome.WRONG_NUMBER or not left:
            continue
        wrong = attempt.number or left[0].e164
        left = [phone for phone in left if phone.e164 != wrong]
    return tuple(left)
