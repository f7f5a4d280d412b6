"""G6: a lying, empty or shrunken answer is not believed."""

from __future__ import annotations

import pytest

from calsync.sync.guards import Guard, lost_listing, shrunk_sources


@pytest.mark.parametrize(
    ("before", "lost", "refused"),
    [
        (100, 21, True),
        (100, 20, False),  # not more than the share
        (10, 5, False),  # not more than the count
        (10, 6, True),
        (6, 6, True),
        (5, 5, False),  # a calendar with five events may be emptied by hand
        (0, 0, False),
    ],
)
def test_both_the_share_and_the_count_must_be_exceeded(before: int, lost: int, *, refused: bool) -> None:
    assert Guard().refuses(before, lost) is refused
    assert (lost_listing(Guard(), before, lost, "callbacks") is not None) is refused


def test_the_refusal_says_the_counts() -> None:
    assert "21 of 100" in str(lost_listing(Guard(), 100, 21, "callbacks"))


def test_a_file_that_shrank_is_named_with_its_counts_a_new_or_grown_one_is_not() -> None:
    before = {"contacts.csv": 100, "attempts.csv": 100}
    assert shrunk_sources(Guard(), before, {"contacts.csv": 100, "attempts.csv": 101, "more.csv": 1}) == {}
    (line,) = shrunk_sources(Guard(), before, {"contacts.csv": 100, "attempts.csv": 0}).values()
    assert "attempts.csv had 100 rows and now has 0" in line
