"""The file that a run leaves: it says what status would work out, and no longer than it is true."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calsync.health import health_path, stored
from tests.cli.conftest import Run

CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture
def ledger(rep: Path) -> Path:
    """The ledger of a rep who called yesterday, by the machine's own clock: status without --at reads that clock."""
    yesterday = datetime.now(CHICAGO).replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=1)
    head = "at,contact,direction,channel,outcome,promise,note\n"
    rows = f"{yesterday:%Y-%m-%dT%H:%M},dana,outbound,call,left_voicemail,in 6 days,\n"
    (rep / "attempts.csv").write_text(head + rows)
    return rep / "state" / "calsync" / "tasha-lane" / "ledger.db"


def test_status_is_the_same_from_the_file_and_from_everything_read_again(calsync: Run, ledger: Path) -> None:
    assert calsync("sync").code == 0
    kept, words = calsync("status", "--json"), calsync("status")
    assert stored(ledger, datetime.now(CHICAGO)) == kept.json
    health_path(ledger).unlink()
    assert calsync("status", "--json").json == kept.json
    assert calsync("status").out == words.out
    assert (kept.json["open"], kept.json["next_call"]["contact_name"]) == (1, "Dana Levy")


@pytest.mark.parametrize("name", ["calsync.toml", "contacts.csv", "attempts.csv"])
def test_it_no_longer_holds_when_a_file_changed(calsync: Run, rep: Path, ledger: Path, name: str) -> None:
    calsync("sync")
    with (rep / name).open("a") as file:
        file.write("\n")
    assert stored(ledger, datetime.now(CHICAGO)) is None


def test_it_no_longer_holds_when_an_outcome_was_recorded(calsync: Run, ledger: Path) -> None:
    calsync("sync")
    calsync("log", "dana", "spoke")
    assert stored(ledger, datetime.now(CHICAGO)) is None
    assert calsync("status", "--json").json["open"] == 0


def test_it_holds_no_longer_than_time_leaves_it_true(calsync: Run, ledger: Path) -> None:
    calsync("sync")
    now = datetime.now(CHICAGO)
    assert stored(ledger, now) is not None
    assert stored(ledger, now + timedelta(days=2)) is None
    assert stored(ledger, now - timedelta(days=2)) is None, "the clock was set back"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"since": 1}', '{"since": "", "until": "9", "files": [[]]}'])
def test_a_damaged_file_is_as_good_as_none(calsync: Run, ledger: Path, text: str) -> None:
    calsync("sync")
    health_path(ledger).write_text(text)
    assert stored(ledger, datetime.now(CHICAGO)) is None
    assert calsync("status").code == 0


def test_it_is_the_reps_own_to_read(calsync: Run, ledger: Path) -> None:
    calsync("sync")
    assert health_path(ledger).stat().st_mode & 0o777 == 0o600
    assert json.loads(health_path(ledger).read_text())["status"]["open"] == 1


def test_a_dry_run_leaves_none(calsync: Run, ledger: Path) -> None:
    calsync("sync", "--dry-run")
    assert not health_path(ledger).exists()


def test_a_log_that_is_not_believed_is_told_until_a_person_says_yes(calsync: Run, rep: Path, ledger: Path) -> None:
    """The calls that are owed by the shrunken log are not all there is to tell."""
    log = rep / "attempts.csv"
    head, row = log.read_text().splitlines(keepends=True)
    log.write_text(head + row + "".join(row.replace(":00,", f":{minute},") for minute in range(10, 18)))
    calsync("sync")
    log.write_text(head + row)
    assert calsync("sync").code == 1
    told = calsync("status")
    assert told.code == 0
    assert "attempts.csv: refused: attempts.csv had 9 rows and now has 1: nothing was deleted" in told.out
    assert "calsync sync --confirm" in told.out
    calsync("sync", "--confirm")
    assert "refused" not in calsync("status").out
