"""What most verbs begin with: settings, an office that writes nothing, the plan as of now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from calsync.cadences import Cadence
from calsync.cli import show
from calsync.cli.clock import moment
from calsync.config import Settings, load
from calsync.config.places import default_config
from calsync.errors import CalendarError, UsageError
from calsync.ledger import Cache, Ledger
from calsync.model import DAY, Book, Contact, Plan, Span
from calsync.office import Office
from calsync.pipeline import World
from calsync.pipeline import plan as make_plan

BUSY_AHEAD = timedelta(days=60)
"""How far ahead the rep's other calendars are asked for busy times."""


@dataclass(frozen=True, slots=True)
class View:
    """The plan as of ``now``, and whom it is about."""

    office: Office
    now: datetime
    plan: Plan
    contacts: Mapping[str, Contact]


def settings(config: Path | None) -> Settings:
    """The settings in ``config``, by default those of ``$XDG_CONFIG_HOME/calsync/calsync.toml``."""
    return load(config or default_config())


@contextmanager
def read_only_office(chosen: Settings, cadences: Mapping[str, Cadence] | None = None) -> Iterator[Office]:
    """An office for a look: the ledger is read where there is one, and none is made."""
    there = chosen.state_path.exists()
    ledger = Ledger(chosen.state_path, read_only=True) if there else Ledger(":memory:")
    with Office(chosen, ledger=ledger, cache=Cache(":memory:"), cadences=cadences) as office:
        yield office


@contextmanager
def view(config: Path | None, at: str | None) -> Iterator[View]:
    """The plan from files and ledger; no calendar is asked and nothing is written."""
    chosen = settings(config)
    with read_only_office(chosen) as office:
        now = moment(at, office.rep.zone)
        with show.working("reading"):
            plan = office.plan(now)
            contacts = office.reader.read(now).contacts
        yield View(office, now, plan, contacts)


@dataclass(frozen=True, slots=True)
class FreeView:
    """The plan as of ``now`` with the rep's busy times in it, and the world it was made from.

    ``unread`` are the calendars that did not tell their busy times: a look goes on without them, and says so.
    """

    office: Office
    now: datetime
    plan: Plan
    world: World
    unread: tuple[str, ...] = ()

    @property
    def book(self) -> Book:
        return self.world.book


@contextmanager
def free_view(config: Path | None, at: str | None) -> Iterator[FreeView]:
    """The plan from files, ledger and the calendars named for busy times; nothing is written."""
    chosen = settings(config)
    with read_only_office(chosen) as office:
        now = moment(at, office.rep.zone)
        with show.working("reading"):
            busy, unread = _busy(office, now)
            tables = office.tables()
            world = office.world(office.reader.read(now), office.decisions(tables), busy, office.noted(tables))
            plan = make_plan(world, now)
        yield FreeView(office, now, plan, world, unread)


def _busy(office: Office, now: datetime) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    spans: list[Span] = []
    unread = []
    for spec in office.settings.asked_for_busy:
        try:
            spans.extend(office.branch(spec).calendar.busy(now - DAY, now + BUSY_AHEAD, spec.away))
        except CalendarError as error:
            unread.append(f"{spec.name}: {error.message}")
    return tuple(sorted(spans, key=lambda span: (span.start, span.end))), tuple(unread)


def find_contact(words: str, contacts: Mapping[str, Contact], region: str) -> Contact:
    """The one contact that an id, a number, an address or (part of) a name means.

    Raises ``UsageError`` naming the candidates where several fit, or the nearest names where none does.
    """
    if words in contacts:
        return contacts[words]
    found = _exact(words, contacts, region) or [
        contact for contact in contacts.values() if words.casefold() in contact.name.casefold()
    ]
    if len(found) == 1:
        return found[0]
    if found:
        named = ", ".join(f"{contact.name} ({contact.id})" for contact in found[:5])
        raise UsageError(f'"{words}" could be {named}.', hint="use the id in brackets, or a number")
    from calsync.config.values import nearest

    near = nearest(words, [contact.name for contact in contacts.values()])
    raise UsageError(
        f'No contact is called "{words}".',
        hint=f'did you mean "{near}"?' if near else "use the name, number, address or id of the contact list",
    )


def _exact(words: str, contacts: Mapping[str, Contact], region: str) -> list[Contact]:
    wanted = words.casefold()
    number = _number(words, region)
    return [
        contact
        for contact in contacts.values()
        if contact.name.casefold() == wanted
        or wanted in [address.casefold() for address in contact.emails]
        or number in [phone.e164 for phone in contact.phones]
    ]


def _number(words: str, region: str) -> str:
    from calsync.config.values import Mistake, read_phone

    try:
        return read_phone(words, region)
    except Mistake:
        return ""
