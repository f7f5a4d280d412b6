"""The configuration and the cadences, read and checked in a process of their own.

They are read at the start and when they change, and never between; but the schemas that check them (pydantic and what
it builds) would stay for months, a fifth of the daemon's memory.  So they are loaded by a child, which sends back plain
values and ends.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from calsync.cadences import Cadence
from calsync.config import Settings
from calsync.errors import CalsyncError

SECONDS = 60.0
"""A child that takes longer hangs; then it is read here."""

_PROGRAM = "import sys; from calsync.daemon.reading import send; send(sys.argv[1], sys.stdout.fileno())"


@dataclass(frozen=True, slots=True)
class Given:
    """What the rep gives: settings, and the cadences by name (without the groups that settings put them in)."""

    settings: Settings
    cadences: Mapping[str, Cadence]


def read(path: Path) -> Given:
    """The configuration at ``path`` and the cadences it names.  Raises ``ConfigError`` for the mistakes of either."""
    try:
        # At the start a copy of this process will do, which has most of what it needs already.  Beside other threads a
        # copy could find locks that nobody opens any more.
        sent = _copy(path) if threading.active_count() == 1 else _another(path)
        found = pickle.loads(sent)  # noqa: S301 - our own child wrote it
    except (OSError, subprocess.SubprocessError, pickle.UnpicklingError, EOFError):
        # No room for a process, or none allowed: it costs memory, nothing else.
        return read_here(path)
    if isinstance(found, CalsyncError):
        raise found
    assert isinstance(found, Given)  # noqa: S101 - ``send`` sends one of the two
    return found


def _copy(path: Path) -> bytes:
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            send(str(path), sending)
        finally:
            os._exit(0)  # whatever happened, nothing of what the parent would do at its end is done here
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        sent = pipe.read()
    os.waitpid(child, 0)
    return sent


def _another(path: Path) -> bytes:
    # -P: a file in the folder that we were started from must not stand in for a module.
    command = [sys.executable, "-P", "-c", _PROGRAM, str(path)]
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=SECONDS,
    ).stdout


def read_here(path: Path) -> Given:
    """The same in this process."""
    from calsync import cadences, config

    settings = config.load(path)
    return Given(settings, cadences.load([settings.cadence_folder] if settings.cadence_folder else []))


def send(path: str, to: int) -> None:
    """The child's part: what was read, or what is wrong with it, to a file descriptor."""
    found: Given | CalsyncError
    try:
        found = read_here(Path(path))
    except CalsyncError as error:
        found = error
    with os.fdopen(to, "wb") as pipe:
        pickle.dump(found, pipe)
