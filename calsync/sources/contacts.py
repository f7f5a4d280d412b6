"""One contact list, whatever its format -> contacts and what is wrong with its rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from calsync.errors import SourceError
from calsync.model import Contact, Problem
from calsync.sources.contact_rows import ContactRows
from calsync.sources.files import Age, Part
from calsync.sources.layout import Layout, native_layout
from calsync.sources.numbers import Numbers
from calsync.sources.records import Records
from calsync.sources.sheet import Sheet, open_sheet
from calsync.sources.spec import CONTACT_FORMATS, SourceSpec
from calsync.sources.words import nearest


@dataclass(slots=True)
class ContactList:
    """What one file says.  ``uids`` are ids of vCards; ``held`` means that its end was still being written."""

    contacts: list[Contact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    held: bool = False


def read_contacts(part: Part, spec: SourceSpec, numbers: Numbers, own: Collection[str]) -> ContactList:
    """Raises ``SourceError`` where the file as a whole cannot be understood; a bad row is a problem."""
    if spec.format not in CONTACT_FORMATS:
        meant = nearest(spec.format, CONTACT_FORMATS) or "auto"
        raise SourceError(
            f'{spec.label}: no format of contacts is called "{spec.format}"', hint=f'write format = "{meant}"'
        )
    lines = part.text.lines
    whole = part.text.tail and part.age is not Age.FRESH
    if whole:
        lines = [*lines, part.text.tail]
    out = ContactList(held=bool(part.text.tail) and not whole)
    sheet = open_sheet(lines, spec)
    if sheet is None:
        message = "the file is empty"
        hint = "its first line names the columns, such as: id,name,phone,email,notes"
        return ContactList(problems=[] if out.held else [Problem(spec.label, 1, "", message, hint)], held=out.held)
    layout = _layout(sheet, spec, out.problems)
    records = Records(
        lines[sheet.rows_from :],
        sheet.separator,
        len(sheet.header),
        sheet.rows_from + 1,
        final=part.age is Age.ABANDONED,
        nul=part.text.nul,
    )
    reader = ContactRows(layout, spec.label, numbers, own)
    out.contacts = reader.read(records)
    out.held = out.held or records.held > 0
    out.problems += reader.problems
    out.problems += [Problem(spec.label, fault.line, "", fault.message, fault.hint) for fault in records.faults]
    out.problems += undecodable(part, spec)
    if not out.contacts and not out.problems and not out.held:
        hint = "add the people to call, a line each"
        out.problems.append(Problem(spec.label, sheet.line, "", "the list has a header and no contact", hint))
    return out


def undecodable(part: Part, spec: SourceSpec) -> list[Problem]:
    """Lines with bytes that the encoding named in the configuration does not have."""
    message = f"this line holds bytes that are not {spec.encoding}; they were read as a replacement character"
    hint = "leave encoding out of the configuration, so that it is found out, or save the file again"
    return [Problem(spec.label, part.line + index, "", message, hint) for index in part.text.undecodable]


def _layout(sheet: Sheet, spec: SourceSpec, problems: list[Problem]) -> Layout:
    layout, found = native_layout(sheet.header, spec.label, sheet.line, spec.columns)
    problems += found
    return layout


def sorted_by_line(problems: Sequence[Problem]) -> list[Problem]:
    """Problems of one file in the order in which a person walks through it."""
    return sorted(problems, key=lambda p: p.line)
