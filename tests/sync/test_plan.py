"""The decision table: what is wanted, what the ledger knows, what stands on the calendar -> the action."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from calsync import identity
from calsync.ledger import Status
from calsync.sync.actions import Adopt, Create, Delete, Keep, Update, verb
from tests.sync.given import FRIDAY, Desk, done, entry


def names(actions: list) -> list[str]:  # type: ignore[type-arg]  # any action
    return [verb(action) for action in actions]


def test_owed_and_not_there_is_created() -> None:
    assert names(Desk().sync(entry())) == ["create"]


def test_g5_a_second_run_writes_nothing() -> None:
    desk = Desk()
    desk.sync(entry(1), entry(2))
    log = list(desk.store.log)
    assert desk.sync(entry(1), entry(2)) == []
    assert desk.store.log == log


def test_changed_words_are_an_update() -> None:
    desk = Desk()
    desk.sync(entry())
    assert names(desk.sync(replace(entry(), title="OVERDUE Call Dana 1"))) == ["update"]
    assert desk.titles() == ["OVERDUE Call Dana 1"]


def test_no_longer_owed_is_deleted() -> None:
    desk = Desk()
    desk.sync(entry(1), entry(2))
    assert names(desk.sync(entry(1))) == ["delete"]
    assert desk.titles() == [entry(1).title]


def test_a_kept_promise_becomes_history_and_stays() -> None:
    desk = Desk()
    desk.sync(entry())
    assert names(desk.sync(done(entry()))) == ["update"]
    assert desk.titles() == ["✓ Call Dana 1 - promised Fri - kept"]
    assert desk.seen(entry()).alarms == ()
    assert desk.sync(done(entry())) == []
    assert desk.sync() == []  # the log was trimmed: history stays a record


def test_history_without_an_event_makes_none() -> None:
    assert Desk().sync(done(entry())) == []


def test_history_is_erased_where_it_is_not_kept() -> None:
    desk = Desk()
    desk.sync(entry())
    desk.sync(done(entry()))
    assert names(desk.sync(erase_history=True)) == ["delete"]


def test_g11_who_asked_not_to_be_called_goes_first_and_whole() -> None:
    desk = Desk()
    desk.sync(entry(1), entry(2))
    desk.sync(done(entry(1)), entry(2))
    both = frozenset((entry(1).mark, entry(2).mark))
    actions = desk.sync(entry(3), erase=both)
    assert names(actions) == ["delete", "delete", "create"]
    assert desk.titles() == [entry(3).title]


def test_what_we_removed_can_come_back() -> None:
    desk = Desk()
    desk.sync(entry())
    desk.sync()
    assert names(desk.sync(entry())) == ["create"]


def test_deleted_by_a_person_is_not_fought() -> None:
    desk = Desk()
    desk.sync(entry())
    desk.store.remove(f"{entry().uid}.ics")
    assert desk.sync() == []
    assert desk.rows[entry().uid].status is Status.DISMISSED
    assert desk.sync(done(entry())) == []
    assert desk.titles() == []


def test_deleted_by_a_person_and_restored_on_another_calendar_it_is_owed_here_as_well() -> None:
    desk = Desk()
    desk.sync(entry())
    desk.store.remove(f"{entry().uid}.ics")
    desk.sync()
    assert names(desk.sync(entry())) == ["create"]


@pytest.mark.parametrize("same", [True, False])
def test_a_deleted_notice_returns_only_with_news(*, same: bool) -> None:
    mark = identity.notice_mark("tasha-lane")
    notice = entry(mark=mark, uid=identity.event_uid("tasha-lane", mark), title="calsync needs you: 2 rows")
    desk = Desk()
    desk.sync(notice)
    desk.store.remove(f"{notice.uid}.ics")
    desk.sync(notice)
    tomorrow = replace(notice, start=FRIDAY.date(), end=FRIDAY.date() + timedelta(days=1))
    later = (
        tomorrow if same else replace(tomorrow, description=f"{notice.description}\n\nattempts.csv:9, at: what day?")
    )
    assert names(desk.sync(later)) == ([] if same else ["create"])


def test_ledger_lost_what_stands_there_is_adopted_and_not_doubled() -> None:
    before = Desk()
    before.sync(entry(1), entry(2))
    after = Desk(store=before.store)
    _, unknown = after.look()
    actions = after.plan(entry(1), entry(2), unknown=unknown)
    assert [type(action) for action in actions] == [Adopt, Update, Adopt, Update]
    after.apply(actions)
    assert after.sync(entry(1), entry(2)) == []
    assert len(after.titles()) == 2


def test_ledger_lost_an_event_that_nobody_is_owed_goes_history_stays() -> None:
    before = Desk()
    before.sync(entry(1), entry(2))
    before.sync(done(entry(1)), entry(2))
    after = Desk(store=before.store)
    assert names(after.sync()) == ["adopt", "delete"] or names(after.sync()) == ["delete", "adopt"]
    assert after.titles() == ["✓ Call Dana 1 - promised Fri - kept"]


def test_every_wanted_entry_gets_a_reason() -> None:
    desk = Desk()
    desk.sync(entry(1), entry(2))
    actions = desk.plan(entry(1), replace(entry(2), start=FRIDAY + timedelta(hours=1)), entry(3))
    assert [(verb(action), action.reason) for action in actions if not isinstance(action, Create | Delete)] == [
        ("keep", "up to date"),
        ("update", "the time changed"),
    ]
    assert all(action.reason for action in actions)
    assert any(isinstance(action, Keep) for action in actions)
