"""Adding attempts: to a log on disk, and to a Book in memory.

A line that a person wrote is never changed: rows are only ever added at the end, whole, in one write.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from calsync.errors import SourceError
from calsync.model import Attempt, Book
from calsync.sources.attempts import log_columns
from calsync.sources.sheet import open_sheet
from calsync.sources.spec import SourceSpec
from calsync.sources.text import Coding, coding_of, split

OWN_HEADER = ("id", "at", "contact", "direction", "channel", "outcome", "promise", "note")
"""The columns of a log that calsync begins."""


def append_attempt(path: Path, attempt: Attempt, zone: ZoneInfo, *, columns: Mapping[str, str] | None = None) -> None:
    """Append one attempt to the log at ``path`` and wait until it is on the disk.

    A log that is not there yet is begun with a header; one that is keeps its own columns, separator, encoding and line
    ends.  A last line without its line end gets one first.  Several processes may append at once.  Raises
    ``SourceError`` where that cannot be done; the file is then as it was.
    """
    values = _values(attempt, zone)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _failed(path, error) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _append(path, descriptor, values, columns or {})
    except OSError as error:
        raise _failed(path, error) from None
    finally:
        os.close(descriptor)


def _append(path: Path, descriptor: int, values: Mapping[str, str], columns: Mapping[str, str]) -> None:
    size = os.fstat(descriptor).st_size
    data = os.pread(descriptor, size, 0)
    if not data.strip():
        new = _row(OWN_HEADER, ",", "\n") + _row([values[name] for name in OWN_HEADER], ",", "\n")
        _write(descriptor, size, new.encode())
        _sync_folder(path)
        return
    coding = coding_of(data, None, str(path))
    text = split(data[coding.bom :], coding)
    sheet = open_sheet([*text.lines, text.tail], SourceSpec(path))
    assert sheet is not None, "a file with more than blanks in it has a first line"  # noqa: S101
    found, _ = log_columns(sheet.header, str(path), sheet.line, columns)
    cells = [""] * found.width
    for name, index in found.index.items():
        cells[index] = values[name]
    lost = [name for name in ("outcome", "promise", "note", "direction") if values[name] and name not in found.index]
    if lost and not (lost == ["direction"] and values["direction"] == "outbound"):
        raise SourceError(f"{path} has no column for {lost[0]}", hint=f"add {lost[0]} to its header")
    end = _line_end(data, coding)
    row = _row(cells, sheet.separator, end)
    _write(
        descriptor,
        size,
        ((end if text.tail and not text.tail.endswith("\r") else "") + row).encode(coding.name, "replace"),
    )


def _values(attempt: Attempt, zone: ZoneInfo) -> dict[str, str]:
    return {
        "id": attempt.key,
        "at": attempt.at.astimezone(zone).isoformat(timespec="microseconds" if attempt.at.microsecond else "seconds"),
        "contact": attempt.contact_id,
        "direction": attempt.direction.value,
        "channel": attempt.channel.value,
        "outcome": attempt.outcome.value if attempt.outcome else "",
        "promise": attempt.promise,
        "note": attempt.note,
        "number": attempt.number,
    }


def _row(cells: Sequence[str], separator: str, end: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerow([_one_kind_of_break(cell) for cell in cells])
    return out.getvalue()


def _one_kind_of_break(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _line_end(data: bytes, coding: Coding) -> str:
    start = data[:65536].decode(coding.name, "ignore")
    return "\r\n" if "\r\n" in start else "\r" if "\r" in start and "\n" not in start else "\n"


def _write(descriptor: int, size: int, data: bytes) -> None:
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)  # what was written of it is ours; a half line would be a puzzle to the rep
        raise


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _failed(path: Path, error: OSError) -> SourceError:
    reason = (error.strerror or str(error)).lower()
    return SourceError(
        f"nothing could be written to {path}: {reason}", hint="make room or give write permission, then try again"
    )


def with_attempts(book: Book, attempts: Iterable[Attempt]) -> Book:
    """The Book as it will be once ``attempts`` are in a log: for a dry run, which writes nothing."""
    rows = dict(book.attempts)
    for attempt in attempts:
        others = [known for known in rows.get(attempt.contact_id, ()) if known.key != attempt.key]
        rows[attempt.contact_id] = tuple(sorted([*others, attempt], key=lambda a: a.at.astimezone(UTC)))
    return replace(book, attempts=rows)
