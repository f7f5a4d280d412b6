"""``calsync plan --json``: the same bytes twice, and on another machine (another folder, zone, hash seed, locale)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from calsync.config.shipped import shipped

ROOT = Path(__file__).parents[2]
PLAN = (sys.executable, "-m", "calsync.cli.main", "plan", "--json", "--at", "2026-11-25T08:00")


def plan(folder: Path, **environment: str) -> bytes:
    done = subprocess.run(
        [*PLAN, "--config", str(folder / "calsync.toml")],
        capture_output=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env=os.environ | environment,
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == b""
    return done.stdout


def test_the_same_files_give_the_same_bytes_anywhere(tmp_path: Path) -> None:
    for name in ("here", "there"):
        shutil.copytree(shipped("config", "example"), tmp_path / name)
    first = plan(tmp_path / "here", PYTHONHASHSEED="1", TZ="America/Chicago")
    assert first == plan(tmp_path / "here", PYTHONHASHSEED="2", TZ="Asia/Kolkata")
    assert first == plan(tmp_path / "there", PYTHONHASHSEED="3", TZ="Pacific/Auckland", LC_ALL="C", HOME=str(tmp_path))
    assert first.count(b'"id"') >= 10
