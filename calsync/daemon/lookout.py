"""One set of files, watched: a burst of changes becomes one word that it is over."""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from calsync.daemon.journal import logger
from calsync.daemon.watch import Watch, watch

LONGEST = 2.0
"""Files that never fall quiet are read after so many seconds all the same."""

What = Callable[[], tuple[Iterable[Path], Iterable[Path]]]


class Lookout:
    """Watches what ``what`` names (single files, and whole folders) through the loop's selector.

    A change counts as over after ``quiet`` seconds without another: editors write more than once.
    """

    def __init__(self, selector: selectors.BaseSelector, what: What, quiet: float) -> None:
        self._selector, self._what, self._quiet = selector, what, quiet
        self._watch: Watch | None = None
        self._over_at: float | None = None
        self._latest = 0.0

    def renew(self) -> None:
        """Begin to watch, or watch anew: other files are wanted, or another folder stands where one stood."""
        old, new = self._watch, watch(*self._what())
        # What happens meanwhile is told by the old watch, or the new one, or both.
        if old is not None and old.changed():
            self.stir()
        self.close()
        self._watch = new
        if new.fileno() >= 0:
            self._selector.register(new, selectors.EVENT_READ, self._news)
        for folder in set(new.polled) - set(old.polled if old is not None else ()):
            logger.info("the kernel tells nothing about %s: looked at once a tick", folder)

    def stir(self) -> None:
        """Something changed."""
        now = time.monotonic()
        if self._over_at is None:
            self._latest = now + LONGEST
        self._over_at = min(now + self._quiet, self._latest)

    def wait(self) -> float | None:
        """Seconds until a change may be over; ``None`` where nothing changed."""
        return None if self._over_at is None else self._over_at - time.monotonic()

    def settled(self) -> bool:
        """True once after a change that is over."""
        if self._over_at is None or time.monotonic() < self._over_at:
            return False
        self._over_at = None
        return True

    def follow(self) -> bool:
        """Watch anew where a watched folder was replaced, made or mounted; true where one was."""
        if self._watch is None or not self._watch.moved():
            return False
        self.renew()
        return True

    def looked_at(self) -> bool:
        """Look at the files of which the kernel tells nothing; true where one changed since the last look."""
        return self._watch is not None and self._watch.looked_at()

    def close(self) -> None:
        if self._watch is not None:
            if self._watch.fileno() >= 0:
                self._selector.unregister(self._watch)
            self._watch.close()
            self._watch = None

    def _news(self) -> None:
        if self._watch is not None and self._watch.changed():
            self.stir()
            self.follow()
