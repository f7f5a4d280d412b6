"""Where passwords come from, and that none ever shows."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from calsync.calendars import open_calendar, secrets
from calsync.calendars.spec import CalendarSpec
from calsync.errors import CalsyncError, ConfigError, Locked, SignInNeeded
from tests.contract.person import CHICAGO

SECRET = "tr0ub4dor&3"


def spec(**changes: object) -> CalendarSpec:
    values: dict[str, object] = {
        "name": "work",
        "type": "caldav",
        "url": "https://cal.example.com/",
        "username": "tasha",
    }
    return CalendarSpec(**{**values, **changes})  # type: ignore[arg-type]  # the fields of a CalendarSpec, by name


def command(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_no_password_is_configured() -> None:
    assert secrets.password(spec()) == ""


def test_a_command_prints_it_on_its_first_line() -> None:
    assert secrets.password(spec(password_command=command(f"print({SECRET!r}); print('user: tasha')"))) == SECRET


def test_a_command_is_never_given_to_a_shell(tmp_path: Path) -> None:
    told = secrets.password(spec(password_command=("echo", f"$HOME; touch {tmp_path}/made", "`id`")))
    assert told == f"$HOME; touch {tmp_path}/made `id`"
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (command(f"import sys; print({SECRET!r}); print({SECRET!r}, file=sys.stderr); sys.exit(3)"), "exit code 3"),
        (command("pass"), "printed nothing"),
        (("/no/such/program", SECRET), "cannot be run"),
    ],
)
def test_a_command_that_fails_says_so_without_the_secret(run: tuple[str, ...], words: str) -> None:
    with pytest.raises(SignInNeeded, match=words) as caught:
        secrets.password(spec(password_command=run))
    assert_silent(caught.value)


def test_a_command_that_waits_is_a_locked_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECONDS", 0.3)
    run = command(f"import time; print({SECRET!r}, flush=True); time.sleep(60)")
    before = time.monotonic()
    with pytest.raises(Locked, match="no answer") as caught:
        secrets.password(spec(password_command=run))
    assert time.monotonic() - before < 20
    assert_silent(caught.value)


def test_the_environment_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALDAV_PASSWORD", SECRET)
    assert secrets.password(spec(password_env="CALDAV_PASSWORD")) == SECRET
    monkeypatch.delenv("CALDAV_PASSWORD")
    with pytest.raises(SignInNeeded, match="CALDAV_PASSWORD is not set"):
        secrets.password(spec(password_env="CALDAV_PASSWORD"))


def test_a_systemd_credential_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "caldav").write_text(SECRET + "\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert secrets.password(spec(password_credential="caldav")) == SECRET
    with pytest.raises(SignInNeeded, match="missing or empty") as caught:
        secrets.password(spec(password_credential="other"))
    assert "LoadCredential" in caught.value.hint
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(SignInNeeded, match="no systemd credentials here"):
        secrets.password(spec(password_credential="caldav"))


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory, which can be locked, broken, or wait for a person."""

    priority = 1
    state = "open"

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the base class has no types
        self.gate, self.asked = threading.Event(), 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        match self.state:
            case "locked":
                raise keyring.errors.KeyringLocked(SECRET)
            case "broken":
                raise RuntimeError(SECRET)
            case "waits":
                self.gate.wait(20)
        return SECRET if (service, username) == ("calsync", "tasha") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("calsync never writes into a keyring")


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    ring.gate.set()
    for question in secrets._questions.values():
        question.join(10)
    secrets._questions.clear()
    keyring.set_keyring(before)


@pytest.fixture
def impatient() -> Iterator[None]:
    token = secrets.PATIENCE.set(0.2)
    yield
    secrets.PATIENCE.reset(token)


def test_the_keyring_holds_it(ring: Ring) -> None:
    assert secrets.password(spec(password_keyring="calsync")) == SECRET
    with pytest.raises(SignInNeeded, match="holds no password") as caught:
        secrets.password(spec(password_keyring="another"))
    assert caught.value.hint == "keyring set another tasha"


@pytest.mark.parametrize(("state", "kind"), [("locked", Locked), ("broken", SignInNeeded), ("waits", Locked)])
def test_a_keyring_that_does_not_answer(ring: Ring, state: str, kind: type[CalsyncError], impatient: None) -> None:
    ring.state = state
    with pytest.raises(kind) as caught:
        secrets.password(spec(password_keyring="calsync"))
    assert_silent(caught.value)
    ring.gate.set()


def test_a_keyring_that_waits_is_asked_once_by_one_thread_and_its_late_answer_is_taken(
    ring: Ring, impatient: None
) -> None:
    ring.state = "waits"
    for _ in range(5):
        with pytest.raises(Locked, match="is it locked"):
            secrets.password(spec(password_keyring="calsync"))
    assert ring.asked == 1
    (asking,) = (thread for thread in threading.enumerate() if thread.name == "password")
    ring.gate.set()
    ring.state = "open"
    asking.join(10)
    assert secrets.password(spec(password_keyring="calsync")) == SECRET
    assert ring.asked == 1
    assert secrets.password(spec(password_keyring="calsync")) == SECRET
    assert ring.asked == 2  # a password is not kept longer than it takes to hand it over


def test_a_command_that_waits_for_a_person_is_started_once(tmp_path: Path, impatient: None) -> None:
    run = command(
        f"import time, pathlib; here = pathlib.Path({str(tmp_path)!r}); open(here / 'asked', 'a').write('x')\n"
        f"while not (here / 'open').exists(): time.sleep(0.02)\n"
        f"print({SECRET!r})"
    )
    for _ in range(3):
        with pytest.raises(Locked, match="no answer"):
            secrets.password(spec(password_command=run))
    (tmp_path / "open").touch()
    token = secrets.PATIENCE.set(20.0)
    assert secrets.password(spec(password_command=run)) == SECRET
    secrets.PATIENCE.reset(token)
    assert (tmp_path / "asked").read_text() == "x"


def test_a_spec_shows_no_secret() -> None:
    assert SECRET not in repr(spec(password_env="X"))


@pytest.mark.parametrize(("kind", "key"), [("folder", "path"), ("caldav", "url")])
def test_a_table_that_lacks_what_its_type_needs(kind: str, key: str) -> None:
    with pytest.raises(ConfigError, match=f"has no {key}"):
        open_calendar(spec(type=kind, url=""), zone=CHICAGO)


def test_an_address_without_its_scheme_is_told() -> None:
    with pytest.raises(ConfigError, match="does not begin with https"):
        open_calendar(spec(url="cal.example.com/dav/"), zone=CHICAGO)


def test_opening_a_calendar_loads_no_library_of_another() -> None:
    code = (
        "import sys; from zoneinfo import ZoneInfo; from pathlib import Path\n"
        "from calsync.calendars import CalendarSpec, open_calendar\n"
        "z = ZoneInfo('UTC')\n"
        "open_calendar(CalendarSpec('f', 'folder', path=Path('x')), zone=z)\n"
        "open_calendar(CalendarSpec('c', 'caldav', url='https://cal.example.com/'), zone=z)\n"
        "heavy = {'caldav', 'niquests', 'icalendar', 'googleapiclient', 'keyring', 'requests', 'lxml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def assert_silent(problem: BaseException | None) -> None:
    """Neither the message, nor its hint, nor anything behind it that a log could print."""
    while problem is not None:
        assert SECRET not in repr(problem) + str(getattr(problem, "hint", ""))
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
