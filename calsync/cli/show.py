"""How things are printed for a person: dates, tables, problems."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from calsync.cli.dates import clock, day, day_and_time
from calsync.cli.failure import problem_lines
from calsync.cli.style import Style
from calsync.model import Notice, Problem, Window

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = [
    "clock",
    "console",
    "count",
    "day",
    "day_and_time",
    "notices_and_problems",
    "print_json",
    "table",
    "window",
    "working",
]


def console() -> Console:
    """Standard output: colours on a terminal, plain text and no cut lines elsewhere."""
    from rich.console import Console

    wide = None if sys.stdout.isatty() else 160
    return Console(width=wide, highlight=False, markup=False, emoji=False)


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """While work goes on: on a terminal, a moving sign and what was done last; elsewhere nothing.

    Yields what to call with each step.  It is written to standard error, so that standard output stays clean.
    """
    if not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[steps]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None, steps="")
        done = 0

        def step(name: str) -> None:
            nonlocal done
            done += 1
            progress.update(task, steps=f"{done}: {name}")

        yield step


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table whose columns are measured in terminal cells, so that wide names do not push the rest aside."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, head in enumerate(heads):
        made.add_column(head, no_wrap=number == 0, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def print_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def notices_and_problems(notices: Iterable[Notice], problems: Sequence[Problem]) -> None:
    """What needs the rep, below whatever was printed."""
    style = Style.of(sys.stdout)
    lines = [style.yellow(notice.title) for notice in notices]
    lines += list(problem_lines(problems, style))
    if lines:
        sys.stdout.write("\n" + "\n".join(lines) + "\n")


def window(due: Window, zone: tzinfo) -> str:
    """A due window as short as it can be said."""
    if due.earliest == due.latest:
        return day_and_time(due.earliest, zone)
    if due.earliest.astimezone(zone).date() == due.latest.astimezone(zone).date():
        return f"{day_and_time(due.earliest, zone)}-{clock(due.latest, zone)}"
    return f"{day_and_time(due.earliest, zone)} to {day_and_time(due.latest, zone)}"


def count(number: int, thing: str) -> str:
    """``1 call``, ``2 calls``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
