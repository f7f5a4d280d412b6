"""The small parts: backoff, restarts, the journal's protocol, the kernel's words, the watch."""

from __future__ import annotations

import logging
import os
import random
import resource
import shutil
import socket
import struct
import time
from pathlib import Path

import pytest

from calsync.daemon import restarts
from calsync.daemon.control import ask, listen, socket_path, take
from calsync.daemon.journal import JournalHandler, fields
from calsync.daemon.network import Network, _is_news
from calsync.daemon.patience import LONGEST, SIGN_IN, Patience
from calsync.daemon.watch import Watch, remote, watch
from calsync.sync.report import CalendarState

# -- patience ---------------------------------------------------------------------------------------------------------


def state(word: str, retry_after: float | None = None) -> tuple[CalendarState, ...]:
    return (CalendarState("work", word, retry_after=retry_after),)


def test_an_unreachable_calendar_is_asked_less_and_less_often() -> None:
    patience, waits = Patience(random=random.Random(1)), []
    for _ in range(8):
        patience.learn(state("unreachable"), 100.0)
        retry = patience.next_try()
        assert retry is not None
        waits.append(retry - 100.0)
    for wait, full in zip(waits, (2, 4, 8, 16, LONGEST, LONGEST, LONGEST, LONGEST), strict=True):
        assert 0.75 * full <= wait <= full
    assert patience.resting(101.0) == {"work"}
    patience.learn(state("ok"), 101.0)
    assert patience.next_try() is None
    assert patience.resting(101.0) == frozenset()


def test_what_the_server_asked_for_is_kept() -> None:
    patience = Patience()
    patience.learn(state("unreachable", 90.0), 0.0)
    patience.learn(state("refused", 120.0), 0.0)
    assert patience.next_try() == 120.0


def test_a_wrong_password_is_not_sent_again_at_once() -> None:
    patience = Patience()
    patience.learn(state("sign_in"), 0.0)
    assert patience.next_try() == SIGN_IN


def test_one_bad_event_does_not_keep_the_others_waiting() -> None:
    patience = Patience()
    patience.learn(state("refused"), 0.0)
    assert patience.resting(0.1) == frozenset()


def test_what_woke_up_is_tried_at_once() -> None:
    patience = Patience()
    patience.learn((*state("unreachable"), CalendarState("home", "unreachable")), 0.0)
    patience.forget("work")
    assert patience.resting(0.1) == {"home"}
    patience.forget()
    assert patience.resting(0.1) == frozenset()


# -- restarts ---------------------------------------------------------------------------------------------------------


def test_three_starts_are_at_once_then_they_wait(tmp_path: Path) -> None:
    ledger = tmp_path / "state" / "ledger.db"
    assert [restarts.pause(ledger, 100.0 + number) for number in range(10)] == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60]
    restarts.forget(ledger)
    assert restarts.pause(ledger, 120.0) == 0


def test_starts_of_long_ago_and_before_the_machine_was_started_do_not_count(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    for _ in range(6):
        restarts.pause(ledger, 5000.0)
    assert restarts.pause(ledger, 5000.0 + restarts.WITHIN) == 0
    assert restarts.pause(ledger, 3.0) == 0
    (tmp_path / "ledger.db.starts").write_text("rubbish")
    assert restarts.pause(ledger, 4.0) == 0


# -- the journal ------------------------------------------------------------------------------------------------------


def test_a_record_is_fields_of_the_journals_own_protocol(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(tmp_path / "journal"))
        handler = JournalHandler(str(tmp_path / "journal"))
        log = logging.Logger("test")
        log.addHandler(handler)
        log.warning("two\nlines", extra=fields(calendar="callbacks", state="locked"))
        data = journal.recv(4096)
        handler.close()
    assert b"MESSAGE\n" + struct.pack("<Q", 9) + b"two\nlines\n" in data
    for line in (
        b"PRIORITY=4\n",
        b"SYSLOG_IDENTIFIER=calsync\n",
        b"CALSYNC_CALENDAR=callbacks\n",
        b"CALSYNC_STATE=locked\n",
    ):
        assert line in data


def test_a_journal_that_goes_away_is_no_error(tmp_path: Path) -> None:
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journal.bind(str(tmp_path / "journal"))
    handler = JournalHandler(str(tmp_path / "journal"))
    journal.close()
    log = logging.Logger("test")
    log.addHandler(handler)
    log.warning("lost")
    handler.close()
    with pytest.raises(OSError, match="No such file"):
        JournalHandler(str(tmp_path / "nothing"))


# -- the network ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "news"), [([20], True), ([24], True), ([21], False), ([16], False), ([21, 24], True), ([], False)]
)
def test_an_address_or_a_route_that_is_new_is_news(kinds: list[int], news: bool) -> None:
    data = b"".join(struct.pack("=IHHII", 20, kind, 0, 0, 0) + bytes(4) for kind in kinds)
    assert _is_news(data) is news
    assert _is_news(data + b"\x01") is news


def test_the_kernel_lets_itself_be_listened_to() -> None:
    network = Network()
    assert network.fileno() >= 0
    assert network.came_back() in (True, False)
    network.close()


# -- the watch --------------------------------------------------------------------------------------------------------


def changed(watched: Watch) -> bool:
    time.sleep(0.02)
    return watched.changed()


def test_a_file_is_noticed_however_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "attempts.csv"
    file.write_text("a\n")
    watched = watch([file])
    (tmp_path / "other.csv").write_text("x")
    assert not changed(watched)
    with file.open("a") as log:
        log.write("b\n")
    assert changed(watched)
    (tmp_path / "new").write_text("c\n")
    changed(watched)
    (tmp_path / "new").replace(file)
    assert changed(watched)
    file.unlink()
    assert changed(watched)
    file.write_text("d\n")
    assert changed(watched)
    watched.close()


def test_what_a_link_points_to_is_noticed_and_the_link_itself(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log.csv").write_text(name)
    link = tmp_path / "log.csv"
    link.symlink_to(tmp_path / "one" / "log.csv")
    watched = watch([link])
    (tmp_path / "one" / "log.csv").write_text("more")
    assert changed(watched)
    (tmp_path / "new").symlink_to(tmp_path / "two" / "log.csv")
    changed(watched)
    (tmp_path / "new").replace(link)
    assert changed(watched)
    watched.close()


def test_a_folder_that_is_replaced_made_or_linked_elsewhere_is_noticed(tmp_path: Path) -> None:
    rep, calendar = tmp_path / "rep", tmp_path / "calendar"
    rep.mkdir()
    (rep / "log.csv").write_text("x")
    watched = watch([rep / "log.csv"], [calendar])
    assert not watched.moved()
    calendar.mkdir()
    assert watched.moved()
    watched.close()
    watched = watch([rep / "log.csv"], [calendar])
    rep.rename(tmp_path / "old")
    assert changed(watched)
    shutil.copytree(tmp_path / "old", rep)
    assert watched.moved()
    watched.close()


def test_where_the_kernel_tells_nothing_the_files_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path}/net nfs4 rw 0 0\n/dev/sda / ext4 rw 0 0\nx /a\\040b 9p rw 0 0\n")
    net = tmp_path / "net"
    net.mkdir()
    assert remote(net, mounts)
    assert not remote(tmp_path, mounts)
    monkeypatch.setattr("calsync.daemon.watch.remote", lambda folder: remote(folder, mounts))
    (net / "log.csv").write_text("a")
    watched = watch([net / "log.csv"])
    assert watched.polled == (net,)
    assert not watched.looked_at()
    (net / "log.csv").write_text("ab")
    assert watched.looked_at()
    assert not watched.looked_at()
    watched.close()


def test_where_the_kernel_has_no_watch_left_the_files_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("a")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    full = [os.open("/dev/null", os.O_RDONLY)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (full[0], before[1]))
    try:
        watched = watch([tmp_path / "log.csv"])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        os.close(full[0])
    assert watched.fileno() == -1
    assert watched.polled == (tmp_path,)
    assert not watched.changed()
    (tmp_path / "log.csv").write_text("ab")
    assert watched.looked_at()
    watched.close()


# -- who asks ---------------------------------------------------------------------------------------------------------


def test_nonsense_on_the_socket_is_hung_up_on(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    server = listen(ledger)
    assert server is not None
    assert socket_path(ledger).stat().st_mode & 0o777 == 0o600
    for nonsense in (b"", b"{\n", b"[1]\n", b"\xff\xfe\n"):
        with socket.socket(socket.AF_UNIX) as channel:
            channel.connect(str(socket_path(ledger)))
            channel.sendall(nonsense)
            channel.shutdown(socket.SHUT_WR)
            assert take(server) is None
    server.close()
    os.unlink(socket_path(ledger))  # noqa: PTH108
    assert ask(ledger, {}) is None
