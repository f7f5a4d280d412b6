"""Three clocks, and what it means when they move apart.

The wall clock is what a rep reads; it may be set.  The monotonic clock is what waiting is measured with; it stands
still while the machine is suspended.  The boot clock is the monotonic one with the time asleep added.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

NOTICEABLE = 2.0
"""Seconds by which two clocks may drift apart between two looks without anything being meant by it."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of a machine: ``wall`` in any zone, the other two in seconds."""

    wall: Callable[[], datetime]
    monotonic: Callable[[], float]
    boot: Callable[[], float]


SYSTEM = Clocks(
    wall=lambda: datetime.now(UTC),
    monotonic=time.monotonic,
    boot=lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
)


@dataclass(frozen=True, slots=True)
class Jump:
    """What happened between two looks: seconds ``asleep``, and seconds by which the wall clock was ``set`` forward (or,
    negative, back)."""

    asleep: float
    set: float


class Jumps:
    """Notices a suspend, and a wall clock that was set, whenever it is asked."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._asleep, self._offset = self._read()

    def look(self) -> Jump | None:
        """What happened since the last look; ``None`` where the clocks went on together."""
        asleep, offset = self._read()
        jump = Jump(asleep - self._asleep, offset - self._offset)
        if abs(jump.asleep) < NOTICEABLE and abs(jump.set) < NOTICEABLE:
            return None
        self._asleep, self._offset = asleep, offset
        return jump

    def _read(self) -> tuple[float, float]:
        boot = self._clocks.boot()
        return boot - self._clocks.monotonic(), self._clocks.wall().timestamp() - boot
