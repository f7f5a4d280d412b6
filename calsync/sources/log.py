"""One call log: read whole once, then only what was appended."""

from __future__ import annotations

import io
import json
from datetime import datetime
from zoneinfo import ZoneInfo

from calsync.errors import GuardError, SourceError
from calsync.model import Problem
from calsync.sources.attempts import ATTEMPT_FIELDS, JSON_COLUMNS, LogRows, json_rows, log_columns
from calsync.sources.files import Age, Feed, age_of, feed_of, feed_of_growth, stamp_of, untouched
from calsync.sources.kept import KeptLog
from calsync.sources.matching import Directory
from calsync.sources.moments import Moments
from calsync.sources.sheet import Sheet
from calsync.sources.spec import ATTEMPT_FORMATS, DATE_ORDERS, SourceSpec
from calsync.sources.table import BREAKS_OFF, Table
from calsync.sources.text import Coding
from calsync.sources.touches import Touches
from calsync.sources.words import nearest

_NO_STAMP = (0, 0, -1, 0)
"""The stamp of no file: a look takes what bears it for changed, and sums up what was read of it."""


class Log:
    """Where reading of one file stands.

    ``rows`` counts the attempts read so far, ``parsed`` the rows that the last call took apart.  ``known`` means that
    the file was read before, so its absence is not an empty log.
    """

    def __init__(
        self, spec: SourceSpec, zone: ZoneInfo, directory: Directory, touches: Touches, *, known: bool = False
    ) -> None:
        if spec.format not in ATTEMPT_FORMATS:
            meant = nearest(spec.format, ATTEMPT_FORMATS) or "auto"
            hint = f'write format = "{meant}"'
            raise SourceError(f'{spec.label}: no format of a log is called "{spec.format}"', hint=hint)
        if spec.dates not in DATE_ORDERS:
            raise SourceError(
                f'{spec.label}: dates cannot be "{spec.dates}"', hint='write dates = "iso", "mdy" or "dmy"'
            )
        self.spec, self.known = spec, known
        self.rows = self.parsed = 0
        self._problems: list[Problem] = []
        self._moments = Moments(zone, spec.dates)
        self._directory, self._touches = directory, touches
        self._rows: LogRows | None = None
        self._sheet: Sheet | None = None
        self._feed: Feed | None = None
        self._provisional = self._held = False
        self._kept: KeptLog | None = None

    @property
    def problems(self) -> list[Problem]:
        """What could not be read so far, by line."""
        rows = self._rows.problems if self._rows else []
        return sorted([*self._problems, *rows], key=lambda p: p.line)

    @property
    def was_there(self) -> bool:
        return self._feed is not None

    @property
    def _json(self) -> bool:
        suffixes = {".jsonl", ".ndjson", ".json"}
        return self.spec.format == "jsonl" or (self.spec.format == "auto" and self.spec.path.suffix.lower() in suffixes)

    def kept(self) -> KeptLog:
        """Where reading stands, for another process to go on from."""
        feed, sheet = self._feed, self._sheet
        if self._kept is not None:
            return self._kept
        if feed is None:
            return KeptLog(-1, 0, 0, ("utf-8", 0, False), 0, 0, 1, "", 0, False, False, (), None)
        return KeptLog(
            feed.stamp[2],
            feed.crc_of_all,
            int(feed.age),
            (feed.coding.name, feed.coding.bom, feed.coding.mixed),
            feed.offset,
            feed.crc,
            feed.line,
            feed.tail,
            self.rows,
            self._held,
            self._provisional,
            tuple(self.problems),
            (sheet.header, sheet.separator, sheet.line, sheet.rows_from) if sheet is not None else None,
        )

    def go_on(self, kept: KeptLog) -> None:
        """Stand where another process stopped; whether the file is still what it was, the next look tells.

        Raises ``SourceError`` where the file or its header cannot be used.
        """
        spec = self.spec
        if kept.size < 0:
            return
        stamp = untouched(spec.path, spec.label, kept.size, kept.crc_of_all) or _NO_STAMP
        coding, nothing = Coding(*kept.coding), io.BytesIO()
        self._feed = Feed(nothing, stamp, Age(kept.age), coding, kept.offset, kept.crc, kept.line, tail=kept.tail)
        self._kept = kept
        self.rows, self._held, self._provisional = kept.rows, kept.held, kept.provisional
        self._problems = list(kept.problems)
        columns = JSON_COLUMNS if self._json else None
        if kept.sheet is not None:
            self._sheet = sheet = Sheet(*kept.sheet)
            columns, _ = log_columns(sheet.header, spec.label, sheet.line, spec.columns)
        if columns is not None:
            self._rows = LogRows(spec.label, columns, self._moments, self._directory, self._touches)

    def differs(self, now: datetime) -> bool:
        """Whether there may be something to read that the last call did not see."""
        stamp = stamp_of(self.spec.path, self.spec.label)
        if stamp is None:
            if self.was_there:
                raise vanished(self.spec)
            return False
        return self._feed is None or stamp != self._feed.stamp or (self._held and age_of(stamp, now) != self._feed.age)

    def read_whole(self, now: datetime) -> None:
        """All of it, into the touches.

        Raises ``SourceError`` where the file was never there or its header cannot be used.
        """
        self.parsed = 0
        if stamp_of(self.spec.path, self.spec.label) is None:
            if self.known:
                raise vanished(self.spec)
            if not self.spec.optional:
                raise missing(self.spec)
            return
        with feed_of(self.spec.path, self.spec.label, self.spec.encoding, now) as feed:
            self._take(feed)

    def read_growth(self, now: datetime) -> bool:
        """What was appended; ``False`` where everything has to be read again."""
        self.parsed = 0
        if self._feed is None or self._rows is None or self._provisional:
            return False
        with feed_of_growth(self.spec.path, self.spec.label, self._feed, now) as feed:
            if feed is None:
                return False
            self._take(feed)
        return True

    def _take(self, feed: Feed) -> None:
        before = len(self._rows.problems) if self._rows else 0
        rows = self._take_json(feed) if self._json else self._take_table(feed)
        self._feed, self._kept = feed, None
        self.rows += rows
        self.parsed = rows + (len(self._rows.problems) - before if self._rows else 0)

    def _take_table(self, feed: Feed) -> int:
        table = Table(feed, self.spec, self._sheet)
        if table.sheet is not None and self._rows is None:
            sheet = table.sheet
            columns, problems = log_columns(sheet.header, self.spec.label, sheet.line, self.spec.columns)
            self._problems += problems
            self._sheet = sheet
            self._rows = LogRows(self.spec.label, columns, self._moments, self._directory, self._touches)
        rows = 0
        for records in table.batches():
            if self._rows is not None:
                rows += self._rows.read(records)
        self._held, self._provisional = table.held, table.provisional
        self._problems += table.problems
        if table.sheet is None and not table.held:
            hint = f"its first line names the columns: {','.join(ATTEMPT_FIELDS[:7])}"
            self._problems.append(Problem(self.spec.label, 1, "", "the file is empty", hint))
        return rows

    def _take_json(self, feed: Feed) -> int:
        if self._rows is None:
            self._rows = LogRows(self.spec.label, JSON_COLUMNS, self._moments, self._directory, self._touches)
        rows = 0
        self._held = self._provisional = False
        for block in feed.blocks():
            lines = block.lines
            if block.last and feed.tail:
                whole = feed.age is not Age.FRESH and _is_object(feed.tail)
                lines = [*lines, feed.tail] if whole else lines
                self._held = not whole
                self._provisional = whole or feed.age is Age.ABANDONED
                if not whole and feed.age is Age.ABANDONED:
                    line = block.first + len(block.lines)
                    message = f'the last line breaks off: "{feed.tail[:40]}"'
                    self._problems.append(Problem(self.spec.label, line, "", message, BREAKS_OFF))
            rows += self._rows.read(json_rows(lines, self.spec.label, block.first, self.spec.columns, self._problems))
        return rows


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def missing(spec: SourceSpec) -> SourceError:
    """For a configured file that was never there."""
    return SourceError(f"{spec.label} is not there", hint="correct its path in the configuration, or create it")


def vanished(spec: SourceSpec) -> GuardError:
    """For a file that was read before and is gone."""
    return GuardError(
        f"{spec.label} was there and has vanished; nothing was changed on the calendar",
        hint="put the file back, or take it out of the configuration",
    )
