"""Whether another calsync is at work on the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from calsync.sync.rival import at_work

NOW = datetime(2026, 10, 26, 18, 30, tzinfo=UTC)


def test_the_latest_write_of_the_last_day_counts() -> None:
    over = {"a": NOW - timedelta(hours=2), "b": NOW - timedelta(hours=1), "c": NOW - timedelta(days=2)}
    assert at_work(over, NOW, None) == NOW - timedelta(hours=1)
    assert at_work({"c": over["c"]}, NOW, None) is None


def test_what_was_written_before_our_own_writer_began_does_not() -> None:
    over = {"a": NOW - timedelta(hours=2)}
    assert at_work(over, NOW, NOW - timedelta(hours=1)) is None
    assert at_work(over, NOW, NOW - timedelta(hours=3)) == over["a"]


def test_a_time_far_ahead_was_told_by_a_wrong_clock_and_hides_no_other() -> None:
    ahead = {"a": NOW + timedelta(days=400)}
    assert at_work(ahead, NOW, None) is None
    assert at_work({**ahead, "b": NOW - timedelta(hours=1)}, NOW, None) == NOW - timedelta(hours=1)
