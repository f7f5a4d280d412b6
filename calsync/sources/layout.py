"""Where a contact's fields stand in a table: header names -> column numbers, and what is wrong with a header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calsync.errors import SourceError
from calsync.model import Line, Problem
from calsync.sources.words import LINES, nearest, plain

CONTACT_FIELDS = (
    "id", "name", "first_name", "middle_name", "last_name", "suffix", "company", "phone", "email", "kind", "line",
    "referrer", "topic", "benefit", "timezone", "region", "cadence", "urgency", "do_not_call", "notes", "groups",
)  # fmt: skip
"""Our fields of a contact; ``phone`` may carry a line, as in ``phone:cell``."""

_MANY = frozenset(("phone", "email", "groups", "notes"))
"""Fields that may stand in several columns."""

_ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("record id", "contact id", "lead id", "customer id", "person id", "uid"),
    "name": (
        "full name", "contact", "contact name", "person", "person name", "display name", "customer", "customer name",
        "client", "client name", "lead", "lead name",
    ),
    "first_name": ("given name", "forename", "first"),
    "middle_name": ("additional name", "middle"),
    "last_name": ("surname", "family name", "last"),
    "company": (
        "organisation", "organization", "organization name", "organisation name", "firm", "account", "account name",
        "company name", "associated company", "business name", "employer",
    ),
    "phone": (
        "number", "telephone", "tel", "phone number", "telephone number", "primary phone", "best phone", "phone 1",
        "phone other", "other phone", "phone 2", "phone 3", "day phone", "evening phone", "phones",
    ),
    "phone:cell": (
        "cell", "mobile", "mobile number", "mobile phone", "mobile phone number", "cell phone", "cell number",
        "phone mobile", "phone cell", "cellular",
    ),
    "phone:home": ("home phone", "home number", "phone home", "home telephone", "landline"),
    "phone:work": (
        "work phone", "work number", "phone work", "office phone", "business phone", "direct phone", "company phone",
        "phone main",
    ),
    "email": (
        "e mail", "mail", "email address", "e mail address", "email work", "email home", "email other", "work email",
        "home email", "personal email", "secondary email", "emails",
    ),
    "kind": ("contact type", "customer type"),
    "referrer": ("referred by", "referral", "referral name", "introduced by", "recommended by"),
    "topic": ("subject", "deal title", "product", "interest", "interested in", "about"),
    "timezone": ("time zone", "tz"),
    "do_not_call": ("dnc", "opt out", "opted out", "do not contact", "has opted out of calls"),
    "notes": ("note", "comment", "comments", "description", "remarks"),
    "groups": ("group", "label", "labels", "tag", "tags", "category", "categories", "person label"),
}  # fmt: skip
"""Headers of other programs (as ``words.plain`` makes them) that are read as one of ours without being told."""

NATIVE_ALIASES = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}


@dataclass(slots=True)
class PhoneColumn:
    """A column of numbers: the line comes from the header, or from the cell of another column (``label``)."""

    index: int
    line: Line | None = None
    label: int | None = None


@dataclass(slots=True)
class Layout:
    """Columns of one table of contacts.  ``single`` holds one column a field, ``extra`` what calsync has no field for.

    ``pairs`` are (label, value) columns: the cell of one names what stands in the other.
    """

    header: Sequence[str]
    single: dict[str, int] = field(default_factory=dict)
    phones: list[PhoneColumn] = field(default_factory=list)
    emails: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    extra: list[int] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)

    def put(self, name: str, index: int) -> bool:
        """Note that column ``index`` is our field ``name``; ``False`` where another column already is."""
        base, _, line = name.partition(":")
        if base == "phone":
            self.phones.append(PhoneColumn(index, line_of(line)))
        elif base in _MANY:
            {"email": self.emails, "groups": self.groups, "notes": self.notes}[base].append(index)
        elif base in self.single:
            return False
        else:
            self.single[base] = index
        return True

    @property
    def names_somebody(self) -> bool:
        return bool(
            self.phones or self.emails or self.single.keys() & {"id", "name", "first_name", "last_name", "company"}
        )


def line_of(word: str) -> Line | None:
    """The line a word means (``mobile`` -> cell), ``None`` where it means none."""
    found = LINES.get(plain(word.lstrip("* ")))
    return Line(found) if found else None


def native_layout(
    header: Sequence[str], label: str, line: int, columns: Mapping[str, str]
) -> tuple[Layout, list[Problem]]:
    """Columns of calsync's own CSV, after ``columns`` (our field -> their header) has had its say.

    Raises ``SourceError`` where ``columns`` names what is not there, or nothing in the header says who is meant.
    """
    layout, problems = Layout(header), []
    told = told_columns(header, label, columns, CONTACT_FIELDS)
    for index, title in enumerate(header):
        name = told.get(index) or native_name(title)
        if name is None:
            if title.strip():
                layout.extra.append(index)
        elif not layout.put(name, index):
            if index in told:
                layout.extra.append(layout.single[name])
                layout.single[name] = index
            else:
                layout.extra.append(index)
                if name not in told.values():
                    problems.append(twice(label, line, title, name))
    if not layout.names_somebody:
        raise SourceError(
            f"{label}, line {line}: no column says who a contact is; the header has {listed(header)}",
            hint='name the columns in the configuration, such as map = { name = "Client", phone = "Tel." }',
        )
    return layout, problems


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OWNER = re.compile(r"(?:person|contact|lead|customer|client|mailing) (?=.)")


def native_name(title: str) -> str | None:
    """Our field for a header, ``None`` where it is none of them.  ``phone:cell`` and the like name a line too."""
    base, colon, line = title.strip().casefold().partition(":")
    base = base.strip().replace(" ", "_")
    if base in CONTACT_FIELDS and not colon:
        return base
    if base == "phone":
        return f"phone:{line.strip()}" if line_of(line) else None
    words = plain(_CAMEL.sub(" ", title))
    for form in (words, _OWNER.sub("", words, count=1)):
        name = form.replace(" ", "_")
        if name in CONTACT_FIELDS:
            return name
        if form in NATIVE_ALIASES:
            return NATIVE_ALIASES[form]
    return None


def told_columns(
    header: Sequence[str], label: str, columns: Mapping[str, str], fields: Sequence[str]
) -> dict[int, str]:
    """Column number -> our field, as the configuration says.  Raises ``SourceError`` for names that do not exist."""
    told: dict[int, str] = {}
    exact = {title.strip(): index for index, title in reversed(list(enumerate(header)))}
    loose = {plain(title): index for index, title in reversed(list(enumerate(header)))}
    for name, title in columns.items():
        base, colon, line = name.partition(":")
        if base not in fields or (colon and (base != "phone" or line_of(line) is None)):
            meant = nearest(base, fields) or "phone:cell, phone:work or phone:home"
            raise SourceError(
                f'{label}: map names "{name}", which is no field of calsync', hint=f'write "{meant}" instead'
            )
        index = exact.get(title.strip(), loose.get(plain(title)))
        if index is None:
            meant = nearest(title, [t.strip() for t in header])
            raise SourceError(
                f'{label}: map says that {name} stands in "{title}", but the header has {listed(header)}',
                hint=f'write {name} = "{meant}"' if meant else "write the header as it stands in the file",
            )
        told[index] = name
    return told


def twice(label: str, line: int, title: str, name: str) -> Problem:
    message = f'two columns are {name}; the first is read, the second ("{title}") is not'
    return Problem(label, line, title, message, "rename or remove one of the two")


def listed(header: Sequence[str]) -> str:
    """The header for a message, not too much of it."""
    titles = [title.strip() for title in header if title.strip()]
    if not titles:
        return "no names at all"
    return ", ".join(titles[:12]) + (f" and {len(titles) - 12} more" if len(titles) > 12 else "")


_GROUPS = re.compile(r"\s*(?:;|:::|\n|\|)\s*")


def groups_of(cell: str) -> list[str]:
    """Labels in one cell; Google marks its own with ``* `` and keeps everybody under ``* myContacts``."""
    return [
        group
        for part in _GROUPS.split(cell)
        if (group := part.strip().removeprefix("* ").strip()) and group != "myContacts"
    ]
