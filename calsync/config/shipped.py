"""The files that come with calsync: the example, the cadences and templates, the service's unit."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(*parts: str) -> Path:
    """A file or folder that ships: inside the installed package, or in the source tree when run from there.

    ``shipped("config", "example")``, ``shipped("systemd", "calsync.service")``.
    """
    installed = _PACKAGE / "shipped"
    return (installed if installed.is_dir() else _PACKAGE.parent).joinpath(*parts)
