"""How long to leave a calendar alone after it failed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from calsync.sync.report import CalendarState

FIRST = 2.0
LONGEST = 30.0
SIGN_IN = 300.0


@dataclass(slots=True)
class Patience:
    """Backoff for each calendar, in seconds of the monotonic clock.

    An unreachable calendar is tried again after 2, 4, 8 … 30 seconds, each shortened by up to a quarter at random, so
    that a fleet does not return all at once; what the server asked for (Retry-After) is kept.  A calendar that wants
    sign-in is asked every five minutes: a wrong password sent more often locks an account.  One that refused something
    is not left alone at all: one bad event does not keep the others waiting.
    """

    failures: dict[str, int] = field(default_factory=dict)
    until: dict[str, float] = field(default_factory=dict)
    random: random.Random = field(default_factory=random.Random)

    def learn(self, states: tuple[CalendarState, ...], monotonic: float) -> None:
        """Take in how the calendars fared in a run."""
        for state in states:
            if state.state == "ok":
                self.failures.pop(state.name, None)
                self.until.pop(state.name, None)
            elif state.state == "refused" and state.retry_after is None:
                self.until.pop(state.name, None)
            else:
                self.failures[state.name] = self.failures.get(state.name, 0) + 1
                self.until[state.name] = monotonic + self._wait(state)

    def resting(self, monotonic: float) -> frozenset[str]:
        """The calendars that are left alone for now."""
        return frozenset(name for name, until in self.until.items() if until > monotonic)

    def forget(self, name: str | None = None) -> None:
        """Try one calendar, or everything, again at once (it answers, the network came back, the machine woke up)."""
        for one in list(self.until) if name is None else [name]:
            self.until.pop(one, None)

    def next_try(self) -> float | None:
        """When the first calendar may be tried again."""
        return min(self.until.values(), default=None)

    def _wait(self, state: CalendarState) -> float:
        if state.retry_after is not None:
            return max(state.retry_after, FIRST)
        if state.state == "sign_in":
            return SIGN_IN
        wait = min(FIRST * 2.0 ** (self.failures[state.name] - 1), LONGEST)
        return float(wait * self.random.uniform(0.75, 1.0))
