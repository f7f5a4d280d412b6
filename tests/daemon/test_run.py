"""``calsync run`` for real: files, signals, a second instance, somebody who asks."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.daemon.given import CONTACTS, ROOT, Running, daemon, promise
from tests.daemon.load import contacts, promised_row
from tests.e2e.rep import CHICAGO, FOLDER, Rep


@pytest.fixture
def rep(tmp_path: Path) -> Iterator[Rep]:
    rep = Rep(tmp_path / "rep", FOLDER, contacts=CONTACTS)
    yield rep
    rep.close()


def calls(rep: Rep) -> int:
    return len(list((rep.folder / "calendar").glob("*.ics"))) if (rep.folder / "calendar").is_dir() else 0


def calsync(rep: Rep, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "calsync.cli.main", *arguments, "--config", str(rep.configuration)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )


def test_p15_an_attempt_logged_is_an_event_long_before_the_tick(rep: Rep) -> None:
    with daemon(rep) as running:
        rep.log(promise("ann"))
        running.wait_for(lambda: calls(rep) == 1)
        assert running.stop() == 0


def test_p16_a_hook_hears_of_a_sync_and_of_trouble(rep: Rep) -> None:
    heard = rep.folder / "heard"
    keep = f"import pathlib, sys; open({str(heard)!r}, 'a').write(sys.stdin.read().replace(chr(10), ' ') + chr(10))"
    command = json.dumps([sys.executable, "-S", "-c", keep])
    with rep.configuration.open("a") as configuration:
        configuration.write(f"\n[hooks]\non_sync = {command}\non_problem = {command}\n")
    heard.touch()
    with daemon(rep) as running:
        rep.log(promise("ann"), "never,ann,outbound,call,connected,by Friday,")
        running.wait_for(lambda: len(heard.read_text().splitlines()) >= 2)
        told = [json.loads(line) for line in heard.read_text().splitlines()]
    assert {one["event"] for one in told} == {"on_sync", "on_problem"}
    (trouble,) = [one for one in told if one["event"] == "on_problem"]
    assert "attempts.csv" in json.dumps(trouble)


def test_a_log_replaced_by_rename_deleted_and_restored_is_noticed(rep: Rep) -> None:
    with daemon(rep) as running:
        new = rep.log_file.with_suffix(".new")
        new.write_text(rep.log_file.read_text() + promise("ann") + "\n")
        new.replace(rep.log_file)
        running.wait_for(lambda: calls(rep) == 1)
        text = rep.log_file.read_text()
        rep.log_file.unlink()
        running.wait_for(lambda: "refused" in running.said or "attempts.csv" in running.said)
        assert calls(rep) == 1  # a log that vanished deletes nothing
        rep.log_file.write_text(text + promise("bob", 4) + "\n")
        running.wait_for(lambda: calls(rep) == 2)


def in_place(log: Path, text: str) -> None:
    with log.open("r+", encoding="utf-8") as file:
        for character in text:
            file.write(character)
            file.flush()


def by_rename(log: Path, text: str) -> None:
    new = log.with_name(".~" + log.name)
    new.write_text(text, encoding="utf-8")
    log.rename(log.with_name(log.name + "~"))
    new.rename(log)


def behind_a_link(log: Path, text: str) -> None:
    (log.parent / "kept").mkdir(exist_ok=True)
    (log.parent / "kept" / "calls.csv").write_text(text, encoding="utf-8")
    log.unlink()
    log.symlink_to("kept/calls.csv")


def by_three_programs_at_once(log: Path, text: str) -> None:
    """Each appends its own rows, a few at a time."""
    rows = text.splitlines(keepends=True)[log.read_text(encoding="utf-8").count("\n") :]
    program = "import sys, time\nfor row in sys.argv[2:]:\n open(sys.argv[1], 'a').write(row); time.sleep(0.01)"
    writers = [subprocess.Popen([sys.executable, "-S", "-c", program, log, *rows[one::3]]) for one in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]


@pytest.mark.parametrize("way", [in_place, by_rename, behind_a_link, by_three_programs_at_once])
def test_one_change_is_one_run_however_it_is_written(rep: Rep, way: Callable[[Path, str], None]) -> None:
    (rep.folder / "contacts.csv").write_text(contacts(9), encoding="utf-8")
    with daemon(rep, "--verbose") as running:
        running.wait_for(lambda: "run: tick" in running.said)
        time.sleep(1)  # what the first run made is seen as a change, too
        said = len(running.said)
        rows = [promised_row(number, datetime.now(CHICAGO)) for number in range(9)]
        way(rep.log_file, rep.log_file.read_text() + "\n".join(rows) + "\n")
        running.wait_for(lambda: calls(rep) == 9)
        time.sleep(1.5)
        whys = [line.split("run: ")[1] for line in running.said[said:].splitlines() if "run: " in line]
    # One for the log, one for the events that it wrote into a folder, which might have been somebody else.
    assert [why for why in whys if why != "tick"] == ["a file changed"] * 2


def test_a_log_behind_a_link_is_noticed_when_it_is_written_where_it_is_kept(rep: Rep) -> None:
    behind_a_link(rep.log_file, rep.log_file.read_text())
    with daemon(rep) as running:
        with (rep.folder / "kept" / "calls.csv").open("a", encoding="utf-8") as log:
            log.write(promise("ann") + "\n")
        running.wait_for(lambda: calls(rep) == 1)


def test_an_outcome_written_on_the_event_is_answered_at_once(rep: Rep) -> None:
    with daemon(rep) as running:
        rep.log(promise("ann"))
        running.wait_for(lambda: calls(rep) == 1)
        (event,) = (rep.folder / "calendar").glob("*.ics")
        event.write_text(event.read_text().replace("SUMMARY:", "SUMMARY:sold "))
        running.wait_for((rep.folder / "attempts.calsync.csv").exists)


def test_sigterm_ends_it_with_0_sigint_too(rep: Rep) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with daemon(rep) as running:
            running.signal(number)
            assert running.process.wait(10) == 0
            assert "stopping" in running.said


def test_p10_a_second_instance_exits_1_and_names_the_holder(rep: Rep) -> None:
    with daemon(rep) as running:
        second = calsync(rep, "run")
        assert second.returncode == 1
        assert f"pid {running.process.pid} on {socket.gethostname()} since" in second.stderr


def test_sync_beside_the_daemon_asks_it_for_a_run(rep: Rep) -> None:
    with daemon(rep) as running:
        asked = calsync(rep, "sync", "--json")
        assert asked.returncode == 0, asked.stderr
        assert json.loads(asked.stdout)["calendars"][0]["state"] == "ok"
        dry = calsync(rep, "sync", "--dry-run")
        assert dry.returncode == 0, dry.stderr
        assert running.process.poll() is None


def test_sighup_takes_a_good_configuration_and_keeps_the_old_one_for_a_bad(rep: Rep) -> None:
    with daemon(rep) as running:
        rep.log(promise("ann"))
        running.wait_for(lambda: calls(rep) == 1)
        good = rep.configuration.read_text()
        rep.configuration.write_text(good.replace("America/Chicago", "America/Chicgo"))
        running.signal(signal.SIGHUP)
        running.wait_for(lambda: "the configuration is kept as it was" in running.said)
        running.wait_for(lambda: "calsync.toml:5" in running.said)
        rep.log(promise("bob", 4))
        running.wait_for(lambda: calls(rep) == 2)
        rep.configuration.write_text(
            good.replace('"callbacks"', '"calls"').replace('path = "calendar"', 'path = "other"')
        )
        running.signal(signal.SIGHUP)
        running.wait_for(lambda: (rep.folder / "other").is_dir() and len(list((rep.folder / "other").iterdir())) >= 2)


def test_a_configuration_that_cannot_be_read_at_the_start_is_2(rep: Rep) -> None:
    rep.configuration.write_text("[rep]\nname = 1\n")
    done = calsync(rep, "run")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_systemd_is_told_ready_status_and_stopping(rep: Rep, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "n"))
        manager.settimeout(10)
        heard: list[str] = []
        with daemon(rep, NOTIFY_SOCKET=str(tmp_path / "n"), WATCHDOG_USEC="4000000") as running:
            for wanted in ("WATCHDOG=1", "STATUS=no call ahead; synced"):
                while not any(wanted in line for line in heard):
                    heard.append(manager.recv(4096).decode())
            running.stop()
        while not any("STOPPING=1" in line for line in heard):
            heard.append(manager.recv(4096).decode())
    assert any(line.startswith("READY=1") for line in heard)


def test_nothing_private_is_logged(rep: Rep) -> None:
    with daemon(rep) as running:
        rep.log(promise("ann"), promise("nobody-of-that-name"))
        running.wait_for(lambda: calls(rep) >= 1)
        running.wait_for(lambda: "problem" in running.said)
        for private in ("Ann", "Archer", "555", "nobody-of-that-name"):
            assert private not in running.said


def test_idle_it_does_not_wake_up(rep: Rep) -> None:
    with daemon(rep) as running:
        running.wait_for((rep.folder / "state" / "ledger.db").exists)
        settled = _until_quiet(running)
        time.sleep(3)
        assert _switches(running) - settled <= 2


def _until_quiet(running: Running) -> int:
    last = -1
    while (now := _switches(running)) != last:
        last = now
        time.sleep(1.0)
    return last


def _switches(running: Running) -> int:
    """Voluntary context switches of all threads so far."""
    total = 0
    for task in Path(f"/proc/{running.process.pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total
