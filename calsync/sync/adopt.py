"""The ledger was lost: what a person had done to an event of ours is read off the event itself.  Pure.

A time that is not where we would place the call is taken as the person's, and words beside our title or on the OUTCOME
line as what came of the call, so that both are heard however much was forgotten (G3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from calsync.calendars.base import Seen
from calsync.ledger.rows import Decision, Row, Status
from calsync.model import Entry, Plan
from calsync.sync.faces import moment_text
from calsync.sync.marks import Moved, Said, beside_title, stamp_of
from calsync.sync.plan import row_of


def adopted_times(plan: Plan, unknown: Mapping[str, Seen], calendar: str, now: datetime) -> list[Decision]:
    """A move for each unknown event that stands elsewhere, or is longer or shorter, than the plan has it."""
    moves = []
    for entry, seen in _pairs(plan, unknown):
        if isinstance(seen.start, datetime) and isinstance(seen.end, datetime) and _span(seen) != _span(entry):
            moves.append(Decision(entry.mark, "moved", calendar, now, seen.start, seen.end))
    return moves


def adopted_words(plan: Plan, unknown: Mapping[str, Seen]) -> tuple[dict[str, Row], tuple[Said | Moved, ...]]:
    """Rows, by UID, for the unknown events on which somebody wrote, and the words; a move of the same event with them.

    Our title has to stand in theirs as it is now: what else a title may say is nobody's outcome.
    """
    rows: dict[str, Row] = {}
    said: list[Said | Moved] = []
    for entry, seen in _pairs(plan, unknown):
        row = row_of(seen)
        ours = " ".join(entry.title.split())
        at_title = beside_title(ours, row.face.title)[0] if ours in row.face.title else ""
        words = row.face.outcome or at_title
        if words:
            rows[seen.uid] = replace(row, ours_title=ours if ours in row.face.title else row.ours_title)
            beside = at_title if row.face.outcome else ""
            said.append(Said(seen.uid, seen.mark, words, None, stamp_of(seen), beside=beside))
            if isinstance(seen.start, datetime) and isinstance(seen.end, datetime) and _span(seen) != _span(entry):
                said.append(Moved(entry.mark, seen.start, seen.end))
    return rows, tuple(said)


def _pairs(plan: Plan, unknown: Mapping[str, Seen]) -> list[tuple[Entry, Seen]]:
    entries = {call.entry.uid: call.entry for call in plan.active if call.entry is not None and call.entry.live}
    return [
        (entries[uid], seen) for uid, seen in unknown.items() if uid in entries and row_of(seen).status is Status.LIVE
    ]


def _span(event: Seen | Entry) -> tuple[str, str]:
    return moment_text(event.start), moment_text(event.end)
