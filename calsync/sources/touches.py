"""Attempts of all logs together: each once, by contact, oldest first.

Rows with the same key are one attempt, and the later row stands: that is how a note is edited in a log that is only
ever appended to.  Where the two say different things came of it (outcome, promise, or, under one id, whom and when),
that is reported too.  An opt-out is never overwritten by such a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC

from calsync.model import Attempt, Outcome, Problem
from calsync.sources.attempts import Reading


class Touches:
    """Grows row by row.  ``labels`` are the logs in the order of the configuration, which settles ties in time."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._rank = {label: index for index, label in enumerate(labels)}
        self._by_key: dict[str, Attempt] = {}
        self._rows: dict[str, list[Attempt]] = {}
        self._frozen: dict[str, tuple[Attempt, ...]] = {}
        self._latest = float("-inf")
        self._unordered: set[str] = set()
        self._changed: dict[str, None] = {}  # a set that keeps its order, so that every run gives the same
        self.problems: list[Problem] = []

    def can_append(self, fresh: Reading) -> bool:
        """Whether adding these rows gives what reading everything again would: no row comes between two of one key."""
        by_key = self._by_key
        return not any(
            attempt.key in by_key and self._order(by_key[attempt.key]) > self._order(attempt)
            for attempt in fresh.attempts
        )

    def _order(self, attempt: Attempt) -> tuple[int, int]:
        return self._rank[attempt.where.file], attempt.where.line

    def add_all(self, reading: Reading) -> None:
        """Add rows, in the order of their file."""
        by_key, rows, changed, latest = self._by_key, self._rows, self._changed, self._latest
        for attempt, moment in zip(reading.attempts, reading.moments, strict=True):
            key, contact_id = attempt.key, attempt.contact_id
            if key in by_key:
                self._again(attempt)
                continue
            by_key[key] = attempt
            if contact_id in rows:
                rows[contact_id].append(attempt)
            else:
                rows[contact_id] = [attempt]
            changed[contact_id] = None
            if moment >= latest:
                latest = moment
            else:
                self._unordered.add(contact_id)
        self._latest = latest

    def _again(self, attempt: Attempt) -> None:
        before = self._by_key[attempt.key]
        if _words(before) == _words(attempt):
            return
        differs = _contradiction(before, attempt)
        stands, falls = attempt, before
        if before.outcome is Outcome.DO_NOT_CALL and attempt.outcome is not Outcome.DO_NOT_CALL:
            stands, falls = before, attempt
        if differs:
            message = (
                f"this row and {falls.where.file} line {falls.where.line} are the same attempt, but differ in {differs}; "
                f"{'this row counts' if stands is attempt else 'the opt-out counts'}"
            )
            hint = "remove one of the two, or give each an id of its own"
            self.problems.append(Problem(attempt.where.file, attempt.where.line, differs.split(" ")[0], message, hint))
        if stands is before:
            return
        self._by_key[attempt.key] = attempt
        self._rows[before.contact_id].remove(before)
        self._rows.setdefault(attempt.contact_id, []).append(attempt)
        self._unordered.add(attempt.contact_id)
        self._changed |= {before.contact_id: None, attempt.contact_id: None}

    def settle(self) -> frozenset[str]:
        """Put what was added in order; returns the ids of the contacts that it concerned."""
        for contact_id in self._unordered:
            self._rows[contact_id].sort(key=self._when)
        changed = frozenset(self._changed)
        frozen = dict(self._frozen)
        for contact_id in self._changed:
            rows = self._rows[contact_id]
            if rows:
                frozen[contact_id] = tuple(rows)
            else:
                frozen.pop(contact_id, None)
        self._frozen = frozen
        self._unordered, self._changed = set(), {}
        return changed

    def _when(self, attempt: Attempt) -> tuple[object, int, int]:
        return attempt.at.astimezone(UTC), *self._order(attempt)

    def by_contact(self) -> Mapping[str, Sequence[Attempt]]:
        """As of the last ``settle``; later additions leave it as it is."""
        return self._frozen


def _words(attempt: Attempt) -> tuple[object, ...]:
    return (
        attempt.contact_id, attempt.at, attempt.direction, attempt.channel, attempt.outcome, attempt.promise, attempt.note,
        attempt.number,
    )  # fmt: skip


def _contradiction(before: Attempt, after: Attempt) -> str:
    """What the two say differently and cannot both mean; an empty cell contradicts nothing, a note is free to grow."""
    names = []
    if before.contact_id != after.contact_id:
        names.append("contact")
    if before.at != after.at:
        names.append("at")
    for name in ("direction", "channel", "outcome", "promise"):
        mine, theirs = getattr(before, name), getattr(after, name)
        if mine and theirs and mine != theirs:
            names.append(name)
    return " and ".join(names)
