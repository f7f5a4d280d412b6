"""What is answered without loading the whole command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path


def answer(arguments: Sequence[str]) -> int | None:
    """The exit code of a command line that is known here by heart, ``None`` for every other one."""
    if list(arguments) in (["--version"], ["-V"]):
        from calsync import __version__

        sys.stdout.write(f"calsync {__version__}\n")
        return 0
    if list(arguments) == ["parse", "--jsonl"]:
        return parse_lines()
    config, rest = _without_config(arguments)
    if sorted(rest) in (["status"], ["--json", "status"]):
        from calsync.cli.status import at_once

        return at_once(config, as_json="--json" in rest)
    if sorted(rest) in (["run"], ["--verbose", "run"]):
        # The daemon lives for months: what parses a command line would stay in its memory all the while.
        from calsync.cli.run import run

        return run(config, verbose="--verbose" in rest)
    if rest[:1] == ["sync"]:
        return _sync(config, rest[1:])
    return None


def _sync(config: Path | None, options: list[str]) -> int | None:
    """``calsync sync``, which a timer calls, written in the usual way: it has room for a year of calls instead."""
    at = None
    if "--at" in options[:-1]:
        place = options.index("--at")
        at = options[place + 1]
        del options[place : place + 2]
    if not set(options) <= {"--json", "--dry-run", "--confirm"} or (at or "").startswith("-"):
        return None
    from calsync.cli import sync

    return sync.run(
        config, at, as_json="--json" in options, dry_run="--dry-run" in options, confirm="--confirm" in options
    )


def _without_config(arguments: Sequence[str]) -> tuple[Path | None, list[str]]:
    """``--config FILE``, wherever it stands, and the other words; what is written otherwise is left to the rest."""
    config, rest = None, list(arguments)
    while "--config" in rest[:-1]:
        place = rest.index("--config")
        config = Path(rest[place + 1])
        del rest[place : place + 2]
    return config, rest


def parse_lines() -> int:
    """``calsync parse --jsonl``: standard input to standard output, a JSON object a line."""
    from calsync.cli.parse import parse_jsonl
    from calsync.errors import UsageError

    try:
        return parse_jsonl(sys.stdin, sys.stdout)
    except json.JSONDecodeError as error:
        raise UsageError(f"A line of standard input is not JSON: {error}.", hint=_EXAMPLE) from None
    except KeyError as error:
        raise UsageError(f"A line of standard input has no {error}, or names no time zone.", hint=_EXAMPLE) from None


_EXAMPLE = 'like {"id": "1", "text": "by friday", "reference": "2026-11-25T11:02", "zone": "America/Chicago"}'
