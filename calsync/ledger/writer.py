"""Who writes: an id that a ledger is given once, so that two calsyncs on one calendar can tell each other apart.

It belongs to the ledger on its machine.  A ledger put back from a backup is the same writer; one that was copied to
another machine is another, for both may be at work now.  From when on it writes is kept too: what an earlier self
wrote before that is no other calsync at work.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from pathlib import Path

from calsync.ledger.store import Ledger

_KEY = "writer"
_MACHINE = Path("/etc/machine-id")


def writer_id(ledger: Ledger, now: datetime, machine: Path = _MACHINE) -> str:
    """The id, made when it is first asked for and made anew where the ledger came from another machine.

    ``machine`` is the file with the machine's own id (machine-id(5), which asks not to show it: a digest is kept); a
    machine without one is like any other such.
    """
    try:
        here = hashlib.blake2b(machine.read_bytes(), key=b"calsync", digest_size=6).hexdigest()
    except OSError:
        here = "unknown"
    found = ledger.setting(_KEY).split(" ")
    if found[1:2] != [here]:
        found = [secrets.token_hex(6), here, now.astimezone(UTC).isoformat()]
        ledger.put_setting(_KEY, " ".join(found))
    return found[0]


def writes_since(ledger: Ledger) -> datetime | None:
    """When the id was made, in UTC; ``None`` where that was not kept."""
    found = ledger.setting(_KEY).split(" ")
    return datetime.fromisoformat(found[2]) if len(found) == 3 else None
