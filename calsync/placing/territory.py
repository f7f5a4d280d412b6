"""Where a contact may be: zones, regions, and how sure that is.

What the contact's file states (``timezone``, ``region``) beats what the number says.  Regions add up: a state that the
number belongs to keeps its law beside the stated one, because Florida presumes that an area code of its own is a person
in Florida (Fla. Stat. 501.059), and the stricter row costs little.  A zone alone names no state, so the number's stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from calsync.model import Contact
from calsync.placing.atlas import (
    OfNumber,
    is_region,
    is_zone,
    of_number,
    same_clock,
    states_and_dc,
    zone_region,
    zones_of,
)

Place = tuple[str, str]
"""A region (``"US-FL"``, ``"FR"``) and the zone on whose clock somebody there lives."""


class Certainty(StrEnum):
    """How a zone is known, the surest first."""

    STATED = "stated"
    REGION = "region"
    NUMBER = "number"
    AREA_CODE = "area code"
    SEVERAL = "several"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Territory:
    """Every place a contact may be in; a call is allowed where it is allowed in all of them.

    ``source`` says in words where the zone comes from; ``doubt`` what a person should correct, ``""`` when nothing.
    """

    places: tuple[Place, ...]
    certainty: Certainty
    source: str
    doubt: str = ""
    zones: tuple[str, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "zones", tuple(dict.fromkeys(zone for _, zone in self.places)))

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """The regions whose law applies, countries included, each once."""
        codes = dict.fromkeys(code for region, _ in self.places for code in (region.partition("-")[0], region))
        return tuple(codes)

    @property
    def uncertain(self) -> bool:
        """True where the zone should be asked for."""
        return self.certainty in (Certainty.SEVERAL, Certainty.UNKNOWN)


def territory(contact: Contact, number: str = "") -> Territory:
    """Where ``contact`` may be when called on ``number`` (E.164); without one, on any of the contact's numbers.

    A toll-free number says nothing while there is another one; alone, it may ring in any state or in DC.
    """
    numbers = (number,) if number else [phone.e164 for phone in contact.phones]
    # what numbers say is the same for thousands of them
    rings = tuple([found for found in map(of_number, numbers) if found.places])
    return _territory((contact.timezone or "").strip(), (contact.region or "").strip().upper(), rings)


def contact_zone(contact: Contact) -> ZoneInfo | None:
    """The one zone the contact lives in, ``None`` where there are several or none."""
    zones = territory(contact).zones
    return ZoneInfo(zones[0]) if len(zones) == 1 else None


@lru_cache(maxsize=4096)
def _territory(zone: str, region: str, known: tuple[OfNumber, ...]) -> Territory:
    rings = [found for found in known if not found.anywhere] or list(known)
    doubts = []
    if zone and not is_zone(zone):
        doubts.append(f'"{zone}" is not a time zone')
        zone = ""
    if region and not is_region(region):
        doubts.append(f'"{region}" is not a region')
        region = ""
    if region:
        found = _from_region(zone, region, rings)
    elif zone:
        found = _from_zone(zone, rings)
    else:
        found = _from_numbers(rings)
    if not doubts:
        return found
    return Territory(found.places, found.certainty, found.source, "; ".join(doubts))


def _from_region(zone: str, region: str, rings: list[OfNumber]) -> Territory:
    numbered = [place for found in rings if not found.anywhere for place in found.places]
    inside = [place for place in numbered if _within(place[0], region)]
    usual = zones_of(region)
    if zone and any(same_clock(zone, other) for other in usual):
        own = [(region, zone)]
        sure, source, doubt = Certainty.STATED, "the contact's time zone", ""
    elif zone:
        own = [(region, zone), *((region, other) for other in usual)]
        sure, source = Certainty.SEVERAL, "the contact's time zone and region"
        doubt = f"time zone {zone} is not one of {region}"
    else:
        # A number of that very region narrows it down: Miami, not Pensacola, for region US-FL and area code 305.
        own = inside or [(region, other) for other in usual]
        sure = Certainty.REGION if len({other for _, other in own}) == 1 else Certainty.SEVERAL
        source, doubt = f"region {region}", ""
    if region == "US" and not inside and not zone:
        own = list(states_and_dc())
    zones = list(dict.fromkeys(other for _, other in own))
    elsewhere = dict.fromkeys(code for code, _ in numbered if not _within(code, region))
    finer = dict.fromkeys(code for code, _ in inside if code != region)
    own += [(code, other) for code in (*finer, *elsewhere) for other in zones]
    return Territory(tuple(dict.fromkeys(own)), sure, source, doubt)


def _from_zone(zone: str, rings: list[OfNumber]) -> Territory:
    numbered = [place for found in rings if not found.anywhere for place in found.places]
    regions = list(dict.fromkeys(region for region, _ in numbered))
    if not any(same_clock(zone, other) for _, other in numbered):
        # The number is from elsewhere: the law of the stated zone's own country or state comes first.
        home = zone_region(zone)
        regions = list(dict.fromkeys([home, *regions])) if home else regions
    places = tuple((region, zone) for region in regions) or (("", zone),)
    return Territory(places, Certainty.STATED, "the contact's time zone")


def _from_numbers(rings: list[OfNumber]) -> Territory:
    places = tuple(dict.fromkeys(place for found in rings for place in found.places))
    if not places:
        return Territory((), Certainty.UNKNOWN, "nothing in the contact's file")
    source = " and ".join(dict.fromkeys(found.source for found in rings))
    if len({zone for _, zone in places}) > 1:
        return Territory(places, Certainty.SEVERAL, source)
    sure = Certainty.AREA_CODE if any(found.area_code for found in rings) else Certainty.NUMBER
    return Territory(places, sure, source)


def _within(region: str, stated: str) -> bool:
    return region == stated or region.startswith(f"{stated}-")
