"""What the configuration says about one source file.  Imports nothing heavy: the configuration leans on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CONTACT_FORMATS = ("auto", "calsync", "google", "outlook", "vcard", "mapped")
"""``auto`` looks at the header; ``mapped`` is any other CSV, through ``columns`` or a guess."""

ATTEMPT_FORMATS = ("auto", "calsync", "jsonl")

DATE_ORDERS = ("iso", "mdy", "dmy")
"""How ``at`` is written: ISO 8601, or what a spreadsheet made of it (``11/25/2026 2:05 PM``, ``25/11/2026 14:05``)."""


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One contact list or call log.

    ``columns`` (``map`` in the configuration) maps our field to their header, ``{"phone:cell": "Tel. mobil"}``, and
    beats every other reading of a header.  ``encoding`` and ``separator`` are found out where they are ``None``.
    ``name`` is what messages call the file, by default its path.  An ``optional`` file may be absent, as calsync's own
    log is until the first outcome.
    ``dates`` is one of ``DATE_ORDERS`` and concerns attempts only.
    """

    path: Path
    format: str = "auto"
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    separator: str | None = None
    name: str = ""
    optional: bool = False
    dates: str = "iso"

    @property
    def label(self) -> str:
        """How messages and ``Where`` name the file."""
        return self.name or str(self.path)
