"""A separated file, record by record, with the rules for an end that is still being written.

A last line without its line end, and a record whose quote is still open, are left for later.  Once the file has been
left alone for ``files.STILL`` seconds, such a last line is read if it has all its columns; what is not whole even after
``files.ABANDONED`` seconds is reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from calsync.model import Problem
from calsync.sources.files import Age, Block, Feed
from calsync.sources.records import Records, record_at
from calsync.sources.sheet import Sheet, open_sheet
from calsync.sources.spec import SourceSpec


class Table:
    """Rows of ``feed``; ``sheet`` is known where the header was read before.

    After the rows were taken: ``held`` means that something at the end was left for later, ``provisional`` that an end
    was read that may still turn out to be something else, so that growth means reading everything again.
    """

    def __init__(self, feed: Feed, spec: SourceSpec, sheet: Sheet | None = None) -> None:
        self._feed, self._spec = feed, spec
        self._blocks = feed.blocks()
        self.sheet = sheet
        self.problems: list[Problem] = []
        self.held = self.provisional = False
        self._block = next(self._blocks)
        if sheet is None:
            self._open()

    def _open(self) -> None:
        still = self._feed.age is not Age.FRESH
        lines = self._block.lines
        if self._block.last and still and self._feed.tail:
            lines = [*lines, self._feed.tail]
        self.sheet = open_sheet(lines, self._spec)
        if self.sheet is None:
            self.held = bool(self._feed.tail)
            self.provisional = True
            return
        if self.sheet.rows_from > len(self._block.lines):  # the header is all there is, and no line end closes it
            self.provisional = True
            self._feed.tail = ""
        self._block.first += self.sheet.rows_from
        self._block.lines = self._block.lines[self.sheet.rows_from :]

    def batches(self) -> Iterator[Records]:
        """Records, a few hundred at a time.  Each batch has to be read to its end before the next is asked for."""
        block: Block | None = self._block
        while block is not None:
            if self.sheet is not None:
                yield from self._batch(block, self.sheet)
            self._undecodable(block)
            block = next(self._blocks, None)

    def _batch(self, block: Block, sheet: Sheet) -> Iterator[Records]:
        width = len(sheet.header)
        lines, tail = block.lines, self._feed.tail if block.last else ""
        still = self._feed.age is not Age.FRESH
        takes_tail = bool(tail) and still and _is_whole(tail, sheet)
        if takes_tail:
            lines = [*lines, tail]
        final = block.last and self._feed.age is Age.ABANDONED
        records = Records(lines, sheet.separator, width, block.first, final, block.nul)
        yield records
        self.problems += [Problem(self._spec.label, f.line, "", f.message, f.hint) for f in records.faults]
        self._feed.held = max(records.held - takes_tail, 0)
        if not block.last:
            return
        takes_tail = takes_tail and not records.held
        self.held = records.held > 0 or (bool(tail) and not takes_tail)
        self.provisional = self.provisional or takes_tail or records.cut_open
        if tail and not takes_tail and final:
            self.provisional = True
            line = block.first + len(block.lines)
            self.problems.append(
                Problem(self._spec.label, line, "", f'the last line breaks off: "{tail[:40]}"', BREAKS_OFF)
            )

    def _undecodable(self, block: Block) -> None:
        name = self._spec.encoding
        message = f"this line holds bytes that are not {name}; they were read as a replacement character"
        hint = "leave encoding out of the configuration, so that it is found out, or save the file again"
        end = self._feed.line + len(block.lines) - self._feed.held
        for line in (self._feed.line + index for index in block.undecodable):
            if line < end:
                self.problems.append(Problem(self._spec.label, line, "", message, hint))


BREAKS_OFF = "write it to its end, with a line end after it, or remove it"


def _is_whole(tail: str, sheet: Sheet) -> bool:
    record = record_at([tail], 0, sheet.separator)
    return record is not None and len(record[0]) == len(sheet.header)
