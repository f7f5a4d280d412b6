"""The ledger: durable facts, what can be lost, one instance at a time, and errors in words."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calsync.calendars.base import Seen
from calsync.errors import LedgerError, LedgerLocked
from calsync.ledger import Cache, CalendarRow, Decision, Face, Intent, Ledger, Row, Status, holder, live_slots, locked
from calsync.ledger.sql import migrations, queries

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
FACE = Face("Call Dana", "2026-11-27T22:10:00+00:00", "2026-11-27T22:20:00+00:00", "abc", "hm?", "notes\nof mine")
ROW = Row("uid1", "mark1", Status.LIVE, FACE, "uid1.ics", '"1"', "f", "Call Dana", ("because", "and so"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


def test_a_row_comes_back_as_it_was_also_with_an_intent(path: Path) -> None:
    pending = replace(ROW, uid="uid2", intent=Intent.UPDATE, intended=replace(FACE, title="OVERDUE"))
    ledger = Ledger(path)
    ledger.put("callbacks", ROW, NOW)
    ledger.put("callbacks", pending, NOW)
    ledger.put("other", ROW, NOW)
    ledger.close()
    again = Ledger(path)
    assert again.rows("callbacks") == {"uid1": ROW, "uid2": pending}
    assert again.rows("callbacks")["uid1"].updated_at == NOW
    again.drop("callbacks", "uid1")
    assert set(again.rows("callbacks")) == {"uid2"}
    assert set(again.rows("other")) == {"uid1"}
    again.close()


def test_many_rows_come_back_as_they_were(path: Path) -> None:
    rows = [replace(ROW, uid=f"uid{number}") for number in range(3)]
    ledger = Ledger(path)
    ledger.put("callbacks", replace(ROW, heard="vm"), NOW)
    with ledger.batch():
        ledger.put_all("callbacks", rows, NOW)
        ledger.put_all("callbacks", [], NOW)
    ledger.close()
    assert Ledger(path).rows("callbacks") == {row.uid: row for row in rows}


def test_live_slots_leave_out_what_is_gone_and_all_day_notices() -> None:
    gone = replace(ROW, mark="m2", status=Status.REMOVED)
    notice = replace(ROW, mark="m3", face=replace(FACE, start="2026-11-25", end="2026-11-26"))
    assert list(live_slots([ROW, gone, notice])) == ["mark1"]


def test_decisions_settings_calendars_sources(path: Path) -> None:
    ledger = Ledger(path)
    moved = Decision("m", "moved", "callbacks", NOW, NOW, NOW + timedelta(minutes=10))
    ledger.decide(moved)
    ledger.decide(Decision("m", "waived", "callbacks", NOW))
    ledger.forget("m", "waived")
    assert ledger.decisions() == (moved,)
    ledger.put_setting("rep", "tasha-lane")
    assert (ledger.setting("rep"), ledger.setting("nothing", "else")) == ("tasha-lane", "else")
    state = CalendarRow("callbacks", "ok", "", NOW)
    ledger.put_calendar(state)
    assert ledger.calendars() == {"callbacks": state}
    ledger.put_sources({"a.csv": 3})
    ledger.put_sources({"a.csv": 4})
    assert ledger.sources() == {"a.csv": 4}
    ledger.close()


def test_a_batch_is_all_or_nothing(path: Path) -> None:
    ledger = Ledger(path)

    def half() -> None:
        with ledger.batch():
            ledger.put("callbacks", ROW, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert ledger.rows("callbacks") == {}
    ledger.close()


def test_migrations_are_numbered_without_a_gap_and_queries_are_used_by_name() -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))
    assert {"events", "put_event", "decisions"} <= set(queries())


def test_a_ledger_of_a_newer_calsync_is_left_alone(path: Path) -> None:
    Ledger(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(LedgerError, match="newer calsync") as caught:
        Ledger(path)
    assert "newer" in caught.value.hint


def test_a_damaged_ledger_names_the_way_back(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(LedgerError, match="damaged") as caught:
        Ledger(path)
    assert "mv " in caught.value.hint


def test_a_ledger_that_another_program_holds_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calsync.ledger.store.BUSY_SECONDS", 0.05)
    ledger = Ledger(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LedgerError, match="locked by another program"):
        ledger.put("callbacks", ROW, NOW)
    other.close()
    ledger.put("callbacks", ROW, NOW)
    ledger.close()


def _fill(path: Path) -> None:
    """A disk that is full, as the ledger sees it: no file may grow past a limit."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    ledger = Ledger(path)
    try:
        for number in range(10_000):
            ledger.put("callbacks", replace(ROW, uid=f"uid{number}"), NOW)
    except LedgerError as error:
        os._exit(7 if "disk" in error.message and error.hint else 8)
    os._exit(9)


def test_a_full_disk_is_said_and_what_was_written_is_kept(path: Path) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_fill, args=(path,))
    child.start()
    child.join(60)
    assert child.exitcode == 7
    ledger = Ledger(path)
    assert len(ledger.rows("callbacks")) > 10
    ledger.close()


def test_one_instance_at_a_time_and_the_holder_is_named(path: Path) -> None:
    with locked(path):
        assert f"pid {os.getpid()} on " in holder(path)
        assert "since" in holder(path)
        with pytest.raises(LedgerLocked, match=f"pid {os.getpid()} on"), locked(path):
            pass
    with locked(path):
        pass


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError) as caught, locked(tmp_path / "file" / "ledger.db"):
        pass
    assert "writable" in caught.value.hint


SEEN = Seen("uid1", "mark1", "uid1.ics", '"1"', "Call Dana", "text", NOW, NOW, (10, 0), NOW, "raw")


def test_the_cache_gives_back_what_it_was_given_at_that_etag_only(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c")
    cache.put_seen("callbacks", [SEEN])
    assert cache.seen("callbacks", "uid1", '"1"') == SEEN
    assert cache.seen("callbacks", "uid1", '"2"') is None
    assert cache.seen("callbacks", "uid1", "") is None
    cache.close()


def test_a_damaged_or_foreign_cache_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"no database at all" * 300)
    cache = Cache(tmp_path / "c")
    cache.put_token("callbacks", "t1")
    cache.close()
    db = sqlite3.connect(tmp_path / "c")
    db.execute("PRAGMA user_version = 99")
    db.close()
    cache = Cache(tmp_path / "c")
    assert cache.token("callbacks") is None
    cache.close()


def test_what_was_written_after_the_token_was_taken_is_expected_to_show_up(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c")
    cache.put_written("callbacks", ["uid1"], [])
    assert cache.echoes("callbacks") == {"uid1"}
    cache.put_token("callbacks", "t2")
    assert cache.echoes("callbacks") == frozenset()
    cache.close()
