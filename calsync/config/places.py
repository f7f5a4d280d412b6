"""Where things lie on the rep's machine: the XDG folders, and paths as the configuration writes them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import platformdirs

FILE_NAME = "calsync.toml"

_SLUG = re.compile(r"[^a-z0-9]+")


def default_config() -> Path:
    """``$XDG_CONFIG_HOME/calsync/calsync.toml``."""
    return Path(platformdirs.user_config_path("calsync")) / FILE_NAME


def state_folder() -> Path:
    """``$XDG_STATE_HOME/calsync``: the ledger, sign-in tokens, diagnostics."""
    return Path(platformdirs.user_state_path("calsync"))


def ledger_path(folder: Path, written: str | None, rep_id: str | None, name: str) -> Path:
    """The ledger of the configuration in ``folder``: as ``[state] path`` says, else in the rep's own state folder.

    Each rep has a folder of their own, so that a second configuration never takes the first one's events for its own.
    """
    return resolve(folder, written) if written else state_folder() / (rep_id or slug(name)) / "ledger.db"


def slug(name: str) -> str:
    """A name as an id: small letters, digits, dashes."""
    return _SLUG.sub("-", name.lower()).strip("-") or "rep"


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
