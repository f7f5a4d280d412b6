"""What is answered without loading the whole command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def answer(arguments: Sequence[str]) -> int | None:
    """The exit code of a command line that is known here by heart, ``None`` for every other one."""
    if list(arguments) in (["--version"], ["-V"]):
        from calsync import __version__

        sys.stdout.write(f"calsync {__version__}\n")
        return 0
    if list(arguments) == ["parse", "--jsonl"]:
        from calsync.cli import parse

        return parse.jsonl()
    return None
