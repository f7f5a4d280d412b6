"""The house's walls: who may lean on whom, and which rooms know neither clock nor files nor network.

Read from the source itself (its syntax trees), imports inside functions included.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "calsync"

ROOTS = {"model", "identity", "errors", "observances", "later", "drafts", "packing", "markup", "toml_lines"}

LEANS_ON: dict[str, set[str]] = {
    # the roots: model on nothing of ours, the rest on the model
    "model": set(),
    "later": set(),
    "markup": set(),
    "toml_lines": set(),
    "drafts": {"model"},
    "packing": {"model", "drafts"},
    "identity": {"model"},
    "errors": {"model"},
    "observances": set(),
    # pure rooms, left to right
    "promises": ROOTS,
    "cadences": ROOTS | {"promises"},
    "commitments": ROOTS | {"promises", "cadences"},
    "placing": ROOTS | {"promises", "cadences", "commitments"},
    "rendering": ROOTS | {"promises", "cadences", "commitments", "placing"},
    # rooms that touch the world, each by itself
    "sources": ROOTS,
    "calendars": ROOTS,
    "ledger": ROOTS | {"calendars"},
    "config": ROOTS | {"sources", "calendars"},
    # where it comes together
    "sync": ROOTS | {"promises", "cadences", "commitments", "placing", "rendering", "calendars", "ledger", "sources"},
}

PURE = ("promises", "cadences", "commitments", "placing", "rendering")

MAY_READ_FILES = {
    "promises": {"lexicon"},
    "cadences": {"loading"},
    "placing": {"atlas", "law"},
    "rendering": {"templates"},
}
"""The modules of a pure room that read the data it ships with."""

OUTSIDE = (
    "asyncio", "glob", "http", "importlib.resources", "io", "multiprocessing", "os", "pathlib", "random", "requests",
    "select", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib.error", "urllib.request", "uuid", "googleapiclient", "httplib2", "keyring",
    "inotify_simple",
)  # fmt: skip
"""Modules through which a room could learn what was not handed to it, or change what is not its own."""

CLOCKS = {"now", "utcnow", "today", "monotonic", "perf_counter"}


def modules(room: str) -> Iterator[Path]:
    """The source files of a room; a root module is a room of one."""
    single = PACKAGE / f"{room}.py"
    yield from [single] if single.exists() else sorted((PACKAGE / room).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every absolute name that a file imports, with its line; for ``from a import b`` both ``a`` and ``a.b``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are written in full"
            yield node.module or "", node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def rooms_used(path: Path) -> Iterator[tuple[str, int]]:
    """The rooms of ours that a file imports from."""
    for name, line in imports(path):
        parts = name.split(".")
        if parts[0] == "calsync" and len(parts) > 1:
            yield parts[1], line


def rooms() -> set[str]:
    return {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir()} - {
        "__init__", "__pycache__", "py", "shipped",
    }  # fmt: skip


@pytest.mark.parametrize("room", sorted(LEANS_ON))
def test_a_room_leans_only_on_what_is_left_of_it(room: str) -> None:
    known = rooms()
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports calsync.{used}"
        for path in modules(room)
        for used, line in rooms_used(path)
        if used in known and used != room and used not in LEANS_ON[room]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_configuration_takes_only_the_specs_of_sources_and_calendars() -> None:
    allowed = {"calsync.sources.spec", "calsync.calendars.spec"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules("config")
        for name, line in imports(path)
        if name.startswith(("calsync.sources", "calsync.calendars"))
        and not any(name == spec or name.startswith(f"{spec}.") for spec in allowed)
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_leans_on_the_leaves() -> None:
    leaves = {"cli", "daemon"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports calsync.{used}"
        for room in rooms() - leaves
        for path in modules(room)
        for used, line in rooms_used(path)
        if used in leaves
    ]
    assert not wrong, "\n".join(wrong)


def test_the_daemon_does_not_lean_on_the_command_line() -> None:
    wrong = [f"{path}:{line}" for path in modules("daemon") for used, line in rooms_used(path) if used == "cli"]
    assert not wrong, "\n".join(wrong)


def test_every_room_has_its_place_in_the_house() -> None:
    together = {
        "pipeline", "office", "look", "underway", "learning", "run", "upkeep", "health", "keeping", "edition",
        "daemon", "cli", "team", "report",
    }  # fmt: skip
    assert rooms() <= set(LEANS_ON) | together


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_imports_no_way_to_the_outside(room: str) -> None:
    wrong = []
    for path in modules(room):
        inside = path.relative_to(PACKAGE / room).parts
        if Path(inside[0]).stem in MAY_READ_FILES.get(room, set()):
            continue
        for name, line in imports(path):
            if any(name == outside or name.startswith(f"{outside}.") for outside in OUTSIDE):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", [*PURE, "model", "identity", "errors", "observances", "pipeline", "config", "sources"])
def test_no_room_but_the_leaves_reads_a_clock(room: str) -> None:
    wrong = []
    for path in modules(room):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
                owner = ast.unparse(node.func.value)
                if owner.split(".")[-1] in {"datetime", "date", "time"}:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} calls {ast.unparse(node.func)}()")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_opens_nothing_and_prints_nothing(room: str) -> None:
    wrong = []
    for path in modules(room):
        if Path(path.relative_to(PACKAGE / room).parts[0]).stem in MAY_READ_FILES.get(room, set()):
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        wrong += [
            f"{path.relative_to(ROOT)}:{call.lineno} calls {call.func.id}()"
            for call in calls
            if isinstance(call.func, ast.Name) and call.func.id in {"open", "print", "input"}
        ]
    assert not wrong, "\n".join(wrong)


def test_every_exemption_is_still_needed() -> None:
    for room, names in MAY_READ_FILES.items():
        for name in names:
            files = (PACKAGE / room / f"{name}.py").read_text(encoding="utf-8")
            assert "importlib.resources" in files or "pathlib" in files, f"{room}/{name}.py reads no file any more"


def test_the_walls_are_looked_at(tmp_path: Path) -> None:
    """The helpers above do find what they look for."""
    file = tmp_path / "x.py"
    file.write_text("def f():\n    from calsync.cli import main\n    import socket\n")
    assert ("cli", 2) in list(rooms_used(file))
    assert ("socket", 3) in list(imports(file))
