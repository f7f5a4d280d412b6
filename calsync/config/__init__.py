"""The settings a rep edits: one TOML file, read whole, every mistake reported at once with its line.

``load`` is all that the other rooms need.  The schema (and with it pydantic, which takes a tenth of a second of CPU to
import) is loaded by the call, not by this package, so that verbs which need no configuration start at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calsync.config.settings import Settings

__all__ = ["Settings", "load"]


def load(path: Path) -> Settings:
    """The settings in the TOML file at ``path``.

    Raises ``ConfigError`` holding *all* problems, each with file, line, dotted key and what to write instead.
    """
    from calsync.config.loading import load_settings

    return load_settings(path)


def __getattr__(name: str) -> Any:
    if name == "Settings":
        from calsync.config.settings import Settings

        return Settings
    raise AttributeError(name)
