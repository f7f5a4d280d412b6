"""Public holidays of a region, from the ``holidays`` library.

Importing that library costs more than anything else in this room, so it happens at the first question, and each
(region, year) is built once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from calsync.observances import country_holidays


@cache
def holidays_of(region: str, year: int, categories: tuple[str, ...] = ("public",)) -> Mapping[date, str]:
    """The holidays of ``region`` (``"US-IL"``, ``"FR"``) in ``year`` with their names, observed days included.

    A region that the library does not know has its country's holidays; a country that it does not know has none.
    """
    country, _, part = region.partition("-")
    if not country:
        return {}
    try:
        known = country_holidays(country, years=year)
    except NotImplementedError:
        return {}
    wanted = [name for name in categories if name in known.supported_categories]
    options: dict[str, Any] = {"categories": wanted} if wanted else {}
    if "en_US" in known.supported_languages:
        options["language"] = "en_US"
    if part in known.subdivisions:
        options["subdiv"] = part
    return dict(country_holidays(country, years=year, **options))
