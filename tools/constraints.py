"""Prints the pinned versions of everything calsync stands on: the closure of pyproject.toml over what is installed.

Names and versions only, no addresses: where packages come from is the reader's choice.
"""

from __future__ import annotations

import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]


def declared() -> list[Requirement]:
    """What pyproject.toml asks for: to run, to develop and to build."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = document["project"]
    rows = [*project["dependencies"], *document["build-system"]["requires"]]
    for extra in project["optional-dependencies"].values():
        rows.extend(extra)
    return [Requirement(row) for row in rows]


def closure(wanted: list[Requirement]) -> dict[str, str]:
    """Name -> installed version of ``wanted`` and all that they need on this interpreter."""
    versions: dict[str, str] = {}
    done: set[tuple[str, frozenset[str]]] = set()
    queue = list(wanted)
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in done:
            continue
        done.add(key)
        distribution = metadata.distribution(name)
        versions[name] = distribution.version
        contexts = [{"extra": extra} for extra in (requirement.extras or [""])]
        for row in distribution.requires or []:
            needed = Requirement(row)
            if needed.marker is None or any(needed.marker.evaluate(context) for context in contexts):
                queue.append(needed)
    return versions


def main() -> None:
    """Writes constraints.txt to standard output."""
    sys.stdout.write("# The versions calsync is tested with.  Made by: make constraints\n")
    for name, version in sorted(closure(declared()).items()):
        sys.stdout.write(f"{name}=={version}\n")


if __name__ == "__main__":
    main()
