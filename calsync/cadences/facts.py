"""Where a contact stands in a cadence: what the conditions of a file are asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from calsync.cadences.model import ALWAYS, Cadence, Step, Urgency, When
from calsync.model import Attempt, Channel, Contact, ContactKind, Direction, Line, Outcome, Rep

SPOKE = frozenset({Outcome.LEFT_VOICEMAIL, Outcome.LEFT_MESSAGE})
"""Outcomes by which the words of the script were said to somebody or something."""

TALKED = frozenset({Outcome.CONNECTED, Outcome.CALLBACK_RECEIVED, Outcome.REPLIED, Outcome.APPOINTMENT_SET})
FINAL = frozenset({Outcome.SOLD, Outcome.NOT_INTERESTED, Outcome.DO_NOT_CALL, Outcome.WRONG_NUMBER})
_VOICE = frozenset({Channel.CALL, Channel.VISIT})
_HIGH = frozenset({"high", "urgent", "hot", "asap", "1", "yes"})


@dataclass(slots=True)
class Facts:
    """The answers to the conditions of a ``When`` (its docstring says what each counts).

    Not frozen, because a ``Progress`` counts on in its own; whoever wants other facts takes a copy.
    """

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


def after_talk(basic: Facts) -> Facts:
    """The facts of a call after a conversation, which begins a new run."""
    return Facts(talked=True, kind=basic.kind, line=basic.line, urgency=basic.urgency, product=basic.product)


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


def pick(cadence: Cadence, facts: Facts) -> Step | None:
    """The step for the next call: the last in the file whose conditions hold; ``None`` once all has been said."""
    if cadence.stop_after is not None and facts.done >= cadence.stop_after:
        return None
    for step in reversed(cadence.steps):
        if holds(step.when, facts):
            return step
    return None


class Progress:
    """A contact's place in a cadence, which goes on attempt by attempt.

    A run begins with the first attempt, anew after each conversation or final outcome, after ``fresh_after`` days of
    silence and after an exit message; for a cadence that starts on an outcome only with that.

    ``facts`` count up to and including the ``last`` attempt: they choose the step of the NEXT call.  ``step`` is the
    step whose words that attempt itself had before it (``None``: none fitted), ``said`` whether it left them as a
    message just now.  ``started`` is the attempt that set the cadence off where one has to, ``deliverer`` the last that
    delivered words, ``day`` the local day of the last one.  ``basic`` are the facts that the contact's row alone gives.
    """

    __slots__ = (
        "_deliverer_day", "_last_day", "_pick", "_quiet", "basic", "cadence", "day", "deliverer", "facts", "last",
        "last_try", "rep", "said", "started", "step",
    )  # fmt: skip

    def __init__(
        self, cadence: Cadence, basic: Facts, rep: Rep, picks: Callable[[Facts], Step | None] | None = None
    ) -> None:
        """``picks`` takes the place of ``pick``: for those who remember its answers."""
        self.cadence, self.basic, self.rep = cadence, basic, rep
        self.last: Attempt | None = None
        self.last_try: Attempt | None = None
        self.started: Attempt | None = None
        self.day = date.min
        self._pick = picks or (lambda facts: pick(cadence, facts))
        self._quiet = timedelta(days=cadence.fresh_after)
        self._begin()

    def _begin(self) -> None:
        """A new run: nothing has been said in it."""
        basic = self.basic
        self.facts = Facts(kind=basic.kind, line=basic.line, urgency=basic.urgency, product=basic.product)
        self.step: Step | None = None
        self.said = False
        self.deliverer: Attempt | None = None
        self.last_try = None
        self._deliverer_day: date | None = None
        self._last_day: date | None = None

    @property
    def following(self) -> Step | None:
        """The step of the next call."""
        return self._pick(self.facts)

    def go_on(self, attempt: Attempt) -> None:
        """One attempt further; attempts come oldest first."""
        before, self.last = self.last, attempt
        self.day = attempt.at.astimezone(self.rep.zone).date()
        if self.cadence.starts_on is not None:
            if attempt.outcome is self.cadence.starts_on:
                self._begin()
                self.started = attempt
            elif self.started is not None:
                self._count(attempt)
            return
        if before is not None:
            spoken = talked(before)  # a conversation that comes last still belongs to the run before it
            if spoken or before.outcome in FINAL or attempt.at - before.at > self._quiet:
                self._begin()
                self.facts.talked = spoken
        self._count(attempt)

    def _count(self, attempt: Attempt) -> None:
        """One more attempt of the same run."""
        facts, deliverer, day = self.facts, self.deliverer, self.day
        message, tried, heard = spoke(attempt), is_try(attempt), talked(attempt)
        # The call and the text that carry the same message on one day are one step, in whichever order (000-7).
        twin = message and deliverer is not None and self._deliverer_day == day and is_try(deliverer) != tried
        if not twin:
            self.step = self._pick(facts)
        if message or (heard and self.cadence.starts_on is not None):
            self.deliverer, self._deliverer_day = attempt, day
            if not twin:
                facts.done += 1
        facts.outcome = attempt.outcome
        if tried:
            facts.attempt += 1
            facts.without_contact = 0 if heard else facts.without_contact + 1
            facts.today = facts.today + 1 if self._last_day == day else 1
            self.last_try, self._last_day = attempt, day
        if message and self.step is not None and self.step.restarts:
            facts.attempt, facts.done, facts.without_contact, facts.talked = 1, 0, 0, False
        self.said = message


def progress(cadence: Cadence, contact: Contact, history: Sequence[Attempt], rep: Rep) -> Progress:
    """The place after the last attempt of ``history`` (oldest first; empty is the very beginning)."""
    place = Progress(cadence, about(contact, rep), rep)
    for attempt in history:
        place.go_on(attempt)
    return place
