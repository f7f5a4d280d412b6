"""The configuration, cadences and templates are read again when they are written: a rep edits text files and has never
heard of signals."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from calsync.cadences import shipped_folder
from tests.daemon.given import CONTACTS, Running, daemon, promise
from tests.e2e.rep import FOLDER, Rep

MINE = '\n[events]\ntemplates = "templates"\n'


@pytest.fixture
def rep(tmp_path: Path) -> Iterator[Rep]:
    """A rep with cadences and templates of their own."""
    rep = Rep(tmp_path / "rep", FOLDER, MINE, contacts=CONTACTS)
    text = rep.configuration.read_text()
    rep.configuration.write_text(text.replace("[cadences]\n", '[cadences]\nfolder = "cadences"\n'))
    (rep.folder / "cadences").mkdir()
    (rep.folder / "templates").mkdir()
    yield rep
    rep.close()


def write_in_place(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def replace_by_rename(file: Path, text: str) -> None:
    new = file.with_name("." + file.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def delete_and_write(file: Path, text: str) -> None:
    file.unlink()
    time.sleep(0.2)
    file.write_text(text, encoding="utf-8")


def read_again(running: Running, times: int = 1) -> Callable[[], bool]:
    return lambda: running.said.count("configuration read again") == times


def renamed(rep: Rep) -> str:
    """The configuration with a change that shows: another folder of events."""
    text = rep.configuration.read_text()
    return text.replace('"callbacks"', '"calls"').replace('path = "calendar"', 'path = "other"')


@pytest.mark.parametrize("way", [write_in_place, replace_by_rename, delete_and_write])
def test_a_configuration_that_is_written_is_taken(rep: Rep, way: Callable[[Path, str], None]) -> None:
    rep.log(promise("ann"))
    with daemon(rep) as running:
        way(rep.configuration, renamed(rep))
        running.wait_for(lambda: list((rep.folder / "other").glob("*.ics")))
        time.sleep(1)
        assert read_again(running)()
        assert "kept as it was" not in running.said


def test_one_that_is_a_link_is_followed_and_so_is_a_link_that_is_set_anew(rep: Rep) -> None:
    kept = rep.folder / "dotfiles"
    kept.mkdir()
    rep.configuration.rename(kept / "one.toml")
    text = (kept / "one.toml").read_text()
    text = text.replace('= "cadences"', f'= "{rep.folder}/cadences"')
    (kept / "one.toml").write_text(text)
    rep.configuration.symlink_to("dotfiles/one.toml")
    with daemon(rep) as running:
        (kept / "one.toml").write_text(text + "\n[daemon]\npoll = 90\n")
        running.wait_for(read_again(running))
        (kept / "two.toml").write_text(text + "\n[daemon]\npoll = 120\n")
        (rep.folder / "new").symlink_to("dotfiles/two.toml")
        (rep.folder / "new").replace(rep.configuration)
        running.wait_for(read_again(running, 2))


def test_a_broken_one_is_named_once_with_its_place_and_the_old_one_stays(rep: Rep) -> None:
    good = rep.configuration.read_text()
    with daemon(rep) as running:
        for _ in range(3):
            rep.configuration.write_text(good.replace("America/Chicago", "America/Chicgo"))
            time.sleep(0.8)
        running.wait_for(lambda: "calsync.toml:5" in running.said)
        rep.log(promise("ann"))
        running.wait_for(lambda: list((rep.folder / "calendar").glob("*.ics")))
        assert running.said.count("calsync.toml:5") == 1
        rep.configuration.write_text(good)
        running.wait_for(lambda: "the new configuration is in force" in running.said)


def test_a_file_that_says_what_it_said_is_no_news(rep: Rep) -> None:
    with daemon(rep) as running:
        rep.configuration.write_text(rep.configuration.read_text())
        rep.configuration.touch()
        time.sleep(1.5)
        assert "read again" not in running.said


def test_a_cadence_of_the_reps_own_is_taken_wherever_it_is_kept(rep: Rep) -> None:
    """Made, edited behind a link, broken, mended, and taken away."""
    kept = rep.folder / "elsewhere"
    shutil.copytree(shipped_folder(), kept)
    source, mine = kept / "referral.toml", rep.folder / "cadences" / "referral.toml"
    text = source.read_text(encoding="utf-8")
    with daemon(rep) as running:
        mine.symlink_to(source)
        running.wait_for(read_again(running, 1))
        source.write_text(text + "\n# a word of mine\n", encoding="utf-8")
        running.wait_for(read_again(running, 2))
        source.write_text(text + "\nthis is no cadence\n", encoding="utf-8")
        running.wait_for(lambda: f"referral.toml:{len(text.splitlines()) + 2}" in running.said)
        mine.unlink()
        running.wait_for(read_again(running, 3))


def test_a_template_of_the_reps_own_changes_the_events(rep: Rep) -> None:
    rep.log(promise("ann"))
    with daemon(rep) as running:
        running.wait_for(lambda: list((rep.folder / "calendar").glob("*.ics")))
        (rep.folder / "templates" / "title.txt.j2").write_text("Ring {{ contact }} now\n", encoding="utf-8")
        (event,) = (rep.folder / "calendar").glob("*.ics")
        running.wait_for(lambda: "SUMMARY:Ring Ann Archer now" in event.read_text())


def test_a_folder_of_cadences_that_is_made_later_is_noticed(rep: Rep) -> None:
    (rep.folder / "cadences").rmdir()
    with daemon(rep) as running:
        new = rep.folder / "new"
        shutil.copytree(shipped_folder(), new)
        new.rename(rep.folder / "cadences")
        running.wait_for(read_again(running))
