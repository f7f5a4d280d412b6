"""Real calendar servers on loopback, each a process of its own, with a password and, where wanted, with TLS.

server = radicale_server(tmp_path, tls=True)
... CalendarSpec(url=server.url, username=server.user, password_env=..., ca_file=server.ca_file)
server.stop()
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import trustme

USER = "tasha"
PASSWORD = "s3cret-Ünïcode"
_START_SECONDS = 60.0
_ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """A running server.  ``url`` is its root: calendars are found or made below it.  ``storage`` is its folder."""

    url: str
    user: str
    password: str
    ca_file: Path | None
    storage: Path
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1].rstrip("/"))

    def start(self) -> Server:
        """Start, or start again at the same address with the same data."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=_ROOT, env=_environment())
        until = time.monotonic() + _START_SECONDS
        while not _listens(self.port):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        """End the process; the data stays."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def radicale_server(folder: Path, *, tls: bool = False, user: str = USER, password: str = PASSWORD) -> Server:
    """Radicale 3 with Basic; started."""
    folder.mkdir(parents=True, exist_ok=True)
    passwords = folder / "users"
    passwords.write_text(f"{user}:{password}\n", encoding="utf-8")
    port = _free_port()
    ssl_lines, ca_file = "", None
    if tls:
        certificate, key, ca_file = certificates(folder)
        ssl_lines = f"ssl = True\ncertificate = {certificate}\nkey = {key}\n"
    config = folder / "radicale.ini"
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n{ssl_lines}"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {passwords}\nhtpasswd_encryption = plain\ndelay = 0\n"
        f"[storage]\nfilesystem_folder = {folder / 'storage'}\n"
        "[logging]\nlevel = warning\n",
        encoding="utf-8",
    )
    return Server(
        url=f"{'https' if tls else 'http'}://127.0.0.1:{port}/",
        user=user,
        password=password,
        ca_file=ca_file,
        storage=folder / "storage",
        command=[sys.executable, "-m", "radicale", "--config", str(config)],
        log=folder / "server.log",
    ).start()


def xandikos_server(folder: Path, *, tls: bool = False, user: str = USER, password: str = PASSWORD) -> Server:
    """Xandikos with Basic; started.  Its own command wants TLS for Basic, so the tests run it through a small
    program.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    command = [sys.executable, "-m", "tests.servers.xandikos_app", str(folder / "storage"), str(port), user, password]
    ca_file = None
    if tls:
        certificate, key, ca_file = certificates(folder)
        command += [str(certificate), str(key)]
    return Server(
        url=f"{'https' if tls else 'http'}://127.0.0.1:{port}/",
        user=user,
        password=password,
        ca_file=ca_file,
        storage=folder / "storage",
        command=command,
        log=folder / "server.log",
    ).start()


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.stop()


def certificates(folder: Path) -> tuple[Path, Path, Path]:
    """A certificate for 127.0.0.1, its key, and the authority that signed it."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "localhost")
    certificate, key, ca_file = folder / "server.pem", folder / "server.key", folder / "ca.pem"
    certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    key.chmod(0o600)
    authority.cert_pem.write_to_path(str(ca_file))
    return certificate, key, ca_file


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _environment() -> dict[str, str]:
    """Without what a test runner adds; git must find an identity, which Xandikos commits with."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "COV_"))}
    who = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com", "GIT_COMMITTER_NAME": "t"}
    return {**kept, **who, "GIT_COMMITTER_EMAIL": "t@example.com"}
