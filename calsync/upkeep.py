"""Looking after what calsync wrote: the full check (``verify``) and taking everything back (``purge``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from calsync.errors import CalendarError, Stale
from calsync.office import Office
from calsync.pipeline import wanted
from calsync.sync.apply import Writer
from calsync.sync.verify import Finding, copies, findings


@dataclass(slots=True)
class Checked:
    """One calendar after a check.  ``error`` is set where it could not be read; ``repaired`` counts what was mended."""

    calendar: str
    events: int = 0
    findings: tuple[Finding, ...] = ()
    copies: tuple[str, ...] = ()
    repaired: int = 0
    error: CalendarError | None = None


def verify(office: Office, now: datetime, *, repair: bool = False) -> tuple[Checked, ...]:
    """Read every event of ours on every calendar and compare; with ``repair``, mend what is ours.

    What a person did since the last run is no finding to mend: run a sync first, it reads marks.
    """
    made = office.plan(now)
    want = wanted(made, office.rep, office.policy)
    results = []
    for spec in office.settings.calendars:
        result = Checked(spec.name)
        results.append(result)
        try:
            branch = office.branch(spec)
            listing = branch.calendar.changes(None)
            result.events = len(listing.seen)
            result.findings = findings(want, branch.rows, listing)
            result.copies = copies(listing)
            if repair:
                writer = Writer(branch.calendar, office.ledger, office.cache, branch.rows, now, {})
                office.cache.put_seen(spec.name, list(listing.seen))
                done = writer.apply([one.repair for one in result.findings if one.repair is not None])
                result.repaired = sum(one.error is None for one in done)
        except CalendarError as error:
            result.error = error
    return tuple(results)


@dataclass(slots=True)
class Purged:
    """What was taken back from one calendar."""

    calendar: str
    removed: int = 0
    left: list[str] = field(default_factory=list)
    error: CalendarError | None = None


def ours(office: Office) -> dict[str, int]:
    """How many events of ours each calendar holds, ledger or no ledger.  Raises ``CalendarError``."""
    return {
        spec.name: len([one for one in office.branch(spec).calendar.changes(None).seen if not one.cancelled])
        for spec in office.settings.calendars
    }


def purge(office: Office, *, progress: Callable[[], None] = lambda: None) -> tuple[Purged, ...]:
    """Take back every event that bears our mark under our UID, on every calendar, and nothing else.

    Works from the calendar alone, so a lost ledger does not matter.  The ledger forgets the events, not what a person
    decided; the rep's files are not touched.
    """
    results = []
    for spec in office.settings.calendars:
        result = Purged(spec.name)
        results.append(result)
        try:
            _purge(office, spec.name, result, progress)
        except CalendarError as error:
            result.error = error
    return tuple(results)


def _purge(office: Office, name: str, result: Purged, progress: Callable[[], None]) -> None:
    branch = office.branch(next(spec for spec in office.settings.calendars if spec.name == name))
    for seen in branch.calendar.changes(None).seen:
        if seen.cancelled:
            continue
        try:
            branch.calendar.delete(seen)
        except Stale:
            # Edited this very moment: read again, once.
            again = branch.calendar.get(seen.uid)
            if again is not None:
                branch.calendar.delete(again)
        result.removed += 1
        progress()
        branch.rows.pop(seen.uid, None)
        office.ledger.drop(name, seen.uid)
    for uid in list(branch.rows):
        office.ledger.drop(name, uid)
        branch.rows.pop(uid)
    office.cache.drop_token(name)
