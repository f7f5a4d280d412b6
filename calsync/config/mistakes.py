"""What pydantic found wrong, said to a rep: each mistake with its line, its key and what to write instead.

A value is quoted only where it cannot be a secret: those of keys that are not known are never shown.
"""

from __future__ import annotations

import typing
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from calsync.config.document import CaldavCalendar, Document, FolderCalendar, GoogleCalendar
from calsync.config.values import Mistake, nearest
from calsync.model import Problem
from calsync.toml_lines import Key, line_of

CALENDARS: dict[str, type[BaseModel]] = {"folder": FolderCalendar, "caldav": CaldavCalendar, "google": GoogleCalendar}

_WRONG_TYPE = {
    "string_type": "it has to be text in quotes",
    "int_type": "it has to be a whole number, without quotes",
    "int_from_float": "it has to be a whole number",
    "float_type": "it has to be a number, without quotes",
    "bool_type": "it has to be true or false, without quotes",
    "tuple_type": "it has to be a list in square brackets",
    "dict_type": "it has to be a table",
    "model_type": "it has to be a section of its own",
    "model_attributes_type": "it has to be a section of its own",
    "too_short": "it is empty",
}


def problems_of(error: ValidationError, raw: dict[str, Any], lines: dict[Key, int], file: str) -> tuple[Problem, ...]:
    """All mistakes, in the order of the file."""
    problems = []
    for details in error.errors(include_url=False):
        key = _key(details)
        if details["type"] == "too_short" and len(key) == 1 and raw.get(str(key[0])):
            continue  # it is not empty: what stands in it is wrong, and is reported by itself
        message, hint = _say(details, key, raw)
        problems.append(Problem(file, line_of(lines, key), dotted(key), message, hint))
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))


def dotted(key: Key) -> str:
    """``("contacts", 1, "path")`` as a rep would say it: ``contacts[2].path``."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _key(details: ErrorDetails) -> Key:
    """The place in the file: pydantic also names the union's branch (``calendars, 0, caldav, url``)."""
    location = details["loc"]
    if len(location) > 2 and location[0] in ("calendars", "busy") and location[2] in CALENDARS:
        location = (*location[:2], *location[3:])
    if details["type"].startswith("union_tag"):
        location = (*location, "type")
    return tuple(part for part in location if part != "[key]")


def _say(details: ErrorDetails, key: Key, raw: dict[str, Any]) -> tuple[str, str]:
    """Message and hint of one mistake."""
    mistake = details.get("ctx", {}).get("error")
    if isinstance(mistake, Mistake):
        return str(mistake), mistake.hint
    name, field = _field(key, raw)
    example = _example(name, field)
    match details["type"]:
        case "extra_forbidden":
            return _unknown(key, raw)
        case "missing" | "union_tag_not_found":
            return _missing(key, example)
        case "union_tag_invalid":
            return _not_one_of(str(details["ctx"]["tag"]), list(CALENDARS))
        case "literal_error" if field is not None:
            return _not_one_of(str(details["input"]), [str(choice) for choice in _choices(field.annotation)])
        case kind:
            plain = details["msg"].replace("Input should be", "it has to be")
            return _WRONG_TYPE.get(kind, plain), example


def _unknown(key: Key, raw: dict[str, Any]) -> tuple[str, str]:
    name = str(key[-1])
    model = _model(key[:-1], raw)
    known = list(model.model_fields) if model else []
    message = f"`{name}` is not known {_title(key[:-1], raw)}"
    if name in ("password", "secret", "token"):
        remedy = 'take it out and say where it is kept: password_command = ["pass", "show", "…"]'
        return "a password does not belong in this file", remedy
    if near := nearest(name, known):
        return message, f"did you mean `{near}`?"
    if key[0] in ("calendars", "busy"):
        types = [f'type = "{kind}"' for kind, other in CALENDARS.items() if name in other.model_fields]
        if types:
            return message, f"it is for {' and '.join(types)}; known here: {', '.join(known)}"
    homes = [title for title, other in sections().items() if name in other.model_fields]
    if homes and homes[0] != key[0]:
        return message, f"it belongs in [{homes[0]}]"
    return message, f"known here: {', '.join(known)}"


def _title(key: Key, raw: dict[str, Any]) -> str:
    """The section as it is headed in the file."""
    if not key:
        return "as a section"
    if key[0] in ("calendars", "busy"):
        return f'in [[{key[0]}]] of type = "{_value(key, raw).get("type")}"'
    return f"in [[{key[0]}]]" if len(key) > 1 else f"in [{key[0]}]"


def _missing(key: Key, example: str) -> tuple[str, str]:
    if len(key) == 1:
        title = f"[{key[0]}]" if key[0] == "rep" else f"[[{key[0]}]]"
        return f"the section {title} is missing", f"write {title} and below it its keys; calsync init shows them all"
    if key[-1] == "type":
        example = " or ".join(f'type = "{kind}"' for kind in CALENDARS)
    return f"the key `{key[-1]}` is missing", example


def _not_one_of(value: str, choices: list[str]) -> tuple[str, str]:
    near = nearest(value, choices)
    listed = ", ".join(f'"{choice}"' for choice in choices)
    return f'"{value}" is not one of {listed}', f'did you mean "{near}"?' if near else f"write one of {listed}"


def _example(name: str, field: FieldInfo | None) -> str:
    if field is None or not field.examples:
        return "calsync init writes an example; docs/reference/configuration.md lists every key"
    return f"for example: {name} = {toml_value(field.examples[0])}"


def toml_value(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(toml_value(part) for part in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml_key(part)} = {toml_value(value[part])}" for part in value) + " }"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def _toml_key(name: str) -> str:
    bare = all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in name)
    return name if name and bare else toml_value(name)


def sections() -> dict[str, type[BaseModel]]:
    """Section -> its schema; of the calendars the first kind."""
    found: dict[str, type[BaseModel]] = {}
    for name, field in Document.model_fields.items():
        for model in models(field.annotation):
            found.setdefault(name, model)
    return found


def models(annotation: Any) -> list[type[BaseModel]]:
    """The schemas inside a type, such as those of a list or of a choice between several."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in models(part)]


def _model(key: Key, raw: dict[str, Any]) -> type[BaseModel] | None:
    """The schema of the table at ``key``; a calendar's depends on its ``type``."""
    if not key:
        return Document
    if key[0] in ("calendars", "busy"):
        return CALENDARS.get(str(_value(key, raw).get("type")))
    return sections().get(str(key[0])) if len(key) == 1 or isinstance(key[1], int) else None


def _value(key: Key, raw: Any) -> dict[str, Any]:
    for part in key:
        if isinstance(raw, list) and isinstance(part, int):
            raw = raw[part]
        elif isinstance(raw, dict) and part in raw:
            raw = raw[str(part)]
    return raw if isinstance(raw, dict) else {}


def _field(key: Key, raw: dict[str, Any]) -> tuple[str, FieldInfo | None]:
    """The key, or the one that the value belongs to (``contacts[1].map.name`` -> ``map``), with its schema."""
    for length in range(len(key), 0, -1):
        model, name = _model(key[: length - 1], raw), key[length - 1]
        if model is not None and name in model.model_fields:
            return str(name), model.model_fields[str(name)]
    return "", None


def _choices(annotation: Any) -> list[Any]:
    if typing.get_origin(annotation) is typing.Literal:
        return list(typing.get_args(annotation))
    return [choice for part in typing.get_args(annotation) for choice in _choices(part)]
