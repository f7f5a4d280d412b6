"""Windows narrower than the grid: a promise for 14:05 to 14:20 still gets its ten minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calsync.placing import verdict
from calsync.placing.task import Task
from calsync.placing.world import illegal_in

if TYPE_CHECKING:
    from calsync.placing.place import Placing


def off_grid(run: Placing, task: Task) -> bool:
    """Pin a call whose window is too narrow to hold a cell of the grid; True when there is nothing left to do."""
    world = run.world
    room = task.last - task.first - world.grid.slot
    if task.days or not task.bound or not 0 <= room < world.grid.pitch:
        return False
    for start in range(task.first, task.last - world.grid.slot + 1):
        end = start + world.grid.slot
        taken = any(begins < end + world.grid.gap and start - world.grid.gap < ends for begins, ends in world.pinned)
        if taken or world.rep_free(start, end) or illegal_in(task.facts.land.places, start, end):
            continue
        slot = world.grid.slot_at(start)
        task.how = "narrow"
        run.pin(task, slot)
        run.placed[task.number] = verdict.of_pinned(run, task, slot, [])
        return True
    return False
