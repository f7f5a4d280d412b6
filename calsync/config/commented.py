"""A new configuration, written from the schema: every key with its meaning; those that are not needed are comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from calsync.config.document import Document
from calsync.config.mistakes import CALENDARS, sections, toml_value

HEAD = """\
# calsync's configuration.  A line that begins with # is a comment: take the # away to use it.
# Paths start at the folder of this file.  After a change: calsync check
"""
WIDTH = 100

Values = Mapping[str, Mapping[str, Any]]


def commented(values: Values) -> str:
    """The text of a configuration with ``values`` (section -> key -> value) set and everything else as a comment.

    ``values["calendars"]["type"]`` chooses the kind of calendar that is shown.
    """
    return HEAD + "".join(
        "\n" + "\n".join(_section(name, values.get(name, {}))) + "\n" for name in Document.model_fields
    )


def is_list(name: str) -> bool:
    """True for a section that may stand several times, in double brackets."""
    return str(Document.model_fields[name].annotation).startswith("tuple[")


def _section(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    model = sections()[name]
    if name in ("calendars", "busy"):
        model = CALENDARS[str(values.get("type", "caldav"))]
    about = Document.model_fields[name].description or summary(model)
    yield from _comment(about, "# ")
    # A section without a value of its own is a comment as a whole, where it would otherwise ask for its keys.
    off = "# " if is_list(name) and not values else ""
    yield f"{off}[[{name}]]" if is_list(name) else f"[{name}]"
    for key, field in model.model_fields.items():
        if key in values:
            yield _setting(key, values[key])
        elif key == "type":
            yield f"# {_setting(key, _kind(model))}"
        else:
            default = default_text(field)
            ending = f"  (default: {default})" if default else ""
            yield f"# {_setting(key, _shown(field))}  # {field.description}{ending}"


def _setting(key: str, value: Any) -> str:
    return f"{key} = {toml_value(value)}"


def _kind(model: type[BaseModel]) -> str:
    return next(name for name, kind in CALENDARS.items() if kind is model)


def _shown(field: FieldInfo) -> Any:
    """What stands behind a ``#``: an example, which says more than a default of nothing."""
    return field.examples[0] if field.examples else plain(field.get_default(call_default_factory=True))


def default_text(field: FieldInfo) -> str:
    """The default as TOML, ``""`` where a key is required or its default is to be absent."""
    if field.is_required():
        return ""
    value = plain(field.get_default(call_default_factory=True))
    return "" if value in (None, {}, []) else toml_value(value)


def plain(value: Any) -> Any:
    """A value of the schema as a rep writes it: hours as text, tuples as lists."""
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, time) for part in value):
        return f"{value[0]:%H:%M}-{value[1]:%H:%M}"
    if isinstance(value, tuple) and value and all(isinstance(part, tuple) for part in value):
        return ", ".join(str(plain(part)) for part in value)
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def summary(model: type[BaseModel]) -> str:
    """What a section is for: its docstring in one line."""
    return " ".join((model.__doc__ or "").split())


def _comment(text: str, sign: str) -> Iterator[str]:
    for line in textwrap.wrap(text, WIDTH - len(sign)):
        yield sign + line
