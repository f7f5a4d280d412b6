"""What a run may do to a calendar: a closed set of actions, each with its reason.

``--dry-run`` prints exactly this list; ``apply`` executes exactly this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calsync.calendars.base import Seen
from calsync.ledger.rows import Row
from calsync.model import Entry


@dataclass(frozen=True, slots=True)
class Create:
    """Write an event that is not there."""

    entry: Entry
    reason: str

    @property
    def mark(self) -> str:
        return self.entry.mark


@dataclass(frozen=True, slots=True)
class Update:
    """Bring our fields of an event up to date; ``entry`` has the person's words and notes already in it."""

    entry: Entry
    ours_title: str
    row: Row
    reason: str

    @property
    def mark(self) -> str:
        return self.entry.mark


@dataclass(frozen=True, slots=True)
class Delete:
    """Take an event of ours away."""

    row: Row
    reason: str

    @property
    def mark(self) -> str:
        return self.row.mark


@dataclass(frozen=True, slots=True)
class Adopt:
    """Take an event under our UID that the ledger does not know into the ledger, as it stands."""

    seen: Seen
    row: Row
    reason: str

    @property
    def mark(self) -> str:
        return self.row.mark


@dataclass(frozen=True, slots=True)
class Record:
    """Write down what came of a call, as a person said it in the calendar."""

    mark: str
    words: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """Keep the time that a person gave the event."""

    mark: str
    start: datetime
    end: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Waive:
    """A person deleted the event: that commitment is waived, and not fought."""

    mark: str
    reason: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing to do."""

    mark: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """A guard tripped: nothing was deleted, waived or made again.  ``confirm`` is the command that overrules it."""

    mark: str
    reason: str
    confirm: str = "calsync sync --confirm"


Action = Create | Update | Delete | Adopt | Record | Move | Waive | Keep | Refuse


def verb(action: Action) -> str:
    """The action's name as ``sync --json`` prints it."""
    return type(action).__name__.lower()
