"""When somebody picks up: a Beta-binomial by hour and by weekday, shrunk to what is known of people in general.

For an hour (and alike for a weekday) the chance of an answer is ``(S * m + answered) / (S + tried)``: ``m`` is the mean
expected before looking and ``S`` how many attempts that expectation is worth.  A contact is shrunk to its kind
(consumer or business), a kind to the priors below.  The priors are weak on purpose: published effects are small and
disagree, so a handful of a rep's own attempts outweighs them.  None of this ever moves a call out of its window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from calsync.model import Attempt, Channel, ContactKind, Direction, Outcome

PSEUDO_ATTEMPTS = 5.0
BASE_RATE = 0.15  # about 85 % of outbound calls reach a voicemail

ANSWERED = frozenset(
    {Outcome.CONNECTED, Outcome.APPOINTMENT_SET, Outcome.NOT_INTERESTED, Outcome.SOLD, Outcome.DO_NOT_CALL}
)
SILENT = frozenset({Outcome.NO_ANSWER, Outcome.BUSY, Outcome.LEFT_VOICEMAIL, Outcome.LEFT_MESSAGE})


def rang(attempt: Attempt) -> bool:
    """True for a call of ours that told us something about that hour."""
    return (
        attempt.direction is Direction.OUTBOUND
        and attempt.channel is Channel.CALL
        and (attempt.outcome in ANSWERED or attempt.outcome in SILENT)
    )


def prior(kind: ContactKind | None, weekday: int, half_hour: int) -> float:
    """How much likelier than usual an answer is, before anything was tried (local time of the contact)."""
    if kind is ContactKind.CONSUMER:
        evening = weekday < 5 and 35 <= half_hour < 40  # 17:30-20:00
        saturday = weekday == 5 and 20 <= half_hour < 24  # late morning
        return 1.15 if evening or saturday else 1.0
    if kind is ContactKind.BUSINESS:
        if weekday == 4 and half_hour >= 30:  # Friday after 15:00
            return 0.85
        if 16 <= half_hour < 23:  # 08:00-11:30
            return 1.1
        if 24 <= half_hour < 27:  # 12:00-13:30
            return 0.8
        return 1.2 if 32 <= half_hour < 35 else 1.0  # 16:00-17:30
    return 1.0


_SIZE = 24 + 7
_NEVER: Sequence[int] = bytes(_SIZE)


@dataclass(slots=True)
class Tally:
    """Calls tried and answered: by local hour, then by weekday.  Only one that others are merged into changes."""

    tried: Sequence[int] = _NEVER
    answered: Sequence[int] = _NEVER

    @property
    def empty(self) -> bool:
        return not any(self.tried)

    def merge(self, other: Tally, times: int = 1) -> None:
        self.tried = [own + times * more for own, more in zip(self.tried, other.tried, strict=True)]
        self.answered = [own + times * more for own, more in zip(self.answered, other.answered, strict=True)]

    def rate(self, index: int, mean: float) -> float:
        return (PSEUDO_ATTEMPTS * mean + self.answered[index]) / (PSEUDO_ATTEMPTS + self.tried[index])

    def overall(self, mean: float) -> float:
        tried, answered = sum(self.tried[24:]), sum(self.answered[24:])
        return (PSEUDO_ATTEMPTS * mean + answered) / (PSEUDO_ATTEMPTS + tried)


def tally(calls: Iterable[tuple[int, int, bool]]) -> Tally:
    """A tally of (local hour, weekday, answered)."""
    tried, answered = [0] * _SIZE, [0] * _SIZE
    for hour, weekday, picked_up in calls:
        for index in (hour, 24 + weekday):
            tried[index] += 1
            answered[index] += picked_up
    # There is one for every contact, and most were called seldom.
    return _few(bytes(tried), bytes(answered)) if max(tried) < 256 else Tally(tried, answered)


@lru_cache(maxsize=4096)
def _few(tried: bytes, answered: bytes) -> Tally:
    """One value for all contacts who were called at the same hours, in a fifth of the space."""
    return Tally(tried, answered)


class Habits:
    """The chance of an answer by half hour and weekday, for each kind of contact."""

    def __init__(self, kinds: Mapping[ContactKind | None, Tally]) -> None:
        self._kinds = kinds
        self._days: dict[tuple[ContactKind | None, int], list[float]] = {}

    def day(self, kind: ContactKind | None, weekday: int) -> list[float]:
        """48 chances, one a half hour of the contact's local day: what a contact's own calls are shrunk to."""
        known = self._days.get((kind, weekday))
        if known is None:
            seen = self._kinds.get(kind) or Tally()
            usual = seen.overall(BASE_RATE)
            known = [seen.rate(half // 2, usual * prior(kind, weekday, half)) for half in range(48)]
            self._days[kind, weekday] = known
        return known

    def weekday(self, kind: ContactKind | None, own: Tally, weekday: int) -> float:
        """The chance of an answer on a weekday, this contact's calls shrunk to its kind's."""
        seen = self._kinds.get(kind) or Tally()
        return own.rate(24 + weekday, seen.rate(24 + weekday, seen.overall(BASE_RATE)))
