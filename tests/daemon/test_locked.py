"""A keyring that is locked: said once, asked by one thread, tried again by itself, and nothing waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.given import CONTACTS, daemon, promise
from tests.e2e.rep import FOLDER, Rep, caldav
from tests.servers.running import Server, radicale_server, running

pytestmark = pytest.mark.servers


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    folder = tmp_path / "ring"
    folder.mkdir()
    (folder / "locked").touch()
    return folder


@pytest.fixture
def server(tmp_path: Path, ring: Path) -> Iterator[Server]:
    with running(radicale_server(tmp_path / "server")) as server:
        (ring / "password").write_text(server.password, encoding="utf-8")
        yield server


@pytest.fixture
def rep(tmp_path: Path, server: Server, ring: Path) -> Iterator[Rep]:
    """A rep with a folder, and with a calendar whose password is in the keyring."""
    table = caldav(server.url, server.user).replace('"callbacks"', '"server"')
    table = table.replace('password_env = "CALSYNC_TEST_PASSWORD"', 'password_keyring = "calsync"')
    rep = Rep(tmp_path / "rep", FOLDER + table, contacts=CONTACTS)
    yield rep
    rep.close()


def test_it_is_said_once_asked_by_one_thread_and_tried_again(rep: Rep, server: Server, ring: Path) -> None:
    with daemon(rep, PYTHON_KEYRING_BACKEND="tests.servers.ring.Ring", CALSYNC_TEST_RING=str(ring)) as running:
        rep.log(promise("ann"))
        running.wait_for(lambda: list((rep.folder / "calendar").glob("*.ics")))
        running.wait_for(lambda: "calendar server: locked" in running.said)
        threads = len(list(Path(f"/proc/{running.process.pid}/task").iterdir()))
        time.sleep(8)  # the retries after 2 and 4 seconds
        assert (ring / "asked").read_text() == "calsync tasha\n"
        assert len(list(Path(f"/proc/{running.process.pid}/task").iterdir())) <= threads
        said = [line for line in running.said.splitlines() if "calendar server" in line]
        assert len(said) == 1, said
        (ring / "locked").unlink()
        running.wait_for(lambda: list(server.storage.glob("collection-root/*/*/*.ics")), 10)
        running.wait_for(lambda: "calendar server: ok" in running.said)


def test_told_to_stop_at_a_prompt_it_stops(rep: Rep, ring: Path) -> None:
    with daemon(rep, PYTHON_KEYRING_BACKEND="tests.servers.ring.Ring", CALSYNC_TEST_RING=str(ring)) as running:
        running.wait_for((ring / "asked").exists)
        begun = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - begun < 10
