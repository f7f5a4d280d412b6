"""Labelled notes: every line is read as its label says, in whatever letters and quotes it is written."""

from __future__ import annotations

import pytest

from calsync.model import Kind
from tests.promises.corpora import Row, answer, by_tag, rows, wrong

GROUPS = [
    pytest.param(group, id=f"{name}-{tag}")
    for name in ("dev.jsonl", "en.jsonl", "more.jsonl", "de.jsonl")
    for tag, group in by_tag(name)
]
ALL = [*rows("dev.jsonl"), *rows("en.jsonl"), *rows("more.jsonl"), *rows("de.jsonl")]
# letters that belong to the reading: initials of a zone or an outcome read alike, names begin with a capital
PROMISES = [row for row in ALL if row["expect"]["earliest"]]


@pytest.mark.parametrize("group", GROUPS)
def test_every_line_is_read_as_labelled(group: list[Row]) -> None:
    assert [problem for row in group if (problem := wrong(row, answer(row)))] == []


def test_no_callback_is_invented_where_none_was_promised() -> None:
    silent = [row for row in ALL if row["expect"]["kind"] in ("none", "contact", "optout")]
    assert [row["text"] for row in silent if answer(row).window] == []


def test_every_opt_out_is_heard() -> None:
    asked = [row for row in ALL if row["expect"]["kind"] == "optout"]
    assert len(asked) > 100
    assert [row["text"] for row in asked if answer(row).kind is not Kind.OPTOUT] == []


def test_odd_spacing_does_not_matter() -> None:
    rows_ = [row for row in ALL if wrong(row, answer(row, "  " + row["text"].replace(" ", "   ") + " \t"))]
    assert [row["text"] for row in rows_] == []


def test_typographic_quotes_and_dashes_do_not_matter() -> None:
    def fine(text: str) -> str:
        return text.replace("'", "\u2019").replace(" - ", " \u2013 ")

    assert [row["text"] for row in ALL if wrong(row, answer(row, fine(row["text"])))] == []


def test_upper_case_does_not_matter_to_a_promise() -> None:
    assert [row["text"] for row in PROMISES if wrong(row, answer(row, row["text"].upper()))] == []
