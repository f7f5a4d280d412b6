"""Templates are the rep's to edit; a mistake in one is told with its place, and never costs a call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from calsync.errors import ConfigError
from calsync.rendering import NOTES_LINE, load_templates, split_description
from calsync.rendering.sheet import description_context
from calsync.rendering.templates import SAMPLES, shipped_folder
from calsync.rendering.titles import title_context
from tests.rendering.given import DANA, at, attempt, call, event

FIRST = attempt(at(25))


def own(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.txt.j2").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_may_have_one_of_them_or_none(tmp_path: Path) -> None:
    shipped = load_templates(None)
    assert load_templates(tmp_path) == shipped
    mine = load_templates(own(tmp_path, title="Ring {{ contact }}!"))
    assert mine.description is shipped.description
    assert event((FIRST,), at(27, "16:10"), own=mine).title == "Ring Dana Levy!"


def test_loading_again_what_did_not_change_compiles_nothing() -> None:
    assert load_templates(None).title is load_templates(None).title


@pytest.mark.parametrize(
    ("name", "text", "line", "says", "hint"),
    [
        ("title", "Call {{ contact }\n", 1, "mistake", "mend that line"),
        ("title", "Call\n{% if overdue %}late\n", 2, "mistake", "mend that line"),
        ("title", "Call {{ contact }}\n{{ topik }}", 2, '"topik"', "did you mean topic?"),
        ("description", "{{ number }}\n\n{{ zzzzzz }}", 3, '"zzzzzz"', "the names are:"),
        ("description", "{{ number }}\n{{ 1 / 0 }}", 2, "division", "mend that line"),
        ("description", "a\nb\n{{ history | nosuch }}", 3, "nosuch", "mend that line"),
    ],
)
def test_a_mistake_is_told_with_its_file_its_line_and_what_to_do(
    tmp_path: Path, name: str, text: str, line: int, says: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_templates(own(tmp_path, **{name: text}))
    [problem] = caught.value.problems
    assert (problem.file, problem.line) == (str(tmp_path / f"{name}.txt.j2"), line)
    assert says in problem.message
    assert hint in problem.hint
    assert f"{name}.txt.j2:{line}" in caught.value.message


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_templates(own(tmp_path, title="{{", description="{% if %}"))
    assert len(caught.value.problems) == 2


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "title.txt.j2").write_bytes(b"\xff\xfe\x00bad")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_templates(tmp_path)


def test_a_template_that_fails_on_one_contact_gives_way_to_ours(tmp_path: Path) -> None:
    mine = load_templates(own(tmp_path, title="{{ 1 / (contact | length - 2) }}"))
    assert event((FIRST,), at(27, "16:10"), own=mine).title == "0.14285714285714285"
    short = event((FIRST,), at(27, "16:10"), contact=replace(DANA, name="Bo"), own=mine)
    assert short.title == "Call Bo - promised Fri - call 2 of 3 (vigilante training)"


@pytest.mark.parametrize("text", ["nothing but this", "OUTCOME: help stands here\nand below", f"{NOTES_LINE}\nmine"])
def test_whatever_a_template_leaves_out_our_two_lines_stand_at_the_end(tmp_path: Path, text: str) -> None:
    mine = load_templates(own(tmp_path, description=text))
    description = event((FIRST,), at(27, "16:10"), own=mine).description
    assert description.endswith(f"OUTCOME:\n{NOTES_LINE}\n")
    assert split_description(description).outcome == split_description(description).notes == ""


@pytest.mark.parametrize(
    "text",
    ["{{ ''.__class__.__mro__ }}", "{{ contact.__init__.__globals__ }}", "{{ rep.zone.__reduce__() }}"],
)
def test_a_template_cannot_reach_out_of_its_sandbox(tmp_path: Path, text: str) -> None:
    try:
        mine = load_templates(own(tmp_path, description=text))
    except ConfigError:
        return
    assert "class" not in event((FIRST,), at(27, "16:10"), own=mine).description


def test_a_template_may_use_what_the_template_language_brings(tmp_path: Path) -> None:
    text = (
        "{% set n = namespace(x=0) %}{% for i in range(3) %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }} {{ contact }}"
    )
    assert event((FIRST,), at(27, "16:10"), own=load_templates(own(tmp_path, title=text))).title == "3 Dana Levy"


def test_markup_is_left_as_it_is() -> None:
    assert "Levy & Sons <b>" in event((FIRST,), at(27, "16:10"), contact=replace(DANA, name="Levy & Sons <b>")).title


def test_the_names_that_are_promised_are_the_names_that_are_given() -> None:
    given = call((FIRST,), at(27, "16:10"))
    assert title_context(given).keys() == SAMPLES["title"].keys()
    assert description_context(given).keys() == SAMPLES["description"].keys()


def test_the_shipped_templates_are_two() -> None:
    assert sorted(path.name for path in shipped_folder().iterdir()) == ["description.txt.j2", "title.txt.j2"]
