"""The files a rep has -> a ``Book``, and only what changed is read again.

A file whose size and time are the same is not opened.  A log that grew is read from where reading stopped, once the
part before it has been found unchanged.  A changed contact list, or an old line of a log that was edited, means reading
everything again.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from calsync.errors import CalsyncError
from calsync.model import Book, Contact, Problem
from calsync.sources.contacts import ContactList, read_contacts
from calsync.sources.files import Age, Stamp, age_of, feed_of, stamp_of, untouched
from calsync.sources.kept import KeptBook, KeptList
from calsync.sources.log import Log, missing, vanished
from calsync.sources.matching import Directory
from calsync.sources.merge import Merged, merge
from calsync.sources.numbers import BadNumber, Numbers
from calsync.sources.spec import SourceSpec
from calsync.sources.touches import Touches

_MUCH = 5_000
"""Rows that are let go before the collector looks for what went with them."""

_BESIDES = 100
"""What a reading of no rows at all may have kept from the collector, counted in rows."""


@dataclass(slots=True)
class _Listed:
    """A contact list as it was last read: ``rows`` contacts, ``held`` where its end was still being written."""

    stamp: Stamp | None
    crc: int
    age: Age
    rows: int = 0
    uids: Collection[str] = ()
    held: bool = False


class Reader:
    """Reads contact lists and call logs, again and again.

    ``zone`` and ``region`` are the rep's; ``own_numbers`` (as written, any form) mean no contact.  ``recall`` is asked
    once, before the first reading, for what another process had read by then.  After ``read``:
    ``changed`` holds the ids of the contacts whose attempts differ from the last Book, or ``None`` where anything may
    differ; ``counts`` the rows read from each file; ``parsed`` how many rows the last ``read`` took apart.
    """

    def __init__(
        self,
        contacts: Sequence[SourceSpec],
        attempts: Sequence[SourceSpec],
        *,
        zone: ZoneInfo,
        region: str,
        own_numbers: Collection[str] = (),
        recall: Callable[[], KeptBook | None] | None = None,
    ) -> None:
        self._contact_specs, self._attempt_specs = tuple(contacts), tuple(attempts)
        self._zone = zone
        self._numbers = Numbers(region)
        self._own = frozenset(_own(own_numbers, self._numbers))
        self._lists: list[_Listed] = []
        self._logs: list[Log] = []
        self._touches = Touches([])
        self._contact_problems: tuple[Problem, ...] = ()
        self._also: Mapping[str, str] = {}
        self._book: Book | None = None
        self._whole = False
        self._recall = recall
        self._let_go = 0
        self.changed: frozenset[str] | None = None
        self.parsed = 0
        self.counts: Mapping[str, int] = {}

    def read(self, now: datetime) -> Book:
        """What the files say at ``now``.

        The very same Book where nothing changed.  Raises ``SourceError`` for a file that was never there or cannot be
        understood, ``GuardError`` for one that was read before and has vanished; the Book before it stays in force.
        """
        self.parsed = 0
        recall, self._recall = self._recall, None
        if recall is not None:
            with _no_collection():
                kept = recall()
                if kept is not None:
                    self._go_on(kept)
        if self._book is None or not self._whole or self._contacts_changed(now):
            return self._read_all(now)
        grown = [log for log in self._logs if log.differs(now)]
        if not grown:
            self.changed = None if recall is not None else frozenset()
            return self._book
        return self._read_growth(self._book, grown, now)

    def _contacts_changed(self, now: datetime) -> bool:
        for spec, listed in zip(self._contact_specs, self._lists, strict=True):
            stamp = stamp_of(spec.path, spec.label)
            if stamp is None and listed.stamp is not None:
                raise vanished(spec)
            if stamp is None:
                continue
            if stamp != listed.stamp:
                if listed.stamp is None or listed.held:
                    return True
                same = untouched(spec.path, spec.label, listed.stamp[2], listed.crc)
                if same is None:
                    return True
                listed.stamp = same
            if listed.held and age_of(stamp, now) != listed.age:
                return True
        return False

    def _read_all(self, now: datetime) -> Book:
        if self._book is not None:
            self._let_go += _BESIDES + sum(self.counts.values())
        much = self._let_go >= _MUCH
        self._let_go = 0 if much else self._let_go
        with _no_collection(first=much):
            found = [self._read_list(spec, index, now) for index, spec in enumerate(self._contact_specs)]
            uids = frozenset().union(*(one.uids for _, one in found))
            merged = merge((contact for _, one in found for contact in one.contacts), uids)
            directory = Directory(merged, self._numbers, self._own)
            touches = Touches([spec.label for spec in self._attempt_specs])
            logs = []
            for index, spec in enumerate(self._attempt_specs):
                known = bool(self._logs) and (self._logs[index].was_there or self._logs[index].known)
                logs.append(Log(spec, self._zone, directory, touches, known=known))
                logs[-1].read_whole(now)
            touches.settle()
        problems = [p for _, one in found for p in sorted(one.problems, key=lambda p: p.line)]
        self._contact_problems, self._also = (*problems, *merged.problems), merged.also
        self._lists, self._logs, self._touches = [listed for listed, _ in found], logs, touches
        self.parsed = sum(listed.rows for listed in self._lists) + sum(log.parsed for log in logs)
        self.changed = None
        return self._publish(merged.contacts)

    def _read_list(self, spec: SourceSpec, index: int, now: datetime) -> tuple[_Listed, ContactList]:
        known = bool(self._lists) and self._lists[index].stamp is not None
        if stamp_of(spec.path, spec.label) is None:
            if known:
                raise vanished(spec)
            if spec.optional:
                return _Listed(None, 0, Age.ABANDONED), ContactList()
            raise missing(spec)
        with feed_of(spec.path, spec.label, spec.encoding, now) as feed:
            found = read_contacts(feed, spec, self._numbers, self._own)
        listed = _Listed(feed.stamp, feed.crc_of_all, feed.age, len(found.contacts), found.uids, found.held)
        return listed, found

    def _read_growth(self, book: Book, grown: Sequence[Log], now: datetime) -> Book:
        self._whole = False  # until all of them are read: an error half-way must not lose the rows of the first ones
        if not all(log.read_growth(now) for log in grown) or self._touches.crossed:
            return self._read_all(now)
        self._whole = True
        self.parsed = sum(log.parsed for log in grown)
        self.changed = self._touches.settle()
        if not self.changed and self._all_problems() == book.problems:
            return book
        return self._publish(book.contacts)

    def _publish(self, contacts: Mapping[str, Contact]) -> Book:
        self.counts = {
            **{spec.label: listed.rows for spec, listed in zip(self._contact_specs, self._lists, strict=True)},
            **{log.spec.label: log.rows for log in self._logs},
        }
        self._book = Book(contacts, self._touches.by_contact(), self._all_problems())
        self._whole = True
        return self._book

    # -- from one process to the next ---------------------------------------------------------------------------------

    def kept(self) -> KeptBook | None:
        """The Book, and how far the files were read for it; ``None`` before anything was."""
        book = self._book
        if book is None or not self._whole:
            return None
        return KeptBook(
            tuple(
                KeptList(one.stamp[2] if one.stamp else -1, one.crc, int(one.age), one.rows, tuple(one.uids), one.held)
                for one in self._lists
            ),
            tuple(log.kept() for log in self._logs),
            book.contacts,
            book.attempts,
            self._also,
            self._touches.own_ids,
            self._touches.latest,
            tuple(self._touches.problems),
            self._contact_problems,
        )

    def _go_on(self, kept: KeptBook) -> None:
        """Stand where another process stopped, where the files still begin with what it read; else stand at nothing."""
        specs = list(zip(self._contact_specs, kept.lists, strict=True))
        lists, logs = [], []
        touches = Touches([spec.label for spec in self._attempt_specs])
        touches.go_on(kept.attempts, kept.own_ids, kept.latest, kept.again)
        directory = Directory(Merged(kept.contacts, kept.also, ()), self._numbers, self._own)
        try:
            for spec, one in specs:
                stamp = untouched(spec.path, spec.label, one.size, one.crc) if one.size >= 0 else None
                if stamp is None and (one.size >= 0 or spec.path.exists()):
                    return
                lists.append(_Listed(stamp, one.crc, Age(one.age), one.rows, one.uids, one.held))
            for spec, log in zip(self._attempt_specs, kept.logs, strict=True):
                logs.append(Log(spec, self._zone, directory, touches))
                logs[-1].go_on(log)
        except CalsyncError:
            return  # the ordinary way says what is wrong
        self._lists, self._logs, self._touches = lists, logs, touches
        self._contact_problems, self._also = kept.contact_problems, kept.also
        self._publish(kept.contacts)

    def _all_problems(self) -> tuple[Problem, ...]:
        log_problems = (problem for log in self._logs for problem in log.problems)
        return (*self._contact_problems, *log_problems, *self._touches.problems)


def _own(texts: Collection[str], numbers: Numbers) -> Iterator[str]:
    for text in texts:
        try:
            yield numbers.read(text)[0]
        except BadNumber:
            continue  # the configuration says so; here it only means that there is nothing to leave out


@contextmanager
def _no_collection(*, first: bool = False) -> Iterator[None]:
    """Keep the garbage collector away from what is being read.

    Reading makes some 300,000 values that live as long as the Book and form no cycles.  Walking over them as they grow,
    and once more at the end, would cost more than making them, so they are put where the collector does not look
    (``gc.freeze``); they are freed like anything else when the Book goes.  Whatever else was frozen with them gets its
    turn where a collection is asked for ``first``: once much has been let go, because it walks over the whole process,
    which costs a small log more than reading it.
    """
    was_on = gc.isenabled()
    gc.disable()
    if first:
        gc.unfreeze()
        gc.collect()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
