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
from calsync.sources.text import Coding, Text, coding_of, size_of_last, split

STILL = 2.0
"""Seconds without a change after which a last line without its line end counts as written to its end."""

ABANDONED = 60.0
"""Seconds after which a last line that is not whole is reported; a writer that pauses is given that long."""

Stamp = tuple[int, int, int, int]
"""Device, inode, size and modification time in nanoseconds: the same stamp, the same bytes."""


class Age(IntEnum):
    """How long a file has been left alone."""

    FRESH = 0
    STILL = 1
    ABANDONED = 2


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from ``start`` to the end of a file, and their text; ``line`` is the number of its first line."""

    stamp: Stamp
    coding: Coding
    data: bytes
    text: Text
    line: int
    start: int
    age: Age
    crc_before: int

    @property
    def crc(self) -> int:
        """Of everything up to the end of this part."""
        return zlib.crc32(self.data, self.crc_before)

    def consumed(self, held: int) -> tuple[int, int, int]:
        """(offset, crc, next line) when the last ``held`` whole lines and the tail are left for later."""
        kept = len(self.data)
        if held or self.text.tail:
            kept -= size_of_last(self.data, self.coding, held)
        crc = zlib.crc32(memoryview(self.data)[:kept], self.crc_before)
        return self.start + kept, crc, self.line + len(self.text.lines) - held


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


def read_whole(path: Path, label: str, encoding: str | None, now: datetime) -> Part:
    """The file from its beginning."""
    with _opened(path, label) as file:
        stamp = _stamp(os.fstat(file.fileno()))
        data = file.read(stamp[2])  # not what is being appended at this very moment: the stamp is of this much
    coding = coding_of(data[:4096], encoding, label)
    body = data[coding.bom :]
    crc = zlib.crc32(data[: coding.bom])
    return Part(stamp, coding, body, split(body, coding), 1, coding.bom, age_of(stamp, now), crc)


def read_growth(path: Path, label: str, coding: Coding, offset: int, crc: int, line: int, now: datetime) -> Part | None:
    """What stands after ``offset``; ``None`` where the bytes before it are no longer those with that ``crc``.

    The whole beginning is summed up again (CRC-32, 1 GB/s and more): cheap next to parsing, and an edit of an old line
    is never overlooked.
    """
    with _opened(path, label) as file:
        stamp = _stamp(os.fstat(file.fileno()))
        if _crc_of(file, offset) != crc:
            return None
        fresh = file.read(max(stamp[2] - offset, 0))
    return Part(stamp, coding, fresh, split(fresh, coding), line, offset, age_of(stamp, now), crc)


def untouched(path: Path, label: str, size: int, crc: int) -> Stamp | None:
    """The new stamp of a file that was saved again but holds the bytes it held; ``None`` where it does not."""
    with _opened(path, label) as file:
        stamp = _stamp(os.fstat(file.fileno()))
        return stamp if stamp[2] == size and _crc_of(file, size) == crc else None


_BLOCK = 1 << 20


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
