"""A calendar that can be made to lie, drop answers, delay writes, forget its tokens and come back from yesterday's
backup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from calsync.calendars.base import Calendar, Changes, Receipt, Seen, WritesTogether
from calsync.errors import CalendarError, Refused, SignInNeeded, Unreachable
from calsync.model import Entry, Span
from tests.machine.places import Place

NOTHING: Mapping[str, str] = {}
T = TypeVar("T")

WRITES = (
    "write cut before it landed",
    "write cut after it landed",
    "write that lands late",
    "write refused for a while",
    "write refused for good",
    "killed before a write",
    "killed after a write",
    "somebody writes in between",
)
POLLS = (
    "poll cut",
    "poll wants a sign-in",
    "killed before a poll",
    "killed after a poll",
    "token forgotten",
    "poll that lags",
    "poll that says all is gone",
    "poll that leaves some out",
    "poll that says some are gone",
)


class Killed(BaseException):
    """The process ends here."""


def killed_at(step: int) -> Callable[[str], None]:
    """A checkpoint that ends the process at that step of a run, the first being 1."""
    left = step

    def checkpoint(_name: str) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise Killed

    return checkpoint


class Hostile:
    """Stands before a calendar of that place.  Faults are armed from outside, each for the n-th request of its kind
    from now, and go off once."""

    def __init__(self, place: Place, inner: Calendar) -> None:
        self.name = inner.name
        self.place = place
        self.inner = inner
        self.armed: dict[str, int] = {}
        self.went_off: Counter[str] = Counter()
        self.requests = 0
        self.meanwhile: Callable[[], None] = lambda: None
        self._late: list[Callable[[], object]] = []

    @property
    def at_rest(self) -> bool:
        """Nothing is armed, nothing is on its way."""
        return not self.armed and not self._late

    def changes(self, token: str | None, known: Mapping[str, str] = NOTHING) -> Changes:
        self.requests += 1
        self._land()
        self._die_if("killed before a poll")
        if self._goes_off("poll cut"):
            raise Unreachable("the answer to the poll was cut")
        if self._goes_off("poll wants a sign-in"):
            raise SignInNeeded
        own = f"{self.place.generation}."
        good = token is not None and token.startswith(own) and not self._goes_off("token forgotten")
        found = self.inner.changes(token.removeprefix(own) if token and good else None, known)
        self._die_if("killed after a poll")
        return self._twisted(replace(found, token=own + found.token), token)

    def _twisted(self, found: Changes, token: str | None) -> Changes:
        """The answer, or the lie that is told instead of it."""
        if not found.full and token and "poll that lags" in self.armed and found.token != token:
            self._goes_off("poll that lags", now=True)
            return replace(found, seen=(), gone=(), same=(), problems=(), copies=(), token=token)
        # What was kept back is told by the next poll: the token of half an answer is not one from after it.
        if self._goes_off("poll that says all is gone"):
            return Changes((), (), self._from_the_start, full=True)
        if self._goes_off("poll that leaves some out"):
            whole = self.inner.changes(None)
            return replace(whole, seen=whole.seen[::2], token=self._from_the_start)
        if self._goes_off("poll that says some are gone"):
            hrefs = tuple(one.href for one in self.inner.changes(None).seen[:2])
            seen = tuple(one for one in found.seen if one.href not in hrefs)
            return replace(found, seen=seen, gone=(*found.gone, *hrefs), token=self._from_the_start)
        return found

    @property
    def _from_the_start(self) -> str:
        return f"{self.place.generation}.{self.place.first_token}"

    def get(self, uid: str) -> Seen | None:
        self.requests += 1
        self._land()
        return self.inner.get(uid)

    def create(self, entry: Entry) -> Receipt:
        return self._write(lambda: self.inner.create(entry))

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        return self._write(lambda: self.inner.update(entry, seen))

    def delete(self, seen: Seen) -> None:
        self._write(lambda: self.inner.delete(seen))

    def busy(self, start: datetime, end: datetime, away: str = "") -> tuple[Span, ...]:
        return self.inner.busy(start, end, away)

    def close(self) -> None:
        self.inner.close()

    def _write(self, write: Callable[[], T]) -> T:
        self.requests += 1
        if self._goes_off("somebody writes in between"):
            self.meanwhile()
        self._die_if("killed before a write")
        if self._goes_off("write cut before it landed"):
            raise Unreachable("the connection was cut before the write")
        if self._goes_off("write that lands late"):
            self._late.append(write)
            raise Unreachable("no answer in time")
        if self._goes_off("write refused for a while"):
            raise Refused("too many writes", retry_after=60)
        if self._goes_off("write refused for good"):
            raise Refused("this event is not wanted here")
        result = write()
        self._die_if("killed after a write")
        if self._goes_off("write cut after it landed"):
            raise Unreachable("the connection was cut after the write")
        return result

    def _land(self) -> None:
        """What was on its way arrives, if its condition still holds."""
        late, self._late = self._late, []
        for write in late:
            try:
                write()
            except CalendarError:
                self.went_off["a late write that came too late"] += 1

    def _die_if(self, kind: str) -> None:
        if self._goes_off(kind):
            raise Killed

    def _goes_off(self, kind: str, *, now: bool = False) -> bool:
        left = self.armed.get(kind)
        if left is None:
            return False
        if left and not now:
            self.armed[kind] = left - 1
            return False
        del self.armed[kind]
        self.went_off[kind] += 1
        return True


class HostileTogether(Hostile):
    """The same before a calendar that writes many new events for little more than the price of one."""

    def create_all(self, entries: Iterable[Entry]) -> Iterator[Receipt | CalendarError]:
        assert isinstance(self.inner, WritesTogether)
        together = self.inner.create_all
        chosen = list(entries)
        yield from self._write(lambda: list(together(chosen)))


def hostile(place: Place, inner: Calendar) -> Hostile:
    return (HostileTogether if isinstance(inner, WritesTogether) else Hostile)(place, inner)


def backup(place: Place) -> dict[str, str]:
    """Names and texts."""
    return {href: text for href, (_, text) in place.items.items()}


def restore(place: Place, texts: Mapping[str, str]) -> None:
    """What a server does that comes back from a backup: everything has the old state and a new etag, tokens are
    void."""
    place.clear()
    place.generation += 1
    for href, text in texts.items():
        place.put(href, text)


def renumber(place: Place) -> None:
    """Every event gets a new etag and a property of the server's own, and means what it meant."""
    for href, (_, text) in list(place.items.items()):
        rewritten = "CLASS:PUBLIC" in text or "@calsync" not in text
        begin = "BEGIN:VEVENT\r\n"
        place.put(href, text if rewritten else text.replace(begin, f"{begin}CLASS:PUBLIC\r\n", 1))
