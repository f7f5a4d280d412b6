"""Reading a note, from text to kind and due window: tokens, levels of the grammar, whose promise, the window."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from calsync.model import Reading
from calsync.promises.compose import compose
from calsync.promises.grammar import Level, Line
from calsync.promises.lexicon import Lexicon, lexicon_for
from calsync.promises.rules.clocks import CLOCKS
from calsync.promises.rules.dates import DATES
from calsync.promises.rules.days import DAYS
from calsync.promises.rules.edges import EDGES
from calsync.promises.rules.joins import ABOUT, JOINS, OFFSETS
from calsync.promises.rules.numbers import LENGTHS, NUMBERS
from calsync.promises.rules.periods import PERIODS
from calsync.promises.tokens import tokenise
from calsync.promises.values import Moment
from calsync.promises.verdict import judge, resolve_only
from calsync.promises.words import DEFAULT, Words

LEVELS: tuple[Level, ...] = (NUMBERS, LENGTHS, CLOCKS, DATES, DAYS, PERIODS, EDGES, ABOUT, OFFSETS, JOINS)


def moment_of(
    said_at: datetime, zone: ZoneInfo, contact_zone: ZoneInfo | None, locale: str, lexicon: Lexicon, *, resolve: bool
) -> Moment:
    """What the words are counted from; a naive ``said_at`` is in ``zone``.

    American English puts the month first, every other locale the day.
    """
    # by way of UTC, because a wall-clock time that a clock change skipped is no time at all
    local = said_at if said_at.tzinfo is not None else said_at.replace(tzinfo=zone)
    now = local.astimezone(UTC).astimezone(zone)
    today = now.date()
    country = locale[-2:].upper()
    month_first = locale in ("", "en") or country == "US"
    return Moment(
        now, today, today.weekday(), zone, contact_zone, not month_first, resolve, country in ("GB", "IE"), lexicon
    )


def analyse(text: str, moment: Moment) -> Line:
    """The text as classes, with every date expression one ``due``."""
    line = tokenise(text, moment.lexicon)
    for level in LEVELS:
        line = level.apply(line, moment)
    return compose(line, moment)


def read(
    text: str,
    said_at: datetime,
    *,
    zone: ZoneInfo,
    contact_zone: ZoneInfo | None = None,
    locale: str = "en-US",
    resolve: bool = False,
    words: Words = DEFAULT,
) -> Reading:
    """Read a note, or the words spoken on a call.

    ``said_at`` is the moment of the attempt (naive: in ``zone``, the rep's); ``contact_zone`` is what "her time" means.
    ``locale`` chooses the language and the order of day and month.  ``resolve`` asks for the date expression alone,
    whoever promised what.  Never raises on any text: what names no day is ``undated``, what promises nothing ``none``,
    each with its reason in ``why``.
    """
    lexicon = lexicon_for(locale[:2].lower() or "en", words)
    moment = moment_of(said_at, zone, contact_zone, locale, lexicon, resolve=resolve)
    line = analyse(text, moment)
    return resolve_only(line, moment) if resolve else judge(line, moment)
