"""What a scan of a folder remembers of each file, and how that survives a restart as an opaque token."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_PREFIX = "folder2:"
_TICK_NS = 20_000_000
_COARSE_NS = 2_100_000_000


@dataclass(slots=True)
class FileState:
    """One file: ``stamp`` is its time, size and inode number; ``ours`` whether it holds an event of ours; ``uid``
    only where that event is kept under another name than its own.

    ``racy`` marks a file that was so young when it was looked at that a later change could leave the same stamp (the
    clock of a file system has coarse ticks).  The next poll reads such a file once more and compares its ``digest``,
    which only racy files have.
    """

    stamp: tuple[int, int, int]
    ours: bool = False
    uid: str = ""
    racy: bool = False
    digest: str = ""

    @property
    def etag(self) -> str:
        modified, size, inode = self.stamp
        return f"{modified:x}-{size:x}-{inode:x}"

    def as_text(self) -> str:
        flags = ("o" if self.ours else "") + ("r" if self.racy else "")
        return f"{self.etag},{flags},{self.uid},{self.digest}" if self.uid or self.digest else f"{self.etag},{flags}"

    @staticmethod
    def of_text(text: str) -> FileState:
        """Raises ``ValueError`` for what is no state."""
        etag, flags, uid, digest = (*text.split(","), "", "", "")[:4]
        modified, size, inode = (int(part, 16) for part in etag.split("-"))
        return FileState((modified, size, inode), "o" in flags, uid, "r" in flags, digest)

    def copy_role(self, old: FileState) -> None:
        self.ours, self.uid = old.ours, old.uid


@dataclass(frozen=True)
class Snapshot:
    """All .ics files of a folder by name.  ``token`` is the same as text: names and states in turn, with the one
    character between them that no name has."""

    files: dict[str, FileState]

    @cached_property
    def token(self) -> str:
        return _PREFIX + "/".join([part for name, state in self.files.items() for part in (name, state.as_text())])

    @staticmethod
    def parse(token: str | None, *, cached: Snapshot) -> Snapshot | None:
        """The snapshot behind a token, ``None`` for no token or one that is not understood."""
        if token is None or not token.startswith(_PREFIX):
            return None
        if "token" in cached.__dict__ and cached.token == token:
            return cached
        parts = token.removeprefix(_PREFIX).split("/") if token != _PREFIX else []
        try:
            files = {name: FileState.of_text(text) for name, text in zip(parts[::2], parts[1::2], strict=True)}
        except ValueError:
            return None
        snapshot = Snapshot(files)
        snapshot.__dict__["token"] = token
        return snapshot


def stamp_of(stat: os.stat_result) -> tuple[int, int, int]:
    """What tells one state of a file from the next without reading it.  Whoever replaces a file makes a new inode, and
    whoever writes into it moves its time or size."""
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def etag_of(stat: os.stat_result) -> str:
    """The stamp as text."""
    return FileState(stamp_of(stat)).etag


def scan(path: Path, before: Mapping[str, FileState]) -> dict[str, FileState]:
    """The .ics files of a folder; no body is read.  Hidden files are other programs' business.

    A file that is as ``before`` has the very same state.
    """
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
            stamp = modified, _, _ = stamp_of(stat)
            old = before.get(name)
            if old is not None and old.stamp == stamp and not old.racy:
                files[name] = old
                continue
            window = _TICK_NS if modified % 1_000_000 else _COARSE_NS
            files[name] = FileState(stamp, racy=now - modified < window)
    return files
