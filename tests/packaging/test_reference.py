"""The reference pages are what the source says, and the picture of a week is drawn from the plan."""

from __future__ import annotations

import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from calsync.config.commented import commented
from calsync.config.document import Document
from calsync.config.loading import load_settings
from calsync.config.mistakes import models
from calsync.health import in_order
from tools.reference import configuration, pages
from tools.week_picture import draw, example


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_each_reference_page_is_what_the_source_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "make reference"


def test_every_key_is_explained_with_an_example() -> None:
    text = configuration()
    for name, field in Document.model_fields.items():
        assert f"[{name}]" in text
        for model in models(field.annotation):
            for key, setting in model.model_fields.items():
                if key != "type":
                    assert setting.description, f"[{name}] {key} says nothing"
                    assert setting.examples, f"[{name}] {key} shows nothing"


VALUES = {
    "rep": {"name": "Tasha Lane", "timezone": "America/Chicago", "region": "US-IL", "phone": "+1 312 555 0199"},
    "contacts": {"path": "contacts.csv"},
    "attempts": {"path": "attempts.csv"},
    "calendars": {"name": "callbacks", "type": "folder", "path": "calendar"},
}


def test_the_configuration_that_init_writes_holds_every_key(tmp_path: Path) -> None:
    file = tmp_path / "calsync.toml"
    file.write_text(commented(VALUES), encoding="utf-8")
    load_settings(file)
    text = commented(VALUES)
    for name in Document.model_fields:
        assert f"[{name}]" in text
    assert "per_hour" in text
    assert "guard_share" in text


def test_every_comment_in_it_can_be_taken_away(tmp_path: Path) -> None:
    """What stands behind a # is a setting that works: an example that was never tried helps nobody."""
    lines = commented(VALUES).splitlines()
    for number, line in enumerate(lines):
        key = line[2:].partition(" = ")[0]
        if not line.startswith("# ") or " = " not in line or not key.replace("_", "").isalnum():
            continue
        header = next(text for text in reversed(lines[:number]) if text.lstrip("# ").startswith("["))
        if header.startswith("#") or key in {"type", "token_file", "endpoint"}:
            continue
        file = tmp_path / "calsync.toml"
        file.write_text("\n".join((*lines[:number], line[2:], *lines[number + 1 :])), encoding="utf-8")
        assert tomllib.loads(file.read_text(encoding="utf-8"))
        load_settings(file)


def test_the_picture_shows_every_call_of_its_days() -> None:
    plan, rep = example()
    picture = draw(plan, rep)
    ET.fromstring(picture)
    shown = [call for call in in_order(plan) if call.placed.slot and (call.placed.slot.start - plan.now).days < 6]
    assert len(shown) > 8
    for call in shown:
        assert call.placed.slot is not None
        assert f">{call.placed.slot.start.astimezone(rep.zone):%H:%M}</tspan>" in picture
