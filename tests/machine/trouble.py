"""What goes wrong: servers that lie, cut, delay and forget; processes that die; state that is lost or comes back
old."""

from __future__ import annotations

import shutil
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine.faults import POLLS, WRITES, backup, killed_at, renumber, restore
from tests.machine.life import World

WRITE_FAULTS = tuple(kind for kind in WRITES if kind != "somebody writes in between")


class Trouble(World):
    """Whatever is armed here goes off in one of the next runs."""

    @rule(kind=st.sampled_from(WRITE_FAULTS), write=st.integers(0, 3))
    def a_write_will_fail(self, kind: str, write: int) -> None:
        self.calendar.armed[kind] = write

    @rule(kind=st.sampled_from(POLLS), poll=st.integers(0, 1))
    def a_poll_will_fail(self, kind: str, poll: int) -> None:
        self.calendar.armed[kind] = poll

    @rule()
    def the_server_renumbers(self) -> None:
        renumber(self.store)
        self.happened("server renumbers and rewrites")

    @rule()
    def a_backup_is_made(self) -> None:
        self.backup, self.backed_up = backup(self.store), self.now

    @rule()
    def the_server_comes_back_from_its_backup(self) -> None:
        live = {one.uid: one.mark for one in self.calls()}
        knows_when = bool(self.opened().cache.token("callbacks")) and self.now - self.backed_up < timedelta(days=3)
        restore(self.store, self.backup)
        self.put_foreign("dentist.ics", self.foreign[self.store.name_of("dentist.ics")])
        self.foreign = {href: text for href, text in self.foreign.items() if href in self.store.items}
        self.deeds.server_came_back(self.texts(), self.stand())
        there = {one.uid for one in self.events()}
        # What is history is the server's to lose; what is owed is written again, notes and all.
        self.deeds.dropped({uid for uid in self.deeds.notes.values() if uid not in live.keys() | there})
        self.deeds.lost_by_server |= {uid: mark for uid, mark in live.items() if uid not in there}
        if not knows_when:
            self.what_is_missing_counts_as_deleted()
        self.calendar.armed.pop("poll that lags", None)
        self.happened("server from its backup")
        report = self.run_or_die()
        if report is None:
            return
        if knows_when:
            waived = {one.commitment_id for one in report.actions if one.action == "waive"}
            assert waived <= self.deeds.deleted  # nothing is waived that nobody deleted

    @rule(step=st.integers(1, 24))
    def the_process_is_killed(self, step: int) -> None:
        if self.run_or_die(checkpoint=killed_at(step)) is None:
            self.happened("killed at a commit")

    @rule()
    def calsync_is_restarted(self) -> None:
        self.close()
        self.happened("restarted")

    @rule()
    def the_ledger_is_lost(self) -> None:
        self.close()
        shutil.rmtree(self.folder / "state", ignore_errors=True)
        self.deeds.ledger_was_lost(self.texts(), self.stand())
        self.ledger_backup = None
        self.happened("ledger lost")

    @precondition(lambda self: (self.folder / "state").exists())
    @rule()
    def the_cache_is_lost(self) -> None:
        self.close()
        for file in (self.folder / "state").glob("*.cache*"):
            file.unlink()
        self.what_is_missing_counts_as_deleted()
        self.happened("cache lost")

    @precondition(lambda self: (self.folder / "state").exists())
    @rule()
    def the_ledger_is_backed_up(self) -> None:
        self.close()
        shutil.rmtree(self.folder / "state.old", ignore_errors=True)
        shutil.copytree(self.folder / "state", self.folder / "state.old")
        self.ledger_backup = self.deeds.copy()

    @precondition(lambda self: self.ledger_backup is not None)
    @rule()
    def the_ledger_comes_back_from_its_backup(self) -> None:
        assert self.ledger_backup is not None
        self.close()
        shutil.rmtree(self.folder / "state")
        shutil.copytree(self.folder / "state.old", self.folder / "state")
        self.deeds.ledger_was_lost(self.texts(), self.stand(), self.ledger_backup.heard)
        self.what_is_missing_counts_as_deleted()
        self.happened("ledger from its backup")

    def what_is_missing_counts_as_deleted(self) -> None:
        """To a calsync without a token, or with an old ledger, what is not there any more was deleted by somebody."""
        there = {one.uid for one in self.events()}
        rows = self.opened().ledger.rows("callbacks").values()
        self.deeds.deleted |= {row.mark for row in rows if row.status.present and row.uid not in there}

    @rule(hours=st.sampled_from([1, 3, 8, 24, 72]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.happened("time passes")
