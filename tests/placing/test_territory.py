"""Where a contact may be: the file before the number, and every place that is possible."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
import pytest
from phonenumbers import geocoder

from calsync.model import Contact, Phone
from calsync.placing import Certainty, contact_zone, territory
from calsync.placing.atlas import (
    UNPLACED,
    is_zone,
    of_number,
    regions,
    same_clock,
    states_and_dc,
    zone_region,
    zones_of,
)


def somebody(*numbers: str, timezone: str | None = None, region: str | None = None) -> Contact:
    phones = tuple(Phone(number) for number in numbers)
    return Contact("dana", "Dana", phones=phones, timezone=timezone, region=region)


@pytest.mark.parametrize(
    ("contact", "places", "certainty"),
    [
        (somebody("+13125550100"), {("US-IL", "America/Chicago")}, Certainty.AREA_CODE),
        (somebody("+13055550100"), {("US-FL", "America/New_York")}, Certainty.AREA_CODE),
        (
            somebody("+18505550100"),
            {("US-FL", "America/New_York"), ("US-FL", "America/Chicago")},
            Certainty.SEVERAL,
        ),
        (somebody("+19155550100"), {("US-TX", "America/Denver")}, Certainty.AREA_CODE),
        (
            somebody("+13085550100"),
            {("US-NE", "America/Chicago"), ("US-NE", "America/Denver")},
            Certainty.SEVERAL,
        ),
        (somebody("+14165550100"), {("CA-ON", "America/Toronto")}, Certainty.AREA_CODE),
        (
            somebody("+19025550100"),
            {("CA-NS", "America/Halifax"), ("CA-PE", "America/Halifax")},
            Certainty.AREA_CODE,
        ),
        (somebody("+442079460123"), {("GB", "Europe/London")}, Certainty.NUMBER),
        (somebody("+447911123456"), {("GB", "Europe/London")}, Certainty.NUMBER),
        (somebody("+33612345678"), {("FR", "Europe/Paris")}, Certainty.NUMBER),
        (somebody("+393331234567"), {("IT", "Europe/Rome")}, Certainty.NUMBER),
        (somebody("+34928123456"), {("ES", "Atlantic/Canary")}, Certainty.NUMBER),
        (
            somebody("+6421123456"),
            {("NZ", "Pacific/Auckland"), ("NZ", "Pacific/Chatham")},
            Certainty.SEVERAL,
        ),
        (somebody(), set(), Certainty.UNKNOWN),
        (somebody("+99"), set(), Certainty.UNKNOWN),
    ],
)
def test_what_the_number_says(contact: Contact, places: set[tuple[str, str]], certainty: Certainty) -> None:
    found = territory(contact)
    assert (set(found.places), found.certainty) == (places, certainty)


@pytest.mark.parametrize(
    ("contact", "places", "certainty"),
    [
        # The zone of the file beats the number's; the number's state stays, for a zone names none.
        (
            somebody("+13055550100", timezone="America/Chicago"),
            {("US", "America/Chicago"), ("US-FL", "America/Chicago")},
            Certainty.STATED,
        ),
        (somebody("+12125550100", timezone="America/Detroit"), {("US-NY", "America/Detroit")}, Certainty.STATED),
        (somebody("+18005550100", timezone="America/Chicago"), {("US", "America/Chicago")}, Certainty.STATED),
        (somebody(timezone="America/Phoenix"), {("US-AZ", "America/Phoenix")}, Certainty.STATED),
        (somebody(timezone="UTC"), {("", "UTC")}, Certainty.STATED),
        # The region of the file beats the number's zone; Florida keeps its presumption.
        (
            somebody("+13055550100", region="US-CA"),
            {("US-CA", "America/Los_Angeles"), ("US-FL", "America/Los_Angeles")},
            Certainty.REGION,
        ),
        (somebody(region="us-il"), {("US-IL", "America/Chicago")}, Certainty.REGION),
        (somebody(region="GB-ENG"), {("GB-ENG", "Europe/London")}, Certainty.REGION),
        (
            somebody(region="US-FL"),
            {("US-FL", "America/New_York"), ("US-FL", "America/Chicago")},
            Certainty.SEVERAL,
        ),
        # A number of that region narrows it down.
        (somebody("+13055550100", region="US-FL"), {("US-FL", "America/New_York")}, Certainty.REGION),
        (somebody("+13055550100", region="US"), {("US-FL", "America/New_York")}, Certainty.REGION),
        # Both stated, and they agree.
        (
            somebody(region="US-FL", timezone="America/Chicago"),
            {("US-FL", "America/Chicago")},
            Certainty.STATED,
        ),
        # Both stated, and they do not: every place that either may mean.
        (
            somebody(region="US-IL", timezone="America/New_York"),
            {("US-IL", "America/New_York"), ("US-IL", "America/Chicago")},
            Certainty.SEVERAL,
        ),
    ],
)
def test_what_the_file_states(contact: Contact, places: set[tuple[str, str]], certainty: Certainty) -> None:
    found = territory(contact)
    assert (set(found.places), found.certainty) == (places, certainty)


def test_toll_free_may_ring_in_every_state_and_dc() -> None:
    found = territory(somebody("+18005550100"))
    assert set(found.places) == set(states_and_dc())
    assert len({region for region, _ in found.places}) == 51
    assert {"Pacific/Honolulu", "America/Adak", "America/New_York"} <= set(found.zones)
    assert found.uncertain
    assert "a toll-free number" in found.source


def test_toll_free_says_nothing_beside_a_number_that_has_a_place() -> None:
    assert territory(somebody("+18005550100", "+13125550100")).zones == ("America/Chicago",)


def test_several_numbers_are_several_places() -> None:
    found = territory(somebody("+12125550100", "+13125550100"))
    assert set(found.zones) == {"America/New_York", "America/Chicago"}
    assert territory(somebody("+12125550100", "+13125550100"), "+13125550100").zones == ("America/Chicago",)


def test_what_cannot_be_read_is_doubted_and_not_used() -> None:
    found = territory(somebody("+13125550100", timezone="America/Chicgo", region="Illinois"))
    assert found.zones == ("America/Chicago",)
    assert found.doubt == '"America/Chicgo" is not a time zone; "ILLINOIS" is not a region'


def test_jurisdictions_name_countries_and_states() -> None:
    found = territory(somebody("+13055550100", region="US-CA"))
    assert found.jurisdictions == ("US", "US-CA", "US-FL")


def test_contact_zone_is_one_or_none() -> None:
    assert contact_zone(somebody("+13125550100")) == ZoneInfo("America/Chicago")
    assert contact_zone(somebody("+18505550100")) is None
    assert contact_zone(somebody()) is None


def test_every_zone_of_the_table_exists() -> None:
    for code, region in regions().items():
        for zone in region.zones:
            assert zone in available_timezones(), (code, zone)
            assert is_zone(zone)


def test_the_area_codes_agree_with_the_published_table() -> None:
    """Every North American code that ``phonenumbers`` places is placed in the same state here."""
    states = {region.name.removeprefix("the "): code for code, region in regions().items()}
    spelled = {"Washington State": "US-WA", "Washington D.C.": "US-DC", "U.S. Virgin Islands": "US-VI"}
    missing, wrong = [], []
    for area in range(201, 990):
        number = phonenumbers.parse(f"+1{area}5550100")
        name = geocoder.description_for_number(number, "en")
        country = phonenumbers.region_code_for_number(number)
        if country not in ("US", "CA", "PR", "VI", "GU", "MP") or str(area) in UNPLACED or name in ("", "Canada"):
            continue
        found = of_number(f"+1{area}5550100")
        if not found.area_code:
            missing.append((area, name))
        part = name.rpartition(", ")[2]
        expected = spelled.get(name) or states.get(name) or f"{country}-{part}"
        if len(expected) == 5 and expected not in {region for region, _ in found.places}:
            wrong.append((area, name, found.places))
    assert not missing
    assert not wrong


def test_clocks_that_agree_all_year() -> None:
    assert same_clock("Europe/London", "Europe/Jersey")
    assert not same_clock("America/Denver", "America/Phoenix")
    assert zone_region("America/New_York") == "US"
    assert zone_region("Europe/Paris") == "FR"
    assert zones_of("BR")[0] in available_timezones()
    assert zones_of("XX") == ()
