"""The daemon (``calsync run``), and how to ask one that is running.

Light to import: what the daemon itself needs is loaded when it starts.
"""

from __future__ import annotations

from pathlib import Path

from calsync.daemon.control import ask

__all__ = ["ask", "run"]


def run(path: Path, *, verbose: bool = False) -> int:
    """Be the daemon for the configuration at ``path`` until told to stop (see ``calsync.daemon.loop``)."""
    from calsync.daemon.loop import run as work

    return work(path, verbose=verbose)
