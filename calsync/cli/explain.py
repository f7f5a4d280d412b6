"""``calsync explain CONTACT``: why this call, this day, this hour, these words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path

from calsync.cadences import Chooser
from calsync.cli import looking, show
from calsync.cli.plan import exit_code, plan_json
from calsync.model import Contact, Kind, PlannedCall, PromisedBy
from calsync.placing import explain


def run(config: Path | None, at: str | None, words: str, *, as_json: bool) -> int:
    """Every commitment to the contact; the open ones whole, with the rules that applied, the hours that were cut and
    by what, the alternatives in their order, and the words to say."""
    with looking.free_view(config, at) as view:
        contacts = view.book.contacts
        contact = looking.find_contact(words, contacts, view.office.rep.region)
        calls = [call for call in view.plan.calls if call.commitment.contact_id == contact.id]
        told = {call.commitment.id: _placing(view, call) for call in calls}
        if as_json:
            everything = plan_json(view.plan, contacts)
            everything["commitments"] = [
                row | {"placing": list(told[row["id"]])}
                for row in everything["commitments"]
                if row["contact_id"] == contact.id
            ]
            person = {"contact": {"id": contact.id, "name": contact.name}, "cadence": _cadence(view, contact, calls)}
            show.print_json(person | everything | {"unread": list(view.unread)})
        else:
            lines = [*_lines(view, contact, calls, told), *(f"busy times not read: {one}" for one in view.unread)]
            show.console().print("\n".join(lines), soft_wrap=True)
        return exit_code(view.plan)


def _placing(view: looking.FreeView, call: PlannedCall) -> tuple[str, ...]:
    """What placing has to say of a call that is owed, besides the reasons that stand in its event."""
    if not call.commitment.state.live:
        return ()
    office, world = view.office, view.world
    others = [one.placed for one in view.plan.active if one is not call]
    found = explain(
        call.placed,
        world.book,
        world.whole_rep,
        office.policy,
        busy=[span for span in world.busy if not span.away],
        decisions=world.decisions,
        now=view.now,
        others=others,
    )
    return tuple(line for line in found if line not in call.placed.why)


def _cadence(view: looking.FreeView, contact: Contact, calls: Sequence[PlannedCall]) -> str:
    """The cadence that the contact follows now: after a sale another one than before."""
    policy = view.office.policy
    step = next((call.commitment.cadence for call in calls if call.commitment.state.live), None)
    return Chooser(view.office.cadences, policy.default_cadence, policy.after_sale)(contact, step).name


def _lines(
    view: looking.FreeView, contact: Contact, calls: Sequence[PlannedCall], told: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    zone = view.office.rep.zone
    where = f" ({contact.where.file}:{contact.where.line})" if contact.where.line else ""
    yield f"{contact.name or contact.id}{where}, cadence {_cadence(view, contact, calls)}"
    if not calls:
        yield "  nothing was promised, so no call is owed"
    for call in calls:
        yield ""
        yield from _call(call, zone, told[call.commitment.id])


def _call(call: PlannedCall, zone: tzinfo, told: Sequence[str]) -> Iterator[str]:
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
    if told:
        yield ""
        yield "  how the time was found"
        yield from (f"    {line}" for line in told)
    if call.entry is not None and commitment.state.live:
        yield ""
        yield f"  {call.entry.title}"
        yield from (f"  | {line}" for line in call.entry.description.splitlines())


def _promised(call: PlannedCall) -> str:
    planned = call.commitment.kind is Kind.PLANNED
    match call.commitment.promised_by:
        case PromisedBy.CONTACT:
            return "they promised"
        case PromisedBy.CADENCE:
            return "planned by the cadence" if planned else "the script promised"
        case PromisedBy.REP:
            return "planned by you" if planned else "you promised"
