"""``calsync promise``: before a day is spoken, whether a call would be possible then, and which day is the nearest."""

from __future__ import annotations

import sys
from datetime import date, datetime, time
from pathlib import Path

from calsync.cadences import choose, day_in_words
from calsync.cli import looking, show
from calsync.cli.style import Style
from calsync.commitments.said import deadline_after
from calsync.errors import UsageError
from calsync.model import DAY, Contact, Promise, PromisedBy, Slot, Window
from calsync.placing import Advice, before_you_promise


def run(config: Path | None, at: str | None, words: str, text: str, *, as_json: bool) -> int:
    """Exit code 0 where the promise could be kept, 1 where not.  Nothing is written."""
    with looking.free_view(config, at) as view:
        contact = looking.find_contact(words, view.book.contacts, view.office.rep.region)
        window = _window(view, contact, text)
        advice = before_you_promise(
            window,
            contact,
            view.book,
            view.world.whole_rep,
            view.office.policy,
            now=_asked_from(window, view.now),
            busy=[span for span in view.world.busy if not span.away],
            placed=_others(view, contact),
            length=_length(view, contact, window),
        )
        if contact.id in view.plan.do_not_call:
            advice = Advice(works=False, warnings=(f"{contact.name} asked not to be called",))
        warnings = (*advice.warnings, *_already(view, contact), *(f"busy times not read: {one}" for one in view.unread))
        if as_json:
            show.print_json(_json(contact, text, window, advice, warnings))
        else:
            lines = _lines(view, contact, text, window, advice, warnings)
            sys.stdout.write("\n".join(lines) + "\n")
        return 0 if advice.works else 1


def _window(view: looking.FreeView, contact: Contact, text: str) -> Window:
    reading = view.office.read(text, view.now, contact)
    if reading.window is None:
        raise UsageError(
            f'"{text}" names no day. {reading.why}'.rstrip(), hint=f'see how it is read: calsync parse "{text}"'
        )
    promise = Promise(reading.kind, reading.window, text, PromisedBy.REP)
    if view.office.policy.deadline == "after":
        promise = deadline_after(promise, view.office.rep)
    return promise.window or reading.window


def _asked_from(window: Window, now: datetime) -> datetime:
    """A promise for another day is not answered with today: from tomorrow on, where the window begins later."""
    tomorrow = datetime.combine(now.date() + DAY, time(), now.tzinfo)
    return tomorrow if window.earliest >= tomorrow else now


def _length(view: looking.FreeView, contact: Contact, window: Window) -> int:
    """The minutes that the call would take: an appointment's, where the words name a clock time."""
    policy = view.office.policy
    cadence = choose(contact, view.world.cadences, policy.default_cadence)
    clock_time = window.earliest == window.latest
    return cadence.appointment_minutes if clock_time else max(cadence.call_minutes, policy.slot_minutes)


def _others(view: looking.FreeView, contact: Contact) -> list[Slot]:
    """The calls that stand already; those to this contact would give way to the new promise."""
    return [
        call.placed.slot
        for call in view.plan.active
        if call.placed.slot is not None and call.commitment.contact_id != contact.id
    ]


def _already(view: looking.FreeView, contact: Contact) -> list[str]:
    """The call that a new promise would take the place of."""
    zone = view.office.rep.zone
    return [
        f"a call is owed already, {show.window(call.commitment.window, zone)}; your words take its place"
        for call in view.plan.active
        if call.commitment.contact_id == contact.id and call.commitment.state.live
    ]


def _json(contact: Contact, text: str, window: Window, advice: Advice, warnings: tuple[str, ...]) -> dict[str, object]:
    return {
        "contact": {"id": contact.id, "name": contact.name},
        "text": text,
        "window": {"earliest": window.earliest.isoformat(), "latest": window.latest.isoformat()},
        "works": advice.works,
        "warnings": list(warnings),
        "nearest": advice.nearest.isoformat() if advice.nearest else None,
    }


def _lines(  # noqa: PLR0917
    view: looking.FreeView, contact: Contact, text: str, window: Window, advice: Advice, warnings: tuple[str, ...]
) -> list[str]:
    style = Style.of(sys.stdout)
    rep = view.office.rep
    sign = style.green("ok ") if advice.works else style.red("!! ")
    head = f'{sign} "{text}" to {contact.name or contact.id} means {show.window(window, rep.zone)}'
    lines = [head, *(f"  {line}" for line in warnings)]
    if advice.nearest is not None:
        lines.append(f"  say instead: {style.bold(_instead(advice.nearest, view.now, rep.locale))}")
    return lines


def _instead(day: date, now: datetime, locale: str) -> str:
    """The nearest day as the promise language reads it."""
    return "later today" if day == now.date() else f"on {day_in_words(day, now.date(), locale)}"
