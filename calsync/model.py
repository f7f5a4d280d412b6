"""The values calsync thinks in.

Everything here is frozen and free of I/O.  This module imports nothing else of calsync: it is the root that every room
may lean on.  Times are aware ``datetime`` values unless a field says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo


class Outcome(StrEnum):
    """What came of an attempt (the field's word is *disposition*)."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    LEFT_VOICEMAIL = "left_voicemail"
    LEFT_MESSAGE = "left_message"
    CONNECTED = "connected"
    CALLBACK_RECEIVED = "callback_received"
    REPLIED = "replied"
    APPOINTMENT_SET = "appointment_set"
    NOT_INTERESTED = "not_interested"
    DO_NOT_CALL = "do_not_call"
    WRONG_NUMBER = "wrong_number"
    SOLD = "sold"


class Direction(StrEnum):
    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Channel(StrEnum):
    CALL = "call"
    SMS = "sms"
    EMAIL = "email"
    VISIT = "visit"


class ContactKind(StrEnum):
    CONSUMER = "consumer"
    BUSINESS = "business"


class Line(StrEnum):
    CELL = "cell"
    HOME = "home"
    WORK = "work"


class Kind(StrEnum):
    """How a promise binds.  The first ten are what the promise language can say; ``PLANNED`` is a call nobody
    promised."""

    FIXED = "fixed"
    DAY = "day"
    DEADLINE = "deadline"
    AFTER = "after"
    RANGE = "range"
    VAGUE = "vague"
    UNDATED = "undated"
    CONTACT = "contact"
    OPTOUT = "optout"
    NONE = "none"
    PLANNED = "planned"


class State(StrEnum):
    """Where a commitment is in its life."""

    OPEN = "open"
    KEPT = "kept"
    LATE = "late"
    MET_EARLY = "met_early"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    WAIVED = "waived"
    MISSED = "missed"

    @property
    def live(self) -> bool:
        """True while a call is still owed: an event stands for it."""
        return self in _LIVE


_LIVE = frozenset((State.OPEN, State.MISSED))


class PromisedBy(StrEnum):
    REP = "rep"
    CONTACT = "contact"
    CADENCE = "cadence"


@dataclass(frozen=True, slots=True)
class Where:
    """The first physical line of a record in a file (``line`` counts from 1; 0 where a file has no lines)."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person has to look at: where it is, what is wrong, what to write or type instead."""

    file: str
    line: int
    column: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164 (``+13125550199``), the line it rings and the extension to dial, where the file says so."""

    e164: str
    line: Line | None = None
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or firm to call.

    ``do_not_call`` has three values: ``True``, ``False`` (an explicit *no*, the only thing that lifts an opt-out) and
    ``None`` (the file is silent).  ``timezone`` and ``region`` are what the file states, unguessed.
    """

    id: str
    name: str
    phones: tuple[Phone, ...] = ()
    emails: tuple[str, ...] = ()
    kind: ContactKind | None = None
    referrer: str = ""
    topic: str = ""
    benefit: str = ""
    timezone: str | None = None
    region: str | None = None
    cadence: str | None = None
    urgency: str | None = None
    do_not_call: bool | None = None
    notes: str = ""
    first_name: str = ""
    company: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    where: Where = Where("", 0)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One touch in the log, already matched to its contact.

    ``key`` is the attempt's own ``id`` column, else made of (contact, at, direction, channel), so that editing a note
    never makes a second promise.  ``number`` is the E.164 number the row named, where it named one.
    """

    key: str
    contact_id: str
    at: datetime
    direction: Direction = Direction.OUTBOUND
    channel: Channel = Channel.CALL
    outcome: Outcome | None = None
    promise: str = ""
    note: str = ""
    number: str = ""
    where: Where = Where("", 0)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time ``[start, end)``.

    ``away`` is the title of the all-day event by which the rep is away on all days of the stretch; empty for a time
    that is only busy.
    """

    start: datetime
    end: datetime
    away: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The due window: calling within ``[earliest, latest]`` keeps the promise."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of working hours in local time: seven tuples (Monday first) of ``(opens, closes)`` pairs."""

    week: tuple[tuple[tuple[time, time], ...], ...]

    @staticmethod
    def same(opens: time = time(9), closes: time = time(18), closed: Sequence[int] = (5, 6)) -> Hours:
        """Equal hours on every weekday but the ``closed`` ones (0 is Monday)."""
        return Hours(tuple(() if day in closed else ((opens, closes),) for day in range(7)))

    def on(self, weekday: int) -> tuple[tuple[time, time], ...]:
        """The open stretches of a weekday; empty when closed."""
        return self.week[weekday]

    def bounds(self, weekday: int) -> tuple[time, time]:
        """First opening and last closing of a weekday; a closed day has the hours of an ordinary weekday."""
        for candidate in (weekday, *range(7)):
            if spans := self.week[candidate]:
                return spans[0][0], spans[-1][1]
        return time(9), time(18)


@dataclass(frozen=True, slots=True)
class Away:
    """Days on which the rep does not call, both ends included."""

    first: date
    last: date
    reason: str = ""

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Rep:
    """The person whose calendar is written.  ``id`` is part of every event's UID and must stay the same."""

    id: str
    name: str
    phone: str
    zone: ZoneInfo
    region: str
    hours: Hours
    company: str = ""
    locale: str = "en-US"
    holidays: Mapping[date, str] = field(default_factory=dict)
    away: tuple[Away, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rep's choices that the pure rooms need (each is a key of the configuration)."""

    deadline: str = "on"
    follow_up_contact: bool = True
    default_cadence: str = "referral"
    after_sale: str = ""
    keep_history: bool = True
    slot_minutes: int = 10
    gap_minutes: int = 0
    per_hour: int | None = None
    per_day: int | None = None
    blocks: tuple[tuple[time, time], ...] = ()
    alarms: tuple[int, ...] = (10, 0)


@dataclass(frozen=True, slots=True)
class Promise:
    """Words that bind, read: ``window`` is ``None`` for the kinds that name no time."""

    kind: Kind
    window: Window | None
    text: str
    by: PromisedBy
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the promise language read a phrase.

    ``window`` is in the zone that applies, ``None`` for the kinds that name no time.  ``spans`` are the character
    ranges that carried the meaning, ``why`` says in words how it was read, or why it was not.  ``hint`` is only for
    the kind ``contact``: when *they* said they would call, where they named a time (no callback is owed then, a
    follow-up is).  ``lasting`` is True where it is known that the words mean the same at any other time of the day on
    which they were said, whoever they were said to.
    """

    kind: Kind
    window: Window | None
    why: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    hint: Window | None = None
    lasting: bool = field(default=False, compare=False)


PhraseReader = Callable[[str, datetime, Contact], Reading]
"""The promise language bound to one rep: (words, the moment they were said, to whom) -> reading."""


@dataclass(frozen=True, slots=True)
class StepRef:
    """The cadence's step to do next, counted from 1; its words stand in the event."""

    name: str
    step: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise and what became of it.

    ``id`` is computed from (contact, attempt) and is stable under edits of the attempt's words.  ``attempt`` made it;
    ``closed_by`` ended it.  ``kind`` is a kind with a window, or ``PLANNED``.  ``minutes`` is how long the cadence says
    that such a call takes; 0 is as long as any call of the rep's (``Policy.slot_minutes``).
    """

    id: str
    contact_id: str
    attempt: Attempt
    kind: Kind
    window: Window
    state: State
    promised_by: PromisedBy
    text: str
    cadence: StepRef | None = None
    closed_by: Attempt | None = None
    why: tuple[str, ...] = ()
    minutes: int = 0

    @property
    def made_at(self) -> datetime:
        return self.attempt.at

    @property
    def overdue(self) -> bool:
        """Past its window and still owed; a planned call rolls on and is never overdue."""
        return self.state is State.MISSED


@dataclass(frozen=True, slots=True)
class Slot:
    """The minutes on the calendar at which the call is placed, in the rep's zone."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """A commitment with its slot; ``why`` explains the choice a line at a time, ``problem`` says what a person must
    decide."""

    commitment: Commitment
    slot: Slot | None
    why: tuple[str, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What we want on the calendar, free of any provider.

    ``uid`` is computed (``calsync.identity``) and holds only 0-9 and a-v, so that every provider takes it as it is.
    ``mark`` is the commitment's id, or ``notice-<rep>``.  ``start``/``end`` are aware datetimes in the rep's zone, or
    dates (end exclusive) for an all-day notice.  ``alarms`` are minutes before the start; empty means *none*, said
    explicitly.  ``live`` is False for history (a title starting with a check mark).  ``writer`` says which
    calsync wrote it, and when; empty leaves what stands there.

    ``Entry.described`` makes one whose description is put into words each time somebody asks for it: thousands of
    events that stand as they should are looked at one by one, and need not lie in memory all at once.  It is equal to
    one with the same words, and ``dataclasses.replace`` makes one that has them.
    """

    uid: str
    mark: str
    title: str
    description: str
    start: datetime | date
    end: datetime | date
    zone: str
    alarms: tuple[int, ...] = ()
    live: bool = True
    busy: bool = False
    writer: str = ""
    describe: Callable[[], str] | None = field(default=None, init=False, repr=False, compare=False)
    """What puts the description into words, where that is left for later."""

    @staticmethod
    def described(describe: Callable[[], str], entry: Entry) -> Entry:
        """``entry`` with the description that ``describe`` gives, which must always be the same."""
        later = replace(entry)
        object.__setattr__(later, "describe", describe)
        object.__delattr__(later, "description")
        return later

    if not TYPE_CHECKING:  # there it would make every misspelt name a text

        def __getattr__(self, name: str) -> str:
            """Asked only for what is not there: the description, where it is left for later."""
            if name != "description" or self.describe is None:
                raise AttributeError(f"an Entry has no {name!r}")
            return self.describe()

    @property
    def all_day(self) -> bool:
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True)
class Notice:
    """An all-day event that tells the rep what calsync needs."""

    date: date
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One commitment on its way through the house; ``entry`` is ``None`` where nothing belongs on the calendar."""

    placed: Placed
    entry: Entry | None

    @property
    def commitment(self) -> Commitment:
        return self.placed.commitment


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a person decided in the calendar, and what stands there, as the ledger remembers it (keys are commitment
    ids).

    ``moved``: times a person chose.  ``seen``: where each event stands now.  ``why``: the reasons written beside it,
    so that an event that stays where it is keeps its words, too.
    """

    waived: frozenset[str] = frozenset()
    moved: Mapping[str, Slot] = field(default_factory=dict)
    seen: Mapping[str, Slot] = field(default_factory=dict)
    why: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """What the sources say: contacts by id, the attempts of each (oldest first), and every row that could not be
    read."""

    contacts: Mapping[str, Contact]
    attempts: Mapping[str, Sequence[Attempt]]
    problems: tuple[Problem, ...] = ()

    def all_attempts(self) -> Iterator[Attempt]:
        for rows in self.attempts.values():
            yield from rows


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer of the pure half: every commitment of the log, the notices, the problems, as of ``now``.

    ``active`` are the few of the ``calls`` that matter today: owed, on a calendar as history, or waived by the rep;
    only they have a slot or an entry.  ``do_not_call`` are the ids of contacts of whom nothing may stay on a calendar,
    history included, and ``erased`` those of their commitments.  ``wakes`` is when a row of the log that lies ahead of
    ``now`` next changes something.
    """

    now: datetime
    calls: Sequence[PlannedCall]
    active: tuple[PlannedCall, ...] = ()
    notices: tuple[Notice, ...] = ()
    problems: tuple[Problem, ...] = ()
    do_not_call: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    wakes: datetime | None = None


MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
