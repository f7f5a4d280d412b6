"""The table of public holidays, from the ``holidays`` library, one country at a time.

The library's package of countries imports all 250 of them at its first use: 300 modules, 8 MB and a tenth of a second
for a rep who works in one.  Its own look-up imports a country by its module, which needs the package's place, not its
list; so the package is put in place without running that list.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holidays import HolidayBase

_COUNTRIES = "holidays.countries"


def country_holidays(country: str, **options: Any) -> HolidayBase:
    """The library's ``country_holidays``: day -> name for a country (ISO 3166-1, ``US``).  Raises
    ``NotImplementedError`` for a country, or a part of one, that the library does not know."""
    found: HolidayBase = _library().country_holidays(country, **options)
    return found


@cache
def _library() -> ModuleType:
    import holidays

    if _COUNTRIES not in sys.modules:
        spec = importlib.util.find_spec(_COUNTRIES)
        assert spec is not None  # noqa: S101 - a part of the library that was just imported
        sys.modules[_COUNTRIES] = importlib.util.module_from_spec(spec)
    return holidays
