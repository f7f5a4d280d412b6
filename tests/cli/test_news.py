"""001-9: something new is one planned event for everybody who permitted it, and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

CONTACTS = """\
id,name,phone,kind,permission,do_not_call
ann,Ann Archer,+1 312 555 0101,consumer,yes,
bob,Bob Baker,+1 312 555 0102,consumer,no,
cat,Cat Carver,+1 312 555 0103,consumer,yes,yes
dan,Dan Dyer,+1 312 555 0104,consumer,yes,
eve,Eve Eady,+1 312 555 0105,consumer,Y,
fay,Fay Ford,+1 312 555 0106,consumer,,
"""

ATTEMPTS = """\
at,contact,direction,channel,outcome,promise,note
2026-11-20T11:02,ann,outbound,call,connected,,
2026-11-20T11:10,dan,outbound,call,do_not_call,,
2026-11-20T11:20,eve,outbound,call,connected,on December 1,
"""

NOW = "2026-11-23T09:00"
NEWS = ("news", "the", "spring", "course", "is", "open", "--at", NOW)


@pytest.fixture
def list_of_six(rep: Path) -> Path:
    (rep / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    (rep / "attempts.csv").write_text(ATTEMPTS, encoding="utf-8")
    return rep


@pytest.mark.usefixtures("list_of_six")
def test_001_9_each_permitted_contact_gets_one_planned_event(calsync: Run) -> None:
    told = calsync(*NEWS, "--json").json
    assert [contact["id"] for contact in told["contacts"]] == ["ann"]
    assert {contact["id"]: contact["why"] for contact in told["left_out"]} == {
        "dan": "asked not to be called",
        "eve": "a call is owed anyway: tell them then",
    }
    (call,) = [row for row in calsync("plan", "--json", "--at", NOW).json["commitments"] if row["contact_id"] == "ann"]
    assert (call["kind"], call["state"], call["promised_by"]) == ("planned", "open", "rep")
    assert call["window"]["latest"] == "2026-12-07T18:00:00-06:00"
    assert call["slot"] is not None
    description = call["entry"]["description"]
    assert "PLANNED, NOT PROMISED: the spring course is open (since Mon 23 Nov 09:00)" in description
    assert '2) Mon 23 Nov 09:00 planned - "plan: within 2 weeks" - the spring course is open' in description
    assert "mail sent" not in description


@pytest.mark.usefixtures("list_of_six")
def test_001_9_the_same_news_is_told_once_and_a_dry_run_tells_nobody(calsync: Run, rep: Path) -> None:
    own = rep / "attempts.calsync.csv"
    first = calsync(*NEWS, "--dry-run")
    assert first.code == 0
    assert '"the spring course is open": 1 call would be planned, within 2 weeks\n  Ann Archer' in first.out
    assert not own.exists()
    calsync(*NEWS)
    written = own.read_bytes()
    again = calsync(*NEWS)
    assert "0 calls planned" in again.out
    assert "not Ann Archer: has a call for these words already" in again.out
    assert own.read_bytes() == written


@pytest.mark.usefixtures("list_of_six")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["news", "please", "stop", "calling", "me"], "asked not to be called"),
        (["news", "a new course", "--when", "someday"], '"someday" names no time'),
        (["news", "  "], "no news"),
    ],
)
def test_words_that_would_be_misread_are_refused_and_nothing_is_written(
    calsync: Run, rep: Path, arguments: list[str], said: str
) -> None:
    ran = calsync(*arguments, "--at", NOW)
    assert ran.code == 2
    assert said in ran.err
    assert not (rep / "attempts.calsync.csv").exists()


def test_nobody_permitted_it(calsync: Run) -> None:
    assert "nobody's row says yes under permission" in calsync(*NEWS).out


@pytest.mark.usefixtures("list_of_six")
def test_a_planned_call_is_never_overdue(calsync: Run) -> None:
    calsync(*NEWS)
    late = calsync("plan", "--json", "--at", "2026-12-21T09:00").json
    (call,) = [row for row in late["commitments"] if row["contact_id"] == "ann"]
    assert call["state"] == "open"
    assert call["slot"]["start"] >= "2026-12-21T09:00"
