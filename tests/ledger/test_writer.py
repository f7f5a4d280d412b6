"""The id by which two copies of calsync tell each other apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from calsync.ledger import Ledger, writer_id, writes_since

NOW = datetime(2026, 10, 26, 18, 30, tzinfo=UTC)


def test_a_ledger_is_one_writer_as_long_as_it_stays_on_its_machine(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.write_text("1234\n")
    there.write_text("5678\n")
    ledger = Ledger(tmp_path / "ledger.db")
    first = writer_id(ledger, NOW, here)
    ledger.close()
    again = Ledger(tmp_path / "ledger.db")
    assert writer_id(again, NOW, here) == first
    copied = writer_id(again, NOW, there)
    assert copied != first
    assert writer_id(again, NOW, there) == copied
    again.close()


def test_two_ledgers_are_two_writers() -> None:
    one, other = Ledger(":memory:"), Ledger(":memory:")
    assert writer_id(one, NOW) != writer_id(other, NOW)


def test_a_machine_without_an_id_has_writers_all_the_same(tmp_path: Path) -> None:
    ledger = Ledger(":memory:")
    assert writer_id(ledger, NOW, tmp_path / "none") == writer_id(ledger, NOW, tmp_path / "none")


def test_a_writer_keeps_from_when_on_it_writes(tmp_path: Path) -> None:
    ledger = Ledger(":memory:")
    writer_id(ledger, NOW, tmp_path / "none")
    writer_id(ledger, NOW + timedelta(days=1), tmp_path / "none")
    assert writes_since(ledger) == NOW
    (tmp_path / "some").write_text("1234\n")
    writer_id(ledger, NOW + timedelta(days=2), tmp_path / "some")
    assert writes_since(ledger) == NOW + timedelta(days=2)
