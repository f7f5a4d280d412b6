"""What is read of a file, and whether the part that was read before is still the same."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO

from calsync.errors import GuardError, SourceError
from calsync.sources.text import Coding, coding_of, size_of_last, split

STILL = 2.0
"""Seconds without a change after which a last line without its line end counts as written to its end."""

ABANDONED = 60.0
"""Seconds after which a last line that is not whole is reported; a writer that pauses is given that long."""

_BLOCK = 1 << 16

Stamp = tuple[int, int, int, int]
"""Device, inode, size and modification time in nanoseconds: the same stamp, the same bytes."""


class Age(IntEnum):
    """How long a file has been left alone."""

    FRESH = 0
    STILL = 1
    ABANDONED = 2


@dataclass(slots=True)
class Block:
    """Whole lines of a file; ``first`` is the number of the first, ``last`` says that only the tail follows."""

    lines: list[str]
    first: int
    nul: bool
    undecodable: tuple[int, ...]
    last: bool


@dataclass(slots=True)
class Feed:
    """A file from byte ``offset`` on, a block at a time, so that a big log never stands in memory as a whole.

    While it is read, ``held`` is set by whoever takes a block: how many of its last lines are to come again with the
    next block (and the next time) because their record is not complete.  Afterwards ``offset``, ``crc`` and ``line``
    say where reading goes on (``crc`` is the CRC-32 of all bytes before), and ``tail`` is what no line end closes yet.
    """

    file: BinaryIO
    stamp: Stamp
    age: Age
    coding: Coding
    offset: int
    crc: int
    line: int = 1
    held: int = 0
    tail: str = ""
    left: bytes = b""

    def blocks(self) -> Iterator[Block]:
        """At least one block, the last of which may be empty."""
        size = self.stamp[2]
        position = self.offset
        pending, last = b"", False
        while not last:
            chunk = self.file.read(min(size - position, _BLOCK if not self.coding.wide else size))
            position += len(chunk)
            last = position >= size or not chunk
            data, rest = pending + chunk, b""
            if not last:
                cut = data.rfind(b"\n") + 1
                data, rest = data[:cut], data[cut:]
            text = split(data, self.coding)
            self.held, self.tail = 0, text.tail.removesuffix("\r")
            if data or last:
                yield Block(text.lines, self.line, text.nul, text.undecodable, last)
            used = len(data) - (size_of_last(data, self.coding, self.held) if self.held or text.tail else 0)
            self.crc = zlib.crc32(memoryview(data)[:used], self.crc)
            self.offset += used
            self.line += len(text.lines) - self.held
            pending = data[used:] + rest
        self.left = pending

    @property
    def crc_of_all(self) -> int:
        """The CRC-32 of the whole file, what was held back included."""
        return zlib.crc32(self.left, self.crc)


def stamp_of(path: Path, label: str) -> Stamp | None:
    """``None`` where there is no such file.  Raises ``SourceError`` for what is not a file that can be read."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(label, error if isinstance(error, OSError) else OSError(str(error))) from None
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "not an ordinary file"
        raise SourceError(f"{label} is {kind}", hint="name the file itself in the configuration")
    return _stamp(found)


def age_of(stamp: Stamp, now: datetime) -> Age:
    """How still the file is at ``now``.

    Without relation to the clock that stamped the file (a plan as of another day), a file counts as left alone.
    """
    apart = abs(now.timestamp() - stamp[3] / 1e9)
    return Age.FRESH if apart < STILL else Age.STILL if apart < ABANDONED else Age.ABANDONED


@contextmanager
def feed_of(path: Path, label: str, encoding: str | None, now: datetime) -> Iterator[Feed]:
    """The file from its beginning."""
    with _opened(path, label) as file:
        stamp = _stamp(os.fstat(file.fileno()))  # what is appended after this moment is for the next time
        head = file.read(4096)
        coding = coding_of(head, encoding, label)
        file.seek(coding.bom)
        yield Feed(file, stamp, age_of(stamp, now), coding, coding.bom, zlib.crc32(head[: coding.bom]))


@contextmanager
def feed_of_growth(path: Path, label: str, before: Feed, now: datetime) -> Iterator[Feed | None]:
    """What stands after the place where ``before`` stopped; ``None`` where the bytes before that place changed.

    The whole beginning is summed up again (CRC-32, 1 GB/s and more): cheap next to parsing, and an edit of an old line
    is never overlooked.
    """
    with _opened(path, label) as file:
        stamp = _stamp(os.fstat(file.fileno()))
        if stamp[2] < before.offset or _crc_of(file, before.offset) != before.crc:
            yield None
        else:
            yield Feed(file, stamp, age_of(stamp, now), before.coding, before.offset, before.crc, before.line)


def untouched(path: Path, label: str, size: int, crc: int) -> Stamp | None:
    """The new stamp of a file that was saved again but holds the bytes it held; ``None`` where it does not."""
    with _opened(path, label) as file:
        stamp = _stamp(os.fstat(file.fileno()))
        return stamp if stamp[2] == size and _crc_of(file, size) == crc else None


def _crc_of(file: BinaryIO, size: int) -> int | None:
    """The CRC-32 of the next ``size`` bytes, ``None`` where there are not so many."""
    crc = 0
    while size > 0:
        block = file.read(min(size, _BLOCK))
        if not block:
            return None
        crc = zlib.crc32(block, crc)
        size -= len(block)
    return crc


@contextmanager
def _opened(path: Path, label: str) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except (FileNotFoundError, NotADirectoryError):
        raise GuardError(
            f"{label} was there and has vanished; nothing was changed on the calendar",
            hint="put the file back, or take it out of the configuration",
        ) from None
    except OSError as error:
        raise _unreadable(label, error) from None


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _unreadable(label: str, error: OSError) -> SourceError:
    reason = (error.strerror or str(error)).lower()
    return SourceError(f"{label} cannot be read: {reason}", hint="look at its path and its permissions")
