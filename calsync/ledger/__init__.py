"""calsync's own durable record: commitments' events, decisions, marks; and, apart from it, what can be lost."""

from calsync.ledger.cache import Cache
from calsync.ledger.lock import holder, locked
from calsync.ledger.rows import CalendarRow, Decision, Face, Intent, Row, Status
from calsync.ledger.shelf import Shelf, Shelved
from calsync.ledger.store import Ledger, live_slots
from calsync.ledger.writer import writer_id, writes_since

__all__ = [
    "Cache",
    "CalendarRow",
    "Decision",
    "Face",
    "Intent",
    "Ledger",
    "Row",
    "Shelf",
    "Shelved",
    "Status",
    "holder",
    "live_slots",
    "locked",
    "writer_id",
    "writes_since",
]
