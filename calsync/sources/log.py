"""One call log: read whole once, then only what was appended."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from calsync.errors import GuardError, SourceError
from calsync.model import Problem
from calsync.sources.attempts import ATTEMPT_FIELDS, JSON_COLUMNS, LogRows, Reading, json_rows, log_columns
from calsync.sources.contacts import undecodable
from calsync.sources.files import Age, Part, Stamp, age_of, read_growth, read_whole, stamp_of
from calsync.sources.matching import Directory
from calsync.sources.moments import Moments
from calsync.sources.numbers import Numbers
from calsync.sources.records import Records, record_at
from calsync.sources.sheet import open_sheet
from calsync.sources.spec import ATTEMPT_FORMATS, DATE_ORDERS, SourceSpec
from calsync.sources.text import Coding
from calsync.sources.words import nearest


class Log:
    """Where reading of one file stands.

    ``rows`` counts the attempts read so far, ``parsed`` the rows that the last call took apart.  ``known`` means that
    the file was read before, so its absence is not an empty log.
    """

    def __init__(self, spec: SourceSpec, zone: ZoneInfo, directory: Directory, numbers: Numbers) -> None:
        if spec.format not in ATTEMPT_FORMATS:
            meant = nearest(spec.format, ATTEMPT_FORMATS) or "auto"
            raise SourceError(
                f'{spec.label}: no format of a log is called "{spec.format}"', hint=f'write format = "{meant}"'
            )
        if spec.dates not in DATE_ORDERS:
            raise SourceError(
                f'{spec.label}: dates cannot be "{spec.dates}"', hint='write dates = "iso", "mdy" or "dmy"'
            )
        self.spec = spec
        self.stamp: Stamp | None = None
        self.known = False
        self.rows = self.parsed = 0
        self.problems: list[Problem] = []
        self._moments = Moments(zone, spec.dates)
        self._directory, self._numbers = directory, numbers
        self._rows: LogRows | None = None
        self._coding = Coding("utf-8")
        self._separator = ","
        self._width = 0
        self._goes_on = (0, 0, 1)
        self._age = Age.ABANDONED
        self._provisional = False
        self._held = False

    @property
    def json(self) -> bool:
        suffixes = {".jsonl", ".ndjson", ".json"}
        return self.spec.format == "jsonl" or (self.spec.format == "auto" and self.spec.path.suffix.lower() in suffixes)

    def differs(self, now: datetime) -> bool:
        """Whether there may be something to read that the last call did not see."""
        stamp = stamp_of(self.spec.path, self.spec.label)
        if stamp is None:
            if self.stamp is not None:
                raise self._vanished()
            return False
        return stamp != self.stamp or (self._held and age_of(stamp, now) != self._age)

    def _vanished(self) -> GuardError:
        return GuardError(
            f"{self.spec.label} was there and has vanished; nothing was changed on the calendar",
            hint="put the file back, or take it out of the configuration",
        )

    def read_whole(self, now: datetime) -> Reading:
        """All of it.  Raises ``SourceError`` where the file was never there or its header cannot be used."""
        self.parsed = 0
        if stamp_of(self.spec.path, self.spec.label) is None:
            if self.known:
                raise self._vanished()
            if self.spec.optional:
                return Reading()
            raise SourceError(
                f"{self.spec.label} is not there", hint="correct its path in the configuration, or create it"
            )
        part = read_whole(self.spec.path, self.spec.label, self.spec.encoding, now)
        return self._take(part)

    def read_growth(self, now: datetime) -> Reading | None:
        """What was appended; ``None`` where everything has to be read again."""
        self.parsed = 0
        if self.stamp is None or self._rows is None or self._provisional:
            return None
        offset, crc, line = self._goes_on
        part = read_growth(self.spec.path, self.spec.label, self._coding, offset, crc, line, now)
        return None if part is None else self._take(part)

    def _take(self, part: Part) -> Reading:
        """Read a part and note where reading goes on."""
        lines, tail = part.text.lines, part.text.tail
        self._coding, self.stamp, self._age = part.coding, part.stamp, part.age
        self._held = self._provisional = False
        skip = 0
        if self._rows is None:
            skip = self._open(lines if tail and part.age is Age.FRESH else [*lines, tail])
            if skip > len(lines):  # the header is all there is, and no line end closes it
                self._provisional = True
                tail = ""
        takes_tail = bool(tail) and part.age is not Age.FRESH and self._is_whole(tail)
        body = [*lines[skip:], tail] if takes_tail else lines[skip:] if skip else lines
        left = 0
        reading = Reading()
        if self._rows is not None and self.json:
            reading = self._rows.read(
                json_rows(body, self.spec.label, part.line + skip, self.spec.columns, self.problems)
            )
        elif self._rows is not None:
            records = Records(
                body, self._separator, self._width, part.line + skip, part.age is Age.ABANDONED, part.text.nul
            )
            reading = self._rows.read(records)
            self.problems += [Problem(self.spec.label, f.line, "", f.message, f.hint) for f in records.faults]
            left = records.held
            self._provisional = self._provisional or records.cut_open
        takes_tail = takes_tail and not left
        self._provisional = self._provisional or takes_tail
        self._held = left > 0 or (bool(tail) and not takes_tail)
        left = max(left - (len(body) - len(lines[skip:])), 0)
        if self._held and not left and tail and part.age is Age.ABANDONED:
            self._report_half(part.line + len(lines), tail)
            self._provisional = True
        self.problems += [p for p in undecodable(part, self.spec) if p.line < part.line + len(lines) - left]
        self.problems += reading.problems
        self._goes_on = part.consumed(left)
        self.parsed = len(reading.attempts) + len(reading.problems)
        self.rows += len(reading.attempts)
        return reading

    def _open(self, lines: list[str]) -> int:
        """Read the header; returns how many lines it takes, none for a file that has no rows yet."""
        if self.json:
            self._rows = LogRows(self.spec.label, JSON_COLUMNS, self._moments, self._directory, self._numbers)
            return 0
        sheet = open_sheet(lines, self.spec)
        if sheet is None:
            if not self._held:
                hint = f"its first line names the columns: {','.join(ATTEMPT_FIELDS[:7])}"
                self.problems.append(Problem(self.spec.label, 1, "", "the file is empty", hint))
            self._provisional = True
            return 0
        columns, problems = log_columns(sheet.header, self.spec.label, sheet.line, self.spec.columns)
        self.problems += problems
        self._separator, self._width = sheet.separator, len(sheet.header)
        self._rows = LogRows(self.spec.label, columns, self._moments, self._directory, self._numbers)
        return sheet.rows_from

    def _is_whole(self, tail: str) -> bool:
        """Whether a last line without its line end has all its columns."""
        if self.json:
            try:
                return isinstance(json.loads(tail), dict)
            except (ValueError, RecursionError):
                return False
        record = record_at([tail], 0, self._separator)
        return record is not None and len(record[0]) == self._width

    def _report_half(self, line: int, tail: str) -> None:
        message = f'the last line breaks off: "{tail[:40]}"'
        hint = "write it to its end, with a line end after it, or remove it"
        self.problems.append(Problem(self.spec.label, line, "", message, hint))
