"""The service as a rep has it: the wheel installed by an ordinary user, in a real user manager with journal and bus."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "systemd" / "calsync.service"

Seen = dict[str, Any]

# One life is enough for all of them: they stay together when tests are spread over several processes.
pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.lab, pytest.mark.xdist_group("lab")]

INSIDE = {
    "PrivateUsers": {"user namespace": "1"},
    "ProtectSystem": {"write to the system": "EROFS", "write to /etc": "EROFS"},
    "ProtectHome": {"write to the home folder": "EROFS"},
    "ReadWritePaths": {"write beside the log": "done"},
    "PrivateTmp": {"see another one's temporary file": "False"},
    "UMask": {"mode of a new file": "600"},
    "NoNewPrivileges": {"no new privileges": "1"},
    "CapabilityBoundingSet": {"capabilities": "0000000000000000"},
    "PrivateDevices": {"devices": ""},
    "ProtectClock": {"set the clock": "EPERM"},
    "ProtectHostname": {"set the host name": "EPERM"},
    "ProtectKernelTunables": {"write a kernel setting": "EROFS"},
    "ProtectKernelModules": {"load a kernel module": "EPERM"},
    "ProtectKernelLogs": {"read the kernel log": "EPERM"},
    "ProtectControlGroups": {"write to the control groups": "EROFS"},
    "RestrictAddressFamilies": {
        "AF_INET": "done", "AF_NETLINK": "done", "AF_PACKET": "EAFNOSUPPORT", "AF_ALG": "EAFNOSUPPORT",
    },
    "RestrictNamespaces": {"make a namespace": "EPERM"},
    "RestrictRealtime": {"real time": "EPERM"},
    "RestrictSUIDSGID": {"set-uid file": "EPERM"},
    "LockPersonality": {"another personality": "EPERM"},
    "MemoryDenyWriteExecute": {"memory written and executed": "EPERM"},
    "SystemCallFilter": {
        "system call filters": "2", "privileged call": "EPERM", "a share of the machine": "EPERM",
        "a call no service needs": "EPERM",
    },
    "SystemCallErrorNumber": {"a call no service needs": "EPERM"},
}  # fmt: skip
"""What each line of the unit does, as a hook sees it that runs inside the service."""

OUTSIDE = {
    "write to the home folder": "done",
    "see another one's temporary file": "True",
    "mode of a new file": "644",
    "no new privileges": "0",
    "system call filters": "0",
    "set-uid file": "done",
    "another personality": "done",
    "memory written and executed": "done",
    "a share of the machine": "done",
}
"""The same attempts where no unit stands in the way: so the answers above are the unit's doing."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """One life of the service, lived through in the lab."""
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    built = subprocess.run(build, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (wheel,) = out.glob("*.whl")
    out.chmod(0o755)
    # The service does not see /tmp, where this checkout may lie: what it needs of it is shown elsewhere.
    packages = f"{sysconfig.get_paths()['purelib']}:/home/packages"
    shown = {str(ROOT), f"{out}:/home/wheel", packages, sys.prefix, sys.base_prefix} - {"/usr"}
    command = [sys.executable, "-m", "tests.lab.life", f"/home/wheel/{wheel.name}", "/home/packages"]
    root = [] if os.geteuid() == 0 else ["sudo", "-n", "--preserve-env=SHOW"]
    lived = subprocess.run(
        [*root, ROOT / "tests/lab/user_manager.sh", "env", f"PYTHONPATH={ROOT}", *command],
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
        env=os.environ | {"SHOW": " ".join(sorted(shown))},
    )
    assert lived.returncode == 0, lived.stderr[-4000:]
    found: Seen = json.loads(lived.stdout)
    return found


def test_service_install_brings_it_up_within_a_second(seen: Seen) -> None:
    assert seen["install"]["code"] == 0, seen["install"]["err"]
    assert seen["active"] == "active"
    assert seen["start seconds"] <= 1.0
    assert "active" in seen["status"]["out"]


def test_an_attempt_logged_is_an_event_on_the_server(seen: Seen) -> None:
    assert seen["event seconds"] <= 5.0


@pytest.mark.parametrize("line", sorted(INSIDE))
def test_a_line_of_the_unit_does_what_it_says(seen: Seen, line: str) -> None:
    answers = seen["inside"]["answers"]
    assert {name: answers[name] for name in INSIDE[line]} == INSIDE[line]


def test_a_foreign_program_is_not_run(seen: Seen) -> None:
    """SystemCallArchitectures: the program leaves with 7 where the kernel can run it."""
    assert seen["inside"]["answers"]["foreign program"] != "exit 7"


def test_without_the_unit_the_same_is_allowed(seen: Seen) -> None:
    answers = seen["outside"]["answers"]
    assert {name: answers[name] for name in OUTSIDE} == OUTSIDE


def test_every_line_that_hardens_is_tried() -> None:
    lines = UNIT.read_text(encoding="utf-8").split("What it may touch")[1].split("[Install]")[0].splitlines()
    keys = {line.split("=")[0] for line in lines if "=" in line and not line.startswith("#")}
    assert keys == set(INSIDE) | {"SystemCallArchitectures"}


def test_a_hook_is_told_what_happened(seen: Seen) -> None:
    said = json.loads(seen["inside"]["said"])
    assert said["event"] == "on_sync"
    assert [one["action"] for one in said["actions"]] == ["create"]


def test_a_bad_configuration_keeps_the_old_one_and_a_good_one_is_taken(seen: Seen) -> None:
    assert seen["reload"]["bad state"] == "active"
    assert "the old one is in force" in seen["reload"]["bad status"]
    assert seen["reload"]["good state"] == "active"
    assert seen["reload"]["restarts"] == "0"
    places = [line["MESSAGE"] for line in seen["journal"] if "calsync.toml:5" in line["MESSAGE"]]
    assert places, "the place of the mistake is named"


def test_killed_it_is_up_again_within_two_seconds(seen: Seen) -> None:
    assert seen["killed"] <= 2.0


def test_hung_it_is_ended_and_up_again_within_two_seconds(seen: Seen) -> None:
    assert seen["watchdog"] <= 2.0


def test_it_is_small(seen: Seen) -> None:
    """With a CalDAV calendar configured, after its first runs; RSS in kB."""
    assert seen["memory"]["Rss"] <= 60 * 1024
    assert seen["cpu at start"] <= 1.0  # its first run included


def test_it_stops_within_ten_seconds(seen: Seen) -> None:
    assert seen["stop seconds"] <= 10.0


def test_the_journal_has_fields_and_priorities_and_nothing_private(seen: Seen) -> None:
    ours = [line for line in seen["journal"] if line.get("SYSLOG_IDENTIFIER") == "calsync"]
    events = {line.get("CALSYNC_EVENT") for line in ours}
    assert {"up", "on_sync", "reload_refused", "reloaded", "stopping", "on_problem"} <= events
    assert {line["PRIORITY"] for line in ours if line.get("CALSYNC_EVENT") == "up"} == {"6"}
    assert {line["PRIORITY"] for line in ours if line.get("CALSYNC_EVENT") == "on_problem"} == {"4"}
    everything = json.dumps(seen["journal"]) + seen["plain journal"]
    for private in ("Ann", "Archer", "Baker", "Carver", "555", "nobody at all", "s3cret", "Traceback"):
        assert private not in everything


def test_the_desktop_is_told_once_of_each_trouble_and_once_that_it_is_over(seen: Seen) -> None:
    sign_in, back = seen["desktop"][4:]
    assert seen["desktop"][:4] == [
        'calsync.toml:5: "America/Chicgo" is not a time zone\nThe old configuration stays in force.',
        "Your configuration can be used again.",
        "1 problem needs you: calsync check",
        "Everything in your files can be read again.",
    ]
    assert "password" in sign_in
    assert back == "The calendar “callbacks” works again."


def test_each_hook_is_told_once_and_reads_json(seen: Seen) -> None:
    hooks = seen["hooks"]
    assert [hook["event"] for hook in hooks] == ["on_problem", "on_problem", "on_overdue", "due", "on_signin_needed"]
    setup, rows, overdue, due, sign_in = hooks
    assert [problem["line"] for problem in setup["setup"]["problems"]] == [5]
    assert len(rows["problems"]) == 1
    assert [call["contact_name"] for call in overdue["calls"]] == ["Cat Carver"]
    assert due["call"]["contact_name"] == "Bob Baker"
    assert sign_in["calendar"]["state"] == "sign_in"


def test_a_second_instance_exits_1_and_names_the_service(seen: Seen) -> None:
    assert seen["second"]["code"] == 1
    assert f"pid {seen['pid']} on " in seen["second"]["err"]


def test_a_sync_beside_the_service_is_done_by_it(seen: Seen) -> None:
    assert seen["sync"]["code"] == 0, seen["sync"]["err"]
    assert [calendar["state"] for calendar in json.loads(seen["sync"]["out"])["calendars"]] == ["ok"]
    assert seen["how it stands"]["code"] == 0
    assert json.loads(seen["how it stands"]["out"])["open"] == 1


def test_a_start_with_a_configuration_that_cannot_be_read_is_not_tried_again(seen: Seen) -> None:
    broken = seen["broken"]
    assert (broken["state"], broken["code"], broken["restarts"]) == ("failed", "2", 0)
    assert broken["status"]["code"] == 1
    assert "next: calsync service logs" in broken["status"]["out"]


def test_a_line_of_the_journal_is_one_short_sentence(seen: Seen) -> None:
    ours = [line["MESSAGE"] for line in seen["journal"] if line.get("SYSLOG_IDENTIFIER") == "calsync"]
    assert [line for line in ours if "\n" in line or len(line) > 200 or "{" in line] == []


def test_uninstall_leaves_the_reps_files_and_the_ledger(seen: Seen) -> None:
    assert seen["uninstall"]["code"] == 0
    assert seen["still known"] == "not-found"
    assert [path for path in seen["left behind"] if "systemd" in path] == []
    mine = ("my calls/inside.json", "my calls/outside.json", "my calls/hooks.jsonl", ".local", ".gnupg")
    assert [path for path in seen["left behind"] if not path.startswith(mine)] == []


def test_purged_the_ledger_is_gone_as_well(seen: Seen) -> None:
    assert seen["purge"]["code"] == 0
    assert seen["state left"] == []
