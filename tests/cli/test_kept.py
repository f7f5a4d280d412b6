"""A verb that goes on from what another process read says, byte for byte, what one says that reads everything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from calsync.config import load
from calsync.edition import edition_of
from calsync.ledger import Shelf
from tests.cli.conftest import Run

EXAMPLE = Path(__file__).resolve().parents[2] / "config" / "example"
AT = "2026-11-25T08:00"


@pytest.fixture
def example(rep: Path) -> Path:
    """The shipped example, in a folder of its own."""
    shutil.copytree(EXAMPLE, rep / "example")
    return rep / "example" / "calsync.toml"


def _shelf(config: Path) -> Path:
    state = load(config).state_path
    return state.with_name(f"{state.name}.read")


@pytest.mark.parametrize("later", [AT, "2026-11-27T17:30", "2026-12-24T12:00", "2026-11-20T12:00"])
@pytest.mark.parametrize("verb", ["plan", "today", "week", "status"])
def test_every_look_is_the_same_bytes_with_and_without(calsync: Run, example: Path, verb: str, later: str) -> None:
    assert calsync("sync", "--at", AT, config=example).code in (0, 1)
    shelf = _shelf(example)
    assert Shelf(shelf, edition_of(load(example))).load() is not None
    kept = calsync(verb, "--json", "--at", later, config=example)
    shelf.unlink()
    assert calsync(verb, "--json", "--at", later, config=example) == kept


def test_a_look_leaves_nothing(calsync: Run, example: Path) -> None:
    assert calsync("plan", "--at", AT, config=example).code in (0, 1)
    assert not _shelf(example).exists()


def test_a_changed_configuration_or_cadence_is_another_edition(rep: Path) -> None:
    config, mine = rep / "calsync.toml", rep / "mine"
    mine.mkdir()
    config.write_text(config.read_text(encoding="utf-8") + '\n[cadences]\nfolder = "mine"\n', encoding="utf-8")
    found = [edition_of(load(config)), edition_of(load(config))]
    (mine / "own.toml").write_text("# to come", encoding="utf-8")
    found.append(edition_of(load(config)))
    config.write_text(config.read_text(encoding="utf-8").replace("Chicago", "Denver"), encoding="utf-8")
    found.append(edition_of(load(config)))
    assert (found[0] == found[1], len(set(found))) == (True, 3)
