"""An event reduced to what both sides may change, so that meanings are compared and never bytes.

Servers fold lines anew, trim white space and rewrite line ends, and editors on the web make HTML of a text; none of
that is a change.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from unicodedata import normalize

from calsync.calendars.base import Seen
from calsync.drafts import maker
from calsync.ledger.rows import Face
from calsync.markup import without_markup
from calsync.model import Entry
from calsync.rendering import split_description

_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


_make_face = maker(Face)


def plain(text: str) -> str:
    """Text as a server may have left it, brought to one form.

    Line ends, trailing blanks and blank lines at either end are one thing, so is a letter with its accent however it
    is composed, and characters that no calendar format can carry are none.
    """
    # What cannot be carried goes first: it may stand between a letter and its accent.
    lines = composed(_UNSPEAKABLE.sub("", text)).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def composed(text: str) -> str:
    """A letter with its accent as one character: address books of some makers, and some servers, keep them as two."""
    return text if text.isascii() else normalize("NFC", text)


def moment_text(moment: datetime | date) -> str:
    """ISO 8601: an instant in UTC, or a date."""
    return moment.astimezone(UTC).isoformat() if isinstance(moment, datetime) else moment.isoformat()


def moment_of(text: str) -> datetime | date:
    """The moment that ``moment_text`` wrote."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def digest(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()


def face_of_seen(seen: Seen) -> Face:
    """How an event stands on the calendar."""
    return _face(seen.title, seen.description, seen.start, seen.end)[0]


def face_of_entry(entry: Entry) -> Face:
    """How an entry will stand on the calendar once it is written."""
    return _face(entry.title, entry.description, entry.start, entry.end)[0]


def fingerprint(entry: Entry) -> str:
    """A digest of everything of ours in an entry; the person's notes are not ours and do not count."""
    return face_and_fingerprint(entry)[1]


def face_and_fingerprint(entry: Entry) -> tuple[Face, str]:
    """Both at once, for little more than the price of one."""
    face, ours = _face(entry.title, entry.description, entry.start, entry.end)
    return face, digest(
        face.title,
        ours,
        face.start,
        face.end,
        entry.zone,
        ",".join(map(str, entry.alarms)),
        "live" if entry.live else "history",
        "busy" if entry.busy else "free",
    )


def _face(title: str, description: str, start: datetime | date, end: datetime | date) -> tuple[Face, str]:
    """The face, and our part of the description in its one form."""
    parts = split_description(plain(without_markup(description)))  # what is taken out of a plain text is plain
    one_line = " ".join(plain(title).split())
    face = _make_face(
        title=title if title == one_line else one_line,  # the very text where it is the same: there are thousands
        start=moment_text(start),
        end=moment_text(end),
        body=digest(parts.ours),
        outcome=parts.outcome.strip(),
        notes=parts.notes,
    )
    return face, parts.ours
