"""Which of the allowed cells is the best: the rep's call blocks, then variation, then the hour that gets answered.

Preferences never add a cell and never drop the last one: each is a mask that is given up when nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

from calsync.model import Commitment, Direction, Kind, PromisedBy
from calsync.placing.facts import NEAR_MINUTES, Facts
from calsync.placing.grid import SHIFT, bits, clock_of, local_minute
from calsync.placing.habits import BASE_RATE, Habits, Tally
from calsync.placing.holiday import holidays_of
from calsync.placing.task import Task
from calsync.placing.world import World

LATE_MINUTES = 120
Day = tuple[int, int]
"""A day and the cells of it that may be taken."""


@cache
def half_hours(pitch: int) -> tuple[int, ...]:
    """The cells of each half hour after midnight, a mask each."""
    masks = [0] * 52
    for index in range(26 * 60 // pitch):
        masks[index * pitch // 30] |= 1 << index
    return tuple(masks)


def waiting(commitment: Commitment) -> bool:
    """True where they tried to reach the rep: the first free time is the best."""
    return (
        commitment.kind is Kind.PLANNED
        and commitment.promised_by is PromisedBy.CONTACT
        and commitment.attempt.direction is Direction.INBOUND
    )


class Taste:
    """Picks the preferred free cell for one call at a time.  ``closed`` tells which cells are taken."""

    def __init__(
        self,
        world: World,
        habits: Callable[[], Habits],
        tally: Callable[[str], Tally],
        closed: Callable[[int, int], int],
    ) -> None:
        self._world, self._habits, self._tally, self._closed = world, habits, tally, closed
        self._halves = half_hours(world.grid.pitch)
        self._shifts: dict[tuple[str, int], int] = {}

    def pick(self, task: Task, days: list[Day] | None = None) -> int | None:
        """The preferred free cell of ``days`` (the task's window unless given), ``None`` when all are taken."""
        choice, span = days or task.days(self._world), task.span
        free = [(day, left) for day, mask in choice if (left := mask & ~self._closed(day, span))]
        if not free:
            return None
        kind = task.commitment.kind
        if kind is Kind.FIXED:
            return self._nearest(free, (task.first + task.last) // 2)
        if kind is Kind.DEADLINE:
            whole = dict(days or task.days(self._world))
            return self._latest(free[-1], whole[free[-1][0]], task.facts)
        if waiting(task.commitment):
            day, left = free[0]
            return day << SHIFT | (left & -left).bit_length() - 1
        return self._varied(free, task.facts)

    def ranked(self, task: Task, limit: int = 5) -> list[int]:
        """The first ``limit`` picks of the window in their order, as if each before it were taken."""
        left = dict(task.days(self._world))
        found: list[int] = []
        while len(found) < limit:
            cell = self.pick(task, [(day, mask) for day, mask in left.items() if mask] or [(0, 0)])
            if cell is None:
                break
            found.append(cell)
            left[cell >> SHIFT] &= ~(1 << (cell & (1 << SHIFT) - 1))
        return found

    def _nearest(self, free: list[Day], middle: int) -> int:
        grid = self._world.grid
        choices = (day << SHIFT | index for day, mask in free for index in bits(mask))
        return min(choices, key=lambda cell: abs(grid.start(cell) - middle))

    def _latest(self, day: Day, whole: int, facts: Facts) -> int:
        """Late on the last day: in its last two hours, varied; else in its second half; else as late as can be."""
        number, free = day
        first, last = (whole & -whole).bit_length() - 1, whole.bit_length() - 1
        late = -1 << max(0, last + 1 - LATE_MINUTES // self._world.grid.pitch)
        half = -1 << (first + last + 1) // 2
        for base in self._in_blocks(number, free):
            varied = base & ~self._near(number, facts, len(facts.silent))
            if soon := varied & late:
                return number << SHIFT | self._answered(number, soon, facts)
            for mask in (varied & half, base & ~self._near(number, facts, 1) & half):
                if mask:
                    return number << SHIFT | mask.bit_length() - 1
            if soon := base & late:
                return number << SHIFT | self._answered(number, soon, facts)
        return number << SHIFT | free.bit_length() - 1

    def _varied(self, free: list[Day], facts: Facts) -> int:
        """Away from the latest attempts by weekday and hour, giving up the oldest of them first."""
        days = self._by_weekday(free, facts)
        if self._world.policy.blocks:
            in_blocks = [(day, left) for day, mask in days if (left := mask & self._world.blocks(day))]
            days = in_blocks or days
        for depth in range(len(facts.silent), -1, -1):
            for day, mask in days:
                if varied := mask & ~self._near(day, facts, depth):
                    return day << SHIFT | self._answered(day, varied, facts)
        raise AssertionError("depth 0 leaves every cell")

    def _by_weekday(self, free: list[Day], facts: Facts) -> list[Day]:
        if len(free) == 1:
            return free
        tried = {at.weekday() for at in facts.silent}
        last = facts.silent[0].weekday() if facts.silent else -1
        region = facts.land.places[0][0]
        habits, own = self._habits(), self._tally(facts.contact.id)

        def rank(item: Day) -> tuple[bool, bool, bool, int, int]:
            local = date.fromordinal(item[0])
            weekday = local.weekday()
            # Steps of a quarter of the usual chance: what is smaller than that is noise, and sooner is better.
            chance = habits.weekday(facts.contact.kind, own, weekday)
            worth = int(chance / (BASE_RATE / 4))
            holiday = local in holidays_of(region, local.year)
            return holiday, weekday == last, weekday in tried, -worth, item[0]

        return sorted(free, key=rank)

    def _in_blocks(self, day: int, free: int) -> Iterator[int]:
        if inside := self._world.policy.blocks and free & self._world.blocks(day):
            yield inside
        yield free

    def _near(self, day: int, facts: Facts, depth: int) -> int:
        """The cells that start less than two hours, by the clock, from one of the ``depth`` latest silent attempts."""
        grid = self._world.grid
        base, count = grid.day(day)
        mask = 0
        for at in facts.silent[:depth]:
            then = grid.wall(day, at.hour * 60 + at.minute)
            low = max(0, (then - NEAR_MINUTES - base) // grid.pitch + 1)
            high = min(count - 1, -((base - then - NEAR_MINUTES) // grid.pitch) - 1)
            if low <= high:
                mask |= (1 << (high + 1)) - (1 << low)
        return mask

    def _answered(self, day: int, mask: int, facts: Facts) -> int:
        """The first cell of the half hour that is likeliest to be answered, by the contact's own clock."""
        if mask & mask - 1 == 0:
            return mask.bit_length() - 1
        local = date.fromordinal(day)
        ahead = self._ahead(facts.land.zones[0], day)
        own = self._tally(facts.contact.id)
        general = self._habits().day(facts.contact.kind, local.weekday())
        best, chosen = -1.0, mask
        for half, cells in enumerate(self._halves):
            if here := mask & cells:
                theirs = (half + ahead) % 48
                chance = own.rate(theirs // 2, general[theirs])
                if chance > best:
                    best, chosen = chance, here
        return (chosen & -chosen).bit_length() - 1

    def _ahead(self, zone: str, day: int) -> int:
        """Half hours that the contact's clock is ahead of the rep's, at noon."""
        known = self._shifts.get((zone, day))
        if known is None:
            noon = local_minute(clock_of(zone), date.fromordinal(day), 720)
            known = self._shifts[zone, day] = (self._world.grid.wall(day, 720) - noon) // 30
        return known
