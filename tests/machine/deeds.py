"""What people did in the calendar, and what of it has therefore to be found there, whatever went wrong since.

A deed is *heard* once a run of calsync has seen it.  Before that it lives on the server alone, and a server that comes
back from a backup loses it; from then on calsync keeps it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

Times = tuple[str, str]
"""Start and end as text in UTC."""


@dataclass
class Heard:
    """As much as calsync's ledger knows."""

    notes: set[str] = field(default_factory=set)
    moves: dict[str, Times] = field(default_factory=dict)


@dataclass
class Deeds:
    """``notes``: note to UID.  ``moves``: UID to the time that a person chose.  ``words``: UID to an outcome that waits
    to be read.  ``deleted``: the marks of events that a person deleted, ever."""

    notes: dict[str, str] = field(default_factory=dict)
    moves: dict[str, Times] = field(default_factory=dict)
    perhaps: dict[str, set[Times]] = field(default_factory=dict)
    """UID to times that a person chose, and that a run which did not come to its end may have heard of."""
    words: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    stood: dict[str, Times] = field(default_factory=dict)
    """Where each event stood when calsync last looked."""
    titles: dict[str, str] = field(default_factory=dict)
    """What it was called then."""
    heard: Heard = field(default_factory=Heard)
    lost_by_server: dict[str, str] = field(default_factory=dict)
    """UIDs and marks of events that a server lost that came back from a backup, and that are not there again yet."""
    brought_back: set[str] = field(default_factory=set)
    """UIDs of events of which not all is known any more, as a backup had them or the ledger did not, at which no run
    has looked since."""
    forgotten: bool = False
    """The ledger was lost, and no run has looked at the calendar since."""
    at_least: int = 0
    """Rows that calsync must have written into its own log."""
    at_most: int = 0
    """Rows that it may have written."""

    def moved(self, uid: str, times: Times) -> None:
        if times != self.stood.get(uid):
            self.moves[uid] = times
        elif uid in self.heard.moves:
            self.moves[uid] = self.heard.moves[uid]
        else:
            self.moves.pop(uid, None)

    def half_heard(self, there: Collection[str]) -> None:
        """A run did not come to its end; the events ``there`` are still on the calendar."""
        if self.forgotten:  # where one stood that nobody is owed is gone with it
            self.moves = {uid: where for uid, where in self.moves.items() if uid in there or uid in self.heard.moves}
        for uid, times in self.moves.items():
            self.perhaps.setdefault(uid, set()).add(times)

    def said(self, uid: str, words: str, title: str, *, clear: bool) -> None:
        """Words were written before that title; ``clear`` where they name an outcome and nothing stood there yet."""
        self.at_most += 1
        if clear and self.titles.get(uid) == title:
            self.words[uid] = words
        else:
            self.words.pop(uid, None)

    def removed(self, uid: str, mark: str) -> None:
        self.deleted.add(mark)
        self.notes = {note: where for note, where in self.notes.items() if where != uid}
        self.moves.pop(uid, None)
        self.words.pop(uid, None)

    def dropped(self, uids: Collection[str]) -> None:
        """These events are rightly no more, and with them what stood on them."""
        self.notes = {note: where for note, where in self.notes.items() if where not in uids}
        self.moves = {uid: times for uid, times in self.moves.items() if uid not in uids}
        self.words = {uid: words for uid, words in self.words.items() if uid not in uids}

    def listened(self, before: Deeds, known: Collection[str], owed: Collection[str]) -> None:
        """A run has seen all that had been done ``before`` it began; it knows the events ``known``, and those ``owed``
        are of calls that are."""
        heard = known
        if self.forgotten:  # where an event stood that nobody is owed is gone with it, and what our title was
            heard = owed
            self.moves = {uid: times for uid, times in self.moves.items() if uid in known or uid in self.heard.moves}
        self.forgotten = False
        self.brought_back.clear()
        self.heard.notes = set(before.notes) & set(self.notes)
        self.heard.moves = {uid: times for uid, times in before.moves.items() if uid in self.moves}
        for uid, times in self.moves.items():
            if before.moves.get(uid) != times:  # while it ran: it may have looked once more, and heard of it
                self.perhaps.setdefault(uid, set()).add(times)
        for uid, words in before.words.items():
            self.at_least += uid in heard
            if self.words.get(uid) == words:
                del self.words[uid]

    def server_came_back(self, texts: Mapping[str, str], calls: Mapping[str, Times]) -> None:
        """What was not heard is lost, unless the backup has it; ``texts`` are the events of the backup by UID, and
        ``calls`` say where the live ones stand there."""
        self.words.clear()
        self.brought_back = set(texts)
        there = {uid: times for uid, times in self.moves.items() if calls.get(uid) == times}
        self.moves = self.heard.moves | there
        self.notes = {
            note: uid for note, uid in self.notes.items() if note in self.heard.notes or note in texts.get(uid, "")
        }

    def ledger_was_lost(self, texts: Mapping[str, str], calls: Mapping[str, Times], old: Heard | None = None) -> None:
        """Only what stands on the calendar is left, and what an ``old`` ledger knows; ``texts`` are the events on the
        calendar by UID, ``calls`` say where the live ones stand."""
        self.heard = deepcopy(old) if old else Heard()
        known = {uid for note, uid in self.notes.items() if note in self.heard.notes} | self.heard.moves.keys()
        self.dropped({*self.notes.values(), *self.moves, *self.words} - texts.keys() - known)
        self.notes = {
            note: uid for note, uid in self.notes.items() if note in self.heard.notes or note in texts.get(uid, "")
        }
        self.moves = {
            uid: where for uid, where in self.moves.items() if calls.get(uid) == where or uid in self.heard.moves
        }
        self.stood = {}
        self.titles = {}
        self.brought_back |= texts.keys()
        self.forgotten = True

    def copy(self) -> Deeds:
        return deepcopy(self)
