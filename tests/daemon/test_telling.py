"""What the rep is told: once per change of state, across restarts, and nothing private in what is logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calsync.daemon.telling import News, Told, after_run, before_calls
from calsync.model import Contact, Plan, Problem
from calsync.sync.report import CalendarState, Report
from tests.daemon.given import CONTACTS
from tests.e2e.rep import CHICAGO, Rep, at

NOW = datetime(2026, 10, 30, 12, tzinfo=CHICAGO)


def report(state: str = "ok", *, minutes: int = 0, **more: object) -> Report:
    plan = Plan(now=NOW, calls=(), notices=(), problems=(), do_not_call=frozenset())
    calendar = CalendarState("work", state, "" if state == "ok" else "no answer", hint="calsync sync")
    values: dict[str, object] = {"now": NOW + timedelta(minutes=minutes), "plan": plan, "calendars": (calendar,)}
    return Report(**(values | more))  # type: ignore[arg-type]  # the fields of Report, by name


def tell(*reports: Report) -> list[list[str]]:
    """The kinds of news after each report, what is shown on the desktop marked with a bell; restarted in between."""
    told, found = Told(), []
    for one in reports:
        news, told = after_run(Told.of(told.text()), one, {})
        found.append([kind(item) for item in news])
    return found


def kind(item: News) -> str:
    return item.kind + (" 🔔" if item.notice else "")


PROBLEM = Problem(file="a.csv", line=3, column="at", message="what day is “x”?", hint="write 2026-10-30")
OTHER = replace(PROBLEM, line=9)

CASES: dict[str, tuple[Sequence[Report], list[list[str]]]] = {
    "nothing happened": ([report(), report()], [[], []]),
    "something was written": ([report(written=2)], [["on_sync"]]),
    "sign-in: at once, once, and mended": (
        [report("sign_in"), report("sign_in"), report()],
        [["on_signin_needed 🔔"], [], ["mended 🔔"]],
    ),
    "a network that is away for a while is no notice": (
        [report("unreachable"), report("unreachable", minutes=5), report(minutes=6)],
        [["on_problem"], [], ["mended"]],
    ),
    "one that stays away is": (
        [report("unreachable"), report("unreachable", minutes=16), report("unreachable", minutes=40), report()],
        [["on_problem"], ["on_problem 🔔"], [], ["mended 🔔"]],
    ),
    "a locked keyring": ([report("locked"), report("locked"), report()], [["on_problem 🔔"], [], ["mended 🔔"]]),
    "a guard": (
        [report(refused=("7 of 8 gone",)), report(refused=("7 of 8 gone",)), report()],
        [["on_problem 🔔"], [], ["mended 🔔"]],
    ),
    "rows that cannot be read: a second one is told, one less is no alarm": (
        [report(problems=(PROBLEM,)), report(problems=(PROBLEM, OTHER)), report(problems=(OTHER,)), report()],
        [["on_problem 🔔"], ["on_problem 🔔"], ["mended"], ["mended 🔔"]],
    ),
    "files that were not looked at tell nothing about rows": (
        [report(problems=(PROBLEM,)), report(plan=None), report(problems=(PROBLEM,))],
        [["on_problem 🔔"], [], []],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_once_per_change_of_state(case: str) -> None:
    reports, expected = CASES[case]
    assert tell(*reports) == expected


def test_what_was_told_survives_as_text_and_rubbish_is_nothing() -> None:
    _, told = after_run(Told(), report("sign_in", problems=(PROBLEM,)), {})
    assert Told.of(told.text()) == told
    for text in ("", "{", "[]", "null", '{"states": 3}', '{"noticed": "x"}'):
        assert Told.of(text) == Told()


def real(tmp_path: Path, *rows: str) -> tuple[Rep, dict[str, Contact]]:
    rep = Rep(tmp_path / "rep", contacts=CONTACTS)
    rep.log(*rows)
    rep.run("2026-10-30 12:00")
    assert rep.office.calm is not None
    return rep, dict(rep.office.calm.book.contacts)


def test_a_call_is_announced_five_minutes_before_once(tmp_path: Path) -> None:
    rep, contacts = real(tmp_path, "2026-10-30T11:00,ann,outbound,call,connected,call today at 3pm,")
    told, heard = Told(), []
    for minute in range(50, 60):
        plan = rep.run(f"2026-10-30 14:{minute}").plan
        assert plan is not None
        news, told = before_calls(Told.of(told.text()), plan, contacts, at(f"2026-10-30 14:{minute}"))
        heard += [(minute, one.details["call"]["contact_name"]) for one in news]
    rep.close()
    assert heard == [(55, "Ann Archer")]


def test_an_overdue_call_is_told_once_and_not_by_name_in_the_log(tmp_path: Path) -> None:
    rep, contacts = real(tmp_path, "2026-10-30T11:00,ann,outbound,call,connected,call today at 3pm,")
    told, heard = Told(), []
    for hour in (13, 16, 17):
        news, told = after_run(told, rep.run(f"2026-10-30 {hour}:05"), contacts)
        heard += [(hour, one) for one in news if one.kind == "on_overdue"]
    rep.close()
    ((hour, news_),) = heard
    assert hour == 16
    assert [call["contact_name"] for call in news_.details["calls"]] == ["Ann Archer"]
    assert "Ann" not in news_.words
