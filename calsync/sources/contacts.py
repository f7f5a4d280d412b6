"""One contact list, whatever its format -> contacts and what is wrong with its rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from calsync.errors import SourceError
from calsync.model import Contact, Problem
from calsync.sources.contact_rows import ContactRows
from calsync.sources.files import Feed
from calsync.sources.layout import Layout, native_layout
from calsync.sources.numbers import Numbers
from calsync.sources.sheet import Sheet
from calsync.sources.spec import CONTACT_FORMATS, SourceSpec
from calsync.sources.table import Table
from calsync.sources.words import nearest


@dataclass(slots=True)
class ContactList:
    """What one file says.  ``uids`` are ids of vCards; ``held`` means that its end was still being written."""

    contacts: list[Contact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    held: bool = False


def read_contacts(feed: Feed, spec: SourceSpec, numbers: Numbers, own: Collection[str]) -> ContactList:
    """Raises ``SourceError`` where the file as a whole cannot be understood; a bad row is a problem."""
    if spec.format not in CONTACT_FORMATS:
        meant = nearest(spec.format, CONTACT_FORMATS) or "auto"
        hint = f'write format = "{meant}"'
        raise SourceError(f'{spec.label}: no format of contacts is called "{spec.format}"', hint=hint)
    table = Table(feed, spec)
    out = ContactList()
    if table.sheet is None:
        for _ in table.batches():
            pass
        if not table.held:
            hint = "its first line names the columns, such as: id,name,phone,email,notes"
            out.problems.append(Problem(spec.label, 1, "", "the file is empty", hint))
        out.held = table.held
        return out
    layout = _layout(table.sheet, spec, out.problems)
    reader = ContactRows(layout, spec.label, numbers, own)
    for records in table.batches():
        out.contacts += reader.read(records)
    out.held = table.held
    out.problems += [*reader.problems, *table.problems]
    if not out.contacts and not out.problems and not out.held:
        hint = "add the people to call, a line each"
        out.problems.append(Problem(spec.label, table.sheet.line, "", "the list has a header and no contact", hint))
    return out


def _layout(sheet: Sheet, spec: SourceSpec, problems: list[Problem]) -> Layout:
    layout, found = native_layout(sheet.header, spec.label, sheet.line, spec.columns)
    problems += found
    return layout
