"""Where a contact stands in a cadence: what the conditions of a file are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta

from calsync.cadences.model import ALWAYS, Cadence, Step, Urgency, When
from calsync.model import Attempt, Channel, Contact, ContactKind, Direction, Line, Outcome, Rep

SPOKE = frozenset({Outcome.LEFT_VOICEMAIL, Outcome.LEFT_MESSAGE})
"""Outcomes by which the words of the script were said to somebody or something."""

TALKED = frozenset({Outcome.CONNECTED, Outcome.CALLBACK_RECEIVED, Outcome.REPLIED, Outcome.APPOINTMENT_SET})
FINAL = frozenset({Outcome.SOLD, Outcome.NOT_INTERESTED, Outcome.DO_NOT_CALL, Outcome.WRONG_NUMBER})
_VOICE = frozenset({Channel.CALL, Channel.VISIT})
_HIGH = frozenset({"high", "urgent", "hot", "asap", "1", "yes"})


@dataclass(frozen=True, slots=True)
class Facts:
    """The answers to the conditions of a ``When`` (its docstring says what each counts)."""

    attempt: int = 1
    done: int = 0
    without_contact: int = 0
    today: int = 0
    talked: bool = False
    outcome: Outcome | None = None
    kind: ContactKind | None = None
    line: Line | None = None
    urgency: Urgency = Urgency.NORMAL
    product: str = ""
    local: time | None = None
    same_day_retry: bool = False


def holds(when: When, facts: Facts) -> bool:
    """True when every condition that ``when`` names holds; an unknown line, kind or hour satisfies none."""
    if when is ALWAYS:
        return True
    return _counted(when, facts) and _known(when, facts) and _timed(when, facts)


def _counted(when: When, facts: Facts) -> bool:
    return (
        (when.attempt is None or facts.attempt in when.attempt)
        and (when.done is None or facts.done in when.done)
        and (when.without_contact is None or facts.without_contact in when.without_contact)
        and (when.today is None or facts.today in when.today)
        and (when.talked is None or when.talked == facts.talked)
    )


def _known(when: When, facts: Facts) -> bool:
    return (
        (not when.outcome or facts.outcome in when.outcome)
        and (not when.kind or facts.kind in when.kind)
        and (not when.line or facts.line in when.line)
        and (not when.urgency or facts.urgency in when.urgency)
        and (not when.product or facts.product in when.product)
        and (when.same_day_retry is None or when.same_day_retry == facts.same_day_retry)
    )


def _timed(when: When, facts: Facts) -> bool:
    if facts.local is None:
        return when.before is None and when.after is None
    return (when.before is None or facts.local < when.before) and (when.after is None or facts.local >= when.after)


def urgency(contact: Contact) -> Urgency:
    """The contact's urgency; whatever the column says that is not plainly high is normal."""
    return Urgency.HIGH if (contact.urgency or "").strip().lower() in _HIGH else Urgency.NORMAL


def product(contact: Contact, rep: Rep | None = None) -> str:
    """What is sold to this contact, in lower case: the contact's own column ``product``, else the rep's."""
    return (contact.extra.get("product") or (rep.extra.get("product", "") if rep else "")).strip().lower()


def about(contact: Contact, rep: Rep | None = None) -> Facts:
    """The facts that the contact's row alone gives; the line is that of the first number."""
    return Facts(
        kind=contact.kind,
        line=contact.phones[0].line if contact.phones else None,
        urgency=urgency(contact),
        product=product(contact, rep),
    )


def is_try(attempt: Attempt) -> bool:
    """True for a call or a visit of ours: what counts as an attempt; a text or a mail that we send does not."""
    return attempt.direction is Direction.OUTBOUND and attempt.channel in _VOICE


def spoke(attempt: Attempt) -> bool:
    """True when a message of ours was left (by voice or as a text): its script said what it promises."""
    return attempt.direction is Direction.OUTBOUND and attempt.outcome in SPOKE


def talked(attempt: Attempt) -> bool:
    """True for a conversation, and for any sign of life from them but a call of theirs that we missed."""
    if attempt.direction is Direction.INBOUND:
        return attempt.outcome not in (Outcome.NO_ANSWER, Outcome.BUSY)
    return attempt.outcome in TALKED


@dataclass(frozen=True, slots=True)
class Progress:
    """A contact's place in a cadence after an attempt.

    ``facts`` count up to and including that attempt: they choose the step of the NEXT call.  ``step`` is the step
    whose words the attempt itself had before it (``None``: none fitted), ``said`` whether it left them as a message
    just now. ``started`` is the attempt that set the cadence off where one has to, ``deliverer`` the last that
    delivered words.
    """

    facts: Facts
    started: Attempt | None = None
    step: Step | None = None
    said: bool = False
    deliverer: Attempt | None = None
    last_try: Attempt | None = None


def pick(cadence: Cadence, facts: Facts) -> Step | None:
    """The step for the next call: the last in the file whose conditions hold; ``None`` once all has been said."""
    if cadence.stop_after is not None and facts.done >= cadence.stop_after:
        return None
    for step in reversed(cadence.steps):
        if holds(step.when, facts):
            return step
    return None


def progress(cadence: Cadence, contact: Contact, history: Sequence[Attempt], rep: Rep) -> Progress:
    """Walk the run that the last attempt of ``history`` belongs to (oldest first; empty is the very beginning).

    A run begins with the first attempt, anew after each conversation or final outcome, after ``fresh_after`` days of
    silence and after an exit message; for a cadence that starts on an outcome only with that.  Linear in the length
    of the run, so a long log stays cheap.
    """
    place = Progress(about(contact, rep))
    first = _run_start(cadence, history)
    if cadence.starts_on is not None:
        if first == 0:
            return place
        place = replace(place, started=history[first - 1])
    elif first and talked(history[first - 1]):
        place = replace(place, facts=replace(place.facts, talked=True))
    for attempt in history[first:]:
        place = _advance(cadence, place, attempt, rep)
    return place


def _run_start(cadence: Cadence, history: Sequence[Attempt]) -> int:
    """The index of the first attempt of the run; a conversation that comes last still belongs to the run before it."""
    if cadence.starts_on is not None:
        found = (index + 1 for index in range(len(history) - 1, -1, -1) if history[index].outcome is cadence.starts_on)
        return next(found, 0)
    quiet = timedelta(days=cadence.fresh_after)
    for index in range(len(history) - 2, -1, -1):
        attempt = history[index]
        if talked(attempt) or attempt.outcome in FINAL or history[index + 1].at - attempt.at > quiet:
            return index + 1
    return 0


def _advance(cadence: Cadence, place: Progress, attempt: Attempt, rep: Rep) -> Progress:
    """The place after one more attempt of the same run."""
    facts, said = place.facts, spoke(attempt)
    # The call and the text that carry the same message on one day are one step, in whichever order (000-7).
    twin = (
        said
        and place.deliverer is not None
        and _same_day(place.deliverer, attempt, rep)
        and is_try(place.deliverer) != is_try(attempt)
    )
    step = place.step if twin else pick(cadence, facts)
    delivered = said or (cadence.starts_on is not None and talked(attempt))
    facts = replace(facts, done=facts.done + (delivered and not twin), outcome=attempt.outcome)
    if is_try(attempt):
        again_today = place.last_try is not None and _same_day(place.last_try, attempt, rep)
        facts = replace(
            facts,
            attempt=facts.attempt + 1,
            without_contact=0 if talked(attempt) else facts.without_contact + 1,
            today=facts.today + 1 if again_today else 1,
        )
    if said and step is not None and step.restarts:
        facts = replace(facts, attempt=1, done=0, without_contact=0, talked=False)
    return replace(
        place,
        facts=facts,
        step=step,
        said=said,
        deliverer=attempt if delivered else place.deliverer,
        last_try=attempt if is_try(attempt) else place.last_try,
    )


def _same_day(one: Attempt, other: Attempt, rep: Rep) -> bool:
    return one.at.astimezone(rep.zone).date() == other.at.astimezone(rep.zone).date()
