"""Looking after what calsync wrote: the full check (``verify``) and taking everything back (``purge``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from calsync.calendars import CalendarSpec
from calsync.calendars.base import Calendar, Changes, Seen
from calsync.errors import CalendarError, Refused, Stale
from calsync.ledger import writer_id
from calsync.look import elsewhere, own
from calsync.office import Branch, Office
from calsync.pipeline import wanted
from calsync.sync.apply import Writer, stops_calendar
from calsync.sync.plan import Wanted
from calsync.sync.verify import KINDS, Finding, copies, findings


@dataclass(slots=True)
class Checked:
    """One calendar after a check.  ``error`` is set where it could not be read; ``repaired`` counts what was mended;
    ``lacks`` names what of ours the calendar does not keep (see ``sync.verify``), which is nothing to mend."""

    calendar: str
    events: int = 0
    findings: tuple[Finding, ...] = ()
    copies: tuple[str, ...] = ()
    repaired: int = 0
    lacks: tuple[str, ...] = ()
    error: CalendarError | None = None


def verify(office: Office, now: datetime, *, repair: bool = False) -> tuple[Checked, ...]:
    """Read every event of ours on every calendar and compare; with ``repair``, mend what is ours.

    What a person did since the last run is no finding to mend: run a sync first, it reads marks.
    """
    made = office.plan(now)
    want = wanted(made, office.rep, office.policy)
    whys = {call.commitment.id: call.placed.why for call in made.active}
    results = []
    for spec in office.settings.calendars:
        result = Checked(spec.name)
        results.append(result)
        try:
            branch = _where_it_was(office, spec)
            listing = _listing(office, branch)
            result.events = len({one.uid for one in listing.seen})
            result.lacks = () if repair else tuple(office.ledger.setting(f"{spec.name} does not keep").split())
            result.findings = findings(want, branch.rows, listing, frozenset(result.lacks))
            result.copies = copies(branch.rows, listing)
            if repair:
                writer = Writer(
                    branch.calendar,
                    office.ledger,
                    office.cache,
                    branch.rows,
                    now,
                    whys,
                    writer=writer_id(office.ledger, now),
                )
                office.cache.put_seen(spec.name, list(listing.seen))
                _repair(office, want, writer, result, listing)
        except CalendarError as error:
            result.error = error
    return tuple(results)


def _repair(office: Office, want: Wanted, writer: Writer, result: Checked, listing: Changes) -> None:
    """Mend what is ours, and look whether it stays mended.

    Where not one event keeps what was written, it is this calendar that does not keep it: that is noted, so that no
    later check calls it damage.
    """
    name, before, first = writer.calendar.name, dict(writer.rows), listing
    found, lacks = result.findings, set[str]()
    for _ in KINDS:  # what is missing may have hidden what else is
        done = writer.apply([one.repair for one in found if one.repair is not None])
        written = {one.action.mark for one in done if one.error is None}
        if not written:
            break
        listing = writer.calendar.changes(None)
        listing = replace(listing, seen=own(office, writer.rows, listing.seen))
        office.cache.put_seen(name, list(listing.seen))
        tried = {kind: _marks(found, kind) & written for kind in KINDS}
        found = findings(want, writer.rows, listing, lacks)
        stays = {kind for kind in KINDS if tried[kind] and tried[kind] <= _marks(found, kind)}
        if not stays:
            break
        lacks |= stays
        found = findings(want, writer.rows, listing, lacks)
    left = {one.mark for one in found if one.repair is not None}
    result.findings = findings(want, before, first, lacks)
    result.repaired = sum(one.repair is not None and one.mark not in left for one in result.findings)
    result.lacks = tuple(sorted(lacks))
    office.ledger.put_setting(f"{name} does not keep", " ".join(result.lacks))


def _marks(found: Iterable[Finding], kind: str) -> set[str]:
    return {one.mark for one in found if one.kind == kind}


_NO_MARK = "stands under a name of ours without our mark; calsync sync may know it again, else delete it by hand"


@dataclass(slots=True)
class Purged:
    """What was taken back from one calendar; ``left`` says in words what could not be."""

    calendar: str
    removed: int = 0
    left: list[str] = field(default_factory=list)
    error: CalendarError | None = None


def ours(office: Office) -> dict[str, int]:
    """How many events of ours each calendar holds, ledger or no ledger.  Raises ``CalendarError``."""
    return {
        spec.name: len([one for one in _listing(office, _where_it_was(office, spec)).seen if not one.cancelled])
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
            _purge(office, spec, result, progress)
        except CalendarError as error:
            result.error = error
    return tuple(results)


def _purge(office: Office, spec: CalendarSpec, result: Purged, progress: Callable[[], None]) -> None:
    branch, name = _where_it_was(office, spec), spec.name
    listing = branch.calendar.changes(None)
    taken: set[str] = set()
    for seen in listing.seen:
        if seen.cancelled:
            continue
        if not seen.mark and seen.uid not in branch.rows:
            result.left.append(f"{seen.title}: it {_NO_MARK}")
            continue
        if not own(office, branch.rows, [seen]):
            continue
        try:
            _take_back(branch.calendar, seen)
        except CalendarError as error:
            if stops_calendar(error):
                raise
            result.left.append(f"{seen.title}: {error.message}")
            continue
        result.removed += 1
        taken.add(seen.uid)
        progress()
        branch.rows.pop(seen.uid, None)
        office.ledger.drop(name, seen.uid)
    stayed = [one.title for one in _listing(office, branch).seen if one.uid in taken and not one.cancelled]
    result.removed -= len(stayed)
    result.left += [f"{title}: the calendar says that it is removed, and still shows it" for title in stayed]
    # What cannot be read is not touched: it may be anything by now.
    result.left += [f"{problem.file}: {problem.message}" for problem in listing.problems]
    if not result.left:
        with office.ledger.batch():
            for uid in branch.rows:
                office.ledger.drop(name, uid)
        branch.rows.clear()
    office.cache.drop_token(name)


def _listing(office: Office, branch: Branch) -> Changes:
    """Every event of this rep's on the calendar."""
    listing = branch.calendar.changes(None)
    return replace(listing, seen=own(office, branch.rows, listing.seen))


def _take_back(calendar: Calendar, seen: Seen) -> None:
    try:
        calendar.delete(seen)
    except Stale:
        # Edited this very moment: read again, once.
        again = calendar.get(seen.uid)
        if again is not None and not again.cancelled:
            calendar.delete(again)


def _where_it_was(office: Office, spec: CalendarSpec) -> Branch:
    """The calendar, where it is the one that the ledger knows by that name.  Raises ``CalendarError``."""
    branch = office.branch(spec)
    if reason := elsewhere(office, spec, branch.rows):
        hint = "put the old place back into the configuration, or begin anew in the new one: calsync sync --confirm"
        raise Refused(f"{reason[0].upper()}{reason[1:]}: nothing was touched.", hint=hint)
    return branch
