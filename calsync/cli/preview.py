"""``calsync preview``: what a contact export looks like to calsync, before it is named in the configuration."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calsync.cli import looking, show
from calsync.cli.failure import problem_lines
from calsync.cli.plan import problem_json
from calsync.cli.style import Style
from calsync.config.places import default_config
from calsync.model import Contact
from calsync.sources import Preview, SourceSpec, preview

HOME = "US"
"""The country of numbers without one, where there is no configuration yet that says where the rep is."""


def run(config: Path | None, file: Path, *, as_json: bool) -> int:
    """Exit code 1 where rows cannot be read; works without a configuration."""
    spec = SourceSpec(file, name=str(file))
    found = preview(spec, _region(config), datetime.now(UTC))
    if as_json:
        show.print_json(_json(found))
    else:
        sys.stdout.write("\n".join(_lines(file, found, Style.of(sys.stdout))) + "\n")
    return 1 if found.problems else 0


def _region(config: Path | None) -> str:
    chosen = config or default_config()
    return looking.settings(chosen).rep().region if config or chosen.exists() else HOME


def _json(found: Preview) -> dict[str, Any]:
    return {
        "format": found.guess.format,
        "map": dict(found.guess.columns),
        "unsure": dict(found.guess.unsure),
        "unused": list(found.guess.unused),
        "total": found.total,
        "contacts": [
            {"id": one.id, "name": one.name, "phones": [phone.e164 for phone in one.phones], "emails": list(one.emails)}
            for one in found.contacts
        ],
        "problems": [problem_json(problem) for problem in found.problems],
    }


def _lines(file: Path, found: Preview, style: Style) -> list[str]:
    guess = found.guess
    lines = [f"{style.bold(str(file))} reads as {_FORMATS.get(guess.format, guess.format)}: {found.total} contacts", ""]
    lines += [f"  {_contact(one)}" for one in found.contacts]
    if found.total > len(found.contacts):
        lines.append(f"  … and {found.total - len(found.contacts)} more")
    if guess.unsure:
        lines += ["", "Guessed from the look of the header, please check:"]
        lines += [f'  {ours} = "{theirs}"' for ours, theirs in guess.unsure.items()]
    if guess.unused:
        lines += ["", "Kept, and usable in scripts as extra columns: " + ", ".join(guess.unused)]
    lines += ["", "For your configuration:", "", "    [[contacts]]", f"    path = {_toml(str(file))}"]
    if guess.format == "mapped":
        lines += ['    format = "mapped"', f"    map = {_map({**guess.columns, **guess.unsure})}"]
    return [*lines, *(["", *problem_lines(found.problems, style)] if found.problems else [])]


_FORMATS = {
    "calsync": "a list of calsync's own kind",
    "google": "an export of Google Contacts",
    "outlook": "an export of Outlook",
    "vcard": "vCards",
    "mapped": "a table of another program",
}


def _contact(one: Contact) -> str:
    numbers = ", ".join(phone.e164 + (f" ({phone.line})" if phone.line else "") for phone in one.phones)
    return " - ".join(part for part in (one.name, numbers or ", ".join(one.emails), one.topic) if part)


def _toml(text: str) -> str:
    # A JSON string is a TOML basic string.
    return json.dumps(text, ensure_ascii=False)


def _map(columns: dict[str, str]) -> str:
    pairs = (f"{ours if ours.isidentifier() else _toml(ours)} = {_toml(theirs)}" for ours, theirs in columns.items())
    return "{ " + ", ".join(pairs) + " }"
