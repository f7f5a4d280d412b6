"""Which cadence a contact is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from calsync.cadences.model import Cadence
from calsync.errors import ConfigError
from calsync.model import Contact, Outcome, Problem, StepRef


def choose(contact: Contact, cadences: Mapping[str, Cadence], policy_default: str) -> Cadence:
    """The contact's own column; else a cadence for one of its groups; else one for its kind and line; else the default.

    Among several, the one that asks for more, then the first by name.  A name that no file has falls through to the
    next rule (``unknown_cadence`` reports it).  Raises ``ConfigError`` when there is no cadence at all.
    """
    named = cadences.get(_key(contact.cadence, cadences))
    if named is not None:
        return named
    best = min(
        (cadence for cadence in cadences.values() if _claim(cadence, contact)),
        key=lambda cadence: (-_claim(cadence, contact), cadence.name),
        default=None,
    )
    if best is not None:
        return best
    default = cadences.get(_key(policy_default, cadences)) or cadences.get("referral")
    if default is None:
        if not cadences:
            raise ConfigError("there are no cadences", hint="set [cadences] folder to a folder with cadence files")
        return cadences[min(cadences)]
    return default


class Chooser:
    """``choose`` for many contacts, of whom most are alike in everything that it looks at."""

    def __init__(self, cadences: Mapping[str, Cadence], policy_default: str, after_sale: str = "") -> None:
        self._cadences, self._default = cadences, policy_default
        self.after_sale = begins_with_a_sale(cadences, after_sale)
        """The cadence that a sale sets off, where one is named and there is such a cadence."""
        self._by = (policy_default, after_sale, cadences)
        self._chosen: dict[object, Cadence] = {}

    def __call__(self, contact: Contact, step: StepRef | None = None) -> Cadence:
        """The contact's cadence; after a sale that which the ``step`` of a call belongs to."""
        if step is not None and self.after_sale is not None and step.name == self.after_sale.name:
            return self.after_sale
        alike = (contact.cadence, contact.groups, contact.kind, contact.phones[0].line if contact.phones else None)
        found = self._chosen.get(alike)
        if found is None:
            found = self._chosen[alike] = choose(contact, self._cadences, self._default)
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Chooser) and self._by == other._by

    __hash__ = None  # type: ignore[assignment]  # equal by values that have no hash


def begins_with_a_sale(cadences: Mapping[str, Cadence], name: str) -> Cadence | None:
    """The cadence of that name, where there is one and it begins with a sale; ``None`` for any other."""
    found = cadences.get(_key(name, cadences)) if name else None
    return found if found is not None and found.starts_on is Outcome.SOLD else None


def unknown_cadence(contact: Contact, cadences: Mapping[str, Cadence]) -> Problem | None:
    """A problem for a contact whose row names a cadence that no file has; the default is used meanwhile."""
    if not (contact.cadence or "").strip() or _key(contact.cadence, cadences) in cadences:
        return None
    near = get_close_matches((contact.cadence or "").strip().lower(), list(cadences), n=1, cutoff=0.5)
    known = f"write {near[0]}" if near else "write one of: " + ", ".join(sorted(cadences))
    message = f"{contact.name}: there is no cadence “{contact.cadence}”; the default is used"
    return Problem(contact.where.file, contact.where.line, "cadence", message, known)


def _key(name: str | None, cadences: Mapping[str, Cadence]) -> str:
    """The spelling a file has: capitals, blanks and underscores do not matter in a column people type."""
    wanted = (name or "").strip()
    folded = wanted.lower().replace(" ", "-").replace("_", "-")
    return wanted if wanted in cadences else folded


def _claim(cadence: Cadence, contact: Contact) -> int:
    """How strongly a cadence asks for a contact: 4 for a group, 2 for kind and line, 1 for one of them, else 0."""
    use = cadence.use_for
    if use.groups & {group.lower() for group in contact.groups}:
        return 4
    line = contact.phones[0].line if contact.phones else None
    if (use.kinds and contact.kind not in use.kinds) or (use.lines and line not in use.lines):
        return 0
    return bool(use.kinds) + bool(use.lines)


def with_groups(cadences: Mapping[str, Cadence], by_group: Mapping[str, str]) -> Mapping[str, Cadence]:
    """The cadences, each also taking the groups that ``by_group`` (group -> cadence name) gives it.

    A name that no cadence has gives nothing to anybody; ``unknown_groups`` reports it.
    """
    claims: dict[str, set[str]] = {}
    for group, name in by_group.items():
        claims.setdefault(_key(name, cadences), set()).add(group.lower())
    return {
        name: replace(one, use_for=replace(one.use_for, groups=one.use_for.groups | claims[name]))
        if name in claims
        else one
        for name, one in cadences.items()
    }


def unknown_groups(cadences: Mapping[str, Cadence], by_group: Mapping[str, str]) -> tuple[str, ...]:
    """The names in ``by_group`` that no cadence has, in alphabetical order."""
    return tuple(sorted({name for name in by_group.values() if _key(name, cadences) not in cadences}))
