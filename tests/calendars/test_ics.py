"""iCalendar text: what we write is read by another library, and what others wrote stays as it is."""

from __future__ import annotations

import contextlib
import io
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from calsync.calendars import ics
from calsync.calendars.base import Seen
from calsync.calendars.ics import lines
from calsync.calendars.ics.times import duration_of, property_line
from calsync.calendars.ics.zones import vtimezone
from calsync.model import Entry
from tests.contract.suite import NINE, entry

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
WORDS = st.text(st.characters(codec="utf-8"), max_size=400)


def read(text: str) -> Seen:
    found = ics.read(text, href="x.ics", etag="1", zone=CHICAGO)
    assert isinstance(found, Seen)
    return found


def event_of(text: str) -> Event:
    found = Calendar.from_ical(text).walk("VEVENT")[0]
    assert isinstance(found, Event)
    return found


# --- lines


@settings(deadline=None)
@given(WORDS)
def test_a_text_comes_back_clean(text: str) -> None:
    assert lines.unescape(lines.escape(text)) == lines.clean(text)


@settings(deadline=None)
@given(WORDS)
def test_no_line_is_longer_than_75_octets_and_no_character_is_split(text: str) -> None:
    folded = lines.fold("DESCRIPTION:" + lines.escape(text))
    rows = folded.removesuffix("\r\n").split("\r\n")
    assert all(len(row.encode()) <= 75 for row in rows)
    assert rows[0] + "".join(row[1:] for row in rows[1:]) == "DESCRIPTION:" + lines.escape(text)


@settings(deadline=None)
@given(WORDS, WORDS)
def test_an_event_is_read_by_another_library_as_we_meant_it(title: str, description: str) -> None:
    wanted = entry(title=lines.clean(title).replace("\n", " "), description=lines.clean(description))
    text = ics.render(wanted, NOW)
    event = event_of(text)
    assert str(event["SUMMARY"]) == wanted.title
    assert str(event["DESCRIPTION"]) == wanted.description
    assert event.start == wanted.start
    seen = read(text)
    assert (seen.title, seen.description) == (wanted.title, wanted.description)


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS), max_size=4))
def test_any_number_of_updates_keeps_what_is_not_ours(changes: list[tuple[str, str]]) -> None:
    theirs = 'X-THEIRS;X-P="a:b;c":kept\\, as\r\n  it is\r\n'
    text = ics.render(entry(), NOW).replace("STATUS:", theirs + "STATUS:")
    for title, description in changes:
        wanted = entry(title=lines.clean(title), description=lines.clean(description))
        text = ics.patch(text, wanted, NOW)
        assert theirs in text
        assert (read(text).title, read(text).description) == (wanted.title, wanted.description)
    assert f"SEQUENCE:{len(changes)}\r\n" in text
    event_of(text)


@settings(deadline=None)
@given(st.text(alphabet="BEGINDVT:;\r\n X-CALSYNC@", max_size=200))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    for raw in (text, text + f"\nUID:{entry().uid}@calsync\nX-CALSYNC-COMMITMENT:x\n"):
        with contextlib.suppress(ics.Unreadable):
            assert isinstance(ics.read(raw, href="x", etag="", zone=CHICAGO), Seen | ics.Foreign)


@pytest.mark.parametrize("cut", range(0, 1300, 37))
def test_an_event_half_written_is_unreadable_or_nobodys(cut: int) -> None:
    text = ics.render(entry(), NOW)
    try:
        found = ics.read(text[:cut], href="x", etag="", zone=CHICAGO)
    except ics.Unreadable:
        return
    assert isinstance(found, ics.Foreign)


def test_a_fold_inside_a_character_is_undone() -> None:
    data = ics.render(entry(title="Zoë"), NOW).encode().replace("ë".encode(), b"\xc3\r\n \xab")
    assert read(lines.decode(data)).title == "Zoë"


def test_line_ends_of_the_file_are_kept() -> None:
    text = ics.render(entry(), NOW).replace("\r\n", "\n")
    assert "\r" not in ics.patch(text, entry(title="new", alarms=(3,), start=NINE + timedelta(days=99)), NOW)


def test_unspeakable_characters_are_left_out() -> None:
    """XML cannot carry them: one inside an event would break every later answer of a CalDAV server."""
    text = ics.render(entry(title="bell\x07 nul\x00 \ufffe tab\t", description="a\r\nb\rc\x0b"), NOW)
    assert read(text).title == "bell nul  tab\t"
    assert read(text).description == "a\nb\nc"


# --- time zones

ZONES = [
    "America/Chicago",
    "America/Phoenix",
    "America/St_Johns",
    "Europe/London",
    "Europe/Dublin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/Sao_Paulo",
]


@pytest.mark.parametrize("name", ZONES)
def test_a_vtimezone_says_what_the_zone_says_every_quarter_of_an_hour(name: str) -> None:
    """Read by another library, without the zone database, over two years and both changes of each."""
    zone = ZoneInfo(name)
    told = tzical(io.StringIO(vtimezone(name, 2026))).get(name)
    moment = datetime(2025, 6, 1, tzinfo=UTC)
    while moment < datetime(2027, 6, 1, tzinfo=UTC):
        local = moment.astimezone(zone)
        plain = local.replace(tzinfo=None)
        if local.fold == 0 and plain.replace(tzinfo=zone, fold=1).utcoffset() == local.utcoffset():
            assert plain.replace(tzinfo=told).utcoffset() == local.utcoffset(), plain
        # every quarter of an hour around the changes, every few hours elsewhere
        near = (moment + timedelta(hours=8)).astimezone(zone).utcoffset() != (moment - timedelta(hours=8)).astimezone(
            zone
        ).utcoffset()
        moment += timedelta(minutes=15) if near else timedelta(hours=7)


def test_a_zone_without_summer_time_has_one_observance() -> None:
    text = vtimezone("America/Phoenix", 2026)
    assert text.count("BEGIN:STANDARD") == 1
    assert "DAYLIGHT" not in text


@pytest.mark.parametrize("name", ZONES)
def test_p14_every_event_brings_the_zone_it_names(name: str) -> None:
    start = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo(name))
    text = ics.render(entry(start=start, end=start + timedelta(minutes=10), zone=name), NOW)
    assert f"DTSTART;TZID={name}:20260701T090000" in text
    assert f"TZID:{name}\r\n" in text
    later = start.replace(year=2031)
    moved = ics.patch(text, entry(start=later, end=later + timedelta(minutes=10), zone=name), NOW)
    assert moved.count("BEGIN:VTIMEZONE") == 1
    told = tzical(io.StringIO(moved[moved.index("BEGIN:VTIMEZONE") : moved.index("BEGIN:VEVENT")])).get(name)
    assert later.replace(tzinfo=told).utcoffset() == later.utcoffset()


def test_a_time_inside_the_gap_is_written_as_the_time_it_is() -> None:
    """02:30 does not exist on that day; clocks show 03:30 then."""
    gap = datetime(2026, 3, 8, 2, 30, tzinfo=CHICAGO)
    assert property_line("DTSTART", gap, "America/Chicago")[0] == "DTSTART;TZID=America/Chicago:20260308T033000"


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = datetime(2026, 11, 1, 1, 30, tzinfo=CHICAGO)
    assert property_line("DTSTART", first, "America/Chicago")[0] == "DTSTART;TZID=America/Chicago:20261101T013000"
    assert property_line("DTSTART", first.replace(fold=1), "America/Chicago")[0] == "DTSTART:20261101T073000Z"


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        ("DTSTART:20261023T140000Z", NINE),
        ("DTSTART:20261023T090000", NINE),  # floating: where the rep is
        ("DTSTART;TZID=Europe/London:20261023T150000", NINE),
        ("DTSTART;TZID=Central Standard Time:20261023T090000", NINE),  # as Outlook names it
        ('DTSTART;TZID="America/Chicago":20261023T090000', NINE),
        ("DTSTART;VALUE=DATE:20261023", date(2026, 10, 23)),
        ("DTSTART;VALUE=DATE-TIME;TZID=America/Chicago:20261023T090000", NINE),
    ],
)
def test_a_start_is_read_however_it_is_written(start: str, wanted: datetime | date) -> None:
    text = ics.render(entry(), NOW)
    plain = "DTSTART;TZID=America/Chicago:20261023T090000"
    text = text.replace(plain, start).replace("DTEND;TZID=America/Chicago:20261023T091000\r\n", "")
    assert read(text).start == wanted


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT15M", timedelta(minutes=15)),
        ("-PT10M", timedelta(minutes=-10)),
        ("P1D", timedelta(days=1)),
        ("P2W", timedelta(weeks=2)),
        ("+P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("P0D", timedelta()),
    ],
)
def test_durations(text: str, length: timedelta) -> None:
    assert duration_of(text) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "10M", "P1H", "-P"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        duration_of(text)


# --- what a person changed


def alarm(extra: str) -> str:
    return f"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Mine\r\n{extra}\r\nEND:VALARM\r\n"


def test_alarms_that_are_right_are_left_alone() -> None:
    """A client notes in them that they rang; written anew they would ring again."""
    text = ics.render(entry(), NOW).replace("TRIGGER:-PT10M", "TRIGGER:-PT10M\r\nACKNOWLEDGED:20261023T135001Z")
    assert "ACKNOWLEDGED:20261023T135001Z" in ics.patch(text, entry(description="new words"), NOW)
    assert "ACKNOWLEDGED" not in ics.patch(text, entry(alarms=(15, 0)), NOW)


def test_an_alarm_of_ours_that_a_person_changed_is_seen() -> None:
    text = ics.render(entry(), NOW).replace("TRIGGER:-PT10M", "TRIGGER:-PT1H")
    assert read(text).alarms == (60, 0)
    absolute = ics.render(entry(), NOW).replace("TRIGGER:-PT10M", "TRIGGER;VALUE=DATE-TIME:20261023T133000Z")
    assert read(absolute).alarms == (30, 0)


def test_an_alarm_of_theirs_stays_whatever_becomes_of_ours() -> None:
    mine = alarm("TRIGGER:-PT60M")
    text = ics.render(entry(), NOW).replace("END:VEVENT", mine + "END:VEVENT")
    for alarms in ((), (5,), (10, 0)):
        text = ics.patch(text, entry(alarms=alarms), NOW)
        assert mine in text
        assert read(text).alarms == alarms


def test_reminders_from_a_phone_that_drops_our_mark_are_not_there_twice_whatever_the_title_says() -> None:
    """DAVx5 writes every reminder anew; the title may have been typed over in the same edit."""
    text = re.sub(r"X-CALSYNC-ALARM:.*\r\n", "", ics.render(entry(), NOW))
    text = text.replace(f"SUMMARY:{entry().title}", "SUMMARY:Lunch")
    mine = alarm("TRIGGER:-PT60M")
    after = ics.patch(text.replace("END:VEVENT", mine + "END:VEVENT"), entry(description="new"), NOW)
    assert after.count("BEGIN:VALARM") == 3
    assert mine in after


def test_a_persons_choice_to_show_the_time_as_busy_is_kept() -> None:
    text = ics.render(entry(), NOW)
    assert "\r\nTRANSP:TRANSPARENT" in text
    chosen = text.replace("\r\nTRANSP:TRANSPARENT", "\r\nTRANSP:OPAQUE")
    assert "\r\nTRANSP:OPAQUE" in ics.patch(chosen, entry(title="new"), NOW)
    assert "\r\nTRANSP:OPAQUE" in ics.patch(text, entry(busy=True), NOW)
    assert "\r\nTRANSP:TRANSPARENT" in ics.patch(ics.patch(text, entry(busy=True), NOW), entry(), NOW)


def test_the_same_words_in_another_form_go_when_ours_change() -> None:
    text = ics.render(entry(), NOW).replace("STATUS:", "X-ALT-DESC;FMTTYPE=text/html:<b>old</b>\r\nSTATUS:")
    assert "X-ALT-DESC" in ics.patch(text, entry(title="new"), NOW)
    assert "X-ALT-DESC" not in ics.patch(text, entry(description="new"), NOW)


def test_one_changed_occurrence_of_a_series_is_not_taken_for_the_event() -> None:
    text = ics.render(entry(), NOW)
    start, end = text.index("BEGIN:VEVENT"), text.index("END:VCALENDAR")
    exception = text[start:end].replace("UID:", "RECURRENCE-ID:20261030T140000Z\r\nUID:").replace("Call", "Other")
    assert read(text[:start] + exception + text[start:]).title == entry().title
    patched = ics.patch(text[:start] + exception + text[start:], entry(title="new"), NOW)
    assert "SUMMARY:Other Pat Miller" in patched
    assert read(patched).title == "new"


def test_our_own_templates_leave_nothing_that_a_server_garbles() -> None:
    """A known server loses characters outside the basic plane; the frame that we write has none."""
    plain = Entry(entry().uid, "mark", "t", "d", NINE, NINE + timedelta(minutes=10), "America/Chicago", (10,))
    assert ics.render(plain, NOW).isascii()
