"""``calsync run``: the daemon in the foreground."""

from __future__ import annotations

from pathlib import Path

from calsync.config.places import default_config
from calsync.daemon import loop


def run(config: Path | None, *, verbose: bool) -> int:
    """Runs until told to stop."""
    return loop.run(config or default_config(), verbose=verbose)
