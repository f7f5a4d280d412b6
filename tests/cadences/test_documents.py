"""What the pages say is so: every rule has its test, every key its line, and the example of the how-to works."""

from __future__ import annotations

import re
from pathlib import Path

from calsync.cadences.lint import lint
from calsync.cadences.loading import read_cadence
from calsync.cadences.schema import CadenceFile, _Choice, _Step
from calsync.cadences.script import SLOTS

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "docs" / "reference" / "cadence-rules.md").read_text(encoding="utf-8")
HOW_TO = (ROOT / "docs" / "how-to" / "write-a-cadence.md").read_text(encoding="utf-8")
COUNTS = {"000": 9, "001": 11, "002": 8, "003": 6, "004": 8}


def test_every_rule_has_its_line() -> None:
    listed = re.findall(r"(?m)^\| (\d{3}-\d+) \|", RULES)
    assert listed == [f"{school}-{number}" for school, count in COUNTS.items() for number in range(1, count + 1)]


def test_every_test_that_the_table_names_exists_and_every_rule_test_is_named() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    defined = set(re.findall(r"(?m)^def (test_\w+)", tests))
    named = set(re.findall(r"`(test_\w+)`", RULES))
    assert named <= defined
    assert {name for name in defined if re.match(r"test_00\d_", name)} <= named


def test_every_rule_names_a_place_and_a_test_and_each_place_exists() -> None:
    for line in re.findall(r"(?m)^\| (\d{3}-\d+ \|.*) \|$", RULES):
        rule, _, where, tests = line.split(" | ")
        assert where, rule
        assert re.search(r"`test_\w+`", tests), rule
    package, shipped = ROOT / "calsync", ROOT / "config" / "cadences"
    for place in re.findall(r"`([\w/.-]+\.(?:py|toml))`", RULES):
        assert (package / place).exists() or (shipped / place).exists(), place


def test_the_how_to_explains_every_key_and_every_slot() -> None:
    keys = {*CadenceFile.model_fields, *_Step.model_fields, *_Choice.model_fields}
    assert {key for key in keys if not re.search(rf"`?\b{key}\b`?", HOW_TO)} == set()
    assert {slot for slot in SLOTS if f"`{slot}" not in HOW_TO} == set()


def test_the_whole_file_of_the_how_to_is_a_cadence_without_a_fault(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(title = .*?)```", HOW_TO, re.DOTALL)
    assert example is not None
    path = tmp_path / "two-tries.toml"
    path.write_text(example[1], encoding="utf-8")
    cadence, problems = read_cadence(path)
    assert problems == []
    assert cadence is not None
    assert lint(cadence) == ()
