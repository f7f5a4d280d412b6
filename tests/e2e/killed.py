"""A run that ends itself with SIGKILL at its n-th step: ``python -m tests.e2e.killed CONFIG NOW STEP``.

Prints the name of every step it comes to; exits 0 where it got to the end.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from calsync import config
from calsync.ledger import locked
from calsync.office import open_office
from calsync.run import run_once


def main(path: str, now: str, step: str) -> None:
    """One run, killed at ``step`` (counted from 1; 0 is never)."""
    come_to = 0

    def checkpoint(name: str) -> None:
        nonlocal come_to
        come_to += 1
        print(name, flush=True)
        if come_to == int(step):
            os.kill(os.getpid(), signal.SIGKILL)

    settings = config.load(Path(path))
    with locked(settings.state_path, wait=5), open_office(settings) as office:
        run_once(office, datetime.fromisoformat(now), checkpoint=checkpoint)


if __name__ == "__main__":
    main(*sys.argv[1:])
