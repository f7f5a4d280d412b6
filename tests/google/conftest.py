"""What the tests of the Google backend share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from calsync.calendars.google import GoogleCalendar
from tests.google import desk
from tests.google.server import GoogleServer


@pytest.fixture
def server() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        yield running


@pytest.fixture
def calendar(server: GoogleServer, tmp_path: Path) -> Iterator[GoogleCalendar]:
    """A signed-in client of the rep's calendar."""
    desk.settle(server, tmp_path)
    made = desk.client(server, tmp_path)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Retries are made as often as in earnest, only without the pauses."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield
