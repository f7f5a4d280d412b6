"""Reading a note, from text to kind and due window: tokens, the levels of the grammar, whose promise it is, the window."""

from __future__ import annotations

from datetime import datetime
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
    said_at: datetime, zone: ZoneInfo, contact_zone: ZoneInfo | None, locale: str, resolve: bool, lexicon: Lexicon
) -> Moment:
    """What the words are counted from; a naive ``said_at`` is in ``zone``."""
    now = said_at.astimezone(zone) if said_at.tzinfo is not None else said_at.replace(tzinfo=zone)
    today = now.date()
    american = locale.endswith(("US", "us")) or locale in ("", "en")
    return Moment(
        now, today, today.weekday(), zone, contact_zone, not american, resolve, locale[-2:] in ("GB", "IE"), lexicon
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
    """Read a note or the words spoken on a call."""
    lexicon = lexicon_for(locale[:2], words)
    moment = moment_of(said_at, zone, contact_zone, locale, resolve, lexicon)
    line = analyse(text, moment)
    return resolve_only(line, moment) if resolve else judge(line, moment)
