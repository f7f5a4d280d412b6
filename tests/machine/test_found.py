"""What the lives found, each told on its own."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calsync.calendars.base import Seen
from calsync.ledger import Decision
from calsync.office import Office
from calsync.run import run_once
from tests.machine.faults import Hostile, Killed, backup, killed_at, restore
from tests.machine.places import SIGN_IN, DavPlace, Place
from tests.pains.test_pains import LOG, NAMES
from tests.pains.test_pains import Desk as PlainDesk


class Desk(PlainDesk):
    """At a calendar whose faults are armed one by one."""

    def __init__(self, folder: Path, log: str = LOG, store: Place | None = None) -> None:
        super().__init__(folder, log)
        self.store = store or Place()
        self.hostile = Hostile(self.store, self.store.calendar("callbacks", lambda: self.now))
        self.office.close()
        self.open()

    def open(self) -> None:
        self.office = Office(self.office.settings, opener=lambda spec, *, zone: self.hostile)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.run()
    yield desk
    desk.office.close()


def forget(desk: Desk) -> None:
    """The ledger is lost."""
    desk.office.close()
    shutil.rmtree(desk.folder / "state")
    desk.open()


def recorded(desk: Desk) -> list[tuple[str, str]]:
    file = desk.folder / "attempts.calsync.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8") as rows:
        return [(row["contact"], row["outcome"]) for row in csv.DictReader(rows)]


def test_a_call_that_is_said_to_be_gone_and_is_there_is_not_waived(desk: Desk) -> None:
    desk.hostile.armed["poll that says some are gone"] = 0
    report = desk.run()
    assert [one.action for one in report.actions] == []
    assert len(desk.events()) == 8


def test_without_ledger_or_token_a_few_that_a_listing_leaves_out_are_not_waived(desk: Desk) -> None:
    desk.office.cache.drop_token("callbacks")
    desk.hostile.armed["poll that leaves some out"] = 0
    assert [one.action for one in desk.run().actions] == []
    assert len(desk.events()) == 8


@pytest.mark.parametrize("place", ["title", "outcome line"])
def test_words_written_while_the_ledger_was_lost_are_heard_once(desk: Desk, place: str) -> None:
    seen = desk.call("Ann")
    if place == "title":
        desk.edit(seen, title=f"spoke {seen.title}")
    else:
        desk.edit(seen, description=seen.description.replace("\nOUTCOME:\n", "\nOUTCOME: spoke\n"))
    forget(desk)
    desk.run()
    assert recorded(desk) == [("ann", "connected")]
    forget(desk)
    desk.run()
    assert recorded(desk) == [("ann", "connected")]


def test_an_event_made_longer_while_the_ledger_was_lost_stays_so(desk: Desk) -> None:
    seen = desk.call("Ann")
    assert isinstance(seen.end, datetime)
    desk.edit(seen, end=seen.end + timedelta(minutes=30))
    forget(desk)
    desk.run()
    assert desk.call("Ann").end == seen.end + timedelta(minutes=30)


@pytest.mark.parametrize("ledger", ["kept", "lost"])
def test_notes_stay_when_the_row_that_promised_the_call_is_removed(desk: Desk, ledger: str) -> None:
    seen = desk.call("Ann")
    desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about oak\n")
    if ledger == "lost":
        forget(desk)
    else:
        desk.run()
    (desk.folder / "attempts.csv").write_text("".join(line for line in LOG.splitlines(True) if ",ann," not in line))
    desk.run()
    (kept,) = [one for one in desk.events() if "Ann" in one.title]
    assert kept.title.startswith("✓")
    assert "asks about oak" in kept.description
    assert (kept.start, kept.alarms) == (seen.start, ())
    assert desk.run().written == 0


def test_an_outcome_is_one_row_though_our_answer_to_it_was_cut_and_the_event_edited_again(desk: Desk) -> None:
    desk.edit(desk.call("Ann"), title=f"no {desk.call('Ann').title}")
    desk.hostile.armed["write cut before it landed"] = 0
    desk.run()
    seen = desk.call("Ann")
    assert seen.title.startswith("no ")
    desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about oak\n")
    desk.run(timedelta(minutes=10))
    desk.run()
    assert recorded(desk) == [("ann", "no_answer")]
    assert "asks about oak" in "".join(one.description for one in desk.events())


@pytest.mark.parametrize("step", range(1, 12))
def test_a_run_that_is_killed_while_it_takes_over_an_old_calendar_leaves_no_orphan(desk: Desk, step: int) -> None:
    """An event that nobody is owed any more, found after the ledger was lost, goes also when that run is killed."""
    forget(desk)
    rows = [line for line in LOG.splitlines(True) if ",ann," not in line]
    (desk.folder / "attempts.csv").write_text("".join(rows))
    desk.now += timedelta(minutes=1)
    with pytest.raises(Killed):
        run_once(desk.office, desk.now, checkpoint=killed_at(step))
    desk.office.close()
    desk.open()
    desk.run()
    desk.run()
    assert sorted(one.title.split()[1] for one in desk.events()) == ["Bob", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal"]


def test_a_first_listing_that_lied_is_found_out_and_leaves_no_orphan(desk: Desk) -> None:
    forget(desk)
    rows = [line for line in LOG.splitlines(True) if ",ann," not in line]
    (desk.folder / "attempts.csv").write_text("".join(rows))
    desk.hostile.armed["poll that says all is gone"] = 0
    desk.run()
    desk.run()
    assert sorted(one.title.split()[1] for one in desk.events()) == ["Bob", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal"]


def test_history_begins_with_its_check_mark_whatever_else_was_written_before_the_title(desk: Desk) -> None:
    seen = desk.call("Ann")
    outcome = seen.description.replace("\nOUTCOME:\n", "\nOUTCOME: spoke\n")
    desk.edit(seen, title=f"ask Lee {seen.title}", description=outcome)
    desk.run()
    (history,) = [one for one in desk.events() if "✓" in one.title]
    assert history.title.startswith("✓")
    assert "ask Lee" in history.title
    assert desk.run().written == 0


def test_what_was_done_to_events_that_a_first_listing_left_out_is_heard(desk: Desk) -> None:
    """The ledger is lost, and the listing hides half of what stands there: our creates find it, and listen to it."""
    wanted = {}
    for seen in desk.events():
        assert isinstance(seen.start, datetime)
        wanted[seen.uid] = seen.start + timedelta(hours=7)
        desk.edit(seen, start=wanted[seen.uid], end=wanted[seen.uid] + timedelta(minutes=25))
    forget(desk)
    desk.hostile.armed["poll that leaves some out"] = 0
    desk.run()
    desk.run()
    assert {one.uid: one.start for one in desk.events()} == wanted
    assert desk.run().written == 0


def test_outcomes_on_events_that_a_first_listing_left_out_are_recorded_once(desk: Desk) -> None:
    for seen in desk.events():
        desk.edit(seen, title=f"spoke {seen.title}")
    forget(desk)
    desk.hostile.armed["poll that leaves some out"] = 0
    desk.run()
    desk.run()
    assert sorted(recorded(desk)) == [(name, "connected") for name in sorted(NAMES)]


def test_what_was_only_taken_over_since_does_not_make_a_backup_younger(desk: Desk) -> None:
    """The server comes back from before a note; an event that was taken over since, and not written, proves nothing."""
    desk.edit(desk.call("Ann"), title=f"spoke {desk.call('Ann').title}")
    desk.run()
    old = backup(desk.store)
    noted = next(one for one in desk.events() if "Bob" in one.title)
    desk.edit(noted, description=f"{noted.description.rstrip()}\nasks about oak\n")
    desk.run(timedelta(hours=1))
    forget(desk)
    desk.run()
    restore(desk.store, old)
    desk.hostile.armed["token forgotten"] = 0
    desk.run()
    assert "asks about oak" in "".join(one.description for one in desk.events())


@pytest.mark.parametrize("words", ["hm?", "ask Lee first"])
def test_an_event_written_on_and_moved_while_the_ledger_was_lost_stays_where_it_was_put(desk: Desk, words: str) -> None:
    seen = desk.call("Ann")
    assert isinstance(seen.start, datetime)
    start = seen.start + timedelta(hours=7)
    text = seen.description.replace("\nOUTCOME:\n", f"\nOUTCOME: {words}\n")
    desk.edit(seen, description=text, start=start, end=start + timedelta(minutes=25))
    forget(desk)
    desk.run()
    desk.run()
    assert (desk.call("Ann").start, desk.call("Ann").end) == (start, start + timedelta(minutes=25))


@pytest.mark.parametrize("notes", ["asks about oak", ""])
def test_history_that_a_backup_made_a_call_again_becomes_history_again(desk: Desk, notes: str) -> None:
    seen = desk.call("Ann")
    desk.edit(seen, description=f"{seen.description.rstrip()}\n{notes}\n")
    desk.run()
    old = backup(desk.store)
    rows = [line for line in LOG.splitlines(True) if ",ann," not in line]
    if not notes:
        rows.append(f"{desk.now:%Y-%m-%dT%H:%M:%S},ann,outbound,call,connected,,\n")
    (desk.folder / "attempts.csv").write_text("".join(rows))
    desk.run()
    titles = [one.title for one in desk.events()]
    restore(desk.store, old)
    desk.run()
    assert [one.title for one in desk.events()] == titles
    assert desk.run().written == 0


def test_a_write_that_was_cut_after_a_backup_came_back_makes_no_move_of_it(desk: Desk) -> None:
    """What the backup has is no person's doing, in the next run as little as in the one that could not mend it."""
    old = backup(desk.store)
    seen = desk.call("Ann")
    assert isinstance(seen.start, datetime)
    start = seen.start + timedelta(hours=20)
    desk.edit(
        seen,
        start=start,
        end=start + timedelta(minutes=10),
        description=f"{seen.description.rstrip()}\nasks about oak\n",
    )
    desk.run()
    restore(desk.store, old)
    desk.hostile.armed["write cut before it landed"] = 0
    assert [one.action for one in desk.run().actions if one.action == "move"] == []
    assert [one.action for one in desk.run().actions if one.action == "move"] == []
    desk.run()
    assert desk.call("Ann").start == start
    assert "asks about oak" in desk.call("Ann").description


def test_a_note_is_kept_when_somebody_writes_on_the_event_that_a_backup_brought_back(desk: Desk) -> None:
    old = backup(desk.store)
    seen = desk.call("Ann")
    desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about oak\n")
    desk.run()
    restore(desk.store, old)
    desk.now += timedelta(minutes=5)
    seen = desk.call("Ann")
    desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about ash\n")
    desk.run()
    desk.run()
    assert "asks about oak" in desk.call("Ann").description
    assert "asks about ash" in desk.call("Ann").description
    assert desk.run().written == 0


def test_a_server_that_comes_back_from_a_backup_while_the_cache_is_lost_waives_nothing(desk: Desk) -> None:
    old = backup(desk.store)
    desk.now += timedelta(hours=1)
    with (desk.folder / "attempts.csv").open("a") as log:
        log.write(f"{desk.now:%Y-%m-%dT%H:%M:%S},ann,outbound,call,left_voicemail,tomorrow,\n")
    desk.run()
    titles = sorted(one.title for one in desk.events())
    desk.office.close()
    for file in (desk.folder / "state").glob("*.cache*"):
        file.unlink()
    restore(desk.store, old)
    desk.open()
    assert "waive" not in [one.action for one in desk.run().actions]
    assert sorted(one.title for one in desk.events()) == titles


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=30)])
def test_words_before_a_title_are_heard_though_ours_says_something_else_by_now(desk: Desk, later: timedelta) -> None:
    """The ledger was lost, and until it was made anew the call became overdue and its contact got another name."""
    seen = desk.call("Ann")
    desk.edit(seen, title=f"sold {seen.title}")
    forget(desk)
    contacts = desk.folder / "contacts.csv"
    contacts.write_text(contacts.read_text().replace("Ann Archer", "Ann Baker"))
    desk.run(later)
    assert recorded(desk) == [("ann", "sold")]


def test_an_outcome_on_its_line_is_heard_though_the_call_is_no_longer_owed_and_the_ledger_lost(desk: Desk) -> None:
    seen = desk.call("Ann")
    desk.edit(seen, description=seen.description.replace("\nOUTCOME:\n", "\nOUTCOME: spoke\n"))
    desk.now += timedelta(hours=1)
    with (desk.folder / "attempts.csv").open("a") as log:
        log.write(f"{desk.now:%Y-%m-%dT%H:%M:%S},ann,outbound,call,no_answer,next week,\n")
    forget(desk)
    desk.run()
    assert recorded(desk) == [("ann", "connected")]


def test_what_a_careless_program_wrote_is_heard_though_a_write_of_ours_was_cut_and_the_token_died(desk: Desk) -> None:
    """An intention is no write: the event is not older than what we know of it."""
    seen = desk.call("Ann")
    desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about oak\n")
    desk.edit(desk.call("Bob"), title=f"no {desk.call('Bob').title}")
    desk.hostile.armed["write cut before it landed"] = 0
    desk.run()
    seen = desk.call("Ann")
    assert isinstance(seen.end, datetime)
    desk.edit(seen, end=seen.end + timedelta(minutes=55))
    (stamp,) = [line for line in seen.raw.splitlines() if line.startswith("LAST-MODIFIED:")]
    lines = desk.store.items[seen.href][1].splitlines()
    careless = [stamp if line.startswith("LAST-MODIFIED:") else line for line in lines]
    desk.store.put(seen.href, "".join(f"{line}\r\n" for line in careless))
    desk.hostile.armed["token forgotten"] = 0
    desk.run()
    assert desk.call("Ann").end == seen.end + timedelta(minutes=55)


def test_an_event_that_is_deleted_while_the_server_lags_behind_our_writes_is_waived(desk: Desk) -> None:
    """Its token is still one from before the event: RFC 6578 lets the server say nothing of it, ever."""
    desk.now += timedelta(hours=1)
    with (desk.folder / "attempts.csv").open("a") as log:
        log.write(f"{desk.now:%Y-%m-%dT%H:%M:%S},ann,outbound,call,left_voicemail,tomorrow,\n")
    desk.hostile.armed["poll that lags"] = 1
    desk.run()
    desk.hostile.armed.clear()
    seen = desk.call("Ann")
    desk.store.remove(seen.href)
    desk.store.log = ["what nobody asks for.ics" if href == seen.href else href for href in desk.store.log]
    assert [one.action for one in desk.run().actions + desk.run().actions if one.action == "create"] == []
    assert not [one for one in desk.events() if one.uid == seen.uid]
    assert seen.mark in {one.mark for one in desk.office.ledger.decisions() if one.kind == "waived"}


@pytest.mark.parametrize("lie", ["", "poll that leaves some out", "poll that says some are gone", "token forgotten"])
def test_history_that_a_ledger_from_a_backup_does_not_know_becomes_a_call_again_where_one_is_owed(
    desk: Desk, lie: str
) -> None:
    """The check mark is our own, from after the backup: no person put it there for an outcome."""
    desk.office.close()
    shutil.copytree(desk.folder / "state", desk.folder / "state.old")
    desk.open()
    desk.edit(desk.call("Ann"), description=f"{desk.call('Ann').description.rstrip()}\nasks about oak\n")
    log = desk.folder / "attempts.csv"
    desk.now += timedelta(hours=1)
    log.write_text(f"{LOG}{desk.now:%Y-%m-%dT%H:%M:%S},ann,outbound,call,no_answer,next week,\n")
    desk.run()
    assert any(one.title.startswith("✓ Ann") for one in desk.events())
    forget(desk)
    desk.office.close()
    shutil.rmtree(desk.folder / "state")
    shutil.copytree(desk.folder / "state.old", desk.folder / "state")
    desk.open()
    log.write_text(LOG)
    if lie:
        desk.hostile.armed[lie] = 0
    desk.run()
    desk.run()
    assert sorted(one.title.split()[0] for one in desk.events()) == ["Call"] * len(NAMES)
    assert recorded(desk) == []
    assert "asks about oak" in desk.call("Ann").description


def test_a_note_written_right_before_we_delete_is_kept_though_the_cache_knows_nothing(desk: Desk) -> None:
    (desk.folder / "attempts.csv").write_text("".join(line for line in LOG.splitlines(True) if ",ann," not in line))
    seen = desk.call("Ann")
    steps: list[str] = []

    def meanwhile(step: str) -> None:
        steps.append(step)
        if steps.count("calendar remembered") == 1 and step == "calendar remembered":
            desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about oak\n")
            desk.office.cache.drop_seen("callbacks", seen.uid)

    desk.now += timedelta(minutes=5)
    run_once(desk.office, desk.now, checkpoint=meanwhile)
    desk.run()
    assert "asks about oak" in "".join(one.description for one in desk.events())


def test_notes_on_history_that_nothing_in_the_log_asks_for_are_written_again_after_a_backup(desk: Desk) -> None:
    seen = desk.call("Ann")
    desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about oak\n")
    (desk.folder / "attempts.csv").write_text("".join(line for line in LOG.splitlines(True) if ",ann," not in line))
    desk.run()
    old = backup(desk.store)
    (history,) = [one for one in desk.events() if one.title.startswith("✓")]
    desk.now += timedelta(minutes=5)
    desk.edit(history, description=f"{history.description.rstrip()}\nasks about ash\n")
    desk.run()
    restore(desk.store, old)
    desk.run()
    (history,) = [one for one in desk.events() if one.title.startswith("✓")]
    assert "asks about oak" in history.description
    assert "asks about ash" in history.description
    assert desk.run().written == 0


def test_a_call_that_is_owed_again_after_its_history_was_deleted_is_on_the_calendar(desk: Desk) -> None:
    log = desk.folder / "attempts.csv"
    seen = desk.call("Ann")
    desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about oak\n")
    desk.now += timedelta(hours=1)
    log.write_text(f"{LOG}{desk.now:%Y-%m-%dT%H:%M:%S},ann,outbound,call,no_answer,next week,\n")
    desk.run()
    (history,) = [one for one in desk.events() if one.title.startswith("✓")]
    desk.store.remove(history.href)
    desk.run()
    log.write_text(LOG)
    desk.run()
    assert desk.call("Ann").mark == seen.mark
    assert desk.run().written == 0


def test_words_that_are_in_the_log_are_heard_once_also_when_the_ledger_was_lost_and_the_event_edited_since(
    desk: Desk,
) -> None:
    seen = desk.call("Ann")
    desk.edit(seen, description=seen.description.replace("\nOUTCOME:\n", "\nOUTCOME: spoke\n"))
    desk.hostile.armed["write refused for a while"] = 0
    desk.run()
    assert recorded(desk) == [("ann", "connected")]
    forget(desk)
    seen = desk.call("Ann")
    desk.now += timedelta(hours=3)
    desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about oak\n")
    desk.run()
    assert recorded(desk) == [("ann", "connected")]
    assert [one.title[:1] for one in desk.events() if "asks about oak" in one.description] == ["✓"]
    assert desk.run().written == 0


@pytest.mark.parametrize("landed", [False, True])
def test_words_that_keep_the_call_are_heard_once_where_our_answer_did_not_land_and_again_where_it_did(
    desk: Desk, landed: bool
) -> None:
    def no(seen: Seen) -> None:
        desk.now += timedelta(minutes=5)
        desk.edit(seen, description=seen.description.replace("\nOUTCOME:\n", "\nOUTCOME: no\n"))

    no(desk.call("Ann"))
    if not landed:
        desk.hostile.armed["write cut before it landed"] = 0
    desk.run()
    assert recorded(desk) == [("ann", "no_answer")]
    forget(desk)
    seen = desk.call("Ann")
    assert ("OUTCOME: no" in seen.description) is not landed
    if landed:
        no(seen)
    else:
        desk.now += timedelta(minutes=5)
        desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about oak\n")
    desk.run()
    assert recorded(desk) == [("ann", "no_answer")] * (1 + landed)
    assert "OUTCOME: no" not in desk.call("Ann").description
    assert desk.run().written == 0


def test_notes_on_history_are_kept_when_its_backup_is_first_left_out_and_then_shown(desk: Desk) -> None:
    old = backup(desk.store)
    seen = desk.call("Ann")
    desk.now += timedelta(minutes=5)
    text = seen.description.replace("\nOUTCOME:\n", "\nOUTCOME: sold\n")
    desk.edit(seen, description=f"{text.rstrip()}\nasks about oak\n")
    desk.run()
    restore(desk.store, old)
    gone = desk.store.items.pop(seen.href)
    desk.run()
    desk.store.items[seen.href] = gone
    desk.store.log.append(seen.href)
    desk.run()
    desk.run()
    (history,) = [one for one in desk.events() if one.title.startswith("✓")]
    assert "Call Ann" not in history.title
    assert "asks about oak" in history.description
    assert desk.run().written == 0


def test_a_waived_call_that_is_kept_for_its_notes_is_not_owed_again_when_a_poll_lied_about_it(desk: Desk) -> None:
    seen = desk.call("Ann")
    desk.edit(seen, description=f"{seen.description.rstrip()}\nasks about oak\n")
    desk.run()
    desk.office.ledger.decide(Decision(seen.mark, "waived", "another calendar", desk.now))
    desk.office.close()
    desk.open()
    desk.run()
    (history,) = [one for one in desk.events() if one.title.startswith("✓")]
    desk.hostile.armed["poll that says some are gone"] = 0
    desk.run()
    desk.run()
    assert [one.href for one in desk.events() if one.title.startswith("✓")] == [history.href]
    assert [one.kind for one in desk.office.ledger.decisions()] == ["waived"]


def test_one_taken_over_and_deleted_at_once_is_asked_for_once_where_no_poll_can_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SIGN_IN.items():
        monkeypatch.setenv(name, value)
    store = DavPlace()
    store.server.faults.add("no_sync")
    desk = Desk(tmp_path, "".join(LOG.splitlines(keepends=True)[:-2]), store)
    desk.run()
    desk.office.close()
    shutil.copytree(desk.folder / "state", desk.folder / "old")
    (desk.folder / "attempts.csv").write_text(LOG)
    desk.open()
    desk.run()
    desk.office.close()
    shutil.rmtree(desk.folder / "state")
    (desk.folder / "old").rename(desk.folder / "state")
    desk.open()
    seen = desk.call("Hal")
    desk.edit(seen, description=seen.description.replace("\nOUTCOME:\n", "\nOUTCOME: no\n"))

    def meanwhile(step: str) -> None:
        if step == "outcome recorded":
            store.remove(seen.href.rpartition("/")[2])

    desk.now += timedelta(minutes=5)
    run_once(desk.office, desk.now, checkpoint=meanwhile)
    assert recorded(desk) == [("hal", "no_answer")]
    desk.run()
    desk.office.close()
    desk.open()
    desk.hostile.requests = 0
    assert desk.run().written == 0
    assert desk.hostile.requests == 1
    desk.office.close()
    store.close()
