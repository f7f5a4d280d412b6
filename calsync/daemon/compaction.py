"""Once a day the daemon forgets what nobody can ask about any more, so that months of work leave no more than weeks."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from calsync.errors import CalendarError
from calsync.ledger import Intent, Status
from calsync.office import Branch, Office

KEEP_REMOVED = timedelta(days=14)
"""How long the ledger remembers an event that it took off a calendar: longer than a phone is usually out of reach, or
a backup old, that could bring it back."""

_COMPACTED = "compacted"


def compact_daily(office: Office, now: datetime) -> int:
    """``compact``, unless that was done today (the day of ``now``'s zone); how many events were forgotten."""
    today = now.date().isoformat()
    if office.ledger.setting(_COMPACTED) == today:
        return 0
    forgotten = compact(office, now - KEEP_REMOVED)
    office.ledger.put_setting(_COMPACTED, today)
    return forgotten


def compact(office: Office, before: datetime) -> int:
    """Forget the events that were taken off their calendars before then, and the hours a person had moved them to; how
    many events those were.  Of one that a person deleted, only its text is forgotten: it is not to come back.

    Should such a commitment be owed again, its create finds the id free, or taken and brings the event back.  Should a
    device bring such an event back, it is adopted like any other of ours that the ledger does not know.
    """
    forgotten: set[str] = set()
    kept: set[str] = set()
    count = 0
    for spec in office.settings.calendars:
        rows = office.ledger.rows(spec.name)
        ended = {
            uid: row
            for uid, row in rows.items()
            if not row.status.present and row.intent is Intent.NONE and row.updated_at and row.updated_at < before
        }
        old = [uid for uid, row in ended.items() if row.status is Status.REMOVED]
        forgotten |= {rows[uid].mark for uid in old}
        kept |= {row.mark for uid, row in rows.items() if uid not in ended or row.status is not Status.REMOVED}
        with office.ledger.batch():
            for uid in old:
                office.ledger.drop(spec.name, uid)
        for uid in ended:
            office.cache.drop_seen(spec.name, uid)
        with suppress(CalendarError):  # one that cannot be opened has nothing in memory
            _forget_here(office.branch(spec), old)
        count += len(old)
    with office.ledger.batch():
        for mark in forgotten - kept:
            office.ledger.forget(mark, "moved")
    office.ledger.trim()
    office.cache.trim()
    return count


def _forget_here(branch: Branch, old: Iterable[str]) -> None:
    """The same in memory; and what agreed with its event while there was one."""
    for uid in old:
        branch.rows.pop(uid, None)
    for uid in [uid for uid in branch.settled if uid not in branch.rows or not branch.rows[uid].status.present]:
        del branch.settled[uid]
