"""What one contact's file and log say about when to call: worked out once a contact, whatever is owed to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from calsync.drafts import maker
from calsync.model import Attempt, Contact, Direction, Outcome, Rep
from calsync.placing.grid import clock_of, minutes, minutes_up
from calsync.placing.habits import ANSWERED, Tally, rang, tally
from calsync.placing.law import Cap, caps_of, rest_after_refusal
from calsync.placing.territory import Certainty, Territory, territory
from calsync.placing.wishes import COLUMN, Week, read_wishes

NEAR_MINUTES = 120
REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """One contact as placing sees it.

    ``silent`` are our latest calls that reached nobody, newest first, on the rep's clock; ``caps`` holds, per
    cap, the UTC minutes of what it counts, oldest first; ``refused`` is the stretch (UTC minutes) in which a law wants
    them left alone because they said no.
    """

    contact: Contact
    land: Territory
    wishes: Week | None
    wish_unread: str
    silent: tuple[datetime, ...]
    calls: tuple[Attempt, ...]
    caps: tuple[tuple[Cap, tuple[int, ...]], ...]
    refused: tuple[int, int] | None = None

    def bars(self, placed: Iterable[int] = ()) -> list[tuple[int, int]]:
        """The stretches in which no call may begin: what a cap (with calls ``placed`` too) or a refusal forbids."""
        spans = barred(self.caps, placed)
        return [*spans, self.refused] if self.refused else spans

    def tally(self) -> Tally:
        """This contact's own calls by local hour and weekday."""
        clock = clock_of(self.land.zones[0])
        local = ((call.at.astimezone(clock), call.outcome in ANSWERED) for call in self.calls)
        return tally((at.hour, at.weekday(), answered) for at, answered in local)


_make_facts = maker(Facts)


def facts_of(contact: Contact, attempts: Sequence[Attempt], rep: Rep, now: datetime) -> Facts:
    """Read a contact and its attempts (oldest first); attempts later than ``now`` do not count."""
    land = territory(contact)
    if not land.places:
        here = ((rep.region, rep.zone.key),)
        land = Territory(here, Certainty.UNKNOWN, "taken as yours", land.doubt)
    text = contact.extra.get(COLUMN, "").strip()
    wishes = read_wishes(text) if text else None
    past = [attempt for attempt in attempts if attempt.at <= now]
    calls = tuple([attempt for attempt in past if rang(attempt)])
    if len(calls) == len(attempts) and isinstance(attempts, tuple):
        calls = attempts  # one tuple where nearly everybody was only ever called
    silent: list[datetime] = []
    for call in reversed(calls):
        if call.outcome in ANSWERED or len(silent) == REMEMBERED:
            break
        silent.append(call.at.astimezone(rep.zone))
    regions = tuple(dict.fromkeys(region for region, _ in land.places))
    caps = tuple((cap, _touches(cap, past)) for cap in caps_of(regions))
    unread = text if text and wishes is None else ""
    return _make_facts(contact, land, wishes, unread, tuple(silent), calls, caps, _refused(past, regions))


def _refused(past: Sequence[Attempt], regions: tuple[str, ...]) -> tuple[int, int] | None:
    """From their latest refusal, as long as the law of where they may be wants them left alone; ``None`` for never."""
    rest, _ = rest_after_refusal(regions)
    last = next((one.at for one in reversed(past) if one.outcome is Outcome.NOT_INTERESTED), None) if rest else None
    return None if last is None else (minutes(last) - 1, minutes_up(last + rest))


def _touches(cap: Cap, attempts: Iterable[Attempt]) -> tuple[int, ...]:
    counted = (a for a in attempts if a.direction is Direction.OUTBOUND and a.channel in cap.channels)
    return tuple(sorted(minutes_up(attempt.at) for attempt in counted))


def barred(caps: Iterable[tuple[Cap, tuple[int, ...]]], placed: Iterable[int] = ()) -> list[tuple[int, int]]:
    """The stretches (UTC minutes, both ends allowed) in which one more touch would break a cap.

    ``placed`` are calls already on the calendar.  A touch breaks ``n`` in ``T`` when some ``n`` others lie with it
    inside less than ``T``: any ``n`` neighbours that span less than ``T`` bar what lies nearer than ``T``
    to their far ends.
    """
    spans = []
    extra = list(placed)
    for cap, touches in caps:
        times = sorted([*touches, *extra])
        period = int(cap.period / timedelta(minutes=1))
        for index in range(len(times) - cap.calls + 1):
            first, last = times[index], times[index + cap.calls - 1]
            if last - first < period:
                spans.append((last - period, first + period))
    return spans
