"""Where a password comes from.

A password is fetched when it is needed and handed to the transport; it is never part of a message, a log line or a
state file.  What the password command prints on its standard error is not shown either: it may echo the secret.
"""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

from calsync.calendars.spec import CalendarSpec
from calsync.errors import Locked, SignInNeeded

COMMAND_SECONDS = 30.0
KEYRING_SECONDS = 20.0


def password(spec: CalendarSpec) -> str:
    """The password of a calendar; ``""`` where none is configured.

    Raises ``SignInNeeded`` where the place that was named holds none, and ``Locked`` where a password store does not
    answer in time (it is most likely waiting to be unlocked).
    """
    if spec.password_command:
        return _from_command(spec)
    if spec.password_env:
        return _from_environment(spec)
    if spec.password_credential:
        return _from_credential(spec)
    if spec.password_keyring:
        return _from_keyring(spec)
    return ""


def _from_command(spec: CalendarSpec) -> str:
    """Run without a shell, so that nothing in the configuration is ever expanded; the first line is the password."""
    program = spec.password_command[0]
    try:
        done = subprocess.run(
            list(spec.password_command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        # "from None" everywhere below: the exception underneath carries the output, and with it the secret
        raise Locked(
            f"Calendar “{spec.name}”: the password command “{program}” gave no answer within {COMMAND_SECONDS:.0f} s.",
            hint="unlock the password store; calsync tries again by itself",
        ) from None
    except OSError as problem:
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the password command “{program}” cannot be run ({problem.strerror}).",
            hint=f"check password_command of the calendar “{spec.name}” in the configuration",
        ) from None
    if done.returncode != 0:
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the password command “{program}” failed with exit code {done.returncode}.",
            hint="run the command of password_command by hand and see what it says",
        )
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    if not lines or not lines[0]:
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the password command “{program}” printed nothing.",
            hint="it has to print the password on the first line of its standard output",
        )
    return lines[0]


def _from_environment(spec: CalendarSpec) -> str:
    if value := os.environ.get(spec.password_env):
        return value
    raise SignInNeeded(
        f"Calendar “{spec.name}”: the environment variable {spec.password_env} is not set.",
        hint=f"set {spec.password_env}, or keep the password elsewhere (password_command, password_keyring)",
    )


def _from_credential(spec: CalendarSpec) -> str:
    """systemd hands credentials to a service as files below ``$CREDENTIALS_DIRECTORY`` (systemd.exec(5))."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        raise SignInNeeded(
            f"Calendar “{spec.name}”: no systemd credentials here, so “{spec.password_credential}” cannot be read.",
            hint="credentials reach the service only; in a terminal use: systemctl --user restart calsync",
        )
    try:
        value = Path(folder, spec.password_credential).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        value = ""
    if not value:
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the systemd credential “{spec.password_credential}” is missing or empty.",
            hint="name it in the unit: LoadCredential= or LoadCredentialEncrypted=, see systemd.exec(5)",
        )
    return value


def _from_keyring(spec: CalendarSpec) -> str:
    """Asked in a thread of its own: a locked desktop keyring waits for a person, and the daemon must not wait along."""
    answer: list[str | None] = []
    failure: list[str] = []

    def ask() -> None:
        try:
            import keyring

            answer.append(keyring.get_password(spec.password_keyring, spec.username))
        except Exception as problem:  # noqa: BLE001 - a keyring backend may raise anything at all; only its kind is told
            failure.append(type(problem).__name__)

    thread = threading.Thread(target=ask, name="calsync-keyring", daemon=True)
    thread.start()
    thread.join(KEYRING_SECONDS)
    if thread.is_alive():
        raise Locked(
            f"Calendar “{spec.name}”: no answer from the keyring within {KEYRING_SECONDS:.0f} s; is it locked?",
            hint="unlock the keyring; calsync tries again by itself",
        )
    if failure:
        kind = failure[0]
        if kind == "KeyringLocked":
            raise Locked(f"Calendar “{spec.name}”: the keyring is locked.", hint="unlock the keyring")
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the keyring cannot be used here ({kind}).",
            hint="use password_command or password_credential instead",
        )
    if not answer or not answer[0]:
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the keyring holds no password for service “{spec.password_keyring}”.",
            hint=f"keyring set {spec.password_keyring} {spec.username}",
        )
    return answer[0]
