"""Files that a rep keeps -> contacts and attempts, with every row that could not be read.

``Reader`` is the room's door; ``SourceSpec`` is what the configuration says about one file; ``append_attempt`` adds
a row.
"""

from __future__ import annotations

from calsync.sources.append import append_attempt, with_attempts
from calsync.sources.kept import KeptBook, KeptList, KeptLog
from calsync.sources.preview import Guess, Preview, guess, preview
from calsync.sources.reader import Reader
from calsync.sources.spec import ATTEMPT_FORMATS, CONTACT_FORMATS, SourceSpec

__all__ = [
    "ATTEMPT_FORMATS",
    "CONTACT_FORMATS",
    "Guess",
    "KeptBook",
    "KeptList",
    "KeptLog",
    "Preview",
    "Reader",
    "SourceSpec",
    "append_attempt",
    "guess",
    "preview",
    "with_attempts",
]
