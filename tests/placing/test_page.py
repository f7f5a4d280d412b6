"""The reference page says what the table says, and the explanation names what exists."""

from __future__ import annotations

from pathlib import Path

from calsync.placing.law import table
from calsync.placing.page import calling_hours_page
from calsync.placing.wishes import EXAMPLE, read_wishes

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_the_table() -> None:
    """Write it again with ``python -c "from calsync.placing.page import *; print(calling_hours_page(), end='')"``."""
    page = (DOCS / "reference" / "calling-hours.md").read_text(encoding="utf-8")
    assert page == calling_hours_page()


def test_the_page_marks_what_is_not_confirmed() -> None:
    page = calling_hours_page()
    for law in {law.code: law for law in table().values()}.values():
        line = next(line for line in page.splitlines() if f"`{law.code}`" in line or law.code == "default")
        if law.code != "default":
            assert ("**?**" in line) is not law.verified
        assert law.source in page


def test_the_example_of_a_wish_can_be_read() -> None:
    text = (DOCS / "explanation" / "choosing-the-slot.md").read_text(encoding="utf-8")
    assert EXAMPLE in text
    for line in text.split("```")[1].strip().splitlines()[1:]:
        assert read_wishes(line.strip().strip('"')) is not None, line
