"""Kill -9 between any two steps of a run, on every kind of calendar: the next run converges, nothing is doubled (G4).

The run under test has everything in it: an outcome that the rep wrote on an event, a moved event, an update, a
create, a delete, and a contact who asked not to be called.
"""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.rep import Rep, at
from tests.e2e.worlds import KINDS, World, world, write
from tests.servers.running import PASSWORD

CONTACTS = "id,name,phone,region\n" + "".join(
    f"{name.lower()},{name} Archer,+1 312 555 010{digit},US-IL\n"
    for digit, name in enumerate(("Ann", "Bob", "Cat", "Dan", "Eve", "Fay"))
)
MONDAY = at("2026-10-26 18:30")
TUESDAY = "2026-10-27T18:30:00-05:00"


@pytest.fixture(scope="module", params=KINDS)
def calendar(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(request.param, tmp_path_factory.mktemp(request.param)) as ready:
        yield ready


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALSYNC_TEST_PASSWORD", PASSWORD)


def _monday(folder: Path, table: str) -> Rep:
    """Everything is in order on Monday evening; then the person and the log go on."""
    rep = Rep(folder, table, contacts=CONTACTS)
    rep.log(
        "2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,",
        "2026-10-26T10:10,bob,outbound,call,left_voicemail,by Friday,",
        "2026-10-26T10:20,cat,outbound,call,left_voicemail,by Friday,",
        "2026-10-26T10:30,dan,outbound,call,left_voicemail,by Friday,",
        "2026-10-26T10:40,eve,outbound,call,left_voicemail,by Friday,",
    )
    rep.run(MONDAY)
    write(rep, "Ann", title=f"vm by thursday {rep.event('Ann').title}")
    write(rep, "Bob", start=at("2026-10-29 11:00"), end=at("2026-10-29 11:10"))
    rep.close()
    rep.log(
        "2026-10-27T10:20,cat,inbound,call,connected,,",  # released: removed
        "2026-10-27T10:30,dan,inbound,call,do_not_call,,",  # everything of his goes
        "2026-10-27T10:40,eve,outbound,call,left_voicemail,by Thursday,",  # superseded: one removed, one made
        "2026-10-27T10:50,fay,outbound,call,connected,Wednesday at 3pm,",  # made
    )
    return rep


def _killed_at(rep: Rep, step: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.e2e.killed", str(rep.configuration), TUESDAY, str(step)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=Path(__file__).parents[2]
    )


EXPECTED = ["Ann Thu 29 Oct", "Bob Thu 29 Oct", "Eve Thu 29 Oct", "Fay Wed 28 Oct"]


@pytest.mark.servers
@pytest.mark.usefixtures("password")
def test_g4_killed_between_any_two_steps(calendar: World, tmp_path: Path) -> None:
    table, empty = calendar.table, calendar.empty
    step, steps = 0, 1
    while step < steps:
        step += 1
        empty()
        rep = _monday(tmp_path / f"rep-{step}", table)
        done = _killed_at(rep, step)
        assert done.returncode == -signal.SIGKILL, (step, done.stdout, done.stderr)
        if step == 1:
            steps = _count(tmp_path / "whole", table, empty)
            empty()
            rep = _monday(tmp_path / "rep-1-again", table)
            _killed_at(rep, step)
        tuesday = datetime.fromisoformat(TUESDAY) + timedelta(minutes=1)
        rep.run(tuesday)
        again = rep.run(tuesday + timedelta(minutes=1))
        assert again.written == 0, (step, done.stdout, again.actions)
        shown = [line for line in rep.shown() if not line.startswith("✓")]
        assert shown == EXPECTED, (step, done.stdout)
        assert _recorded(rep) == [("ann", "left_voicemail", "by thursday")], (step, done.stdout)
        rep.close()
    assert step > 15


def _count(folder: Path, table: str, empty: Callable[[], None]) -> int:
    """How many steps the run has when nobody kills it."""
    empty()
    rep = _monday(folder, table)
    whole = _killed_at(rep, 0)
    assert whole.returncode == 0, whole.stderr
    return len(whole.stdout.splitlines())


def _recorded(rep: Rep) -> list[tuple[str, str, str]]:
    """Every row of calsync's own log."""
    with (rep.folder / "attempts.calsync.csv").open(encoding="utf-8") as log:
        return [(row["contact"], row["outcome"], row["promise"]) for row in csv.DictReader(log)]
