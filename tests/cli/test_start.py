"""What is started often starts light: heavy libraries are loaded by the verbs that need them, and by no other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.desk import Desk
from calsync.cli.app import run
from calsync.cli.main import guarded, main
from tests.cli.conftest import ATTEMPTS, NOW
from tests.e2e.rep import FOLDER

HEAVY = {
    "apscheduler", "caldav", "googleapiclient", "holidays", "icalendar", "jinja2", "keyring", "phonenumbers",
    "pydantic", "requests", "rich", "typer",
}  # fmt: skip

ROOT = Path(__file__).resolve().parents[2]

LOADED = """\
import json, sys
from calsync.cli.main import main
code = main(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    json.dump([code, sorted({name.partition(".")[0] for name in sys.modules})], file)
"""


def loaded(folder: Path, *arguments: str, stdin: str = "") -> tuple[int, set[str]]:
    """The exit code of a command line in a process of its own, and the heavy libraries that it loaded."""
    told = folder / "loaded.json"
    command = [sys.executable, "-c", LOADED, str(told), *arguments]
    subprocess.run(command, input=stdin, text=True, capture_output=True, check=True, cwd=ROOT)
    code, names = json.loads(told.read_text())
    return code, HEAVY & set(names)


PHRASE = json.dumps({"id": "1", "text": "by friday", "reference": "2026-11-25T11:02", "zone": "America/Chicago"})


@pytest.mark.parametrize(
    ("arguments", "stdin", "may_load"),
    [
        (["--version"], "", set()),
        (["parse", "--jsonl"], PHRASE, set()),
        (["--help"], "", {"typer"}),
        (
            ["--config", "calsync.toml", "plan", "--json", "--at", NOW],
            "",
            {"typer", "pydantic", "jinja2", "phonenumbers", "holidays"},
        ),
        (
            ["--config", "calsync.toml", "sync", "--json", "--at", NOW],
            "",
            {"jinja2", "phonenumbers", "holidays"},
        ),
        (
            ["sync", "--dry-run", "--at", NOW, "--config", "calsync.toml", "--confirm"],
            "",
            {"jinja2", "phonenumbers", "holidays"},
        ),
    ],
    ids=["version", "parse lines", "help", "plan", "sync to a folder", "sync dry"],
)
def test_a_verb_loads_what_it_needs_and_no_more(
    rep: Path, arguments: list[str], stdin: str, may_load: set[str]
) -> None:
    arguments = [str(rep / word) if word == "calsync.toml" else word for word in arguments]
    code, heavy = loaded(rep, *arguments, stdin=stdin)
    assert code == 0
    assert heavy - may_load == set()


@pytest.mark.parametrize(
    "words",
    [
        ["--at"],
        ["--at", "--json"],
        ["--jsn"],
        ["--at", "soon"],
        ["--at", NOW, "--dry-run", "--at", NOW],
        ["now"],
        ["--help"],
    ],
)
def test_what_sync_is_asked_is_answered_alike_before_and_after_the_library_of_the_command_line_is_loaded(
    rep: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--config", str(rep / "calsync.toml"), "sync", *words]
    code, said = main(arguments), capsys.readouterr()
    asked = guarded(lambda: run(arguments), arguments), capsys.readouterr()
    assert (code, said.out, said.err) == (asked[0], asked[1].out, asked[1].err)


PEAK = """\
import sys
from calsync.cli.main import main
assert main(sys.argv[1:]) == 0
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


def test_a_sync_of_many_calls_takes_little_memory(tmp_path: Path) -> None:
    """48 MB with 250 calls that are owed, where the program alone is 41: the first time, and once they stand there."""
    desk = Desk(tmp_path / "desk", 250, FOLDER)
    for at in ("2026-10-26T09:30", "2026-10-26T09:31"):
        command = [sys.executable, "-c", PEAK, "sync", "--at", at, "--config", str(desk.configuration)]
        told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
        assert int(told.splitlines()[-1]) / 1024 <= 48


def test_a_mistake_in_a_cadence_is_told_by_sync(rep: Path) -> None:
    (rep / "mine").mkdir()
    (rep / "mine" / "broken.toml").write_text("name = 3\n")
    with (rep / "calsync.toml").open("a") as configuration:
        configuration.write('[cadences]\nfolder = "mine"\n')
    command = [sys.executable, "-m", "calsync.cli.main", "sync", "--at", NOW, "--config", str(rep / "calsync.toml")]
    told = subprocess.run(command, text=True, capture_output=True, check=False)
    assert told.returncode == 2
    assert "broken.toml:1" in told.stderr
    assert "Traceback" not in told.stderr


def test_status_after_a_run_loads_nothing_heavy_and_no_room(rep: Path) -> None:
    config = str(rep / "calsync.toml")
    (rep / "attempts.csv").write_text(ATTEMPTS.splitlines()[0] + "\n")
    assert loaded(rep, "--config", config, "sync")[0] == 0
    code, names = loaded(rep, "--config", config, "status", "--json")
    assert (code, names) == (0, set())
