"""A rep's folder, and the command line run in it as a user runs it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from calsync.cli.main import main

CONFIG = """\
[rep]
name = "Tasha Lane"
phone = "+1 312 555 0199"
timezone = "America/Chicago"
region = "US-IL"

[[contacts]]
path = "contacts.csv"

[[attempts]]
path = "attempts.csv"

[[calendars]]
name = "callbacks"
type = "folder"
path = "calendar"
"""

CONTACTS = """\
id,name,phone,kind,referrer,topic
dana,Dana Levy,+1 312 555 0100,consumer,Oliver Quist,the safety training
sam,Sam Ruiz,+1 312 555 0111,business,Oliver Quist,the roof
sam2,Sam Ruiz,+1 312 555 0122,consumer,Oliver Quist,the fence
"""

ATTEMPTS = """\
at,contact,direction,channel,outcome,promise,note
2026-11-25T11:02,dana,outbound,call,left_voicemail,by friday,
2026-11-25T11:10,sam,outbound,call,connected,tomorrow at 3pm,
"""

NOW = "2026-11-25T11:30"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command line did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def rep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration, contacts and attempts; the XDG folders lie in it, too."""
    for name, text in (("calsync.toml", CONFIG), ("contacts.csv", CONTACTS), ("attempts.csv", ATTEMPTS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


@pytest.fixture
def calsync(rep: Path) -> Run:
    """Runs ``calsync`` with the rep's configuration, in this process: arguments in, exit code and texts out."""

    def _run(*arguments: str | Path, config: Path | None = rep / "calsync.toml", stdin: str = "") -> Ran:
        words = [str(argument) for argument in arguments]
        if config is not None:
            words = ["--config", str(config), *words]
        out, err = io.StringIO(), io.StringIO()
        before, sys.stdin = sys.stdin, io.StringIO(stdin)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = main(words)
        finally:
            sys.stdin = before
        return Ran(code, out.getvalue(), err.getvalue())

    return _run
