"""What must hold on every day of the year, and what is counted of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import combinations, pairwise

from calsync.model import Commitment, Kind, Placed, Plan, PromisedBy, Slot, State
from tests.year.law import legal, one_too_many
from tests.year.life import AWAY, Year
from tests.year.room import cells, hour_of, minute, most, pitch, within_reach, works

GRACE = timedelta(minutes=30)
"""A slot that has just passed stays: the rep is on the phone."""


class Watch:
    """Looks at each plan before it is on the calendar.  Raises ``AssertionError`` with the day and the call."""

    def __init__(self) -> None:
        self.moves: Counter[str] = Counter()
        self.gave_way: Counter[str] = Counter()
        """Moves of calls that nobody was promised, and of overdue ones."""
        self.looks = 0
        self.last: Plan | None = None
        self.told: dict[str, set[str]] = defaultdict(set)
        """Which promises something was said of."""
        self.had_room: set[str] = set()
        """The promises that once stood inside their window."""

    def __call__(self, year: Year, plan: Plan) -> None:
        now, owed, self.last = plan.now, [], plan
        for call in plan.active:
            commitment = call.commitment
            if commitment.state.live:
                owed.append(call.placed)
                assert (call.entry is None) == (call.placed.slot is None)
                assert call.entry is None or call.entry.start == (call.placed.slot and call.placed.slot.start)
                assert commitment.contact_id not in year.refused, f"{now}: asked not to be called: {commitment}"
            else:
                assert call.entry is None
        stays = {placed.commitment.id: reason for placed in owed if (reason := _fixed(year, placed, now))}
        _close_to_each_other(owed, stays)
        free = [placed for placed in owed if placed.commitment.id not in stays]
        fixed = [placed for placed in owed if placed.commitment.id in stays]
        for placed in fixed:
            self.look_at_fixed(year, placed, stays[placed.commitment.id], now)
        for placed in free:
            self.look_at_free(year, placed, now)
        pins = [placed.slot for placed in fixed if placed.slot]
        _one_at_a_time(year, free, pins, now)
        _caps(year, free, pins, now)
        room = Room(year, free, pins, now)
        self.promises_have_room(room)
        self.nothing_moves_without_a_reason(room)
        self.looks += 1
        self.had_room.update(placed.commitment.id for placed in owed if _inside(placed))

    def look_at_fixed(self, year: Year, placed: Placed, reason: str, now: datetime) -> None:
        """A time that two agreed on, or that the rep chose: kept, and where the law forbids it, said (G8)."""
        slot = placed.slot
        assert slot is not None
        if legal(year.home(placed.commitment), slot) or reason == "just now":
            return
        self.told[f"{reason} for a time outside calling hours"].add(placed.commitment.id)
        said = " ".join(placed.why)
        assert ("agreed" in said) if reason == "agreed" else (placed.problem and "outside" in said), (now, placed)

    def look_at_free(self, year: Year, placed: Placed, now: datetime) -> None:
        """A slot that was ours to choose: lawful (G8), and while the rep works and is free."""
        commitment, slot = placed.commitment, placed.slot
        if slot is None:
            assert placed.problem is not None, (now, placed)
            assert commitment.state is State.OPEN, f"{now}: what is overdue never falls off: {placed}"
            assert commitment.kind is not Kind.PLANNED, f"{now}: what is planned never falls off: {placed}"
            self.told["without a slot for a while"].add(commitment.id)
            return
        home, log = year.home(commitment), year.log.get(commitment.contact_id, ())
        assert slot.start >= now, (now, placed)
        assert legal(home, slot), f"{now}: not legal in {home}: {placed}"
        assert not one_too_many(home, log, slot.start), f"{now}: one attempt too many: {placed}"
        assert works(slot), f"{now}: the rep does not work then: {placed}"
        assert not (year.rep.away and slot.start.date() in AWAY), f"{now}: the rep is away: {placed}"
        assert not any(span.start < slot.end and slot.start < span.end for span in year.busy), (now, placed)

    def promises_have_room(self, room: Room) -> None:
        """G9: no promise is outside its window while there is a placement in which it would not be.

        For calls of one cell that is a matching.  For a longer one, which is a packing, no stretch may lie free.
        """
        stuck = [placed for placed in room.bound if not _inside(placed)]
        could = {placed.commitment.id: room.cells(placed.commitment) for placed in stuck}
        for placed in stuck:
            if room.long(placed.commitment):
                left = could[placed.commitment.id] - room.crossed(placed)
                assert all(map(room.capped, left)), f"{room.now}: there is room for {placed}"
                del could[placed.commitment.id]
        for mark, free in could.items():
            if not free:
                self.told["no minute of the window lawful and free"].add(mark)
        could = {mark: free for mark, free in could.items() if free}
        if not could:
            return
        settled = [placed.commitment for placed in room.bound if _inside(placed) and not room.long(placed.commitment)]
        reach = within_reach(could | {one.id: room.cells(one) for one in settled}, could)
        best = most(reach, room.year.policy, room.standing)
        self.told["a full window, by the matching too"].update(could)
        assert best <= len(reach) - len(could), (
            f"{room.now}: {best} of {len(reach)} can stand in their windows: {could}"
        )

    def nothing_moves_without_a_reason(self, room: Room) -> None:
        seen, squeezed = room.year.seen, False
        for placed in room.free:
            before = seen.get(placed.commitment.id)
            if before is None or placed.slot is None or before.start == placed.slot.start:
                continue
            reason = room.reason(placed, before)
            assert reason, f"{room.now}: moved from {before.start} without a reason: {placed}"
            (self.moves if placed in room.bound else self.gave_way)[reason] += 1
            squeezed |= reason == _ONLY_PLACE
        assert not squeezed or room.needs_moves(), f"{room.now}: calls moved though there was room without"

    def promises(self) -> list[Commitment]:
        """Every promise of the rep, and what became of it."""
        every = [call.commitment for call in self.last.calls] if self.last else []
        return [one for one in every if one.kind is not Kind.PLANNED and one.promised_by is not PromisedBy.CONTACT]

    def kept_rate(self, promises: Iterable[Commitment]) -> float:
        """Of the promises that came to an end by what the rep did or did not do, the share that was kept."""
        states = Counter(one.state for one in promises)
        kept = states[State.KEPT] + states[State.MET_EARLY]
        return kept / max(1, kept + states[State.LATE] + states[State.MISSED])

    def report(self, year: Year) -> str:
        """The figures of a year, as text."""
        promises = self.promises()
        could = [one for one in promises if one.id in self.had_room]
        lines = [
            f"{year.life}",
            f"{self.looks} looks, {year.calls:,} calls made as placed, {len(promises):,} promises",
            f"kept rate: {self.kept_rate(promises):.1%}",
            f"kept rate of those that had a slot in their window: {self.kept_rate(could):.1%}",
            f"calls outside hours: {year.calls_outside} (and {year.agreed_outside} agreed on or chosen by the rep)",
            f"moves of promises on the calendar: {_listed(self.moves)}",
            f"moves of overdue and planned calls: {_listed(self.gave_way)}",
            f"promises that something was said of: {_listed(Counter({w: len(m) for w, m in self.told.items()}))}",
        ]
        return "\n".join(lines)


def _listed(counts: Counter[str]) -> str:
    return f"{counts.total():,}" + "".join(f"\n  {count:6,} {what}" for what, count in counts.most_common())


_ONLY_PLACE = "the only way to keep another promise"
_CAP = "a cap, and a time agreed on or chosen"


class Room:
    """One plan, and where there would have been room."""

    def __init__(self, year: Year, free: Sequence[Placed], pins: Sequence[Slot], now: datetime) -> None:
        self.year, self.free, self.pins, self.now = year, free, pins, now
        self.bound = [p for p in free if p.commitment.state is State.OPEN and p.commitment.kind is not Kind.PLANNED]
        self.standing = [minute(pin.start) for pin in pins]
        """What counts towards a cap wherever the others are put: fixed times, and the long calls where they stand."""
        self.standing += [minute(p.slot.start) for p in free if p.slot and self.long(p.commitment)]
        self._cells: dict[str, frozenset[int]] = {}

    def cells(self, commitment: Commitment) -> frozenset[int]:
        found = self._cells.get(commitment.id)
        if found is None:
            around = [
                p.slot for p in self.free if p.slot and self.long(p.commitment) and p.commitment is not commitment
            ]
            fixed = [*self.pins, *around]
            length = self.year.policy.slot_minutes
            if self.long(commitment):
                length += -(-(commitment.minutes - length) // pitch(self.year.policy)) * pitch(self.year.policy)
            found = cells(self.year, commitment.contact_id, commitment.window, self.now, fixed, length)
            self._cells[commitment.id] = found
        return found

    def long(self, commitment: Commitment) -> bool:
        return commitment.minutes > self.year.policy.slot_minutes

    def capped(self, cell: int) -> bool:
        """Whether promises and fixed times fill the cell's hour or day: what is only planned would have to give way."""
        starts = [*self.pins, *(p.slot for p in self.bound if p.slot)]
        hours = [hour_of(minute(slot.start)) for slot in starts]
        hour, policy = hour_of(cell), self.year.policy
        of_day = sum(other[0] == hour[0] for other in hours)
        return hours.count(hour) >= (policy.per_hour or 9999) or of_day >= (policy.per_day or 9999)

    def crossed(self, placed: Placed) -> set[int]:
        """The cells from which a long call would run into another."""
        step = pitch(self.year.policy)
        taken = [(minute(p.slot.start), minute(p.slot.end)) for p in self.free if p.slot and p is not placed]
        reach = range(placed.commitment.minutes)
        return {start - start % step - back * step for start, _ in taken for back in range(len(reach) // step + 2)}

    def reason(self, placed: Placed, before: Slot) -> str:
        """What forced an event to another time; ``""`` where nothing did."""
        commitment, year, gap = placed.commitment, self.year, timedelta(minutes=self.year.policy.gap_minutes)
        policy, day = year.policy, before.start.date()
        inside = commitment.window.earliest <= before.start and before.end <= commitment.window.latest
        there = [p for p in (*(p.slot for p in self.free if p.slot), *self.pins) if p.start.date() == day]
        an_hour = sum(hour_of(minute(one.start)) == hour_of(minute(before.start)) for one in there)
        reasons = {
            "its time had passed": before.start < self.now,
            "a busy time": any(span.start < before.end and before.start < span.end for span in year.busy),
            "days away": bool(year.rep.away) and day in AWAY,
            "the law on attempts": one_too_many(
                year.home(commitment), year.log.get(commitment.contact_id, ()), before.start
            ),
            "a time agreed on or chosen": any(
                pin.start < before.end + gap and before.start - gap < pin.end for pin in self.pins
            ),
            "room in its window at last": not inside and _inside(placed),
            _CAP: any(pin.start.date() == day for pin in self.pins)
            and (len(there) >= (policy.per_day or 9999) or an_hour >= (policy.per_hour or 9999)),
            _ONLY_PLACE: any("the only way to keep another promise" in line for line in placed.why),
        }
        return next((reason for reason, holds in reasons.items() if holds), "")

    def needs_moves(self) -> bool:
        """Whether the promises that were not on the calendar could not all have had a place beside those that were."""
        standing, new = list(self.standing), []
        for placed in self.free:
            before = self.year.seen.get(placed.commitment.id)
            stayed = placed.slot is not None and before is not None and before.start == placed.slot.start
            if before is not None and (stayed or self.reason(placed, before) in (_ONLY_PLACE, _CAP)):
                standing.append(minute(before.start))
            elif self.long(placed.commitment):
                return True  # a long call needs a whole stretch: that others had to leave it is not told by a matching
            elif placed in self.bound and _inside(placed):
                new.append(placed.commitment)
        return most({one.id: self.cells(one) for one in new}, self.year.policy, standing) < len(new)


def _fixed(year: Year, placed: Placed, now: datetime) -> str:
    """Why a slot was not ours to choose: ``agreed``, ``chosen`` or ``just now``; ``""`` for one that was."""
    commitment, slot, window = placed.commitment, placed.slot, placed.commitment.window
    chosen = year.moved.get(commitment.id)
    if chosen is not None and chosen.end + GRACE > now:
        assert slot == chosen, f"{now}: not where the rep put it: {placed}"
        return "chosen"
    if commitment.kind is Kind.FIXED and commitment.state is State.OPEN:
        middle = window.earliest + (window.latest - window.earliest) / 2
        if window.earliest == window.latest:
            assert slot is not None, (now, placed)
            assert slot.start == middle, f"{now}: a clock time moved: {placed}"
            return "agreed"
        if slot is not None and slot.start == middle and not _possible(year, year.home(commitment), slot):
            return "agreed"  # "around four", and nothing is free around four
    before = year.seen.get(commitment.id)
    if before is not None and before.start < now < before.end + GRACE:
        assert slot == before, f"{now}: moved while the rep was on the phone: {placed}"
        return "just now"
    return ""


def _close_to_each_other(owed: Sequence[Placed], stays: dict[str, str]) -> None:
    """Two calls "around four" and nothing free around four: both stand at four, and both are told."""
    about = [p for p in owed if p.slot and p.commitment.kind is Kind.FIXED and "agreed, never moved" in p.why[0]]
    for placed in about:
        stays.setdefault(placed.commitment.id, "agreed")
    for one, other in combinations(about, 2):
        if one.slot and other.slot and one.slot.start < other.slot.end and other.slot.start < one.slot.end:
            assert one.problem is not None, one
            assert other.problem is not None, other


def _possible(year: Year, home: str, slot: Slot) -> bool:
    busy = any(span.start < slot.end and slot.start < span.end for span in year.busy)
    return works(slot) and legal(home, slot) and not busy and not (year.rep.away and slot.start.date() in AWAY)


def _inside(placed: Placed) -> bool:
    window, slot = placed.commitment.window, placed.slot
    return slot is not None and window.earliest <= slot.start and slot.end <= window.latest


def _one_at_a_time(year: Year, free: Sequence[Placed], pins: Sequence[Slot], now: datetime) -> None:
    gap = timedelta(minutes=year.policy.gap_minutes)
    slots = sorted((placed.slot for placed in free if placed.slot), key=lambda slot: slot.start)
    for slot, following in pairwise(slots):
        assert slot.end + gap <= following.start, f"{now}: two calls at once: {slot} {following}"
    for pin in pins:
        there = [slot for slot in slots if slot.start < pin.end + gap and pin.start - gap < slot.end]
        assert not there, f"{now}: two calls at once: {pin} {there}"


def _caps(year: Year, free: Sequence[Placed], pins: Sequence[Slot], now: datetime) -> None:
    """No more calls an hour and a day than the rep wants; what is fixed is kept even so, but nothing beside it."""
    ours, theirs = Counter[object](), Counter[object]()
    for count, slots in ((ours, [placed.slot for placed in free if placed.slot]), (theirs, pins)):
        for slot in slots:
            hour = hour_of(minute(slot.start))
            count[hour] += 1
            count[hour[0]] += 1
    for key, calls in ours.items():
        limit = year.policy.per_hour if isinstance(key, tuple) else year.policy.per_day
        assert limit is None or calls <= max(0, limit - theirs[key]), f"{now}: {calls} calls in {key}"
