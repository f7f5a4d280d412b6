"""The configuration is read in a process of its own: the same values, the same mistakes, and nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from calsync.daemon import reading
from calsync.errors import ConfigError
from tests.e2e.rep import Rep

HOOKS = '[hooks]\non_sync = ["true", "it"]\n[promises.holidays]\n"inventory day" = 2026-12-30\n'


@pytest.fixture(params=["at the start", "beside other threads"], autouse=True)
def other_threads(request: pytest.FixtureRequest) -> Iterator[None]:
    """A copy of the process reads, or another one."""
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    if request.param == "beside other threads":
        other.start()
    yield
    over.set()
    if other.ident is not None:
        other.join()


@pytest.fixture
def rep(tmp_path: Path) -> Rep:
    return Rep(tmp_path, extra=HOOKS)


def told(path: Path) -> tuple[str, str, int, object]:
    """What is said of a configuration with mistakes."""
    with pytest.raises(ConfigError) as caught:
        reading.read(path)
    return caught.value.message, caught.value.hint, caught.value.exit_code, caught.value.problems


def test_what_comes_back_is_what_would_have_been_read_here(rep: Rep) -> None:
    there, here = reading.read(rep.configuration), reading.read_here(rep.configuration)
    assert there.cadences == here.cadences
    names = [name for name in type(here.settings).__slots__ if name != "person"]
    assert {name: getattr(there.settings, name) for name in names} == {
        name: getattr(here.settings, name) for name in names
    }
    assert there.settings.hooks == {"on_sync": ("true", "it")}
    mine, theirs = here.settings.rep(), there.settings.rep()
    assert (mine.name, mine.zone, mine.hours) == (theirs.name, theirs.zone, theirs.hours)
    assert dict(mine.holidays) == dict(theirs.holidays)


def test_every_mistake_comes_back_with_its_line(rep: Rep) -> None:
    rep.configuration.write_text(rep.configuration.read_text().replace("weekdays", "weekday", 1) + "[daemon]\ntick=0\n")
    message, hint, code, problems = told(rep.configuration)
    with pytest.raises(ConfigError) as here:
        reading.read_here(rep.configuration)
    assert (message, hint, code) == (here.value.message, here.value.hint, 2)
    assert problems == here.value.problems
    assert len(here.value.problems) == 2


def test_a_mistake_in_a_cadence_comes_back_as_well(rep: Rep) -> None:
    (rep.folder / "cadences").mkdir()
    (rep.folder / "cadences" / "own.toml").write_text("steps = 3\n")
    message, _, _, problems = told(rep.configuration)
    assert "own.toml:1" in message
    assert problems


def test_where_no_process_can_be_started_it_is_read_here(rep: Rep, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise PermissionError("seccomp")

    monkeypatch.setattr(os, "fork", refused)
    for program in ("/bin/false", str(rep.folder / "nowhere")):
        monkeypatch.setattr(sys, "executable", program)
        assert reading.read(rep.configuration).settings.hooks == {"on_sync": ("true", "it")}


def test_a_child_that_dies_is_done_without(rep: Rep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "send", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    monkeypatch.setattr(reading, "_PROGRAM", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert reading.read(rep.configuration).settings.hooks == {"on_sync": ("true", "it")}


def test_a_daemon_that_is_ready_has_loaded_no_schema_and_nothing_that_waits_for_a_call(rep: Rep) -> None:
    program = (
        "import sys; from pathlib import Path; from calsync.daemon import loop, reading\n"
        "from calsync.office import Office\n"
        "given = reading.read(Path(sys.argv[1])); Office(given.settings, cadences=given.cadences).close()\n"
        "print('loaded:', *(name for name in ('pydantic', 'jinja2', 'holidays', 'icalendar') if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(rep.configuration)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "loaded:\n"


def test_a_module_in_the_folder_it_was_started_from_is_not_taken(
    rep: Rep, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    assert reading.read(rep.configuration).settings.file == rep.configuration
