"""A cadence as a value: steps, words, promises and the rules that choose among them.  Frozen, free of I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from calsync.model import ContactKind, Line, Outcome, Promise, StepRef, Where

NOWHERE = Where("", 0)


class Leave(StrEnum):
    """Leave a voicemail?  ``ASK`` is the rep's own call (a family's home phone, 002-5)."""

    YES = "yes"
    NO = "no"
    ASK = "ask"


class Callback(StrEnum):
    """May a message ask to be called back?  The sources disagree (C2), so each cadence says."""

    NEVER = "never"
    EITHER_WAY = "either_way"
    ASK = "ask"


class Urgency(StrEnum):
    HIGH = "high"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Between:
    """Whole numbers from ``low`` to ``high``, both included; ``high=None`` has no end."""

    low: int
    high: int | None = None

    def __contains__(self, number: int) -> bool:
        return self.low <= number and (self.high is None or number <= self.high)


@dataclass(frozen=True, slots=True)
class When:
    """Conditions, all of which must hold; an empty one always holds.

    ``attempt`` is the number of the call to be made in this run (1 is the first), ``done`` how many calls of the run
    have delivered their words, ``without_contact`` how many calls have been made since the two last spoke, ``today``
    how many calls were made on that local day, ``talked`` whether the run began with a conversation.  ``before`` and
    ``after`` are local times of the called party where a voicemail is decided, of the rep where a promise is.
    """

    attempt: Between | None = None
    done: Between | None = None
    without_contact: Between | None = None
    today: Between | None = None
    talked: bool | None = None
    outcome: frozenset[Outcome] = frozenset()
    kind: frozenset[ContactKind] = frozenset()
    line: frozenset[Line] = frozenset()
    urgency: frozenset[Urgency] = frozenset()
    product: frozenset[str] = frozenset()
    before: time | None = None
    after: time | None = None
    same_day_retry: bool | None = None


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class Choice:
    """One phrase of the promise language and when to say it.

    ``say`` may hold ``{n}``, drawn from ``n`` by urgency, the same for a contact each time.  ``leaves`` is how many
    working days lie after the day it is said up to and including the promised day.  ``within``: at most that many
    calendar days ahead. ``same_day``: only where that is still the same day.  ``from_start``: the phrase counts from
    the start of the run (the sale), not from this attempt.
    """

    say: str
    when: When = ALWAYS
    n: Mapping[Urgency, Between] = field(default_factory=dict)
    leaves: Between | None = None
    within: int | None = None
    same_day: bool = False
    from_start: bool = False


NEXT_WORKDAY = Choice("in 1 business day")


@dataclass(frozen=True, slots=True)
class Words:
    """Raw Jinja texts: on the machine, as a text message, if they answer, if somebody else answers."""

    voicemail: str = ""
    text: str = ""
    answer: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """Words that take the place of a step's own in some circumstances (line, kind, hour); empty ones change nothing."""

    when: When
    words: Words


@dataclass(frozen=True, slots=True)
class VoicemailRule:
    leave: Leave
    why: str
    when: When = ALWAYS


@dataclass(frozen=True, slots=True)
class Step:
    """One step.  ``number`` counts from 1, as in ``StepRef.step``.

    ``promise``: what the message promises, the first choice that fits; empty promises nothing.  ``due``: when this
    step itself is planned, where nobody promised it.  ``restarts``: after this message the cadence begins anew (an
    exit message and its cool-off).
    """

    number: int
    title: str
    when: When
    words: Words
    promise: tuple[Choice, ...] = ()
    due: tuple[Choice, ...] = ()
    variants: tuple[Variant, ...] = ()
    voicemail_rules: tuple[VoicemailRule, ...] = ()
    callback: Callback = Callback.NEVER
    restarts: bool = False
    where: Where = NOWHERE

    @property
    def voicemail(self) -> str:
        return self.words.voicemail

    @property
    def text(self) -> str:
        return self.words.text

    @property
    def answer(self) -> str:
        return self.words.answer

    @property
    def other(self) -> str:
        return self.words.other


@dataclass(frozen=True, slots=True)
class UseFor:
    """Contacts that a cadence takes without being named in their row."""

    groups: frozenset[str] = frozenset()
    kinds: frozenset[ContactKind] = frozenset()
    lines: frozenset[Line] = frozenset()


@dataclass(frozen=True, slots=True)
class Cadence:
    """An ordered set of steps: what to say on each attempt, what it promises, when to stop.

    ``silent``, ``message`` and ``talk`` plan the next call that nobody promised: after a call that said nothing,
    after a message that promised nothing, after a conversation that agreed nothing (the last two empty: the cadence
    ends there). ``stop_after`` messages it awaits an answer; ``None`` goes on until a disposition.  ``starts_on`` an
    outcome (a sale) instead of the first attempt.  After ``fresh_after`` days of silence an ended cadence begins
    anew. ``alarms`` and ``minutes`` are for appointments.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    about: str = ""
    hook: str = ""
    sells: bool = False
    always_message: bool = True
    call_minutes: int = 5
    voicemail_rules: tuple[VoicemailRule, ...] = (VoicemailRule(Leave.YES, "every unanswered call leaves a message"),)
    silent: tuple[Choice, ...] = (NEXT_WORKDAY,)
    message: tuple[Choice, ...] = ()
    talk: tuple[Choice, ...] = ()
    stop_after: int | None = None
    starts_on: Outcome | None = None
    fresh_after: int = 90
    ask: tuple[str, ...] = ()
    appointment_minutes: int = 15
    appointment_alarms: tuple[int, ...] = (15, 0)
    use_for: UseFor = UseFor()
    where: Where = NOWHERE


@dataclass(frozen=True, slots=True)
class Next:
    """What a cadence makes of the attempt just made.

    ``step``: the step to do next, ``None`` where no words fit any more.  ``promise``: what the script of the step
    just done spoke, only where a message was left.  ``planned``: a call that nobody promised.  Never
    both.  ``ended``: the cadence itself asks for no further call; where ``step`` is set all the same, it has the
    words for one that was agreed.
    """

    step: StepRef | None
    promise: Promise | None
    planned: Promise | None
    ended: bool
    why: str


@dataclass(frozen=True, slots=True)
class Advice:
    """Leave a voicemail or not, and why (one line)."""

    leave: Leave
    why: str
