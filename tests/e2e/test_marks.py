"""What a rep does in the calendar is a command: on every kind of calendar, answered within one run."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from tests.e2e.rep import Rep, at
from tests.e2e.worlds import eyes, write

FRIDAY = "2026-10-30 17:40"

pytestmark = pytest.mark.servers


def recorded(rep: Rep) -> list[tuple[str, str, str, str]]:
    """calsync's own log."""
    with (rep.folder / "attempts.calsync.csv").open(encoding="utf-8") as log:
        return [(row["contact"], row["outcome"], row["promise"], row["note"]) for row in csv.DictReader(log)]


@pytest.mark.parametrize("place", ["title", "outcome line"])
def test_an_outcome_becomes_a_row_history_and_the_next_event(rep: Rep, place: str) -> None:
    seen = rep.event("Ann")
    if place == "title":
        write(rep, "Ann", title=f"vm tuesday {seen.title}")
    else:
        write(rep, "Ann", description=seen.description.replace("OUTCOME:\n", "OUTCOME: vm tuesday\n"))
    rep.evening(FRIDAY)
    assert recorded(rep) == [("ann", "left_voicemail", "tuesday", "")]
    assert rep.shown() == ["Ann Tue 3 Nov", "Bob Fri 30 Oct", "✓ Ann Fri 30 Oct"] or rep.shown() == [
        "Ann Mon 2 Nov",  # the 3rd is a holiday in Illinois
        "Bob Fri 30 Oct",
        "✓ Ann Fri 30 Oct",
    ]
    (history,) = [one for one in rep.events() if one.title.startswith("✓")]
    assert history.alarms == ()
    assert "vm tuesday" not in history.title


def test_moved_the_new_time_is_kept_and_stays(rep: Rep) -> None:
    start = at("2026-10-29 14:00")
    write(rep, "Ann", start=start, end=start + timedelta(minutes=30))
    rep.evening("2026-10-27 09:00")
    assert rep.shown() == ["Ann Thu 29 Oct", "Bob Fri 30 Oct"]
    rep.log("2026-10-27T10:00,cat,outbound,call,left_voicemail,by Thursday,")
    rep.evening("2026-10-28 09:00")
    seen = rep.event("Ann")
    assert (seen.start, seen.end) == (start, start + timedelta(minutes=30))


def test_moved_past_the_promise_is_kept_and_said(rep: Rep) -> None:
    start = at("2026-11-02 14:00")
    write(rep, "Ann", start=start, end=start + timedelta(minutes=10))
    report = rep.evening("2026-10-27 09:00")
    assert rep.shown() == ["Ann Mon 2 Nov", "Bob Fri 30 Oct"]
    said = rep.event("Ann").description + "".join(problem.message for problem in report.problems)
    assert "promise" in said.split("WHY THIS TIME")[1].split("HISTORY")[0]


def test_deleted_is_waived_and_never_fought(rep: Rep) -> None:
    eyes(rep).delete(rep.event("Ann"))
    report = rep.evening("2026-10-27 09:00")
    assert "waive" in [one.action for one in report.actions]
    assert rep.shown() == ["Bob Fri 30 Oct"]
    rep.evening(FRIDAY)
    assert rep.shown() == ["Bob Fri 30 Oct"]


def test_notes_survive_every_rewriting_of_ours(rep: Rep) -> None:
    seen = rep.event("Ann")
    write(rep, "Ann", description=f"{seen.description.rstrip()}\nasks about oak; has a dog, Rex\n")
    rep.evening("2026-10-27 09:00")
    rep.evening("2026-11-02 18:30")
    assert rep.event("Ann").title.startswith("OVERDUE")
    assert "asks about oak; has a dog, Rex" in rep.event("Ann").description


def test_released_before_its_time_an_event_with_notes_is_kept_as_history(rep: Rep) -> None:
    seen = rep.event("Ann")
    write(rep, "Ann", description=f"{seen.description.rstrip()}\nasks about oak\n")
    rep.log("2026-10-27T08:00,ann,inbound,call,connected,,", "2026-10-27T08:01,bob,inbound,call,connected,,")
    rep.evening("2026-10-27 09:00")
    assert rep.shown() == ["✓ Ann Fri 30 Oct"]
    assert "asks about oak" in rep.events()[0].description


@pytest.mark.parametrize("words", ["sold", "vm next week", "not interested"])
def test_an_outcome_written_before_the_day_of_the_call_becomes_history_as_well(rep: Rep, words: str) -> None:
    write(rep, "Ann", title=f"{words} {rep.event('Ann').title}")
    rep.evening("2026-10-27 09:00")
    assert "✓ Ann Fri 30 Oct" in rep.shown()
    (history,) = [one for one in rep.events() if one.title.startswith("✓")]
    assert {"sold": "sold", "vm next week": "voicemail left"}.get(words, "not interested") in history.title
    again = rep.evening("2026-10-27 09:10")
    assert again.written == 0


def test_dnc_on_an_event_removes_everything_of_that_contact(rep: Rep) -> None:
    write(rep, "Ann", title=f"dnc {rep.event('Ann').title}")
    rep.evening("2026-10-27 09:00")
    assert recorded(rep) == [("ann", "do_not_call", "", "")]
    assert rep.shown() == ["Bob Fri 30 Oct"]
    rep.log("2026-10-28T10:00,ann,outbound,call,left_voicemail,by Friday,")
    rep.evening("2026-10-28 18:00")
    assert rep.shown() == ["Bob Fri 30 Oct"]


def test_what_is_not_understood_stays_and_the_event_says_so(rep: Rep) -> None:
    write(rep, "Ann", title=f"hm? {rep.event('Ann').title}")
    rep.evening("2026-10-27 09:00")
    seen = rep.event("Ann")
    assert seen.title.startswith("hm? Call Ann")
    assert 'NOT UNDERSTOOD: "hm?"' in seen.description


def test_both_sides_changed_the_persons_time_wins_and_our_words_are_refreshed(rep: Rep) -> None:
    start = at("2026-10-29 14:00")
    write(rep, "Ann", start=start, end=start + timedelta(minutes=10))
    contacts = (rep.folder / "contacts.csv").read_text().replace("Ann Archer", "Ann Abbot")
    (rep.folder / "contacts.csv").write_text(contacts)
    rep.evening("2026-10-27 09:00")
    assert "Ann Abbot" in rep.event("Ann").title
    assert rep.event("Ann").start == start


def test_p17_a_dry_run_says_it_all_and_does_nothing(rep: Rep) -> None:
    write(rep, "Ann", title=f"vm tuesday {rep.event('Ann').title}")
    before = [(one.title, one.etag) for one in rep.events()]
    dry = rep.run(FRIDAY, dry_run=True)
    assert [(one.title, one.etag) for one in rep.events()] == before
    assert not (rep.folder / "attempts.calsync.csv").exists()
    done = rep.run(FRIDAY)
    assert [(one.action, one.commitment_id) for one in dry.actions] == [
        (one.action, one.commitment_id) for one in done.actions
    ]
