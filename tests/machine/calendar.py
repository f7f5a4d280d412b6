"""A calendar that can be made to lie, drop answers, forget its tokens and come back from yesterday's backup."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from calsync.calendars.base import Changes, Receipt, Seen
from calsync.calendars.memory import MemoryCalendar, MemoryStore
from calsync.errors import Unreachable
from calsync.model import Entry

T = TypeVar("T")

Lie = Callable[[Changes, Changes], Changes]
"""What is answered in place of a poll's true answer; told of that, and of everything there is."""


class Killed(BaseException):
    """The process ends here."""


def all_is_gone(found: Changes, _whole: Changes) -> Changes:
    return Changes((), (), found.token, full=True)


def some_are_left_out(_found: Changes, whole: Changes) -> Changes:
    return replace(whole, seen=whole.seen[::2])


def some_are_gone(found: Changes, whole: Changes) -> Changes:
    hrefs = tuple(one.href for one in whole.seen[:2])
    seen = tuple(one for one in found.seen if one.href not in hrefs)
    return replace(found, seen=seen, gone=(*found.gone, *hrefs))


class Hostile(MemoryCalendar):
    """Faults are armed from outside and go off once."""

    def __init__(self, name: str, *, zone: ZoneInfo, store: MemoryStore, clock: Callable[[], datetime]) -> None:
        super().__init__(name, zone=zone, store=store, clock=clock)
        self.lose_answer_in: int | None = None
        self.drop_request_in: int | None = None
        self.forget_token = False
        self.lie: Lie | None = None
        self.meanwhile: Callable[[], None] | None = None

    def changes(self, token: str | None, known: Mapping[str, str] | None = None) -> Changes:
        forget, self.forget_token = self.forget_token, False
        found = super().changes(None if forget else token, known)
        lie, self.lie = self.lie, None
        return found if lie is None else lie(found, super().changes(None))

    def create(self, entry: Entry) -> Receipt:
        return self._write(lambda: super(Hostile, self).create(entry))

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        return self._write(lambda: super(Hostile, self).update(entry, seen))

    def delete(self, seen: Seen) -> None:
        self._write(lambda: super(Hostile, self).delete(seen))

    def _write(self, write: Callable[[], T]) -> T:
        if self.meanwhile is not None:
            somebody, self.meanwhile = self.meanwhile, None
            somebody()
        if self._goes_off("drop_request_in"):
            raise Unreachable("the connection was cut before the write")
        result = write()
        if self._goes_off("lose_answer_in"):
            raise Unreachable("the connection was cut after the write")
        return result

    def _goes_off(self, name: str) -> bool:
        left = getattr(self, name)
        if left is None:
            return False
        setattr(self, name, left - 1 if left else None)
        return bool(left == 0)


def backup(store: MemoryStore) -> dict[str, tuple[str, str]]:
    return copy.deepcopy(store.items)


def restore(store: MemoryStore, items: dict[str, tuple[str, str]]) -> None:
    """What a server does that comes back from a backup: everything has the old state and a new etag, tokens are
    void."""
    texts = {href: text for href, (_, text) in items.items()}
    store.items.clear()
    store.log.clear()
    for href, text in texts.items():
        store.put(href, text)
