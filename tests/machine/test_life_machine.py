"""A rep's life with everything that can go wrong in it, in any order; after a quiet run the guarantees hold.

G1 every open commitment has exactly one live event, and no event is without one; G2 what is not ours is never touched;
G3 a person's notes, times and outcomes are not lost, and nothing is waived that nobody deleted; G4 a kill or a lost
answer doubles nothing; G5 a second run writes nothing and costs one request; G6 a lying listing or a truncated log
deletes nothing; G7 a bad row is reported and stops nobody; G10 no line a person wrote in a file is changed; G11 who
asked not to be called has no event.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from calsync.calendars.base import Seen
from calsync.model import State
from tests.machine.faults import POLLS, WRITES
from tests.machine.files import Files
from tests.machine.google_place import GOOGLE_HABITS, GooglePlace
from tests.machine.life import LOG_HEAD, NAMES, NOBODY, times
from tests.machine.people import DEEDS, People
from tests.machine.places import HABITS, SIGN_IN, DavPlace, FolderPlace, Place
from tests.machine.trouble import WRITE_FAULTS, Trouble
from tests.machine.twins import Twins


class Life(Files, People, Trouble):
    """The rep, the files, the people, the server, and calsync among them."""

    steps = 0

    @rule()
    def a_run(self) -> None:
        self.run_or_die()

    @rule()
    def another_run(self) -> None:
        self.run_or_die()

    @rule(
        names=st.sets(st.sampled_from(NAMES), min_size=2, max_size=5),
        write=st.sampled_from(WRITE_FAULTS),
        at=st.integers(0, 3),
        poll=st.sampled_from(POLLS),
    )
    def a_bad_day(self, names: set[str], write: str, at: int, poll: str) -> None:
        """There is something to write, and both the writing and the looking fail."""
        self.a_morning_of_calls_is_logged(names, "by Friday")
        self.a_write_will_fail(write, at)
        self.a_poll_will_fail(poll, 0)
        self.run_or_die()
        self.run_or_die()

    @rule()
    def a_quiet_hour(self) -> None:
        self.the_guarantees_hold()

    @rule()
    def another_quiet_hour(self) -> None:
        self.the_guarantees_hold()

    @invariant()
    def what_people_keep_is_untouched(self) -> None:
        Life.steps += 1
        for href, text in self.foreign.items():
            if self.stamp:
                assert self.store.items[href][1] == text  # G2
        if self.stamp:
            assert self.log.read_text() == LOG_HEAD + "".join(self.lines)  # G10
        self._own_rows()

    def _own_rows(self) -> int:
        own = self.folder / "attempts.calsync.csv"
        if not own.exists():
            return 0
        text = own.read_text()
        assert text.startswith(self.own_log)  # G10: it only ever grows
        self.own_log = text
        return text.count("\n") - 1

    def teardown(self) -> None:
        try:
            if self.stamp and sys.exc_info()[0] is None:
                self.the_guarantees_hold()
        finally:
            super().teardown()
            for one in self.hostiles:
                self.tally.update(one.went_off)
                one.went_off.clear()

    # -- after a quiet run ------------------------------------------------------------------------------------------

    def the_guarantees_hold(self) -> None:
        report = self.quiet()
        self.happened("quiet hour")
        plan = report.plan
        assert plan is not None
        for one in self.hostiles:
            one.requests = 0
        if len(self.lines) % 2:  # what a process knows and what it leaves for the next are the same
            self.close()
        again = self.run(later=timedelta(0))
        assert again.written == 0, again.actions  # G5
        assert [one.requests for one in self.hostiles] == [1 for _ in self.hostiles]  # G5
        owed = [call.commitment for call in plan.calls if call.commitment.state.live and call.placed.slot is not None]
        shown = self.calls()
        assert {one.mark: one.title for one in shown}.keys() == {one.id: one.text for one in owed}.keys()  # G1
        assert len(shown) == len({one.mark for one in shown})  # G1
        everything = "\n".join(one.description for one in self.events())
        self.deeds.dropped(self.deeds.lost_by_server.keys())  # nobody is owed a call there any more
        for note in self.deeds.notes:
            assert note in everything, note  # G3
        self._moved_events_stand_where_they_were_put()
        rows = self._own_rows()
        assert self.deeds.at_least <= rows <= self.deeds.at_most, self.own_log  # G3, and G4: none is lost, none doubled
        bad = [line for line in self.lines if NOBODY in line]
        assert len([one for one in plan.problems if NOBODY in one.message]) == len(bad)  # G7
        for call in plan.calls:
            if call.commitment.contact_id in plan.do_not_call:
                assert call.commitment.state is not State.OPEN  # G11
                assert call.commitment.id not in [one.mark for one in self.events()]

    def _moved_events_stand_where_they_were_put(self) -> None:
        for seen in self.calls():
            wanted = self.deeds.moves.get(seen.uid)
            if times(seen) in self.deeds.perhaps.pop(seen.uid, ()):
                self.deeds.moves[seen.uid] = times(seen)
            elif wanted is not None and datetime.fromisoformat(wanted[0]) > self.now.astimezone(UTC):
                assert times(seen) == wanted, seen.title  # G3
        past = {
            uid
            for uid, (start, _) in self.deeds.moves.items()
            if datetime.fromisoformat(start) <= self.now.astimezone(UTC)
        }
        self.deeds.moves = {
            uid: where
            for uid, where in self.deeds.moves.items()
            if uid not in past and uid in {one.uid for one in self.calls()}
        }


class TwinLife(Twins, Life):
    """With two calendars."""

    def the_guarantees_hold(self) -> None:
        super().the_guarantees_hold()
        self.both_are_the_same()


class FolderLife(Life):
    """At a folder of .ics files."""

    def place(self, folder: Path) -> Place:
        return FolderPlace(folder / "calendar")


class DavLife(Life):
    """At a CalDAV server with a few bad habits, others in every life."""

    store: DavPlace

    def place(self, folder: Path) -> Place:
        return DavPlace()

    @initialize(habits=st.sets(st.sampled_from(HABITS), max_size=3))
    def the_server_has_habits(self, habits: set[str]) -> None:
        self.store.server.faults |= habits
        for href, text in self.foreign.items():
            self.put_foreign(href, text)
        for habit in habits:
            self.happened(habit)


class GoogleLife(Life):
    """At Google, whose programs all say when they changed something."""

    store: GooglePlace

    def place(self, folder: Path) -> Place:
        return GooglePlace(folder)

    @initialize(habits=st.sets(st.sampled_from(GOOGLE_HABITS)))
    def google_has_habits(self, habits: set[str]) -> None:
        self.store.take_on(habits)
        for habit in habits:
            self.happened(habit)

    def edit(self, seen: Seen, *, careless: bool = False, **changes: Any) -> None:
        del careless
        super().edit(seen, **changes)


PARTS = 8
"""The lives are lived in so many parts, so that they spread over the machine's cores."""

STEPS = int(os.environ.get("CALSYNC_STEPS", "20000"))
"""At least so many in all; a million in ``make soak``."""

LENGTH = 60
"""Steps in a life, at most."""

LIVES = 20
"""From one seed."""

SEED = int(os.environ.get("CALSYNC_SEED", "0"))
"""Another one makes other lives."""


@pytest.fixture(autouse=True)
def _signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SIGN_IN.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def _what_is_loaded_is_not_searched_for_garbage() -> Iterator[None]:
    gc.freeze()
    yield
    gc.unfreeze()


def live(number: int, kind: type[Life] = Life) -> None:
    """Lives of one seed."""
    machine = seed(SEED * 1_000_000 + number)(type(f"{kind.__name__}{number}", (kind,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=LENGTH,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def enough(steps: int, part: int, kind: type[Life] = Life) -> None:
    """Lives until there were so many steps; every part has seeds that no other part has."""
    before, number = Life.steps, part
    Life.tally.clear()
    while Life.steps - before < steps:
        live(number, kind)
        number += PARTS
    print(f"{kind.__name__}: {Life.steps - before} steps, {dict(Life.tally.most_common())}")


@pytest.mark.parametrize("part", range(PARTS))
def test_the_guarantees_hold_whatever_happens(part: int) -> None:
    enough(STEPS // PARTS, part)
    for kind in (*WRITES, *POLLS):
        assert Life.tally[kind] or STEPS < 20_000, kind
    # Each of these is seldom: in one part one of them may well be missing.
    assert any(Life.tally[f"a second device {deed} in between"] for deed in DEEDS) or STEPS < 20_000


@pytest.mark.parametrize("kind", [FolderLife, DavLife, GoogleLife, TwinLife])
@pytest.mark.parametrize("part", range(2))
def test_they_hold_on_every_kind_of_calendar_and_on_two_at_once(kind: type[Life], part: int) -> None:
    enough(STEPS // PARTS // 5, part, kind)
