"""``calsync verify``: every event of ours, compared with the ledger and with what is owed; mended with ``--repair``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from calsync.cli import looking, show
from calsync.cli.clock import moment
from calsync.cli.style import Style
from calsync.ledger import locked
from calsync.office import open_office
from calsync.upkeep import Checked, verify

LOCK_SECONDS = 2.0
_LACKS = {
    "text": "this calendar cuts or changes the text of our events; that cannot be mended from here",
    "alarms": "this calendar does not keep our reminders: let it remind you of every event in it by itself",
    "mark": "this calendar drops what marks our events; they are known by their names, and that is enough",
}
"""What cannot be mended, because it is the calendar's own way."""


def run(config: Path | None, at: str | None, *, as_json: bool, repair: bool) -> int:
    """Exit codes: 1 something is not as it should be and was not mended, 3 a calendar is not reachable, 4 sign-in
    needed.

    Raises ``LedgerLocked`` where another calsync works with the ledger and something is to be mended; a look alone
    disturbs nobody.
    """
    chosen = looking.settings(config)
    with ExitStack() as held:
        if repair:
            held.enter_context(locked(chosen.state_path, wait=LOCK_SECONDS))
            office = held.enter_context(open_office(chosen))
        else:
            office = held.enter_context(looking.read_only_office(chosen))
        held.enter_context(show.working("comparing every event"))
        results = verify(office, moment(at, office.rep.zone), repair=repair)
    if as_json:
        show.print_json({"calendars": [_json(one) for one in results]})
    else:
        style = Style.of(sys.stdout)
        lines = [line for one in results for line in _lines(one, style, repair=repair)]
        sys.stdout.write("\n".join(lines) + "\n")
    return _exit_code(results, repair=repair)


def _exit_code(results: Sequence[Checked], *, repair: bool) -> int:
    failed = {one.error.exit_code for one in results if one.error is not None}
    left = any(len(one.findings) > (one.repaired if repair else 0) for one in results)
    return max(failed) if failed else int(left)


def _json(one: Checked) -> dict[str, object]:
    return {
        "name": one.calendar,
        "events": one.events,
        "findings": [
            {
                "commitment_id": found.mark,
                "title": found.title,
                "message": found.message,
                "repairable": found.repair is not None,
            }
            for found in one.findings
        ],
        "copies": list(one.copies),
        "does_not_keep": list(one.lacks),
        "repaired": one.repaired,
        "error": one.error.message if one.error else "",
        "hint": one.error.hint if one.error else "",
    }


def _lines(one: Checked, style: Style, *, repair: bool) -> list[str]:
    if one.error is not None:
        return [f"{one.calendar}: {style.red(one.error.message)}", f"  next: {style.bold(one.error.hint)}"]
    wrong = len(one.findings)
    lines = [f"{one.calendar}: {show.count(one.events, 'event')} of ours, {wrong or 'nothing'} not as it should be"]
    lines += [f"  {style.red(found.title or 'an event')} {found.message}" for found in one.findings]
    lines += [f'  a copy that somebody made: "{title}"; it is theirs and is left alone' for title in one.copies]
    lines += [f"  {_LACKS[kind]}" for kind in one.lacks]
    mendable = sum(found.repair is not None for found in one.findings)
    if repair and mendable:
        lines.append(f"  mended: {one.repaired} of {mendable}")
    elif mendable:
        lines.append(f"  next: {style.bold('calsync verify --repair')}")
    if wrong > mendable:
        lines.append(f"  next: {style.bold('calsync sync')}")
    return lines
