"""The spellings that logs use, as data: what a CRM, a dialler or a hurried rep writes for the same thing.

A cell is compared after ``plain``: lower case, with ``_ - . /`` and the like read as spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from calsync.model import Channel, Direction, Line, Outcome

_JOINERS = re.compile("[\\s_\\-\u2013\u2014./:]+")


def plain(text: str) -> str:
    """The form in which words are compared."""
    return _JOINERS.sub(" ", text.replace("\u2019", "").replace("'", "").casefold()).strip()


def _by_word(spellings: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {plain(word): name for name, words in spellings.items() for word in (name, *words)}


OUTCOMES: dict[str, str] = _by_word(
    {
        Outcome.NO_ANSWER: (
            "no ans", "noans", "noanswer", "no-answer", "not answered", "unanswered", "na", "n/a", "no pick up",
            "no pickup", "didn't pick up", "didn't answer", "no reply", "rang out", "not home", "not in", "unavailable",
            "no contact", "no connect", "did not connect", "canceled", "cancelled", "no message", "no vm",
            "no voicemail", "hung up on voicemail", "attempted", "tried", "vm full", "voicemail full",
            "voice mail full", "voicemail is full", "voicemail box full", "mailbox full", "mailbox is full",
            "voicemail not set up", "no voicemail set up", "vm not set up",
        ),
        Outcome.BUSY: ("b", "line busy", "busy signal", "engaged", "congestion", "user busy"),
        Outcome.LEFT_VOICEMAIL: (
            "vm", "lvm", "v/m", "left vm", "left voice mail", "left a voicemail", "left a vm", "left voicemail message",
            "voicemail", "voice mail", "voicemail left", "vm left", "vml", "lm on vm", "left message on machine",
            "left msg on vm", "answering machine", "machine", "a", "aa",
        ),
        Outcome.LEFT_MESSAGE: (
            "lm", "lmtcb", "left msg", "left a message", "message left", "left live message", "live message",
            "message with person", "left message with person", "gatekeeper", "left message with someone",
        ),
        Outcome.CONNECTED: (
            "spoke", "spoken", "spoke with", "talked", "talked to", "answered", "answer", "reached", "connect",
            "conversation", "meaningful connect", "completed", "success", "successful", "live", "picked up",
            "callback agreed", "call back later", "callback", "call back", "callbk", "cbhold", "call back requested",
        ),
        Outcome.CALLBACK_RECEIVED: (
            "they called", "they called back", "called back", "called me", "called me back", "callback recieved",
            "call back received", "inbound", "incoming", "incoming call", "inbound call", "returned my call",
            "returned call", "received",
        ),
        Outcome.REPLIED: (
            "reply", "they replied", "replied by text", "texted back", "they texted", "emailed back", "they emailed",
            "responded", "wrote back", "answered by mail",
        ),
        Outcome.APPOINTMENT_SET: (
            "appointment", "appt", "appt set", "apt set", "appointment made", "appointment booked", "meeting set",
            "meeting booked", "meeting scheduled", "booked", "demo set", "demo booked", "scheduled",
        ),
        Outcome.NOT_INTERESTED: (
            "ni", "n.i.", "no interest", "uninterested", "not int", "declined", "refused", "said no", "no thanks",
            "lost",
        ),
        Outcome.DO_NOT_CALL: (
            "dnc", "dncl", "donotcall", "do not contact", "don't call", "dont call", "stop", "stop calling", "opt out",
            "opted out", "optout", "unsubscribe", "unsubscribed", "remove", "remove me", "take me off the list",
            "never call", "no calls",
        ),
        Outcome.WRONG_NUMBER: (
            "wn", "wrong", "wrong no", "wrong nr", "wrong num", "wrong #", "wrong person", "bad number",
            "invalid number", "disconnected", "dc", "disc", "not in service", "out of service", "number not in service",
            "failed", "fax",
        ),
        Outcome.SOLD: ("sale", "sold it", "closed won", "won", "bought", "purchased", "ordered", "order", "signed"),
    }
)  # fmt: skip

THEIRS = frozenset({Outcome.CALLBACK_RECEIVED, Outcome.REPLIED})
"""Outcomes that only an attempt of theirs has: they make an empty direction inbound."""

MISSED = frozenset(map(plain, ("missed", "missed call", "missed inbound", "they called missed", "missed them")))
"""An inbound call that did not reach the rep: ``no_answer``, and an empty direction is inbound."""

DIRECTIONS: dict[str, str] = _by_word(
    {
        Direction.OUTBOUND: (
            "out", "outgoing", "o", "sent", "made", "placed", "dialed", "dialled", "outbound api", "outbound dial",
            "me", "i called", "to them",
        ),
        Direction.INBOUND: (
            "in", "incoming", "i", "received", "missed", "they called", "from them", "them", "theirs",
        ),
    }
)  # fmt: skip

CHANNELS: dict[str, str] = _by_word(
    {
        Channel.CALL: ("phone", "phone call", "telephone", "tel", "voice", "voicemail", "dial", "cell", "mobile", "c"),
        Channel.SMS: (
            "text", "txt", "text message", "message", "imessage", "whatsapp", "signal", "mms", "telegram", "chat",
        ),
        Channel.EMAIL: ("e-mail", "mail", "em", "letter"),
        Channel.VISIT: (
            "in person", "inperson", "meeting", "met", "door", "face to face", "f2f", "walk in", "drop by",
            "stopped by",
        ),
    }
)  # fmt: skip

LINES: dict[str, str] = _by_word(
    {
        Line.CELL: ("mobile", "mob", "cellular", "cell phone", "mobile phone", "iphone", "handy", "sms", "text", "car"),
        Line.HOME: ("house", "landline", "residence", "private", "home phone", "personal"),
        Line.WORK: (
            "office", "business", "main", "company", "company main", "job", "desk", "direct", "work phone",
            "business 2",
        ),
    }
)  # fmt: skip

YES = frozenset(
    map(
        plain, ("yes", "y", "true", "t", "1", "x", "✓", "✔", "dnc", "do not call", "stop", "opt out", "opted out", "ja")
    )
)
NO = frozenset(
    map(plain, ("no", "n", "false", "f", "0", "ok", "ok to call", "okay", "may call", "call", "allowed", "consented"))
)
SILENT = frozenset(map(plain, ("", "-", "?", "unknown", "none", "null", "nan", "n/a", "not set")))

DO_NOT_CALL_GROUPS = frozenset(map(plain, ("dnc", "do not call", "donotcall", "do not contact", "don't call")))
"""Labels and categories of an address book that are an opt-out."""


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The one of ``known`` that ``word`` most looks like, ``""`` where none does."""
    found = get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return found[0] if found else ""
