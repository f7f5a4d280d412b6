"""What the ledger remembers about one event on one calendar, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """Where an event of ours stands.

    ``SENDING``: a create is on its way and has no receipt yet.  ``LIVE`` and ``HISTORY``: on the calendar.
    ``DISMISSED``: a person deleted it, and that is not fought.  ``REMOVED``: we took it away (its id may stay taken).
    """

    SENDING = "sending"
    LIVE = "live"
    HISTORY = "history"
    DISMISSED = "dismissed"
    REMOVED = "removed"

    @property
    def present(self) -> bool:
        """True where the event should be found on the calendar."""
        return self in (Status.LIVE, Status.HISTORY)


class Intent(StrEnum):
    NONE = ""
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Face:
    """The parts of an event that both sides may change, in a form that can be compared.

    ``start``/``end``: ISO 8601 in UTC, or a date for an all-day event.  ``body``: digest of our part of the
    description. ``outcome``: the words on the OUTCOME line.  ``notes``: what stands under "your notes".
    """

    title: str
    start: str
    end: str
    body: str
    outcome: str = ""
    notes: str = ""


FOUND = "found"
"""The fingerprint of an event that was taken over as it stood: that of nothing that we wrote."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event of ours on one calendar.

    ``fingerprint`` is of the entry as we last wrote it (``FOUND`` for an event that was taken over as it stood) and
    ``ours_title`` its title; ``face`` is how the event stood when we last saw it.  While an ``intent`` is pending,
    ``intended`` is the face that is on its way.  ``heard`` are words of a person that are in the log already and still
    stand there, until our next write takes them away.  ``why`` are the reasons for the hour, beside a notice what
    ``sync.notices`` keeps of it.  ``updated_at`` is when we last wrote the event or learnt what it says (set by the
    ledger), and ``modified`` its LAST-MODIFIED then.
    """

    uid: str
    mark: str
    status: Status
    face: Face
    href: str = ""
    etag: str = ""
    fingerprint: str = ""
    ours_title: str = ""
    why: tuple[str, ...] = ()
    intent: Intent = Intent.NONE
    intended: Face | None = None
    heard: str = ""
    updated_at: datetime | None = field(default=None, compare=False)
    modified: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word about a commitment: ``waived``, or ``moved`` to a slot; ``decided_at``, as near as is known."""

    mark: str
    kind: str
    calendar: str
    decided_at: datetime
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """How a calendar fared: state is ok | unreachable | sign_in | refused | locked; ``last_sync`` is None until the
    first."""

    name: str
    state: str
    reason: str
    last_sync: datetime | None
