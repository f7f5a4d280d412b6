"""What a scan of a folder remembers of each file, and how that survives a restart as an opaque token."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_PREFIX = "folder1:"
_TICK_NS = 20_000_000
_COARSE_NS = 2_100_000_000


@dataclass(slots=True, eq=False)
class FileState:
    """One file: ``etag`` from its time, size and inode number; ``ours`` whether it holds an event of ours; ``uid``
    only where that event is kept under another name than its own.

    ``racy`` marks a file that was so young when it was looked at that a later change could leave the same etag (the
    clock of a file system has coarse ticks).  Such a file never equals itself, so that the next poll reads it once
    more and compares its ``digest``, which only racy files have.
    """

    etag: str
    ours: bool = False
    uid: str = ""
    racy: bool = False
    digest: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileState) and self.etag == other.etag and not other.racy

    __hash__ = None  # type: ignore[assignment]  # compared, never a key

    def as_text(self) -> str:
        flags = ("o" if self.ours else "") + ("r" if self.racy else "")
        return ",".join((self.etag, flags, self.uid, self.digest)).rstrip(",")

    @staticmethod
    def of_text(text: str) -> FileState:
        etag, flags, uid, digest = (*text.split(","), "", "", "")[:4]
        return FileState(etag, "o" in flags, uid, "r" in flags, digest)

    def copy_role(self, old: FileState) -> None:
        self.ours, self.uid = old.ours, old.uid


@dataclass(frozen=True)
class Snapshot:
    """All .ics files of a folder by name.  ``token`` is the same as text."""

    files: dict[str, FileState]

    @cached_property
    def token(self) -> str:
        listed = {name: state.as_text() for name, state in self.files.items()}
        return _PREFIX + json.dumps(listed, separators=(",", ":"), ensure_ascii=False)

    @staticmethod
    def parse(token: str | None, *, cached: Snapshot) -> Snapshot | None:
        """The snapshot behind a token, ``None`` for no token or one that is not understood."""
        if token is None or not token.startswith(_PREFIX):
            return None
        if "token" in cached.__dict__ and cached.token == token:
            return cached
        try:
            listed = json.loads(token.removeprefix(_PREFIX))
            files = {}
            for name, text in listed.items():
                files[name] = FileState.of_text(text)
        except (ValueError, AttributeError, TypeError):
            return None
        snapshot = Snapshot(files)
        snapshot.__dict__["token"] = token
        return snapshot


def etag_of(stat: os.stat_result) -> str:
    """An etag without reading the file.  Whoever replaces a file makes a new inode, and whoever writes into it moves
    its time or size."""
    return f"{stat.st_mtime_ns:x}-{stat.st_size:x}-{stat.st_ino:x}"


def scan(path: Path) -> dict[str, FileState]:
    """The .ics files of a folder; no body is read.  Hidden files are other programs' business."""
    now = time.time_ns()
    files: dict[str, FileState] = {}
    with os.scandir(path) as listing:
        for item in listing:
            name = item.name
            if not name.endswith(".ics") or name.startswith("."):
                continue
            try:
                stat = item.stat()
            except FileNotFoundError:
                continue
            modified = stat.st_mtime_ns
            window = _TICK_NS if modified % 1_000_000 else _COARSE_NS
            files[name] = FileState(etag_of(stat), racy=now - modified < window)
    return files
