"""What a rep writes is what the other rooms get; every mistake is found at once, with its line and its remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calsync.config import load
from calsync.config.settings import Settings
from calsync.errors import ConfigError
from calsync.model import Away, Contact, Hours, Problem
from calsync.office import Office

REP = '[rep]\nname = "Tasha Lane"\nphone = "+1 312 555 0199"\ntimezone = "America/Chicago"\nregion = "US-IL"\n'
REST = (
    '[[contacts]]\npath = "contacts.csv"\n[[attempts]]\npath = "attempts.csv"\n'
    '[[calendars]]\nname = "callbacks"\ntype = "folder"\npath = "calendar"\n'
)
FIRST = REP.count("\n") + 1  # the line on which what a test adds begins

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(extra: str = "", *, rep: str = REP, rest: str = REST) -> Path:
        file = tmp_path / "calsync.toml"
        file.write_text(rep + extra + rest, encoding="utf-8")
        return file

    return _write


def problems(file: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert caught.value.exit_code == 2
    return caught.value.problems


def test_the_smallest_configuration_has_working_defaults(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write()
    monkeypatch.setenv("XDG_STATE_HOME", str(file.parent / "state"))
    settings = load(file)
    rep, policy = settings.rep(), settings.policy()
    assert (rep.id, rep.name, rep.phone, rep.zone) == (
        "tasha-lane",
        "Tasha Lane",
        "+13125550199",
        ZoneInfo("America/Chicago"),
    )
    assert rep.hours == Hours.same(time(9), time(18))
    assert (policy.deadline, policy.default_cadence, policy.keep_history, policy.slot_minutes) == (
        "on",
        "referral",
        True,
        10,
    )
    assert settings.state_path == file.parent / "state" / "calsync" / "tasha-lane" / "ledger.db"
    assert settings.calendars[0].path == file.parent / "calendar"
    assert (settings.tick_seconds, settings.poll_seconds, settings.guard_share, settings.guard_count) == (
        60,
        60,
        0.2,
        5,
    )


def test_paths_start_at_the_folder_of_the_configuration(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/tasha")
    settings = load(write('[[contacts]]\npath = "~/lists/friends.vcf"\n[state]\npath = "state/mine.db"\n'))
    assert [spec.path for spec in settings.contacts] == [
        Path("/home/tasha/lists/friends.vcf"),
        settings.folder / "contacts.csv",
    ]
    assert settings.contacts[1].label == "contacts.csv"
    assert settings.state_path == settings.folder / "state" / "mine.db"


def test_calsyncs_own_log_lies_beside_the_first_log_and_may_be_absent(write: Write) -> None:
    settings = load(write())
    own = settings.attempts[-1]
    assert own.path == settings.own_log == settings.folder / "attempts.calsync.csv"
    assert own.optional
    assert not settings.attempts[0].optional


def test_a_weekday_overrides_the_week_and_an_empty_text_is_a_closed_day(write: Write) -> None:
    own = 'friday = "9:00-15:30"\nwednesday = ""\nsaturday = "10:00-13:00"\n'
    week = load(write('[hours]\nweekdays = "13:00-18:00, 09:00-12:00"\n' + own)).rep().hours
    both = ((time(9), time(12)), (time(13), time(18)))
    assert week == Hours((both, both, (), both, ((time(9), time(15, 30)),), ((time(10), time(13)),), ()))


def test_every_section_reaches_the_values_that_the_rooms_use(write: Write) -> None:
    settings = load(
        write(
            '[promises]\ndeadline = "after"\nfollow_up = false\nparts_of_day = { morning = "08:00-11:30" }\n'
            'phrases = { eow = "by friday" }\n'
            '[cadences]\ndefault = "customer-care"\nby_group = { "Past customers" = "after-sale" }\n'
            '[placing]\nper_hour = 4\nper_day = 20\nslot = 15\ngap = 5\nblocks = ["10:00-12:00"]\n'
            "[events]\nalarms = [30]\nkeep_history = false\n"
            '[[away]]\nfirst = 2026-12-24\nlast = "2027-01-01"\nreason = "vacation"\n'
            '[hooks]\non_sync = ["notify-send", "calsync"]\n[sync]\nguard_share = 1\nguard_count = 50\n'
        )
    )
    policy = settings.policy()
    assert (policy.deadline, policy.follow_up_contact, policy.default_cadence) == ("after", False, "customer-care")
    assert (policy.per_hour, policy.per_day, policy.slot_minutes, policy.gap_minutes) == (4, 20, 15, 5)
    assert policy.blocks == ((time(10), time(12)),)
    assert (policy.alarms, policy.keep_history) == ((30,), False)
    assert settings.rep().away == (Away(date(2026, 12, 24), date(2027, 1, 1), "vacation"),)
    assert settings.parts_of_day == {"morning": (time(8), time(11, 30))}
    assert settings.phrases == {"eow": "by friday"}
    assert settings.cadence_by_group == {"Past customers": "after-sale"}
    assert settings.hooks == {"on_sync": ("notify-send", "calsync")}
    assert (settings.guard_share, settings.guard_count) == (1.0, 50)


def test_public_holidays_are_those_of_the_region_with_the_reps_own_changes(write: Write) -> None:
    extra = '[holidays]\nwork_on = [2026-10-12]\nextra = { "2026-12-24" = "office closed" }\n'
    days = load(write(extra)).rep().holidays
    assert days[date(2026, 11, 26)] == "Thanksgiving Day"
    assert date(2026, 10, 12) not in days
    assert days[date(2026, 12, 24)] == "office closed"
    assert date(2026, 11, 25) not in days
    assert days[date(2027, 7, 5)]  # a holiday that falls on a Sunday is kept on the Monday


def test_holidays_that_are_not_observed_leave_only_the_extra_days(write: Write) -> None:
    days = load(write('[holidays]\nobserve = false\nextra = { "2026-12-24" = "office closed" }\n')).rep().holidays
    assert dict(days) == {date(2026, 12, 24): "office closed"}
    assert len(days) == 1


def test_a_region_without_holidays_of_its_own_has_those_of_the_country(write: Write) -> None:
    days = load(write(rep=REP.replace("US-IL", "FR-75"))).rep().holidays
    assert date(2026, 7, 14) in days


def test_calendars_become_specs_with_whole_paths_and_no_password(write: Write) -> None:
    settings = load(
        write(
            '[[calendars]]\nname = "dav"\ntype = "caldav"\nurl = "https://dav.example.com/"\nusername = "tasha"\n'
            'password_command = ["pass", "show", "dav"]\nca_file = "ca.pem"\n'
            '[[calendars]]\nname = "g"\ntype = "google"\ncalendar_id = "abc@group.calendar.google.com"\n'
            '[[busy]]\nname = "private"\ntype = "folder"\npath = "private"\n'
        )
    )
    dav, google, folder = settings.calendars
    assert (dav.type, dav.calendar, dav.password_command) == ("caldav", "Callbacks", ("pass", "show", "dav"))
    assert dav.ca_file == settings.folder / "ca.pem"
    assert google.token_file is not None
    assert google.token_file.name == "google-token.json"
    assert folder.name == "callbacks"
    assert [(spec.name, spec.busy) for spec in settings.busy_calendars] == [("private", True)]


def _folders(*tables: str) -> str:
    return "".join(
        f'[[calendars]]\nname = "{name}"\ntype = "folder"\npath = "{name}"\n{keys}'
        for name, _, keys in (table.partition(" ") for table in tables)
    )


@pytest.mark.parametrize(
    ("tables", "written", "only_read"),
    [
        pytest.param(["main busy = true\n"], ["main"], [], id="the only calendar is written to, busy or not"),
        pytest.param(
            ["main busy = true\n", "calls "],
            ["calls"],
            ["main"],
            id="beside a calendar for callbacks, the busy one is only read",
        ),
        pytest.param(
            ["main busy = true\nwrite = true\n", "calls "], ["main", "calls"], [], id="unless it is asked for both"
        ),
        pytest.param(
            ["one busy = true\n", "two busy = true\n"], ["one", "two"], [], id="where all are busy, all are written to"
        ),
        pytest.param(
            ["one busy = true\nwrite = false\n", "two busy = true\n"], ["two"], ["one"], id="but for one told not to be"
        ),
    ],
)
def test_a_busy_calendar_is_written_to_only_where_no_other_is(
    write: Write, tables: list[str], written: list[str], only_read: list[str]
) -> None:
    settings = load(write(rest=REST.partition("[[calendars]]")[0] + _folders(*tables)))
    assert [spec.name for spec in settings.calendars] == written
    assert [(spec.name, spec.busy) for spec in settings.busy_calendars] == [(name, True) for name in only_read]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (["main write = false\n"], '"main" is neither written to nor read'),
        (["main busy = true\nwrite = false\n"], "no calendar is left to write callbacks to"),
    ],
)
def test_callbacks_need_a_calendar_to_go_to(write: Write, tables: list[str], message: str) -> None:
    (problem,) = problems(write(rest=REST.partition("[[calendars]]")[0] + _folders(*tables)))
    assert message in problem.message
    assert "write = false" in problem.hint


def test_a_calendar_under_busy_is_never_written_to(write: Write) -> None:
    table = '[[busy]]\nname = "main"\ntype = "folder"\npath = "main"\nwrite = true\n'
    (problem,) = problems(write(table))
    assert "only read" in problem.message
    assert "[[calendars]]" in problem.hint


def test_a_single_table_where_a_list_is_meant_is_a_list_of_one(write: Write) -> None:
    settings = load(write(rest=REST.replace("[[contacts]]", "[contacts]")))
    assert len(settings.contacts) == 1


MISTAKES = [
    # what is written, line after the [rep] section, key, part of the message, part of the hint
    ('[hours]\nweekday = ""\n', 1, "hours.weekday", "not known in [hours]", "did you mean `weekdays`?"),
    ('[hours]\nweekdays = "9-17"\n', 1, "hours.weekdays", '"9-17" is not', '"09:00-18:00"'),
    ('[hours]\nweekdays = "18:00-09:00"\n', 1, "hours.weekdays", "closes before it opens", "09:00-18:00"),
    ('[hours]\nweekdays = "09:00-13:00, 12:00-18:00"\n', 1, "hours.weekdays", "overlap", "09:00-12:00, 13:00-18:00"),
    ('[hours]\nweekdays = "09:00-25:00"\n', 1, "hours.weekdays", "does not exist", "09:00-18:00"),
    ("[hours]\nsaturday = 9\n", 1, "hours.saturday", "written as text", "in quotes"),
    ('[promises]\ndeadline = "afer"\n', 1, "promises.deadline", 'not one of "on", "after"', 'did you mean "after"?'),
    ('[promises]\nfollow_up = "no"\n', 1, "promises.follow_up", "true or false", "follow_up = false"),
    ('[promises]\nparts_of_day = { lunch = "x" }\n', 1, "promises.parts_of_day.lunch", '"x" is not', "09:00-18:00"),
    ("[placing]\nslot = 3\n", 1, "placing.slot", "greater than or equal to 5", "slot = 15"),
    ('[placing]\nper_day = "20"\n', 1, "placing.per_day", "whole number", "per_day = 25"),
    ("[placing]\ntick = 3\n", 1, "placing.tick", "not known in [placing]", "it belongs in [daemon]"),
    ("[daemon]\npoll = 1\n", 1, "daemon.poll", "greater than or equal to 10", "poll = 300"),
    ('[[away]]\nfirst = "soon"\nlast = 2026-12-24\n', 1, "away[1].first", '"soon" is not a date', "2026-12-24"),
    ("[[away]]\nfirst = 2026-12-24\nlast = 2026-12-01\n", 0, "away[1]", "before the first", "exchange"),
    ('[holidays]\nextra = { "xmas" = "x" }\n', 0, "holidays", '"xmas" is not a date', "2026-12-24"),
    ("[hooks]\non_sync = []\n", 1, "hooks.on_sync", "empty", 'on_sync = ["notify-send", "calsync"]'),
    ('[cadence]\ndefault = "x"\n', 0, "cadence", "not known as a section", "did you mean `cadences`?"),
    ('[[contacts]]\npath = "a"\nformat = "gogle"\n', 2, "contacts[1].format", '"gogle" is not one of', '"google"'),
    ('[[contacts]]\nformat = "auto"\n', 0, "contacts[1].path", "`path` is missing", 'path = "contacts.csv"'),
    ('[[contacts]]\npath = ""\n', 1, "contacts[1].path", "it is empty", "between the quotes"),
    ('[[calendars]]\nname = "x"\n', 0, "calendars[1].type", "`type` is missing", 'type = "caldav"'),
    ('[[calendars]]\nname = "x"\ntype = "caldv"\n', 2, "calendars[1].type", '"caldv" is not one of', '"caldav"?'),
    (
        '[[calendars]]\nname = "x"\ntype = "google"\nurl = "https://x"\n',
        3,
        "calendars[1].url",
        'not known in [[calendars]] of type = "google"',
        'it is for type = "caldav"',
    ),
    (
        '[[calendars]]\nname = "x"\ntype = "caldav"\nurl = "https://x"\nusername = "u"\n',
        0,
        "calendars[1]",
        "where the password is kept",
        "password_command",
    ),
    (
        '[[calendars]]\nname = "callbacks"\ntype = "google"\n',
        -FIRST + 1,
        "",
        'two calendars are called "callbacks"',
        "a name of its own",
    ),
]


@pytest.mark.parametrize(
    ("extra", "line", "column", "message", "hint"), MISTAKES, ids=[row[2] or "names" for row in MISTAKES]
)
def test_each_mistake_has_its_line_its_key_and_its_remedy(
    write: Write, extra: str, line: int, column: str, message: str, hint: str
) -> None:
    file = write(extra)
    (problem,) = problems(file)
    assert (problem.file, problem.line, problem.column) == (str(file), FIRST + line, column)
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "hint"),
    [
        ("America/Chicago", "America/Chicag", 4, "is not a time zone", 'did you mean "America/Chicago"?'),
        ("America/Chicago", "..", 4, '".." is not a time zone', "America/Chicago"),
        ("America/Chicago", "America", 4, "is not a time zone", "America/Chicago"),
        ("US-IL", "US-XX", 5, 'US has no "XX"', "US-IL"),
        ("US-IL", "Illinois", 5, '"Illinois" is not a region', "US-IL"),
        ("+1 312 555 0199", "my cell", 3, "not a telephone number", "+1 312 555 0199"),
        ("+1 312 555 0199", "+1 312", 3, "too few or too many digits", "+1 312 555 0199"),
        ("Tasha Lane", " ", 2, "it is empty", "between the quotes"),
    ],
)
def test_what_the_rep_says_of_themselves_is_checked(
    write: Write, old: str, new: str, line: int, message: str, hint: str
) -> None:
    (problem,) = problems(write(rep=REP.replace(old, new)))
    assert problem.line == line
    assert message in problem.message
    assert hint in problem.hint


def test_a_national_number_is_read_in_the_reps_country(write: Write) -> None:
    settings = load(write('own_numbers = ["(312) 555-0198"]\n', rep=REP.replace("+1 312 555 0199", "312 555 0199")))
    assert settings.own_numbers == ("+13125550199", "+13125550198")


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file(write: Write) -> None:
    found = problems(
        write(
            '[hours]\nweekday = "x"\n[placing]\nslot = 1\nblocks = [\n  "10:00-12:00",\n  "late",\n]\nper_dya = 3\n',
            rep=REP.replace("Tasha Lane", "").replace("America/Chicago", "Chicago"),
        )
    )
    assert [(problem.line, problem.column) for problem in found] == [
        (2, "rep.name"),
        (4, "rep.timezone"),
        (7, "hours.weekday"),
        (9, "placing.slot"),
        (10, "placing.blocks[2]"),
        (14, "placing.per_dya"),
    ]


def test_missing_sections_are_named(write: Write) -> None:
    found = problems(write(rep="", rest=""))
    assert {problem.column for problem in found} == {"rep", "contacts", "attempts", "calendars"}
    assert all("calsync init" in problem.hint for problem in found)


def test_a_password_in_the_file_is_refused_and_never_shown(write: Write) -> None:
    found = problems(
        write(
            '[[calendars]]\nname = "x"\ntype = "caldav"\nurl = "https://x"\nusername = "u"\npassword = "hunter2"\n'
            'password_env = "P"\n'
        )
    )
    (problem,) = found
    assert "does not belong in this file" in problem.message
    assert "password_command" in problem.hint
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("[rep]\nname = Tasha\n", 2, "in quotes"),
        ('[rep]\nname = "Tasha\n', 2, "[section]"),
        ('[rep]\nname = "a"\nname = "b"\n', 3, "[section]"),
        ("[rep\n", 1, "[section]"),
        ("[rep]\nx = [1,\n", 2, "[section]"),
    ],
)
def test_a_slip_of_the_pen_is_found_by_line(tmp_path: Path, text: str, line: int, hint: str) -> None:
    file = tmp_path / "calsync.toml"
    file.write_text(text)
    (problem,) = problems(file)
    assert problem.line == line
    assert hint in problem.hint


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "nothing.toml")
    assert str(tmp_path / "nothing.toml") in caught.value.message
    assert caught.value.hint == "calsync init"


def test_a_file_that_is_not_text_is_found_by_line(tmp_path: Path) -> None:
    file = tmp_path / "calsync.toml"
    file.write_bytes(b'[rep]\nname = "Ren\xe9"\n')
    (problem,) = problems(file)
    assert problem.line == 2
    assert "UTF-8" in problem.hint


def test_a_folder_in_place_of_the_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_a_byte_order_mark_is_no_mistake(write: Write) -> None:
    file = write()
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert isinstance(load(file), Settings)


def test_days_with_a_name_of_the_reps_own_are_read_by_the_promise_language(write: Write) -> None:
    named = '"founders day" = "06-12"\n"fair day" = "4 thu 11"\n"inventory" = 2026-12-07\n'
    file = write(f"[promises.holidays]\n{named}[state]\npath = 'state/ledger.db'\n")
    said_at = datetime(2026, 11, 2, 10, 0, tzinfo=ZoneInfo("America/Chicago"))
    with Office(load(file)) as office:
        for words, day in (("founders day", "2027-06-12"), ("fair day", "2026-11-26"), ("inventory", "2026-12-07")):
            reading = office.read(f"I'll call on {words}", said_at, Contact("c", "C"))
            assert reading.window is not None, words
            assert reading.window.earliest.date().isoformat() == day


def test_a_day_that_is_none_is_a_mistake_with_its_line(write: Write) -> None:
    (problem,) = problems(write('[promises.holidays]\n"founders day" = "13-40"\n'))
    assert problem.line == FIRST + 1
    assert "13-40" in problem.message
