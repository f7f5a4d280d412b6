"""What can be lost without harm: sync tokens, and each event's text as last seen.

It lies in a file of its own beside the ledger.  Deleting it costs one full listing; a version that this calsync does
not know is thrown away and begun anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path

from calsync.calendars.base import Seen

_VERSION = 3
# ``seen`` keeps its rowids: some 5 kB a row, by UIDs in no order, cost half where they are just put at the end
_SCHEMA = """
CREATE TABLE IF NOT EXISTS token (calendar TEXT PRIMARY KEY, token TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen (calendar TEXT NOT NULL, uid TEXT NOT NULL, etag TEXT NOT NULL, body TEXT NOT NULL,
                                 raw TEXT NOT NULL, PRIMARY KEY (calendar, uid));
CREATE TABLE IF NOT EXISTS echo (calendar TEXT NOT NULL, uid TEXT NOT NULL, PRIMARY KEY (calendar, uid)) WITHOUT ROWID;
"""


class Cache:
    """Tokens and last-seen events of each calendar.  Never raises for a damaged file: it is begun anew."""

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self._put: dict[str, str] = {}  # the tokens as they stand in the file, with no echo expected since
        try:
            self._db = self._open()
        except sqlite3.DatabaseError:
            if not isinstance(path, Path):
                raise
            for name in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
                name.unlink(missing_ok=True)
            self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
        if db.execute("PRAGMA user_version").fetchone()[0] not in (0, _VERSION):
            db.executescript("DROP TABLE IF EXISTS token; DROP TABLE IF EXISTS seen; DROP TABLE IF EXISTS echo;")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -1024")
        db.executescript(f"{_SCHEMA} PRAGMA user_version = {_VERSION};")
        return db

    def trim(self) -> None:
        """Give the space of the write-ahead log back."""
        with suppress(sqlite3.OperationalError):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _together(self) -> Iterator[None]:
        """All of it or nothing; a full disk costs a listing, nothing else."""
        with suppress(sqlite3.OperationalError):
            self._db.execute("BEGIN")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def token(self, calendar: str) -> str | None:
        """``""`` where it was dropped, ``None`` where none was ever kept here, or the cache was lost."""
        found = self._db.execute("SELECT token FROM token WHERE calendar = ?", (calendar,)).fetchone()
        return found[0] if found else None

    def put_token(self, calendar: str, token: str) -> None:
        """Keep the token; what was written before it was taken need not be mentioned any more."""
        if self._put.get(calendar) == token:
            return
        with self._together():
            self._db.execute("INSERT OR REPLACE INTO token VALUES (?, ?)", (calendar, token))
            self._db.execute("DELETE FROM echo WHERE calendar = ?", (calendar,))
            self._put[calendar] = token

    def put_written(self, calendar: str, uids: Iterable[str], events: Iterable[Seen]) -> None:
        """Remember what we wrote, or were kept from writing, after the token was taken: the next poll has to mention
        each of ``uids``.

        What is written and then deleted by a person before that poll, a server need not mention at all (RFC 6578
        section 3.5.2); that it is missing is how the deletion is noticed.  ``events`` are those whose text is known.
        """
        self._put.pop(calendar, None)
        with self._together():
            self._db.executemany("INSERT OR REPLACE INTO echo VALUES (?, ?)", [(calendar, uid) for uid in uids])
            self._put_seen(calendar, events)

    def echoes(self, calendar: str) -> frozenset[str]:
        """The UIDs written since the token was taken."""
        return frozenset(row[0] for row in self._db.execute("SELECT uid FROM echo WHERE calendar = ?", (calendar,)))

    def drop_token(self, calendar: str) -> None:
        """Ask for everything the next time."""
        self._put.pop(calendar, None)
        self._db.execute("INSERT OR REPLACE INTO token VALUES (?, '')", (calendar,))

    def seen(self, calendar: str, uid: str, etag: str) -> Seen | None:
        """The event as last seen, if that was at this etag."""
        found = self._db.execute(
            "SELECT body, raw FROM seen WHERE calendar = ? AND uid = ? AND etag = ? AND etag <> ''",
            (calendar, uid, etag),
        ).fetchone()
        return _load(*found) if found else None

    def put_seen(self, calendar: str, events: Iterable[Seen]) -> None:
        with self._together():
            self._put_seen(calendar, events)

    def _put_seen(self, calendar: str, events: Iterable[Seen]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)",
            ((calendar, event.uid, event.etag, _dump(event), event.raw) for event in events),
        )

    def drop_seen(self, calendar: str, uid: str) -> None:
        self._db.execute("DELETE FROM seen WHERE calendar = ? AND uid = ?", (calendar, uid))


def _dump(event: Seen) -> str:
    """All but the text as it stands, which is the greater part and lies beside it."""
    values = {name: getattr(event, name) for name in Seen.__slots__ if name != "raw"}
    for name in ("start", "end", "modified"):
        values[name] = values[name].isoformat() if values[name] is not None else None
    return json.dumps(values, ensure_ascii=False)


def _load(text: str, raw: str) -> Seen:
    values = json.loads(text)
    for name in ("start", "end"):
        values[name] = _moment(values[name])
    values["modified"] = datetime.fromisoformat(values["modified"]) if values["modified"] else None
    values["alarms"] = tuple(values["alarms"])
    return Seen(**values, raw=raw)


def _moment(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
