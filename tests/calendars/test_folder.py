"""The folder of .ics files: what a poll costs, what a crash leaves, what other programs do."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from calsync.calendars import ics
from calsync.calendars.base import Receipt
from calsync.calendars.folder import FolderCalendar, sweep
from calsync.errors import Refused, Taken, Unreachable
from tests.contract.person import CHICAGO
from tests.contract.suite import NINE, assert_says, entry, listed, only


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calendar"


def opened(path: Path) -> FolderCalendar:
    return FolderCalendar("callbacks", path, zone=CHICAGO)


def settle(path: Path) -> None:
    """Let the files be older than a tick of the clock."""
    for file in path.glob("*.ics"):
        stat = file.stat()
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns - 10**10 - 1))


def test_nothing_changed_reads_no_body(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = opened(path)
    for number in range(5):
        calendar.create(entry(number))
    settle(path)
    token = calendar.changes(None).token
    read: list[Path] = []
    monkeypatch.setattr("calsync.calendars.folder._read", read.append)
    for each in (calendar, opened(path)):
        assert each.changes(token).token == token
    assert read == []


@pytest.mark.parametrize("later", [0.0, 0.05])
def test_a_file_changed_in_place_within_one_tick_is_found(path: Path, later: float) -> None:
    """The same size, the same inode, and the clock of the file system did not move on."""
    calendar = opened(path)
    file = path / calendar.create(entry(title="Call Pat")).href
    file.touch()  # as young as can be, however long the disk took over the write
    token, known = listed(calendar.changes(None))
    stat = file.stat()
    with file.open("r+b") as handle:
        handle.write(file.read_bytes().replace(b"Call Pat", b"Call Joe"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    time.sleep(later)
    assert only(opened(path).changes(token, known).seen).title == "Call Joe"


def test_a_mere_touch_is_no_conflict(path: Path) -> None:
    calendar = opened(path)
    receipt = calendar.create(entry())
    seen = calendar.get(entry().uid)
    assert seen is not None
    (path / receipt.href).touch()
    calendar.update(entry(title="new"), seen)


def test_files_of_other_programs_are_left_alone(path: Path) -> None:
    path.mkdir()
    others = {
        "notes.txt": "x",
        ".hidden.ics": "y",
        "half.ics": "BEGIN:VCALENDAR\nBEGIN:VEV",
        "empty.ics": "",
        "color": "#f00",
    }
    for name, text in others.items():
        (path / name).write_text(text)
    (path / "binary.ics").write_bytes(bytes(range(256)))
    calendar = opened(path)
    calendar.create(entry())
    changes = calendar.changes(None)
    assert only(changes.seen).uid == entry().uid
    assert changes.problems == ()
    assert calendar.busy(NINE, NINE.replace(hour=18)) == ()
    assert {name: (path / name).read_text() for name in others} == others


def test_a_half_written_event_of_ours_is_told_and_not_taken_for_deleted(path: Path) -> None:
    calendar = opened(path)
    receipt = calendar.create(entry())
    token = calendar.changes(None).token
    file = path / receipt.href
    file.write_bytes(file.read_bytes()[:-40])
    changes = calendar.changes(token)
    assert (changes.gone, changes.same) == ((), (receipt.href,))
    assert len(changes.problems) == 1


def test_no_temporary_file_is_left(path: Path) -> None:
    calendar = opened(path)
    calendar.create(entry())
    with pytest.raises(Taken):
        calendar.create(entry())
    seen = calendar.get(entry().uid)
    assert seen is not None
    calendar.update(entry(title="new"), seen)
    assert [each.name for each in path.iterdir()] == [f"{entry().uid}.ics"]


def test_what_a_killed_run_left_behind_is_swept_up_later(path: Path) -> None:
    path.mkdir()
    old, young, theirs = path / ".calsync-a.tmp", path / ".calsync-b.tmp", path / ".other.tmp"
    for each in (old, young, theirs):
        each.write_text("half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    os.utime(theirs, (time.time() - 7200, time.time() - 7200))
    sweep(path)
    assert sorted(each.name for each in path.iterdir()) == [".calsync-b.tmp", ".other.tmp"]


def test_a_renamed_file_is_found_by_its_uid(path: Path) -> None:
    calendar = opened(path)
    receipt = calendar.create(entry())
    (path / receipt.href).rename(path / "from-backup.ics")
    for each in (calendar, opened(path)):
        assert assert_says(each.get(entry().uid), entry()).href == "from-backup.ics"
    polled = opened(path)
    token = polled.changes(None).token
    with pytest.raises(Taken):
        polled.create(entry())
    assert polled.changes(token).gone == ()


def test_a_folder_that_went_away_is_told_and_not_made_anew(path: Path) -> None:
    calendar = opened(path)
    calendar.create(entry())
    token = calendar.changes(None).token
    path.rename(path.with_name("unmounted"))
    for each in (calendar, opened(path)):
        with pytest.raises(Unreachable, match="not there") as caught:
            each.changes(token)
        assert "mounted" in caught.value.hint
    with pytest.raises(Unreachable):
        calendar.create(entry(2))
    assert not path.exists()


def test_a_file_where_the_folder_should_be(path: Path) -> None:
    path.write_text("not a folder")
    with pytest.raises((Unreachable, Refused)):
        opened(path).changes(None)


def test_a_full_disk_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = opened(path)
    calendar.create(entry(1))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Refused, match="disk is full"):
        calendar.create(entry(2))
    monkeypatch.undo()
    assert [each.name for each in path.iterdir()] == [f"{entry(1).uid}.ics"]


def test_an_update_is_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = opened(path)
    receipt = calendar.create(entry())
    seen = calendar.get(entry().uid)
    assert seen is not None
    before = (path / receipt.href).read_bytes()

    def broken(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(Unreachable):
        calendar.update(entry(title="new"), seen)
    assert (path / receipt.href).read_bytes() == before


def test_many_are_written_together_and_each_is_answered_for_itself(path: Path) -> None:
    calendar = opened(path)
    calendar.create(entry(2))
    results = list(calendar.create_all([entry(1), entry(2, title="Another"), entry(3)]))
    assert [type(one) for one in results] == [Receipt, Taken, Receipt]
    assert sorted(one.name for one in path.iterdir()) == sorted(f"{entry(n).uid}.ics" for n in (1, 2, 3))
    again = calendar.changes(None, {one.href: one.etag for one in results if isinstance(one, Receipt)})
    assert [one.title for one in again.seen] == [entry(2).title]


def test_one_file_that_cannot_be_written_stops_none_of_those_beside_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def broken(source: str, target: str, **options: Any) -> None:
        if target == f"{entry(2).uid}.ics":
            raise OSError(28, "No space left on device")
        link(source, target, **options)

    monkeypatch.setattr(os, "link", broken)
    results = list(opened(path).create_all([entry(1), entry(2), entry(3)]))
    assert [type(one) for one in results] == [Receipt, Refused, Receipt]
    assert sorted(one.name for one in path.iterdir()) == sorted(f"{entry(n).uid}.ics" for n in (1, 3))


def test_a_file_system_without_links_still_refuses_a_second(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", unsupported)
    calendar = opened(path)
    calendar.create(entry())
    with pytest.raises(Taken):
        calendar.create(entry())
    assert_says(calendar.get(entry().uid), entry())


def test_names_in_the_token_may_be_anything(path: Path) -> None:
    path.mkdir()
    (path / 'ünï, "quoted" 🙂.ics').write_text(ics.render(entry(), NINE), newline="")
    calendar = opened(path)
    token, known = listed(calendar.changes(None))
    assert len(known) == 1
    assert opened(path).changes(token, known).seen == ()
