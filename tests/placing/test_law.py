"""The table of calling hours, and what binds where."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from calsync.model import Channel
from calsync.placing.holiday import holidays_of
from calsync.placing.law import caps_of, hours_in_all, laws_of, legal_hours, rest_after_refusal, spell, table

MON, SAT, SUN = date(2026, 11, 30), date(2026, 12, 5), date(2026, 12, 6)
CHRISTMAS, CHRISTMAS_EVE, THANKSGIVING = date(2026, 12, 25), date(2026, 12, 24), date(2026, 11, 26)


@pytest.mark.parametrize(
    ("region", "day", "hours"),
    [
        ("US-IL", MON, "08:00-21:00"),
        ("US-IL", SUN, "08:00-21:00"),
        ("US-IL", THANKSGIVING, "08:00-21:00"),
        ("US-FL", MON, "08:00-20:00"),
        ("US-FL", SUN, "08:00-20:00"),
        ("US-OK", MON, "08:00-20:00"),
        ("US-MD", MON, "08:00-20:00"),
        ("US-WA", MON, "08:00-20:00"),
        ("US-AL", MON, "08:00-20:00"),
        ("US-AL", SUN, "none"),
        ("US-AL", THANKSGIVING, "none"),
        ("US-LA", SUN, "none"),
        ("US-LA", date(2026, 1, 8), "none"),
        ("US-LA", date(2026, 2, 17), "none"),  # Mardi Gras
        ("US-MS", SUN, "none"),
        ("US-CT", MON, "09:00-20:00"),
        ("US-KY", MON, "10:00-21:00"),
        ("US-MA", MON, "08:00-20:00"),
        ("US-MI", MON, "09:00-21:00"),
        ("US-MN", MON, "09:00-21:00"),
        ("US-NM", MON, "09:00-21:00"),
        ("US-NV", MON, "09:00-20:00"),
        ("US-PA", MON, "08:00-21:00"),
        ("US-PA", CHRISTMAS, "none"),
        ("US-RI", MON, "09:00-18:00"),
        ("US-RI", SAT, "10:00-17:00"),
        ("US-RI", SUN, "none"),
        ("US-TX", MON, "09:00-20:00"),
        ("US-TX", SUN, "none"),
        ("US-TX", THANKSGIVING, "none"),
        ("US-TX", date(2026, 11, 27), "09:00-20:00"),  # a holiday of the state, not of the country
        ("US-SD", SUN, "none"),
        ("US-UT", SUN, "none"),
        ("US-UT", date(2026, 7, 24), "none"),  # Pioneer Day
        ("US-WY", MON, "08:00-20:00"),
        ("US-PR", MON, "08:00-21:00"),
        ("PR", MON, "08:00-21:00"),
        ("CA-ON", MON, "09:00-21:30"),
        ("CA-QC", SAT, "10:00-18:00"),
        ("GB-ENG", MON, "09:00-20:00"),
        ("GB-ENG", CHRISTMAS, "none"),
        ("GG", MON, "09:00-20:00"),
        ("IE", SAT, "10:00-17:00"),
        ("DE", SUN, "none"),
        ("AT", MON, "09:00-20:00"),
        ("AT", SUN, "none"),
        ("FR", MON, "10:00-13:00, 14:00-20:00"),
        ("FR", SAT, "none"),
        ("FR", date(2026, 7, 14), "none"),
        ("RE", MON, "10:00-13:00, 14:00-20:00"),
        ("ES", MON, "09:00-21:00"),
        ("ES", SAT, "none"),
        ("IT", MON, "09:00-20:00"),
        ("IT", CHRISTMAS_EVE, "10:00-19:00"),
        ("IT", CHRISTMAS, "none"),
        ("NL", MON, "09:00-22:00"),
        ("NL", CHRISTMAS_EVE, "09:00-18:30"),
        ("NL", SAT, "10:00-16:00"),
        ("AU", MON, "09:00-20:00"),
        ("AU-NSW", SAT, "09:00-17:00"),
        ("AU", CHRISTMAS, "none"),
        ("NZ", SUN, "none"),
        ("IN", SUN, "09:00-21:00"),
        ("BR", MON, "09:00-20:00"),
        ("BR", SUN, "none"),
        ("", MON, "09:00-20:00"),
    ],
)
def test_hours(region: str, day: date, hours: str) -> None:
    assert spell(legal_hours(region, day)) == hours


def test_a_state_never_loosens_its_country() -> None:
    for code in table():
        if "-" in code:
            country = code.partition("-")[0]
            for offset in range(366):
                day = date(2026, 1, 1) + timedelta(days=offset)
                wide = legal_hours(country, day)
                for opens, closes in legal_hours(code, day):
                    assert any(a <= opens and closes <= b for a, b in wide), (code, day)


def test_every_row_names_its_source_and_the_day_it_was_checked() -> None:
    for code, law in table().items():
        assert law.source, code
        assert law.checked >= date(2026, 11, 22), code
        assert len(law.week) == 7


def test_an_unverified_row_is_at_least_as_strict_as_what_is_certain() -> None:
    """Where a source is missing the row is stricter than the federal hours, or than the default."""
    for code, law in table().items():
        if law.verified or code == "default":
            continue
        base = table()["US"] if code.startswith("US-") else table()["default"]
        for mine, theirs in zip(law.week, base.week, strict=True):
            assert all(any(a <= x and y <= b for a, b in theirs) for x, y in mine), code
        assert law.holidays == (), code


NEIGHBOURS = {
    "US-PA": ("US-MD",),
    "US-RI": ("US-CT", "US-MA"),
    "US-SD": ("US-MN",),
    "US-TX": ("US-LA", "US-NM", "US-OK"),
    "US-UT": ("US-NM", "US-NV"),
    "US-WY": (),
}
"""The states beside each unverified one that have a confirmed row of their own."""


def test_an_unverified_day_is_no_looser_than_that_of_a_confirmed_neighbour() -> None:
    unverified = {code for code, law in table().items() if code.startswith("US-") and not law.verified}
    assert unverified == set(NEIGHBOURS)
    confirmed = {("US-PA", day) for day in range(5)}  # its weekdays are in the source, which breaks off after them
    for code, others in NEIGHBOURS.items():
        for other in others:
            for day, (mine, theirs) in enumerate(zip(table()[code].week, table()[other].week, strict=True)):
                if (code, day) not in confirmed:
                    assert all(any(a <= x and y <= b for a, b in theirs) for x, y in mine), (code, other, day)


@pytest.mark.parametrize(
    ("region", "weekdays", "saturday", "sunday", "holiday"),
    [
        ("US", "08:00-21:00", "08:00-21:00", "08:00-21:00", "same"),
        ("US-FL", "08:00-20:00", "08:00-20:00", "08:00-20:00", "same"),
        ("US-OK", "08:00-20:00", "08:00-20:00", "08:00-20:00", "same"),
        ("US-MD", "08:00-20:00", "08:00-20:00", "08:00-20:00", "same"),
        ("US-WA", "08:00-20:00", "08:00-20:00", "08:00-20:00", "same"),
        ("US-AL", "08:00-20:00", "08:00-20:00", "none", "none"),
        ("US-LA", "08:00-20:00", "08:00-20:00", "none", "none"),
        ("US-MS", "08:00-20:00", "08:00-20:00", "none", "none"),
        ("US-CT", "09:00-20:00", "09:00-20:00", "09:00-20:00", "same"),
        ("US-KY", "10:00-21:00", "10:00-21:00", "10:00-21:00", "same"),
        ("US-MA", "08:00-20:00", "08:00-20:00", "08:00-20:00", "same"),
        ("US-ME", "08:00-21:00", "08:00-21:00", "08:00-21:00", "same"),
        ("US-MI", "09:00-21:00", "09:00-21:00", "09:00-21:00", "same"),
        ("US-MN", "09:00-21:00", "09:00-21:00", "09:00-21:00", "same"),
        ("US-NM", "09:00-21:00", "09:00-21:00", "09:00-21:00", "same"),
        ("US-NV", "09:00-20:00", "09:00-20:00", "09:00-20:00", "same"),
        ("CA", "09:00-21:30", "10:00-18:00", "10:00-18:00", "same"),
        ("AU", "09:00-20:00", "09:00-17:00", "none", "none"),
        ("FR", "10:00-13:00, 14:00-20:00", "none", "none", "none"),
        ("IN", "09:00-21:00", "09:00-21:00", "09:00-21:00", "same"),
    ],
)
def test_every_confirmed_row_says_what_its_source_does(
    region: str, weekdays: str, saturday: str, sunday: str, holiday: str
) -> None:
    law = table()[region]
    assert law.verified
    assert [spell(hours) for hours in law.week] == [weekdays] * 5 + [saturday, sunday]
    assert ("same" if law.holidays is None else spell(law.holidays)) == holiday


def test_whose_attempts_are_capped_and_who_is_left_alone_after_a_refusal() -> None:
    capped = {code: [(cap.calls, cap.period) for cap in law.caps] for code, law in table().items() if law.caps}
    day, month = timedelta(hours=24), timedelta(days=30)
    states = {"US-FL": [(3, day)], "US-MD": [(3, day)], "US-OK": [(3, day)], "US-ME": [(1, timedelta(hours=8))]}
    france = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM", "BL", "MF")
    assert capped == states | {code: [(4, month)] for code in france}
    assert rest_after_refusal(("FR", "DE")) == (timedelta(days=60), "FR")
    assert rest_after_refusal(("US-FL", "DE"))[0] == timedelta()


def test_caps() -> None:
    (florida,) = caps_of(("US-FL", "US-IL"))
    assert (florida.calls, florida.period) == (3, timedelta(hours=24))
    assert florida.channels == {Channel.CALL, Channel.SMS}
    (france,) = caps_of(("FR",))
    assert (france.calls, france.period, france.channels) == (4, timedelta(days=30), frozenset({Channel.CALL}))
    assert caps_of(("US-IL",)) == ()


def test_several_regions_are_the_strictest_of_all() -> None:
    assert hours_in_all(("US-FL", "US-KY", "US-IL"), MON) == ((600, 1200),)
    assert hours_in_all(("US-FL", "US-AL"), SUN) == ()


def test_laws_of_an_unknown_country_are_the_default() -> None:
    assert [law.code for law in laws_of("BR")] == ["default"]
    assert [law.code for law in laws_of("US-FL")] == ["US", "US-FL"]


def test_observed_holidays_count() -> None:
    """Independence Day 2026 is a Saturday: Friday the third is observed."""
    assert legal_hours("US-AL", date(2026, 7, 3)) == ()
    assert legal_hours("US-AL", date(2026, 7, 4)) == ()


def test_holidays_of_what_the_library_does_not_know() -> None:
    assert holidays_of("XX", 2026) == {}
    assert holidays_of("", 2026) == {}
    assert holidays_of("GB-XYZ", 2026)[date(2026, 12, 25)] == "Christmas Day"
