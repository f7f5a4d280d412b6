"""A rep's answers on an event: written twice, in the wrong place, taken back, corrected.  One row, nothing unsaid."""

from __future__ import annotations

import csv
import html
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calsync.calendars.base import Seen
from calsync.rendering import NOTES_LINE
from tests.e2e.rep import CHICAGO, at
from tests.pains.test_pains import Desk

LOG = (
    "at,contact,direction,channel,outcome,promise,note\n2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,\n"
)
DUE = at("2026-10-30 17:40")
"""The last hour of the promise: what is said now ends it."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, LOG)
    desk.run()
    desk.now = DUE
    desk.run()
    yield desk
    desk.run()
    assert desk.run().written == 0  # G5, after everything that was done here
    desk.office.close()


def rows(desk: Desk) -> list[tuple[str, str]]:
    file = desk.folder / "attempts.calsync.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8") as lines:
        return [(row["outcome"], row["promise"]) for row in csv.DictReader(lines)]


def history(desk: Desk) -> Seen:
    (found,) = [one for one in desk.events() if one.title.startswith("✓")]
    return found


def write(desk: Desk, seen: Seen, **changes: str) -> None:
    """What a person's program saves, minutes after the last run; and the next run."""
    desk.now += timedelta(minutes=5)
    desk.edit(seen, **changes)
    desk.run()


def on_outcome_line(seen: Seen, words: str) -> str:
    return seen.description.replace("\nOUTCOME:\n", f"\nOUTCOME: {words}\n")


@pytest.mark.parametrize(
    ("title", "outcome", "row", "left"),
    [
        ("vm tue", "vm tue", ("left_voicemail", "tue"), ""),
        ("vm tue", "lvm tue", ("left_voicemail", "tue"), ""),
        ("vm tue", "no answer", ("no_answer", ""), 'You also wrote "vm tue"; the log has "no answer".'),
        ("vm tue", "gate code 12", ("left_voicemail", "tue"), "gate code 12"),
        ("ask Lee", "vm tue", ("left_voicemail", "tue"), "ask Lee"),
    ],
)
def test_words_in_both_places_are_one_row_and_none_is_lost(
    desk: Desk, title: str, outcome: str, row: tuple[str, str], left: str
) -> None:
    seen = desk.call("Ann")
    write(desk, seen, title=f"{title} {seen.title}", description=on_outcome_line(seen, outcome))
    assert rows(desk) == [row]
    done = history(desk)
    assert left in done.title + done.description
    assert "NOT UNDERSTOOD" not in done.description


@pytest.mark.parametrize("places", [("dnc", "vm tue"), ("spoke", "dnc")])
def test_g11_who_asked_not_to_be_called_is_not_whatever_else_was_written(desk: Desk, places: tuple[str, str]) -> None:
    seen = desk.call("Ann")
    write(desk, seen, title=f"{places[0]} {seen.title}", description=on_outcome_line(seen, places[1]))
    assert rows(desk) == [("do_not_call", "")]
    assert desk.events() == []


@pytest.mark.parametrize(
    ("first", "corrected", "live"),
    [
        ("vm tue", "spoke, cb wed 3pm", "Wed"),
        ("spoke", "sold", ""),
        ("no", "dnc", ""),
        ("spoke", "vm thu", "Thu"),
    ],
)
def test_an_answer_corrected_on_the_event_that_is_history_by_now(
    desk: Desk, first: str, corrected: str, live: str
) -> None:
    seen = desk.call("Ann")
    write(desk, seen, title=f"{first} {seen.title}")
    assert len(rows(desk)) == 1
    done = history(desk)
    write(desk, done, title=f"{corrected} {done.title}")
    assert len(rows(desk)) == 2
    assert [f"{one.start:%a}" for one in desk.events() if not one.title.startswith("✓")] == ([live] if live else [])
    assert all(corrected not in one.title for one in desk.events())


def test_an_answer_corrected_before_the_next_poll_is_the_one_that_counts(desk: Desk) -> None:
    seen = desk.call("Ann")
    desk.edit(seen, title=f"vm tue {seen.title}")
    write(desk, desk.call("Ann"), title=f"spoke, cb wed 3pm {seen.title}")
    assert rows(desk) == [("connected", "cb wed 3pm")]


@pytest.mark.parametrize("marked", [False, True])
def test_an_event_taken_back_to_what_it_was_before_our_answer_is_answered_again_and_logged_once(
    desk: Desk, *, marked: bool
) -> None:
    seen = desk.call("Ann")
    write(desk, seen, title=f"vm tue {seen.title}", description=f"{seen.description}likes tea\n")
    answered = history(desk)
    words = "vm tue " if marked else ""
    write(desk, answered, title=f"{words}{seen.title}", description=f"{seen.description}likes tea\n")
    assert rows(desk) == [("left_voicemail", "tue")]
    again = history(desk)
    assert (again.title, again.description) == (answered.title, answered.description)


def test_words_of_a_device_that_had_not_seen_our_latest_title(desk: Desk) -> None:
    older = desk.call("Ann").title
    desk.now = at("2026-11-02 09:00")
    desk.run()
    overdue = desk.call("Ann")
    assert overdue.title != older
    write(desk, overdue, title=f"vm tue {older}")
    assert rows(desk) == [("left_voicemail", "tue")]
    assert history(desk).title.startswith("✓ Ann Archer")


@pytest.mark.parametrize("left", ["vm tue\n" + NOTES_LINE + "\n", "vm tue"])
def test_one_line_in_the_place_of_the_outcome_line_or_of_all_our_text(desk: Desk, left: str) -> None:
    seen = desk.call("Ann")
    kept = seen.description.rpartition("OUTCOME:\n")[0] if NOTES_LINE in left else ""
    write(desk, seen, description=kept + left)
    assert rows(desk) == [("left_voicemail", "tue")]


def test_a_line_that_is_no_outcome_is_a_note_wherever_it_stands(desk: Desk) -> None:
    write(desk, desk.call("Ann"), description="the blue house behind the church")
    assert rows(desk) == []
    desk.now = at("2026-11-02 09:00")
    desk.run()
    after = desk.call("Ann").description
    assert after.partition(NOTES_LINE)[2].strip() == "the blue house behind the church"
    assert "NOT UNDERSTOOD" not in after


def test_an_outcome_in_a_description_that_an_editor_made_into_html_is_heard_and_our_words_are_no_notes(
    desk: Desk,
) -> None:
    seen = desk.call("Ann")
    text = f"{on_outcome_line(seen, '<b>vm&nbsp;tue</b>')}likes tea".replace('"', "\u201d").replace("'", "\u2019")
    write(desk, seen, description=text.replace("\n", "<br>"))
    assert rows(desk) == [("left_voicemail", "tue")]
    assert history(desk).description.partition(NOTES_LINE)[2].strip() == "likes tea"


def test_a_description_that_was_only_made_into_html_is_left_as_it_is(desk: Desk) -> None:
    seen = desk.call("Ann")
    made = html.escape(seen.description).replace("\n", "<br>")
    write(desk, seen, description=made)
    assert desk.call("Ann").description.strip() == made.strip()


@pytest.mark.parametrize(
    ("title", "hint", "stays"),
    [
        ("Lunch with Sam", 'NOT UNDERSTOOD: "Lunch with Sam"', True),
        ("Call Ann Archer - hm? promised Fri", 'NOT UNDERSTOOD: "hm?"', True),
        ("", "", False),
    ],
)
def test_whatever_becomes_of_the_title_is_said_in_one_line_and_an_empty_one_is_ours_again(
    desk: Desk, title: str, hint: str, *, stays: bool
) -> None:
    seen = desk.call("Ann")
    written = seen.title.replace("promised", "hm? promised") if "hm?" in title else title
    write(desk, seen, title=written)
    (after,) = desk.events()
    assert after.title == (written if stays else seen.title)
    assert after.description.count("NOT UNDERSTOOD") == bool(hint)
    assert hint in after.description
    write(desk, after, title=seen.title)
    assert "NOT UNDERSTOOD" not in desk.call("Ann").description


def test_what_was_not_understood_goes_with_our_title_when_that_changes(desk: Desk) -> None:
    seen = desk.call("Ann")
    write(desk, seen, title=seen.title.replace("promised", "hm? promised"))
    desk.now = at("2026-11-02 09:00")
    desk.run()
    (after,) = desk.events()
    assert after.title.startswith("hm? OVERDUE")


@pytest.mark.parametrize("days", [-1, 0, 2])
def test_an_event_made_into_one_of_a_whole_day_is_a_call_on_that_day(desk: Desk, days: int) -> None:
    desk.now = at("2026-10-28 09:00")
    desk.run()
    seen = desk.call("Ann")
    assert isinstance(seen.start, datetime)
    assert isinstance(seen.end, datetime)
    day = seen.start.astimezone(CHICAGO).date() + timedelta(days=days)
    desk.edit(seen, start=day, end=day + timedelta(days=1))
    desk.run()
    after = desk.call("Ann")
    length = timedelta(days=days)
    assert (after.start, after.end) == (seen.start + length, seen.end + length)  # clocks do not change before Sunday
