"""A keyring that is a folder, for a daemon in a process of its own: ``PYTHON_KEYRING_BACKEND=tests.servers.ring.Ring``.

``$CALSYNC_TEST_RING`` holds ``password``; while there is also a file ``locked``, whoever asks waits, as at a desktop
that shows a prompt to nobody.  Each question is a line in ``asked``.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import keyring.backend


class Ring(keyring.backend.KeyringBackend):
    """See above."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        folder = Path(os.environ["CALSYNC_TEST_RING"])
        with (folder / "asked").open("a") as asked:
            asked.write(f"{service} {username}\n")
        while (folder / "locked").exists():
            time.sleep(0.05)
        return (folder / "password").read_text(encoding="utf-8")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("calsync never writes into a keyring")
