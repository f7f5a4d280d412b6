"""What the words of a call are filled with.

``script_context`` answers every slot that a cadence's script may use (``calsync.cadences.script.SLOTS``); a slot
that the contact's row leaves empty is empty, so a script says what it has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from calsync.cadences import Cadence, day_in_words, promised_day, spoken_promise
from calsync.cadences.script import missing
from calsync.commitments.said import deadline_after
from calsync.model import Contact, Promise, PromisedBy, Reading, Window
from calsync.rendering.call import Call
from calsync.rendering.phone import readable, spoken
from calsync.rendering.when import greeting, spoken_date, spoken_time
from calsync.rendering.words import filled

_FIRM = frozenset(
    (
        "inc", "llc", "ltd", "llp", "plc", "gmbh", "corp", "co", "company", "group", "holding", "holdings",
        "bank", "clinic", "hospital", "pharmacy", "dental", "school", "university", "church", "foundation",
        "association", "club", "office", "agency", "partners", "associates", "consulting", "solutions",
        "service", "services", "systems", "lab", "labs", "studio", "studios", "salon", "spa", "cafe", "bakery",
        "restaurant", "hotel", "store", "shop", "garage", "auto", "repair", "repairs", "plumbing", "realty",
        "insurance", "law", "farm", "farms", "brothers", "sons", "center", "centre", "team", "department",
        "the", "of", "and", "for",
    )
)  # fmt: skip
"""Words that no person's name has: a firm is not greeted by its first word."""

_NO_PERSON = re.compile(r"[\d&@/]")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Promises:
    """What the message of a call will promise: the phrase, and the day that binds to in the rep's zone.

    ``window`` is when that call is due.  All are empty where the step promises nothing.
    """

    words: str = ""
    day: date | None = None
    window: Window | None = None


def promises(call: Call) -> Promises:
    """What the message of this call will promise, if it is left when the call stands on the calendar."""
    spoken_words = spoken_promise(call.step, call.contact, call.slot.start, call.read, call.rep) if call.step else None
    if spoken_words is None:
        return Promises()
    words, reading = spoken_words
    if call.policy.deadline == "after":
        owed = deadline_after(Promise(reading.kind, reading.window, words, PromisedBy.CADENCE), call.rep)
        reading = Reading(owed.kind, owed.window)
    return Promises(words, promised_day(reading, call.rep), reading.window)


def script_context(call: Call, promised: Promises) -> Mapping[str, object]:
    """Every slot of a script.

    ``contact.first_name``, ``.name``, ``.company``; ``rep.first_name``, ``.name``, ``.company``, ``.number`` (to read),
    ``.number_spoken`` (in groups, to say); ``referrer`` and ``referrer_first``; ``topic``, ``benefit``, ``hook``;
    ``promise_words`` (what this message promises: "by Friday") and ``promised_day`` (the day of that call, in words,
    counted from this call's slot); ``greeting`` by the called party's clock; ``minutes`` the call takes;
    ``call_date`` and ``call_time`` of the called party; ``extra.<column>`` any other column of the contact.
    """
    contact, rep, local = call.contact, call.rep, call.local
    said = call.slot.start.astimezone(rep.zone).date()
    base: dict[str, object] = {
        "hook": "",
        "promise_words": promised.words,
        "promised_day": day_in_words(promised.day, said, rep.locale) if promised.day else "",
        "greeting": greeting(local),
        "minutes": call.cadence.call_minutes,
        "call_date": spoken_date(local.date(), rep.locale),
        "call_time": spoken_time(local, rep.locale),
        "rep": {
            "name": rep.name,
            "first_name": rep.name.split(" ")[0],
            "company": rep.company,
            "number": readable(rep.phone),
            "number_spoken": spoken(rep.phone),
        },
        **_of_contact(contact),
    }
    if call.cadence.hook:
        base["hook"] = filled(call.cadence.hook, base)
    return base


def missing_slots(contact: Contact, cadence: Cadence) -> tuple[str, ...]:
    """The slots that the scripts of a cadence use and that the contact's row leaves empty, in alphabetical order."""
    row = _of_contact(contact)
    texts = (text for step in cadence.steps for text in (step.voicemail, step.text, step.answer, step.other))
    empty = {slot for text in texts if text for slot in missing(text, row)}
    return tuple(sorted(slot for slot in empty if slot.partition(".")[0] in row))


def first_name(contact: Contact) -> str:
    """How to address the contact: the file's first name, else the first word of a person's name; a firm has none."""
    name = contact.name.strip()
    if contact.first_name or name == contact.company or _is_firm(name):
        return contact.first_name
    last, comma, given = name.partition(",")
    words = (given if comma else last).split()
    return words[0] if words and (comma or 2 <= len(words) <= 4) else ""


def _is_firm(name: str) -> bool:
    return _NO_PERSON.search(name) is not None or not _FIRM.isdisjoint(_WORDS.findall(name.lower()))


def _of_contact(contact: Contact) -> dict[str, object]:
    return {
        "contact": {"name": contact.name, "first_name": first_name(contact), "company": contact.company},
        "referrer": contact.referrer,
        "referrer_first": contact.referrer.split(" ")[0],
        "topic": contact.topic,
        "benefit": contact.benefit,
        "extra": dict(contact.extra),
    }
