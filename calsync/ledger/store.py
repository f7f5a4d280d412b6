"""The ledger: calsync's own durable record, in SQLite.

Write-ahead logging with ``synchronous = NORMAL``: a commit survives the death of the process, which is what the promise
"killed anywhere, the next run converges" needs.  A power cut may lose the last commits; then an event exists that the
ledger does not know, and that is adopted by its UID like any other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from calsync.errors import LedgerError
from calsync.ledger.rows import CalendarRow, Decision, Face, Intent, Row, Status
from calsync.ledger.sql import migrations, queries
from calsync.model import Slot

BUSY_SECONDS = 5.0


class Ledger:
    """Durable facts: events written, decisions made, how each calendar fares, how long each source was.

    ``path`` may be ``":memory:"`` for tests and dry looks.  Every method may raise ``LedgerError`` (disk full, damaged
    file, written by a newer calsync).
    """

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        self.path = path
        with _explained(path):
            self._db = _connect(path, read_only=read_only)
            if not read_only:
                _migrate(self._db)
        self._in_batch = False

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make everything inside one commit."""
        if self._in_batch:
            yield
            return
        self._in_batch = True
        try:
            with _explained(self.path):
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
        finally:
            self._in_batch = False

    # -- settings ---------------------------------------------------------------------------------------------------

    def setting(self, key: str, default: str = "") -> str:
        return {row[0]: row[1] for row in self._all("settings")}.get(key, default)

    def put_setting(self, key: str, value: str) -> None:
        self._run("put_setting", {"key": key, "value": value})

    # -- events -----------------------------------------------------------------------------------------------------

    def rows(self, calendar: str) -> dict[str, Row]:
        """Every event of ours that this calendar has, had or is about to have, by UID."""
        with _explained(self.path):
            return {row[0]: _row(row) for row in self._db.execute(queries()["events"], {"calendar": calendar})}

    def put(self, calendar: str, row: Row, now: datetime) -> None:
        self._run("put_event", _values(calendar, row, _text(now)))

    def put_all(self, calendar: str, rows: Iterable[Row], now: datetime) -> None:
        """Many rows; one commit only inside of a ``batch``."""
        with _explained(self.path):
            written = _text(now)
            self._db.executemany(queries()["put_event"], [_values(calendar, row, written) for row in rows])

    def drop(self, calendar: str, uid: str) -> None:
        self._run("drop_event", {"calendar": calendar, "uid": uid})

    # -- decisions --------------------------------------------------------------------------------------------------

    def decisions(self) -> tuple[Decision, ...]:
        return tuple(
            Decision(mark, kind, calendar, _time(decided), _time(start) if start else None, _time(end) if end else None)
            for mark, kind, start, end, calendar, decided in self._all("decisions")
        )

    def decide(self, decision: Decision) -> None:
        self._run(
            "put_decision",
            {
                "mark": decision.mark,
                "kind": decision.kind,
                "start_at": _text(decision.start),
                "end_at": _text(decision.end),
                "calendar": decision.calendar,
                "decided_at": _text(decision.decided_at),
            },
        )

    def forget(self, mark: str, kind: str) -> None:
        self._run("drop_decision", {"mark": mark, "kind": kind})

    # -- calendars and sources --------------------------------------------------------------------------------------

    def calendars(self) -> dict[str, CalendarRow]:
        return {
            name: CalendarRow(name, state, reason, _time(last) if last else None)
            for name, state, reason, last in self._all("calendars")
        }

    def put_calendar(self, row: CalendarRow) -> None:
        self._run(
            "put_calendar",
            {"name": row.name, "state": row.state, "reason": row.reason, "last_sync": _text(row.last_sync)},
        )

    def sources(self) -> dict[str, int]:
        return {file: int(rows) for file, rows in self._all("sources")}

    def put_sources(self, counts: Mapping[str, int]) -> None:
        for file, rows in counts.items():
            self._run("put_source", {"file": file, "rows": rows})

    def trim(self) -> None:
        """Write what is in the write-ahead log into the database, and give its space back.  The pages of rows that were
        dropped stay, for rows to come."""
        with _explained(self.path):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # -- plumbing ---------------------------------------------------------------------------------------------------

    def _all(self, name: str, values: Mapping[str, object] | None = None) -> list[tuple[str, ...]]:
        with _explained(self.path):
            return self._db.execute(queries()[name], dict(values or {})).fetchall()

    def _run(self, name: str, values: Mapping[str, object]) -> None:
        with _explained(self.path):
            self._db.execute(queries()[name], dict(values))


def live_slots(rows: Iterable[Row]) -> dict[str, Slot]:
    """Where each commitment stands on a calendar (all-day notices left out), by mark."""
    return {
        row.mark: Slot(_time(row.face.start), _time(row.face.end))
        for row in rows
        if row.status.present and "T" in row.face.start
    }


def _connect(path: Path | str, *, read_only: bool) -> sqlite3.Connection:
    if isinstance(path, Path):
        if read_only:
            return sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None
            )
        path.parent.mkdir(parents=True, exist_ok=True)
    # The daemon's single worker thread is not the one that opened the ledger; only one of them works at a time.
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA cache_size = -1024")
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db


def _migrate(db: sqlite3.Connection) -> None:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    known = migrations()
    if version > known[-1][0]:
        raise LedgerError(
            f"The ledger was written by a newer calsync (version {version}, this one knows {known[-1][0]}).",
            hint="install the newer calsync again",
        )
    for number, script in known:
        if number > version:
            # One transaction a migration: half a schema is never left behind.
            db.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")


@contextmanager
def _explained(path: Path | str) -> Iterator[None]:
    """Turn SQLite's and the system's errors into words with a remedy."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _error(path, str(error)) from error
    except OSError as error:
        raise LedgerError(
            f"The ledger {path} cannot be opened: {error.strerror}.",
            hint="make its folder writable, or set [state] path in the configuration",
        ) from error


def _error(path: Path | str, text: str) -> LedgerError:
    if "full" in text:
        return LedgerError(
            f"The disk is full: the ledger {path} could not be written. Nothing was sent without being recorded.",
            hint="free some space; the next run goes on where this one stopped",
        )
    if "locked" in text:
        return LedgerError(
            f"The ledger {path} is locked by another program.", hint="close it there, then: calsync sync"
        )
    if "malformed" in text or "not a database" in text:
        return LedgerError(
            f"The ledger {path} is damaged.",
            hint=f"move it away; the next calsync sync rebuilds it from the calendar: mv {path} {path}.damaged",
        )
    if "readonly" in text or "unable to open" in text:
        return LedgerError(
            f"The ledger {path} cannot be opened or written.",
            hint="make the file and its folder writable, or set [state] path in the configuration",
        )
    return LedgerError(f"The ledger {path} cannot be used: {text}.")


def _row(record: tuple[str, ...]) -> Row:
    (
        uid,
        mark,
        status,
        href,
        etag,
        fingerprint,
        ours_title,
        title,
        start,
        end,
        body,
        outcome,
        notes,
        why,
        intent,
        intended,
        heard,
        updated,
        modified,
    ) = record
    updated_at = _time(updated)
    return Row(
        uid=uid,
        mark=mark,
        status=Status(status),
        face=Face(title, start, end, body, outcome, notes),
        href=href,
        etag=etag,
        fingerprint=fingerprint,
        ours_title=title if title == ours_title else ours_title,  # one text where they are the same
        why=tuple(json.loads(why)) if why else (),
        intent=Intent(intent),
        intended=Face(**json.loads(intended)) if intended else None,
        heard=heard,
        updated_at=updated_at,
        modified=updated_at if modified in ("", updated) else _time(modified),
    )


def _values(calendar: str, row: Row, written: str) -> dict[str, str]:
    face, intended = row.face, row.intended
    return {
        "calendar": calendar,
        "uid": row.uid,
        "mark": row.mark,
        "status": row.status,
        "href": row.href,
        "etag": row.etag,
        "fingerprint": row.fingerprint,
        "ours_title": row.ours_title,
        "title": face.title,
        "start_at": face.start,
        "end_at": face.end,
        "body": face.body,
        "outcome": face.outcome,
        "notes": face.notes,
        "why": json.dumps(row.why, ensure_ascii=False) if row.why else "",
        "intent": row.intent,
        "intended": ""
        if intended is None
        else json.dumps({name: getattr(intended, name) for name in Face.__slots__}, ensure_ascii=False),
        "heard": row.heard,
        "updated_at": written,
        "modified": _text(row.modified),
    }


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
