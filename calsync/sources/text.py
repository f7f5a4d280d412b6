"""Bytes of a file a person or a program wrote -> lines of text.

Rules, the same for a whole file and for the part that grew:

- a byte order mark decides; without one, NUL in every other byte means UTF-16; else a line is UTF-8 where it decodes as
  UTF-8 and cp1252 where it does not, so a file that two programs write, each in its own way, is read right;
- CRLF, LF and a lone CR all end a line; inside a quoted field they become LF;
- what stands after the last line end is the *tail*: perhaps a line that is still being written.  A CR at the very end
  belongs to it, as its LF may be about to follow.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from calsync.errors import SourceError

SEPARATORS = (",", ";", "\t", "|")

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_ASCII = "".join(map(chr, range(128)))

_NOT_TEXT = (
    (b"PK\x03\x04", "an Excel or OpenDocument workbook", "save it as CSV (UTF-8) and name that file instead"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save it as CSV (UTF-8) and name that file instead"),
    (b"%PDF", "a PDF", "export the list as CSV or vCard and name that file instead"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and name the file inside"),
    (b"SQLite format 3", "a database", "export the list as CSV and name that file instead"),
)


@dataclass(frozen=True, slots=True)
class Coding:
    """How bytes become text.  ``mixed`` reads a line as UTF-8 or, where it is not, as cp1252.  ``bom`` is in bytes."""

    name: str
    bom: int = 0
    mixed: bool = False

    @property
    def wide(self) -> bool:
        return self.name.startswith("utf-16")


@dataclass(frozen=True, slots=True)
class Text:
    """Whole lines, and the tail that no line end closes yet.  ``undecodable`` indexes lines with foreign bytes."""

    lines: list[str]
    tail: str
    undecodable: tuple[int, ...] = ()
    nul: bool = False


def coding_of(head: bytes, wanted: str | None, label: str) -> Coding:
    """How the file that begins with ``head`` is encoded.  Raises ``SourceError`` for what is not text at all."""
    for magic, what, hint in _NOT_TEXT:
        if head.startswith(magic):
            raise SourceError(f"{label}: this is {what}, not text", hint=hint)
    for bom, name in _BOMS:
        if head.startswith(bom) and wanted in {None, *_names_of(name)}:
            return Coding(name, len(bom), mixed=name == "utf-8")
    if wanted is not None:
        return Coding(_known(wanted, label))
    sample = head[: 4096 & ~1]
    if len(sample) >= 4 and b"\0" in sample:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        if odd > 0.4 * len(sample) / 2 and even == 0:
            return Coding("utf-16-le")
        if even > 0.4 * len(sample) / 2 and odd == 0:
            return Coding("utf-16-be")
    return Coding("utf-8", mixed=True)


def _names_of(name: str) -> tuple[str, ...]:
    return (name, name.replace("-", ""), "utf-8-sig" if name == "utf-8" else "utf-16", name.upper())


def _known(name: str, label: str) -> str:
    try:
        known = codecs.lookup(name).name
        known = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(known, known)
        fits = known.startswith("utf-16") or bytes(range(128)).decode(known) == _ASCII
    except (LookupError, ValueError, TypeError):
        fits = False
    if not fits:
        raise SourceError(
            f'{label}: "{name}" is not an encoding that can be read here',
            hint='write encoding = "utf-8", "utf-16" or "cp1252", or leave it out',
        )
    return known


def split(data: bytes, coding: Coding) -> Text:
    """The lines of ``data`` (its byte order mark already cut off)."""
    try:
        text = data.decode(coding.name)
    except UnicodeDecodeError:
        return _split_by_line(data, coding)
    return _lines(text)


def _lines(text: str) -> Text:
    half = "\r" if text.endswith("\r") else ""
    if "\r" in text:
        text = text.removesuffix(half).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    tail = lines.pop() + half
    return Text(lines, tail, nul="\0" in text)


def _split_by_line(data: bytes, coding: Coding) -> Text:
    if coding.wide:
        return _lines(data[: len(data) & ~1].decode(coding.name, "replace"))  # an odd byte is half a character
    out: list[str] = []
    undecodable: list[int] = []
    half = b"\r" if data.endswith(b"\r") else b""
    raw_lines = data.removesuffix(half).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    for index, raw in enumerate(raw_lines):
        try:
            out.append(raw.decode(coding.name))
        except UnicodeDecodeError:
            if coding.mixed:
                out.append(raw.decode("cp1252", "replace"))
            else:
                out.append(raw.decode(coding.name, "replace"))
                undecodable.append(index)
    tail = out.pop() + half.decode()
    return Text(out, tail, tuple(undecodable), nul=b"\0" in data)


def size_of_last(data: bytes, coding: Coding, lines: int) -> int:
    """How many bytes the tail and the last ``lines`` whole lines of ``data`` take."""
    if coding.wide:
        even = len(data) & ~1
        return 2 * _units_of_last(data[:even].decode(coding.name, "replace"), lines) + len(data) - even
    return _units_of_last(data.decode("latin-1"), lines)  # a character a byte: positions are what is wanted here


def _units_of_last(text: str, lines: int) -> int:
    """Code units from the line end that precedes the last ``lines`` lines and the tail to the end of ``text``."""
    stop = len(text.removesuffix("\r"))
    ends = max(text.rfind("\n", 0, stop), text.rfind("\r", 0, stop))
    for _ in range(lines):
        stop = ends - 1 if text[max(ends - 1, 0) : ends + 1] == "\r\n" else ends
        ends = max(text.rfind("\n", 0, max(stop, 0)), text.rfind("\r", 0, max(stop, 0)))
    rest = text[ends + 1 :]
    return len(rest) + sum(character > "\uffff" for character in rest)


def separator_of(header: str) -> str:
    """The separator of a header line: the one that stands most often outside quotes (a comma where none does)."""
    bare = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=bare.count)
