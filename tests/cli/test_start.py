"""What is started often starts light: heavy libraries are loaded by the verbs that need them, and by no other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ATTEMPTS, NOW

HEAVY = {
    "apscheduler", "caldav", "googleapiclient", "holidays", "icalendar", "jinja2", "keyring", "phonenumbers",
    "pydantic", "requests", "rich", "typer",
}  # fmt: skip

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
    root = Path(__file__).resolve().parents[2]
    subprocess.run(command, input=stdin, text=True, capture_output=True, check=True, cwd=root)
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
            {"typer", "pydantic", "jinja2", "phonenumbers", "holidays", "icalendar"},
        ),
    ],
    ids=["version", "parse lines", "help", "plan", "sync to a folder"],
)
def test_a_verb_loads_what_it_needs_and_no_more(
    rep: Path, arguments: list[str], stdin: str, may_load: set[str]
) -> None:
    arguments = [str(rep / word) if word == "calsync.toml" else word for word in arguments]
    code, heavy = loaded(rep, *arguments, stdin=stdin)
    assert code == 0
    assert heavy - may_load == set()


def test_status_after_a_run_loads_nothing_heavy_and_no_room(rep: Path) -> None:
    config = str(rep / "calsync.toml")
    (rep / "attempts.csv").write_text(ATTEMPTS.splitlines()[0] + "\n")
    assert loaded(rep, "--config", config, "sync")[0] == 0
    code, names = loaded(rep, "--config", config, "status", "--json")
    assert (code, names) == (0, set())
