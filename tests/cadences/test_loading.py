"""Cadence files: what they may say, and how a mistake is explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from calsync.cadences import load, shipped_folder
from calsync.cadences.loading import read_cadence
from calsync.errors import ConfigError
from calsync.model import Problem
from calsync.toml_lines import key_lines, line_of

GOOD = '''\
title = "Mine"

[voicemail]
leave = "yes"
why = "always"

[[steps]]
title = "first"
promise = [
    { say = "by Friday", leaves = "2.." },
]
voicemail = """
{{ greeting }}, {{ rep.name }}. I'll call by {{ promised_day }}.
title = "not a key: a line of the script"
"""

[[steps]]
title = "second"
text = "{{ rep.name }}"
'''


def problems(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    cadence, found = read_cadence(path)
    assert cadence is None
    assert all(problem.file == str(path) for problem in found)
    return found


def test_the_six_shipped_cadences_load_with_every_script() -> None:
    expected = {"referral", "customer-care", "business-hook", "silent-consumer", "seven-to-ten", "after-sale"}
    assert set(load(every_script=True)) == expected
    assert all(cadence.title and cadence.about for cadence in load().values())


def test_a_file_of_the_reps_own_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "referral.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")
    cadences = load([shipped_folder(), tmp_path])
    assert cadences["referral"].title == "Mine"
    assert cadences["mine"].steps[1].where.line == 17
    assert "after-sale" in cadences


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert set(load([tmp_path / "nowhere"])) == set(load())


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load([tmp_path])["mine"].title == "Mine"


@pytest.mark.parametrize(
    ("wrong", "right", "line", "column", "message", "hint"),
    [
        ("leave = ", "leaf = ", 4, "voicemail.leaf", "unknown key “leaf”", "did you mean “leave”?"),
        ('leave = "yes"', 'leave = "maybe"', 4, "voicemail.leave", "“maybe” is not something", "write yes, no or ask"),
        ("say = ", "sey = ", 10, "steps.1.promise.1.sey", "unknown key “sey”", "did you mean “say”?"),
        ('"2.."', '"two"', 10, "steps.1.promise.1.leaves", "“leaves”", "correct the value"),
        ("by {{ promised_day", "by {{ promiced_day", 13, "steps.1.voicemail", "no slot “promiced_day”", "promised_day"),
        ("{{ greeting }}", "{{ rep.nmae }}", 13, "steps.1.voicemail", "no slot “rep.nmae”", "did you mean rep.name?"),
        ("{{ greeting }}", "{{ topic | shout }}", 12, "steps.1.voicemail", "No filter named 'shout'", "check its"),
        ("{{ greeting }}", "{{ minutes / 0 }}", 12, "steps.1.voicemail", "division by zero", "check its"),
        ("{{ greeting }}", "{% if topic %}", 12, "steps.1.voicemail", "cannot be read", "{% if"),
        ('title = "second"\n', "", 17, "steps.2.title", "“title” is missing", "add a line: title"),
        ('why = "always"\n', "", 3, "voicemail.why", "“why” is missing", "add a line: why"),
        ('title = "Mine"', 'title = "Mine', 1, "", "not valid TOML", "look at this line"),
    ],
)
def test_a_mistake_is_explained_with_its_line_and_its_remedy(
    tmp_path: Path, wrong: str, right: str, line: int, column: str, message: str, hint: str
) -> None:
    found = problems(tmp_path, GOOD.replace(wrong, right, 1))
    assert any(
        problem.line == line and problem.column == column and message in problem.message and hint in problem.hint
        for problem in found
    ), found


def test_every_mistake_of_every_file_is_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(GOOD.replace("why", "wyh").replace("leaves", "leafs"), encoding="utf-8")
    (tmp_path / "two.toml").write_text("nothing", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load([tmp_path])
    files = [Path(problem.file).name for problem in raised.value.problems]
    assert files.count("one.toml") >= 3
    assert files.count("two.toml") == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"title = 3", b""])
def test_a_file_that_is_no_cadence_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    cadence, found = read_cadence(path)
    assert cadence is None
    assert found
    assert all(problem.hint for problem in found)


def test_a_number_needs_its_range_and_both_its_ends(tmp_path: Path) -> None:
    for say in ("in {n} days", "in 3 days"):
        extra = '"' if "{n}" in say else '", n = "3..5"'
        found = problems(tmp_path, GOOD.replace('"by Friday"', f'"{say}{extra}'))
        assert any("belong together" in problem.message for problem in found)
    found = problems(tmp_path, GOOD.replace('"by Friday"', '"in {n} days", n = "3.."'))
    assert any("both ends" in problem.message for problem in found)


def test_a_promise_depends_on_nothing_that_the_event_cannot_know_yet(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace('leaves = "2.."', 'without_contact = "3.."'))
    assert [(problem.line, problem.column) for problem in found] == [(10, "steps.1.promise.1")]
    assert "write another step" in found[0].message


@pytest.mark.parametrize(
    ("text", "column", "remedy"),
    [
        ('title = "second"\nwhen = { before = "12:00" }', "steps.2.when", "[[steps.variants]]"),
        ('title = "second"\n[[steps.variants]]\nwhen = { done = 2 }', "steps.2.variants.1.when", "another step"),
    ],
)
def test_a_condition_is_asked_only_where_its_answer_is_known(
    tmp_path: Path, text: str, column: str, remedy: str
) -> None:
    found = problems(tmp_path, GOOD.partition('title = "second"')[0] + text)
    assert [problem.column for problem in found] == [column]
    assert remedy in found[0].message


def test_lines_are_found_past_scripts_lists_and_tables() -> None:
    found = key_lines(GOOD)
    assert line_of(found, ("steps", 0, "promise", 0, "say")) == 10
    assert line_of(found, ("steps", 0, "title")) == 8
    assert line_of(found, ("steps", 1, "text")) == 19
    assert line_of(found, ("nowhere",)) == 1
