"""A folder of files and a reader over them, in the life of one rep: Chicago, +1 312 555 0199."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from calsync.model import Attempt, Book, Contact, Problem
from calsync.sources import Reader, SourceSpec

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
LOG = "at,contact,direction,channel,outcome,promise,note\n"


class Desk:
    """Files under ``folder``, all of them left alone for an hour, and one reader."""

    def __init__(self, folder: Path, region: str = "US-IL") -> None:
        self.folder, self.region = folder, region
        self.lists: list[SourceSpec] = []
        self.logs: list[SourceSpec] = []
        self.reader: Reader | None = None

    def put(self, name: str, text: str | bytes, age: float = 3600) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.aged(path, age)

    def add(self, name: str, text: str, age: float = 3600) -> Path:
        path = self.folder / name
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(text)
        return self.aged(path, age)

    def aged(self, path: Path, age: float) -> Path:
        stamp = (NOW - timedelta(seconds=age)).timestamp()
        os.utime(path, (stamp, stamp))
        return path

    def contacts(self, text: str | bytes, name: str = "contacts.csv", **options: object) -> Desk:
        self.lists.append(spec(self.put(name, text), name, **options))
        return self

    def log(self, text: str | bytes, name: str = "attempts.csv", age: float = 3600, **options: object) -> Desk:
        self.logs.append(spec(self.put(name, text, age), name, **options))
        return self

    def read(self, now: datetime = NOW) -> Book:
        if self.reader is None:
            self.reader = self.fresh()
        return self.reader.read(now)

    def fresh(self) -> Reader:
        return Reader(self.lists, self.logs, zone=ZONE, region=self.region, own_numbers=["+1 312 555 0199"])


def spec(path: Path, name: str, **options: object) -> SourceSpec:
    return SourceSpec(path, name=name, **options)  # type: ignore[arg-type]  # tests name the fields they mean


def only(contacts: Mapping[str, Contact]) -> Contact:
    (contact,) = contacts.values()
    return contact


def flat(book: Book) -> list[Attempt]:
    return sorted(book.all_attempts(), key=lambda a: (a.where.file, a.where.line))


def told(problems: tuple[Problem, ...]) -> list[tuple[str, int, str]]:
    return [(p.file, p.line, p.column) for p in problems]
