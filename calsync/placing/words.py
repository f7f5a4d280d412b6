"""The why lines: short, in the rep's zone, the contact's own time where it differs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from calsync.model import Kind, Slot
from calsync.placing.facts import Facts, barred
from calsync.placing.grid import clock_of, minutes
from calsync.placing.law import Cap, closing_law, law_name, legal_hours, name_of, rest_after_refusal, spell
from calsync.placing.task import Task
from calsync.placing.world import World

NEIGHBOURS = 120
"""Busy times this close to a slot (minutes) are worth naming."""


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""The same on every machine: no locale is asked."""


def day_name(at: date) -> str:
    """``"Fri 27 Nov"``."""
    return f"{_DAYS[at.weekday()][:3]} {at.day} {_MONTHS[at.month]}"


def moment(at: datetime) -> str:
    """``"Fri 27 Nov 16:10"``."""
    return f"{day_name(at)} {_clock(at)}"


def short(at: datetime) -> str:
    """``"Fri 16:10"``."""
    return f"{_DAYS[at.weekday()][:3]} {_clock(at)}"


def _clock(at: datetime) -> str:
    return f"{at.hour:02}:{at.minute:02}"


def window_words(task: Task, zone: ZoneInfo) -> str:
    """The due window as the rep would say it."""
    window = task.commitment.window
    first, last = window.earliest.astimezone(zone), window.latest.astimezone(zone)
    if first == last:
        return moment(first)
    if first.date() == last.date():
        return f"{day_name(first)} {_clock(first)}-{_clock(last)}"
    return f"{day_name(first)} to {day_name(last)}"


def reason_words(task: Task, slot: Slot, zone: ZoneInfo) -> str:
    """Why this day, and late or early on it."""
    kind = task.commitment.kind
    window = task.commitment.window
    last = window.latest.astimezone(zone)
    if kind is Kind.DEADLINE and slot.start.date() == last.date():
        hours_left = (last - slot.end).total_seconds() / 3600
        return f"{_weekday(slot)} late as promised" if hours_left <= 3 else f"{_weekday(slot)} as promised"
    if kind is Kind.DEADLINE:
        return f"before {day_name(last)}, as promised"
    if kind is Kind.FIXED:
        return f"close to {(window.earliest + (window.latest - window.earliest) / 2).astimezone(zone):%H:%M} as agreed"
    if kind is Kind.PLANNED:
        return "planned, not promised"
    if window.earliest.astimezone(zone).date() == last.date():
        return f"{_weekday(slot)} as promised"
    return f"within {window_words(task, zone)} as promised"


def _weekday(slot: Slot) -> str:
    return _DAYS[slot.start.weekday()]


def law_words(world: World, facts: Facts, slot: Slot) -> str:
    """``"allowed until 20:00 in Florida"``: the place that closes first, on its own clock."""
    return world.closing(facts.land.places, slot.start.toordinal(), minutes(slot.end))


def zone_words(facts: Facts, slot: Slot) -> str:
    """What the contact's clock shows, where it is not the rep's."""
    zones = facts.land.zones
    if len(zones) > 2:
        return ""
    ours = slot.start.utcoffset()
    there = [(slot.start.astimezone(clock_of(name)), name) for name in zones]
    if all(at.utcoffset() == ours for at, _ in there):
        return ""
    return " or ".join(dict.fromkeys(f"{at:%H:%M} in {city(name)}" for at, name in there))


def city(zone: str) -> str:
    """``"New York"`` for ``America/New_York``."""
    return zone.rpartition("/")[2].replace("_", " ")


def doubt_words(facts: Facts) -> str:
    """What to ask, where the zone is not certain."""
    land = facts.land
    if land.doubt:
        return f"zone uncertain: ask ({land.doubt})"
    if not land.uncertain:
        return ""
    if not facts.contact.phones and land.source == "taken as yours":
        return "zone uncertain: ask (no number and no zone in the file, taken as yours)"
    where = "all of them" if len(land.zones) > 2 else " and ".join(city(zone) for zone in land.zones)
    return f"zone uncertain: ask ({land.source}; only hours allowed in {where})"


def busy_words(world: World, slot: Slot) -> str:
    """``"you are busy 15:00-16:00"``: busy times beside the slot."""
    start, end = minutes(slot.start), minutes(slot.end)
    near = [
        f"{_local(world, opens)}-{_local(world, closes)}"
        for opens, closes in world.busy
        if closes > start - NEIGHBOURS and opens < end + NEIGHBOURS and closes - opens < 1440
    ]
    return f"you are busy {', '.join(near[:2])}" if near else ""


def _local(world: World, minute: int) -> str:
    return f"{datetime.fromtimestamp(minute * 60, UTC).astimezone(world.rep.zone):%H:%M}"


def varied_words(facts: Facts, slot: Slot) -> str:
    """``"varied from Mon 10:05"``: the latest attempt that reached nobody, when the slot is two hours away from it;
    ``"another weekday than Mon 10:05"`` where it is that and no more."""
    if not facts.silent:
        return ""
    last = facts.silent[0]
    apart = abs((slot.start.hour - last.hour) * 60 + slot.start.minute - last.minute)
    if apart >= NEIGHBOURS:
        return f"varied from {short(last)}"
    return "" if last.weekday() == slot.start.weekday() else f"another weekday than {short(last)}"


def bar_words(facts: Facts, minute: int, zone: ZoneInfo, bars: Iterable[tuple[int, int]] | None = None) -> str:
    """``"would be attempt 4 in 24 h"``: the cap or the refusal that forbids a call at a UTC minute; else ``""``.

    ``bars`` are those of ``facts`` unless given: calls that were placed meanwhile count for a cap, too.
    """
    if facts.refused and facts.refused[0] < minute < facts.refused[1]:
        rest, region = rest_after_refusal(tuple(dict.fromkeys(region for region, _ in facts.land.places)))
        until = day_name(datetime.fromtimestamp(facts.refused[1] * 60, zone))
        return f"is within {rest.days} days of their refusal: {name_of(region)} allows no call before {until}"
    if not any(opens < minute < closes for opens, closes in (facts.bars() if bars is None else bars)):
        return ""
    cap = next((cap for cap, touches in facts.caps if _reached(cap, touches, minute)), facts.caps[0][0])
    hours = int(cap.period.total_seconds() // 3600)
    return f"would be attempt {cap.calls + 1} in {f'{hours // 24} days' if hours > 48 else f'{hours} h'}"


def _reached(cap: Cap, touches: tuple[int, ...], minute: int) -> bool:
    return any(opens < minute < closes for opens, closes in barred([(cap, touches)]))


def outside_words(region: str, there: datetime) -> str:
    """``"the United States allows 08:00-21:00, and it is 05:10 in Hawaii"``: a moment outside calling hours."""
    where = f"in {name_of(region)}" if "-" in region else "there"
    return f"{hours_words(region, there.date())}, and it is {there:%H:%M} {where}"


def hours_words(region: str, local: date) -> str:
    """``"Florida allows 08:00-20:00"``, or why a day has none."""
    hours = legal_hours(region, local)
    place = law_name(region, local)
    if hours:
        return f"{place} allows {spell(hours)}"
    if holiday := closing_law(region, local).holiday(region, local):
        return f"{place} allows no calls on {holiday}"
    return f"{place} allows no calls on {local:%A}s"
