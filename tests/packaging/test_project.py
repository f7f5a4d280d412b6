"""The project's own promises: versions are held, dependencies earn their place, no address of a registry anywhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.constraints import closure, declared
from tools.no_skips import skipped

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_the_constraints_hold_everything_that_the_project_stands_on_and_nothing_else() -> None:
    assert set(closure(declared())) == set(pins())


def test_each_pin_is_in_the_range_that_is_asked_for() -> None:
    held = pins()
    for requirement in declared():
        assert requirement.specifier.contains(held[canonicalize_name(requirement.name)]), str(requirement)


def test_the_constraints_name_versions_and_no_address() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]:
        assert re.fullmatch(r"[a-z0-9.-]+==[A-Za-z0-9.]+", line), line


def imported(folder: str) -> set[str]:
    """The top-level names that the source imports."""
    names = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    return names


SHARED = {"google": {"google-auth"}}
"""Names that several distributions fill: what we import from them."""


def distributions_of(names: set[str]) -> set[str]:
    """The distributions that provide third-party imports."""
    providers = metadata.packages_distributions()
    outside = names - set(sys.stdlib_module_names) - {"calsync"}
    return {canonicalize_name(one) for name in outside for one in SHARED.get(name) or providers.get(name, [name])}


ONLY_AT_RUN_TIME = {
    "tzdata": "zoneinfo finds it where the system has no time zones",
}


def test_each_dependency_earns_its_place() -> None:
    asked = {canonicalize_name(Requirement(row).name) for row in PROJECT["dependencies"]}
    assert asked - distributions_of(imported("calsync")) <= set(ONLY_AT_RUN_TIME)


def test_what_is_imported_is_asked_for() -> None:
    asked = {canonicalize_name(Requirement(row).name) for row in PROJECT["dependencies"]}
    assert distributions_of(imported("calsync")) - asked <= {"pydantic-core"}  # its version is pydantic's own affair


@pytest.mark.parametrize("name", ["LICENSE", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md", "README.md"])
def test_the_papers_are_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200


PAGES = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")) if path.name != "CHANGELOG.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_the_documentation_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_module_and_test_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r"`((?:calsync|tests|tools|systemd)/[\w./-]+)`", page.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_ci_fails_on_a_test_that_was_skipped() -> None:
    cases = (
        '<testcase classname="a" name="ok"/><testcase classname="a" name="s"><skipped message="no server"/></testcase>'
    )
    report = f"<testsuite>{cases}</testsuite>"
    assert skipped(report) == ["a::s: no server"]


def test_ci_fails_when_no_test_ran(tmp_path: Path) -> None:
    empty = tmp_path / "report.xml"
    empty.write_text("<testsuites/>")
    done = subprocess.run([sys.executable, ROOT / "tools" / "no_skips.py", empty], check=False, capture_output=True)
    assert done.returncode == 1


def test_the_tree_speaks_of_itself_alone() -> None:
    """No path of a machine and no package registry in what is kept."""
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    bad = re.compile(r"(^|[^\w./-])/(work|root|home/[a-z]+/\.pyenv)/|https?://[a-z.]*(pypi|pythonhosted)")
    wrong = []
    for name in files:
        path = ROOT / name
        if path.suffix in {".png", ".ico"} or not path.exists() or name.startswith("tests/packaging/"):
            continue
        wrong += [
            f"{name}:{number}"
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
            if bad.search(line)
        ]
    assert not wrong
