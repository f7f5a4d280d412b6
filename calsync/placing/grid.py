"""The rep's time cut into cells: every slot that is not a clock time starts on one.

All slots have one length and start on multiples of one pitch (length plus the gap between calls) from the local
midnight, so two cells never overlap and "is there a place for everybody" is a matching, not a packing.  A day's cells
are the bits of one integer: cutting hours, law and busy times out of a week is a handful of integer operations.

Inside this room a moment is a whole number of UTC minutes, and a day the ordinal of a local date of the rep.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from calsync.model import Slot

SHIFT = 9
"""A cell is ``day << SHIFT | index``: 25 hours of five minutes are 300 cells, fewer than 512."""
_LOW = (1 << SHIFT) - 1


def minutes(at: datetime) -> int:
    """UTC minutes since the epoch, rounded down."""
    return int(at.timestamp() // 60)


def minutes_up(at: datetime) -> int:
    """UTC minutes since the epoch, rounded up: nothing that must not begin before ``at`` begins earlier."""
    return -int(-at.timestamp() // 60)


class Grid:
    """The cells of one rep.  Only arithmetic and its caches; knows nothing of law or promises."""

    def __init__(self, zone: ZoneInfo, slot_minutes: int, gap_minutes: int = 0) -> None:
        self.zone = zone
        self.slot = slot_minutes
        self.pitch = -(-(slot_minutes + gap_minutes) // 5) * 5
        self.gap = gap_minutes
        self._days: dict[int, tuple[int, int]] = {}
        self._offsets: dict[int, int] = {}

    def day(self, day: int) -> tuple[int, int]:
        """``(UTC minute of local midnight, number of cells)`` of a day."""
        known = self._days.get(day)
        if known is None:
            start, end = (minutes(self._midnight(which)) for which in (day, day + 1))
            known = self._days[day] = (start, -(-(end - start) // self.pitch))
        return known

    def _midnight(self, day: int) -> datetime:
        return datetime.combine(date.fromordinal(day), time(), self.zone).astimezone(UTC)

    def day_of(self, minute: int) -> int:
        """The rep's local day that holds a UTC minute."""
        day = 719163 + minute // 1440  # 1970-01-01; the local day is this one or a neighbour
        while minute < self.day(day)[0]:
            day -= 1
        while minute >= self.day(day + 1)[0]:
            day += 1
        return day

    def inside(self, day: int, start: int, end: int) -> int:
        """The cells whose whole slot lies in ``[start, end]`` (UTC minutes)."""
        base, count = self.day(day)
        low = max(0, -((base - start) // self.pitch))
        high = min(count - 1, (end - self.slot - base) // self.pitch)
        return (1 << (high + 1)) - (1 << low) if low <= high else 0

    def touching(self, day: int, start: int, end: int) -> int:
        """The cells whose slot overlaps ``[start, end)``."""
        base, count = self.day(day)
        low = max(0, (start - self.slot - base) // self.pitch + 1)
        high = min(count - 1, -((base - end) // self.pitch) - 1)
        return (1 << (high + 1)) - (1 << low) if low <= high else 0

    def span(self, length: int) -> int:
        """How many neighbouring cells a call of that length takes: as many as hold it and the gap behind it."""
        return 1 + max(0, -((self.slot - length) // self.pitch))

    def extent(self, span: int) -> int:
        """The minutes from the start of the first of ``span`` cells to the end of the last one's slot."""
        return (span - 1) * self.pitch + self.slot

    def cell(self, minute: int) -> int | None:
        """The cell that starts at a UTC minute; ``None`` when that is between two."""
        day = self.day_of(minute)
        index, rest = divmod(minute - self.day(day)[0], self.pitch)
        return None if rest else day << SHIFT | index

    def start(self, cell: int) -> int:
        """The UTC minute at which a cell starts."""
        return self.day(cell >> SHIFT)[0] + (cell & _LOW) * self.pitch

    def slot_at(self, minute: int, length: int | None = None) -> Slot:
        """The slot that starts at a UTC minute, in the rep's zone."""
        start = datetime.fromtimestamp(minute * 60, self.zone)
        end = datetime.fromtimestamp((minute + (length or self.slot)) * 60, self.zone)
        return Slot(start, end)

    def wall(self, day: int, wall_minutes: int) -> int:
        """The UTC minute at which the rep's clock shows ``wall_minutes`` since midnight on that day."""
        base, _ = self.day(day)
        shift = self._offsets.get(day)
        if shift is None:
            noon = datetime.combine(date.fromordinal(day), time(12), self.zone)
            shift = self._offsets[day] = minutes(noon) - base - 720
        # The clocks change in the small hours: whatever a rep calls "9 o'clock" comes after that.
        return base + wall_minutes + (shift if wall_minutes >= 180 else 0)


@lru_cache(maxsize=4)
def grid_of(zone: ZoneInfo, slot_minutes: int, gap_minutes: int) -> Grid:
    """The cells of such a rep, one for all who ask: when its days begin is reckoned once."""
    return Grid(zone, slot_minutes, gap_minutes)


@cache
def clock_of(zone: str) -> ZoneInfo:
    """The zone of that name, kept: ``ZoneInfo`` itself holds on to eight and reads the others from disk again."""
    return ZoneInfo(zone)


def index_of(cell: int) -> int:
    return cell & _LOW


def starts(cells: int, span: int) -> int:
    """Of the cells, those with which a stretch of ``span`` begins."""
    for _ in range(span - 1):
        cells &= cells >> 1
    return cells


def reaching(cells: int, span: int) -> int:
    """The cells from which a stretch of ``span`` would run into one of ``cells``."""
    for _ in range(span - 1):
        cells |= cells >> 1
    return cells


def bits(mask: int) -> Iterable[int]:
    """The indexes of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def local_minute(zone: ZoneInfo, day: date, wall_minutes: int) -> int:
    """The UTC minute at which clocks in ``zone`` show ``wall_minutes`` on ``day`` (1440 is the next midnight).

    An hour that the clocks skip counts from its end, so nothing is ever allowed earlier than the law says.
    """
    extra, within = divmod(wall_minutes, 1440)
    at = datetime.combine(day + timedelta(days=extra), time(within // 60, within % 60), zone)
    return minutes(at)
