"""Days and times as they are printed, the same in every locale, so that output can be compared."""

from __future__ import annotations

from datetime import datetime, tzinfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(moment: datetime, zone: tzinfo | None = None) -> str:
    """``Fri 27 Nov``, in ``zone`` or, without one, in the moment's own."""
    local = moment.astimezone(zone) if zone else moment
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


def clock(moment: datetime, zone: tzinfo | None = None) -> str:
    """``16:10``."""
    return f"{moment.astimezone(zone) if zone else moment:%H:%M}"


def day_and_time(moment: datetime, zone: tzinfo | None = None) -> str:
    """``Fri 27 Nov 16:10``."""
    return f"{day(moment, zone)} {clock(moment, zone)}"
