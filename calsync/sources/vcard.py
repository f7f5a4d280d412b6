"""vCard 2.1, 3.0 and 4.0 -> contacts.

A small reader of our own: an address book of a few thousand cards is read again each time it is saved, and a general
library takes 2 ms a card, stops at the first broken one, and knows no line numbers.  What is read of the grammar (RFC
2425 section 5.8.2, RFC 6350 section 3): folded lines, groups, parameters with and without a name, quoted parameters,
backslash escapes, and the quoted-printable lines of 2.1.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from calsync.model import Contact, ContactKind, Line, Phone, Problem, Where
from calsync.sources.cells import CELLS, BadCell, zone_name
from calsync.sources.layout import line_of
from calsync.sources.numbers import BadNumber, Numbers
from calsync.sources.words import DO_NOT_CALL_GROUPS, plain

_SKIPPED = frozenset(("PHOTO", "LOGO", "SOUND", "KEY", "AGENT"))
_NOT_A_VOICE = frozenset(("fax", "pager", "modem", "isdn", "video", "textphone", "bbs"))
_OURS = ("topic", "benefit", "referrer", "cadence", "urgency", "timezone", "region", "do_not_call", "kind")
"""Fields that a card may state as ``X-CALSYNC-TOPIC`` and so on."""


@dataclass(frozen=True, slots=True)
class Property:
    """One content line: ``types`` are the values of TYPE and of parameters without a name, in lower case."""

    name: str
    value: str
    line: int
    group: str = ""
    types: frozenset[str] = frozenset()
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Card:
    """The lines of one card.  ``closed`` is false where its END is missing."""

    line: int
    properties: list[Property] = field(default_factory=list)
    closed: bool = False

    def all(self, name: str) -> list[Property]:
        return [p for p in self.properties if p.name == name and p.value]

    def first(self, name: str) -> str:
        return next((p.value for p in self.properties if p.name == name and p.value), "")


def cards(lines: Iterable[tuple[int, str]], problems: list[Problem], label: str) -> Iterator[Card]:
    """The cards of a file.  A line that is no content line is a problem; its card goes on without it."""
    card: Card | None = None
    for number, line in _unfolded(lines):
        bare = line.strip().upper()
        if bare == "BEGIN:VCARD":
            if card is not None:
                yield card
            card = Card(number)
        elif card is None:
            if bare:
                message = "this line stands outside of any card"
                problems.append(Problem(label, number, "", message, "a card begins with BEGIN:VCARD"))
        elif bare == "END:VCARD":
            card.closed = True
            yield card
            card = None
        elif bare:
            found = _property(number, line)
            if found is None:
                problems.append(Problem(label, number, "", f'"{line[:40]}" is no line of a card', "write NAME:value"))
            elif found.name not in _SKIPPED:
                card.properties.append(found)
    if card is not None:
        yield card


def _unfolded(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    start, parts = 0, [""]
    for number, line in lines:
        soft = parts[-1].endswith("=") and "QUOTED-PRINTABLE" in parts[0].upper()
        if soft:
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        elif line[:1] in {" ", "\t"} and start:
            parts.append(line[1:])
        else:
            if start:
                yield start, "".join(parts)
            start, parts = number, [line]
    if start:
        yield start, "".join(parts)


_HEAD = re.compile(r"""(?:([\w-]+)\.)?([\w-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)""", re.DOTALL)
_PARAMETER = re.compile(r""";((?:[^":;]|"[^"]*")*)""")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def _property(number: int, line: str) -> Property | None:
    found = _HEAD.fullmatch(line)
    if found is None:
        return None
    group, name, head, value = found.groups()
    types: set[str] = set()
    parameters: dict[str, str] = {}
    for text in _PARAMETER.findall(head):
        key, equals, content = text.partition("=")
        key, content = key.strip().upper(), content.strip().strip('"')
        if not equals or key == "TYPE":
            types.update(part.strip().lower() for part in (content or key).split(","))
        else:
            parameters[key] = content
    encoding = parameters.get("ENCODING", "").upper()
    if encoding == "QUOTED-PRINTABLE" or "quoted-printable" in types:
        value = _quoted_printable(value, parameters.get("CHARSET", "utf-8"))
    return Property(name.upper(), value.strip(), number, (group or "").lower(), frozenset(types), parameters)


def _quoted_printable(value: str, charset: str) -> str:
    raw = quopri.decodestring(value.encode("utf-8", "replace")).replace(b"\r\n", b"\n")
    try:
        return raw.decode(charset)
    except (LookupError, ValueError):
        return raw.decode("cp1252", "replace")


def text_of(value: str) -> str:
    """A value without its backslash escapes."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value) if "\\" in value else value


def parts_of(value: str, separator: str) -> list[str]:
    """A value of several parts, split where the separator is not escaped."""
    return [text_of(part).strip() for part in re.split(rf"(?<!\\){separator}", value)]


class CardReader:
    """Turns cards into contacts and collects what is wrong with them.  ``own`` are the rep's numbers."""

    def __init__(self, label: str, numbers: Numbers, own: Collection[str]) -> None:
        self.label, self.numbers, self.own = label, numbers, own
        self.problems: list[Problem] = []

    def read(self, lines: Iterable[tuple[int, str]]) -> list[Contact]:
        """A contact a card; groups (``KIND:group``) are lists of others and no contacts."""
        found = []
        for card in cards(lines, self.problems, self.label):
            if not card.closed:
                self._report(card.line, "", "this card has no END:VCARD", "write it to its end, or remove it")
            elif plain(card.first("KIND") or card.first("X-ADDRESSBOOKSERVER-KIND")) != "group":
                contact = self._contact(card)
                if contact is not None:
                    found.append(contact)
        return found

    def _contact(self, card: Card) -> Contact | None:
        given, name = self._names(card)
        company = next((part for part in parts_of(card.first("ORG"), ";") if part), "")
        is_firm = plain(card.first("KIND")) == "org" or plain(card.first("X-ABSHOWAS")) == "company"
        phones, emails = self._phones(card), self._emails(card)
        if not (name or company or phones or emails):
            self._report(
                card.line, "FN", "this card names nobody: no name, number or address", "fill it in, or remove it"
            )
            return None
        groups = tuple(dict.fromkeys(part for p in card.all("CATEGORIES") for part in parts_of(p.value, ",") if part))
        ours = {name: self._ours(card, name) for name in _OURS}
        opted_out = True if not DO_NOT_CALL_GROUPS.isdisjoint(map(plain, groups)) else None
        zone = card.first("TZ")
        extra = {
            title.lower(): text_of(value)
            for title in ("TITLE", "ROLE", "NICKNAME", "BDAY", "URL")
            if (value := card.first(title))
        }
        return Contact(
            id=text_of(card.first("UID")),
            name=name or company,
            phones=phones,
            emails=emails,
            kind=ours["kind"] or (ContactKind.BUSINESS if is_firm else None),
            referrer=str(ours["referrer"] or self._referrer(card)),
            topic=str(ours["topic"] or ""),
            benefit=str(ours["benefit"] or ""),
            timezone=ours["timezone"] or (zone_name(text_of(zone)) if "/" in zone else None),
            region=ours["region"],
            cadence=ours["cadence"],
            urgency=ours["urgency"],
            do_not_call=ours["do_not_call"] if ours["do_not_call"] is not None else opted_out,
            notes="\n".join(text_of(p.value) for p in card.all("NOTE")),
            first_name=given,
            company=company,
            groups=groups,
            extra=extra,
            where=Where(self.label, card.line),
        )

    def _names(self, card: Card) -> tuple[str, str]:
        """(given name, full name); N is family;given;additional;prefixes;suffixes."""
        family, given, additional, _, suffix = [*parts_of(card.first("N"), ";"), "", "", "", "", ""][:5]
        composed = " ".join(part for part in (given, additional, family, suffix) if part)
        return given, text_of(card.first("FN")) or composed

    def _phones(self, card: Card) -> tuple[Phone, ...]:
        phones: dict[str, Phone] = {}
        for p in sorted(card.all("TEL"), key=_preference):
            types = p.types | {plain(self._label(card, p))}
            if types & _NOT_A_VOICE or any(kind.endswith(" fax") for kind in types):
                continue
            try:
                e164, extension = self.numbers.read(text_of(p.value))
            except BadNumber as error:
                self._report(p.line, "TEL", str(error), error.hint)
                continue
            if e164 not in self.own:
                phones.setdefault(e164 + extension, Phone(e164, _line(types), extension))
        return tuple(phones.values())

    def _emails(self, card: Card) -> tuple[str, ...]:
        emails: dict[str, str] = {}
        for p in sorted(card.all("EMAIL"), key=_preference):
            address = text_of(p.value).removeprefix("mailto:").strip("<> ")
            if "@" in address and " " not in address:
                emails.setdefault(address.casefold(), address)
            else:
                self._report(p.line, "EMAIL", f'"{address[:60]}" is not a mail address', "write it as name@example.com")
        return tuple(emails.values())

    def _label(self, card: Card, p: Property) -> str:
        """Apple's own label of a line, ``item1.X-ABLabel:_$!<Mobile>!$_`` beside ``item1.TEL``."""
        if not p.group:
            return ""
        label = next((q.value for q in card.properties if q.group == p.group and q.name == "X-ABLABEL"), "")
        return label.removeprefix("_$!<").removesuffix(">!$_")

    def _referrer(self, card: Card) -> str:
        for p in (*card.all("RELATED"), *card.all("X-ABRELATEDNAMES")):
            if any("refer" in kind for kind in (*p.types, self._label(card, p).lower())):
                return text_of(p.value)
        return ""

    def _ours(self, card: Card, name: str) -> Any:
        title = f"X-CALSYNC-{name.upper().replace('_', '-')}"
        value = text_of(card.first(title))
        if not value or name not in CELLS:
            return value or None
        try:
            return CELLS[name](value)
        except BadCell as error:
            self._report(card.line, title, str(error), error.hint)
            return error.instead

    def _report(self, line: int, column: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.label, line, column, message, hint))


def _line(types: Collection[str]) -> Line | None:
    """A work mobile is a cell; a plain VOICE says nothing."""
    lines = {line_of(kind) for kind in types if kind}
    return next((line for line in (Line.CELL, Line.WORK, Line.HOME) if line in lines), None)


def _preference(p: Property) -> int:
    """RFC 6350 PREF counts from 1; the older ``TYPE=pref`` means the same as 1."""
    stated = p.parameters.get("PREF", "")
    return int(stated) if stated.isascii() and stated.isdigit() else 1 if "pref" in p.types else 101
