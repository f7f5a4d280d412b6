"""From the file to ``Settings``, or to a list of everything that is wrong with it."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

# pydantic looks through every installed package for plugins when it builds its first model, which costs more than the
# rest of reading a configuration; calsync has none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from pydantic import ValidationError

from calsync.config.document import Document
from calsync.config.mistakes import problems_of
from calsync.config.resolving import settings_of
from calsync.config.settings import Settings
from calsync.errors import ConfigError
from calsync.model import Problem
from calsync.toml_lines import key_lines

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


def load_settings(path: Path) -> Settings:
    """See ``calsync.config.load``."""
    file = path.expanduser().absolute()
    text = _read(file)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _error(file, (_syntax_problem(file, text, str(error)),)) from None
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        raise _error(file, problems_of(error, raw, key_lines(text), str(file))) from None
    return settings_of(file, document)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"There is no configuration at {file}.", hint="calsync init") from None
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        problem = Problem(str(file), line, "", "this line is not UTF-8 text", "save the file as UTF-8 in your editor")
        raise _error(file, (problem,)) from None
    except OSError as error:
        raise ConfigError(
            f"The configuration {file} cannot be read: {error.strerror}.", hint=f"ls -l {file}   then: calsync check"
        ) from None


def _error(file: Path, problems: tuple[Problem, ...]) -> ConfigError:
    count = "a mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    return ConfigError(f"The configuration {file} has {count}.", problems=problems)


def _syntax_problem(file: Path, text: str, message: str) -> Problem:
    """The parser's complaint with its line; the commonest slip (a text without quotes) gets its own remedy."""
    place = _PLACE.search(message)
    lines = text.splitlines()
    number = int(place[1]) if place and place[1] else max(len(lines), 1)
    complaint = _PLACE.sub("", message)
    line = lines[number - 1] if number <= len(lines) else ""
    if re.match(r"\s*[\w.-]+\s*=\s*[A-Za-z+/~]", line):
        return Problem(str(file), number, "", complaint, 'put text in quotes: key = "text"')
    return Problem(str(file), number, "", complaint, 'write key = "text", key = 12, key = true or [section]')
