"""Clauses and their roles: who promises, what is past, refused, conditional, or about other things.

A note is cut into clauses at punctuation and where a new statement begins; each clause then has the role of the first
rule that fits.  The rules are data, a file for each language (``vocabulary/en_clauses.toml``), each with its examples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from calsync.promises.grammar import symbol, translate
from calsync.promises.lexicon import clause_file


class Role(Enum):
    """What a clause does."""

    REP = "the rep is to call"
    CONTACT = "the contact is to call"
    REFUSED = "no call is promised"
    CONDITION = "a condition"
    PAST = "something past"
    FREE = "when the contact can be reached"
    BARE = "a date alone"
    NEGATED = "a date that is ruled out"
    OTHER = "something else"


class Clause(NamedTuple):
    """A stretch of the line (``start`` to ``end``, in tokens) and its role."""

    role: Role
    start: int
    end: int


class Survey(NamedTuple):
    """What a line says as a whole; the same for every text of the same classes."""

    parts: list[Clause]
    opted_out: tuple[int, int] | None
    told_not_to: tuple[int, int] | None
    theirs: bool


Pattern = re.Pattern[str]
_AND, _THINK, _WILL, _CALL = symbol("and"), symbol("think"), symbol("will"), symbol("call")
_SAY, _QUOTE = symbol("say"), symbol("quote")
# without one of these nobody asks not to be called
_NEGATIVE = frozenset(
    symbol(n)
    for n in (
        "not",
        "no",
        "dnc",
        "stopword",
        "remove",
        "take",
        "sue",
        "report",
        "block",
        "law",
        "harassment",
        "list",
        "anymore",
    )
)
_REMEMBERED = 20_000


@dataclass(slots=True, eq=False)
class ClauseRules:
    """The clause rules of one language, compiled.  ``remembered`` keeps the roles of clauses met before."""

    roles: list[tuple[Role, Pattern]]
    cut: Pattern
    subject: Pattern
    opt_out: list[Pattern]
    told_not_to: list[Pattern]
    their_voice: list[Pattern]
    threats: list[Pattern]
    remembered: dict[str, Role] = field(default_factory=dict)
    surveyed: dict[str, Survey] = field(default_factory=dict)

    def survey(self, symbols: str) -> Survey:
        """The clauses of a line and what it says for good; notes of one shape are common, so shapes are remembered."""
        found = self.surveyed.get(symbols)
        if found is None:
            parts = self.clauses(symbols)
            found = Survey(
                parts,
                self.opted_out(symbols, parts),
                self.told_not_to_call(symbols, parts),
                self.in_their_voice(symbols),
            )
            if len(self.surveyed) > _REMEMBERED:
                self.surveyed.clear()
            if len(symbols) < 100:
                self.surveyed[symbols] = found
        return found

    def role_of(self, symbols: str) -> Role:
        """The role of a clause: that of the first rule that fits."""
        found = self.remembered.get(symbols)
        if found is None:
            found = next((role for role, pattern in self.roles if pattern.search(symbols)), Role.OTHER)
            if len(self.remembered) > _REMEMBERED:
                self.remembered.clear()
            if len(symbols) < 100:
                self.remembered[symbols] = found
        return found

    def clauses(self, symbols: str) -> list[Clause]:
        """The clauses of a line, in order; "she has my number and will call" keeps its subject."""
        found: list[Clause] = []
        subject = ""
        for begin, end in self._stretches(symbols):
            text = symbols[begin:end]
            if begin > 1 and symbols[begin - 1] == _QUOTE and symbols[begin - 2] == _SAY:
                text = _SAY + text  # said "call me Thursday"
            joined = bool(found) and symbols[begin - 1] == _AND and text[0] in (_WILL, _CALL)
            if joined and _THINK in symbols[found[-1].start : found[-1].end]:
                role = Role.CONTACT
            elif joined and subject:
                role = self.role_of(subject + text)
            else:
                role = self.role_of(text)
                named = self.subject.match(text)
                subject = named.group() if named else ""
            found.append(Clause(role, begin, end))
        return found

    def _stretches(self, symbols: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        start = 0
        for cut in self.cut.finditer(symbols):
            end = cut.start()
            if end > start:
                found.append((start, end))
                start = cut.end()
            elif cut.end() > end:
                start = cut.end()
        if start < len(symbols):
            found.append((start, len(symbols)))
        return found

    def opted_out(self, symbols: str, parts: list[Clause]) -> tuple[int, int] | None:
        """Where the text says for good that no more calls are wanted; a condition ("if she doesn't call") does not."""
        if _NEGATIVE.isdisjoint(symbols):
            return None
        found = _search(self.opt_out, symbols, parts)
        if found is None:
            threat = next(filter(None, (pattern.search(symbols) for pattern in self.threats)), None)
            return threat.span() if threat else None
        return found

    def told_not_to_call(self, symbols: str, parts: list[Clause]) -> tuple[int, int] | None:
        """Where the text says not to call, which a promise of theirs takes the edge off."""
        return None if _NEGATIVE.isdisjoint(symbols) else _search(self.told_not_to, symbols, parts)

    def in_their_voice(self, symbols: str) -> bool:
        """True when "I'll call you" is what the contact said: a message from them, or their words in quotes."""
        return any(pattern.search(symbols) for pattern in self.their_voice)


def _search(patterns: list[Pattern], symbols: str, parts: list[Clause]) -> tuple[int, int] | None:
    for part in parts:
        if part.role is not Role.CONDITION:
            text = symbols[part.start : part.end]
            for pattern in patterns:
                found = pattern.search(text)
                if found:
                    return part.start + found.start(), part.start + found.end()
    return None


def _compile(pattern: str) -> Pattern:
    return re.compile(translate(pattern, capture=False))


@lru_cache(maxsize=8)
def rules_of(language: str) -> ClauseRules:
    """The clause rules of a language, English where there is no other."""
    raw = clause_file(language)
    return ClauseRules(
        roles=[(Role[rule["role"].upper()], _compile(rule["pattern"])) for rule in raw["clause"]],
        cut=_compile("|".join(raw["cut"])),
        subject=_compile(raw["subject"]),
        opt_out=[_compile(rule["pattern"]) for rule in raw["opt_out"]],
        told_not_to=[_compile(rule["pattern"]) for rule in raw["told_not_to"]],
        their_voice=[_compile(pattern) for pattern in raw["their_voice"]],
        threats=[_compile(rule["pattern"]) for rule in raw.get("threat", ())],
    )
