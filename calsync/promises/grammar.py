"""The machinery of the grammar: patterns over word classes, compiled to regular expressions, applied in levels.

Every token of a note is reduced to one character that stands for its class, so that a rule is a small regular
expression over classes and the C engine does the matching.  Levels run one after the other, each replacing what it
recognised by the class of the result (a cascade of finite-state recognisers), so the time is linear in the text.

A pattern is written with the names of classes:

    "<month> the? <ordinal|num> (comma? <year>)?"

``name`` must stand there, ``<name>`` is handed to the rule's function (``None`` where an optional one is missing),
``<a|b>`` and ``{a|b}`` are either of them, ``_`` is any token, and ``( ) ? * + |`` and ``(?! ...)`` mean what they
mean in a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

_Build = TypeVar("_Build", bound=Callable[..., Any])
_FIRST_SYMBOL = 0x100
_symbols: dict[str, str] = {}
_names: dict[str, str] = {}


def symbol(name: str) -> str:
    """The character that stands for a class; the same name always has the same one."""
    found = _symbols.get(name)
    if found is None:
        found = _symbols[name] = chr(_FIRST_SYMBOL + len(_symbols))
        _names[found] = name
    return found


def class_name(char: str) -> str:
    """The class that a character stands for."""
    return _names[char]


_PIECE = re.compile(
    r"\s+|<([a-z][a-z_|0-9\s]*)>|\{([a-z][a-z_|0-9\s]*)\}|([a-z][a-z_0-9]*)|(_)|(\(\?[!=]|\(\?<[!=])|(\()|(.)"
)


def translate(pattern: str, *, capture: bool) -> str:
    """A pattern over class names as the text of a regular expression over symbols."""
    out: list[str] = []
    for piece in _PIECE.finditer(pattern):
        captured, either, name, anything, look, group, other = piece.groups()
        if captured or either:
            chars = "".join(symbol(_name(each)) for each in (captured or either).split("|"))
            chars = chars if len(chars) == 1 else f"[{chars}]"
            out.append(f"({chars})" if captured and capture else chars)
        elif name:
            out.append(symbol(name))
        elif anything:
            out.append(".")
        elif look:
            out.append(look)
        elif group:
            out.append("(?:")
        elif other:
            if other == "{" and not pattern[piece.end()].isdigit():
                raise ValueError(f"a set of classes holds names and | only: {pattern[piece.start() :]}")
            out.append(_BOUNDED.get(other, other))
    return "".join(out)


_BOUNDED = {"*": "{0,8}", "+": "{1,8}"}
"""Repeats have an end, so that no text, however odd, takes more than linear time."""


def _name(written: str) -> str:
    name = written.strip()
    if not name.isidentifier():
        raise ValueError(f"a set of classes holds names and | only: {written}")
    return name


class Rule(NamedTuple):
    """One kind of expression: its pattern, the function that gives it a value, and examples that are tests.

    ``build(moment, *captured)`` returns the value, or ``None`` to refuse.
    """

    name: str
    result: str
    pattern: str
    build: Callable[..., Any]
    examples: tuple[str, ...]


class Level:
    """Rules that are tried together at every place of the text, in the order written: the first that fits wins.

    ``needs`` names classes without one of which no rule of the level can fit, so that most lines pass it by.
    """

    def __init__(self, name: str, needs: str) -> None:
        self.name = name
        self._needs = frozenset(symbol(each) for each in needs.split())
        self.rules: list[Rule] = []
        self._master: re.Pattern[str] | None = None
        self._each: list[tuple[re.Pattern[str], str, Callable[..., Any]]] = []

    def rule(self, result: str, *patterns: str, examples: Sequence[str] = ()) -> Callable[[_Build], _Build]:
        """Register a function as the meaning of the patterns; its result belongs to the class ``result``."""

        def register(build: _Build) -> _Build:
            for pattern in patterns:
                self.rules.append(Rule(build.__name__, result, pattern, build, tuple(examples)))
            self._master = None
            return build

        return register

    def compile(self) -> None:
        """Make the regular expressions; done once, when the language is loaded."""
        self._each = [(re.compile(translate(r.pattern, capture=True)), symbol(r.result), r.build) for r in self.rules]
        parts = [f"({translate(rule.pattern, capture=False)})" for rule in self.rules]
        self._master = re.compile("|".join(parts))

    def apply(self, line: Line, moment: Any) -> Line:
        """The line with everything this level recognises replaced by its result."""
        symbols = line.symbols
        if self._needs.isdisjoint(symbols):
            return line
        if self._master is None:
            self.compile()
        assert self._master is not None  # noqa: S101 - compile() set it; for the type checker
        search = self._master.search
        match = search(symbols)
        if match is None:
            return line
        values, spans = line.values, line.spans
        out_symbols: list[str] = []
        out_values: list[Any] = []
        out_spans: list[tuple[int, int]] = []
        done = 0
        while match is not None:
            start = match.start()
            first = match.lastindex or 1
            for regex, result, build in self._each[first - 1 :]:
                fit = regex.match(symbols, start)
                if fit is None:
                    continue
                value = build(moment, *[None if i < 0 else values[i] for i, _ in fit.regs[1:]])
                if value is None:
                    continue
                end = fit.end()
                out_symbols.append(symbols[done:start])
                out_symbols.append(result)
                out_values += values[done:start]
                out_values.append(value)
                out_spans += spans[done:start]
                out_spans.append((spans[start][0], spans[end - 1][1]))
                done = end
                match = search(symbols, end)
                break
            else:
                match = search(symbols, start + 1)
        if not done:
            return line
        out_symbols.append(symbols[done:])
        return Line("".join(out_symbols), out_values + values[done:], out_spans + spans[done:])


class Line(NamedTuple):
    """A text as classes: one character, one value and one character range in the text for each token or phrase."""

    symbols: str
    values: list[Any]
    spans: list[tuple[int, int]]
