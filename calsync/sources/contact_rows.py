"""Rows of a table -> contacts, whatever program wrote the table; the layout says which column is what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from calsync.drafts import make_contact, make_phone, make_where
from calsync.model import Contact, Line, Phone, Problem
from calsync.sources.cells import CELLS, BadCell, is_label, not_for_calls
from calsync.sources.layout import Layout, groups_of, line_of, native_name
from calsync.sources.numbers import BadNumber, Numbers, is_whole
from calsync.sources.words import DO_NOT_CALL_GROUPS, plain

_SEVERAL = re.compile(r"\s*(?:;|:::|\n)\s*(?!ext=)|\s+/\s+|\s+or\s+")
_SEVERAL_ADDRESSES = re.compile(r"\s*(?:[;,\n]|:::)\s*")
_ONE_ADDRESS = re.compile(r"[^\s,;<>@]+@[^\s,;<>@:]+").fullmatch
_PICKED = (
    "id", "name", "first_name", "company", "kind", "line", "referrer", "topic", "benefit", "timezone", "region",
    "cadence", "urgency", "do_not_call",
)  # fmt: skip
_NAME_PARTS = ("first_name", "middle_name", "last_name", "suffix")
_NOTHING: dict[str, str] = {}


class ContactRows:
    """Turns rows into contacts and collects what is wrong with them.

    ``own`` are the rep's numbers: they belong to no contact.
    """

    def __init__(self, layout: Layout, label: str, numbers: Numbers, own: Collection[str]) -> None:
        self.layout, self.label, self.numbers, self.own = layout, label, numbers, own
        self.problems: list[Problem] = []
        self._pick = itemgetter(*(layout.single.get(name, -1) for name in _PICKED))
        self._read_before: dict[tuple[str, str], Any] = {}

    def read(self, rows: Iterable[tuple[int, list[str]]]) -> list[Contact]:
        """One contact a row; a row that names nobody is a problem."""
        return [contact for line, row in rows if (contact := self._contact(line, row)) is not None]

    def _contact(self, line: int, row: list[str]) -> Contact | None:
        layout = self.layout
        cells = [*map(str.strip, row), ""]  # a field without a column reads the last, empty cell
        extra: Mapping[str, str] = (
            {layout.header[i].strip(): cells[i] for i in layout.extra if cells[i]} if layout.extra else _NOTHING
        )
        fields = self._pick(cells)
        if layout.pairs:
            fields, extra = self._with_pairs(cells, fields, extra)
        (
            own_id,
            name,
            first_name,
            company,
            kind,
            stated,
            referrer,
            topic,
            benefit,
            zone,
            region,
            cadence,
            urgency,
            dnc,
        ) = fields
        name = name or self._name_of_parts(cells) or company
        read = self._read
        of_row = read("line", line, stated) if stated else None
        phones = self._phones(line, cells, of_row) if layout.phones else ()
        emails = self._emails(line, cells) if layout.emails else ()
        if not (name or phones or emails or own_id):
            if any(cells):  # a spreadsheet pads a table with empty rows
                message = "this row names nobody: no name, number, address or id"
                self._report(line, "name", message, "fill it in, or remove it")
            return None
        groups = tuple([group for i in layout.groups for group in groups_of(cells[i])]) if layout.groups else ()
        do_not_call = read("do_not_call", line, dnc) if dnc else None
        if do_not_call is None and groups and not DO_NOT_CALL_GROUPS.isdisjoint(map(plain, groups)):
            do_not_call = True
        notes = [cells[i] for i in layout.notes if cells[i]]
        return make_contact(
            id=own_id,
            name=name,
            phones=phones,
            emails=emails,
            kind=read("kind", line, kind) if kind else None,
            referrer=referrer,
            topic=topic,
            benefit=benefit,
            timezone=read("timezone", line, zone) if zone else None,
            region=read("region", line, region) if region else None,
            cadence=cadence or None,
            urgency=urgency or None,
            do_not_call=do_not_call,
            notes=notes[0] if len(notes) == 1 else "\n".join(notes),
            first_name=first_name,
            company=company,
            groups=groups,
            extra=extra,
            where=make_where(self.label, line),
        )

    def _with_pairs(
        self, cells: list[str], fields: Sequence[str], extra: Mapping[str, str]
    ) -> tuple[Sequence[str], Mapping[str, str]]:
        """Fields and extra columns with what stands in columns that another column names (``Custom Field 1``)."""
        filled, more = [*fields], {**extra}
        for label_at, value_at in self.layout.pairs:
            label, value = cells[label_at].removeprefix("* "), cells[value_at]
            if not label or not value:
                continue
            name = native_name(label)
            if name in _PICKED and not filled[_PICKED.index(name)]:
                filled[_PICKED.index(name)] = value
            else:
                more.setdefault(label, value)
        return filled, more

    def _name_of_parts(self, cells: list[str]) -> str:
        return " ".join(part for name in _NAME_PARTS if (part := cells[self.layout.single.get(name, -1)]))

    def _phones(self, line: int, cells: list[str], stated: Line | None) -> tuple[Phone, ...]:
        phones: dict[str, Phone] = {}
        for column in self.layout.phones:
            cell = cells[column.index]
            if not cell:
                continue
            of_column = column.line or stated
            if column.label is not None and cells[column.label]:
                label = cells[column.label]
                if not_for_calls(label):
                    continue
                of_column = line_of(label)
            if is_whole(cell):
                self._keep(phones, cell, "", of_column)
                continue
            for text in _SEVERAL.split(cell):
                try:
                    e164, extension = self.numbers.read(text)
                except BadNumber as error:
                    self._report(line, self.layout.header[column.index], str(error), error.hint)
                else:
                    self._keep(phones, e164, extension, of_column)
        return tuple(phones.values())

    def _keep(self, phones: dict[str, Phone], e164: str, extension: str, line: Line | None) -> None:
        if e164 in self.own:
            return
        before = phones.get(e164 + extension)
        if before is None or before.line is None:
            phones[e164 + extension] = make_phone(e164, line, extension)

    def _emails(self, line: int, cells: list[str]) -> tuple[str, ...]:
        emails: dict[str, str] = {}
        for index in self.layout.emails:
            cell = cells[index]
            if _ONE_ADDRESS(cell):
                emails.setdefault(cell.casefold(), cell)
                continue
            for text in _SEVERAL_ADDRESSES.split(cell):
                address = text.removeprefix("mailto:").strip("<> ")
                if _ONE_ADDRESS(address):
                    emails.setdefault(address.casefold(), address)
                elif text and not is_label(text):  # some exports let a label slip into this column
                    hint = "write it as name@example.com"
                    self._report(line, self.layout.header[index], f'"{text[:60]}" is not a mail address', hint)
        return tuple(emails.values())

    def _read(self, name: str, line: int, cell: str) -> Any:
        """The value of a cell that has a meaning of its own; what holds instead where it cannot be read."""
        if (name, cell) in self._read_before:
            return self._read_before[name, cell]
        try:
            value = CELLS[name](cell)
        except BadCell as error:
            index = self.layout.single.get(name)
            self._report(line, self.layout.header[index] if index is not None else name, str(error), error.hint)
            return error.instead
        self._read_before[name, cell] = value
        return value

    def _report(self, line: int, column: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.label, line, column.strip(), message, hint))
