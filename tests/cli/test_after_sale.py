"""`[cadences] after_sale`: a sale plans the calls after it, and a name that cannot do that is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, Run

SETTING = '[cadences]\nafter_sale = "{}"\n'
LATER = "2026-11-27T10:00"


def test_a_sale_that_is_logged_plans_the_first_call_after_it(calsync: Run, rep: Path) -> None:
    (rep / "calsync.toml").write_text(CONFIG + SETTING.format("after-sale"), encoding="utf-8")
    assert calsync("log", "dana", "sold", "--at", "2026-11-27T09:30").code == 0
    owed = [call for call in calsync("plan", "--json", "--at", LATER).json["commitments"] if call["slot"]]
    (dana,) = [call for call in owed if call["contact_id"] == "dana"]
    assert (dana["kind"], dana["state"], dana["cadence"]) == ("planned", "open", {"name": "after-sale", "step": 1})
    assert dana["window"]["latest"].startswith("2026-11-29")
    assert "thank you" in dana["entry"]["description"].lower()
    told = calsync("explain", "dana", "--at", LATER).out
    assert "cadence after-sale" in told
    assert "step 1 of the cadence after-sale" in told


def test_without_the_setting_nothing_is_owed_after_a_sale(calsync: Run) -> None:
    assert calsync("log", "dana", "sold", "--at", "2026-11-27T09:30").code == 0
    found = calsync("plan", "--json", "--at", LATER).json["commitments"]
    assert [call["state"] for call in found if call["contact_id"] == "dana"] == ["kept"]


@pytest.mark.parametrize(
    ("name", "said", "hint"),
    [
        ("after-sales", 'there is no cadence "after-sales"', 'did you mean "after-sale"?'),
        ("referral", 'the cadence "referral" does not begin with a sale', 'starts_on = "sold"'),
    ],
)
def test_a_name_that_cannot_be_set_off_by_a_sale_is_reported(
    calsync: Run, rep: Path, name: str, said: str, hint: str
) -> None:
    (rep / "calsync.toml").write_text(CONFIG + SETTING.format(name), encoding="utf-8")
    checked = calsync("check", "--offline", "--json", "--at", LATER)
    assert checked.code == 1
    (part,) = [part for part in checked.json["parts"] if part["part"] == "cadences"]
    (problem,) = part["problems"]
    assert said in problem["message"]
    assert hint in problem["hint"]
    assert problem["column"] == "cadences.after_sale"
    assert problem["line"] == (CONFIG + SETTING).splitlines().index('after_sale = "{}"') + 1
