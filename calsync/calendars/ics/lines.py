"""iCalendar as lines: folding, escaping, and a reading of the text that keeps every byte of what it does not touch.

calsync goes beneath the ``icalendar`` library here for two reasons.  An update must leave what a person's client wrote
exactly as it stands, and the library re-writes all it has read.  And reading thousands of events of our own needs four
properties of each; the library builds the whole tree, at some sixty times the cost.  Whatever needs the meaning of
other people's events (recurrence, their time zones) does go through the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FOLD_AT = 75
"""Octets in a line, the line break not counted (RFC 5545 section 3.1)."""

# XML 1.0 cannot carry these, so that one of them inside an event would break every later CalDAV answer that quotes it.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"\\([\\;,nN])")
_LOGICAL = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)(?:[ \t][^\r\n]*(?:\r\n|\n|\r|$))*")
_FOLDED = re.compile(r"(?:\r\n|\n|\r)[ \t]")
_FOLDED_BYTES = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_NAME = re.compile(r"[A-Za-z0-9-]+")


def clean(text: str) -> str:
    """Text as a calendar can hold it: line breaks are ``\\n``, and characters that no calendar format can carry are
    out.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSPEAKABLE.sub("", text)


def escape(text: str) -> str:
    """A TEXT value (RFC 5545 section 3.3.11)."""
    return clean(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def unescape(value: str) -> str:
    """The text that a TEXT value stands for; a backslash before anything else is kept as it is."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def fold(line: str) -> str:
    """One content line with its CRLF, folded by octets and never inside a character."""
    if line.isascii():  # an octet a character; the space that opens a folded line counts
        parts = [line[:FOLD_AT], *[line[at : at + FOLD_AT - 1] for at in range(FOLD_AT, len(line), FOLD_AT - 1)]]
        return "\r\n ".join(parts) + "\r\n"
    data = line.encode("utf-8")
    parts = []
    at, room = 0, FOLD_AT
    while len(data) - at > room:
        end = at + room
        while data[end] & 0xC0 == 0x80:  # a continuation byte: the character began before it
            end -= 1
        parts.append(data[at:end].decode("utf-8"))
        at, room = end, FOLD_AT - 1
    parts.append(data[at:].decode("utf-8"))
    return "\r\n ".join(parts) + "\r\n"


def decode(data: bytes) -> str:
    """The text of a file.  Some writers fold inside a character: such a fold is undone before the bytes are decoded."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _FOLDED_BYTES.sub(b"", data).decode("utf-8", "replace")


@dataclass(slots=True)
class Line:
    """A content line: ``raw`` as it stands in the text (folds and line break included), and its parts."""

    raw: str
    name: str
    params: str
    value: str

    def param(self, wanted: str) -> str:
        """The value of a parameter, ``""`` where there is none."""
        for name, value in _params(self.params):
            if name == wanted:
                return value
        return ""


def _params(text: str) -> Iterator[tuple[str, str]]:
    for part in _split_outside_quotes(text, ";"):
        name, equals, value = part.partition("=")
        if equals:
            yield name.strip().upper(), value.strip().strip('"')


def _split_outside_quotes(text: str, separator: str) -> list[str]:
    if '"' not in text:
        return text.split(separator)
    return re.findall(rf'(?:"[^"]*"|[^"{separator}])+', text)


def line_of(raw: str) -> Line:
    """Read one logical line.  A line that is none (no colon, no name) has the name ``""``."""
    text = _FOLDED.sub("", raw).rstrip("\r\n")
    named = _NAME.match(text)
    if named is None:
        return Line(raw, "", "", text)
    at = named.end()
    if text[at : at + 1] == ":":
        return Line(raw, named[0].upper(), "", text[at + 1 :])
    if text[at : at + 1] != ";":
        return Line(raw, "", "", text)
    quoted = False
    for index in range(at + 1, len(text)):
        if text[index] == '"':
            quoted = not quoted
        elif text[index] == ":" and not quoted:
            return Line(raw, named[0].upper(), text[at + 1 : index], text[index + 1 :])
    return Line(raw, "", "", text)


def split(text: str) -> list[Line]:
    """All content lines of a text, in order; blank lines are kept too."""
    return [line_of(found) for found in _LOGICAL.findall(text) if found]


@dataclass(slots=True)
class Component:
    """A component as a stretch of lines: ``first`` is its BEGIN line, ``last`` its END line, ``inner`` what nests
    directly.
    """

    name: str
    first: int
    last: int
    inner: list[Component]

    def own(self) -> Iterator[int]:
        """Indexes of the lines that belong to this component itself, not to one nested in it."""
        at = self.first + 1
        for child in self.inner:
            yield from range(at, child.first)
            at = child.last + 1
        yield from range(at, self.last)


def components(lines: list[Line]) -> list[Component]:
    """The outermost components.  Raises ``ValueError`` where BEGIN and END do not match (a file half written, say)."""
    top: list[Component] = []
    stack: list[Component] = []
    for index, line in enumerate(lines):
        if line.name == "BEGIN":
            stack.append(Component(line.value.strip().upper(), index, -1, []))
        elif line.name == "END":
            if not stack or stack[-1].name != line.value.strip().upper():
                raise ValueError(f"END:{line.value.strip()} without its BEGIN")
            done = stack.pop()
            done.last = index
            (stack[-1].inner if stack else top).append(done)
    if stack:
        raise ValueError(f"BEGIN:{stack[-1].name} without its END")
    return top


def first(lines: list[Line], where: Iterable[int], name: str) -> Line | None:
    """The first line of that name among the indexes given."""
    for index in where:
        if lines[index].name == name:
            return lines[index]
    return None
