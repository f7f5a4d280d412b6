"""``calsync explain CONTACT``: why this call, this day, this hour, these words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path

from calsync.cli import looking, show
from calsync.cli.plan import exit_code, plan_json
from calsync.model import Contact, PlannedCall


def run(config: Path | None, at: str | None, words: str, *, as_json: bool) -> int:
    """Every commitment to the contact; the open ones whole, with the words to say."""
    with looking.view(config, at) as view:
        contact = looking.find_contact(words, view.contacts, view.office.rep.region)
        calls = [call for call in view.plan.calls if call.commitment.contact_id == contact.id]
        if as_json:
            everything = plan_json(view.plan, view.contacts)
            everything["commitments"] = [row for row in everything["commitments"] if row["contact_id"] == contact.id]
            show.print_json({"contact": {"id": contact.id, "name": contact.name}} | everything)
        else:
            text = "\n".join(_lines(contact, calls, view.office.rep.zone))
            show.console().print(text, soft_wrap=True)
        return exit_code(view.plan)


def _lines(contact: Contact, calls: list[PlannedCall], zone: tzinfo) -> Iterator[str]:
    where = f" ({contact.where.file}:{contact.where.line})" if contact.where.line else ""
    yield f"{contact.name or contact.id}{where}"
    if not calls:
        yield "  nothing was promised, so no call is owed"
    for call in calls:
        yield ""
        yield from _call(call, zone)


def _call(call: PlannedCall, zone: tzinfo) -> Iterator[str]:
    commitment, placed = call.commitment, call.placed
    said = f' "{commitment.text}"' if commitment.text else ""
    yield f"{commitment.state.value.replace('_', ' ').upper()}: {_promised(call)}{said}"
    source = commitment.attempt.where
    place = f", {source.file}:{source.line}" if source.line else ""
    yield f"  said        {show.day_and_time(commitment.made_at, zone)}{place}"
    yield f"  that means  {show.window(commitment.window, zone)} ({commitment.kind.value})"
    if commitment.closed_by is not None:
        ended = commitment.closed_by
        outcome = ended.outcome.value.replace("_", " ") if ended.outcome else ended.channel.value
        yield f"  ended by    {show.day_and_time(ended.at, zone)}: {outcome}"
    if placed.slot is not None:
        yield f"  call at     {show.day_and_time(placed.slot.start, zone)}-{show.clock(placed.slot.end, zone)}"
    for reason in dict.fromkeys((*commitment.why, *placed.why)):
        yield f"  because     {reason}"
    if commitment.cadence is not None:
        yield f"  words       step {commitment.cadence.step} of the cadence {commitment.cadence.name}"
    if call.entry is not None and commitment.state.live:
        yield ""
        yield f"  {call.entry.title}"
        yield from (f"  | {line}" for line in call.entry.description.splitlines())


def _promised(call: PlannedCall) -> str:
    match call.commitment.promised_by.value:
        case "contact":
            return "they promised"
        case "cadence":
            return "planned by the cadence" if call.commitment.kind.value == "planned" else "the script promised"
        case _:
            return "you promised"
