"""An index that is followed from run to run says what one made anew says."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from calsync.ledger.rows import Face, Intent, Row, Status
from calsync.sync.index import Index, index

CHICAGO = ZoneInfo("America/Chicago")

faces = st.builds(
    Face,
    title=st.just("Call"),
    start=st.sampled_from(["2026-10-30T21:00:00+00:00", "2026-11-02T15:00:00+00:00", "2026-10-30"]),
    end=st.sampled_from(["2026-11-02T15:15:00+00:00", "2026-10-31"]),
    body=st.just(""),
    notes=st.sampled_from(["", "ask for Ann"]),
)


def rows_of(uid: str, *, shared: bool) -> st.SearchStrategy[Row]:
    """Rows of one event; two events may share a mark or a href where a calendar went wrong."""
    return st.builds(
        Row,
        uid=st.just(uid),
        mark=st.sampled_from([f"mark {uid}", "mark of two"]) if shared else st.just(f"mark {uid}"),
        status=st.sampled_from(Status),
        face=faces,
        href=st.sampled_from(["", f"/{uid}.ics", "/of two.ics"]) if shared else st.sampled_from(["", f"/{uid}.ics"]),
        etag=st.sampled_from(["", '"1"', '"2"']),
        why=st.sampled_from([(), ("as promised",)]),
        intent=st.sampled_from(Intent),
    )


Step = dict[str, Row | None]


def steps(*, shared: bool) -> st.SearchStrategy[list[Step]]:
    """What becomes of a few of many rows, step by step: written, or ``None`` where one is dropped."""
    one = st.sampled_from(["u3", "u7", "new"]).flatmap(
        lambda uid: st.tuples(st.just(uid), st.none() | rows_of(uid, shared=shared))
    )
    return st.lists(st.lists(one, max_size=3).map(dict), min_size=1, max_size=4)


@given(steps(shared=False) | steps(shared=True))
def test_followed_through_any_life_it_says_what_one_made_anew_says(life: list[Step]) -> None:
    rows = {uid: plain(uid) for uid in [f"u{number}" for number in range(20)]}
    followed: Index | None = index(rows, CHICAGO)
    for step in life:
        for uid, row in step.items():
            if row is None:
                rows.pop(uid, None)
            else:
                rows[uid] = row
        followed = index(rows, CHICAGO, followed)
        made = index(rows, CHICAGO)
        for field in fields(Index):
            assert getattr(followed, field.name) == getattr(made, field.name), field.name


def plain(uid: str, **other: Any) -> Row:
    face = Face("Call", "2026-10-30T21:00:00+00:00", "2026-10-30T21:15:00+00:00", "")
    return replace(Row(uid, f"mark {uid}", Status.LIVE, face, f"/{uid}.ics", '"1"'), **other)


def test_rows_written_in_place_are_noticed() -> None:
    rows = {uid: plain(uid) for uid in map(str, range(9))}
    before = index(rows, CHICAGO)
    rows["3"] = replace(rows["3"], etag='"2"')
    assert index(rows, CHICAGO, before).known["/3.ics"] == '"2"'
    assert before.known["/3.ics"] == '"1"', "whoever holds the old one keeps what it said"


def test_nothing_is_made_anew_for_rows_that_stand_as_they_stood() -> None:
    rows = {uid: plain(uid) for uid in map(str, range(9))}
    before = index(rows, CHICAGO)
    assert index(dict(rows), CHICAGO, before) is before


def test_one_row_that_changed_leaves_the_slots_of_the_others_the_very_same() -> None:
    rows = {uid: plain(uid) for uid in map(str, range(9))}
    before = index(rows, CHICAGO)
    rows["3"] = replace(rows["3"], why=("as promised",))
    after = index(rows, CHICAGO, before)
    assert all(after.slots[f"mark {uid}"] is before.slots[f"mark {uid}"] for uid in rows if uid != "3")
