"""On which line of a TOML text a key stands.  The standard parser gives values and forgets where they stood."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

Key = tuple[str | int, ...]
"""Keys from the top, with the index (from 0) where one is of several: ``("steps", 1, "text")``."""

_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
_SETTING = re.compile(
    r"\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=\s*(.*)$"
)
_PART = re.compile(r"[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'")
_ENDS = {'"""': '"""', "'''": "'''", "[": "]", "{": "}"}
"""What begins a value of several lines, and what has to stand on the last of them."""


def key_lines(text: str) -> dict[Key, int]:
    """The line (from 1) of every table and key of a valid TOML text, and of every listed ``{…}`` that begins a line.

    Tables of an array count from 0: ``("contacts", 1, "path")``.
    """
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    for number, line, more in _statements(text):
        header = None if (setting := _SETTING.match(line)) else _HEADER.match(line)
        if setting:
            key = (*table, *_parts(setting[1]))
            lines.setdefault(key, number)
            listed = [number + below for below, entry in enumerate(more, start=1) if entry.lstrip().startswith("{")]
            lines.update({(*key, index): at for index, at in enumerate(listed)} if setting[2].startswith("[") else {})
        elif header:
            table = _inside(_parts(header[2]), counts)
            if header[1] == "[[":
                lines.setdefault(table, number)
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, number)
    return lines


def line_of(lines: Mapping[Key, int], key: Key) -> int:
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


def _statements(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """The line that begins each statement, with its number (from 1), and the lines that go on with its value."""
    lines = enumerate(text.splitlines(), start=1)
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        more: list[str] = []
        setting = _SETTING.match(line)
        end = next((end for begin, end in _ENDS.items() if setting and setting[2].startswith(begin)), "")
        while end and not _is_whole(line, more, end):
            if (following := next(lines, None)) is None:
                break
            more.append(following[1])
        yield number, line, more


def _is_whole(line: str, more: list[str], end: str) -> bool:
    """Whether the parser takes it by itself, which leaves quoting and nesting to the parser."""
    if end not in (more[-1] if more else line.partition("=")[2]):
        return False
    try:
        tomllib.loads("\n".join((line, *more)))
    except tomllib.TOMLDecodeError:
        return False
    return True
