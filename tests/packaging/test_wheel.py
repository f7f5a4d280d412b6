"""The wheel holds what it needs: built, installed into an empty environment, and the demo run from it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the source as it stands, with the build backend of the running environment."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program ``calsync`` of a new environment that holds the wheel, and its dependencies by reference only."""
    home = tmp_path_factory.mktemp("empty")
    venv.create(home, with_pip=True, symlinks=True)
    python = home / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check", wheel],
        check=True,
    )
    # The dependencies are those that are installed here, so that the test needs no network.  Their folder comes after
    # the new environment's own, and a checkout that is installed here in editable form is not followed.
    (site,) = (home / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return home / "bin" / "calsync"


def run(program: Path, *arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    return subprocess.run([program, *arguments], cwd=home, env=environment, check=False, capture_output=True, text=True)


def test_the_wheel_holds_the_files_that_a_rep_edits(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "calsync/shipped/config/cadences/referral.toml",
        "calsync/shipped/config/templates/description.txt.j2",
        "calsync/shipped/config/example/calsync.toml",
        "calsync/shipped/config/example/contacts.csv",
        "calsync/shipped/config/example/attempts.csv",
        "calsync/shipped/systemd/calsync.service",
        "calsync/ledger/queries.sql",
        "calsync/promises/vocabulary/en.toml",
        "calsync/py.typed",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith("tests/") or "__pycache__" in name]


def test_the_demo_runs_from_the_wheel_in_an_empty_environment(installed: Path, tmp_path: Path) -> None:
    code = "import calsync; print(calsync.__file__)"
    where = subprocess.run(
        [installed.parent / "python", "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert str(installed.parent.parent) in where.stdout, "the wheel itself is what is tried, not the checkout"
    done = run(installed, "demo", "--into", tmp_path / "demo", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Fri 27 Nov" in done.stdout
    assert "tel:+1" in done.stdout
    assert list((tmp_path / "demo").rglob("*.ics"))


def test_init_and_check_work_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    config = tmp_path / "mine" / "calsync.toml"
    answers = (
        "--name",
        "Tasha Lane",
        "--phone",
        "+1 312 555 0199",
        "--timezone",
        "America/Chicago",
        "--region",
        "US-IL",
    )
    made = run(installed, "init", "--config", config, "--yes", *answers, home=tmp_path)
    assert made.returncode == 0, made.stderr + made.stdout
    (config.parent / "contacts.csv").write_text("name,phone\nDana Levy,+1 312 555 0100\n")
    assert run(installed, "--config", config, "check", "--offline", home=tmp_path).returncode == 0
