"""A month of a rep's work, day after day in one process: ``python -m benchmarks.month [--days N] [--caldav]``.

Everything is real but the clock, which is an argument: each day the rep logs calls to eight contacts, moves an event,
writes an outcome before the title of another and deletes a third; after each of them the daemon's unit of work runs,
and once a day what it does to the ledger.  One line of JSON a day says what the process and its files have come to.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path

from calsync.daemon.compaction import KEEP_REMOVED, compact
from calsync.ledger import Status
from tests.e2e.rep import CHICAGO, FOLDER, Rep, caldav
from tests.e2e.worlds import eyes, write
from tests.servers.running import radicale_server, running

NAMES = ("Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal")
CONTACTS = "id,name,phone,region\n" + "".join(
    f"{name.lower()},{name},+1 312 555 01{number:02d},US-IL\n" for number, name in enumerate(NAMES, 1)
)
FIRST = date(2026, 9, 1)
NO_HISTORY = "[events]\nkeep_history = false\n"


def month(rep: Rep, days: int) -> Iterator[dict[str, int]]:
    """Live through the days; after each, what there is."""
    for number in range(days):
        day = FIRST + timedelta(days=number)
        for turn, name in enumerate(NAMES if day.weekday() < 5 else ()):
            now = datetime.combine(day, time(9 + turn), CHICAGO)
            said = f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M}"
            due = day + timedelta(days=2 if day.weekday() < 3 else 4)
            rep.log(f"{said},{name.lower()},outbound,call,connected,by {due},asked")
            rep.run(now)
        if day.weekday() < 5:
            person(rep, number)
        evening = datetime.combine(day, time(19), CHICAGO)
        rep.run(evening)
        compact(rep.office, evening - KEEP_REMOVED)
        rep.run(evening + timedelta(minutes=1))
        yield {"day": number + 1, **measured(rep)}


def person(rep: Rep, number: int) -> None:
    """What the rep does in the calendar that day."""
    live = sorted({name for name in NAMES if any(name in title for title in titles(rep))})
    moved, said, gone = (live[(number + turn) % len(live)] for turn in range(3))
    write(rep, moved, start=rep.event(moved).start + timedelta(minutes=30))
    write(rep, said, title=f"vm {rep.event(said).title}")
    eyes(rep).delete(rep.event(gone))


def titles(rep: Rep) -> list[str]:
    return [one.title for one in rep.events() if not one.title.startswith("✓")]


def measured(rep: Rep) -> dict[str, int]:
    """Resident kB of the process, its open files, and bytes of what it keeps."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    state, rows = rep.office.settings.state_path, rep.office.ledger.rows("callbacks")
    return {
        "rss_kb": pages * os.sysconf("SC_PAGE_SIZE") // 1024,
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "ledger": with_log(state),
        "cache": with_log(state.with_name(f"{state.name}.cache")),
        "rows": len(rows),
        "deleted": sum(row.status is Status.DISMISSED for row in rows.values()),
        "events": len(rep.events()),
    }


def with_log(database: Path) -> int:
    """Bytes of a database and of its write-ahead log."""
    return sum(path.stat().st_size for path in (database, database.with_name(f"{database.name}-wal")))


def main() -> None:
    """Print the days."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--caldav", action="store_true", help="on Radicale instead of a folder")
    parser.add_argument("--history", action="store_true", help="leave the events of kept promises on the calendar")
    chosen = parser.parse_args()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        table = FOLDER
        if chosen.caldav:
            server = held.enter_context(running(radicale_server(folder / "server")))
            os.environ["CALSYNC_TEST_PASSWORD"] = server.password
            table = caldav(server.url, server.user)
        rep = Rep(folder / "rep", table, extra="" if chosen.history else NO_HISTORY, contacts=CONTACTS)
        held.callback(rep.close)
        for line in month(rep, chosen.days):
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
