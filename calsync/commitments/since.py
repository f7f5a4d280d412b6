"""Whose log is another than at the last look: told by identity, so that thousands of logs need not be looked into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import is_not

from calsync.model import Attempt, Book, Contact


@dataclass(slots=True)
class Since:
    """The book as it was at the last look."""

    _contacts: Mapping[str, Contact] | None = None
    _ids: list[str] = field(default_factory=list)
    _rows: list[Sequence[Attempt]] = field(default_factory=list)

    def others(self, book: Book) -> frozenset[str] | None:
        """The ids of the contacts whose log is another than at the last look, or that have one now.

        ``None`` where it may be all of them: at the first look, and where the contacts themselves were read anew.
        """
        ids, rows = list(book.attempts), list(book.attempts.values())
        count = len(self._ids)
        same = self._contacts is book.contacts and ids[:count] == self._ids
        others = frozenset([*compress(ids, map(is_not, rows, self._rows)), *ids[count:]]) if same else None
        self._contacts, self._ids, self._rows = book.contacts, ids, rows
        return others
