"""Days away: what falls into them is kept before, what cannot be is said, and coming back finds no heap."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.e2e.rep import FOLDER, Rep

NAMES = ("Ann Archer", "Bob Baker", "Cat Carver", "Dan Dyer", "Eve Eady", "Fay Ford", "Gus Gale", "Hal Hill")
CONTACTS = "id,name,phone,region\n" + "".join(
    f"{name[:3].lower()},{name},+1 312 555 01{number:02},US-IL\n" for number, name in enumerate(NAMES)
)
AWAY = '[[away]]\nfirst = "2026-11-02"\nlast = "2026-11-06"\nreason = "Lisbon"\n[placing]\nper_day = 3\n'


def test_a_promise_is_kept_the_day_before_a_planned_call_after(tmp_path: Path) -> None:
    rep = Rep(tmp_path / "rep", FOLDER, extra=AWAY, contacts=CONTACTS)
    rep.log("2026-10-26T10:00,ann,outbound,call,left_voicemail,by November 4,")
    rep.log("2026-10-26T10:10,bob,outbound,call,connected,plan: November 4,")
    rep.evening("2026-10-26 18:00")
    assert rep.shown() == ["Ann Fri 30 Oct", "Bob Mon 9 Nov"]
    assert "you are away (Lisbon)" in " ".join(rep.event("Ann").description.split())
    rep.close()


def test_coming_back_finds_the_overdue_spread_by_the_cap_the_most_binding_first(tmp_path: Path) -> None:
    """Nothing was called before the trip, so everything is overdue after it."""
    rep = Rep(tmp_path / "rep", FOLDER, extra=AWAY, contacts=CONTACTS)
    for number, name in enumerate(NAMES):
        words = "Friday at 3pm" if name.startswith("Hal") else "by Friday"
        rep.log(f"2026-10-26T10:{number:02},{name[:3].lower()},outbound,call,left_voicemail,{words},")
    rep.evening("2026-10-26 18:00")
    rep.evening("2026-11-08 18:00")
    days = Counter(line.partition(" ")[2].partition(" ")[2] for line in rep.shown())
    assert days == {"Mon 9 Nov": 3, "Tue 10 Nov": 3, "Thu 12 Nov": 2}  # Wednesday is Veterans Day
    assert "OVERDUE Hal Mon 9 Nov" in rep.shown()
    rep.close()


VACATION = '[[busy]]\nname = "main"\ntype = "folder"\npath = "main"\naway = "Vacation"\n'


def holiday(folder: Path, title: str, first: str, last: str) -> None:
    """An all-day event of the rep's own, shown as free, as most programs write one; ``last`` is the day after."""
    folder.mkdir(exist_ok=True)
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", "BEGIN:VEVENT", "UID:trip@example.com",
        "DTSTAMP:20261001T000000Z", f"SUMMARY:{title}", f"DTSTART;VALUE=DATE:{first}", f"DTEND;VALUE=DATE:{last}",
        "TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    (folder / "trip.ics").write_bytes("\r\n".join(lines).encode())


def test_all_day_events_of_a_given_name_are_days_away(tmp_path: Path) -> None:
    rep = Rep(tmp_path / "rep", FOLDER, extra=VACATION, contacts=CONTACTS)
    rep.log("2026-10-26T10:00,ann,outbound,call,left_voicemail,by November 4,")
    rep.log("2026-10-26T10:10,bob,outbound,call,connected,plan: November 4,")
    rep.evening("2026-10-26 18:00")
    assert rep.shown() == ["Ann Wed 4 Nov", "Bob Wed 4 Nov"]
    holiday(rep.folder / "main", "vacation", "20261102", "20261107")
    rep.evening("2026-10-26 18:10")
    assert rep.shown() == ["Ann Fri 30 Oct", "Bob Mon 9 Nov"]
    assert "you are away (vacation)" in " ".join(rep.event("Ann").description.split())
    holiday(rep.folder / "main", "Something else", "20261102", "20261107")
    rep.evening("2026-10-26 18:20")
    assert rep.shown()[0] == "Ann Wed 4 Nov"
    rep.close()
