"""The documentation: its table of guarantees names what exists, its index is whole, its links lead somewhere."""

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


def test_every_page_of_the_documentation_is_listed() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")]
    assert [page for page in sorted(pages) if page != "README.md" and f"({page})" not in index] == []


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    links = [
        (page, target)
        for page in (*(ROOT / "docs").rglob("*.md"), ROOT / "README.md")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    ]
    assert len(links) > 20
    broken = [(str(page), target) for page, target in links if not (page.parent / target).exists()]
    assert broken == []
