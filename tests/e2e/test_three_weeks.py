"""Three weeks of a rep's life: rows arrive day by day, the clock moves (the end of daylight saving and a public holiday
among them), and each evening the calendar is exactly what the rules of a promise say.  Against a real server.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.rep import FOLDER, Rep, caldav
from tests.servers.running import PASSWORD, USER, radicale_server, running

CONTACTS = """id,name,phone,kind,region,referrer,topic
ann,Ann Archer,+1 312 555 0101,consumer,US-IL,Lee,oak floors
bob,Bob Baker,+1 305 555 0102,business,US-FL,,a new roof
cat,Cat Carver,+1 312 555 0103,,,Lee,oak floors
dan,Dan Dyer,+1 312 555 0104,,US-IL,,
eve,Eve Ellis,+1 312 555 0105,,US-IL,,
fay,Fay Foster,+1 312 555 0106,,US-IL,,
gus,Gus Grant,+1 312 555 0107,,US-IL,,
hal,Hal Hunter,+1 312 555 0108,,US-IL,,
"""

# Each day: the rows that were logged since the run before, and what the calendar shows at the end of it.
DAYS: list[tuple[str, list[str], list[str]]] = [
    (
        "2026-10-26 18:30",
        [
            "2026-10-26T10:00,ann,outbound,call,left_voicemail,by Friday,",
            "2026-10-26T11:00,bob,outbound,call,connected,Wednesday at 3pm,",
            "2026-10-26T12:00,cat,outbound,call,left_voicemail,,",
            "2026-10-26T13:00,dan,outbound,call,connected,,she'll call me Thursday",
        ],
        # By Friday means on Friday; the cadence's script said Friday too; Dan's own promise is followed up a working
        # day after the day that was named.
        ["Ann Fri 30 Oct", "Bob Wed 28 Oct", "Cat Fri 30 Oct", "Dan Fri 30 Oct"],
    ),
    ("2026-10-27 18:30", [], ["Ann Fri 30 Oct", "Bob Wed 28 Oct", "Cat Fri 30 Oct", "Dan Fri 30 Oct"]),
    (
        "2026-10-28 18:30",
        [
            "2026-10-28T15:02,bob,outbound,call,connected,,all well",  # kept
            "2026-10-28T16:00,ann,inbound,call,connected,,she called",  # released before its time: removed
        ],
        ["Cat Fri 30 Oct", "Dan Fri 30 Oct", "✓ Bob Wed 28 Oct"],
    ),
    (
        "2026-10-29 18:30",
        ["2026-10-29T09:30,dan,inbound,call,connected,,called as promised"],
        ["Cat Fri 30 Oct", "✓ Bob Wed 28 Oct"],
    ),
    (
        "2026-10-30 18:30",
        ["2026-10-30T17:00,cat,outbound,call,left_voicemail,,"],  # kept; the second script says Monday
        ["Cat Mon 2 Nov", "✓ Bob Wed 28 Oct", "✓ Cat Fri 30 Oct"],
    ),
    (
        # Daylight saving ended on the Sunday.  Cat was forgotten, and the 3rd is a holiday in Illinois (elections).
        "2026-11-02 18:30",
        [
            "2026-11-02T10:00,eve,outbound,call,left_voicemail,by Wednesday,",
            "2026-11-02T11:00,fay,outbound,call,connected,in 2 weeks,",
        ],
        ["Eve Wed 4 Nov", "Fay Mon 16 Nov", "OVERDUE Cat Wed 4 Nov", "✓ Bob Wed 28 Oct", "✓ Cat Fri 30 Oct"],
    ),
    (
        "2026-11-03 18:30",
        ["2026-11-03T09:45,cat,outbound,call,left_voicemail,,"],  # late; the third script promises nothing
        ["Eve Wed 4 Nov", "Fay Mon 16 Nov", "✓ Bob Wed 28 Oct", "✓ Cat Fri 30 Oct", "✓ Cat Wed 4 Nov"],
    ),
    (
        "2026-11-04 18:30",
        [
            "2026-11-04T09:10,eve,inbound,call,do_not_call,,",  # everything of hers goes
            "2026-11-04T10:00,gus,outbound,call,connected,by Wednesday,",  # the 11th is a public holiday: earlier
        ],
        ["Fay Mon 16 Nov", "Gus Tue 10 Nov", "✓ Bob Wed 28 Oct", "✓ Cat Fri 30 Oct", "✓ Cat Wed 4 Nov"],
    ),
    (
        "2026-11-05 18:30",
        ["2026-11-05T10:00,ann,outbound,call,left_voicemail,by Monday,"],
        [
            "Ann Mon 9 Nov",
            "Fay Mon 16 Nov",
            "Gus Tue 10 Nov",
            "✓ Bob Wed 28 Oct",
            "✓ Cat Fri 30 Oct",
            "✓ Cat Wed 4 Nov",
        ],
    ),
    (
        "2026-11-06 18:30",
        ["2026-11-06T10:00,ann,outbound,call,left_voicemail,by Tuesday,"],  # the newer promise supersedes
        [
            "Ann Tue 10 Nov",
            "Fay Mon 16 Nov",
            "Gus Tue 10 Nov",
            "✓ Bob Wed 28 Oct",
            "✓ Cat Fri 30 Oct",
            "✓ Cat Wed 4 Nov",
        ],
    ),
    (
        "2026-11-09 18:30",
        ["2026-11-09T11:00,hal,inbound,call,no_answer,,they rang"],  # a missed call of theirs: they are waiting
        [
            "Ann Tue 10 Nov",
            "Fay Mon 16 Nov",
            "Gus Tue 10 Nov",
            "Hal Tue 10 Nov",  # today's hours were over when the row came
            "✓ Bob Wed 28 Oct",
            "✓ Cat Fri 30 Oct",
            "✓ Cat Wed 4 Nov",
        ],
    ),
    (
        "2026-11-10 18:30",
        [
            "2026-11-10T11:00,ann,outbound,call,sold,,",  # said in a call inside the window: kept
            "2026-11-10T16:00,gus,outbound,call,connected,,",  # before its window, and they spoke: met early
            "2026-11-10T16:30,hal,outbound,call,connected,,",
        ],
        [
            "Fay Mon 16 Nov",
            "✓ Ann Tue 10 Nov",
            "✓ Bob Wed 28 Oct",
            "✓ Cat Fri 30 Oct",
            "✓ Cat Wed 4 Nov",
            "✓ Gus Tue 10 Nov",
            "✓ Hal Tue 10 Nov",
        ],
    ),
    (
        "2026-11-13 18:30",
        ["2026-11-13T10:00,fay,outbound,sms,,,I wrote"],  # a text of ours keeps no promise to call
        [
            "Fay Mon 16 Nov",
            "✓ Ann Tue 10 Nov",
            "✓ Bob Wed 28 Oct",
            "✓ Cat Fri 30 Oct",
            "✓ Cat Wed 4 Nov",
            "✓ Gus Tue 10 Nov",
            "✓ Hal Tue 10 Nov",
        ],
    ),
]


@pytest.fixture(params=["folder", pytest.param("radicale", marks=pytest.mark.servers)])
def rep(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rep]:
    if request.param == "folder":
        rep = Rep(tmp_path / "rep", FOLDER, contacts=CONTACTS)
        yield rep
        rep.close()
        return
    monkeypatch.setenv("CALSYNC_TEST_PASSWORD", PASSWORD)
    with running(radicale_server(tmp_path / "radicale")) as server:
        rep = Rep(tmp_path / "rep", caldav(server.url, USER), contacts=CONTACTS)
        yield rep
        rep.close()


def test_three_weeks_of_a_reps_life(rep: Rep) -> None:
    for evening, rows, expected in DAYS:
        rep.log(*rows)
        rep.evening(evening)
        assert rep.shown() == sorted(expected), evening


def test_restarted_every_day_it_is_the_same_life(rep: Rep) -> None:
    for evening, rows, expected in DAYS:
        rep.log(*rows)
        rep.evening(evening)
        rep.close()
        assert rep.shown() == sorted(expected), evening
        rep.close()
