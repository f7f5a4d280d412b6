"""What calsync makes of a contact list, before it is used: for a rep who sets up a column map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from calsync.errors import SourceError
from calsync.model import Contact, Problem
from calsync.sources.contacts import is_vcard, layout_of, read_contacts
from calsync.sources.files import feed_of, stamp_of
from calsync.sources.layout import CONTACT_FIELDS, Layout, native_name
from calsync.sources.log import missing
from calsync.sources.numbers import Numbers
from calsync.sources.spec import SourceSpec
from calsync.sources.table import Table
from calsync.sources.words import nearest, plain


@dataclass(frozen=True, slots=True)
class Guess:
    """Our field -> their header.  ``unsure`` only looks like it; ``unused`` has no field of ours."""

    format: str
    columns: Mapping[str, str]
    unsure: Mapping[str, str] = field(default_factory=dict)
    unused: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """The first contacts as they would be read, and everything that is wrong with the file."""

    guess: Guess
    contacts: Sequence[Contact]
    total: int
    problems: Sequence[Problem]


def guess(path: Path, now: datetime, spec: SourceSpec | None = None) -> Guess:
    """Which column is what.  Raises ``SourceError`` for a file that is not there or is no table."""
    spec = spec or SourceSpec(path)
    if stamp_of(path, spec.label) is None:
        raise missing(spec)
    if is_vcard(spec):
        return Guess("vcard", {})
    with feed_of(path, spec.label, spec.encoding, now) as feed:
        sheet = Table(feed, spec).sheet
    if sheet is None:
        raise SourceError(f"{spec.label} is empty", hint="its first line names the columns")
    try:
        name, layout, _ = layout_of(sheet, spec)
    except SourceError:
        if spec.columns:
            raise
        name, layout = "mapped", Layout(sheet.header)
    if name in {"google", "outlook"}:
        return Guess(name, _columns_of(layout))
    columns: dict[str, str] = {**spec.columns}
    unsure: dict[str, str] = {}
    unused: list[str] = []
    for title in (title.strip() for title in sheet.header):
        ours = native_name(title)
        if not title or title in columns.values():
            continue
        if ours is not None and ours not in columns:
            columns[ours] = title
        elif ours is None and (close := _looks_like(title)) and close not in {*columns, *unsure}:
            unsure[close] = title
        elif ours is None:
            unused.append(title)
    unsure = {ours: title for ours, title in unsure.items() if ours not in columns}
    native = all(plain(title) == plain(ours) for ours, title in columns.items())
    return Guess("calsync" if native and columns else "mapped", columns, unsure, unused)


_TELLING = (
    ("mobil", "phone:cell"), ("cell", "phone:cell"), ("phone", "phone"), ("tel", "phone"), ("mail", "email"),
    ("name", "name"), ("note", "notes"), ("referr", "referrer"), ("zone", "timezone"),
)  # fmt: skip


def _looks_like(title: str) -> str:
    """The field that a header probably is, by its words or its spelling; ``""`` where nothing comes near."""
    words = plain(title)
    for word, ours in _TELLING:
        if word in words.replace(" ", ""):
            return ours
    return nearest(words.replace(" ", "_"), CONTACT_FIELDS, 0.75)


def _columns_of(layout: Layout) -> dict[str, str]:
    columns = {name: layout.header[index].strip() for name, index in layout.single.items()}
    for column in layout.phones:
        columns.setdefault(
            f"phone:{column.line.value}" if column.line else "phone", layout.header[column.index].strip()
        )
    for name, indexes in (("email", layout.emails), ("groups", layout.groups), ("notes", layout.notes)):
        if indexes:
            columns[name] = layout.header[indexes[0]].strip()
    return columns


def preview(spec: SourceSpec, region: str, now: datetime, *, limit: int = 5) -> Preview:
    """Read the list as ``spec`` says, or as guessed where it says nothing."""
    found = guess(spec.path, now, spec)
    if found.format == "mapped" and not spec.columns:
        spec = replace(spec, columns={**found.unsure, **found.columns}, format="mapped")
    with feed_of(spec.path, spec.label, spec.encoding, now) as feed:
        listed = read_contacts(feed, spec, Numbers(region), frozenset())
    return Preview(found, listed.contacts[:limit], len(listed.contacts), listed.problems)
