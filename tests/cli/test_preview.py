"""``calsync preview``: any export of contacts, guessed and shown before it is believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calsync import config
from calsync.cli.main import main

CRM = "Customer;Mobil;E-Mail;Colour\nDana Levy;+1 312 555 0100;dana@example.com;green\nBo Field;12;;red\n"


def test_a_table_of_another_program_is_guessed_and_its_lines_can_be_pasted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "crm export.csv"
    file.write_text(CRM)
    assert main(["preview", str(file)]) == 1
    shown = capsys.readouterr().out
    assert "Dana Levy - +13125550100 (cell)" in shown
    assert "Colour" in shown
    assert "crm export.csv:3" in shown  # the number that is none
    pasted = "\n".join(line.strip() for line in shown.split("For your configuration:")[1].splitlines()[:6])
    settings = tmp_path / "calsync.toml"
    settings.write_text(
        '[rep]\nname = "T"\nphone = "+1 312 555 0199"\ntimezone = "America/Chicago"\nregion = "US-IL"\n'
        f'[hours]\nweekdays = "09:00-18:00"\n{pasted}\n[[attempts]]\npath = "a.csv"\n'
        '[[calendars]]\nname = "c"\ntype = "folder"\npath = "cal"\n'
    )
    (spec,) = config.load(settings).contacts
    assert spec.path == file
    assert spec.columns["phone:cell"] == "Mobil"


def test_json_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,name,phone\nd,Dana Levy,+1 312 555 0100\n")
    assert main(["preview", "--json", str(file)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["format"], found["total"]) == ("calsync", 1)
    assert found["contacts"][0]["phones"] == ["+13125550100"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err
