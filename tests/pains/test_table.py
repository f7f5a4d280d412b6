"""The table of pains names every one of the twenty, and only tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/explanation/pains.md").read_text(encoding="utf-8")


def test_every_pain_has_a_row_and_a_test_that_is_named_after_it() -> None:
    rows = re.findall(r"^\| (P\d+) \|.*\| (.*) \|$", TABLE, re.MULTILINE)
    assert [pain for pain, _ in rows] == [f"P{number}" for number in range(1, 21)]
    assert [pain for pain, proof in rows if f"`test_{pain.lower()}_" not in proof] == []


def test_every_test_it_names_exists() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    named = re.findall(r"`(test_\w+)`", TABLE)
    assert [name for name in named if f"def {name}(" not in source] == []
