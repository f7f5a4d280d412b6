"""Regions, their zones, and the numbers that ring there.

North America is looked up in the shipped table, because the published number-to-zone tables name one zone for area
codes that span two (308 in Nebraska, 270 in Kentucky); every other number is asked of ``phonenumbers``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NANP = "+1"
TERRITORIES = frozenset({"US-AS", "US-GU", "US-MP", "US-PR", "US-VI"})
# Codes that ring anywhere in the country: toll-free (8xx), personal (5xx), premium.
TOLL_FREE = frozenset({"800", "822", "833", "844", "855", "866", "877", "888"})
PERSONAL = frozenset({"500", "521", "522", "523", "524", "525", "526", "527", "528", "529", "532", "533", "544"})
UNPLACED = TOLL_FREE | PERSONAL | {"566", "577", "588", "700", "710", "900"}


@dataclass(frozen=True, slots=True, eq=False)
class OfNumber:
    """What a number says: the places it may ring in, in words, and whether it rings anywhere (toll-free).

    There is one for all numbers that say the same, so it is told by its identity.
    """

    places: tuple[tuple[str, str], ...]
    source: str
    anywhere: bool = False
    area_code: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    zones: tuple[str, ...]


@cache
def _rows() -> Mapping[str, Mapping[str, object]]:
    rows: Mapping[str, Mapping[str, object]] = tomllib.loads(
        files(__package__).joinpath("data/regions.toml").read_text(encoding="utf-8")
    )
    return rows


@cache
def regions() -> Mapping[str, Region]:
    """The shipped regions by ISO 3166 code."""
    return {code: Region(str(row["name"]), _strings(row["zones"])) for code, row in _rows().items()}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


@cache
def _area_codes() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Area code -> the places it rings in.  ``850*`` is any zone of its region, ``915@2`` the second."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for code, row in _rows().items():
        zones = _strings(row["zones"])
        for token in str(row.get("area_codes", "")).split():
            if token.endswith("*"):
                places = tuple((code, zone) for zone in zones)
            else:
                _, _, nth = token.partition("@")
                places = ((code, zones[int(nth or 1) - 1]),)
            found[token[:3]] = found.get(token[:3], ()) + places
    return found


@cache
def _countries() -> Mapping[str, tuple[str, ...]]:
    """Country -> zones, from the time zone database (zone.tab of the ``tzdata`` package)."""
    found: dict[str, list[str]] = {}
    for line in files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return {country: tuple(zones) for country, zones in found.items()}


@cache
def states_and_dc() -> tuple[tuple[str, str], ...]:
    """Where a toll-free number may ring: every state and DC, each in each of its zones."""
    return tuple(
        (code, zone)
        for code, region in regions().items()
        if code.startswith("US-") and code not in TERRITORIES
        for zone in region.zones
    )


@cache
def zones_of(region: str) -> tuple[str, ...]:
    """The zones of a region, or of its country where it has no row.  Clocks that always agree count once."""
    if region in regions():
        return regions()[region].zones
    country = region.partition("-")[0]
    if country in regions():
        return regions()[country].zones
    if country == "US":
        return _distinct(tuple(zone for _, zone in states_and_dc()))
    return _distinct(_countries().get(country, ()))


@cache
def is_region(code: str) -> bool:
    """True for an ISO 3166-2 code of the table, or for any code that begins with a country."""
    return code in regions() or code.partition("-")[0] in _countries()


@cache
def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


_SAMPLES = tuple(
    datetime(2026, month, day, tzinfo=UTC) for month, day in ((1, 15), (3, 20), (4, 10), (7, 15), (10, 28))
)


@cache
def same_clock(one: str, other: str) -> bool:
    """True where two zones show the same time all year (sampled between the changes of either hemisphere)."""
    first, second = ZoneInfo(one), ZoneInfo(other)
    return one == other or all(at.astimezone(first).utcoffset() == at.astimezone(second).utcoffset() for at in _SAMPLES)


def _distinct(zones: tuple[str, ...]) -> tuple[str, ...]:
    kept: list[str] = []
    for zone in zones:
        if not any(same_clock(zone, other) for other in kept):
            kept.append(zone)
    return tuple(kept)


@cache
def zone_region(zone: str) -> str:
    """The state, else the country, that a zone names; ``""`` for a zone that belongs to no one country.

    Only a zone that one region alone keeps names a state: America/Phoenix is Arizona, America/New_York is just the US.
    """
    holders = [code for code, region in regions().items() if zone in region.zones and "-" in code]
    firsts = [code for code in holders if regions()[code].zones[0] == zone]
    if len(firsts) == 1 == len(holders):
        return firsts[0]
    countries = {country for country, zones in _countries().items() if zone in zones}
    countries |= {code.partition("-")[0] for code in holders}
    return countries.pop() if len(countries) == 1 else ""


def of_number(e164: str) -> OfNumber:
    """What the number ``e164`` says about where it rings: one value for all numbers that say the same."""
    if e164.startswith(NANP) and len(e164) == 12:
        area = e164[2:5]
        if area in _area_codes():
            return _of_area(area)
        if area in UNPLACED:
            return _anywhere(area)
    return _abroad(e164)


@cache
def _of_area(area: str) -> OfNumber:
    return OfNumber(_area_codes()[area], f"area code {area}", area_code=True)


@cache
def _anywhere(area: str) -> OfNumber:
    return OfNumber(states_and_dc(), "a toll-free number" if area[0] == "8" else f"area code {area}", anywhere=True)


@cache
def _of_places(places: tuple[tuple[str, str], ...], source: str) -> OfNumber:
    return OfNumber(places, source)


@lru_cache(maxsize=65536)
def _abroad(e164: str) -> OfNumber:
    import phonenumbers
    from phonenumbers import timezone

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return _of_places((), "")
    zones = tuple(zone for zone in timezone.time_zones_for_number(number) if is_zone(zone) and zone != "Etc/Unknown")
    home = phonenumbers.region_code_for_country_code(number.country_code or 0)
    # A mobile number of several zones names its country code's main country (+44 7 is rarely Guernsey).
    country = (phonenumbers.region_code_for_number(number) if len(zones) == 1 else None) or home
    usual = zones_of(country) if country in _countries() else ()
    # The country's own first zone speaks for all that share its clock (London for Jersey, Rome for the Vatican).
    ordered = zones if len(zones) == 1 else tuple(z for z in usual if any(same_clock(z, o) for o in zones)) + zones
    places = tuple((country, zone) for zone in _distinct(ordered or usual))
    return _of_places(places, f"number +{number.country_code}")
