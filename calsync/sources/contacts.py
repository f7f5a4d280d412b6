"""One contact list, whatever its format -> contacts and what is wrong with its rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from calsync.errors import SourceError
from calsync.model import Contact, Problem
from calsync.sources.contact_rows import ContactRows
from calsync.sources.files import Age, Feed
from calsync.sources.google import google_layout, is_google
from calsync.sources.layout import CONTACT_FIELDS, Layout, listed, native_layout, told_columns
from calsync.sources.numbers import Numbers
from calsync.sources.outlook import is_outlook, outlook_layout
from calsync.sources.sheet import Sheet
from calsync.sources.spec import CONTACT_FORMATS, SourceSpec
from calsync.sources.table import Table
from calsync.sources.vcard import CardReader
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
    if is_vcard(spec):
        return _read_cards(feed, spec, numbers, own)
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
    _, layout, out.problems = layout_of(table.sheet, spec)
    reader = ContactRows(layout, spec.label, numbers, own)
    for records in table.batches():
        out.contacts += reader.read(records)
    out.held = table.held
    out.problems += [*reader.problems, *table.problems]
    if not out.contacts and not out.problems and not out.held:
        hint = "add the people to call, a line each"
        out.problems.append(Problem(spec.label, table.sheet.line, "", "the list has a header and no contact", hint))
    return out


def is_vcard(spec: SourceSpec) -> bool:
    """vCards are known by their file name; everything else by its header."""
    return spec.format == "vcard" or (spec.format == "auto" and spec.path.suffix.lower() in {".vcf", ".vcard"})


def _read_cards(feed: Feed, spec: SourceSpec, numbers: Numbers, own: Collection[str]) -> ContactList:
    reader = CardReader(spec.label, numbers, own)
    lines: list[tuple[int, str]] = []
    for block in feed.blocks():
        lines += enumerate(block.lines, block.first)
    held = False
    if feed.tail and (feed.age is not Age.FRESH or feed.tail.strip().upper() == "END:VCARD"):
        lines.append((feed.line, feed.tail))
    elif feed.tail or feed.age is Age.FRESH:
        held = bool(feed.tail) or _open_at_end(lines)
    while held and lines and lines.pop()[1].strip().upper() != "BEGIN:VCARD":
        continue  # the last card is still being written
    contacts = reader.read(lines)
    problems = reader.problems
    if not contacts and not problems and not held:
        problems.append(Problem(spec.label, 1, "", "there is no card in it", "export the address book again"))
    return ContactList(contacts, problems, {contact.id for contact in contacts if contact.id}, held)


def _open_at_end(lines: Sequence[tuple[int, str]]) -> bool:
    last = next((line for _, line in reversed(lines) if line.strip()), "END:VCARD")
    return last.strip().upper() != "END:VCARD"


def layout_of(sheet: Sheet, spec: SourceSpec) -> tuple[str, Layout, list[Problem]]:
    """The format of a table, which column is what, and what is wrong with its header."""
    wanted = spec.format
    if wanted == "auto" and not spec.columns:
        wanted = "google" if is_google(sheet.header) else "outlook" if is_outlook(sheet.header) else "calsync"
    if wanted not in {"google", "outlook"}:
        return wanted, *native_layout(sheet.header, spec.label, sheet.line, spec.columns)
    layout = google_layout(sheet.header) if wanted == "google" else outlook_layout(sheet.header)
    if not layout.names_somebody:
        raise SourceError(
            f"{spec.label}, line {sheet.line}: this is no {wanted} export; the header has {listed(sheet.header)}",
            hint='write format = "auto"',
        )
    for index, name in told_columns(sheet.header, spec.label, spec.columns, CONTACT_FIELDS).items():
        layout.single.pop(name, None)
        layout.put(name, index)
    return wanted, layout, []
