"""The files that calsync is set up with: the configuration, and the rep's own cadences and templates."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from calsync.config import Settings


def setup_files(settings: Settings) -> tuple[Path, ...]:
    """Every single file, so that one which is a link is followed to where it is kept."""
    found = [settings.file]
    for folder in settings.word_folders:
        with suppress(OSError):
            found += sorted(path for path in folder.iterdir() if path.suffix != ".swp")
    return tuple(found)


def fingerprint(settings: Settings) -> str:
    """Changes when one of the files says something else than before; a file that was only touched says the same."""
    digest = hashlib.blake2b(digest_size=16)
    for file in setup_files(settings):
        digest.update(f"\0{file}\0".encode("utf-8", "surrogateescape"))
        with suppress(OSError):
            digest.update(file.read_bytes())
    return digest.hexdigest()
