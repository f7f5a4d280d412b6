"""Without a network at the start and later: the daemon works, says so, and catches up when the kernel says it is
back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.lab]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    command = ["unshare", "--net", sys.executable, "-m", "tests.lab.offline", str(tmp_path_factory.mktemp("offline"))]
    root = [] if os.geteuid() == 0 else ["sudo", "-n", "--preserve-env=PYTHONPATH"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    lived = subprocess.run(
        [*root, *command], check=False, capture_output=True, text=True, timeout=240, cwd=ROOT, env=environment
    )
    assert lived.returncode == 0, lived.stderr[-4000:]
    found: dict[str, Any] = json.loads(lived.stdout)
    return found


@pytest.mark.parametrize("when", ["at the start", "later"])
def test_what_was_logged_without_a_network_is_on_the_server_seconds_after_it_is_back(
    seen: dict[str, Any], when: str
) -> None:
    assert seen[when]["why"] == "the network is back"
    assert seen[when]["seconds"] < 10


def test_it_is_told_to_stop_as_ever(seen: dict[str, Any]) -> None:
    assert seen["stopped"] == 0
