"""The table of guarantees names modules and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "guarantees.md").read_text(encoding="utf-8")


def test_every_path_exists() -> None:
    paths = re.findall(r"`((?:calsync|tests)/[\w/.]*)`", PAGE)
    assert len(paths) > 40
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_test_is_where_the_table_says() -> None:
    tests = set(re.findall(r"`(test_\w+)`", PAGE))
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert len(tests) > 20
    assert [name for name in sorted(tests) if f"def {name}(" not in written] == []


def test_every_guarantee_has_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| G")]
    assert [row.split("|")[1].strip() for row in rows] == [f"G{number}" for number in range(1, 13)]
    assert all("tests/" in row for row in rows)
