"""The ledger was lost: what a person had done to an event of ours is read off the event itself.  Pure.

A time that is not where we would place the call is taken as the person's, and words beside our title or on the OUTCOME
line as what came of the call, so that both are heard however much was forgotten (G3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from difflib import SequenceMatcher

from calsync.calendars.base import Seen
from calsync.ledger.rows import Decision, Row, Status
from calsync.model import Entry, Plan
from calsync.rendering import OVERDUE
from calsync.sync.faces import moment_text
from calsync.sync.marks import EDGES, Moved, Said, beside_title, stamp_of
from calsync.sync.plan import row_of
from calsync.sync.rival import written_at

ALIKE = 0.5
"""How much of two titles has to be the same for one to be an older one of the other: 1 is all."""


def adopted_times(plan: Plan, unknown: Mapping[str, Seen], calendar: str, now: datetime) -> list[Decision]:
    """A move for each unknown event that stands elsewhere, or is longer or shorter, than the plan has it."""
    moves = []
    for entry, seen in _pairs(plan, unknown):
        if (times := _times(seen)) is not None and _span(seen) != _span(entry):
            moves.append(Decision(entry.mark, "moved", calendar, min(now, seen.modified or now), *times))
    return moves


def adopted_words(plan: Plan, unknown: Mapping[str, Seen]) -> tuple[dict[str, Row], tuple[Said | Moved, ...]]:
    """Rows, by UID, for the unknown events on which somebody wrote, and the words; a move of the same event with them.

    Our title has to be found in theirs, as it is now or much as it was: what else a title may say is nobody's outcome.
    On an event that nobody is owed any more, only the OUTCOME line tells.
    """
    rows: dict[str, Row] = {}
    said: list[Said | Moved] = []
    pairs = {seen.uid: entry for entry, seen in _pairs(plan, unknown)}
    for uid, seen in unknown.items():
        row, entry = row_of(seen), pairs.get(uid)
        if row.status is not Status.LIVE:
            continue
        at_title, ours = ("", "") if entry is None else _at_title(" ".join(entry.title.split()), row.face.title)
        if not (words := row.face.outcome or at_title):
            continue
        rows[uid] = replace(row, ours_title=ours or row.ours_title)
        beside = at_title if row.face.outcome else ""
        said.append(Said(uid, seen.mark, words, None, stamp_of(seen), beside=beside, written=written_at(seen)))
        if entry is not None and (times := _times(seen)) is not None and _span(seen) != _span(entry):
            said.append(Moved(entry.mark, *times, seen.modified))
    return rows, tuple(said)


def _at_title(ours: str, stands: str) -> tuple[str, str]:
    """The words beside our title, and the title that was ours; both empty where it is not there.

    Our title says something else by now where time has passed: it is overdue, the contact has another name.  Then what
    stands before the most similar words is the person's.
    """
    words = stands.split()
    start = _start_of(ours.split(), words)
    if start:
        before = " ".join(words[:start])
        return before.strip(EDGES), stands[len(before) :].strip()
    if ours in stands:
        after = stands.partition(ours)[2]
        return ("", ours) if after.startswith(" - ") else (after.strip(EDGES), ours)  # we go on like that ourselves
    beside, instead = beside_title(ours, stands)
    return ("", "") if instead else (beside, ours)


def _start_of(ours: list[str], words: list[str]) -> int | None:
    """At which of the words our title begins."""
    wanted = ours[1:] if _is_overdue(ours[0]) else ours
    starts = [at for at, word in enumerate(words) if word == wanted[0]]
    likeness = {at: SequenceMatcher(None, words[at:], wanted, autojunk=False).ratio() for at in starts}
    best = max(starts, key=lambda at: likeness[at], default=None)
    if best is None or likeness[best] < ALIKE:
        return None
    return best - 1 if best and _is_overdue(words[best - 1]) else best


def _is_overdue(word: str) -> bool:
    return word.strip(EDGES) == OVERDUE


def _pairs(plan: Plan, unknown: Mapping[str, Seen]) -> list[tuple[Entry, Seen]]:
    if not unknown:
        return []
    entries = {call.entry.uid: call.entry for call in plan.active if call.entry is not None and call.entry.live}
    return [
        (entries[uid], seen) for uid, seen in unknown.items() if uid in entries and row_of(seen).status is Status.LIVE
    ]


def _times(seen: Seen) -> tuple[datetime, datetime] | None:
    if isinstance(seen.start, datetime) and isinstance(seen.end, datetime):
        return seen.start, seen.end
    return None


def _span(event: Seen | Entry) -> tuple[str, str]:
    return moment_text(event.start), moment_text(event.end)
