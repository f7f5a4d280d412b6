"""``calsync today`` and ``calsync week``: the call sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path

from calsync.cli import looking, show
from calsync.cli.plan import exit_code
from calsync.health import call_json, in_order, name_of
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
                call.commitment.cadence.name if call.commitment.cadence else "",
            )
        )
        last = day
    show.console().print(show.table(("day", "time", "whom", "number", "what", "cadence"), rows))


def _what(call: PlannedCall, contacts: Mapping[str, Contact]) -> str:
    """The event's title without the name, which has a column of its own."""
    title = call.entry.title if call.entry else ""
    return title.replace(f"Call {name_of(call.commitment.contact_id, contacts)} - ", "")
