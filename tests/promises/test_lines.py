"""``parse --jsonl``: one answer a line, as it comes; a bad line is answered too and stops no other."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from calsync.cli.parse import parse_jsonl

ROW = {"id": "7", "text": "by friday", "reference": "2026-11-25T11:02", "zone": "America/Chicago"}


def answers(*lines: str) -> tuple[list[dict[str, Any]], int]:
    out = io.StringIO()
    code = parse_jsonl(lines, out)
    return [json.loads(line) for line in out.getvalue().splitlines()], code


def test_a_line_is_answered() -> None:
    (answer,), code = answers(json.dumps(ROW))
    assert code == 0
    assert answer["id"] == "7"
    assert answer["kind"] == "deadline"
    assert answer["earliest"] == "2026-11-27T09:00:00-06:00"
    assert answer["latest"] == "2026-11-27T18:00:00-06:00"
    assert "Friday" in answer["why"]


def test_resolve_mode_does_not_ask_who_promised() -> None:
    row = ROW | {"text": "her birthday is Friday"}
    plain, resolved = answers(json.dumps(row), json.dumps(row | {"mode": "resolve"}))[0]
    assert (plain["kind"], resolved["kind"]) == ("none", "day")


def test_lines_are_answered_as_they_come() -> None:
    out = io.StringIO()

    def lines() -> Iterator[str]:
        yield json.dumps(ROW)
        assert out.getvalue().count("\n") == 1
        yield json.dumps(ROW)

    assert parse_jsonl(lines(), out) == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not JSON"),
        ("[]", "line 1"),
        ('"text"', "line 1"),
        (json.dumps(ROW | {"zone": "Mars/Olympus"}), "Mars/Olympus"),
        (json.dumps(ROW | {"zone": "../etc/passwd"}), "line 1"),
        (json.dumps(ROW | {"reference": "yesterday"}), "yesterday"),
        (json.dumps({"id": "7", "text": "by friday"}), "has no 'reference'"),
        (json.dumps(ROW | {"text": None}), "line 1"),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_stops_no_other(line: str, says: str) -> None:
    (bad, good), code = answers(line, json.dumps(ROW))
    assert code == 1
    assert bad["kind"] == "none"
    assert says in bad["why"]
    assert good["kind"] == "deadline"
