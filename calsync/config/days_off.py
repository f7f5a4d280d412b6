"""The rep's days off as a mapping that looks a year up when it is first asked about.

The table of public holidays takes a fifteenth of a second of CPU to import, and most runs ask about two years of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from calsync.observances import country_holidays

FIRST_YEAR, LAST_YEAR = 1990, 2099


class DaysOff(Mapping[date, str]):
    """Date -> name, for the years 1990 to 2099.

    ``region`` is ISO 3166-2 or a country; ``""`` observes no public holiday.  ``extra`` days are added, days of
    ``work_on`` are taken out again.  A region without holidays of its own has those of its country.
    """

    def __init__(self, region: str, extra: Mapping[date, str], work_on: frozenset[date]) -> None:
        self._region = region
        self._extra = dict(extra)
        self._work_on = work_on
        self._years: dict[int, dict[date, str]] = {}

    def __getitem__(self, day: date) -> str:
        return self._year(day.year)[day]

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in self._year(day.year)

    def __iter__(self) -> Iterator[date]:
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            yield from self._year(year)

    def __len__(self) -> int:
        return sum(len(self._year(year)) for year in range(FIRST_YEAR, LAST_YEAR + 1))

    def _year(self, year: int) -> dict[date, str]:
        if year not in self._years:
            days = _public(self._region, year) if self._region and FIRST_YEAR <= year <= LAST_YEAR else {}
            days |= {day: name for day, name in self._extra.items() if day.year == year}
            self._years[year] = {day: days[day] for day in sorted(days) if day not in self._work_on}
        return self._years[year]


def _public(region: str, year: int) -> dict[date, str]:
    country, _, part = region.partition("-")
    try:
        return dict(country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError:
        pass
    try:
        return dict(country_holidays(country, years=year))
    except NotImplementedError:  # a country that the table does not have
        return {}
