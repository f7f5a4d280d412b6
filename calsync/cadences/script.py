"""Scripts: which words a call has, which slots they may use, and how a slot is filled.

Scripts are Jinja texts in a sandbox.  A slot without a value is empty, never "None", so a script says what it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from calsync.cadences.facts import about, holds
from calsync.cadences.model import Step, Words
from calsync.cadences.phrases import day_in_words
from calsync.model import Contact, Phone, Rep

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

SLOTS: Mapping[str, frozenset[str]] = {
    "contact": frozenset({"first_name", "name", "company"}),
    "rep": frozenset({"first_name", "name", "company", "number", "number_spoken"}),
    **dict.fromkeys(
        (
            "referrer",
            "referrer_first",
            "topic",
            "benefit",
            "hook",
            "promised_day",
            "promise_words",
            "greeting",
            "minutes",
            "call_date",
            "call_time",
            "extra",
        ),
        frozenset[str](),
    ),
}
"""Every name a script may use; objects with the names of their own, ``extra`` with any column of the contact."""

SAMPLE: Mapping[str, object] = {
    "contact": {"first_name": "Dana", "name": "Dana Levy", "company": "Levy & Sons"},
    "rep": {
        "first_name": "Tasha",
        "name": "Tasha Lane",
        "company": "Lakeside",
        "number": "+1 312 555 0199",
        "number_spoken": "312 - 555 - 01 - 99",
    },
    "referrer": "Oliver Quist",
    "referrer_first": "Oliver",
    "topic": "evening classes",
    "benefit": "you choose your own hours",
    "hook": "prices change on December 1",
    "promised_day": "Wednesday",
    "promise_words": "by Wednesday",
    "greeting": "Good afternoon",
    "minutes": 5,
    "call_date": "Monday, November 23",
    "call_time": "10:05 AM",
    "extra": {},
}
"""Ordinary values for every slot: what a script is measured with."""

_BLANKS = re.compile(r"[ \t]{2,}")
_BEFORE_MARK = re.compile(r"[ \t]+([,.;:!?])")


def words_for(step: Step, contact: Contact, phone: Phone | None, local: datetime, rep: Rep) -> Words:
    """The raw words of a step for a call to ``phone`` at ``local``, their time: its own, or a variant's that fits."""
    if not step.variants:
        return step.words
    facts = about(contact, rep)
    facts.local = local.time()
    if phone is not None:
        facts.line = phone.line
    for variant in step.variants:
        if holds(variant.when, facts):
            own, other = step.words, variant.words
            return Words(
                other.voicemail or own.voicemail,
                other.text or own.text,
                other.answer or own.answer,
                other.other or own.other,
            )
    return step.words


def fill(template: str, context: Mapping[str, object]) -> str:
    """A script with its slots filled; a slot without a value leaves no gap, no double blank and never the word None."""
    text = environment().from_string(template).render(context)
    return _BEFORE_MARK.sub(r"\1", _BLANKS.sub(" ", text)).strip()


def missing(template: str, context: Mapping[str, object]) -> tuple[str, ...]:
    """The slots that a script uses and that have no value in ``context``, in alphabetical order."""
    return tuple(sorted(name for name in used(template) if not _value(name, context)))


def used(template: str) -> frozenset[str]:
    """The slots that a script uses, dotted (``contact.first_name``).  Raises ``jinja2.TemplateSyntaxError``."""
    from jinja2 import nodes  # only when scripts are looked at

    plain: set[str] = set()
    own: set[str] = set()
    dotted: set[str] = set()
    for node in environment().parse(template).find_all((nodes.Name, nodes.Getattr)):
        if isinstance(node, nodes.Getattr):
            if isinstance(node.node, nodes.Name):
                dotted.add(f"{node.node.name}.{node.attr}")
        elif isinstance(node, nodes.Name) and node.ctx == "load":
            plain.add(node.name)
        elif isinstance(node, nodes.Name):
            own.add(node.name)
    heads = {name.partition(".")[0] for name in dotted}
    return frozenset((plain - heads - own) | {name for name in dotted if name.partition(".")[0] not in own})


def mistakes(template: str) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a script, as (the words to look for, message, hint).

    Its syntax, names that no slot has, and whatever goes wrong when it is filled, with ordinary values and with none.
    """
    from jinja2 import TemplateError

    try:
        names = used(template)
        strange = sorted(name for name in names if not _known(name))
        for context in (SAMPLE, {"rep": SAMPLE["rep"]}):
            fill(template, context)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        yield "", f"the script cannot be read: {error}", "check its {{ … }} and {% if … %} … {% endif %}"
        return
    for name in strange:
        near = get_close_matches(name, _spelled_out(), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "the slots are listed in docs/how-to/write-a-cadence.md"
        yield name, f"there is no slot “{name}”", hint


@lru_cache(maxsize=1)
def environment() -> SandboxedEnvironment:
    """The sandbox that scripts run in."""
    from jinja2 import ChainableUndefined  # only when scripts are looked at
    from jinja2.sandbox import SandboxedEnvironment

    # Plain text for a calendar, never HTML: escaping would put entities in front of the rep.
    sandbox = SandboxedEnvironment(
        autoescape=False, undefined=ChainableUndefined, finalize=lambda value: "" if value is None else value
    )
    sandbox.filters["day"] = _day
    return sandbox


def _day(value: object) -> str:
    """``{{ extra.deadline | day }}``: an ISO date as one says it (Monday, November 30); anything else as it is."""
    text = "" if value is None else str(value).strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return day_in_words(day, day)


def _known(name: str) -> bool:
    head, _, attribute = name.partition(".")
    if head == "extra" or head not in SLOTS:
        return head in SLOTS
    return attribute in SLOTS[head] if attribute else not SLOTS[head]


def _spelled_out() -> list[str]:
    return [f"{name}.{attribute}" if attribute else name for name, own in SLOTS.items() for attribute in (own or {""})]


def _value(name: str, context: Mapping[str, object]) -> object:
    value: object = context
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
    return value
