"""``now``: read from the clock here, or given with ``--at``.  The rooms inside are handed the answer."""

from __future__ import annotations

from datetime import datetime, tzinfo

from calsync.errors import UsageError


def moment(at: str | None, zone: tzinfo) -> datetime:
    """The time that ``--at`` names, else now.  Without an offset it is in ``zone``, the rep's."""
    if at is None:
        return datetime.now(zone)
    try:
        read = datetime.fromisoformat(at)
    except ValueError:
        raise UsageError(
            f"--at {at!r} is not a time.",
            hint="write it like 2026-11-25T11:02, or with an offset 2026-11-25T11:02-06:00",
        ) from None
    return read.replace(tzinfo=zone) if read.tzinfo is None else read.astimezone(zone)
