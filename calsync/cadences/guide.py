"""One cadence for one rep, asked about thousands of attempts: what comes again is not worked out again.

A guide changes how long an answer takes and nothing else.  Which step is next hangs on a few counts, and which day a
script names on the day it is said, the conditions that hold and the contact's own draw; only where a phrase of the
script means something else in the afternoon than in the morning is it asked anew each time.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from math import lcm
from operator import attrgetter

from calsync.cadences.facts import Facts, Progress, about, holds, pick
from calsync.cadences.model import ALWAYS, Cadence, Choice, Next, Step, Urgency, When
from calsync.model import Attempt, Contact, PhraseReader, Reading, Rep

_LIMIT = 100_000
_HOURS = ("before", "after")


class Guide:
    """A cadence bound to a rep and a reader of phrases, and the answers it has given."""

    def __init__(self, cadence: Cadence, read: PhraseReader, rep: Rep) -> None:
        self.cadence, self.read, self.rep = cadence, read, rep
        self._counts = _counts(cadence)
        self._steps: dict[Hashable, Step | None] = {}
        self._menus: dict[int, _Menu] = {}
        self._answers: dict[Hashable, Next] = {}

    def pick(self, facts: Facts) -> Step | None:
        """``pick`` of this cadence."""
        counts = self._counts(facts)
        try:
            return self._steps[counts]
        except KeyError:
            found = self._steps[counts] = pick(self.cadence, facts)
            return found

    def recall(self, key: Hashable | None) -> Next | None:
        """The answer that was given before."""
        return self._answers.get(key)

    def keep(self, key: Hashable | None, answer: Next, read: Noting) -> Next:
        """Remember an answer, where all that was read for it holds for the whole day."""
        if key is not None and read.lasting:
            if len(self._answers) >= _LIMIT:
                self._answers.clear()
            self._answers[key] = answer
        return answer

    def circumstances(self, choices: Sequence[Choice], walk: Walk, facts: Facts) -> Hashable | None:
        """All that the choice of a phrase hangs on, but for how phrases read; ``None`` where that is too much."""
        menu = self._menus.get(id(choices))
        if menu is None:
            menu = self._menus[id(choices)] = _Menu.of(choices)
        if menu.from_start:
            return None
        holding: tuple[bool, ...] = ()
        if menu.conditions:
            if menu.hourly:
                facts = replace(facts, local=walk.at.astimezone(self.rep.zone).time())
            holding = tuple([holds(when, facts) for when in menu.conditions])
        draw = walk.draw % menu.draws if menu.draws else 0
        return id(choices), walk.place.day, holding, draw, facts.urgency is Urgency.HIGH


@dataclass(frozen=True, slots=True)
class _Menu:
    """What there is to choose from, and what the choice asks about."""

    choices: Sequence[Choice]
    """Kept, so that nothing else can have its ``id``."""
    conditions: tuple[When, ...]
    hourly: bool
    from_start: bool
    draws: int

    @staticmethod
    def of(choices: Sequence[Choice]) -> _Menu:
        conditions = tuple(choice.when for choice in choices if choice.when is not ALWAYS)
        sizes = [
            (one.low if one.high is None else one.high) - one.low + 1 for choice in choices for one in choice.n.values()
        ]
        return _Menu(
            choices,
            conditions,
            hourly=any(when.before is not None or when.after is not None for when in conditions),
            from_start=any(choice.from_start for choice in choices),
            draws=lcm(*sizes) if sizes else 0,
        )


class Walk:
    """One contact on the way through a cadence."""

    __slots__ = ("_draw", "contact", "guide", "place")

    def __init__(self, guide: Guide, contact: Contact) -> None:
        self.guide, self.contact = guide, contact
        self.place = Progress(guide.cadence, about(contact, guide.rep), guide.rep, guide.pick)
        self._draw: int | None = None

    @property
    def last(self) -> Attempt:
        """The attempt just made; there is one."""
        assert self.place.last is not None  # noqa: S101 - a walk is asked after an attempt; for the type checker
        return self.place.last

    @property
    def at(self) -> datetime:
        return self.last.at

    @property
    def draw(self) -> int:
        """What the contact's own draw is made from (004-4); the same in every process."""
        if self._draw is None:
            self._draw = zlib.crc32(self.contact.id.encode())
        return self._draw


class Noting:
    """A reader of phrases that notes whether all it has read holds for the whole day."""

    __slots__ = ("_read", "lasting")

    def __init__(self, read: PhraseReader) -> None:
        self._read = read
        self.lasting = True

    def __call__(self, text: str, said_at: datetime, contact: Contact) -> Reading:
        reading = self._read(text, said_at, contact)
        self.lasting = self.lasting and reading.lasting
        return reading


def _counts(cadence: Cadence) -> Callable[[Facts], Hashable]:
    """The facts that the steps of a cadence ask about.

    Hours are not among them: which step is next is asked before anybody knows when the call will be.
    """
    names = [
        field.name
        for field in fields(When)
        if field.name not in _HOURS
        and any(getattr(step.when, field.name) not in (None, frozenset()) for step in cadence.steps)
    ]
    return attrgetter("done", *names)
