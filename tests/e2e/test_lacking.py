"""A calendar that cannot keep what is ours: ``verify`` names that once, as the calendar's own way and not as damage."""

from __future__ import annotations

import json
import shutil

import pytest

from calsync.cli.main import main
from calsync.upkeep import Checked, purge, verify
from tests.e2e.rep import Rep, at
from tests.servers.hostile import HostileServer

pytestmark = pytest.mark.servers

NOW = at("2026-10-26 18:40")


@pytest.fixture
def rep(rep_at_server: Rep) -> Rep:
    return rep_at_server


def checked(rep: Rep, *, repair: bool = False) -> Checked:
    (found,) = verify(rep.office, NOW, repair=repair)
    return found


@pytest.mark.parametrize(
    ("faults", "lacks"),
    [
        ({"drops_marks"}, ("mark",)),
        ({"drops_alarms"}, ("alarms",)),
        ({"cuts_texts"}, ("text",)),
        ({"cuts_texts", "drops_alarms", "drops_marks"}, ("alarms", "mark", "text")),
        ({"drops_alarms", "no_etag_on_put"}, ("alarms",)),
    ],
)
def test_what_a_calendar_cannot_keep_is_tried_once_and_named(
    rep: Rep, server: HostileServer, faults: set[str], lacks: tuple[str, ...]
) -> None:
    server.faults |= faults
    rep.evening("2026-10-26 18:30")
    assert len(checked(rep).findings) == 2
    tried = checked(rep, repair=True)
    assert (tried.findings, tried.lacks) == ((), lacks)
    server.log.clear()
    rep.close()
    again = checked(rep)
    assert (again.findings, again.lacks) == ((), lacks)
    assert [method for method, _, _ in server.log if method == "PUT"] == []
    rep.evening("2026-10-26 18:50")


def test_a_text_that_only_looks_another_way_is_no_damage(rep: Rep, server: HostileServer) -> None:
    server.faults.add("squeezes_texts")
    rep.evening("2026-10-26 18:30")
    assert (checked(rep).findings, checked(rep).lacks) == ((), ())


def test_real_damage_is_found_where_texts_are_cut(rep: Rep, server: HostileServer) -> None:
    server.faults.add("cuts_texts")
    rep.run("2026-10-26 18:30")
    checked(rep, repair=True)
    name = min(server.items)
    server.put(name, server.items[name].text.replace("DESCRIPTION:CALL", "DESCRIPTION:NEVER CALL", 1))
    (found,) = checked(rep).findings
    assert "not what we wrote" in found.message
    mended = checked(rep, repair=True)
    assert len(mended.findings) - mended.repaired == 0
    assert checked(rep).findings == ()


def test_one_event_that_lost_its_reminders_is_damage(rep: Rep, server: HostileServer) -> None:
    rep.run("2026-10-26 18:30")
    server.faults.add("drops_alarms")
    name = min(server.items)
    server.put(name, server.items[name].text)
    server.faults.clear()
    assert [one.kind for one in checked(rep).findings] == ["alarms"]
    mended = checked(rep, repair=True)
    assert (mended.repaired, mended.lacks) == (1, ())
    assert checked(rep).findings == ()


def test_a_calendar_that_keeps_it_again_is_believed_after_the_next_repair(rep: Rep, server: HostileServer) -> None:
    server.faults.add("drops_alarms")
    rep.run("2026-10-26 18:30")
    checked(rep, repair=True)
    server.faults.clear()
    mended = checked(rep, repair=True)
    assert (mended.repaired, mended.lacks) == (2, ())
    assert checked(rep).findings == ()


def test_purge_without_a_ledger_says_what_it_could_not_tell_for_ours(rep: Rep, server: HostileServer) -> None:
    """Where the mark is dropped and the ledger is lost, a name of ours alone is no proof."""
    server.faults.add("drops_marks")
    rep.run("2026-10-26 18:30")
    rep.close()
    shutil.rmtree(rep.folder / "state")
    (result,) = purge(rep.office)
    assert (result.removed, len(result.left)) == (0, 2)
    assert "calsync sync may know it again, else delete it by hand" in result.left[0]
    rep.run("2026-10-26 18:40")
    (result,) = purge(rep.office)
    assert (result.removed, result.left) == (2, [])


def test_the_verb_says_it_and_is_content(rep: Rep, server: HostileServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.faults.add("drops_alarms")
    rep.run("2026-10-26 18:30")
    rep.close()
    words = ["verify", "--config", str(rep.configuration), "--at", "2026-10-26T18:40"]
    assert main(words) == 1
    assert "calsync verify --repair" in capsys.readouterr().out
    assert main([*words, "--repair"]) == 0
    assert "does not keep our reminders" in capsys.readouterr().out
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "nothing not as it should be" in told
    assert "does not keep our reminders" in told
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["calendars"][0]["does_not_keep"] == ["alarms"]
