"""What a person's own program does to a file in the very moment in which calsync writes it is kept.

The moments are those at which the calendar compares what it read with what it was given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from calsync.calendars.base import Seen
from calsync.calendars.folder import FolderCalendar
from calsync.errors import Gone, Stale
from tests.sync.given import CHICAGO, entry


class Watched(str):
    """A text that has somebody act once it was compared so many times."""

    left: int
    act: Callable[[], None]
    __hash__ = str.__hash__

    def __ne__(self, other: object) -> bool:
        differs = str.__ne__(self, other)
        self.left -= 1
        if not self.left:
            self.act()
        return bool(differs)


class Known(Mapping[str, str]):
    """What the ledger knows; somebody acts when it is first asked."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def __getitem__(self, name: str) -> str:
        self._act()
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 1


@pytest.fixture
def calendar(tmp_path: Path) -> FolderCalendar:
    return FolderCalendar("callbacks", tmp_path / "calendar", zone=CHICAGO)


def written(calendar: FolderCalendar) -> tuple[Seen, Path]:
    receipt = calendar.create(entry())
    seen = calendar.get(entry().uid)
    assert seen is not None
    return seen, calendar.path / receipt.href


def after(comparisons: int, act: Callable[[], None], seen: Seen) -> Seen:
    watched = Watched(seen.raw)
    watched.left, watched.act = comparisons, act
    return replace(seen, raw=watched)


def edited(file: Path) -> Callable[[], None]:
    """A program that writes beside the file and renames, as editors do."""

    def act() -> None:
        new = file.with_name("new")
        new.write_bytes(file.read_bytes().replace(b"SUMMARY:", b"SUMMARY:vm "))
        new.replace(file)

    return act


@pytest.mark.parametrize("comparisons", [1, 2])
def test_an_edit_after_we_looked_is_not_written_over(calendar: FolderCalendar, comparisons: int) -> None:
    seen, file = written(calendar)
    with pytest.raises(Stale):
        calendar.update(replace(entry(), title="OVERDUE"), after(comparisons, edited(file), seen))
    assert b"SUMMARY:vm " in file.read_bytes()
    assert [path.name for path in calendar.path.iterdir()] == [file.name]


@pytest.mark.parametrize("comparisons", [1, 2])
def test_an_event_removed_after_we_looked_is_not_brought_back(calendar: FolderCalendar, comparisons: int) -> None:
    seen, file = written(calendar)
    with pytest.raises(Gone):
        calendar.update(replace(entry(), title="OVERDUE"), after(comparisons, file.unlink, seen))
    assert list(calendar.path.iterdir()) == []


def test_an_edit_after_we_looked_is_not_deleted(calendar: FolderCalendar) -> None:
    seen, file = written(calendar)
    with pytest.raises(Stale):
        calendar.delete(after(1, edited(file), seen))
    assert b"SUMMARY:vm " in file.read_bytes()
    assert [path.name for path in calendar.path.iterdir()] == [file.name]


def test_an_event_edited_and_then_removed_while_we_looked_is_gone_at_the_next_look(calendar: FolderCalendar) -> None:
    seen, file = written(calendar)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    token = calendar.changes(None).token
    edited(file)()
    os.utime(file, (1_700_000_060, 1_700_000_060))
    found = calendar.changes(token, Known(lambda: file.unlink(missing_ok=True)))
    assert calendar.changes(found.token).gone == (seen.href,)
