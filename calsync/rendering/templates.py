"""The two templates of an event, its title and its description: Jinja texts that a rep may edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from calsync.errors import ConfigError
from calsync.model import Problem

if TYPE_CHECKING:
    from jinja2 import Template

NAMES = ("title", "description")
_SUFFIX = ".txt.j2"


@dataclass(frozen=True, slots=True)
class Templates:
    """Compiled templates: the rep's own where there are any; ours stand in for one that fails on a contact."""

    title: Template
    description: Template
    shipped_title: Template
    shipped_description: Template


def shipped_folder() -> Path:
    """The templates that come with calsync: ``config/templates`` of a checkout, or the installed package's copy."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "shipped" / "config" / "templates"
    return installed if installed.is_dir() else package.parent / "config" / "templates"


def load_templates(folder: Path | None) -> Templates:
    """Compile the templates; those that ``folder`` does not have are ours.

    Raises ``ConfigError`` with a problem for each template that cannot be read or compiled, with its file and line.
    """
    ours = {name: _compiled(shipped_folder() / (name + _SUFFIX)) for name in NAMES}
    theirs = dict(ours)
    problems: list[Problem] = []
    for name in NAMES if folder is not None else ():
        assert folder is not None  # noqa: S101 - the loop is empty without one
        path = folder / (name + _SUFFIX)
        if not path.is_file():
            continue
        try:
            theirs[name] = _compiled(path)
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        first = problems[0]
        raise ConfigError(f"{first.file}:{first.line}: {first.message}", hint=first.hint, problems=tuple(problems))
    return Templates(theirs["title"], theirs["description"], ours["title"], ours["description"])


def fill(template: Template, shipped: Template, context: Mapping[str, object]) -> str:
    """A template with its names filled in; where the rep's own fails on this call, ours takes its place."""
    try:
        return template.render(context)
    except Exception:  # noqa: BLE001 - a template is a program of the rep's; whatever it raises, the call is still shown
        return shipped.render(context)


def _compiled(path: Path) -> Template:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _cannot(path, 1, f"the template cannot be read: {error}") from None
    return _compile(str(path), text)


@lru_cache(maxsize=16)
def _compile(path: str, text: str) -> Template:
    """Compiled once for each text, so that a reload that changed nothing costs nothing."""
    from jinja2 import TemplateSyntaxError  # heavy; only where something is rendered
    from jinja2.sandbox import SandboxedEnvironment

    # Plain text for a calendar, never HTML: escaping would put entities in front of the rep.
    environment = SandboxedEnvironment(
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )
    try:
        return environment.from_string(text)
    except TemplateSyntaxError as error:
        raise _cannot(Path(path), error.lineno, f"the template has a mistake: {error.message}") from None


def _cannot(path: Path, line: int, message: str) -> ConfigError:
    hint = "mend the {{ … }} or {% … %} of that line, or remove the file to use the one that comes with calsync"
    problem = Problem(str(path), line, "", message, hint)
    return ConfigError(f"{path}:{line}: {message}", hint=hint, problems=(problem,))
