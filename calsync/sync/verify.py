"""A full check of the calendar against the ledger and against what is wanted.  Pure.

Only what is ours is ever mended: our part of the description, our alarms.  Never a time, a title that a person
changed, a note or an addition.  What a calendar cannot keep, however often it is written, is a property of the calendar
and no damage.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from calsync.calendars.base import Changes, Seen
from calsync.ledger.rows import Row, Status
from calsync.model import Entry
from calsync.rendering import split_description
from calsync.sync import removals
from calsync.sync.actions import Update
from calsync.sync.faces import face_of_entry, face_of_seen
from calsync.sync.marks import present_uids
from calsync.sync.plan import Wanted, compose

_STAYS = "was removed and is still there: delete it in the calendar"


KINDS = TEXT, ALARMS, MARK = "text", "alarms", "mark"
_LEAST = 100
"""Letters and digits that have to be left of a text that was cut."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.  ``repair`` mends it, where it is ours to mend; ``kind`` says what it
    mends."""

    mark: str
    title: str
    message: str
    repair: Update | None = None
    kind: str = ""


def findings(
    wanted: Wanted, rows: Mapping[str, Row], listing: Changes, lacks: Set[str] = frozenset()
) -> tuple[Finding, ...]:
    """Compare a full ``listing`` (every event of ours, read whole) with the rows and with what is wanted.

    ``lacks`` are the kinds of what this calendar is known not to keep.
    """
    seen = _ours(rows, listing)
    unread = set(listing.same)
    entries = {entry.uid: entry for entry in wanted.entries}
    found: list[Finding] = []
    for uid in sorted(present_uids(rows.values())):
        row = rows[uid]
        if uid not in seen and row.href not in unread:
            found.append(Finding(row.mark, row.face.title, "is in the ledger and not on the calendar"))
        elif uid in seen and removals.still_there(row):
            found.append(Finding(row.mark, row.face.title, _STAYS))
        elif uid in seen and uid in entries:
            found.extend(_damage(entries[uid], row, seen[uid], lacks))
    stayed = sorted(uid for uid, row in rows.items() if uid in seen and row.status is Status.REMOVED)
    found += [Finding(rows[uid].mark, seen[uid].title, _STAYS) for uid in stayed]
    for uid in sorted(set(seen) - set(rows)):
        if not seen[uid].mark and uid not in entries:
            found.append(
                Finding("", seen[uid].title, "stands under a name of ours without our mark, and nobody knows it")
            )
            continue
        message = "is on the calendar and not in the ledger; the next sync adopts it"
        found.append(Finding(seen[uid].mark, seen[uid].title, message))
    found += [Finding("", problem.file, problem.message) for problem in listing.problems]
    return tuple(found)


def copies(rows: Mapping[str, Row], listing: Changes) -> tuple[str, ...]:
    """Titles of copies of our events that a person made: theirs, mentioned and left alone.

    A second resource with the same UID is one as well: where both are, ours is the one that the ledger knows.
    """
    ours = _ours(rows, listing)
    titles = [one.title for one in listing.seen if not one.cancelled and one.href != ours[one.uid].href]
    return tuple(sorted(title or "an event without a title" for title in (*listing.copies, *titles)))


def _ours(rows: Mapping[str, Row], listing: Changes) -> dict[str, Seen]:
    known = {row.href for row in rows.values()}
    found: dict[str, Seen] = {}
    for one in listing.seen:
        if not one.cancelled and (one.uid not in found or one.href in known):
            found[one.uid] = one
    return found


def _damage(entry: Entry, row: Row, seen: Seen, lacks: Set[str]) -> Iterable[Finding]:
    stands = face_of_seen(seen)
    row = replace(row, face=stands, href=seen.href, etag=seen.etag)
    # The person's time stays, whatever we would choose.
    target = replace(compose(entry, row), start=seen.start, end=seen.end)
    if face_of_entry(target).body != stands.body and not _says_as_much(target, seen, cut=TEXT in lacks):
        message = 'our text above "your notes" is not what we wrote'
        yield Finding(entry.mark, seen.title, message, Update(target, entry.title, row, "repaired: the text"), TEXT)
    elif ALARMS not in lacks and not set(target.alarms) <= set(seen.alarms):
        message = "our alarms are missing"
        yield Finding(entry.mark, seen.title, message, Update(target, entry.title, row, "repaired: the alarms"), ALARMS)
    elif MARK not in lacks and not seen.mark:
        message = "calsync's mark is missing"
        yield Finding(entry.mark, seen.title, message, Update(target, entry.title, row, "repaired: the mark"), MARK)


def _says_as_much(target: Entry, seen: Seen, *, cut: bool) -> bool:
    """Whether the text only looks another way: spaces, blank lines, markup, letters that are composed otherwise.

    ``cut``: this calendar ends texts early, so the beginning is enough.
    """
    ours, stands = _letters(target.description), _letters(seen.description)
    return ours == stands or (cut and len(stands) >= min(_LEAST, len(ours)) and ours.startswith(stands))


def _letters(description: str) -> str:
    """The letters and digits of our part that no server writes another way."""
    text = re.sub(r"<[^<>]*>", " ", description) if "<br" in description.lower() else description
    text = unicodedata.normalize("NFC", html.unescape(split_description(text).ours))
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum())
