"""`[cadences] by_group`: a group of the contact list is given a cadence, and a name that no cadence has is reported."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CONFIG, NOW, Run


def test_a_contact_of_the_group_is_in_that_cadence(calsync: Run, rep: Path) -> None:
    table = '[cadences]\nby_group = { "Past customers" = "Customer Care", Press = "nosuch" }\n'
    (rep / "calsync.toml").write_text(CONFIG + table, encoding="utf-8")
    (rep / "contacts.csv").write_text(
        "id,name,phone,groups\ndana,Dana Levy,+1 312 555 0100,Past Customers\nsam,Sam Ruiz,+1 312 555 0111,Press\n",
        encoding="utf-8",
    )
    calls = calsync("plan", "--json", "--at", NOW).json["commitments"]
    assert {call["contact_id"]: call["cadence"]["name"] for call in calls} == {
        "dana": "customer-care",
        "sam": "referral",
    }
    checked = calsync("check", "--offline", "--json", "--at", NOW)
    assert checked.code == 1
    (part,) = [part for part in checked.json["parts"] if part["part"] == "cadences"]
    (problem,) = part["problems"]
    assert 'there is no cadence "nosuch"' in problem["message"]
    assert problem["column"] == "cadences.by_group.Press"
