"""Suspend, a clock that was set, daylight saving: wall, monotonic and boot clocks moved apart, and what ran when.

The loop is the daemon's own, in this process; only the clocks are moved.  ``asleep``: the monotonic clock stands still
while the other two go on.  ``set``: the wall clock alone moves.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from calsync import config
from calsync.daemon.clocks import Clocks, Jump, Jumps
from calsync.daemon.loop import Daemon
from calsync.daemon.reading import read_here
from calsync.daemon.worker import Asked
from calsync.office import open_office
from tests.daemon.given import CONTACTS
from tests.e2e.rep import CHICAGO, Rep

EIGHT = "id,name,phone,region\n" + "".join(
    f"p{number},{name} Archer,+1 312 555 010{number},US-{'IL' if number % 2 else 'CA'}\n"
    for number, name in enumerate(("Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal"))
)
FRIDAY_NOON = datetime(2026, 10, 30, 12, 0, tzinfo=CHICAGO)


class Machine:
    """A machine whose clocks the test moves, and the daemon on it."""

    def __init__(self, rep: Rep, start: datetime, traveller: time_machine.Traveller) -> None:
        self.traveller, self.wall, self.monotonic, self.boot = traveller, start, 1000.0, 5000.0
        clocks = Clocks(lambda: self.wall, lambda: self.monotonic, lambda: self.boot)
        self.daemon = Daemon(read_here(rep.configuration), clocks)
        self.runs: list[tuple[datetime, str]] = []
        self._work = self.daemon._worker.run
        self.daemon._worker.run = self._noted  # type: ignore[method-assign]  # listens to its reasons, then does it
        self.daemon.start()

    def _noted(self, asked: Asked) -> None:
        self.runs.append((self.wall, asked.why))
        self._work(asked)

    def goes_on(self, seconds: float) -> None:
        """Time passes with the machine awake, in steps of a quarter of a minute."""
        while seconds > 0:
            step = min(seconds, 15.0)
            self._move(step, step, step)
            self.settle()
            seconds -= step

    def sleeps(self, length: timedelta) -> None:
        self._move(length.total_seconds(), 0.0, length.total_seconds())
        self.settle()

    def jumps(self, length: timedelta) -> None:
        """Time passes with the machine awake, unobserved: all clocks go on together."""
        seconds = length.total_seconds()
        self._move(seconds, seconds, seconds)
        self.settle()

    def is_set(self, length: timedelta) -> None:
        self._move(length.total_seconds(), 0.0, 0.0)
        self.settle()

    def _move(self, wall: float, monotonic: float, boot: float) -> None:
        self.wall = (self.wall.astimezone(UTC) + timedelta(seconds=wall)).astimezone(CHICAGO)
        self.traveller.move_to(self.wall)
        self.monotonic += monotonic
        self.boot += boot

    def settle(self) -> None:
        """Turn the loop until the worker has nothing to do.

        What a run writes into a folder is a change of that folder, which is quiet only by the machine's real clock.
        """
        self._turn()
        while (rest := self.daemon._files.wait()) is not None:
            self.daemon.once(max(rest, 0.0))
            self._turn()

    def _turn(self) -> None:
        for _ in range(4):
            self.daemon.once(0.0)
            done = self.daemon._ticker._lookup_executor("default")._pool.submit(lambda: None)
            done.result(20)

    def close(self) -> None:
        self.daemon._worker.stopping.set()
        self.daemon._ticker.shutdown(wait=True)
        self.daemon.close()


@pytest.fixture
def rep(tmp_path: Path) -> Iterator[Rep]:
    rep = Rep(tmp_path / "rep", contacts=CONTACTS)
    yield rep
    rep.close()


@pytest.fixture
def machine(rep: Rep) -> Iterator[Machine]:
    with time_machine.travel(FRIDAY_NOON, tick=False) as traveller:
        machine = Machine(rep, FRIDAY_NOON, traveller)
        try:
            machine.settle()
            machine.runs.clear()
            yield machine
        finally:
            machine.close()


@pytest.mark.parametrize("asleep", [timedelta(hours=3), timedelta(days=3), timedelta(days=20)])
def test_after_a_suspend_one_run_follows_not_ten(machine: Machine, asleep: timedelta) -> None:
    machine.sleeps(asleep)  # the longer ones go across the end of daylight saving on 1 November
    assert machine.runs == [(machine.wall, "tick")]
    assert machine.wall.utcoffset() == timedelta(hours=-5 if asleep < timedelta(days=1) else -6)
    machine.runs.clear()
    machine.goes_on(300)
    assert [why for _, why in machine.runs] == ["tick"] * 5


@pytest.mark.parametrize("moved", [timedelta(hours=3), timedelta(hours=-3), timedelta(days=-3), timedelta(days=400)])
def test_a_clock_that_is_set_never_stops_the_tick(machine: Machine, moved: timedelta) -> None:
    machine.is_set(moved)
    assert machine.runs == [(machine.wall, "tick")]
    machine.runs.clear()
    machine.goes_on(300)
    assert [why for _, why in machine.runs] == ["tick"] * 5


def test_a_tick_a_minute_and_nothing_else_while_nothing_happens(machine: Machine) -> None:
    machine.goes_on(600)
    assert [why for _, why in machine.runs] == ["tick"] * 10


def test_the_hour_that_comes_twice_has_a_tick_each_minute(rep: Rep) -> None:
    before = datetime(2026, 11, 1, 1, 50, tzinfo=CHICAGO)
    with time_machine.travel(before, tick=False) as traveller:
        machine = Machine(rep, before, traveller)
        try:
            machine.settle()
            machine.runs.clear()
            machine.goes_on(1200)
            assert [why for _, why in machine.runs] == ["tick"] * 20
            assert {at.fold for at, _ in machine.runs} == {0, 1}
        finally:
            machine.close()


def test_a_call_missed_in_its_sleep_is_overdue_at_once(machine: Machine, rep: Rep) -> None:
    rep.log("2026-10-30T11:00,ann,outbound,call,connected,call today at 3pm,")
    machine.goes_on(60)
    assert rep.shown() == ["Ann Fri 30 Oct"]
    machine.sleeps(timedelta(hours=5))
    (shown,) = rep.shown()
    assert shown.startswith("OVERDUE")


def test_where_the_poll_is_rare_a_window_that_closes_still_changes_the_plan_within_a_tick(tmp_path: Path) -> None:
    rep = Rep(tmp_path / "rep", extra="\n[daemon]\npoll = 7200\n", contacts=CONTACTS)
    rep.log("2026-10-30T11:00,ann,outbound,call,connected,call today at 12:30pm,")
    start = FRIDAY_NOON + timedelta(seconds=7)
    with time_machine.travel(start, tick=False) as traveller:
        machine = Machine(rep, start, traveller)
        try:
            machine.settle()
            machine.runs.clear()
            machine.goes_on(180)
            assert machine.runs == []
            machine.goes_on(4 * 3600 - 180)
            assert rep.shown()[0].startswith("OVERDUE")
        finally:
            machine.close()
            rep.close()


MOMENTS = {
    "the hour that comes twice": "2026-10-30 17:00",
    "a holiday": "2026-11-25 17:00",
    "a day away": "2026-12-08 17:00",
    "the hour that is left out": "2027-03-12 17:00",
}
"""What the rules have to get over: a name -> the evening before it."""


@pytest.mark.parametrize("moments", MOMENTS)
def test_time_alone_changes_what_depends_on_it_within_a_tick(tmp_path: Path, moments: str) -> None:
    """The calendar is polled once in a blue moon and no file changes.  Still, every forty minutes, what stands
    on it is what somebody would plan who has just come."""
    start = datetime.fromisoformat(MOMENTS[moments]).replace(tzinfo=CHICAGO)
    away = '\n[[away]]\nfirst = 2026-12-09\nlast = 2026-12-09\nreason = "fair"\n'
    rep = Rep(tmp_path / "rep", extra="\n[daemon]\npoll = 86400\n" + away, contacts=EIGHT)
    now = start - timedelta(hours=1)
    for number, words in enumerate(("in 30 minutes", "today at 5:30pm", "this afternoon", "tomorrow morning",
                                    "by end of day tomorrow", "the day after tomorrow", "in 3 days")):  # fmt: skip
        rep.log(f"{now:%Y-%m-%dT%H:%M},p{number},outbound,call,connected,call {words},")
    rep.log(f"{now:%Y-%m-%dT%H:%M},p7,outbound,call,no_answer,,")
    with time_machine.travel(start, tick=False) as traveller:
        machine = Machine(rep, start, traveller)
        try:
            machine.settle()
            seen = set()
            for _ in range(2 * 36):
                machine.goes_on(60)
                owed = planned(rep, machine.wall)
                assert on_the_calendar(rep) == owed, machine.wall
                seen.add(tuple(owed))
                machine.jumps(timedelta(minutes=39))
            assert len(seen) > 4, "something changed, and not once only"
        finally:
            machine.close()
            rep.close()


def planned(rep: Rep, now: datetime) -> list[tuple[str, str]]:
    """Title and begin of every call that is owed, planned by somebody who has just come."""
    with open_office(config.load(rep.configuration)) as office:
        calls = office.plan(now).calls
    entries = [call.entry for call in calls if call.entry is not None and call.entry.live]
    starts = [(entry.title, entry.start) for entry in entries]
    return sorted((title, str(start.astimezone(CHICAGO))) for title, start in starts if isinstance(start, datetime))


def on_the_calendar(rep: Rep) -> list[tuple[str, str]]:
    shown = [one for one in rep.events() if not one.mark.startswith("notice-") and not one.title.startswith("✓")]
    return sorted((one.title, str(one.start.astimezone(CHICAGO))) for one in shown if isinstance(one.start, datetime))


def test_sleep_and_set_are_told_apart() -> None:
    wall, monotonic, boot = 1000.0, 10.0, 20.0

    def clocks() -> Clocks:
        return Clocks(lambda: datetime.fromtimestamp(wall, UTC), lambda: monotonic, lambda: boot)

    jumps = Jumps(Clocks(lambda: clocks().wall(), lambda: clocks().monotonic(), lambda: clocks().boot()))
    wall, monotonic, boot = wall + 5, monotonic + 5, boot + 5
    assert jumps.look() is None
    wall, boot = wall + 3600, boot + 3600
    assert jumps.look() == Jump(asleep=3600.0, set=0.0)
    wall -= 7200
    assert jumps.look() == Jump(asleep=0.0, set=-7200.0)
    assert jumps.look() is None


def test_the_machines_own_clocks_go_on_together() -> None:
    from calsync.daemon.clocks import SYSTEM

    jumps = Jumps(SYSTEM)
    time.sleep(0.05)
    assert jumps.look() is None
