"""The all-day notice stands on today, until a person puts it on another day or deletes it: then that holds for as
long as the trouble is the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from calsync.calendars.base import Seen
from calsync.model import DAY, Entry
from tests.e2e.rep import Rep, at
from tests.e2e.worlds import World, eyes

CONTACTS = "id,name,phone,region\nann,Ann Archer,+1 312 555 0101,US-IL\n"
MONDAY, TUESDAY, WEDNESDAY, FRIDAY = (date(2026, 10, day) for day in (26, 27, 28, 30))

pytestmark = pytest.mark.servers


@pytest.fixture
def rep(emptied: World, tmp_path: Path) -> Iterator[Rep]:
    """A rep with two rows that nobody can read."""
    rep = Rep(tmp_path / "rep", emptied.table, contacts=CONTACTS)
    rep.log("2026-10-26T10:00,nobody,outbound,call,left_voicemail,,", "lately,ann,outbound,call,busy,,")
    rep.evening("2026-10-26 18:30")
    yield rep
    rep.close()


def notice(rep: Rep) -> Seen:
    (found,) = [one for one in rep.events() if one.mark.startswith("notice-")]
    return found


def put(rep: Rep, **changes: object) -> None:
    """What a person's program does to the notice."""
    seen = notice(rep)
    entry = Entry(seen.uid, seen.mark, seen.title, seen.description, seen.start, seen.end, "America/Chicago", ())
    eyes(rep).update(replace(entry, **changes), seen)  # type: ignore[arg-type]  # fields of an Entry, by name


def mend(rep: Rep, old: str, new: str) -> None:
    rep.log_file.write_text(rep.log_file.read_text().replace(old, new))


def test_it_stands_on_today(rep: Rep) -> None:
    assert (notice(rep).start, notice(rep).end) == (MONDAY, TUESDAY)
    rep.evening("2026-10-27 09:00")
    assert (notice(rep).start, notice(rep).end) == (TUESDAY, WEDNESDAY)


@pytest.mark.parametrize("day", [FRIDAY, date(2026, 10, 23)], ids=["ahead", "back"])
def test_put_on_another_day_it_stays_there_and_comes_back_with_new_trouble(rep: Rep, day: date) -> None:
    put(rep, start=day, end=day + DAY)
    for when in ("2026-10-26 19:00", "2026-10-27 09:00", "2026-10-31 09:00"):
        rep.evening(when)
        assert (notice(rep).start, notice(rep).end) == (day, day + DAY)
    rep.log("2026-10-31T09:30,who,outbound,call,busy,,")
    rep.evening("2026-10-31 10:00")
    assert (notice(rep).title, notice(rep).start) == ("calsync needs you: 3 rows", date(2026, 10, 31))
    rep.evening("2026-11-01 10:00")
    assert notice(rep).start == date(2026, 11, 1)


def test_given_an_hour_it_keeps_it(rep: Rep) -> None:
    start = at("2026-10-27 14:00")
    put(rep, start=start, end=start + timedelta(minutes=30))
    rep.evening("2026-10-27 09:00")
    rep.evening("2026-10-28 09:00")
    assert (notice(rep).start, notice(rep).end) == (start, start + timedelta(minutes=30))


def test_a_row_that_was_mended_is_no_new_trouble(rep: Rep) -> None:
    put(rep, start=FRIDAY, end=FRIDAY + DAY)
    rep.evening("2026-10-26 19:00")
    mend(rep, "lately", "2026-10-26T11:00")
    rep.evening("2026-10-27 09:00")
    assert (notice(rep).title, notice(rep).start) == ("calsync needs you: 1 row", FRIDAY)
    rep.evening("2026-10-28 09:00")
    assert notice(rep).start == FRIDAY


def test_the_ledger_lost_a_day_ahead_is_still_a_persons(rep: Rep) -> None:
    put(rep, start=FRIDAY, end=FRIDAY + DAY)
    rep.close()
    for file in (rep.folder / "state").iterdir():
        file.unlink()
    for when in ("2026-10-27 09:00", "2026-10-28 09:00"):
        rep.evening(when)
        assert notice(rep).start == FRIDAY


def test_deleted_it_stays_away_until_there_is_new_trouble(rep: Rep) -> None:
    eyes(rep).delete(notice(rep))
    for when in ("2026-10-26 19:00", "2026-10-27 09:00"):
        rep.evening(when)
        assert [one.title for one in rep.events()] == []
    rep.log("2026-10-27T09:30,who,outbound,call,busy,,")
    rep.evening("2026-10-27 10:00")
    assert (notice(rep).title, notice(rep).start) == ("calsync needs you: 3 rows", TUESDAY)


def test_deleted_and_mended_the_same_trouble_is_told_when_it_is_there_again(rep: Rep) -> None:
    eyes(rep).delete(notice(rep))
    rep.evening("2026-10-26 19:00")
    broken = rep.log_file.read_text()
    mend(rep, "lately", "2026-10-26T11:00")
    mend(rep, "nobody", "ann")
    rep.evening("2026-10-27 09:00")
    rep.log_file.write_text(broken)
    rep.evening("2026-10-28 09:00")
    assert (notice(rep).title, notice(rep).start) == ("calsync needs you: 2 rows", WEDNESDAY)
