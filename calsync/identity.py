"""How things get their names: ids that are computed, so that a re-run or a re-install updates and never doubles.

All of them are lower-case base32hex (0-9, a-v: RFC 4648 section 7), the only alphabet that Google allows in an event
id, and that CalDAV file names take without escaping.
"""

from __future__ import annotations

import base64
import hashlib

_SEP = "\x1f"


_WRITTEN = "cal-"


def _digest(*parts: str) -> str:
    raw = hashlib.blake2b(_SEP.join(parts).encode(), digest_size=15).digest()
    return base64.b32hexencode(raw).decode("ascii").lower()


def commitment_id(contact_id: str, attempt_key: str) -> str:
    """The id of the commitment that one attempt made to one contact (24 characters)."""
    return _digest("commitment", contact_id, attempt_key)


def event_uid(rep_id: str, mark: str) -> str:
    """The UID of the event that stands for a commitment, or for a notice, on the calendar of a rep (24 characters)."""
    return _digest("event", rep_id, mark)


def notice_mark(rep_id: str) -> str:
    """The mark that the all-day notice bears."""
    return f"notice-{rep_id}"


def outcome_key(mark: str, words: str, stamp: str) -> str:
    """The ``id`` of the attempt that a person's words on an event stand for; ``stamp`` tells one edit from the next."""
    return f"{_WRITTEN}{_digest('outcome', mark, words, stamp)}"


def was_written_on_an_event(key: str) -> bool:
    """Whether the ``id`` of an attempt is that of words which a person wrote on an event."""
    return key.startswith(_WRITTEN)
