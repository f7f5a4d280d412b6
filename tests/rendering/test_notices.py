"""calsync needs you: what is wrong, where, and what to write instead, on the calendar itself."""

from __future__ import annotations

from datetime import UTC, date

import pytest

from calsync.identity import event_uid, notice_mark
from calsync.model import Problem
from calsync.rendering import notice, notice_entry
from tests.rendering.given import TASHA, at

ROW = Problem("attempts.csv", 12, "promise", '"soon" names no day', 'write "Friday"')
THING = Problem("", 0, "", "the calendar is full", "")


def test_nothing_wrong_is_no_notice() -> None:
    assert notice((), TASHA, at(25)) is None


@pytest.mark.parametrize(
    ("problems", "title"),
    [
        ([ROW], "calsync needs you: 1 row"),
        ([ROW, ROW], "calsync needs you: 2 rows"),
        ([ROW, THING], "calsync needs you: 2 things"),
    ],
)
def test_a_notice_counts(problems: list[Problem], title: str) -> None:
    told = notice(problems, TASHA, at(25))
    assert told is not None
    assert told.title == title


def test_a_notice_names_each_place_and_its_remedy() -> None:
    told = notice([ROW, THING], TASHA, at(25))
    assert told is not None
    assert told.description == (
        'attempts.csv:12, promise: "soon" names no day\n  -> write "Friday"\n\nthe calendar is full\n'
    )


def test_a_long_list_is_cut_and_says_where_the_rest_is() -> None:
    told = notice([ROW] * 40, TASHA, at(25))
    assert told is not None
    assert told.title == "calsync needs you: 40 rows"
    assert told.description.count("names no day") == 25
    assert told.description.endswith("and 15 more; all of them: calsync check\n")


def test_it_stands_on_the_day_it_is_for_the_rep() -> None:
    late = at(25, "23:30")
    for moment in (late, late.astimezone(UTC)):
        told = notice([ROW], TASHA, moment)
        assert told is not None
        assert told.date == date(2026, 11, 25)


def test_its_event_is_one_for_a_rep_all_day_and_silent() -> None:
    told = notice([ROW], TASHA, at(25))
    assert told is not None
    entry = notice_entry(told, TASHA)
    assert (entry.mark, entry.uid) == (notice_mark("tasha"), event_uid("tasha", notice_mark("tasha")))
    assert (entry.start, entry.end, entry.all_day) == (date(2026, 11, 25), date(2026, 11, 26), True)
    assert (entry.alarms, entry.live, entry.busy) == ((), True, False)
