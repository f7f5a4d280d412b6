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
"""


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
        (REP / "contacts.csv").write_text("id,name,phone,region\nann,Ann Archer,+1 312 555 0101,US-IL\n")
        (REP / "attempts.csv").write_text("at,contact,direction,channel,outcome,promise,note\n")
        CONFIG.parent.mkdir(parents=True)
        CONFIG.write_text(
            SETTINGS.format(
                rep=REP, url=server.url, user=server.user, python=APP / "bin/python",
                probe=PROBE,
            )
        )  # fmt: skip
        credentials = CONFIG.parent / "credentials"
        credentials.mkdir(mode=0o700)
        (credentials / "caldav").write_text(server.password)
        Path("/tmp/calsync-lab-was-here").touch()
        before = files()
        seen["install"] = calsync("service", "install")
        seen["active"] = show("ActiveState")
        seen["start seconds"] = min(start_seconds(), restarted(), restarted())
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
        seen["killed"] = after(lambda: os.kill(pid(), signal.SIGKILL))
        seen["watchdog"] = watchdog()
        log(f"{stamp(-1)},nobody at all,outbound,call,connected,call friday,")
        wait(lambda: desktop.said)
        seen["desktop"] = list(desktop.said)
        seen["status line"] = show("StatusText")
        seen["stop seconds"] = stopped()
        seen["journal"] = journal()
        seen["plain journal"] = run("journalctl", "--user", "-u", "calsync", "--no-pager", "-o", "short").stdout
        seen["logs"] = calsync("service", "logs")
        seen["uninstall"] = calsync("service", "uninstall")
        seen["left behind"] = sorted(files() - before)
        seen["still known"] = show("LoadState")
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
    systemctl("restart", "calsync")
    return start_seconds()


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
    return wait(lambda: show("ActiveState") == "active" and pid() not in (0, old))


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
    seconds = wait(lambda: show("ActiveState") == "active" and pid() not in (0, old))
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
