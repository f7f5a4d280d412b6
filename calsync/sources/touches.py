"""Attempts of all logs together: each once, by contact, oldest first.

Rows with the same key are one attempt, and the later row stands: that is how a note is edited in a log that is only
ever appended to.  Where the two say different things came of it (outcome, promise, or, under one id, whom and when),
that is reported too.  An opt-out is never overwritten by such a row.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Mapping, Sequence
from datetime import UTC

from calsync.model import Attempt, Outcome, Problem


class Touches:
    """Grows row by row.  ``labels`` are the logs in the order of the configuration, which settles ties in time.

    ``crossed`` means that a row came to stand before another of the same key, so that only reading everything again
    gives the right answer.  ``own_ids`` say whose the attempts with an id of their own are.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._rank = {label: index for index, label in enumerate(labels)}
        self.own_ids: dict[str, str] = {}
        self._rows: dict[str, list[Attempt]] = {}
        self._settled: Mapping[str, Sequence[Attempt]] = {}
        self.added: list[str] = []
        self.crossed = False
        self.latest: float = -math.inf
        self._problems: list[Problem] = []

    @property
    def problems(self) -> list[Problem]:
        """Rows that contradict each other, by file and line."""
        return sorted(self._problems, key=lambda problem: (self._rank[problem.file], problem.line))

    def go_on(
        self,
        settled: Mapping[str, Sequence[Attempt]],
        own_ids: Mapping[str, str],
        latest: float,
        problems: Sequence[Problem],
    ) -> None:
        """Begin with what was read before; the rows of a contact are taken up when one is added to them."""
        self._settled, self.own_ids, self.latest, self._problems = settled, dict(own_ids), latest, list(problems)

    def rows_of(self, contact_id: str) -> list[Attempt]:
        """The attempts of a contact, oldest first.

        One that is later than ``latest``, the latest of all, may be appended directly, if it has no id of its own; its
        contact goes to ``added``.
        """
        rows = self._rows.get(contact_id)
        if rows is None:
            rows = self._rows[contact_id] = list(self._settled.get(contact_id, ()))
        return rows

    def add(self, attempt: Attempt, *, has_id: bool) -> None:
        """Add any row: one with an id of its own, one out of order, one that says again what another said."""
        rows = self.rows_of(attempt.contact_id)
        last = rows[-1].at if rows else None
        # In the hour that comes twice, wall clocks do not tell what was first: then the place is looked for.
        in_order = last is None or (last < attempt.at and not last.fold)
        same = self._of_id(attempt.key)
        if same is None and not in_order:
            same = next((a for a in rows if a.at == attempt.at and a.key == attempt.key), None)
        if has_id:
            self.own_ids.setdefault(attempt.key, attempt.contact_id)
        if same is None:
            if in_order:
                rows.append(attempt)
            else:
                insort(rows, attempt, key=self._when)
            self.added.append(attempt.contact_id)
        elif self._order(same) > self._order(attempt):
            self.crossed = True
        else:
            self._again(same, attempt)

    def _of_id(self, key: str) -> Attempt | None:
        """The attempt that has that id of its own."""
        owner = self.own_ids.get(key)
        return None if owner is None else next((one for one in self.rows_of(owner) if one.key == key), None)

    def _order(self, attempt: Attempt) -> tuple[int, int]:
        return self._rank[attempt.where.file], attempt.where.line

    def _again(self, before: Attempt, attempt: Attempt) -> None:
        differs = _contradiction(before, attempt)
        opted_out = before.outcome is Outcome.DO_NOT_CALL and attempt.outcome is not Outcome.DO_NOT_CALL
        if differs:
            message = (
                f"this row and {before.where.file} line {before.where.line} are the same attempt, but differ in "
                f"{' and '.join(differs)}; {'the opt-out counts' if opted_out else 'this row counts'}"
            )
            hint = "remove one of the two, or give each an id of its own"
            self._problems.append(Problem(attempt.where.file, attempt.where.line, differs[0], message, hint))
        if opted_out:
            return
        if before.key in self.own_ids:
            self.own_ids[before.key] = attempt.contact_id
        old = self.rows_of(before.contact_id)
        del old[next(i for i, a in enumerate(old) if a is before)]
        insort(self.rows_of(attempt.contact_id), attempt, key=self._when)
        self.added += [before.contact_id, attempt.contact_id]

    def settle(self) -> frozenset[str]:
        """Make what was added part of ``by_contact``; returns the ids of the contacts that it concerned."""
        if not self._settled:
            self._settled = {contact_id: tuple(rows) for contact_id, rows in self._rows.items() if rows}
        else:
            settled = dict(self._settled)
            for contact_id in dict.fromkeys(self.added):
                settled[contact_id] = tuple(self._rows[contact_id])
                if not settled[contact_id]:
                    del settled[contact_id]
            self._settled = settled
        concerned = frozenset(self.added)
        self.added.clear()
        return concerned

    def _when(self, attempt: Attempt) -> tuple[object, int, int]:
        return attempt.at.astimezone(UTC), *self._order(attempt)

    def by_contact(self) -> Mapping[str, Sequence[Attempt]]:
        """As of the last ``settle``; later additions leave it as it is."""
        return self._settled


def _contradiction(before: Attempt, after: Attempt) -> list[str]:
    """What the two say differently and cannot both mean; an empty cell contradicts nothing, a note is free to grow."""
    names = [name for name in ("contact_id", "at") if getattr(before, name) != getattr(after, name)]
    for name in ("direction", "channel", "outcome", "promise"):
        mine, theirs = getattr(before, name), getattr(after, name)
        if mine and theirs and mine != theirs:
            names.append(name)
    return ["contact" if name == "contact_id" else name for name in names]
