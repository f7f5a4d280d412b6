"""Who has which cell: a matching of calls and cells that grows by augmenting paths.

One call a cell, and where the rep wants it no more than so many an hour and a day.  The caps make it a flow through
cell -> hour -> day; hours nest in days, so shortest augmenting paths still find a place for everybody whenever there is
one (Ford and Fulkerson; without caps this is Kuhn's bipartite matching).  A call that has a cell never loses it to
somebody else without being given another one that it may take.  A call that is longer than a cell takes several
neighbouring ones and is no part of that: it stays where it was put (``longer`` says how it finds its place).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from calsync.placing.grid import SHIFT, bits, index_of, reaching

Days = Iterable[tuple[int, int]]
"""Days, the nearest first, each with the cells that may be taken."""
Cells = Callable[[int], Iterable[Days]]
"""A call -> the days it may take.  Calls that may take the same ones had better give the same object: it is looked
through once a search."""
ROOT = -1
_LOW = (1 << SHIFT) - 1
_HOURS = 26  # a day has 25 where the clocks go back
_ALL = (1 << (1 << SHIFT)) - 1


class Board:
    """The cells taken so far.  Calls are numbers; what they stand for is the caller's business."""

    def __init__(self, pitch: int, per_hour: int | None = None, per_day: int | None = None) -> None:
        self.cell_of: dict[int, int] = {}
        self.spans: dict[int, int] = {}
        """The calls that take more than one cell, and how many."""
        self._owner: dict[int, int] = {}
        self._taken: dict[int, int] = {}
        self._full: dict[int, int] = {}
        self._pitch = pitch
        self._hour_masks = _hour_masks(pitch)
        self._per_hour, self._per_day = per_hour, per_day
        self._hours: dict[int, int] = {}
        self._days: dict[int, int] = {}
        self.capped = per_hour is not None or per_day is not None

    def closed(self, day: int, span: int = 1) -> int:
        """The cells of a day that a call of ``span`` cannot simply begin with: somebody has one, a cap is reached."""
        return reaching(self._taken.get(day, 0), span) | self._full.get(day, 0)

    def days(self) -> Iterable[int]:
        """The days on which anything is taken or counted."""
        return self._taken.keys() | self._full.keys()

    def owners(self, cell: int, span: int) -> set[int]:
        """The calls that hold any of ``span`` neighbouring cells."""
        return {self._owner[one] for one in range(cell, cell + span) if one in self._owner}

    def count(self, day: int) -> int:
        """The calls on a day that count towards its cap."""
        return self._days.get(day, 0)

    def charge(self, cell: int, calls: int = 1) -> None:
        """Count a call against the caps of its hour and day without taking the cell: a clock time off the grid."""
        if not self.capped:
            return
        day, hour = cell >> SHIFT, self.hour(cell)
        self._days[day] = self._days.get(day, 0) + calls
        self._hours[hour] = self._hours.get(hour, 0) + calls
        self._refresh(day)

    def put(self, call: int, cell: int, span: int = 1) -> None:
        self.cell_of[call] = cell
        self._owner[cell] = call
        if span > 1:
            self.spans[call] = span
            self._owner.update(dict.fromkeys(range(cell, cell + span), call))
        day = cell >> SHIFT
        self._taken[day] = self._taken.get(day, 0) | (1 << span) - 1 << index_of(cell)
        if self.capped:
            self.charge(cell)

    def restore(self, cells: Mapping[int, int]) -> None:
        """Put many calls at once, each into a cell that is free."""
        self.cell_of.update(cells)
        taken = self._taken
        self._owner.update(zip(cells.values(), cells, strict=True))
        for cell in cells.values():
            day = cell >> SHIFT
            taken[day] = taken.get(day, 0) | 1 << (cell & _LOW)
        if self.capped:
            for cell in cells.values():
                self.charge(cell)

    def drop(self, call: int) -> int:
        cell, span = self.cell_of.pop(call), self.spans.pop(call, 1)
        for one in range(cell, cell + span):
            del self._owner[one]
        self._taken[cell >> SHIFT] &= ~((1 << span) - 1 << index_of(cell))
        self.charge(cell, -1)
        return cell

    def copy(self) -> Board:
        """The same cells in the same hands, to come back to."""
        other = Board(self._pitch, self._per_hour, self._per_day)
        other.become(self)
        return other

    def become(self, other: Board) -> None:
        """Take over who has which cell from a copy."""
        self.cell_of, self.spans, self._owner = dict(other.cell_of), dict(other.spans), dict(other._owner)
        self._taken, self._full = dict(other._taken), dict(other._full)
        self._hours, self._days = dict(other._hours), dict(other._days)

    def augment(
        self, call: int, cells: Cells, fixed: Callable[[int], bool], dead: dict[int, int] | None = None
    ) -> list[int] | None:
        """Find a place for ``call``, moving others to other cells of theirs along the shortest path that works.

        Calls that are ``fixed``, and those of several cells, stay where they are.  Returns the calls that moved,
        ``None`` when there is no way.

        ``dead`` are cells from which a search before this one found no way on; a search that fails adds its own.  They
        stay dead while nobody leaves a cell and the fixed ones stay fixed: later paths cannot have led through them.
        """
        came: dict[int, tuple[int, int]] = {call: (ROOT, 0)}
        queue = deque([call])
        looked = dict(dead) if dead else {}
        through: dict[int, Days] = {}
        while queue:
            mover = queue.popleft()
            for days in cells(mover):
                if id(days) in through:
                    continue
                through[id(days)] = days
                for day, allowed in days:
                    fresh = allowed & ~looked.get(day, 0)
                    if not fresh:
                        continue
                    looked[day] = looked.get(day, 0) | fresh
                    if room := fresh & ~self.closed(day):
                        return self._shift(call, mover, day << SHIFT | (room & -room).bit_length() - 1, came)
                    for other, cell in self._behind(day, fresh):
                        if other not in came and other not in self.spans and not fixed(other):
                            came[other] = (mover, cell)
                            queue.append(other)
        if dead is not None:
            dead.update(looked)
        return None

    def crowd(self, cell: int) -> list[int]:
        """The calls of which one has to leave for a cap to open a free cell: those of its hour where that is full, else
        those of its day."""
        day, taken = cell >> SHIFT, self._taken.get(cell >> SHIFT, 0)
        crowd = taken & self._hour_cells(index_of(cell)) if self._hour_full(cell) else taken
        return list(dict.fromkeys(self._owner[day << SHIFT | index] for index in bits(crowd)))

    def _behind(self, day: int, cells: int) -> Iterable[tuple[int, int]]:
        """The calls whose leaving would make room for one of ``cells``, each with the cell that it would free."""
        taken = self._taken.get(day, 0)
        for index in bits(cells & taken):
            cell = day << SHIFT | index
            yield self._owner[cell], cell
        if not self.capped:
            return
        for index in bits(cells & ~taken):
            cell = day << SHIFT | index
            crowd = taken & self._hour_cells(index) if self._hour_full(cell) else taken
            for neighbour in bits(crowd):
                yield self._owner[day << SHIFT | neighbour], cell

    def _shift(self, call: int, mover: int, cell: int, came: dict[int, tuple[int, int]]) -> list[int]:
        moves = []
        while True:
            moves.append((mover, cell))
            mover, cell = came[mover]
            if mover == ROOT:
                break
        for moved, _ in moves:
            if moved != call:
                self.drop(moved)
        for moved, target in moves:
            self.put(moved, target)
        return [moved for moved, _ in moves if moved != call]

    def hour(self, cell: int) -> int:
        """The hour of the day that a cell counts towards."""
        return cell >> SHIFT << SHIFT | index_of(cell) * self._pitch // 60

    def _hour_cells(self, index: int) -> int:
        return self._hour_masks[index * self._pitch // 60]

    def _hour_full(self, cell: int) -> bool:
        return self._per_hour is not None and self._hours.get(self.hour(cell), 0) >= self._per_hour

    def _refresh(self, day: int) -> None:
        if self._per_day is not None and self._days[day] >= self._per_day:
            self._full[day] = _ALL
            return
        full = 0
        if self._per_hour is not None:
            for hour, mask in enumerate(self._hour_masks):
                if self._hours.get(day << SHIFT | hour, 0) >= self._per_hour:
                    full |= mask
        self._full[day] = full


@cache
def _hour_masks(pitch: int) -> Sequence[int]:
    """The cells of each hour of a day."""
    masks = [0] * _HOURS
    for index in range(_HOURS * 60 // pitch):
        masks[index * pitch // 60] |= 1 << index
    return masks
