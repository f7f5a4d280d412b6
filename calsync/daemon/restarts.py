"""Restarting with backoff: a daemon that fails again and again waits longer and longer before it tries.

systemd starts it again after 200 ms whatever happened (growing pauses came to it in version 254 only), so that one
crash costs nothing.  The waiting is done here, from the fourth start within ten minutes on.
"""

from __future__ import annotations

import json
from pathlib import Path

AT_ONCE = 3
WITHIN = 600.0
LONGEST = 60.0


def pause(ledger: Path, boot: float) -> float:
    """Note a start at ``boot`` seconds since the machine was; how long to wait before going on."""
    path = _path(ledger)
    try:
        starts = [float(one) for one in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        starts = []
    # A start "later than now" is one from before the machine was started.
    recent = [one for one in starts if 0 <= boot - one < WITHIN]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([*recent, boot][-20:]), encoding="utf-8")
    except OSError:
        pass  # said by whoever needs the folder next
    return 0.0 if len(recent) < AT_ONCE else min(2.0 ** (len(recent) - AT_ONCE), LONGEST)


def forget(ledger: Path) -> None:
    """After a stop that was wanted, nothing counts any more."""
    _path(ledger).unlink(missing_ok=True)


def _path(ledger: Path) -> Path:
    return ledger.with_name(ledger.name + ".starts")
