"""Rows of a table -> contacts, whatever program wrote the table; the layout says which column is what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from calsync.model import Contact, ContactKind, Line, Phone, Problem
from calsync.sources.drafts import make_contact, make_phone, make_where
from calsync.sources.layout import Layout, groups_of, line_of
from calsync.sources.numbers import BadNumber, Numbers
from calsync.sources.words import DO_NOT_CALL_GROUPS, NO, SILENT, YES, nearest, plain

KINDS = {
    "consumer": ContactKind.CONSUMER, "person": ContactKind.CONSUMER, "private": ContactKind.CONSUMER,
    "residential": ContactKind.CONSUMER, "household": ContactKind.CONSUMER, "b2c": ContactKind.CONSUMER,
    "business": ContactKind.BUSINESS, "company": ContactKind.BUSINESS, "commercial": ContactKind.BUSINESS,
    "firm": ContactKind.BUSINESS, "organization": ContactKind.BUSINESS, "b2b": ContactKind.BUSINESS,
}  # fmt: skip

ZONES = {
    "eastern": "America/New_York", "et": "America/New_York", "est": "America/New_York", "edt": "America/New_York",
    "central": "America/Chicago", "ct": "America/Chicago", "cst": "America/Chicago", "cdt": "America/Chicago",
    "mountain": "America/Denver", "mt": "America/Denver", "mst": "America/Denver", "mdt": "America/Denver",
    "pacific": "America/Los_Angeles", "pt": "America/Los_Angeles", "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles", "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu",
}  # fmt: skip
"""What people write for a zone in a list of American contacts."""

_REGION = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_SEVERAL = re.compile(r"\s*(?:;|:::|\n)\s*(?!ext=)|\s+/\s+|\s+or\s+")
_SEVERAL_ADDRESSES = re.compile(r"\s*(?:[;,\n]|:::)\s*")
_NAME_PARTS = ("first_name", "middle_name", "last_name", "suffix")
_NOTHING: dict[str, str] = {}


class ContactRows:
    """Turns rows into contacts and collects what is wrong with them.

    ``own`` are the rep's numbers: they belong to no contact.
    """

    def __init__(self, layout: Layout, label: str, numbers: Numbers, own: Collection[str]) -> None:
        self.layout, self.label, self.numbers, self.own = layout, label, numbers, own
        self.problems: list[Problem] = []

    def read(self, rows: Iterable[tuple[int, list[str]]]) -> list[Contact]:
        """One contact a row; a row that names nobody is a problem."""
        return [contact for line, row in rows if (contact := self._contact(line, row)) is not None]

    def _contact(self, line: int, row: list[str]) -> Contact | None:
        cells = [*map(str.strip, row), ""]  # a field without a column reads the last, empty cell
        at = self.layout.single.get
        name = cells[at("name", -1)] or self._name_of_parts(cells)
        company = cells[at("company", -1)]
        stated_line = self._line(line, cells[at("line", -1)])
        phones = self._phones(line, cells, stated_line) if self.layout.phones else ()
        emails = self._emails(line, cells) if self.layout.emails else ()
        contact_id = cells[at("id", -1)]
        if not (name or company or phones or emails or contact_id):
            self._report(
                line, "name", "this row names nobody: no name, number, address or id", "fill it in, or remove it"
            )
            return None
        groups = tuple(group for i in self.layout.groups if cells[i] for group in groups_of(cells[i]))
        do_not_call = self._do_not_call(line, cells[at("do_not_call", -1)])
        if do_not_call is None and groups and not DO_NOT_CALL_GROUPS.isdisjoint(map(plain, groups)):
            do_not_call = True
        return make_contact(
            contact_id,
            name or company,
            phones,
            emails,
            self._kind(line, cells[at("kind", -1)]),
            cells[at("referrer", -1)],
            cells[at("topic", -1)],
            cells[at("benefit", -1)],
            self._zone(line, cells[at("timezone", -1)]),
            self._region(line, cells[at("region", -1)]),
            cells[at("cadence", -1)] or None,
            cells[at("urgency", -1)] or None,
            do_not_call,
            "\n".join(cells[i] for i in self.layout.notes if cells[i]),
            cells[at("first_name", -1)],
            company,
            groups,
            {self.layout.header[i].strip(): cells[i] for i in self.layout.extra if cells[i]}
            if self.layout.extra
            else _NOTHING,
            make_where(self.label, line),
        )

    def _name_of_parts(self, cells: list[str]) -> str:
        return " ".join(part for name in _NAME_PARTS if (part := cells[self.layout.single.get(name, -1)]))

    def _phones(self, line: int, cells: list[str], stated: Line | None) -> tuple[Phone, ...]:
        phones: dict[str, Phone] = {}
        for column in self.layout.phones:
            cell = cells[column.index]
            if not cell:
                continue
            of_column = column.line
            if column.label is not None and cells[column.label]:
                label = cells[column.label]
                if not_for_calls(label):
                    continue
                of_column = line_of(label)
            for text in _SEVERAL.split(cell):
                try:
                    e164, extension = self.numbers.read(text)
                except BadNumber as error:
                    self._report(line, self.layout.header[column.index], str(error), error.hint)
                    continue
                if e164 not in self.own:
                    phones.setdefault(e164 + extension, make_phone(e164, of_column or stated, extension))
        return tuple(phones.values())

    def _emails(self, line: int, cells: list[str]) -> tuple[str, ...]:
        emails: dict[str, str] = {}
        for index in self.layout.emails:
            cell = cells[index]
            if not cell:
                continue
            for text in _SEVERAL_ADDRESSES.split(cell) if not cell.isalnum() else (cell,):
                address = text.removeprefix("mailto:").strip("<> ")
                if "@" in address and " " not in address:
                    emails.setdefault(address.casefold(), address)
                elif not text.startswith("* ") and text:  # a label that a broken export leaked into this column
                    self._report(
                        line,
                        self.layout.header[index],
                        f'"{text}" is not a mail address',
                        "write it as name@example.com",
                    )
        return tuple(emails.values())

    def _line(self, line: int, cell: str) -> Line | None:
        if not cell:
            return None
        found = line_of(cell)
        if found is None:
            self._report(line, self._title("line"), f'"{cell}" is no line', "write cell, home or work")
        return found

    def _kind(self, line: int, cell: str) -> ContactKind | None:
        if not cell:
            return None
        kind = KINDS.get(plain(cell))
        if kind is None:
            self._report(line, self._title("kind"), f'"{cell}" is no kind of contact', "write consumer or business")
        return kind

    def _do_not_call(self, line: int, cell: str) -> bool | None:
        answer = yes_or_no(cell)
        if answer is None:
            message = f'"{cell}" is neither yes nor no; {"read as yes, the safe way round"}'
            self._report(line, self._title("do_not_call"), message, "write yes or no, or leave it empty")
            return True
        return {"yes": True, "no": False, "": None}[answer]

    def _zone(self, line: int, cell: str) -> str | None:
        if not cell:
            return None
        found = zone_name(cell)
        if found is None:
            meant = nearest(cell, available_timezones())
            hint = f'write "{meant}"' if meant else 'write a name such as "America/Chicago"'
            self._report(line, self._title("timezone"), f'no time zone is called "{cell}"', hint)
        return found

    def _region(self, line: int, cell: str) -> str | None:
        if not cell:
            return None
        region = cell.upper().replace("_", "-")
        if _REGION.fullmatch(region):
            return region
        self._report(
            line, self._title("region"), f'"{cell}" is no region', 'write ISO 3166-2, such as "US-IL", or a country'
        )
        return None

    def _title(self, name: str) -> str:
        index = self.layout.single.get(name)
        return self.layout.header[index].strip() if index is not None else name

    def _report(self, line: int, column: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.label, line, column.strip(), message, hint))


def yes_or_no(cell: str) -> str | None:
    """``"yes"``, ``"no"``, ``""`` for silence, ``None`` for words that are none of these."""
    if not cell:
        return ""
    word = plain(cell)
    if word in YES:
        return "yes"
    if word in NO:
        return "no"
    return "" if word in SILENT else None


_NOT_FOR_CALLS = frozenset(("fax", "home fax", "work fax", "business fax", "other fax", "pager", "telex", "isdn"))


def not_for_calls(label: str) -> bool:
    """Whether a number under this label reaches a machine and not a person."""
    return plain(label.lstrip("* ")) in _NOT_FOR_CALLS


@cache
def zone_name(text: str) -> str | None:
    """The IANA name of a zone as people write it, ``None`` where there is no such zone."""
    known = ZONES.get(plain(text).removesuffix(" time").removesuffix(" standard"))
    if known:
        return known
    try:
        zone: tzinfo = ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return str(zone)
