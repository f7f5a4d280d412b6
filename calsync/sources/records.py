"""Lines -> records of a separated file (RFC 4180, and what spreadsheets make of it).

Most of a table is sound, so ``csv`` takes a few hundred lines apart at once; only where one of them is not a record of
the header's width are they looked at one by one.

A quote that nobody closes would swallow the rows after it.  So a record of several lines must have exactly the columns
of the header; where it does not, its first line is reported and reading goes on with the very next line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

LONGEST = 131_072
"""Characters a cell, and a line, may hold (``csv`` has the same limit for cells)."""


@dataclass(slots=True)
class Fault:
    """A record that could not be taken apart."""

    line: int
    message: str
    hint: str


@dataclass(slots=True)
class Records:
    """Iterate over the records of ``lines``: pairs (number of the first physical line, fields).

    ``width`` is the header's number of columns, ``None`` to take rows as they come.  After the iteration ``faults``
    holds what was left out and ``held`` how many lines at the end belong to a record whose quote is still open;
    with ``final`` such a record is a fault instead (``cut_open``).  ``nul`` says that there is a NUL somewhere.
    """

    lines: Sequence[str]
    separator: str
    width: int | None
    first: int = 1
    final: bool = False
    nul: bool = False
    faults: list[Fault] = field(default_factory=list)
    held: int = 0
    cut_open: bool = False

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        rows = self._plain_rows()
        return self._one_by_one() if rows is None else zip(count(self.first), rows, strict=False)

    def _plain_rows(self) -> list[list[str]] | None:
        """All rows at once, where each line is a record of the header's width; ``None`` where one is not."""
        if self.nul:
            return None
        try:
            rows = list(csv.reader(self.lines, delimiter=self.separator, strict=True))
        except csv.Error:
            return None
        return rows if len(rows) == len(self.lines) and set(map(len, rows)) <= {self.width} else None

    def _one_by_one(self) -> Iterator[tuple[int, list[str]]]:
        separator, width, first = self.separator, self.width, self.first
        quoted = _Quoted(self.lines, separator)
        unfit = self._unfit_lines()
        resume = 0
        for index, line in enumerate(self.lines):
            if index < resume:
                continue
            if unfit and index in unfit:
                continue
            if '"' not in line:
                row = line.split(separator)
                if len(row) == width:
                    yield first + index, row
                    continue
            elif (record := _one_quoted(line, separator) or quoted.at(index)) is not None:
                row, used = record
                if len(row) == width:
                    resume = index + used
                    yield first + index, row
                    continue
                if used > 1 and width is not None:
                    self._broken_quote(index)
                    continue
                resume = index + used
            elif quoted.ran_out and not self.final:
                self.held = len(self.lines) - index
                self.faults = [fault for fault in self.faults if fault.line < first + index]  # they come again
                return
            else:
                self.cut_open = self.cut_open or quoted.ran_out
                self._broken_quote(index, quoted.error)
                continue
            fitted = self._fit(index, row)
            if fitted is not None:
                yield first + index, fitted

    def _unfit_lines(self) -> frozenset[int]:
        """Lines that hold NUL, or no line end for too long; looked for once, as there are none in a sound file."""
        unfit = set()
        if max(map(len, self.lines), default=0) > LONGEST or self.nul:
            for index, line in enumerate(self.lines):
                if "\0" in line:
                    message, hint = "this line holds NUL bytes, as a crash or a full disk leaves them", "write it again"
                elif len(line) > LONGEST:
                    message, hint = f"this line is longer than {LONGEST:,} characters", "shorten it"
                else:
                    continue
                unfit.add(index)
                self.faults.append(Fault(self.first + index, message, hint))
        return frozenset(unfit)

    def _fit(self, index: int, row: list[str]) -> list[str] | None:
        """A row of another width: blank lines and empty cells at its end mean nothing, all else is a fault."""
        if not any(cell.strip() for cell in row):
            return None
        if self.width is None:
            return row
        while len(row) > self.width and not row[-1].strip():
            row.pop()
        if len(row) == self.width:
            return row
        count = f"{len(row)} column{'s' * (len(row) != 1)}"
        if len(row) > self.width:
            hint = f"put a cell that holds a {_called(self.separator)} between double quotes"
        else:
            hint = f"write {self.width - len(row)} more {_called(self.separator)}(s), also for cells that are empty"
        self.faults.append(Fault(self.first + index, f"this row has {count}, the header has {self.width}", hint))
        return None

    def _broken_quote(self, index: int, error: str = "") -> None:
        if "field limit" in error:
            message = f"a cell is longer than {LONGEST:,} characters, or its double quote is never closed"
        else:
            message = "a double quote opens a cell here and is not closed where the cell ends"
        hint = 'close the cell with ", and write a quote inside a cell twice ("")'
        self.faults.append(Fault(self.first + index, message, hint))


def _one_quoted(line: str, separator: str) -> tuple[list[str], int] | None:
    """A line in which just one cell stands between quotes, the usual case; ``None`` for any other."""
    parts = line.split('"')
    if len(parts) != 3:
        return None
    before, cell, after = parts
    if (before and before[-1] != separator) or (after and after[0] != separator):
        return None
    row = before[:-1].split(separator) if before else []
    row.append(cell)
    if after:
        row += after[1:].split(separator)
    return row, 1


def record_at(lines: Sequence[str], index: int, separator: str) -> tuple[list[str], int] | None:
    """The record that begins with line ``index`` and how many lines it takes; ``None`` where it cannot be read."""
    if '"' not in lines[index]:
        return lines[index].split(separator), 1
    return _Quoted(lines, separator).at(index)


def _called(separator: str) -> str:
    return {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}.get(separator, separator)


class _Quoted:
    """``csv`` fed from any line on."""

    def __init__(self, lines: Sequence[str], separator: str) -> None:
        self._lines, self._separator = lines, separator
        self._next = 0
        self.ran_out = False
        self.error = ""
        self._reader = self._fresh()

    def _fresh(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._separator, strict=True)

    def _feed(self) -> Iterator[str]:
        while self._next < len(self._lines):
            self._next += 1
            yield self._lines[self._next - 1] + "\n"
        self.ran_out = True

    def at(self, index: int) -> tuple[list[str], int] | None:
        """The record that begins with line ``index`` and how many lines it takes; ``None`` where it cannot be read."""
        self._next = index
        self.ran_out, self.error = False, ""
        try:
            row = next(self._reader)
        except csv.Error as error:
            self._reader = self._fresh()  # a reader that ran out of lines is spent
            self.error = str(error)
        except StopIteration:
            self._reader = self._fresh()
        else:
            return row, self._next - index
        if self._next > index + 1 or self.ran_out or "field limit" in self.error:
            return None
        # Refused although the record ends on its own line, as in ``"Acme" Inc``: what is meant is plain enough.
        return next(csv.reader((self._lines[index],), delimiter=self._separator)), 1
