"""The systemd user unit for one installation and one configuration: pure text, from the shipped template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from calsync.config import Settings
from calsync.config.shipped import shipped

NAME = "calsync.service"

_PLACE = re.compile(r"@([a-z_]+)@")


def writable_paths(settings: Settings) -> tuple[Path, ...]:
    """The folders that the daemon writes to under this configuration; everything else is read-only to it."""
    folders = [settings.state_path.parent, settings.own_log.parent]
    for spec in settings.calendars:
        if spec.type == "folder" and spec.path is not None:
            folders.append(spec.path)
        if spec.type == "google" and spec.token_file is not None:
            folders.append(spec.token_file.parent)
    return tuple(dict.fromkeys(folders))


def credentials(settings: Settings) -> Mapping[str, Path]:
    """Credential name -> the file it is loaded from: ``credentials/NAME`` beside the configuration."""
    names = [spec.password_credential for spec in settings.every_calendar]
    return {name: settings.folder / "credentials" / name for name in names if name}


def unit_text(settings: Settings, program: Path, environment: Mapping[str, str]) -> str:
    """The unit that runs ``program`` with this configuration.

    ``environment`` is set for the service: what the shell of ``service install`` knows and the user manager may not.
    """
    writable = writable_paths(settings)
    lines = [f"Environment={quoted(f'{name}={value}')}" for name, value in sorted(environment.items())]
    lines += [f"LoadCredential={name}:{escaped(str(path))}" for name, path in credentials(settings).items()]
    values = {
        "calsync": quoted(str(program)),
        "config": quoted(str(settings.file)),
        "environment": "\n".join((*lines, "")),
        "writable": " ".join(quoted(str(path)) for path in writable),
        # A private /tmp would hide a program or a configuration that lies in the real one.
        "private_tmp": "no" if _in_tmp((program, settings.file, *writable)) else "yes",
    }
    template = shipped("systemd", NAME).read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)


def quoted(text: str) -> str:
    """One word of a unit file: spaces kept together, systemd's own signs (``%``, ``$``, quotes) taken literally."""
    return '"' + escaped(text).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'


def escaped(text: str) -> str:
    """A value in which ``%`` is no specifier."""
    return text.replace("%", "%%")


def _in_tmp(paths: Sequence[Path]) -> bool:
    roots = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - asked about, not written to
    return any(root in path.absolute().parents for path in paths for root in roots)
