"""What stays open between runs: settings, the parsed sources, the ledger, connections to the calendars.

A run in which nothing happened costs one request a calendar and next to no time, because all of this is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from calsync import placing, promises, rendering
from calsync.cadences import Cadence, with_groups
from calsync.cadences import load as load_cadences
from calsync.calendars import CalendarSpec, open_calendar
from calsync.calendars.base import Calendar
from calsync.commitments import fold
from calsync.config import Settings
from calsync.edition import edition_of
from calsync.keeping import Keeper
from calsync.ledger import Cache, Decision, Ledger, Row, Shelf
from calsync.model import Book, Commitment, Decisions, Plan, Rep, Slot, Span
from calsync.pipeline import Memory, World, plan
from calsync.sources import KeptBook, Reader
from calsync.sync.guards import Guard
from calsync.sync.index import Index, index
from calsync.sync.plan import Settled
from calsync.sync.report import CalendarState

T = TypeVar("T")


class Opener(Protocol):
    """How a calendar is opened: ``open_calendar``, or whatever brings calendars of its own."""

    def __call__(self, spec: CalendarSpec, *, zone: ZoneInfo) -> Calendar: ...


@dataclass(slots=True)
class Branch:
    """One calendar of the rep: the connection, the ledger's rows of it, and how it fares."""

    calendar: Calendar
    rows: dict[str, Row]
    state: CalendarState
    zone: ZoneInfo
    settled: dict[str, Settled] = field(default_factory=dict)
    """Entries and rows that were found to agree."""
    _index: Index | None = None

    @property
    def index(self) -> Index:
        """The rows as they are now, looked up the ways a poll and a plan need."""
        self._index = index(self.rows, self.zone, self._index)
        return self._index


class Office:
    """Everything a rep's runs share.  Open it once, run it often, close it."""

    def __init__(
        self,
        settings: Settings,
        *,
        ledger: Ledger | None = None,
        cache: Cache | None = None,
        cadences: Mapping[str, Cadence] | None = None,
        opener: Opener = open_calendar,
    ) -> None:
        self.settings = settings
        self.rep: Rep = settings.rep()
        self.policy = settings.policy()
        self.guard = Guard(settings.guard_share, settings.guard_count)
        self.reader = Reader(
            settings.contacts,
            settings.attempts,
            zone=self.rep.zone,
            region=self.rep.region,
            own_numbers=settings.own_numbers,
            recall=self._recall,
        )
        if cadences is None:
            cadences = load_cadences([settings.cadence_folder] if settings.cadence_folder else [])
        self.cadences = with_groups(cadences, settings.cadence_by_group)
        self.templates = rendering.load_templates(settings.template_folder)
        self.words = promises.Words.for_hours(
            self.rep.hours,
            parts=settings.parts_of_day,
            phrases=settings.phrases,
            holidays=settings.named_days,
        )
        self.read = promises.Language(
            self.rep.zone, zone_of=placing.contact_zone, locale=self.rep.locale, words=self.words
        )
        """The promise language, bound to this rep; it remembers what it has read."""
        self.ledger = ledger or Ledger(settings.state_path)
        self.cache = cache or Cache(settings.state_path.with_name(settings.state_path.name + ".cache"))
        self._opener = opener
        self._branches: dict[str, Branch] = {}
        self.calm: Calm | None = None
        self.memory = Memory()
        """What was planned last time, so that a plan works out only what changed."""
        self.busy: dict[str, tuple[Span, ...]] = {}
        """What each calendar that is read for busy times said last."""
        self._keeper: Keeper | None = None
        self.doubted: Book | None = None
        """What the files said when they were last refused for having shrunk."""

    def _recall(self) -> KeptBook | None:
        """What another process read and folded before this one; the memory begins with it."""
        return None if self.keeper is None else self.keeper.take(self.memory.folded)

    def leave(self, book: Book, now: datetime) -> None:
        """Let the next process find what was read and folded at ``now``."""
        if self.keeper is not None:
            self.keeper.leave(self.reader, self.memory.folded, book, now)

    @property
    def keeper(self) -> Keeper | None:
        """Where the next process finds what this one reads; none where the ledger is not on a disk."""
        path = self.settings.state_path
        if self._keeper is None and path.parent.exists() and self.ledger.path != ":memory:":
            shelf = Shelf(path.with_name(path.name + ".read"), edition_of(self.settings))
            self._keeper = Keeper(shelf, self.rep.zone)
        return self._keeper

    def close(self) -> None:
        for branch in self._branches.values():
            branch.calendar.close()
        self.ledger.close()
        self.cache.close()

    def __enter__(self) -> Office:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def world(
        self, book: Book, decisions: Decisions, busy: tuple[Span, ...] = (), noted: frozenset[str] = frozenset()
    ) -> World:
        return World(
            rep=self.rep,
            policy=self.policy,
            book=book,
            cadences=self.cadences,
            templates=self.templates,
            read=self.read,
            busy=busy,
            decisions=decisions,
            noted=noted,
            memory=self.memory,
        )

    def plan(self, now: datetime) -> Plan:
        """The plan from the files and the ledger alone; no calendar is asked, nothing is written."""
        tables = self.tables()
        return plan(self.world(self.reader.read(now), self.decisions(tables), noted=self.noted(tables)), now)

    def tables(self) -> list[dict[str, Row]]:
        """The ledger's rows of each calendar, in the order of the configuration."""
        return [self.ledger.rows(spec.name) for spec in self.settings.calendars]

    def branch(self, spec: CalendarSpec) -> Branch:
        """The calendar, opened when it is first needed.  Raises ``CalendarError``."""
        if spec.name not in self._branches:
            calendar = self._opener(spec, zone=self.rep.zone)
            known = self.ledger.calendars().get(spec.name)
            state = CalendarState(spec.name, "ok", last_sync=known.last_sync if known else None)
            self._branches[spec.name] = Branch(calendar, self.ledger.rows(spec.name), state, self.rep.zone)
        return self._branches[spec.name]

    def commitment(self, book: Book, mark: str, now: datetime) -> Commitment | None:
        """The commitment that bears that id in the log as it is, ``None`` where the log has none."""
        memory = self.memory.folded
        if self.calm is None or self.calm.book is not book:
            decisions = self.decisions([])
            fold(book, self.cadences, self.read, self.rep, self.policy, decisions, now, memory=memory)
        return memory.find(mark)

    def index(self, table: Mapping[str, Row]) -> Index:
        """The rows of a calendar, looked up: those of a branch are followed from run to run."""
        known = next((branch for branch in self._branches.values() if branch.rows is table), None)
        return index(table, self.rep.zone) if known is None else known.index

    def decisions(self, tables: Sequence[Mapping[str, Row]], fresh: Iterable[Decision] = ()) -> Decisions:
        """What people decided (the ledger's record, then ``fresh`` ones) and where each event stands.

        Where two calendars differ, the first one configured counts.
        """
        waived: set[str] = set()
        moved: dict[str, Slot] = {}
        for one in (*self.ledger.decisions(), *fresh):
            if one.kind == "waived":
                waived.add(one.mark)
            elif one.kind == "restored":
                waived.discard(one.mark)
            elif one.kind == "moved" and one.start and one.end:
                moved[one.mark] = Slot(one.start.astimezone(self.rep.zone), one.end.astimezone(self.rep.zone))
        shelves = [self.index(table) for table in reversed(tables)]
        return Decisions(
            waived=frozenset(waived),
            moved=moved,
            seen=_over([shelf.slots for shelf in shelves]),
            why=_over([shelf.whys for shelf in shelves]),
        )

    def noted(self, tables: Iterable[Mapping[str, Row]]) -> frozenset[str]:
        """The commitments on whose events a person wrote notes."""
        return frozenset[str]().union(*(self.index(table).noted for table in tables))


def _over(layers: Sequence[Mapping[str, T]]) -> Mapping[str, T]:
    """The layers as one, each over those before it; a single one as it is."""
    if len(layers) == 1:
        return layers[0]
    over: dict[str, T] = {}
    for layer in layers:
        over.update(layer)
    return over


@dataclass(frozen=True, slots=True)
class Calm:
    """After a clean run: until something changes, or the clock reaches ``until``, there is nothing to work out.

    That holds for the ``calendars`` that took part in the run, and as long as the rep is ``busy`` as then.
    """

    book: Book
    plan: Plan
    busy: tuple[Span, ...]
    calendars: frozenset[str]
    since: datetime
    until: datetime


def open_office(settings: Settings) -> Office:
    """Open ledger, cache, cadences and templates; no calendar is contacted, no source is read.

    Raises ``ConfigError`` and ``LedgerError``.
    """
    return Office(settings)
