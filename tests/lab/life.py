"""The life of the service in a user's manager, lived through by that user; what was seen is printed as JSON.

``python -m tests.lab.life WHEEL DEPENDENCIES``; nothing is judged here, that is the test's business.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.lab.desktop import Desktop
from tests.servers.running import radicale_server

HOME = Path.home()
REP = HOME / "my calls"
APP = HOME / "app"
PROBE = HOME / "app-probe.py"
CHICAGO = ZoneInfo("America/Chicago")
CONFIG = HOME / ".config" / "calsync" / "calsync.toml"

SETTINGS = """
[rep]
name = "Tasha Lane"
phone = "+1 312 555 0199"
timezone = "America/Chicago"
region = "US-IL"

[[contacts]]
path = "{rep}/contacts.csv"

[[attempts]]
path = "{rep}/attempts.csv"

[[calendars]]
name = "callbacks"
type = "caldav"
url = "{url}"
username = "{user}"
password_credential = "caldav"

[hooks]
on_sync = ["{python}", "{probe}", "{rep}/inside.json"]
on_problem = ["{python}", "-c", "{keep}", "{rep}/hooks.jsonl"]
on_signin_needed = ["{python}", "-c", "{keep}", "{rep}/hooks.jsonl"]
on_overdue = ["{python}", "-c", "{keep}", "{rep}/hooks.jsonl"]
due = ["{python}", "-c", "{keep}", "{rep}/hooks.jsonl"]
"""

KEEP = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + chr(10))"
"""A hook that keeps what it is told."""

TRIES = 5
"""Of what is timed the best of so many counts: what the machine has to do besides is not calsync's."""


def main(wheel: str, dependencies: str) -> None:
    """Live it, and print what was seen."""
    seen: dict[str, Any] = {}
    install_program(wheel, dependencies)
    shutil.copy(Path(__file__).with_name("probe.py"), PROBE)
    server = radicale_server(HOME / "server")
    desktop = Desktop()
    threading.Thread(target=desktop.listen, daemon=True).start()
    try:
        REP.mkdir()
        (REP / "contacts.csv").write_text(
            "id,name,phone,region\nann,Ann Archer,+1 312 555 0101,US-IL\nbob,Bob Baker,+1 312 555 0102,US-IL\n"
            "cat,Cat Carver,+1 312 555 0103,US-IL\n"
        )
        (REP / "attempts.csv").write_text("at,contact,direction,channel,outcome,promise,note\n")
        CONFIG.parent.mkdir(parents=True)
        CONFIG.write_text(
            SETTINGS.format(
                rep=REP, url=server.url, user=server.user, python=APP / "bin/python",
                probe=PROBE, keep=KEEP,
            )
        )  # fmt: skip
        credentials = CONFIG.parent / "credentials"
        credentials.mkdir(mode=0o700)
        (credentials / "caldav").write_text(server.password)
        Path("/tmp/calsync-lab-was-here").touch()
        before = files()
        seen["install"] = calsync("service", "install")
        seen["active"] = show("ActiveState")
        seen["start seconds"] = best(restarted, 1.0)
        seen["cpu at start"] = cpu_seconds()
        seen["status"] = calsync("service", "status")
        seen["event seconds"] = event_after_attempt(server.storage)
        wait((REP / "inside.json").exists)
        time.sleep(0.3)
        seen["inside"] = json.loads((REP / "inside.json").read_text())
        subprocess.run(
            [sys.executable, PROBE, REP / "outside.json"],
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        seen["outside"] = json.loads((REP / "outside.json").read_text())
        seen["memory"] = memory()
        seen |= reloads()
        seen["killed"] = best(lambda: after(lambda: os.kill(pid(), signal.SIGKILL)), 2.0)
        seen["watchdog"] = watchdog()
        seen |= beside()
        seen |= told(credentials / "caldav", server.password, desktop)
        seen["status line"] = show("StatusText")
        seen["stop seconds"] = stopped()
        seen["journal"] = journal()
        seen["plain journal"] = run("journalctl", "--user", "-u", "calsync", "--no-pager", "-o", "short").stdout
        seen["logs"] = calsync("service", "logs")
        seen["broken"] = started_broken()
        seen["uninstall"] = calsync("service", "uninstall")
        seen["left behind"] = sorted(files() - before)
        seen["still known"] = show("LoadState")
        seen["purge"] = calsync("service", "uninstall", "--purge-state")
        seen["state left"] = sorted(str(path) for path in (HOME / ".local/state/calsync").glob("*"))
    finally:
        server.stop()
        Path("/tmp/calsync-lab-was-here").unlink(missing_ok=True)
    sys.stdout.write(json.dumps(seen))


# -- the program and its surroundings ---------------------------------------------------------------------------------


def install_program(wheel: str, dependencies: str) -> None:
    """As ``make install`` does, with the dependencies by reference, so that no network is needed."""
    venv.create(APP, with_pip=False, symlinks=True)
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        APP / "bin/python",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*pip, "--disable-pip-version-check", wheel], check=True)
    (site,) = (APP / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(dependencies + "\n")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(command), check=False, capture_output=True, text=True, timeout=120)


def calsync(*arguments: str) -> dict[str, Any]:
    done = run(APP / "bin/calsync", *arguments)
    return {"code": done.returncode, "out": done.stdout, "err": done.stderr}


def systemctl(*arguments: str) -> str:
    return run("systemctl", "--user", *arguments).stdout.strip()


def show(name: str) -> str:
    return systemctl("show", "calsync.service", f"--property={name}", "--value")


def pid() -> int:
    return int(show("MainPID"))


def files() -> set[str]:
    """Everything in the home folder but the program, the server and what belongs to the desktop."""
    found = {str(path.relative_to(HOME)) for path in HOME.rglob("*")}
    return {path for path in found if not path.startswith(("app", "server", ".cache"))}


def wait(truth: Callable[[], object], seconds: float = 40.0) -> float:
    begun = time.monotonic()
    while not truth():
        if time.monotonic() - begun > seconds:
            raise SystemExit(run("journalctl", "--user", "-u", "calsync", "--no-pager").stdout)
        time.sleep(0.01)
    return time.monotonic() - begun


def stamp(days: int) -> str:
    return (datetime.now(CHICAGO) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def log(row: str) -> None:
    with (REP / "attempts.csv").open("a") as file:
        file.write(row + "\n")


# -- what is lived through --------------------------------------------------------------------------------------------


def start_seconds() -> float:
    """From the start of the process to active."""
    return (int(show("ActiveEnterTimestampMonotonic")) - int(show("ExecMainStartTimestampMonotonic"))) / 1e6


def restarted() -> float:
    """How long it took to be up, on a machine that has nothing else to do.

    That is hardly more than it was at work: on one that others use as well, the lower of the two.
    """
    systemctl("restart", "calsync")
    return min(start_seconds() - waited(), cpu_seconds())


def waited() -> float:
    """Seconds for which the service was ready to work and the machine had others to serve (proc(5), schedstat)."""
    return int(Path(f"/proc/{pid()}/schedstat").read_text().split()[1]) / 1e9


def best(timed: Callable[[], float], enough: float) -> float:
    """The shortest of several tries; no more of them than are needed."""
    found: list[float] = []
    while len(found) < TRIES and (not found or min(found) > enough):
        found.append(timed())
    return min(found)


def cpu_seconds() -> float:
    ticks = Path(f"/proc/{pid()}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def memory() -> dict[str, int]:
    lines = Path(f"/proc/{pid()}/smaps_rollup").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("Rss:", "Pss:"))}


def event_after_attempt(storage: Path) -> float:
    day = (datetime.now(CHICAGO) + timedelta(days=3)).strftime("%Y-%m-%d")
    wait(lambda: "synced" in show("StatusText"))
    log(f"{stamp(-1)},ann,outbound,call,connected,call {day} at 2pm,")
    return wait(lambda: any(storage.rglob("*.ics")))


def reloads() -> dict[str, Any]:
    good = CONFIG.read_text()
    CONFIG.write_text(good.replace("America/Chicago", "America/Chicgo"))
    systemctl("reload", "calsync")
    wait(lambda: "old one is in force" in show("StatusText"))
    bad = {"bad state": show("ActiveState"), "bad status": show("StatusText")}
    CONFIG.write_text(good + "\n[daemon]\npoll = 45\n")
    systemctl("reload", "calsync")
    wait(lambda: "synced" in show("StatusText") and show("ActiveState") == "active")
    return {"reload": bad | {"good state": show("ActiveState"), "restarts": show("NRestarts")}}


def after(harm: Callable[[], object]) -> float:
    """How long from some harm to being up again."""
    old = pid()
    harm()
    return wait(lambda: show("ActiveState") == "active" and pid() not in (0, old)) - waited()


def beside() -> dict[str, Any]:
    """What somebody types while the service runs."""
    return {
        "pid": pid(),
        "second": calsync("run"),
        "sync": calsync("sync", "--json"),
        "how it stands": calsync("status", "--json"),
    }


def told(credential: Path, password: str, desktop: Desktop) -> dict[str, Any]:
    """One trouble after the other, each mended: what the hooks and the desktop are told of it."""
    now = datetime.now(CHICAGO)
    soon = now + timedelta(minutes=4)
    rows = (REP / "attempts.csv").read_text()
    log(f"{stamp(-1)},nobody at all,outbound,call,connected,call friday,")
    wait(lambda: desktop.said[-1].startswith("1 problem"))
    (REP / "attempts.csv").write_text(rows)
    wait(lambda: "can be read again" in desktop.said[-1])
    log(f"{stamp(-2)},cat,outbound,call,connected,call {now - timedelta(days=1):%Y-%m-%d} at 2pm,")
    wait(lambda: "on_overdue" in kinds())
    log(f"{stamp(-1)},bob,outbound,call,connected,call {soon:%Y-%m-%d} at {soon:%H:%M},")
    wait(lambda: "due" in kinds())
    for word in ("wrong", password):
        credential.write_text(word)
        systemctl("restart", "calsync")
        wait(lambda: ("sign_in" in show("StatusText")) is (word == "wrong") and "synced" in show("StatusText"))  # noqa: B023 - called at once
        if word == "wrong":  # a restart ends a hook that is still writing
            wait(lambda: "on_signin_needed" in kinds())
        systemctl("restart", "calsync")
        wait(lambda: "synced" in show("StatusText"))
    wait(lambda: "works again" in desktop.said[-1])
    hooks = [json.loads(line) for line in (REP / "hooks.jsonl").read_text().splitlines()]
    return {"desktop": list(desktop.said), "hooks": hooks}


def kinds() -> list[str]:
    file = REP / "hooks.jsonl"
    return [json.loads(line)["event"] for line in file.read_text().splitlines()] if file.exists() else []


def started_broken() -> dict[str, Any]:
    """A start with a configuration that cannot be read is not tried again."""
    good = CONFIG.read_text()
    CONFIG.write_text(good.replace("America/Chicago", "America/Chicgo"))
    before = int(show("NRestarts"))
    systemctl("start", "calsync")
    wait(lambda: show("ActiveState") == "failed")
    time.sleep(1)
    seen = {
        "state": show("ActiveState"),
        "code": show("ExecMainStatus"),
        "restarts": int(show("NRestarts")) - before,
        "status": calsync("service", "status"),
    }
    CONFIG.write_text(good)
    return seen


def watchdog() -> float:
    """A process that stands still is noticed; the seconds are from the moment the manager ended it to active."""
    folder = HOME / ".config/systemd/user/calsync.service.d"
    folder.mkdir()
    (folder / "soon.conf").write_text("[Service]\nWatchdogSec=2\n")
    systemctl("daemon-reload")
    systemctl("restart", "calsync")
    old = pid()
    os.kill(old, signal.SIGSTOP)
    wait(lambda: not alive(old))
    seconds = wait(lambda: show("ActiveState") == "active" and pid() not in (0, old)) - waited()
    shutil.rmtree(folder)
    systemctl("daemon-reload")
    systemctl("restart", "calsync")
    return seconds


def alive(process: int) -> bool:
    return Path(f"/proc/{process}/exe").exists() and pid() == process


def stopped() -> float:
    begun = time.monotonic()
    systemctl("stop", "calsync")
    return time.monotonic() - begun


def journal() -> list[dict[str, Any]]:
    time.sleep(0.5)
    lines = run("journalctl", "--user", "-u", "calsync", "-o", "json", "--no-pager").stdout.splitlines()
    wanted = ("MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER")
    return [
        {name: value for name, value in json.loads(line).items() if name in wanted or name.startswith("CALSYNC_")}
        for line in lines
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
