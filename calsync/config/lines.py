"""Which line of a TOML text holds which key.  The standard parser gives values and forgets where they stood."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

Key = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
_SETTING = re.compile(
    r"\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=(.*)$"
)
_PART = re.compile(r"[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'")


def key_lines(text: str) -> dict[Key, int]:
    """Every table and key of a valid TOML text -> its line (from 1).

    Tables of an array count from 0: ``("contacts", 1, "path")``.
    """
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    for number, line in _statements(text):
        header = _HEADER.match(line)
        setting = _SETTING.match(line)
        if setting is not None and not line.lstrip().startswith("["):
            lines.setdefault((*table, *_parts(setting[1])), number)
        elif header is not None:
            table = _inside(_parts(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, number)
    return lines


def line_of(lines: dict[Key, int], key: Key) -> int:
    """The line of a key, or of the nearest table around it; 1 where nothing is known."""
    while key:
        if key in lines:
            return lines[key]
        key = key[:-1]
    return 1


def _parts(dotted: str) -> Key:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _inside(key: Key, counts: dict[Key, int]) -> Key:
    """``contacts.map`` below the second ``[[contacts]]`` is ``("contacts", 1, "map")``."""
    full: Key = ()
    for position, part in enumerate(key):
        full = (*full, part)
        if full in counts and position < len(key) - 1:
            full = (*full, counts[full])
    return full


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines that begin a statement: those inside a multi-line string or array are passed over.

    A statement is whole as soon as the parser takes it by itself, which leaves quoting and nesting to the parser.
    """
    pending: list[str] = []
    start = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not pending:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            start = number
            yield start, line
        pending.append(line)
        try:
            tomllib.loads("\n".join(pending))
        except tomllib.TOMLDecodeError:
            continue
        pending.clear()
