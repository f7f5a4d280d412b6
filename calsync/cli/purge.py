"""``calsync purge``: take back every event that calsync wrote, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from calsync.cli import looking, show
from calsync.cli.style import Style
from calsync.errors import UsageError
from calsync.ledger import locked
from calsync.office import Office, open_office
from calsync.upkeep import Purged, ours, purge

LOCK_SECONDS = 2.0


def run(config: Path | None, *, as_json: bool, yes: bool) -> int:
    """Exit codes: 1 something was left or the answer was no, 2 nobody can be asked, 3 a calendar is not reachable,
    4 sign-in needed.

    Raises ``LedgerLocked`` where another calsync works with the ledger.
    """
    chosen = looking.settings(config)
    if not yes and (as_json or not sys.stdin.isatty()):
        raise UsageError("purge takes back every event that calsync wrote.", hint="calsync purge --yes")
    with locked(chosen.state_path, wait=LOCK_SECONDS), open_office(chosen) as office:
        if not yes and not _agreed(office):
            sys.stdout.write("Nothing was touched.\n")
            return 1
        with show.working("taking back") as step:
            results = purge(office, progress=lambda: step("removed"))
    if as_json:
        show.print_json({"calendars": [_json(one) for one in results]})
    else:
        style = Style.of(sys.stdout)
        lines = [line for one in results for line in _lines(one, style)]
        lines.append("Your files are as they were. The next sync writes what is owed again.")
        sys.stdout.write("\n".join(lines) + "\n")
    failed = {one.error.exit_code for one in results if one.error is not None}
    return max(failed) if failed else int(any(one.left for one in results))


def _agreed(office: Office) -> bool:
    with show.working("counting"):
        counted = ours(office)
    said = ", ".join(f"{show.count(number, 'event')} from {name}" for name, number in counted.items())
    return typer.confirm(f"Take back {said}, history and your notes in them included?", default=False)


def _json(one: Purged) -> dict[str, object]:
    return {
        "name": one.calendar,
        "removed": one.removed,
        "left": one.left,
        "error": one.error.message if one.error else "",
        "hint": one.error.hint if one.error else "",
    }


def _lines(one: Purged, style: Style) -> list[str]:
    lines = [f"{one.calendar}: {show.count(one.removed, 'event')} taken back"]
    lines += [f"  {style.red('left:')} {words}" for words in one.left]
    if one.error is not None:
        lines += [f"  {style.red(one.error.message)}", f"  next: {style.bold(one.error.hint)}"]
    return lines
