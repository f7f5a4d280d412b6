"""Leave a voicemail or not, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from calsync.cadences.facts import Facts, about, holds, product, progress
from calsync.cadences.model import ALWAYS, Advice, Cadence, Leave, Step
from calsync.model import Attempt, Contact, ContactKind, Line, Phone, Rep

_NEVER = frozenset({"never", "no", "none"})
_ALWAYS = frozenset({"always", "yes"})


def voicemail_advice(
    cadence: Cadence,
    step: Step | None,
    contact: Contact,
    phone: Phone | None,
    local: datetime,
    *,
    rep: Rep,
    history: Sequence[Attempt] = (),
) -> Advice:
    """Whether to leave a voicemail on a call to ``phone`` at ``local``, the called party's own time.

    The contact's wish (column ``voicemail``: ``never`` or ``always``) comes first, then 002-6 for insurance, then the
    step's rules, then the cadence's; the first rule that holds decides.
    """
    wish = contact.extra.get("voicemail", "").strip().lower()
    if wish in _NEVER:
        return Advice(Leave.NO, "their row says never")
    if wish in _ALWAYS:
        return Advice(Leave.YES, "their row says always")
    line = phone.line if phone is not None else about(contact).line
    if product(contact, rep) == "insurance" and line is Line.CELL and contact.kind is not ContactKind.BUSINESS:
        return Advice(Leave.NO, "insurance, and a consumer's cell phone")
    rules = (*(step.voicemail_rules if step else ()), *cadence.voicemail_rules)
    if rules and rules[0].when is ALWAYS:  # mostly; then nobody needs to know how the calls so far went
        return Advice(rules[0].leave, rules[0].why)
    facts = _facts(cadence, contact, phone, local, rep, history)
    for rule in rules:
        if holds(rule.when, facts):
            return Advice(rule.leave, rule.why)
    return Advice(Leave.ASK, "the cadence does not say")


def _facts(  # noqa: PLR0917
    cadence: Cadence, contact: Contact, phone: Phone | None, local: datetime, rep: Rep, history: Sequence[Attempt]
) -> Facts:
    place = progress(cadence, contact, history, rep)
    facts = place.facts  # nobody else's: the place was made for this question
    at = local.astimezone(rep.zone)
    again = place.last_try is not None and place.last_try.at.astimezone(rep.zone).date() == at.date()
    facts.local = local.time()
    if phone is not None:
        facts.line = phone.line
    facts.product = product(contact, rep)
    facts.today = facts.today + 1 if again else 1
    # What would be planned if this call stayed silent: a retry today is a reason not to speak now (002-3).
    silent = replace(facts, local=at.time(), without_contact=facts.without_contact + 1, outcome=None)
    first = next((choice for choice in cadence.silent if holds(choice.when, silent)), None)
    facts.same_day_retry = first is not None and first.same_day
    return facts
