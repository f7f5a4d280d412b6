"""``calsync status``: how it stands.

What the last run left beside the ledger is printed as it is while it holds; else everything is read again.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calsync import health
from calsync.cli.dates import day_and_time
from calsync.cli.style import Style
from calsync.config.places import default_config, ledger_path


def run(config: Path | None, at: str | None, *, as_json: bool) -> int:
    """0 while calsync itself is well; a calendar that is down is a state in the answer, not an exit code."""
    from calsync.cli import looking
    from calsync.look import doubted_files
    from calsync.sync.report import CalendarState

    with looking.view(config, at) as view:
        known = view.office.ledger.calendars()
        calendars = []
        for spec in view.office.settings.every_calendar:
            row = known.get(spec.name)
            calendars.append(
                CalendarState(row.name, row.state, row.reason, row.last_sync)
                if row
                else CalendarState(spec.name, "ok", "not synchronised yet")
            )
        problems = (*doubted_files(view.office.ledger), *view.plan.problems)
        document = health.document(view.plan, problems, view.contacts, calendars, view.now)
    _say(document, as_json=as_json)
    return 0


def at_once(config: Path | None, *, as_json: bool) -> int | None:
    """The answer from the last run's own file; ``None`` where it does not hold and everything has to be read."""
    file = config or default_config()
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        ledger = ledger_path(
            file.absolute().parent, raw.get("state", {}).get("path"), raw["rep"].get("id"), raw["rep"]["name"]
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # whatever is wrong with it is said better by those who read it whole
    document = health.stored(ledger, datetime.now(UTC))
    if document is None:
        return None
    _say(document, as_json=as_json)
    return 0


def _say(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(document, Style.of(sys.stdout))) + "\n")


def _lines(document: dict[str, Any], style: Style) -> Iterator[str]:
    owed = document["open"] + document["overdue"]
    yield f"{owed} call{'' if owed == 1 else 's'} owed, {document['overdue']} overdue"
    if document["waived"]:
        yield f"waived (you deleted the event): {', '.join(row['contact_name'] for row in document['waived'])}"
    if call := document["next_call"]:
        yield f"next: {_when(call['start'])} {call['contact_name']}"
    for row in document["calendars"]:
        last = f"last sync {_when(row['last_sync'])}" if row["last_sync"] else "never synced"
        if row["state"] == "ok":
            yield f"{row['name']}: {style.green('ok')}, {last}"
        else:
            yield f"{row['name']}: {style.red(row['state'].replace('_', '-'))}, {row['reason']} ({last})"
    if document["problems"]:
        from calsync.cli.failure import problem_lines
        from calsync.model import Problem

        yield from problem_lines([Problem(**problem) for problem in document["problems"]], style)


def _when(text: str) -> str:
    """``Fri 27 Nov 16:10``: the time as written, whose offset is the rep's."""
    return day_and_time(datetime.fromisoformat(text))
