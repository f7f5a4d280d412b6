"""Where one process leaves for the next what it has read and folded: a file that can be lost without harm.

It lies beside the ledger, for its owner's eyes only, as it holds names and notes.  What is on it is plain JSON, in
parts, so that an appended row rewrites one of them.  Every part is summed up in the head, and the head by itself: a
file that was damaged, cut off or half written is not there at all.  Nothing here raises: a full disk, a locked file or
a folder that cannot be written only mean that the next process reads everything again.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

logger = logging.getLogger("calsync")

_SCHEMA = """
CREATE TABLE head (edition TEXT NOT NULL, turn INTEGER NOT NULL, crc INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE part (number INTEGER PRIMARY KEY, top TEXT NOT NULL, rest BLOB NOT NULL);
"""
_PATIENCE = 1.0
"""Seconds to wait for another process that is writing."""


Part = tuple[str, bytes]
"""What is looked at whenever the part is, and the rest."""


class Shelved(NamedTuple):
    """What was left."""

    head: dict[str, Any]
    parts: list[Part]


class Shelf:
    """``edition`` names everything that what is left depends on, the files apart: another edition finds nothing."""

    def __init__(self, path: Path, edition: str) -> None:
        self.path, self.edition = path, edition
        self._turn = -1
        self._crcs: list[int] = []

    def load(self) -> Shelved | None:
        """What another process left, ``None`` where there is nothing that can be used."""
        if not self.path.exists():
            return None
        try:
            with closing(
                sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)
            ) as db:
                db.execute("BEGIN")
                edition, turn, crc, text = db.execute("SELECT edition, turn, crc, text FROM head").fetchone()
                if edition != self.edition or zlib.crc32(text.encode()) != crc:
                    return None
                head = json.loads(text)
                parts: list[Part] = db.execute("SELECT top, rest FROM part ORDER BY number").fetchall()
            if list(map(_crc, parts)) != head["crcs"]:
                return None
        except (sqlite3.Error, ValueError, TypeError, KeyError, AttributeError, OSError) as error:
            logger.debug("what was read before cannot be used: %s", type(error).__name__)
            return None
        self._turn, self._crcs = turn, head["crcs"]
        return Shelved(head, parts)

    def leave(self, head: dict[str, Any], parts: Iterable[Part]) -> bool:
        """Leave all of it, in place of whatever was there; ``False`` where that could not be done.

        Each part is asked for when the one before it is written, so that only one of them lies in memory.  Raises what
        ``parts`` raises.
        """
        crcs: list[int] = []
        fresh = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
            with closing(sqlite3.connect(fresh, isolation_level=None)) as db:
                db.execute("PRAGMA journal_mode = OFF")
                db.execute("PRAGMA synchronous = OFF")
                db.execute("PRAGMA cache_size = -256")
                db.execute("BEGIN")
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
                for number, part in enumerate(parts):
                    crcs.append(_crc(part))
                    db.execute("INSERT INTO part VALUES (?, ?, ?)", (number, *part))
                turn = int.from_bytes(os.urandom(6))
                db.execute("INSERT INTO head VALUES (?, ?, ?, ?)", self._headed(head, crcs, turn))
                db.execute("COMMIT")
            fresh.replace(self.path)
        except (sqlite3.Error, OSError) as error:
            logger.debug("what was read is not kept for the next start: %s", error)
            return False
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
        self._turn, self._crcs = turn, crcs
        return True

    def change(self, head: dict[str, Any], parts: Mapping[int, Part]) -> bool:
        """Leave other parts in place of some; ``False`` where it could not be done, or another process came between."""
        if self._turn < 0:
            return False
        crcs = list(self._crcs)
        for number, part in parts.items():
            crcs[number] = _crc(part)
        try:
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as db:
                db.execute("PRAGMA synchronous = OFF")
                db.execute("BEGIN IMMEDIATE")
                if db.execute("SELECT edition, turn FROM head").fetchone() != (self.edition, self._turn):
                    return False
                rows = [(*part, number) for number, part in parts.items()]
                db.executemany("UPDATE part SET top = ?, rest = ? WHERE number = ?", rows)
                db.execute("DELETE FROM head")
                db.execute("INSERT INTO head VALUES (?, ?, ?, ?)", self._headed(head, crcs, self._turn + 1))
                db.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            logger.debug("what was read is not kept for the next start: %s", error)
            return False
        self._turn, self._crcs = self._turn + 1, crcs
        return True

    def _headed(self, head: dict[str, Any], crcs: list[int], turn: int) -> tuple[str, int, int, str]:
        text = json.dumps(head | {"crcs": crcs})
        return self.edition, turn, zlib.crc32(text.encode()), text


def _crc(part: Part) -> int:
    top, rest = part
    return zlib.crc32(rest, zlib.crc32(top.encode()))
