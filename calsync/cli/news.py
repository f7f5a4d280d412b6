"""``calsync news WORDS``: one planned call to everybody who permitted to be called when there is something new (001-9).

A row of calsync's own log for each; the words are the reason that the event shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from calsync.cadences.watch import permitted
from calsync.cli import looking, show
from calsync.commitments.said import PLAN
from calsync.errors import UsageError
from calsync.identity import commitment_id
from calsync.model import Attempt, Channel, Contact, Direction, Kind
from calsync.sources import append_attempt


@dataclass(frozen=True, slots=True)
class Round:
    """Who is called with the news, and who is not, with the reason."""

    rows: tuple[tuple[Contact, Attempt], ...]
    spared: tuple[tuple[Contact, str], ...]


def run(config: Path | None, at: str | None, words: str, when: str, *, as_json: bool, dry_run: bool) -> int:
    """Written once: the same words a second time add nobody who has them already."""
    with looking.view(config, at) as view:
        news = " ".join(words.split())
        _check(view, news, when)
        told = _round(view, news, when)
        if not dry_run:
            for _, attempt in told.rows:
                append_attempt(view.office.settings.own_log, attempt, view.office.rep.zone)
        if as_json:
            show.print_json(_json(told, written=not dry_run))
        else:
            show.console().print("\n".join(_lines(told, news, when, dry_run=dry_run)), soft_wrap=True)
    return 0


def _check(view: looking.View, news: str, when: str) -> None:
    """Nothing is written where the words would be read as something else, or ``when`` as no time."""
    if not news:
        raise UsageError("There is no news to tell.", hint='calsync news "the spring course is open"')
    somebody = next(iter(view.contacts.values()), Contact("nobody", ""))
    if view.office.read(news, view.now, somebody).kind is Kind.OPTOUT:
        raise UsageError(
            f'"{news}" reads as if somebody asked not to be called, so nothing was written.', hint="say it otherwise"
        )
    if view.office.read(when, view.now, somebody).window is None:
        raise UsageError(f'"{when}" names no time.', hint=f'try it: calsync parse "{when}"')


def _round(view: looking.View, news: str, when: str) -> Round:
    owed = {call.commitment.contact_id: call for call in view.plan.active if call.commitment.state.live}
    made = {call.commitment.id for call in view.plan.calls}
    rows, spared = [], []
    for contact in permitted(view.contacts.values()):
        attempt = _row(view, contact, news, when)
        if contact.id in view.plan.do_not_call:
            spared.append((contact, "asked not to be called"))
        elif commitment_id(contact.id, attempt.key) in made:
            spared.append((contact, "has a call for these words already"))
        elif contact.id in owed:
            spared.append((contact, "a call is owed anyway: tell them then"))
        else:
            rows.append((contact, attempt))
    return Round(tuple(rows), tuple(spared))


def _row(view: looking.View, contact: Contact, news: str, when: str) -> Attempt:
    """A row that counts as no call and no message: it only plans one.  Its key says which news, so it is made once."""
    return Attempt(
        key=f"news-{commitment_id(contact.id, news)}",
        contact_id=contact.id,
        at=view.now.replace(microsecond=0),
        direction=Direction.OUTBOUND,
        channel=Channel.EMAIL,
        promise=f"{PLAN} {when}",
        note=news,
    )


def _json(told: Round, *, written: bool) -> dict[str, object]:
    return {
        "written": written,
        "contacts": [{"id": contact.id, "name": contact.name} for contact, _ in told.rows],
        "left_out": [{"id": contact.id, "name": contact.name, "why": why} for contact, why in told.spared],
    }


def _lines(told: Round, news: str, when: str, *, dry_run: bool) -> Iterator[str]:
    verb = "would be planned" if dry_run else "planned"
    yield f'"{news}": {show.count(len(told.rows), "call")} {verb}, {when}'
    yield from (f"  {contact.name}" for contact, _ in told.rows)
    yield from (f"  not {contact.name}: {why}" for contact, why in told.spared)
    if not told.rows and not told.spared:
        yield "  nobody's row says yes under permission"
