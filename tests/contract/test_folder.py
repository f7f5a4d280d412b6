"""The contract, kept by a folder of .ics files."""

from __future__ import annotations

from pathlib import Path

import pytest

from calsync.calendars.folder import FolderCalendar
from tests.contract.ics_suite import TextContract
from tests.contract.person import CHICAGO, TextPerson, World


class FolderPerson(TextPerson):
    """Somebody with khal or a text editor: writes into the files as they are."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def hrefs(self) -> list[str]:
        return sorted(path.name for path in self._path.glob("*.ics"))

    def load(self, href: str) -> str:
        return (self._path / href).read_bytes().decode()

    def store(self, href: str, text: str) -> None:
        self._path.mkdir(exist_ok=True)
        (self._path / href).write_bytes(text.encode())

    def discard(self, href: str) -> None:
        (self._path / href).unlink()


class TestFolder(TextContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        path = tmp_path / "calendar"
        return World(lambda: FolderCalendar("folder", path, zone=CHICAGO), FolderPerson(path))
