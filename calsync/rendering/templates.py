"""The two templates of an event, its title and its description: Jinja texts that a rep may edit."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from calsync.cadences import Cadence
from calsync.errors import ConfigError
from calsync.model import Contact, Hours, Problem, Rep, Slot

if TYPE_CHECKING:
    from jinja2 import Template

_SUFFIX = ".txt.j2"

SAMPLES: Mapping[str, Mapping[str, object]] = {
    "title": {
        "overdue": "OVERDUE",
        "contact": "Dana Levy",
        "when": "promised Fri",
        "step": "call 2 of 3",
        "topic": "evening classes",
        "called": False,
    },
    "description": {
        **dict.fromkeys(
            ("number", "line", "tel", "their_time", "who", "overdue", "promise_label", "promise", "voicemail",
             "voicemail_why", "say", "text", "text_number", "sms", "answer", "other", "before_you_say_it", "notes",
             "outcome_line", "notes_line"),
            "words",
        ),
        **dict.fromkeys(("ask", "why", "warnings", "history"), ("one line", "another")),
        "contact": Contact("dana", "Dana Levy"),
        "rep": Rep("tasha", "Tasha Lane", "+13125550199", ZoneInfo("America/Chicago"), "US-IL", Hours.same()),
        "cadence": Cadence("referral", "Referral", ()),
        "slot": Slot(datetime(2026, 11, 27, 16, 10, tzinfo=UTC), datetime(2026, 11, 27, 16, 20, tzinfo=UTC)),
    },
}  # fmt: skip
"""Every name that a template may use, with an ordinary value: what a rep's template is tried with when it is loaded."""


class Fillable(Protocol):
    """What takes names and gives text: a compiled template, or one of ours."""

    def render(self, context: Mapping[str, object], /) -> str:
        """The text with the names filled in."""


@dataclass(frozen=True, slots=True)
class Ours:
    """A template that comes with calsync, compiled when it is first filled in: there is no mistake of a rep's to find
    in it, and the template engine is a tenth of a second of a daemon's start."""

    name: str

    def render(self, context: Mapping[str, object], /) -> str:
        return _shipped(self.name).render(context)


@dataclass(frozen=True, slots=True)
class Templates:
    """The rep's own templates where there are any; ours stand in for one that fails on a contact."""

    title: Fillable
    description: Fillable
    shipped_title: Fillable
    shipped_description: Fillable


_OURS = {name: Ours(name) for name in SAMPLES}


def shipped_folder() -> Path:
    """The templates that come with calsync: ``config/templates`` of a checkout, or the installed package's copy."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "shipped" / "config" / "templates"
    return installed if installed.is_dir() else package.parent / "config" / "templates"


def load_templates(folder: Path | None) -> Templates:
    """The rep's templates, compiled; those that ``folder`` does not have are ours.

    Raises ``ConfigError`` with a problem for each template that cannot be read or compiled, with its file and line.
    """
    used: dict[str, Fillable] = dict(_OURS)
    problems: list[Problem] = []
    for name in SAMPLES:
        if folder is None or not (folder / (name + _SUFFIX)).is_file():
            continue
        try:
            used[name] = _compiled(folder, name)
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        first = problems[0]
        raise ConfigError(f"{first.file}:{first.line}: {first.message}", hint=first.hint, problems=tuple(problems))
    return Templates(used["title"], used["description"], _OURS["title"], _OURS["description"])


def fill(template: Fillable, shipped: Fillable, context: Mapping[str, object]) -> str:
    """A template with its names filled in; where the rep's own fails on this call, ours takes its place."""
    try:
        return template.render(context)
    except Exception:  # noqa: BLE001 - a template is a program of the rep's; whatever it raises, the call is still shown
        return shipped.render(context)


@cache
def _shipped(name: str) -> Template:
    return _compiled(shipped_folder(), name)


def _compiled(folder: Path, name: str) -> Template:
    path = folder / (name + _SUFFIX)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _cannot(str(path), 1, f"the template cannot be read: {error}") from None
    return _compile(str(path), text, name)


@lru_cache(maxsize=16)
def _compile(path: str, text: str, name: str) -> Template:
    """Compiled and tried once for each text, so that a reload that changed nothing costs nothing."""
    from jinja2 import ChainableUndefined, TemplateSyntaxError, meta  # heavy; only where something is rendered
    from jinja2.sandbox import SandboxedEnvironment

    # Plain text for a calendar, never HTML: escaping would put entities in front of the rep.
    environment = SandboxedEnvironment(
        autoescape=False,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )
    try:
        unknown = meta.find_undeclared_variables(environment.parse(text)) - SAMPLES[name].keys()
        template = environment.from_string(text)
    except TemplateSyntaxError as error:
        raise _cannot(path, error.lineno, f"the template has a mistake: {error.message}") from None
    for word in sorted(unknown):
        near = get_close_matches(word, SAMPLES[name], n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "the names are: " + ", ".join(sorted(SAMPLES[name]))
        raise _cannot(path, _line_of(text, word), f'there is nothing called "{word}" in this template', hint)
    try:
        template.render(SAMPLES[name])
    except Exception as error:  # noqa: BLE001 - a template is a program of the rep's, and may raise anything
        raise _cannot(path, _failed_at(error), f"the template fails: {error}") from None
    # Jinja copies them each time that it is filled in, which takes long from a chain of dictionaries, as it makes one.
    template.globals = dict(template.globals)
    return template


def _line_of(text: str, word: str) -> int:
    """The first line that holds the word."""
    name = re.compile(rf"\b{re.escape(word)}\b")
    return next((number for number, line in enumerate(text.splitlines(), start=1) if name.search(line)), 1)


def _failed_at(error: Exception) -> int:
    """The line of the template on which it failed (Jinja puts the template's own frames into the traceback)."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 1 for frame in reversed(frames) if frame.filename == "<template>"), 1)


def _cannot(path: str, line: int, message: str, hint: str = "") -> ConfigError:
    hint = hint or "mend that line, or remove the file to use the one that comes with calsync"
    problem = Problem(path, line, "", message, hint)
    return ConfigError(f"{path}:{line}: {message}", hint=hint, problems=(problem,))
