"""On which line of a TOML file a key stands (``tomllib`` gives values without their places)."""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Keys from the top, with the index (from 0) where a table is one of several: ``("steps", 1, "text")``."""

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-.\"']+)\s*=\s*(.*)$")

_BASIC, _LITERAL = '"' * 3, "'" * 3


def places(text: str) -> Mapping[Path, int]:
    """The line (from 1) of every table header, and of every key and every listed ``{…}`` that begins a line."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    listed: Path = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if closing:
            # Inside a script: its lines may look like keys, and are not.
            closing = "" if closing in line else closing
        elif listed and not bare.startswith("]"):
            if bare.startswith("{"):
                counts[listed] = counts.get(listed, -1) + 1
                found[*listed, counts[listed]] = number
        elif header := _HEADER.match(line):
            table = _table(_split(header[2]), counts, many=header[1] == "[[")
            found.setdefault(table, number)
            if isinstance(table[-1], int):
                found.setdefault(table[:-1], number)
        elif key := _KEY.match(line):
            path = (*table, *_split(key[1]))
            found.setdefault(path, number)
            closing = _left_open(key[2])
            listed = path if _open_list(key[2]) else ()
        else:
            listed = ()
    return found


def line_of(found: Mapping[Path, int], path: Path) -> int:
    """The line of the nearest enclosing key that has one; 1 for the file itself."""
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
    return 1


def _table(names: Path, counts: dict[Path, int], *, many: bool) -> Path:
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if many and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _split(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _left_open(value: str) -> str:
    """The quotes that a value opens and does not close on its own line."""
    for quotes in (_BASIC, _LITERAL):
        if value.startswith(quotes) and quotes not in value[3:]:
            return quotes
    return ""


def _open_list(value: str) -> bool:
    """True for a list whose entries follow on lines of their own."""
    return value.partition("#")[0].strip() == "["
