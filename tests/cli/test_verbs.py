"""Every verb does what it says, in words and as JSON, with the exit code that belongs to it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from calsync.cadences import load as load_cadences
from calsync.config import load
from calsync.config.settings import OWN_LOG
from tests.cli.conftest import ATTEMPTS, CONTACTS, NOW, Run


def rows(log: Path) -> list[dict[str, str]]:
    with log.open(newline="") as file:
        return list(csv.DictReader(file))


# -- plan -------------------------------------------------------------------------------------------------------------


def test_plan_lists_every_call_with_its_window_and_reason(calsync: Run) -> None:
    ran = calsync("plan", "--at", NOW)
    assert ran.code == 0
    assert "Dana Levy" in ran.out
    assert "Fri 27 Nov 09:00-18:00" in ran.out
    assert "2 calls owed, 0 ended." in ran.out


def test_plan_json_has_the_shape_that_programs_rely_on(calsync: Run) -> None:
    plan = calsync("plan", "--json", "--at", NOW).json
    assert list(plan) == ["now", "commitments", "notices", "problems"]
    assert plan["now"] == "2026-11-25T11:30:00-06:00"
    dana = next(row for row in plan["commitments"] if row["contact_id"] == "dana")
    assert list(dana) == [
        "id",
        "contact_id",
        "contact_name",
        "state",
        "kind",
        "promised_by",
        "made_at",
        "attempt",
        "text",
        "window",
        "slot",
        "cadence",
        "why",
        "entry",
    ]
    assert (dana["contact_name"], dana["state"], dana["kind"], dana["promised_by"]) == (
        "Dana Levy",
        "open",
        "deadline",
        "rep",
    )
    assert dana["made_at"] == "2026-11-25T11:02:00-06:00"
    assert dana["attempt"] == {"file": "attempts.csv", "line": 2}
    assert dana["window"] == {"earliest": "2026-11-27T09:00:00-06:00", "latest": "2026-11-27T18:00:00-06:00"}
    assert "2026-11-27T09:00:00-06:00" <= dana["slot"]["start"] < dana["slot"]["end"] <= "2026-11-27T18:00:00-06:00"
    assert dana["cadence"] == {"name": "referral", "step": 2}
    assert list(dana["entry"]) == ["uid", "title", "description", "alarms"]
    assert all(isinstance(line, str) for line in dana["why"])


def test_plan_json_gives_the_same_bytes_twice(calsync: Run) -> None:
    assert calsync("plan", "--json", "--at", NOW).out == calsync("plan", "--json", "--at", NOW).out


def test_plan_writes_nothing(calsync: Run, rep: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in rep.rglob("*")}
    calsync("plan", "--at", NOW)
    assert {path: path.stat().st_mtime_ns for path in rep.rglob("*")} == before


def test_a_row_in_error_is_exit_code_1_and_the_rest_goes_on(calsync: Run, rep: Path) -> None:
    with (rep / "attempts.csv").open("a") as file:
        file.write("someday,dana,outbound,call,left_voicemail,,\n")
    ran = calsync("plan", "--json", "--at", NOW)
    assert ran.code == 1
    (problem,) = ran.json["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("attempts.csv", 4, "at")
    assert problem["hint"]
    assert len(ran.json["commitments"]) == 2
    assert len(ran.json["notices"]) == 1


def test_at_without_an_offset_is_in_the_reps_zone(calsync: Run) -> None:
    here = calsync("plan", "--json", "--at", "2026-11-25T11:30").out
    assert here == calsync("plan", "--json", "--at", "2026-11-25T17:30+00:00").out


def test_config_is_understood_before_and_after_the_verb(calsync: Run, rep: Path) -> None:
    before = calsync("plan", "--json", "--at", NOW).out
    after = calsync("plan", "--json", "--at", NOW, "--config", rep / "calsync.toml", config=None).out
    assert before == after


def test_the_default_configuration_is_found_in_the_xdg_folder(calsync: Run, rep: Path) -> None:
    folder = rep / "config" / "calsync"
    folder.mkdir(parents=True)
    for name in ("calsync.toml", "contacts.csv", "attempts.csv"):
        (rep / name).rename(folder / name)
    assert calsync("plan", "--at", NOW, config=None).code == 0


# -- sync, status -----------------------------------------------------------------------------------------------------


def test_sync_writes_the_events_and_a_second_run_writes_nothing(calsync: Run, rep: Path) -> None:
    first = calsync("sync", "--json", "--at", NOW)
    assert first.code == 0
    assert sorted(action["action"] for action in first.json["actions"] if action["action"] != "keep") == [
        "create",
        "create",
    ]
    assert set(first.json["actions"][0]) >= {"action", "calendar", "commitment_id", "reason"}
    assert len(list((rep / "calendar").glob("*.ics"))) == 2
    second = calsync("sync", "--json", "--at", NOW)
    assert [action for action in second.json["actions"] if action["action"] != "keep"] == []


def test_a_dry_run_says_what_sync_then_does_and_does_nothing(calsync: Run, rep: Path) -> None:
    would = calsync("sync", "--dry-run", "--json", "--at", NOW)
    assert not list(rep.rglob("*.ics"))
    assert not (rep / "state").exists()
    done = calsync("sync", "--json", "--at", NOW)
    assert would.json["actions"] == done.json["actions"]


def test_sync_says_in_words_what_was_done(calsync: Run) -> None:
    assert "callbacks: 2 created" in calsync("sync", "--at", NOW).out
    assert "callbacks: up to date" in calsync("sync", "--at", NOW).out


def test_status_says_how_it_stands(calsync: Run) -> None:
    calsync("sync", "--at", NOW)
    ran = calsync("status", "--json", "--at", NOW)
    assert ran.code == 0
    status = ran.json
    assert list(status) == ["open", "overdue", "waived", "calendars", "problems", "next_call"]
    assert (status["open"], status["overdue"], status["waived"]) == (2, 0, [])
    (calendar,) = status["calendars"]
    assert (calendar["name"], calendar["state"]) == ("callbacks", "ok")
    assert calendar["last_sync"] == "2026-11-25T11:30:00-06:00"
    assert status["next_call"]["contact_id"] == "sam"


def test_an_event_that_was_deleted_is_waived_and_status_names_it(calsync: Run, rep: Path) -> None:
    calsync("sync", "--at", NOW)
    calsync("sync", "--at", NOW)
    for event in (rep / "calendar").glob("*.ics"):
        if "Dana" in event.read_text():
            event.unlink()
    calsync("sync", "--at", NOW)
    assert [row["contact_name"] for row in calsync("status", "--json", "--at", NOW).json["waived"]] == ["Dana Levy"]
    assert "waived (you deleted the event): Dana Levy" in calsync("status", "--at", NOW).out


def test_overdue_calls_are_counted_and_are_no_error(calsync: Run) -> None:
    ran = calsync("status", "--json", "--at", "2026-12-02T11:00")
    assert ran.json["overdue"] == 2
    assert calsync("plan", "--at", "2026-12-02T11:00").code == 0


# -- today, week, explain ---------------------------------------------------------------------------------------------


def test_today_shows_todays_calls_alone(calsync: Run) -> None:
    assert calsync("today", "--at", NOW).out.strip() == "No calls today."
    friday = calsync("today", "--json", "--at", "2026-11-27T08:00").json
    assert [(call["contact_id"], call["start"][:10]) for call in friday["calls"]] == [
        ("sam", "2026-11-27"),
        ("dana", "2026-11-27"),
    ]


def test_week_names_each_day_once_in_order(calsync: Run) -> None:
    ran = calsync("week", "--at", NOW)
    lines = ran.out.splitlines()
    assert next(line for line in lines if "Sam Ruiz" in line).startswith("Thu 26 Nov")
    assert next(line for line in lines if "Dana Levy" in line).startswith("Fri 27 Nov")


def test_the_week_of_the_shipped_example_shows_every_cadence_at_work(calsync: Run, tmp_path: Path) -> None:
    calsync("demo", "--into", tmp_path / "example", config=None)
    ran = calsync("week", "--at", "2026-11-25T08:30", config=tmp_path / "example" / "calsync.toml")
    shown = {line.split()[-1] for line in ran.out.splitlines() if "+1" in line}
    assert shown == set(load_cadences([]))


def test_explain_says_why_this_day_this_hour_these_words(calsync: Run) -> None:
    ran = calsync("explain", "Dana Levy", "--at", NOW)
    assert ran.code == 0
    for part in (
        'you promised "by friday"',
        "attempts.csv:2",
        "Fri 27 Nov 09:00-18:00",
        "step 2 of the cadence referral",
        "tel:+13125550100",
    ):
        assert part in ran.out


def test_explain_tells_the_rules_the_hours_that_were_cut_and_the_alternatives(calsync: Run, rep: Path) -> None:
    (rep / "private").mkdir()
    (rep / "private" / "dentist.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nBEGIN:VEVENT\r\nUID:dentist@example.com\r\n"
        "DTSTAMP:20261101T000000Z\r\nSUMMARY:Dentist\r\nDTSTART:20261127T220000Z\r\nDTEND:20261127T230000Z\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n",
        encoding="utf-8",
    )
    with (rep / "calsync.toml").open("a") as file:
        file.write('[[busy]]\nname = "private"\ntype = "folder"\npath = "private"\n')
    (rep / "contacts.csv").write_text(
        CONTACTS.replace(",topic\n", ",topic,call_hours\n")
        .replace("training\n", "training,Mon-Fri 10:00-18:00\n")
        .replace("roof\n", "roof,\n")
        .replace("fence\n", "fence,\n")
    )
    with (rep / "attempts.csv").open("a") as file:
        file.write("2026-11-25T11:20,sam2,outbound,call,left_voicemail,friday at 3pm,\n")
    told = calsync("explain", "dana", "--json", "--at", NOW).json
    (row,) = told["commitments"]
    lines = "\n".join(row["placing"])
    for part in (
        "law: the United States: Mon-Fri 08:00-21:00",
        "source: 47 CFR 64.1200(c)(1)",
        "their wish: Mon-Fri 10:00-18:00",
        "attempt that reached nobody: Wed 25 Nov 11:02",
        "what they asked for took 09:00-10:00",
        "busy times took 16:00-17:00",
        "other calls and caps took 15:00-15:20",
        "next choices: Fri ",
    ):
        assert part in lines
    assert f"    {row['placing'][0]}" in calsync("explain", "dana", "--at", NOW).out


def test_explain_json_holds_that_contact_alone(calsync: Run) -> None:
    told = calsync("explain", "dana", "--json", "--at", NOW).json
    assert told["contact"] == {"id": "dana", "name": "Dana Levy"}
    assert told["cadence"] == "referral"
    assert {row["contact_id"] for row in told["commitments"]} == {"dana"}


@pytest.mark.parametrize("words", ["dana", "Dana Levy", "DANA LEVY", "+1 312 555 0100", "(312) 555-0100", "levy"])
def test_a_contact_is_found_by_id_name_or_number(calsync: Run, words: str) -> None:
    assert calsync("explain", words, "--at", NOW).out.startswith("Dana Levy")


# -- log --------------------------------------------------------------------------------------------------------------


def test_log_appends_a_row_that_counts_at_once(calsync: Run, rep: Path) -> None:
    ran = calsync("log", "dana", "vm", "mon", "3pm", "--at", "2026-11-25T15:00", "--note", "sounded busy")
    assert ran.code == 0
    assert '"mon 3pm" means Mon 30 Nov 15:00' in ran.out
    (row,) = rows(rep / OWN_LOG)
    assert (row["contact"], row["outcome"], row["promise"], row["note"]) == (
        "dana",
        "left_voicemail",
        "mon 3pm",
        "sounded busy",
    )
    plan = calsync("plan", "--json", "--at", "2026-11-25T15:01").json
    states = [row["state"] for row in plan["commitments"] if row["contact_id"] == "dana"]
    assert states == ["superseded", "open"]


def test_log_never_touches_the_reps_own_log(calsync: Run, rep: Path) -> None:
    before = (rep / "attempts.csv").read_bytes()
    calsync("log", "dana", "spoke", "--at", NOW)
    assert (rep / "attempts.csv").read_bytes() == before


def test_a_call_of_theirs_is_inbound_and_releases(calsync: Run, rep: Path) -> None:
    calsync("log", "dana", "they called", "--at", "2026-11-25T15:00", "--json")
    (row,) = rows(rep / OWN_LOG)
    assert row["direction"] == "inbound"
    plan = calsync("plan", "--json", "--at", "2026-11-25T15:01").json
    assert next(row["state"] for row in plan["commitments"] if row["contact_id"] == "dana") == "released"


# -- parse ------------------------------------------------------------------------------------------------------------


def test_parse_says_how_a_phrase_is_read(calsync: Run) -> None:
    ran = calsync("parse", "by", "friday", "--at", NOW)
    assert ran.code == 0
    assert ran.out.splitlines()[:4] == [
        "by friday",
        "^^^^^^^^^",
        "→ deadline: a call by a day",
        "  Fri 27 Nov 09:00-18:00 your time",
    ]


def test_parse_underlines_only_what_was_read(calsync: Run) -> None:
    ran = calsync("parse", "she asked about oak; I'll call Monday", "--at", NOW)
    text, carets = ran.out.splitlines()[:2]
    assert "Monday" in text[carets.index("^") :][: carets.count("^")]
    assert not carets.startswith("^")


def test_parse_works_without_any_configuration(calsync: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    read = calsync("parse", "by friday", "--json", "--at", NOW, config=None).json
    assert (read["kind"], read["latest"]) == ("deadline", "2026-11-27T18:00:00-05:00")


def test_parse_jsonl_answers_line_by_line(calsync: Run) -> None:
    asked = {"id": "7", "text": "by friday", "reference": "2026-11-25T11:02", "zone": "America/Chicago"}
    ran = calsync("parse", "--jsonl", config=None, stdin=json.dumps(asked) + "\n")
    (answer,) = [json.loads(line) for line in ran.out.splitlines()]
    assert (answer["id"], answer["kind"]) == ("7", "deadline")


# -- init, demo, check ------------------------------------------------------------------------------------------------

ANSWERS = (
    "--yes",
    "--name",
    "Tasha Lane",
    "--phone",
    "+1 312 555 0199",
    "--timezone",
    "America/Chicago",
    "--region",
    "US-IL",
)


def test_init_writes_a_configuration_that_checks(calsync: Run, rep: Path) -> None:
    file = rep / "new" / "calsync.toml"
    ran = calsync("init", *ANSWERS, config=file)
    assert ran.code == 0, ran.err
    settings = load(file)
    assert (settings.rep().name, settings.rep_id) == ("Tasha Lane", "tasha-lane")
    assert {path.name for path in file.parent.iterdir()} == {"calsync.toml", "contacts.csv", "attempts.csv", "cadences"}
    (file.parent / "contacts.csv").write_text(CONTACTS)
    assert calsync("check", "--offline", config=file).code == 0


def test_init_asks_until_the_answer_can_be_used(calsync: Run, rep: Path) -> None:
    typed = "Tasha Lane\n555\n+1 312 555 0199\nChicago\nAmerica/Chicago\nUS-XX\nUS-IL\n\n"
    ran = calsync("init", config=rep / "new" / "calsync.toml", stdin=typed)
    assert ran.code == 0, ran.err
    assert "is not a time zone" in ran.out
    assert load(rep / "new" / "calsync.toml").rep().region == "US-IL"


@pytest.mark.parametrize("kind", ["folder", "caldav", "google"])
def test_init_knows_each_kind_of_calendar(calsync: Run, rep: Path, kind: str) -> None:
    file = rep / "new" / "calsync.toml"
    assert calsync("init", *ANSWERS, "--calendar", kind, config=file).code == 0
    assert load(file).calendars[0].type == kind


def test_init_overwrites_nothing(calsync: Run, rep: Path) -> None:
    before = {path: path.read_bytes() for path in rep.glob("*.*")}
    ran = calsync("init", *ANSWERS)
    assert ran.code == 2
    assert "Nothing was changed" in ran.err
    assert {path: path.read_bytes() for path in rep.glob("*.*")} == before
    (rep / "calsync.toml").unlink()
    (rep / "attempts.csv").write_text(ATTEMPTS.splitlines()[0] + "\n")
    again = calsync("init", *ANSWERS)
    assert again.code == 0
    assert (rep / "contacts.csv").read_bytes() == before[rep / "contacts.csv"]


def test_the_demo_shows_the_week_and_the_first_call_whole(calsync: Run, rep: Path) -> None:
    ran = calsync("demo", "--into", rep / "demo", config=None)
    assert ran.code == 0, ran.err
    assert "Fri 27 Nov" in ran.out
    assert "SAY" in ran.out
    assert "tel:+1" in ran.out
    assert list((rep / "demo").rglob("*.ics"))


def test_the_demo_can_be_run_again_in_its_folder_and_in_no_other(calsync: Run, rep: Path) -> None:
    assert calsync("demo", "--into", rep / "demo", config=None).code == 0
    assert calsync("demo", "--into", rep / "demo", config=None).code == 0
    (rep / "mine").mkdir()
    (rep / "mine" / "letter.txt").write_text("mine")
    ran = calsync("demo", "--into", rep / "mine", config=None)
    assert ran.code == 2
    assert "is not empty" in ran.err


def test_check_looks_at_everything(calsync: Run) -> None:
    ran = calsync("check", "--at", NOW)
    assert ran.code == 0
    for part in (
        "configuration",
        "contacts and calls: 3 contacts, 2 attempts",
        "cadences",
        "promises",
        "calendar callbacks",
    ):
        assert part in ran.out


def test_check_json_names_each_part(calsync: Run) -> None:
    parts = calsync("check", "--json", "--offline", "--at", NOW).json["parts"]
    assert all(part["ok"] for part in parts)
