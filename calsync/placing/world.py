"""Everything that cuts cells out of a day, whoever is to be called.

The rep's hours, holidays, days away and busy times, and the law of the places a contact may be in: each is worked out
once a day and kept as a mask of cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache, partial
from zoneinfo import ZoneInfo

from calsync.model import Policy, Rep, Span
from calsync.placing.grid import clock_of, grid_of, local_minute, minutes, minutes_up
from calsync.placing.holiday import holidays_of
from calsync.placing.law import Hours, hours_in_all, last_minute, law_name, legal_hours
from calsync.placing.law import clock as spell_clock
from calsync.placing.territory import Place
from calsync.placing.wishes import Week

Places = tuple[Place, ...]


@dataclass(slots=True)
class Masks:
    """What the rep and the law make of a day, at whatever moment one asks: worked out once, when it is asked for."""

    work: dict[int, int] = field(default_factory=dict)
    blocks: dict[int, int] = field(default_factory=dict)
    legal: dict[tuple[Places, int], int] = field(default_factory=dict)
    closings: dict[tuple[Places, int], list[tuple[int, int, tuple[str, ...], date]]] = field(default_factory=dict)


class World:
    """The rep's days as masks, at one moment.  Pure: what it knows was handed in.

    ``like`` is one of another moment: what it found out of the days of the same rep under the same policy is shared.
    """

    def __init__(
        self, rep: Rep, policy: Policy, now: datetime, busy: Sequence[Span] = (), *, like: World | None = None
    ) -> None:
        self.rep, self.policy = rep, policy
        self.grid = grid_of(rep.zone, policy.slot_minutes, policy.gap_minutes)
        same = like is not None and like.rep is rep and like.policy is policy
        self.masks: Masks = like.masks if like is not None and same else Masks()
        self.reset(now, busy)

    def reset(self, now: datetime, busy: Sequence[Span]) -> None:
        """Another moment, other busy times: what only the rep and the law decide is kept."""
        self.now = minutes_up(now)
        self.today = self.grid.day_of(minutes(now))
        self.busy = sorted((minutes(span.start), minutes_up(span.end)) for span in busy if span.start < span.end)
        self.pinned: list[tuple[int, int]] = []
        self.blocked: dict[int, int] = {}
        """The cells of a day that a busy time or a fixed point takes."""
        self._open: dict[tuple[Places, Week | None], dict[int, int]] = {}
        for start, end in self.busy:
            self._block(start, end)

    def pin(self, start: int, end: int) -> None:
        """Take ``[start, end)`` for a call that will not move.  To be done before anything is asked of ``open``."""
        self.pinned.append((start, end))
        self._block(start - self.grid.gap, end + self.grid.gap)
        self._open.clear()

    def _block(self, start: int, end: int) -> None:
        for day in range(self.grid.day_of(start), self.grid.day_of(max(start, end - 1)) + 1):
            self.blocked[day] = self.blocked.get(day, 0) | self.grid.touching(day, start, end)

    def open(self, places: Places, wishes: Week | None, day: int) -> int:
        """The cells of a day in which such a contact may be called by a rep who is free."""
        days = self.open_days(places, wishes)
        known = days.get(day)
        if known is None:
            known = self.work(day) & ~self.blocked.get(day, 0)
            if known:
                known &= self.legal(places, day)
            if known and wishes is not None:
                known &= self.wanted(places, wishes, day)
            days[day] = known
        return known

    def open_days(self, places: Places, wishes: Week | None) -> dict[int, int]:
        """What ``open`` has worked out so far for such a contact, by day: to be looked up many times at little cost."""
        key = (places, wishes)
        known = self._open.get(key)
        if known is None:
            known = self._open[key] = {}
        return known

    def work(self, day: int) -> int:
        """The rep's working hours; no cell on a holiday or a day away."""
        known = self.masks.work.get(day)
        if known is None:
            known = 0 if self.closed_because(day) else self._hours(day, self._week_hours(day))
            self.masks.work[day] = known
        return known

    def blocks(self, day: int) -> int:
        """The cells of the rep's call blocks, all of the day where there are none."""
        if not self.policy.blocks:
            return -1
        known = self.masks.blocks.get(day)
        if known is None:
            pairs = tuple((_minute(opens), _minute(closes)) for opens, closes in self.policy.blocks)
            known = self.masks.blocks[day] = self._hours(day, pairs)
        return known

    def legal(self, places: Places, day: int) -> int:
        """The cells that lie within the calling hours of every place, the whole slot included."""
        key = (places, day)
        known = self.masks.legal.get(key)
        if known is None:
            known = -1
            for zone, regions in by_zone(places):
                known &= self._local(day, zone, partial(hours_in_all, regions))
                if not known:
                    break
            self.masks.legal[key] = known
        return known

    def wanted(self, places: Places, wishes: Week, day: int) -> int:
        """The cells that lie within the contact's own wishes, on every clock the contact may live by."""
        known = -1
        for zone in dict.fromkeys(zone for _, zone in places):
            known &= self._local(day, zone, lambda local: wishes[local.weekday()])
        return known

    def closed_because(self, day: int) -> str:
        """Why the rep does not call on a day: ``"you are away (Lisbon)"``, ``"Thanksgiving"``; ``""`` when open."""
        local = date.fromordinal(day)
        for away in self.rep.away:
            if local in away:
                return f"you are away ({away.reason})" if away.reason else "you are away"
        if local in self.rep.holidays:
            return self.rep.holidays[local] or "a holiday"
        if not self.rep.hours.on(local.weekday()):
            return f"you do not work on {local:%A}s"
        return holidays_of(self.rep.region, local.year).get(local, "")

    def rep_free(self, start: int, end: int) -> str:
        """Why the rep could not call in ``[start, end)``, ``""`` when nothing speaks against it."""
        day = self.grid.day_of(start)
        if reason := self.closed_because(day):
            return reason
        spans = ((self.grid.wall(day, opens), self.grid.wall(day, closes)) for opens, closes in self._week_hours(day))
        if not any(opens <= start and end <= closes for opens, closes in spans):
            return "outside your working hours"
        if any(begins < end and start < ends for begins, ends in self.busy):
            return "you are busy then"
        return ""

    def closing(self, places: Places, day: int, end: int) -> str:
        """``"allowed until 20:00 in Florida"``: the first place that stops calls after UTC minute ``end`` of a day."""
        key = (places, day)
        known = self.masks.closings.get(key)
        if known is None:
            base, count = self.grid.day(day)
            known = []
            for zone, regions in by_zone(places):
                clock = clock_of(zone)
                local = _local_date(base + count * self.grid.pitch // 2, clock)
                known += [
                    (local_minute(clock, local, at), at, regions, local) for _, at in hours_in_all(regions, local)
                ]
            self.masks.closings[key] = known = sorted(known)
        for closes, minute, regions, local in known:
            if closes >= end:
                return _closing_words(closes, minute, regions, local, self.rep.zone)
        return ""

    def _week_hours(self, day: int) -> Hours:
        pairs = self.rep.hours.on(date.fromordinal(day).weekday())
        return tuple((_minute(opens), _minute(closes)) for opens, closes in pairs)

    def _hours(self, day: int, hours: Hours) -> int:
        mask = 0
        for opens, closes in hours:
            mask |= self.grid.inside(day, self.grid.wall(day, opens), self.grid.wall(day, closes))
        return mask

    def _local(self, day: int, zone: str, hours_on: Callable[[date], Hours]) -> int:
        """The cells of the rep's day that lie within ``hours_on`` each local date of ``zone`` that it overlaps."""
        base, count = self.grid.day(day)
        clock = clock_of(zone)
        first = _local_date(base, clock)
        last = _local_date(base + count * self.grid.pitch, clock)
        mask = 0
        while first <= last:
            for opens, closes in hours_on(first):
                start, end = local_minute(clock, first, opens), local_minute(clock, first, closes)
                mask |= self.grid.inside(day, start, end)
            first += timedelta(days=1)
        return mask


def illegal_in(places: Places, start: int, end: int) -> tuple[str, datetime] | None:
    """The first region where a call in ``[start, end)`` is outside calling hours, with what its clocks show then."""
    for region, zone in places:
        clock = clock_of(zone)
        local = _local_date(start, clock)
        spans = ((local_minute(clock, local, a), local_minute(clock, local, b)) for a, b in legal_hours(region, local))
        if not any(opens <= start and end <= closes for opens, closes in spans):
            return region, datetime.fromtimestamp(start * 60, clock)
    return None


@lru_cache(maxsize=1024)
def _closing_words(closes: int, minute: int, regions: tuple[str, ...], local: date, zone: ZoneInfo) -> str:
    """For a local minute at which calls into regions of one clock end: UTC minute ``closes`` for a rep in ``zone``."""
    here = datetime.fromtimestamp(closes * 60, zone)
    theirs = "" if here.hour * 60 + here.minute == minute % 1440 else " their time"
    first = min(regions, key=lambda region: last_minute(region, local))
    return f"allowed until {spell_clock(minute)}{theirs} in {law_name(first, local)}"


@cache
def by_zone(places: Places) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The regions of each zone: 66 places of a toll-free number are eleven clocks."""
    found: dict[str, list[str]] = {}
    for region, zone in places:
        found.setdefault(zone, []).append(region)
    return tuple((zone, tuple(regions)) for zone, regions in found.items())


def _local_date(minute: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).date()


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
