"""Which day a script may name: from the choices of a step to one phrase of the promise language, and how it reads.

The phrase is what binds: the words in the event, the promise in the book and the next event all come from reading it,
so they cannot disagree.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from calsync.cadences.facts import Facts, about, holds
from calsync.cadences.model import Choice, Step, Urgency
from calsync.model import Contact, Kind, PhraseReader, Reading, Rep

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December")  # fmt: skip


def is_open(day: date, rep: Rep) -> bool:
    """True on a day the rep works: working hours and no holiday.

    Days away are left out on purpose: they are entered later than the words were said, and a promise that was spoken
    must not change with them.  The event warns about them instead.
    """
    return bool(rep.hours.on(day.weekday())) and day not in rep.holidays


def working_days_left(said: date, promised: date, rep: Rep) -> int:
    """Working days after ``said`` up to and including ``promised``; 0 when that day is not later."""
    days = (promised - said).days
    return sum(is_open(said + timedelta(days=ahead), rep) for ahead in range(1, min(days, 366) + 1))


def promised_day(reading: Reading, rep: Rep) -> date | None:
    """The day a reading binds to, in the rep's zone: a deadline its last day, anything else its first."""
    if reading.window is None:
        return None
    moment = reading.window.latest if reading.kind is Kind.DEADLINE else reading.window.earliest
    return moment.astimezone(rep.zone).date()


def day_in_words(day: date, said: date, locale: str = "en-US") -> str:
    """A promised day as one says it: ``Friday`` within the week, else ``Friday, December 4`` or ``4 December``."""
    name = _DAYS[day.weekday()]
    if 0 < (day - said).days < 7:
        return name
    month = _MONTHS[day.month - 1]
    return f"{name}, {month} {day.day}" if locale == "en-US" else f"{name}, {day.day} {month}"


def spoken_promise(
    step: Step, contact: Contact, said_at: datetime, read: PhraseReader, rep: Rep
) -> tuple[str, Reading] | None:
    """What the step's message promises when left at ``said_at``: the phrase and how it reads; ``None`` for nothing.

    The first choice that fits and falls on a day the rep works, not after the contact's own deadline (001-5: the
    column ``deadline``, an ISO date); where none does, the nearest working day that will do, named outright.  Both
    the event's words and the book of promises ask here.
    """
    if not step.promise:
        return None
    local = said_at.astimezone(rep.zone)
    facts = about(contact, rep)
    facts.local = local.time()
    limit = deadline_of(contact, local.date())
    found = pick_phrase(step.promise, facts, contact, said_at, read, rep, limit=limit)
    if found is None:
        phrase = _named_day(local.date(), rep, limit)
        found = phrase, read(phrase, said_at, contact)
    return _as_spoken(found, contact, said_at, read, rep)


def _as_spoken(
    found: tuple[str, Reading], contact: Contact, said_at: datetime, read: PhraseReader, rep: Rep
) -> tuple[str, Reading]:
    """A counted day by its name, as the script says it (not "in 8 days"), where that reads alike."""
    reading = found[1]
    day = promised_day(reading, rep)
    if reading.kind is not Kind.DAY or day is None:
        return found
    named = f"on {day_in_words(day, said_at.astimezone(rep.zone).date(), rep.locale)}"
    if named == found[0]:
        return found
    again = read(named, said_at, contact)
    return (named, again) if (again.kind, again.window) == (reading.kind, reading.window) else found


def pick_phrase(  # noqa: PLR0917  # the reader takes the place and the moment it is asked about
    choices: Sequence[Choice],
    facts: Facts,
    contact: Contact,
    said_at: datetime,
    read: PhraseReader,
    rep: Rep,
    *,
    started_at: datetime | None = None,
    closed_days: bool = False,
    limit: date | None = None,
) -> tuple[str, Reading] | None:
    """The first choice whose conditions hold and whose day fits, with its reading; ``None`` when there is none.

    ``started_at`` is what ``from_start`` counts from.  ``closed_days`` lets a day pass on which the rep does not
    work: a planned call rolls on by itself, a spoken one does not.  No day after ``limit`` is taken.
    """
    for choice in choices:
        if not holds(choice.when, facts):
            continue
        for phrase in spellings(choice, contact, facts.urgency):
            reading = read(phrase, said_at, contact)
            if choice.from_start and started_at is not None:
                from_start = read(phrase, started_at, contact)
                if from_start.window is not None and from_start.window.latest > said_at:
                    reading = from_start
            if _fits(choice, reading, said_at, rep, limit=limit, closed_days=closed_days):
                return phrase, reading
    return None


def _fits(
    choice: Choice, reading: Reading, said_at: datetime, rep: Rep, *, limit: date | None, closed_days: bool
) -> bool:
    """True when the day that a phrase reads as is one that the choice, the limit and the rep's calendar allow."""
    day, today = promised_day(reading, rep), said_at.astimezone(rep.zone).date()
    if day is None or (limit is not None and day > limit):
        return False
    if choice.same_day and (day != today or _over(reading, said_at)):
        return False
    if choice.within is not None and (day - today).days > choice.within:
        return False
    if choice.leaves is not None and working_days_left(today, day, rep) not in choice.leaves:
        return False
    return closed_days or is_open(day, rep)


def _over(reading: Reading, said_at: datetime) -> bool:
    return reading.window is not None and reading.window.latest <= said_at


def spellings(choice: Choice, contact: Contact, how_urgent: Urgency = Urgency.NORMAL) -> Iterator[str]:
    """The phrase with its number filled in: the contact's own draw first (004-4), then the rest of the range."""
    numbers = choice.n.get(how_urgent) or choice.n.get(Urgency.NORMAL)
    if numbers is None:
        yield choice.say
        return
    high = numbers.low if numbers.high is None else numbers.high
    size = high - numbers.low + 1
    # crc32 and not hash(): the draw must be the same in every process and on every machine.
    draw = zlib.crc32(contact.id.encode()) % size
    for turn in range(size):
        yield choice.say.replace("{n}", str(numbers.low + (draw + turn) % size))


def _named_day(said: date, rep: Rep, limit: date | None) -> str:
    """A phrase for the nearest working day that leaves two, or one where the contact's deadline asks for it."""
    for leaves in (2, 1):
        for ahead in range(leaves, 366):
            day = said + timedelta(days=ahead)
            if limit is not None and day > limit:
                break
            if is_open(day, rep) and working_days_left(said, day, rep) >= leaves:
                month = _MONTHS[day.month - 1]
                return f"on {_DAYS[day.weekday()]}" if ahead < 7 else f"on {month} {day.day}"
    return "tomorrow" if limit is not None else "in 7 days"


def deadline_of(contact: Contact, today: date) -> date | None:
    """The contact's deadline while it is still ahead; one that has passed binds nobody."""
    text = contact.extra.get("deadline", "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day > today else None
