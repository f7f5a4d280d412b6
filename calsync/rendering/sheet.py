"""The description of a call: what the template may use, put together from every room to the left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from calsync.cadences import Leave
from calsync.cadences.script import words_for
from calsync.cadences.voicemail import voicemail_advice
from calsync.cadences.watch import questions, warnings
from calsync.model import DAY, Book, Contact, Kind, PromisedBy
from calsync.placing import before_you_promise
from calsync.rendering.call import Call
from calsync.rendering.context import Promises, promises, script_context
from calsync.rendering.history import history_lines, origin
from calsync.rendering.parts import NOTES_LINE, OUTCOME_LINE, harmless
from calsync.rendering.phone import readable, sms, tel, text_number
from calsync.rendering.quote import spoken_sentence
from calsync.rendering.when import stamp
from calsync.rendering.words import filled

NOTES_LIMIT = 8192
"""How much of the contact's own notes is shown, in bytes of UTF-8."""

_LEAVE = {Leave.YES: "yes", Leave.NO: "no", Leave.ASK: "your call"}


def description_context(call: Call) -> Mapping[str, object]:
    """The names that ``description.txt.j2`` may use; texts are empty, and lists too, where there is nothing to say.

    ``number``, ``line`` (cell / home / work), ``tel``; ``their_time``; ``who``; ``overdue`` (since when),
    ``promise_label`` and ``promise``;
    ``voicemail`` (yes / no / your call) and ``voicemail_why``; ``say``, ``text``, ``text_number``, ``sms``, ``answer``,
    ``other``; ``before_you_say_it`` (what speaks against the day that the script promises);
    ``ask``, ``why``, ``warnings`` and ``history`` (lists of lines); ``notes`` (of the contact's file);
    ``outcome_line`` and ``notes_line``, which must stay the last two; ``contact``, ``rep``, ``cadence`` and ``slot``,
    the values themselves.
    """
    contact, phone = call.contact, call.phone
    promised = promises(call)
    label, promise = origin(call.commitment, call.rep.zone, _quoted(call))
    return {
        "number": readable(phone.e164) if phone else "",
        "line": str(phone.line) if phone and phone.line else "",
        "tel": tel(phone.e164) if phone else "",
        "their_time": _their_time(call),
        "who": _who(contact),
        "overdue": _overdue(call),
        "promise_label": label,
        "promise": promise,
        **_words(call, promised),
        "ask": questions(call.cadence, contact),
        "why": call.placed.why,
        "before_you_say_it": _before_you_say_it(call, promised),
        "warnings": warnings(call.cadence, call.history, call.rep, call.slot.start),
        "history": history_lines(call.history, call.rep.zone),
        "notes": _notes(contact),
        "outcome_line": OUTCOME_LINE,
        "notes_line": NOTES_LINE,
        "contact": contact,
        "rep": call.rep,
        "cadence": call.cadence,
        "slot": call.slot,
    }


def _words(call: Call, promised: Promises) -> Mapping[str, str]:
    """The words of the step, filled in: on the machine, as a text, if they answer, if somebody else does."""
    phone = call.phone
    advice = voicemail_advice(
        call.cadence, call.step, call.contact, phone, call.local, rep=call.rep, history=call.history
    )
    found = {"voicemail": _LEAVE[advice.leave], "voicemail_why": advice.why}
    if call.step is None:
        return {**found, "say": "", "text": "", "text_number": "", "sms": "", "answer": "", "other": ""}
    words = words_for(call.step, call.contact, phone, call.local, call.rep)
    context = script_context(call, promised)
    say, text, answer, other = (
        _filled(script, context) for script in (words.voicemail, words.text, words.answer, words.other)
    )
    to = text_number(call.contact, phone) if phone else None
    return {
        **found,
        "say": "" if advice.leave is Leave.NO else say,
        "text": text,
        "text_number": readable(to.e164) if to and text and to is not phone else "",
        "sms": sms(to.e164, text) if to and text else "",
        "answer": answer,
        "other": other,
    }


def _filled(script: str, context: Mapping[str, object]) -> str:
    if not script:
        return ""
    try:
        return harmless(filled(script, context))
    except Exception as error:  # noqa: BLE001 - a script is the rep's; what fails in it must not hide the call
        return f"(these words could not be filled in: {error})"


def _quoted(call: Call) -> str:
    commitment = call.commitment
    if commitment.promised_by is not PromisedBy.CADENCE or commitment.kind is Kind.PLANNED:
        return commitment.text
    try:
        return spoken_sentence(call)
    except Exception:  # noqa: BLE001 - a script is the rep's; the phrase itself was read when the promise was made
        return commitment.text


def _overdue(call: Call) -> str:
    """``Fri 27 Nov 18:00`` where that has passed."""
    return stamp(call.commitment.window.latest, call.rep.zone) if call.commitment.overdue else ""


def _before_you_say_it(call: Call, promised: Promises) -> str:
    """What speaks against the day that the script promises next: a holiday there, days away, hours that do not meet.

    Only what stays true whenever it is asked: whether that day is full changes with each call that is placed, and an
    event is not rewritten for that (``calsync promise`` looks).
    """
    if promised.window is None:
        return ""
    said = call.slot.start.astimezone(call.rep.zone)
    tomorrow = datetime.combine(said.date() + DAY, time(), call.rep.zone)
    book = Book({call.contact.id: call.contact}, {call.contact.id: call.history})
    advice = before_you_promise(
        promised.window, call.contact, book, call.rep, call.policy, now=tomorrow, like=call.days
    )
    lines = [line for line in advice.warnings if not line.startswith("zone uncertain")]
    if not advice.works and lines:
        lines.append("name another day, and write it down")
    return "; ".join(lines)


def _who(contact: Contact) -> str:
    """``Dana Levy, referred by Oliver Q. - topic - why it matters to them``."""
    name = contact.name + (f" ({contact.company})" if contact.company and contact.company != contact.name else "")
    first = f"{name}, referred by {contact.referrer}" if contact.referrer else name
    return " - ".join(" ".join(part.split()) for part in (first, contact.topic, contact.benefit) if part.strip())


def _their_time(call: Call) -> str:
    """The called party's clock, where it differs from the rep's or is not sure."""
    where = call.where
    if where.uncertain:
        return f"zone uncertain: ask ({where.source})" if where.source else "zone uncertain: ask"
    if call.local.utcoffset() == call.slot.start.astimezone(call.rep.zone).utcoffset():
        return ""
    return f"{call.local:%H:%M} their time ({call.zone.key}, from {where.source})"


def _notes(contact: Contact) -> str:
    text = contact.notes.strip()
    raw = text.encode()
    if len(raw) > NOTES_LIMIT:
        text = raw[:NOTES_LIMIT].decode(errors="ignore") + "\n(more in your contacts file)"
    return harmless(text)
