"""A calendar that hangs: how long it is waited for, what becomes of a late answer, and who is held up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from calsync.calendars.base import Changes, Receipt, Seen
from calsync.calendars.memory import MemoryCalendar
from calsync.daemon import hearing
from calsync.daemon.hearing import HeardCalendar
from calsync.errors import SignInNeeded, Unreachable
from calsync.model import Entry
from tests.e2e.rep import CHICAGO

NOW = datetime(2026, 10, 30, 12, tzinfo=UTC)


class SlowCalendar(MemoryCalendar):
    """A calendar of ours whose server takes its time: nothing is answered before ``gate`` opens."""

    def __init__(self) -> None:
        super().__init__("slow", zone=CHICAGO)
        self.gate = threading.Event()
        self.gate.set()
        self.asked = 0

    def changes(self, token: str | None, known: Mapping[str, str] | None = None) -> Changes:
        self.asked += 1
        self.gate.wait(20)
        return super().changes(token, known)

    def create(self, entry: Entry) -> Receipt:
        self.gate.wait(20)
        return super().create(entry)

    def get(self, uid: str) -> Seen | None:
        if uid == "locked":
            raise SignInNeeded("no")
        return super().get(uid)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowCalendar]:
    monkeypatch.setattr(hearing, "POLL", 0.3)
    monkeypatch.setattr(hearing, "WRITE", 0.3)
    monkeypatch.setattr(hearing, "TROUBLED", 0.05)
    calendar = SlowCalendar()
    yield calendar
    calendar.gate.set()


def heard(calendar: SlowCalendar) -> tuple[HeardCalendar, list[str], threading.Event]:
    names: list[str] = []
    hurry = threading.Event()
    return HeardCalendar(calendar, names.append, hurry), names, hurry


def took(begun: float) -> float:
    return time.monotonic() - begun


def test_what_answers_is_as_without_it(slow: SlowCalendar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "POLL", 10.0)  # a busy machine is no slow calendar
    calendar, _, _ = heard(slow)
    assert calendar.changes(None).full
    assert calendar.get("nothing") is None
    assert calendar.busy(NOW, NOW + timedelta(days=1)) == ()
    with pytest.raises(SignInNeeded):
        calendar.get("locked")
    calendar.close()


def test_a_poll_that_hangs_is_unreachable_and_its_late_answer_is_kept(slow: SlowCalendar) -> None:
    calendar, names, _ = heard(slow)
    slow.gate.clear()
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="no answer within"):
        calendar.changes(None)
    assert took(begun) < 2
    slow.gate.set()
    until = time.monotonic() + 5
    while not names and time.monotonic() < until:
        time.sleep(0.01)
    assert names == ["slow"]
    assert calendar.changes(None).full
    assert slow.asked == 1


def test_while_it_hangs_it_is_hardly_waited_for(slow: SlowCalendar) -> None:
    calendar, _, _ = heard(slow)
    slow.gate.clear()
    with pytest.raises(Unreachable):
        calendar.changes(None)
    begun = time.monotonic()
    for _ in range(4):
        with pytest.raises(Unreachable):
            calendar.changes(None)
        with pytest.raises(Unreachable, match="not answered yet"):
            calendar.get("x")
    assert took(begun) < 1
    assert slow.asked == 1


def test_told_to_stop_it_is_not_waited_for(slow: SlowCalendar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "POLL", 60.0)
    monkeypatch.setattr(hearing, "STEP", 0.1)
    calendar, _, hurry = heard(slow)
    slow.gate.clear()
    threading.Timer(0.2, hurry.set).start()
    begun = time.monotonic()
    with pytest.raises(Unreachable):
        calendar.changes(None)
    assert took(begun) < 3


def test_a_fresh_question_after_a_late_answer_is_asked_anew(slow: SlowCalendar) -> None:
    calendar, names, _ = heard(slow)
    slow.gate.clear()
    with pytest.raises(Unreachable):
        calendar.changes(None)
    slow.gate.set()
    until = time.monotonic() + 5
    while not names and time.monotonic() < until:
        time.sleep(0.01)
    assert calendar.get("nothing") is None
    calendar.changes(None)
    assert slow.asked == 2
