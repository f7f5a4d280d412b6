"""A separated file opened: its separator, its header, and where its rows begin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from calsync.errors import SourceError
from calsync.sources.records import record_at
from calsync.sources.spec import SourceSpec
from calsync.sources.text import separator_of

_SEP_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


@dataclass(slots=True)
class Sheet:
    """``line`` is the header's own line, ``rows_from`` the index of the line after it."""

    header: list[str]
    separator: str
    line: int
    rows_from: int


def open_sheet(lines: Sequence[str], spec: SourceSpec) -> Sheet | None:
    """The header of a file that has one; ``None`` where the file is empty (blank lines count for nothing)."""
    separator = spec.separator
    if separator is not None and len(separator) != 1:
        separator = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}.get(separator)
    if spec.separator is not None and (separator is None or separator in '"\r\n\0'):
        raise SourceError(
            f'{spec.label}: "{spec.separator}" is no separator',
            hint='write separator = ",", ";", "|" or "tab", or leave it out',
        )
    start = 0
    while start < len(lines):
        line = lines[start]
        told = _SEP_LINE.fullmatch(line.strip())
        if told and told[1] not in '"\0':
            separator = separator or told[1]  # Excel's own way to name the separator
        elif line.strip():
            break
        start += 1
    else:
        return None
    separator = separator or separator_of(lines[start])
    record = record_at(lines, start, separator) if "\0" not in lines[start] else None
    if record is None:
        raise SourceError(
            f"{spec.label}, line {start + 1}: the header cannot be read",
            hint="the first line names the columns, separated by commas",
        )
    header, taken = record
    return Sheet(header, separator, start + 1, start + taken)
