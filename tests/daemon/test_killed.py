"""Killed at random moments under load, started again at once: nothing lost, nothing doubled.

``make kills`` does it 200 times, as often as a year of bad luck.
"""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from calsync.ledger import Intent, Ledger
from tests.daemon.given import CONTACTS, ROOT, daemon, promise
from tests.daemon.load import Events, FolderEvents, Load, ServerEvents, contacts, is_over, number_in, start_of
from tests.e2e.rep import FOLDER, Rep, caldav
from tests.servers.running import radicale_server, running

KILLS = int(os.environ.get("CALSYNC_KILLS", "20"))
MOST_ROWS = 600
# One fixture serves them all: they stay together when tests are spread over several processes.
pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.xdist_group("killed")]

SEED = int(os.environ.get("CALSYNC_SEED", "2026"))


@dataclass(frozen=True)
class Survived:
    """A rep after many kills and one quiet run: what the load did, and what stands now."""

    rep: Rep
    load: Load
    calendars: dict[str, list[str]]
    """The texts of all callbacks, by the name of the calendar."""
    plan: dict[str, Any]
    recorded: list[dict[str, str]]
    """The rows of calsync's own log."""
    again: dict[str, Any]
    """What one more run did."""


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survived]:
    folder = tmp_path_factory.mktemp("killed")
    with running(radicale_server(folder / "server")) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CALSYNC_TEST_PASSWORD", server.password)
        server_calendar = caldav(server.url, server.user).replace('"callbacks"', '"server"')
        rep = Rep(folder / "rep", FOLDER + server_calendar, contacts=contacts(MOST_ROWS))
        events: dict[str, Events] = {"callbacks": FolderEvents(rep.folder / "calendar"), "server": ServerEvents(server)}
        stands = partial(heard, rep.folder / "state" / "ledger.db", {id(one): name for name, one in events.items()})
        load = Load(rep.log_file, list(events.values()), MOST_ROWS, SEED, stands)
        load.start()
        try:
            kill_again_and_again(rep, load, folder / "said.txt")
        finally:
            load.stop()
        with daemon(rep) as last:
            asked = calsync(rep, "sync", "--json")
            again = calsync(rep, "sync", "--json")
            assert last.stop() == 0, last.said
        assert asked["refused"] == [], asked
        texts = {name: [one.load(file) for file in one.names()] for name, one in events.items()}
        with (rep.folder / "attempts.calsync.csv").open(encoding="utf-8", newline="") as file:
            recorded = list(csv.DictReader(file))
        calls = {name: [text for text in found if "notice-" not in text] for name, found in texts.items()}
        yield Survived(rep, load, calls, calsync(rep, "plan", "--json"), recorded, again)
        rep.close()


def heard(ledger: Path, names: dict[int, str], events: Events, file: str) -> bool:
    """Whether calsync heard that it had created an event."""
    book = Ledger(ledger, read_only=True)
    try:
        row = book.rows(names[id(events)]).get(Path(file).stem)
        return row is not None and row.status.present and row.intent is Intent.NONE
    finally:
        book.close()


def kill_again_and_again(rep: Rep, load: Load, said: Path) -> None:
    """One in eight dies while it starts, three soon after that, four after so and so many writes."""
    dice = random.Random(SEED)
    command = [sys.executable, "-m", "calsync.cli.main", "run", "--config", str(rep.configuration)]
    for _ in range(KILLS):
        begun = said.stat().st_size if said.exists() else 0
        with said.open("ab") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, cwd=ROOT)
        way = dice.randrange(8)
        if way > 0:
            wait(lambda: b"calsync is up" in said.read_bytes()[begun:], 60)  # noqa: B023 - called at once
        if way > 3:
            enough = load.written() + dice.randint(1, 5)
            wait(lambda: load.written() >= enough, 4)  # noqa: B023 - called at once
        time.sleep(dice.uniform(0.0, 0.03 if way > 3 else 0.7))
        assert process.poll() is None, said.read_text()[-500:]
        process.send_signal(signal.SIGKILL)
        process.wait()
        load.killed()


def wait(truth: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not truth() and time.monotonic() < until:
        time.sleep(0.005)


def calsync(rep: Rep, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "calsync.cli.main", *arguments, "--config", str(rep.configuration)],
        capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def live(texts: list[str]) -> Counter[int]:
    """How many live events each contact has."""
    return Counter(number for text in texts if not is_over(text) and (number := number_in(text)) is not None)


def test_the_load_was_one(survived: Survived) -> None:
    """What follows is worth nothing unless much was going on."""
    assert len(survived.load.rows) >= min(KILLS * 3, MOST_ROWS)
    assert len(set(survived.load.done.values())) == 4
    assert len(survived.load.done) >= KILLS // 2


def test_every_row_logged_is_there_as_it_was_written(survived: Survived) -> None:
    header, *rows = survived.rep.log_file.read_text(encoding="utf-8").splitlines()
    assert header.startswith("at,contact")
    assert rows == survived.load.rows


@pytest.mark.parametrize("calendar", ["callbacks", "server"])
def test_every_commitment_has_exactly_one_live_event(survived: Survived, calendar: str) -> None:
    gone = {number for number, mark in survived.load.done.items() if mark in ("sold", "deleted")}
    assert live(survived.calendars[calendar]) == Counter(set(range(len(survived.load.rows))) - gone)


@pytest.mark.parametrize("calendar", ["callbacks", "server"])
def test_no_event_is_there_twice_and_none_without_a_commitment(survived: Survived, calendar: str) -> None:
    texts = survived.calendars[calendar]
    uids = [line for text in texts for line in text.splitlines() if line.startswith("UID:")]
    assert len(uids) == len(set(uids))
    owed = {
        f"UID:{one['entry']['uid']}@calsync" for one in survived.plan["commitments"] if one["slot"] and one["entry"]
    }
    standing = {
        next(line for line in text.splitlines() if line.startswith("UID:")) for text in texts if not is_over(text)
    }
    assert standing == owed


def test_every_outcome_written_on_an_event_is_one_row_of_the_log(survived: Survived) -> None:
    words = {"sold": "sold", "vm": "left_voicemail"}
    written = {f"p{number}": words[mark] for number, mark in survived.load.done.items() if mark in words}
    assert sorted((row["contact"], row["outcome"]) for row in survived.recorded) == sorted(written.items())
    assert len({row["id"] for row in survived.recorded}) == len(survived.recorded)


@pytest.mark.parametrize("calendar", ["callbacks", "server"])
def test_every_event_that_was_moved_stands_where_it_was_moved_to(survived: Survived, calendar: str) -> None:
    found = {number_in(text): start_of(text) for text in survived.calendars[calendar] if not is_over(text)}
    assert {number: found[number] for number in survived.load.moved_to} == survived.load.moved_to


def test_every_event_that_was_deleted_is_waived_and_stays_away(survived: Survived) -> None:
    waived = {one["contact_id"] for one in survived.plan["commitments"] if one["state"] == "waived"}
    assert waived == {f"p{number}" for number, mark in survived.load.done.items() if mark == "deleted"}


def test_after_it_all_a_run_has_nothing_to_do(survived: Survived) -> None:
    assert [one for one in survived.again["actions"] if one["action"] != "keep"] == []


def test_the_log_of_the_killed_is_whole(tmp_path: Path) -> None:
    """A run killed while it wrote leaves a ledger that the next one opens, and a socket that nobody listens to."""
    rep = Rep(tmp_path / "rep", contacts=CONTACTS)
    for _ in range(2):
        with daemon(rep) as killed:
            rep.log(promise("ann"))
            killed.signal(signal.SIGKILL)
            killed.process.wait(10)
    with daemon(rep) as last:
        last.wait_for(lambda: len(list((rep.folder / "calendar").glob("*.ics"))) == 1)
        assert last.stop() == 0
    rep.close()
