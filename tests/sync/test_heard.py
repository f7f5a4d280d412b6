"""What a person wrote on an event becomes one row of the log, whatever happens around it: never none, never two."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from calsync.calendars.base import Changes, Receipt, Seen
from calsync.model import Entry
from calsync.office import Office
from calsync.run import run_once
from tests.machine.faults import NOTHING, Killed
from tests.pains.test_pains import Bad, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.run()
    yield desk
    desk.office.close()


def say(desk: Desk, words: str) -> None:
    desk.now += timedelta(minutes=5)
    desk.edit(desk.call("Ann"), title=f"{words} {desk.call('Ann').title}")


def note(desk: Desk, words: str) -> None:
    desk.now += timedelta(minutes=5)
    desk.edit(desk.call("Ann"), description=f"{desk.call('Ann').description.rstrip()}\n{words}\n")


def killed(desk: Desk, step: str) -> None:
    """A run that ends at that step, and the next process."""

    def checkpoint(name: str) -> None:
        if name == step:
            raise Killed

    desk.now += timedelta(minutes=1)
    with pytest.raises(Killed):
        run_once(desk.office, desk.now, checkpoint=checkpoint)
    desk.office.close()
    desk.office = Office(desk.office.settings, opener=lambda spec, *, zone: desk.opened(spec.name))


def recorded(desk: Desk) -> list[str]:
    file = desk.folder / "attempts.calsync.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8") as rows:
        return [row["outcome"] for row in csv.DictReader(rows)]


@pytest.mark.parametrize(
    "step",
    [
        "outcome intended",
        "outcome recorded",
        "marks remembered",
        "calendar remembered",
        "update intended",
        "update sent",
    ],
)
def test_one_row_though_killed_at_any_step_and_the_event_was_edited_again_before_the_next_run(
    desk: Desk, step: str
) -> None:
    say(desk, "no")
    killed(desk, step)
    note(desk, "asks about oak")
    desk.run()
    desk.run()
    assert recorded(desk) == ["no_answer"]
    assert "asks about oak" in desk.call("Ann").description
    assert desk.call("Ann").title.startswith("Call Ann")


@pytest.mark.parametrize("step", ["update intended", "update sent", "received"])
def test_the_same_words_a_second_time_are_a_second_call(desk: Desk, step: str) -> None:
    """Also where nobody heard that the write had landed which took the first ones away."""
    say(desk, "no")
    killed(desk, step)
    if desk.call("Ann").title.startswith("no "):
        desk.run()
    say(desk, "no")
    desk.run()
    desk.run()
    assert recorded(desk) == ["no_answer", "no_answer"]
    assert desk.call("Ann").title.startswith("Call Ann")


def test_words_that_the_person_took_away_and_wrote_again_are_said_twice(desk: Desk) -> None:
    title = desk.call("Ann").title
    say(desk, "no")
    killed(desk, "marks remembered")
    desk.edit(desk.call("Ann"), title=title)
    killed(desk, "marks remembered")
    say(desk, "no")
    desk.run()
    assert recorded(desk) == ["no_answer", "no_answer"]


class Bare(Bad):
    """A calendar that names no etag: nothing but what an event says tells one state of it from another."""

    def changes(self, token: str | None, known: Mapping[str, str] = NOTHING) -> Changes:
        found = super().changes(token, known)
        return replace(found, seen=tuple(replace(one, etag="") for one in found.seen))

    def get(self, uid: str) -> Seen | None:
        seen = super().get(uid)
        return None if seen is None else replace(seen, etag="")

    def create(self, entry: Entry) -> Receipt:
        return replace(super().create(entry), etag="")

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        return replace(super().update(entry, replace(seen, etag=self.place.items[seen.href][0])), etag="")


@pytest.mark.parametrize("words", ["no", "spoke"])
def test_the_words_are_taken_off_an_event_without_an_etag_as_well(tmp_path: Path, words: str) -> None:
    desk = Desk(tmp_path)
    desk.calendar = Bare(desk.store, lambda: desk.now)
    desk.run()
    seen = desk.call("Ann")
    say(desk, words)
    desk.run()
    (after,) = [one for one in desk.events() if one.uid == seen.uid]
    assert not after.title.startswith(words)
    assert len(recorded(desk)) == 1
    assert desk.run().written == 0
    desk.office.close()


def test_an_etag_that_changed_without_a_word_does_not_leave_the_words_standing(desk: Desk) -> None:
    """A server may name another etag for the same event, and need not mention that in a poll."""
    say(desk, "no")
    killed(desk, "marks remembered")
    href = desk.call("Ann").href
    desk.store.items[href] = ('"another"', desk.store.items[href][1])
    desk.run()
    desk.run()
    assert recorded(desk) == ["no_answer"]
    assert desk.call("Ann").title.startswith("Call Ann")


def test_the_words_go_when_the_calendar_is_back(desk: Desk) -> None:
    say(desk, "no")
    desk.calendar.armed["write cut before it landed"] = 0
    desk.run()
    assert desk.call("Ann").title.startswith("no ")
    desk.run()
    assert recorded(desk) == ["no_answer"]
    assert desk.call("Ann").title.startswith("Call Ann")
