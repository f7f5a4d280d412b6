"""The id by which two copies of calsync tell each other apart."""

from __future__ import annotations

from pathlib import Path

from calsync.ledger import Ledger, writer_id


def test_a_ledger_is_one_writer_as_long_as_it_stays_on_its_machine(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.write_text("1234\n")
    there.write_text("5678\n")
    ledger = Ledger(tmp_path / "ledger.db")
    first = writer_id(ledger, here)
    ledger.close()
    again = Ledger(tmp_path / "ledger.db")
    assert writer_id(again, here) == first
    copied = writer_id(again, there)
    assert copied != first
    assert writer_id(again, there) == copied
    again.close()


def test_two_ledgers_are_two_writers() -> None:
    one, other = Ledger(":memory:"), Ledger(":memory:")
    assert writer_id(one) != writer_id(other)


def test_a_machine_without_an_id_has_writers_all_the_same(tmp_path: Path) -> None:
    ledger = Ledger(":memory:")
    assert writer_id(ledger, tmp_path / "none") == writer_id(ledger, tmp_path / "none")
