"""Intent before, receipt after: killed between any two steps, with any answer lost, the next run converges (G4)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import pytest

from calsync.calendars.base import Receipt, Seen
from calsync.calendars.memory import MemoryCalendar
from calsync.errors import LedgerError, Refused, SignInNeeded, Unreachable
from calsync.ledger import Intent, Ledger, Row
from calsync.model import Entry
from calsync.sync.apply import TOGETHER, Writer
from tests.sync.given import CHICAGO, Desk, done, entry


class Killed(BaseException):
    """The process ends here."""


def kill_at(step: int) -> tuple[list[str], Callable[[str], None]]:
    steps: list[str] = []

    def checkpoint(name: str) -> None:
        steps.append(name)
        if len(steps) == step:
            raise Killed

    return steps, checkpoint


@pytest.mark.parametrize("step", range(1, 16))
def test_g4_killed_at_any_step_the_next_run_converges(step: int) -> None:
    desk = Desk()
    desk.sync(entry(1), entry(2))
    wanted = (replace(entry(1), title="OVERDUE Call Dana 1"), entry(3), entry(4))
    desk.look()
    _, checkpoint = kill_at(step)
    with suppress(Killed):
        desk.apply(desk.plan(*wanted), checkpoint)
    again = Desk(store=desk.store, ledger=desk.ledger, cache=desk.cache, clock=desk.clock)
    again.sync(*wanted)
    again.sync(*wanted)
    assert again.titles() == ["Call Dana 3 - promised Fri", "Call Dana 4 - promised Fri", "OVERDUE Call Dana 1"]
    assert again.sync(*wanted) == []
    assert all(row.intent is Intent.NONE for row in again.rows.values())


def test_every_step_is_walked_by_the_test_above() -> None:
    desk = Desk()
    desk.sync(entry(1), entry(2))
    steps, checkpoint = kill_at(-1)
    desk.apply(desk.plan(replace(entry(1), title="x"), entry(3), entry(4)), checkpoint)
    assert len(steps) < 15


class LosesAnswers(MemoryCalendar):
    """A calendar whose writes land and whose answers do not arrive."""

    lose = frozenset[int]()
    _writes = itertools.count()

    def create(self, entry: Entry) -> Receipt:
        return self._lost(super().create(entry))

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        return self._lost(super().update(entry, seen))

    def _lost(self, receipt: Receipt) -> Receipt:
        if next(self._writes) in self.lose:
            raise Unreachable("the connection was cut")
        return receipt


@pytest.mark.parametrize("lost", [{0}, {1}, {2}, {0, 1}, {0, 1, 2, 3, 4, 5}])
def test_g4_answers_lost_after_the_write_landed(lost: set[int]) -> None:
    desk = Desk()
    flaky = LosesAnswers("callbacks", zone=CHICAGO, store=desk.store, clock=lambda: desk.clock)
    flaky.lose, flaky._writes = frozenset(lost), itertools.count()
    desk.calendar = flaky
    wanted = (entry(1), entry(2))
    for _ in range(12):
        desk.look()
        desk.apply(desk.plan(*wanted))
    changed = (replace(entry(1), title="OVERDUE Call Dana 1"), done(entry(2)))
    for _ in range(12):
        desk.look()
        desk.apply(desk.plan(*changed))
    assert desk.titles() == ["OVERDUE Call Dana 1", "✓ Call Dana 2 - promised Fri - kept"]
    assert desk.sync(*changed) == []


class Refuses(MemoryCalendar):
    """A calendar that will not take one event."""

    def create(self, entry: Entry) -> Receipt:
        if "Dana 2" in entry.title:
            raise Refused("too strange", hint="shorten it")
        return super().create(entry)


def test_g7_one_event_that_is_refused_does_not_stop_the_others() -> None:
    desk = Desk()
    desk.calendar = Refuses("callbacks", zone=CHICAGO, store=desk.store)
    results = desk.apply(desk.plan(entry(1), entry(2), entry(3)))
    assert [type(one.error) for one in results] == [type(None), Refused, type(None)]
    assert desk.titles() == [entry(1).title, entry(3).title]
    assert entry(2).uid not in desk.rows  # it is tried again


class SignedOut(MemoryCalendar):
    def create(self, entry: Entry) -> Receipt:
        raise SignInNeeded


def test_a_calendar_that_wants_sign_in_is_left_alone_after_the_first_no() -> None:
    desk = Desk()
    desk.calendar = SignedOut("callbacks", zone=CHICAGO, store=desk.store)
    assert len(desk.apply(desk.plan(entry(1), entry(2), entry(3)))) == 1


def test_p1_two_machines_on_one_calendar_double_nothing() -> None:
    one = Desk()
    two = Desk(store=one.store)
    one.look()
    two.look()
    one.apply(one.plan(entry(1)))
    results = two.apply(two.plan(entry(1)))
    assert [result.error for result in results] == [None]
    two.sync(entry(1))
    assert one.titles() == [entry(1).title]


def test_what_was_not_sent_is_no_longer_intended() -> None:
    desk = Desk()
    desk.calendar = SignedOut("callbacks", zone=CHICAGO, store=desk.store)
    desk.apply(desk.plan(entry(1), entry(2), entry(3)))
    assert [row.uid for row in desk.rows.values()] == [entry(1).uid]  # of this one the calendar knows more than we do
    assert desk.ledger.rows("callbacks") == desk.rows


def test_what_was_known_of_an_event_that_was_not_sent_stays_known() -> None:
    desk = Desk()
    desk.sync(entry(1), entry(2))
    desk.sync()
    removed = dict(desk.rows)
    desk.calendar = SignedOut("callbacks", zone=CHICAGO, store=desk.store)
    desk.apply(desk.plan(entry(1), entry(2)))
    assert desk.rows[entry(2).uid] == removed[entry(2).uid]
    assert desk.ledger.rows("callbacks") == desk.rows


@pytest.mark.parametrize("step", range(1, 2 * TOGETHER + 12, 7))
def test_g4_killed_in_the_middle_of_many_new_events(step: int) -> None:
    desk = Desk()
    wanted = tuple(entry(number) for number in range(2 * TOGETHER + 3))
    _, checkpoint = kill_at(step)
    with suppress(Killed):
        desk.apply(desk.plan(*wanted), checkpoint)
    again = Desk(store=desk.store, ledger=desk.ledger, cache=desk.cache, clock=desk.clock)
    again.sync(*wanted)
    assert sorted(again.titles()) == sorted(one.title for one in wanted)
    assert again.sync(*wanted) == []


def test_a_full_disk_is_said_of_every_event_whose_receipt_it_kept_from_being_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()
    written = itertools.count()
    put_all = Ledger.put_all

    def full(self: Ledger, calendar: str, rows: Iterable[Row], now: datetime) -> None:
        if next(written):
            raise LedgerError("the disk is full")
        put_all(self, calendar, rows, now)

    monkeypatch.setattr(Ledger, "put_all", full)
    results = desk.apply(desk.plan(entry(1), entry(2), entry(3)))
    assert [type(one.error) for one in results] == [LedgerError] * 3
    monkeypatch.undo()
    again = Desk(store=desk.store, ledger=desk.ledger, cache=desk.cache, clock=desk.clock)
    again.sync(entry(1), entry(2), entry(3))
    assert len(again.titles()) == 3


def test_stop_is_heard_between_two_actions() -> None:
    desk = Desk()
    writer = Writer(
        desk.calendar, desk.ledger, desk.cache, desk.rows, desk.clock, {}, stop=lambda: len(desk.store.items) >= 1
    )
    assert len(writer.apply(desk.plan(entry(1), entry(2)))) == 1
    assert len(desk.store.items) == 1
