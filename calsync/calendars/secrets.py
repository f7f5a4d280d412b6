"""Where a password comes from.

A password is fetched when it is needed and handed to the transport; it is never part of a message, a log line or a
state file.  What the password command prints on its standard error is not shown either: it may echo the secret.

A keyring that is locked, and a command that asks for a pass phrase, wait for a person.  They are asked in a thread of
their own, which whoever wants the password next finds still at it: one prompt and one thread, however often a daemon
tries again.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Generic, TypeVar

from calsync.calendars.spec import CalendarSpec
from calsync.errors import Locked, SignInNeeded

COMMAND_SECONDS = 30.0
"""After so long a password command is ended."""

PATIENCE: ContextVar[float] = ContextVar("patience", default=20.0)
"""Seconds that this thread waits for a store that waits for a person.  At a terminal that person is there; a daemon
has other work."""


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
    command = list(spec.password_command)

    def run() -> tuple[int, bytes]:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
        return done.returncode, done.stdout

    # "from None" everywhere below: the exception underneath carries the output, and with it the secret
    try:
        code, printed = _asked(("command", *command), run)
    except (_StillAsking, subprocess.TimeoutExpired):
        raise Locked(
            f"Calendar “{spec.name}”: the password command “{command[0]}” gives no answer.",
            hint="unlock the password store; calsync tries again by itself",
        ) from None
    except OSError as problem:
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the password command “{command[0]}” cannot be run ({problem.strerror}).",
            hint=f"check password_command of the calendar “{spec.name}” in the configuration",
        ) from None
    if code != 0:
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the password command “{command[0]}” failed with exit code {code}.",
            hint="run the command of password_command by hand and see what it says",
        )
    lines = printed.decode("utf-8", "replace").splitlines()
    if not lines or not lines[0]:
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the password command “{command[0]}” printed nothing.",
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
    def ask() -> str | None:
        import keyring

        return keyring.get_password(spec.password_keyring, spec.username)

    try:
        found = _asked(("keyring", spec.password_keyring, spec.username), ask)
    except _StillAsking:
        raise Locked(
            f"Calendar “{spec.name}”: the keyring gives no answer; is it locked?",
            hint="unlock the keyring; calsync tries again by itself",
        ) from None
    except Exception as problem:  # noqa: BLE001 - a keyring backend may raise anything at all; only its kind is told
        kind = type(problem).__name__
        if kind == "KeyringLocked":
            raise Locked(f"Calendar “{spec.name}”: the keyring is locked.", hint="unlock the keyring") from None
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the keyring cannot be used here ({kind}).",
            hint="use password_command or password_credential instead",
        ) from None
    if not found:
        raise SignInNeeded(
            f"Calendar “{spec.name}”: the keyring holds no password for service “{spec.password_keyring}”.",
            hint=f"keyring set {spec.password_keyring} {spec.username}",
        )
    return found


# -- stores that wait for a person -------------------------------------------------------------------------------------

_T = TypeVar("_T")


class _StillAsking(Exception):
    """No answer so far; the question stays asked."""


class _Question(threading.Thread, Generic[_T]):
    """One question and its answer.  A daemon thread: one that waits for ever does not keep the process."""

    def __init__(self, ask: Callable[[], _T]) -> None:
        super().__init__(name="password", daemon=True)
        self._ask = ask
        self._answers: list[_T] = []
        self._failure: Exception | None = None

    def run(self) -> None:
        try:
            self._answers.append(self._ask())
        except Exception as problem:  # noqa: BLE001 - raised again where the answer is wanted
            self._failure = problem

    def answer(self) -> _T:
        if self._failure is not None:
            raise self._failure
        return self._answers[0]


_questions: dict[Hashable, _Question[Any]] = {}
_turn = threading.Lock()


def _asked(key: Hashable, ask: Callable[[], _T]) -> _T:
    """What ``ask`` gives, waited for as long as this thread has patience; raises what it raises, or ``_StillAsking``.

    The answer to a question that nobody waited for any more is kept for whoever asks the same next.
    """
    with _turn:
        if key not in _questions:
            _questions[key] = _Question(ask)
            _questions[key].start()
        question: _Question[_T] = _questions[key]
    question.join(PATIENCE.get())
    if question.is_alive():
        raise _StillAsking
    with _turn:
        if _questions.get(key) is question:
            del _questions[key]
    return question.answer()
