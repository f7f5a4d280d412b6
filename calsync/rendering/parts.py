"""The description as three parts: our words, what the person wrote as the outcome, and the person's own notes.

Providers trim trailing blanks, fold blank lines and rewrite line ends; what is split here depends on none of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OUTCOME_LINE = "OUTCOME:"
"""What a person writes after it, up to the line of notes, is the outcome of the call."""

NOTES_LINE = "---- your notes: what you write below this line is kept ----"
"""Everything below it is the person's."""

_OUTCOME = re.compile(r"^[ \t]*(?:(?i:outcome)[ \t]*[:\uff1a]|OUTCOME(?=[^\w']|$)[ \t]*[-.;,=>\u2013\u2014]*)")
"""Our line also where a thumb took its colon away: then only in capitals, as we write it."""

_NOTES = re.compile(r"^[ \t]*(?:[-\u2013\u2014]{2,}|[\u2013\u2014])[ \t]*your notes\b", re.IGNORECASE)

_FIRST = frozenset("Oo-\u2013\u2014 \t")
"""What a line of ours begins with: of the dozens of a description few do, and no other is looked at closer."""


@dataclass(frozen=True, slots=True)
class Parts:
    """``ours`` ends with the bare outcome line where there is one; ``outcome`` is one line; ``notes`` as they stand."""

    ours: str
    outcome: str = ""
    notes: str = ""


def split_description(text: str) -> Parts:
    """Take a description apart, whatever a provider did to its white space.

    Of several outcome lines the last one counts on which something is written.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    maybe = [at for at, line in enumerate(lines) if line[:1] in _FIRST]
    end = next((at for at in maybe if _NOTES.match(lines[at])), len(lines))
    above, notes = lines[:end], "\n".join(lines[end + 1 :]).strip("\n")
    marks = [at for at in maybe if at < end and _OUTCOME.match(lines[at])]
    if not marks:
        return Parts("\n".join(above).strip("\n"), "", notes)
    bare = {at for at in marks if not _OUTCOME.sub("", above[at]).strip()}
    at = marks[-1]
    if at in bare and not any(line.strip() for line in above[at + 1 :]):
        at = max((mark for mark in marks if mark not in bare), default=at)
    below = [line for number, line in enumerate(above) if number > at and number not in bare]
    written = [_OUTCOME.sub("", above[at]), *below]
    outcome = " ".join(" ".join(written).split())
    ours = [line for number, line in enumerate(above[:at]) if number not in bare]
    return Parts("\n".join([*ours, OUTCOME_LINE]).strip("\n"), outcome, notes)


def with_our_lines(text: str) -> str:
    """A description that ends with our two lines, whatever a template made of them: what a person writes is kept."""
    ours = split_description(text).ours
    if not _OUTCOME.match(ours.rpartition("\n")[2]):
        ours = f"{ours}\n\n{OUTCOME_LINE}"
    return f"{ours}\n{NOTES_LINE}\n"


def with_notes(description: str, notes: str, *, outcome: str = "") -> str:
    """Our description with a person's notes below its line, and the outcome as they wrote it."""
    parts = split_description(description)
    ours = parts.ours
    if outcome:
        ours = f"{ours} {outcome}" if _OUTCOME.match(ours.rpartition("\n")[2]) else f"{ours}\n{OUTCOME_LINE} {outcome}"
    return f"{ours}\n{NOTES_LINE}\n{notes}".rstrip("\n") + "\n" if notes else f"{ours}\n{NOTES_LINE}\n"


def harmless(text: str) -> str:
    """Text from a file, made safe to stand in our part: a line that looks like one of our two marks is set off."""
    return "\n".join([f"> {line}" if _is_mark(line) else line for line in text.splitlines()])


def _is_mark(line: str) -> bool:
    return line[:1] in _FIRST and bool(_NOTES.match(line) or _OUTCOME.match(line))
