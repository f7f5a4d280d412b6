"""``verify`` finds and mends what is ours; ``purge`` takes back everything of ours and nothing else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from calsync.upkeep import ours, purge, verify
from tests.e2e.rep import Rep, at
from tests.e2e.worlds import as_entry, eyes, write

NOW = at("2026-10-27 09:00")

pytestmark = pytest.mark.servers


def test_all_is_well(rep: Rep) -> None:
    (checked,) = verify(rep.office, NOW)
    assert (checked.events, checked.findings, checked.copies, checked.error) == (2, (), (), None)


def test_damaged_text_is_found_and_mended_and_notes_and_times_stay(rep: Rep) -> None:
    seen = rep.event("Ann")
    torn = seen.description.replace("AFTER THE CALL", "AFTR TH CLL").rstrip() + "\nmy own note\n"
    write(rep, "Ann", description=torn, start=at("2026-10-29 15:00"), end=at("2026-10-29 15:10"))
    (checked,) = verify(rep.office, NOW)
    assert [one.mark for one in checked.findings] == [seen.mark]
    (mended,) = verify(rep.office, NOW, repair=True)
    assert mended.repaired == 1
    after = rep.event("Ann")
    assert "AFTER THE CALL" in after.description
    assert "AFTR TH CLL" not in after.description.split("your notes")[0]
    assert "my own note" in after.description
    assert after.start == at("2026-10-29 15:00")


def test_missing_and_unknown_events_are_named(rep: Rep) -> None:
    eyes(rep).delete(rep.event("Ann"))
    rep.office.ledger.drop("callbacks", rep.event("Bob").uid)
    rep.close()
    (checked,) = verify(rep.office, NOW)
    assert sorted(one.message for one in checked.findings) == [
        "is in the ledger and not on the calendar",
        "is on the calendar and not in the ledger; the next sync adopts it",
    ]


@pytest.mark.parametrize("ledger", ["kept", "lost"])
def test_purge_takes_back_all_of_ours_and_nothing_else(rep: Rep, ledger: str) -> None:
    foreign = replace(as_entry(rep.event("Ann")), uid="0123456789abcdefghij0000", mark="someone-elses", title="Dentist")
    if ledger == "lost":
        rep.close()
        shutil.rmtree(rep.folder / "state")
    assert ours(rep.office) == {"callbacks": 2}
    (purged,) = purge(rep.office)
    assert (purged.removed, purged.error) == (2, None)
    assert foreign.title not in rep.shown()
    assert rep.events() == []
    assert rep.log_file.exists()
    rep.run(NOW + timedelta(minutes=1))
    assert len(rep.events()) == 2
