"""Where things lie on the rep's machine: the XDG folders, and paths as the configuration writes them."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import platformdirs

FILE_NAME = "calsync.toml"


def default_config() -> Path:
    """``$XDG_CONFIG_HOME/calsync/calsync.toml``."""
    return Path(platformdirs.user_config_path("calsync")) / FILE_NAME


def state_folder() -> Path:
    """``$XDG_STATE_HOME/calsync``: the ledger, sign-in tokens, diagnostics."""
    return Path(platformdirs.user_state_path("calsync"))


def default_ledger(rep_id: str) -> Path:
    """Each rep has a folder of their own: a second configuration never mistakes the first one's events for its own."""
    return state_folder() / rep_id / "ledger.db"


def resolve(folder: Path, written: str) -> Path:
    """A path of the configuration: ``~`` is the home folder, a relative one starts at the configuration's folder."""
    return (folder / Path(written).expanduser()).absolute()


def local_zone() -> str:
    """The machine's own time zone by its IANA name, ``""`` where that cannot be told: a suggestion, never a fact."""
    name = os.environ.get("TZ", "").lstrip(":") or str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        return ""
