"""What calsync needs from the rep, where the rep looks: one all-day event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from calsync.identity import event_uid, notice_mark
from calsync.model import DAY, Entry, Notice, Problem, Rep

_SHOWN = 25


def notice(problems: Sequence[Problem], rep: Rep, now: datetime) -> Notice | None:
    """The notice for today (in the rep's zone), ``None`` where nothing is wrong."""
    if not problems:
        return None
    count = len(problems)
    what = "row" if all(problem.line for problem in problems) else "thing"
    title = f"calsync needs you: {count} {what}{'' if count == 1 else 's'}"
    lines = [_line(problem) for problem in problems[:_SHOWN]]
    if count > _SHOWN:
        lines.append(f"and {count - _SHOWN} more; all of them: calsync check")
    return Notice(now.astimezone(rep.zone).date(), title, "\n\n".join(lines) + "\n")


def notice_entry(notice: Notice, rep: Rep) -> Entry:
    """The all-day event of a notice: one for a rep, so tomorrow's takes the place of today's."""
    mark = notice_mark(rep.id)
    return Entry(
        uid=event_uid(rep.id, mark),
        mark=mark,
        title=notice.title,
        description=notice.description,
        start=notice.date,
        end=notice.date + DAY,
        zone=rep.zone.key,
    )


def _line(problem: Problem) -> str:
    place = f"{problem.file}:{problem.line}" if problem.file and problem.line else problem.file
    where = ", ".join(part for part in (place, problem.column) if part)
    said = f"{where}: {problem.message}" if where else problem.message
    return f"{said}\n  -> {problem.hint}" if problem.hint else said
