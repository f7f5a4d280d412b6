"""``calsync today`` and ``calsync week``: the call sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any

from calsync.cli import looking, show
from calsync.cli.plan import exit_code, name_of
from calsync.model import Contact, Plan, PlannedCall


def run(config: Path | None, at: str | None, *, days: int, as_json: bool) -> int:
    """The calls from now's day on, ``days`` of them."""
    with looking.view(config, at) as view:
        calls = between(view.plan, view.now, days)
        if as_json:
            show.print_json({"now": view.now.isoformat(), "calls": [call_json(call, view.contacts) for call in calls]})
        else:
            print_days(calls, view.contacts, view.office.rep.zone, "today" if days == 1 else f"the next {days} days")
            show.notices_and_problems(view.plan.notices, ())
        return exit_code(view.plan)


def between(plan: Plan, now: datetime, days: int) -> tuple[PlannedCall, ...]:
    """The live calls with a slot from the beginning of ``now``'s day, earliest first."""
    start = datetime.combine(now.date(), time(), tzinfo=now.tzinfo)
    end = datetime.combine(now.date() + timedelta(days=days), time(), tzinfo=now.tzinfo)
    return tuple(call for call in in_order(plan) if call.placed.slot and start <= call.placed.slot.start < end)


def in_order(plan: Plan) -> list[PlannedCall]:
    """The live calls that have a slot, by time."""
    live = [call for call in plan.calls if call.commitment.state.live and call.placed.slot is not None]
    return sorted(live, key=_when)


def _when(call: PlannedCall) -> tuple[datetime, str]:
    slot = call.placed.slot
    return (slot.start if slot else call.commitment.window.latest, call.commitment.id)


def call_json(call: PlannedCall, contacts: Mapping[str, Contact]) -> dict[str, Any]:
    """One line of the call sheet."""
    slot, contact = call.placed.slot, contacts.get(call.commitment.contact_id)
    return {
        "commitment_id": call.commitment.id,
        "contact_id": call.commitment.contact_id,
        "contact_name": name_of(call.commitment.contact_id, contacts),
        "phone": contact.phones[0].e164 if contact and contact.phones else "",
        "start": slot.start.isoformat() if slot else None,
        "end": slot.end.isoformat() if slot else None,
        "overdue": call.commitment.overdue,
        "kind": call.commitment.kind.value,
        "title": call.entry.title if call.entry else "",
    }


def print_days(calls: tuple[PlannedCall, ...], contacts: Mapping[str, Contact], zone: tzinfo, span: str) -> None:
    """A table, the day named once."""
    if not calls:
        show.console().print(f"No calls {span}.")
        return
    rows, last = [], ""
    for call in calls:
        slot, contact = call.placed.slot, contacts.get(call.commitment.contact_id)
        if slot is None:
            continue
        day = show.day(slot.start, zone)
        rows.append(
            (
                day if day != last else "",
                show.clock(slot.start, zone),
                name_of(call.commitment.contact_id, contacts),
                contact.phones[0].e164 if contact and contact.phones else "",
                _what(call, contacts),
            )
        )
        last = day
    show.console().print(show.table(("day", "time", "whom", "number", "what"), rows))


def _what(call: PlannedCall, contacts: Mapping[str, Contact]) -> str:
    """The event's title without the name, which has a column of its own."""
    title = call.entry.title if call.entry else ""
    return title.replace(f"Call {name_of(call.commitment.contact_id, contacts)} - ", "")
