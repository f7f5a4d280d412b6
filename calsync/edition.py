"""Everything that a fold depends on besides the files and the clock, in one digest.

What was folded before is only taken up again where this is the same: the code and the data it ships with, the libraries
that read numbers and holidays, the zone data, the configuration, the rep's cadences.  Where in doubt, it differs.
"""

from __future__ import annotations

import hashlib
import os
import sys
import zoneinfo
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from calsync.config import Settings

_ROOMS = ("promises", "cadences", "commitments", "placing", "sources", "config")
"""The rooms whose code and data say what is read and folded, besides the modules at the root."""

_LIBRARIES = ("phonenumbers", "holidays", "rapidfuzz", "tzdata")
_FORMAT = "1"


def edition_of(settings: Settings) -> str:
    """A digest that is another wherever a fold of the same files could be another."""
    digest = hashlib.blake2b(_code(), digest_size=16)
    for line in _zone_data(settings.rep().zone.key):
        digest.update(f"{line}\n".encode())
    _add(digest, [settings.file, *(_files(settings.cadence_folder) if settings.cadence_folder else ())])
    return digest.hexdigest()


@cache
def _code() -> bytes:
    """The code and the libraries, looked at once: what runs is what was loaded, whatever is installed over it since."""
    digest = hashlib.blake2b(digest_size=16)
    package = Path(__file__).parent
    for line in (_FORMAT, sys.version, *_libraries()):
        digest.update(f"{line}\n".encode())
    _add(digest, [*package.glob("*.py"), *(file for room in _ROOMS for file in _files(package / room))])
    return digest.digest()


def _add(digest: hashlib.blake2b, files: Iterable[Path]) -> None:
    for file in sorted(files):
        digest.update(f"{file}\n".encode())
        digest.update(file.read_bytes())


def _files(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        found = list(entries)
    for entry in found:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(Path(entry.path))
        else:
            yield Path(entry.path)


def _libraries() -> Iterator[str]:
    """Names and versions as they were installed.

    ``importlib.metadata`` says the same, for 3 MB of a daemon and 30 ms of every start.
    """
    for folder in sys.path:
        try:
            with os.scandir(folder or ".") as entries:
                names = [entry.name for entry in entries]
        except OSError:
            continue
        yield from sorted(name for name in names if name.endswith(".dist-info") and name.startswith(_LIBRARIES))


def _zone_data(zone: str) -> Iterable[str]:
    """Which zone data there is: an update replaces the files, so their times and sizes tell one from the next."""
    for root in zoneinfo.TZPATH:
        for name in ("tzdata.zi", "UTC", zone):
            try:
                found = Path(root, name).stat()
            except OSError:
                continue
            yield f"{root} {name} {found.st_size} {found.st_mtime_ns}"
