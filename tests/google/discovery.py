"""Google's own description of the calendar API, and whether a request keeps to it.

The document is the one shipped inside google-api-python-client, so the stand-in accepts exactly what the client library
believes Google to accept: paths, query parameters and their types, body fields and their types.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

Json = dict[str, Any]
Query = Mapping[str, list[str]]


class ViolationError(Exception):
    """The request does not keep to the discovery document."""


@dataclass(frozen=True)
class Operation:
    """One method of the document: ``id`` is ``events.patch`` and the like."""

    id: str
    http_method: str
    pattern: re.Pattern[str]
    parameters: Mapping[str, Json]
    body: str | None
    scopes: tuple[str, ...]


@cache
def document() -> Json:
    """The whole discovery document of calendar v3."""
    path = resources.files("googleapiclient.discovery_cache") / "documents" / "calendar.v3.json"
    loaded: Json = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@cache
def operations() -> tuple[Operation, ...]:
    """Every method of every resource."""
    found = []
    for resource in document()["resources"].values():
        for method in resource["methods"].values():
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(method["path"]))
            found.append(
                Operation(
                    id=method["id"].removeprefix("calendar."),
                    http_method=method["httpMethod"],
                    pattern=re.compile(pattern),
                    parameters=method.get("parameters", {}),
                    body=method.get("request", {}).get("$ref"),
                    scopes=tuple(method.get("scopes", ())),
                )
            )
    # A literal segment ("events/import") wins over a parameter ("events/{eventId}").
    return tuple(sorted(found, key=lambda operation: operation.pattern.groups))


def find(http_method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation that a path below the service root names, with the path's (still quoted) parameters."""
    for operation in operations():
        if operation.http_method == http_method and (match := operation.pattern.fullmatch(path)):
            return operation, match.groupdict()
    return None


def check_query(operation: Operation, query: Query) -> None:
    """Raise ``ViolationError`` for a parameter the operation does not have, or a value of the wrong type."""
    allowed = {**document()["parameters"], **operation.parameters}
    for name, values in query.items():
        spec = allowed.get(name)
        if spec is None or spec.get("location") == "path":
            raise ViolationError(f"Unknown name {name!r}: cannot find field.")
        if len(values) > 1 and not spec.get("repeated"):
            raise ViolationError(f"Parameter {name!r} was given {len(values)} times.")
        for value in values:
            _check_parameter(name, value, spec)


def _check_parameter(name: str, value: str, spec: Json) -> None:
    if "enum" in spec and value not in spec["enum"]:
        raise ViolationError(f"Invalid string value: {value!r} for {name}. Allowed: {spec['enum']}")
    if spec["type"] == "boolean" and value not in ("true", "false"):
        raise ViolationError(f"Invalid boolean value {value!r} for {name}.")
    if spec["type"] == "integer":
        if not re.fullmatch(r"-?\d+", value):
            raise ViolationError(f"Invalid integer value {value!r} for {name}.")
        if "minimum" in spec and int(value) < int(spec["minimum"]):
            raise ViolationError(f"{name} must be at least {spec['minimum']}.")
    if spec.get("format") == "date-time":
        _check_moment(name, value, offset=True)


def check_body(schema: str, body: object, *, patch: bool) -> None:
    """Raise ``ViolationError`` for a field or type that ``schema`` does not have.  Only a patch may say ``null``."""
    _check_value(schema, {"$ref": schema}, body, patch=patch)


def _check_value(path: str, spec: Json, value: object, *, patch: bool) -> None:
    if "$ref" in spec:
        spec = document()["schemas"][spec["$ref"]]
    if value is None:
        if not patch:
            raise ViolationError(f"{path}: null is not a value.")
        return
    kind = spec["type"]
    expected: dict[str, type | tuple[type, ...]] = {
        "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)
    }  # fmt: skip
    if kind == "any":
        return
    if not isinstance(value, expected[kind]) or (kind in ("integer", "number") and isinstance(value, bool)):
        raise ViolationError(f"{path}: {type(value).__name__} where {kind} is expected.")
    if isinstance(value, dict):
        _check_object(path, spec, value, patch=patch)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_value(f"{path}[{index}]", spec["items"], item, patch=False)
    elif isinstance(value, str):
        _check_string(path, spec, value)


def _check_object(path: str, spec: Json, value: Json, *, patch: bool) -> None:
    known, others = spec.get("properties", {}), spec.get("additionalProperties")
    for key, item in value.items():
        if key not in known and others is None:
            raise ViolationError(f"{path}.{key}: unknown field.")
        _check_value(f"{path}.{key}", known.get(key, others), item, patch=patch)


def _check_string(path: str, spec: Json, value: str) -> None:
    if "enum" in spec and value not in spec["enum"]:
        raise ViolationError(f"{path}: {value!r} is none of {spec['enum']}.")
    if spec.get("format") == "date-time":
        _check_moment(path, value, offset=False)
    if spec.get("format") == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ViolationError(f"{path}: {value!r} is no date.") from None


def _check_moment(path: str, value: str, *, offset: bool) -> None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ViolationError(f"{path}: {value!r} is no RFC 3339 time.") from None
    if "T" not in value or (offset and moment.tzinfo is None):
        raise ViolationError(f"{path}: {value!r} is no RFC 3339 time with an offset.")


def select(answer: Json, fields: str) -> Json:
    """What a ``fields`` mask (``a,b(c,d/e),f/*``) leaves of an answer; ``ViolationError`` for a malformed mask."""
    tree, rest = _parse_mask(fields)
    if rest:
        raise ViolationError(f"Invalid field selection {fields!r}")
    chosen = _apply_mask(tree, answer)
    return chosen if isinstance(chosen, dict) else {}


def _parse_mask(text: str) -> tuple[Json, str]:
    tree: Json = {}
    while True:
        match = re.match(r"(\*|\w+)((?:/(?:\*|\w+))*)", text)
        if match is None:
            raise ViolationError(f"Invalid field selection {text!r}")
        text = text[match.end() :]
        node = tree.setdefault(match[1], {})
        for step in match[2].split("/")[1:]:
            node = node.setdefault(step, {})
        if text.startswith("("):
            inner, text = _parse_mask(text[1:])
            if not text.startswith(")"):
                raise ViolationError("Invalid field selection: missing )")
            node.update(inner)
            text = text[1:]
        if not text.startswith(","):
            return tree, text
        text = text[1:]


def _apply_mask(tree: Json, value: object) -> object:
    if not tree:
        return value
    if isinstance(value, list):
        return [_apply_mask(tree, item) for item in value]
    if not isinstance(value, dict):
        return value
    if "*" in tree:
        return {key: _apply_mask(tree["*"], item) for key, item in value.items()}
    return {key: _apply_mask(tree[key], item) for key, item in value.items() if key in tree}
