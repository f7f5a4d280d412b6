"""``calsync service``: the systemd user service, installed, looked at and taken away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import platformdirs

from calsync.cli import looking, show
from calsync.config.places import default_config, state_folder
from calsync.daemon.service import NAME, credentials, unit_text, writable_paths
from calsync.errors import CalsyncError, UsageError

_PROPERTIES = ("ActiveState", "SubState", "MainPID", "StatusText", "Result", "NRestarts", "UnitFileState")
_HANDED_ON = ("XDG_STATE_HOME",)


class ServiceError(CalsyncError):
    """The service does not run."""

    default_hint = "calsync service logs"


def install(config: Path | None) -> int:
    """Write the unit, enable and start it, and say whether it is up."""
    settings = looking.settings(config)
    for name, file in credentials(settings).items():
        if not file.exists():
            raise UsageError(f"The credential {name} is not there: {file}", hint=f"put the password alone into {file}")
    for folder in writable_paths(settings):
        folder.mkdir(parents=True, exist_ok=True)
    unit = _unit_file()
    unit.parent.mkdir(parents=True, exist_ok=True)
    unit.write_text(unit_text(settings, _program(), _environment()), encoding="utf-8")
    _systemctl("daemon-reload")
    _systemctl("enable", NAME)
    # Type=notify: this returns when calsync says that it is up, or that it is not going to be.
    _systemctl("restart", NAME)
    state = _properties()
    if state["ActiveState"] != "active":
        raise ServiceError(f"The service was installed but is {state['ActiveState']} ({state['Result']}).")
    sys.stdout.write(f"calsync is running, and will be whenever you are logged in ({unit}).\n")
    sys.stdout.write("  when you are not: loginctl enable-linger    what it says: calsync service logs\n")
    return 0


def uninstall(config: Path | None, *, purge_state: bool) -> int:
    """Stop it, take the unit away; with ``purge_state`` the ledger goes as well, and nothing else ever."""
    unit = _unit_file()
    if unit.exists():
        _systemctl("disable", "--now", NAME)
        unit.unlink()
        for folder in (unit.parent, unit.parent.parent):
            with suppress(OSError):
                folder.rmdir()  # where nothing else of yours is in it
        _systemctl("daemon-reload")
        sys.stdout.write("The service is gone. Your files and the ledger are where they were.\n")
    else:
        sys.stdout.write("There is no service to take away.\n")
    return _purge(config) if purge_state else 0


def status(*, as_json: bool) -> int:
    """Exit code 0 while it runs."""
    state = _properties() if _unit_file().exists() else {"ActiveState": "not installed"}
    if as_json:
        show.print_json(state)
    else:
        words = [state["ActiveState"], state.get("StatusText", "")]
        if state.get("MainPID", "0") != "0":
            words.append(f"pid {state['MainPID']}, {state['NRestarts']} restarts")
        sys.stdout.write("calsync: " + ", ".join(word for word in words if word) + "\n")
        if state["ActiveState"] == "not installed":
            sys.stdout.write("  next: calsync service install\n")
        elif state["ActiveState"] != "active":
            sys.stdout.write("  next: calsync service logs\n")
    return 0 if state["ActiveState"] == "active" else 1


def logs(lines: int, *, follow: bool) -> int:
    """The journal of the service, as journalctl prints it."""
    command = ["journalctl", "--user", "--unit", NAME, "--lines", str(lines), "--no-pager"]
    if follow:
        command.append("--follow")
    _needs("journalctl")
    return subprocess.run(command, check=False).returncode


def offer(config: Path | None) -> int:
    """After ``make install``: on a terminal, and where there is a configuration, ask."""
    file = config or default_config()
    if not file.exists():
        sys.stdout.write("  next: calsync init\n")
        return 0
    if not sys.stdin.isatty():
        sys.stdout.write("  next: calsync service install\n")
        return 0
    import typer

    if typer.confirm("Start calsync now, and whenever you log in?", default=True):
        return install(config)
    return 0


def _purge(config: Path | None) -> int:
    """Remove the ledger, after an offer to take its events back."""
    ledger = looking.settings(config).state_path
    found = sorted(ledger.parent.glob(ledger.name + "*"))
    if found and (code := _events_first(config)):
        sys.stdout.write("The ledger stays, because events were left.\n")
        return code
    for file in found:
        file.unlink()
        sys.stdout.write(f"removed {file}\n")
    if state_folder() in ledger.parents:
        for folder in (ledger.parent, state_folder()):
            with suppress(OSError):
                folder.rmdir()  # made by us, and empty now
    return 0


def _events_first(config: Path | None) -> int:
    """The exit code of ``calsync purge`` where the rep wanted that, 0 where the events are to stay."""
    if sys.stdin.isatty():
        import typer

        if typer.confirm("Take what calsync wrote off your calendars first?", default=False):
            from calsync.cli import purge

            return purge.run(config, as_json=False, yes=False)
    sys.stdout.write("Events that calsync wrote stay on your calendars (calsync purge takes them back).\n")
    return 0


def _unit_file() -> Path:
    return Path(platformdirs.user_config_path("systemd")) / "user" / NAME


def _program() -> Path:
    """The ``calsync`` of this installation: the one beside its interpreter, which stays when the PATH changes."""
    beside = Path(sys.executable).parent / "calsync"
    if beside.exists():
        return beside
    found = shutil.which("calsync")
    if found is None:
        raise UsageError("The program calsync is not installed as a command.", hint="make install")
    return Path(found)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _HANDED_ON if os.environ.get(name)}


def _properties() -> dict[str, str]:
    shown = _systemctl("show", NAME, *(f"--property={name}" for name in _PROPERTIES))
    state = dict.fromkeys(_PROPERTIES, "")
    return state | dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)


def _systemctl(*arguments: str) -> str:
    """What ``systemctl --user`` printed.  Raises ``ServiceError`` with its own words where it failed."""
    _needs("systemctl")
    done = subprocess.run(["systemctl", "--user", *arguments], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.strip().splitlines()
    words = said[0] if said else f"systemctl {arguments[0]} failed"
    if "bus" in words or "XDG_RUNTIME_DIR" in words or "not been booted" in words:
        raise ServiceError(
            f"There is no systemd user manager to talk to here: {words}",
            hint="log in on this machine itself (not by su or sudo), or run it by hand: calsync run",
        )
    raise ServiceError(words)


def _needs(program: str) -> None:
    if shutil.which(program) is None:
        raise ServiceError(f"This machine has no {program}, so there is no service.", hint="calsync run")
