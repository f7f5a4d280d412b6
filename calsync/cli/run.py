"""``calsync run``: the daemon in the foreground."""

from __future__ import annotations

from pathlib import Path

from calsync.config.places import default_config
from calsync.daemon import loop


def run(config: Path | None, *, verbose: bool) -> int:
    """Runs until told to stop."""
    _one_heap()
    return loop.run(config or default_config(), verbose=verbose)


_ARENA_MAX = -8
"""``M_ARENA_MAX`` of ``mallopt(3)``."""


def _one_heap() -> None:
    """One heap for all threads.  glibc gives each thread its own, and what is free in one is of no use to another: a
    megabyte or two in a daemon that does one thing at a time.  Other C libraries have no such setting."""
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)
