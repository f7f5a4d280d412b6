"""Cadence files into values: the only I/O of this room."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from calsync.cadences.model import Cadence
from calsync.errors import ConfigError
from calsync.model import Problem, Where
from calsync.toml_lines import Key, key_lines, line_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def shipped_folder() -> Path:
    """The cadences that come with calsync: those of a checkout, or their copy inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "shipped" / "config" / "cadences"
    return installed if installed.is_dir() else package.parent / "config" / "cadences"


def load(folders: Sequence[Path] = (), *, every_script: bool = False) -> Mapping[str, Cadence]:
    """The shipped cadences and every ``*.toml`` of the folders, by file name; a later file replaces an earlier one.

    A folder that does not exist holds no cadences.  Raises ``ConfigError`` with every problem of every file, each with
    its line and what to write instead.  The scripts of the shipped files are parsed only with ``every_script``: our own
    tests do it, and a daemon's start need not.
    """
    shipped = shipped_folder()
    files = {path.stem: path for folder in (shipped, *folders) for path in sorted(folder.glob("*.toml"))}
    cadences: dict[str, Cadence] = {}
    problems: list[Problem] = []
    for name, path in sorted(files.items()):
        cadence, found = read_cadence(path, scripts=every_script or path.parent != shipped)
        problems += found
        if cadence is not None:
            cadences[name] = cadence
    if problems:
        first = problems[0]
        raise ConfigError(f"{first.file}:{first.line}: {first.message}", hint=first.hint, problems=tuple(problems))
    return cadences


def read_cadence(path: Path, *, scripts: bool = True) -> tuple[Cadence | None, list[Problem]]:
    """One file: the cadence, or every problem that keeps it from being one."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        return None, [Problem(str(path), 1, "", f"cannot be read: {reason}", "check the file and its permissions")]
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax(path, text, error)]
    lines = key_lines(text)
    cadence, problems = _build(path, data, lines)
    if cadence is not None and scripts:
        problems += _scripts(path, cadence, text, lines)
    return (None if problems else cadence), problems


def _scripts(path: Path, cadence: Cadence, text: str, lines: Mapping[Key, int]) -> list[Problem]:
    """Every script's own mistakes, each on the line on which the wrong words stand."""
    from calsync.cadences.script import mistakes  # brings the template engine along

    rows = text.splitlines()
    found = [
        Problem(str(path), line_of(lines, ("hook",)), "hook", message, hint)
        for _, message, hint in mistakes(cadence.hook)
    ]
    for step in cadence.steps:
        own = [
            ((), step.words),
            *((("variants", number), variant.words) for number, variant in enumerate(step.variants)),
        ]
        for below, words in own:
            for key in ("voicemail", "text", "answer", "other"):
                start = line_of(lines, ("steps", step.number - 1, *below, key))
                for wrong, message, hint in mistakes(getattr(words, key)):
                    later = (number for number in range(start, len(rows) + 1) if wrong in rows[number - 1])
                    column = ".".join(("steps", str(step.number), *(str(part) for part in below), key))
                    found.append(Problem(str(path), next(later, start), column, message, hint))
    return found


def _build(path: Path, data: Mapping[str, object], lines: Mapping[Key, int]) -> tuple[Cadence | None, list[Problem]]:
    from pydantic import ValidationError  # heavy, and only needed while files are read

    from calsync.cadences.schema import CadenceFile

    try:
        file = CadenceFile.model_validate(data)
    except ValidationError as error:
        return None, [_problem(path, lines, detail) for detail in error.errors()]
    step_lines = [line_of(lines, ("steps", index)) for index in range(len(file.steps))]
    return file.value(path.stem, Where(str(path), 1), step_lines), []


def _syntax(path: Path, text: str, error: tomllib.TOMLDecodeError) -> Problem:
    found = re.search(r"at line (\d+)", str(error))
    line = int(found[1]) if found else len(text.splitlines()) or 1
    reason = re.sub(r"\s*\(at .*\)$", "", str(error))
    return Problem(
        str(path), line, "", f"not valid TOML: {reason}", "look at this line and the one before it: quotes, brackets, ="
    )


def _problem(path: Path, lines: Mapping[Key, int], detail: ErrorDetails) -> Problem:
    # pydantic puts names of its own (of a union's branches, of validators) among the keys: only the file's are kept.
    where = tuple(part for part in detail["loc"] if isinstance(part, int) or part.isidentifier())
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in where)
    message, hint = _explain(detail, str(where[-1]) if where else "")
    return Problem(str(path), line_of(lines, where), key, message, hint)


def _explain(detail: ErrorDetails, key: str) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        near = get_close_matches(key, _known_keys(), n=1, cutoff=0.5)
        return (
            f"unknown key “{key}”",
            f"did you mean “{near[0]}”?" if near else "remove it, or see docs/how-to/write-a-cadence.md",
        )
    if kind == "missing":
        return f"“{key}” is missing", f"add a line: {key} = …"
    if kind == "enum":
        expected = str(context.get("expected", "")).replace("'", "")
        return f"“{detail['input']}” is not something “{key}” can be", f"write {expected}"
    message = detail["msg"].removeprefix("Value error, ")
    return f"“{key}”: {message}", "correct the value of this key; docs/how-to/write-a-cadence.md lists what each may be"


def _known_keys() -> list[str]:
    from calsync.cadences import schema

    models = [value for value in vars(schema).values() if isinstance(value, type) and hasattr(value, "model_fields")]
    return sorted({name for model in models for name in model.model_fields})
