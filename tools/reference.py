"""Writes docs/reference from the source: the settings' schema and the command line are the single truth of both pages.

python -m tools.reference           writes the pages
python -m tools.reference --check   exit code 1 where a page is not what the source says
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from calsync.cli.app import app
from calsync.config.commented import default_text, is_list, summary
from calsync.config.document import Document
from calsync.config.mistakes import CALENDARS, sections, toml_value

PAGES = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- Made by `make reference` from the source.  Change it there. -->\n"


def configuration() -> str:
    """Every section and key, with meaning, default and example."""
    parts = [
        MADE,
        "# The configuration\n",
        "One TOML file, by default `~/.config/calsync/calsync.toml` (`$XDG_CONFIG_HOME`). `calsync init` writes one",
        "with every key in it. Relative paths start at the file's own folder, `~` is your home. Unknown keys are",
        "mistakes; `calsync check` names each with its line, and the nearest key that is known.\n",
    ]
    for name, field in Document.model_fields.items():
        title = f"[[{name}]]" if is_list(name) else f"[{name}]"
        parts.append(f"## `{title}`\n")
        if name == "calendars":
            parts.append("A calendar to write callbacks to. As many as you like; `type` says which kind it is.\n")
            for kind, model in CALENDARS.items():
                parts += [f'### `type = "{kind}"`\n', *_section(model)]
        elif name == "busy":
            parts.append(f"{field.description}\n")
        else:
            parts += _section(sections()[name])
    return "\n".join(parts).rstrip() + "\n"


def _section(model: type[BaseModel]) -> Iterator[str]:
    yield f"{summary(model)}\n"
    yield "| key | meaning | default | example |"
    yield "| --- | --- | --- | --- |"
    for key, field in model.model_fields.items():
        if key != "type":
            meaning = _cell(field.description or "") + _choices(field)
            default = "*needed*" if field.is_required() else _code(default_text(field))
            yield f"| `{key}` | {meaning} | {default} | {_example(key, field)} |"
    yield ""


def _choices(field: FieldInfo) -> str:
    names = re.findall(r"'([^']*)'", str(field.annotation)) if "Literal" in str(field.annotation) else []
    return f" One of {', '.join(f'`{name}`' for name in names)}." if names else ""


def _example(key: str, field: FieldInfo) -> str:
    return _code(f"{key} = {toml_value(field.examples[0])}") if field.examples else ""


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def command_line() -> str:
    """The real ``--help`` of every verb."""
    parts = [
        MADE,
        "# The command line\n",
        "Exit codes: **0** done, **1** something needs a person (rows in error, refused by a guard), **2** usage or",
        "configuration, **3** a calendar is not reachable and will be tried again, **4** a sign-in is needed.\n",
        "`--config FILE` is understood before the verb and after it. `--json` prints JSON for other programs.",
        "`--at TIME` answers as if it were that time, in your time zone unless it has an offset. Colours are for",
        "terminals; `NO_COLOR` turns them off.\n",
    ]
    root = typer.main.get_command(app)
    for path, command in _commands(root, "calsync"):
        parts += [f"## `{path}`\n", "```text", _help(command, path), "```\n"]
    return "\n".join(parts).rstrip() + "\n"


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from _commands(child, f"{path} {name}")


def _help(command: Any, path: str) -> str:
    context = command.make_context(path, [], resilient_parsing=True, terminal_width=100, max_content_width=100)
    return str(command.get_help(context)).rstrip()


def pages() -> dict[Path, str]:
    """Every generated page and what it has to say."""
    return {PAGES / "configuration.md": configuration(), PAGES / "command-line.md": command_line()}


def main() -> int:
    """See the module's text."""
    wrong = 0
    for path, text in pages().items():
        if "--check" in sys.argv:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                sys.stderr.write(f"{path.name} is not what the source says: make reference\n")
                wrong = 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
