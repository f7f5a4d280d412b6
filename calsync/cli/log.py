"""``calsync log``: one attempt appended to calsync's own log, after it was understood."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from calsync.cli import looking, show
from calsync.cli.clock import moment
from calsync.errors import UsageError
from calsync.identity import commitment_id
from calsync.model import Attempt, Channel, Contact, Direction, Outcome, Reading
from calsync.office import Office
from calsync.sources import append_attempt
from calsync.sources.words import OUTCOMES, THEIRS, plain


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed."""

    contact: str
    outcome: str
    promise: str
    note: str = ""
    inbound: bool = False
    channel: str = "call"


def run(config: Path | None, at: str | None, entry: Entry, *, as_json: bool) -> int:
    """Nothing is written when a word of it is not understood."""
    chosen = looking.settings(config)
    with looking.read_only_office(chosen) as office:
        now = moment(at, office.rep.zone)
        book = office.reader.read(now)
        contact = looking.find_contact(entry.contact, book.contacts, office.rep.region)
        outcome = _outcome(entry.outcome)
        their_turn = entry.inbound or outcome in THEIRS
        attempt = Attempt(
            key=commitment_id(contact.id, now.isoformat()),
            contact_id=contact.id,
            at=now.replace(microsecond=0),
            direction=Direction.INBOUND if their_turn else Direction.OUTBOUND,
            channel=_channel(entry.channel),
            outcome=outcome,
            promise=entry.promise,
            note=entry.note,
        )
        reading = _understood(office, attempt, contact) if entry.promise else None
        append_attempt(chosen.own_log, attempt, office.rep.zone)
        if as_json:
            show.print_json(_json(attempt, reading))
        else:
            _print(attempt, contact, reading, office)
    return 0


def _outcome(words: str) -> Outcome:
    name = OUTCOMES.get(plain(words))
    if name is None:
        known = ", ".join(outcome.value for outcome in Outcome)
        raise UsageError(f'"{words}" is not an outcome.', hint=f"one of {known}, or short: vm, spoke, dnc")
    return Outcome(name)


def _channel(words: str) -> Channel:
    try:
        return Channel(words)
    except ValueError:
        raise UsageError(f'"{words}" is not a channel.', hint="call, sms, email or visit") from None


def _understood(office: Office, attempt: Attempt, contact: Contact) -> Reading:
    reading = office.read(attempt.promise, attempt.at, contact)
    if reading.window is None:
        raise UsageError(
            f'"{attempt.promise}" names no day, so nothing was written. {reading.why}'.rstrip(),
            hint=f'try it: calsync parse "{attempt.promise}"',
        )
    return reading


def _json(attempt: Attempt, reading: Reading | None) -> dict[str, object]:
    window = reading.window if reading else None
    return {
        "contact_id": attempt.contact_id,
        "at": attempt.at.isoformat(),
        "direction": attempt.direction.value,
        "channel": attempt.channel.value,
        "outcome": attempt.outcome.value if attempt.outcome else None,
        "promise": attempt.promise,
        "window": {"earliest": window.earliest.isoformat(), "latest": window.latest.isoformat()} if window else None,
    }


def _print(attempt: Attempt, contact: Contact, reading: Reading | None, office: Office) -> None:
    zone = office.rep.zone
    outcome = attempt.outcome.value.replace("_", " ") if attempt.outcome else ""
    console = show.console()
    console.print(f"{contact.name or contact.id}, {show.day_and_time(attempt.at, zone)}: {outcome}")
    if reading is not None and reading.window is not None:
        console.print(f'  "{attempt.promise}" means {show.window(reading.window, zone)}')
    console.print(f"  written to {office.settings.own_log}")
