"""The days a call may be placed on outside its window: months of them, the same ones for all who live in one place."""

from __future__ import annotations

from collections.abc import Iterator

from calsync.placing.facts import Facts
from calsync.placing.task import Task, cells
from calsync.placing.wishes import Week
from calsync.placing.world import Places, World


class Reach:
    """The allowed cells between two moments, a day at a time: each day is worked out once, and only when somebody looks
    as far as that."""

    def __init__(self, days: Iterator[tuple[int, int]]) -> None:
        self._known: list[tuple[int, int]] = []
        self._more = days

    def __iter__(self) -> Iterator[tuple[int, int]]:
        at = 0
        while at < len(self._known) or self._one_more():
            yield self._known[at]
            at += 1

    def _one_more(self) -> bool:
        day = next(self._more, None)
        if day is None:
            return False
        self._known.append(day)
        return True


class Reaches:
    """The reaches of one run.  To be asked once the fixed points are set down: they take cells from everybody."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[tuple[Places, Week | None, int, int, int], Reach] = {}

    def of(self, task: Task, first: int, last: int) -> Reach:
        """What a call may take between two UTC minutes, whatever its window; shared by all for whom it is the same."""
        if task.bars:
            return Reach(cells(task, self._world, first, last))
        known = self.known(task.facts, task.span, first, last)
        if known is None:
            known = Reach(cells(task, self._world, first, last))
            self._known[task.facts.land.places, task.facts.wishes, task.span, first, last] = known
        return known

    def known(self, facts: Facts, span: int, first: int, last: int) -> Reach | None:
        """The reach that others have already, for a call that no cap or refusal bars; ``None`` where nobody asked."""
        return self._known.get((facts.land.places, facts.wishes, span, first, last))
