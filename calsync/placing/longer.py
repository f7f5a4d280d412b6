"""Calls that are longer than a cell: each takes several neighbouring ones.

Whether calls of several lengths all fit is a packing, for which no quick exact answer is known; calls of one cell are a
matching, for which there is.  So the long ones come after the others and may make them move, never lose their place: a
long call gets a stretch of its window whenever one of those that are tried (the first 200) can be cleared, everybody
else in it being given another cell, while the other long calls stand where they stand.  Where one is left over, the
long calls that nobody has seen yet are tried again in another order.
"""

from __future__ import annotations

from collections.abc import Sequence

from calsync.placing.grid import SHIFT
from calsync.placing.inside import go_back, inside, settle, standing
from calsync.placing.run import Run
from calsync.placing.task import Task

ORDERS = 3
"""How many other orders are tried."""


def settle_all(run: Run, tasks: Sequence[Task]) -> list[Task]:
    """See that each of the long calls has its stretch inside its window; those for which that could not be done."""
    stuck = [task for task in tasks if not inside(run, task)]
    for _ in range(ORDERS):
        fresh = [task for task in tasks if task not in stuck and task.how not in ("seen", "parked")]
        if not stuck or not fresh:
            break
        before = standing(run)
        for task in fresh:
            run.drop(task)
            task.how = ""
        left = [task for task in (*stuck, *fresh) if not inside(run, task)]
        if len(left) >= len(stuck):
            go_back(run, before)
            break
        stuck, run.changed = left, True
    return stuck


def give_way(run: Run, task: Task) -> bool:
    """Find a place for a call of one cell by moving one of the long calls that stand in its window."""
    if not run.board.spans or not task.days(run.world):
        return False
    days = dict(task.days(run.world))
    there = [run.task(number) for number in run.board.spans if run.board.cell_of[number] >> SHIFT in days]
    for other in sorted(there, key=lambda other: (other.how == "seen", other.number)):
        if run.follows(other):
            continue
        before = standing(run)
        run.drop(other)
        if settle(run, task) and settle(run, other):
            other.how, run.changed = "squeezed", True
            return True
        go_back(run, before)
    return False
