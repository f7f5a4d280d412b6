"""The contract, kept by the calendar in memory."""

from __future__ import annotations

import pytest

from calsync.calendars.memory import MemoryCalendar, MemoryStore
from tests.contract.ics_suite import TextContract
from tests.contract.person import CHICAGO, TextPerson, World


class StorePerson(TextPerson):
    def __init__(self, store: MemoryStore) -> None:
        super().__init__()
        self._store = store

    def hrefs(self) -> list[str]:
        return list(self._store.items)

    def load(self, href: str) -> str:
        return self._store.items[href][1]

    def store(self, href: str, text: str) -> None:
        self._store.put(href, text)

    def discard(self, href: str) -> None:
        self._store.remove(href)


class TestMemory(TextContract):
    @pytest.fixture
    def world(self) -> World:
        store = MemoryStore()
        return World(lambda: MemoryCalendar("memory", zone=CHICAGO, store=store), StorePerson(store))
