"""What a person wrote on an event, understood: ``vm fri``, ``lvm by thursday``, ``spoke, call 3 dec 2pm``, ``sold``,
``dnc``.

Pure.  The spellings of outcomes are those of the attempt files; the rest of the words is read by the promise language.
What is not understood gives ``None``: it stays where it is, and nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from calsync.identity import outcome_key
from calsync.model import Attempt, Channel, Contact, Direction, Kind, Outcome, PhraseReader
from calsync.sources.words import OUTCOMES, nearest, plain
from calsync.sync.marks import Said

_LONGEST = 4  # words in the longest spelling of an outcome
_WHOLE = 7  # a title that was replaced by more words than this is a title, not an outcome

SHORT = {
    "no": Outcome.NO_ANSWER,
    "ok": Outcome.CONNECTED,
    "done": Outcome.CONNECTED,
    "called": Outcome.CONNECTED,
    "yes": Outcome.CONNECTED,
    "\N{CHECK MARK}": Outcome.CONNECTED,
    "\N{HEAVY CHECK MARK}": Outcome.CONNECTED,
    "\N{HEAVY CHECK MARK}\N{VARIATION SELECTOR-16}": Outcome.CONNECTED,
    "\N{WHITE HEAVY CHECK MARK}": Outcome.CONNECTED,
    "\N{BALLOT BOX WITH CHECK}": Outcome.CONNECTED,
    "\N{BALLOT BOX WITH CHECK}\N{VARIATION SELECTOR-16}": Outcome.CONNECTED,
    "vmd": Outcome.LEFT_VOICEMAIL,
    "vmail": Outcome.LEFT_VOICEMAIL,
    "lmom": Outcome.LEFT_VOICEMAIL,
    "spk": Outcome.CONNECTED,
    "number disconnected": Outcome.WRONG_NUMBER,
    "phone disconnected": Outcome.WRONG_NUMBER,
    "mtg set": Outcome.APPOINTMENT_SET,
    "not now": Outcome.CONNECTED,
    "try": Outcome.NO_ANSWER,
    "try again": Outcome.NO_ANSWER,
    "try back": Outcome.NO_ANSWER,
    **dict.fromkeys(
        (
            "no luck",
            "no joy",
            "no response",
            "no one",
            "no one home",
            "no one there",
            "nobody",
            "did not pick up",
            "did not answer",
        ),
        Outcome.NO_ANSWER,
    ),
}
"""What people write with a thumb, besides the spellings of the attempt files."""

_OPEN = frozenset(("no", "ok", "done", "called", "yes", *(word for word in SHORT if not word.isascii())))
"""Words that say little: what follows them says what came of the call, where it says that."""

_ONLY_WITH_A_DAY = frozenset(("try", "try again", "try back", "not now"))

_ALONE = frozenset(
    ("answer", "attempted", "connect", "failed", "fax", "live", "lost", "machine", "order", "received", "wrong")
)
"""Codes of dialling programs that are quite other words where more follows: ``lost my notes``, ``order form``."""

_NEVER = frozenset(("canceled", "cancelled"))
"""What a dialling program says of a call and a person of a plan."""

_LAST = frozenset(
    (Outcome.SOLD, Outcome.NOT_INTERESTED, Outcome.DO_NOT_CALL, Outcome.WRONG_NUMBER, Outcome.APPOINTMENT_SET)
)
"""What may come of a conversation, and is worth more than that there was one."""

_TYPED = {
    "voicemail": Outcome.LEFT_VOICEMAIL,
    "left voicemail": Outcome.LEFT_VOICEMAIL,
    "left message": Outcome.LEFT_MESSAGE,
    "no answer": Outcome.NO_ANSWER,
    "spoke": Outcome.CONNECTED,
}
"""Spellings that are known with a letter wrong, too many, or two of them the wrong way round."""

_WROTE = {
    **dict.fromkeys(("texted", "text sent", "sent text", "sent a text", "txted", "sms", "sms sent", "sent sms"), "sms"),
    **dict.fromkeys(("emailed", "email sent", "sent email", "sent an email", "mailed", "mail sent"), "email"),
}
"""The rep wrote instead of calling: that is an attempt too, and keeps no promise to call."""

_DATED = frozenset((Kind.FIXED, Kind.DAY, Kind.DEADLINE, Kind.AFTER, Kind.RANGE, Kind.VAGUE))
_AGREED = re.compile(
    r"^(?:cb|c/b|call(?:\s?back)?|callback|ring|appt|apt|appointment|mtg|meeting|resched(?:uled?)?)\b", re.IGNORECASE
)
_MENTIONED = re.compile(
    r"\b(?:call|cb|ring|phone|callback|f/?u|follow(?:ing)?[\s-]?up|check\s(?:in|back)|touch base|ping|reach out)\b",
    re.IGNORECASE,
)
_THEY_CALLED = re.compile(r"^(?:s?he|they)\s+(?:called|rang|phoned)(?:\s+(?:me|us|back))*\b", re.IGNORECASE)
_ONE_WITH_THE_NEXT = re.compile(r"^no\s+[^\W_]", re.IGNORECASE)
"""``no longer works there``, which is not ``no, she is away``."""

_SET = frozenset(word for word, name in OUTCOMES.items() if name == Outcome.APPOINTMENT_SET and " " in word)
_COUNTED = re.compile(r"^\d+(?:st|nd|rd|th)\s+", re.IGNORECASE)
_EDGES = " .,:;-()[]!/|\u2013\u2014"
_TICKS = "".join(word[0] for word in SHORT if not word.isascii())
_ORNAMENT = re.compile(rf"^[^\w{_TICKS}(\[]+|(?<=\w)[^\w)\]?%]+$")
_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Understood:
    """An outcome, and the words of the promise or the note that followed it; no outcome where the rep wrote to them."""

    outcome: Outcome | None
    promise: str = ""
    note: str = ""
    channel: Channel = Channel.CALL


def understand(
    words: str, contact: Contact, at: datetime, read: PhraseReader, *, whole: bool = False
) -> Understood | None:
    """Read what was written; ``None`` where it names no outcome and no call that was agreed.

    ``whole`` words took the place of a title: a plan that they merely mention may be another one.
    """
    text = _bare(" ".join(unicodedata.normalize("NFKC", words).split()))
    text = _COUNTED.sub("", text)
    found = _spelled(text, contact, at, read) or _spelled(_spaced(text), contact, at, read)
    if found is not None:
        return found
    if their := _THEY_CALLED.match(text):
        return _with_rest(Outcome.CALLBACK_RECEIVED, text[their.end() :].strip(_EDGES), contact, at, read)
    kind = read(text, at, contact).kind
    if kind is Kind.OPTOUT:
        return Understood(Outcome.DO_NOT_CALL, note=text)
    if kind is Kind.CONTACT:
        return Understood(Outcome.CONNECTED, note=text)  # who was told that has spoken with somebody
    if kind in _DATED and (_AGREED.match(text) or (not whole and _MENTIONED.search(text))):
        # "cb mon 3pm", "asked me to call fri": a call back was agreed, so the two spoke.
        return Understood(Outcome.CONNECTED, promise=text)
    return None


def _spelled(text: str, contact: Contact, at: datetime, read: PhraseReader) -> Understood | None:
    """What begins with an outcome, in one of its spellings."""
    tokens = text.split(" ")
    for length in range(min(_LONGEST, len(tokens)), 0, -1):
        spelling, rest = plain(" ".join(tokens[:length]).strip(_EDGES)), _bare(" ".join(tokens[length:]))
        if channel := _WROTE.get(spelling):
            return replace(_with_rest(None, rest, contact, at, read), channel=Channel(channel))
        if spelling in _NEVER or (rest and spelling in _ALONE):
            return None
        outcome = _outcome(spelling)
        if outcome is not None:
            follows = _spelled(rest, contact, at, read) if rest else None
            if follows is not None and _outweighs(follows, outcome, spelling):
                negated = _ONE_WITH_THE_NEXT.match(text) and follows.outcome is not Outcome.NOT_INTERESTED
                return None if negated and spelling == "no" else follows  # "no sale"
            found = _with_rest(outcome, rest, contact, at, read)
            other = rest and _says_another_thing(text, spelling, found, read(text, at, contact).kind)
            return None if other else found
    return None


def _says_another_thing(text: str, spelling: str, found: Understood, kind: Kind) -> bool:
    """``stop by on Friday``, ``no calls before 10``, ``no longer works there``, ``try the side door``."""
    if found.outcome is Outcome.DO_NOT_CALL:
        return kind is not Kind.OPTOUT
    joined = spelling == "no" and _ONE_WITH_THE_NEXT.match(text) is not None
    return not found.promise and (spelling in _ONLY_WITH_A_DAY or joined)


def _outweighs(follows: Understood, outcome: Outcome, spelling: str) -> bool:
    """``called, no answer``, ``no answer, left vm``, ``spoke - sold``: the second word says what came of it."""
    weak = spelling in _OPEN or outcome in (Outcome.NO_ANSWER, Outcome.BUSY, follows.outcome)
    return weak or follows.outcome in _LAST


def _bare(text: str) -> str:
    """Without emoji, arrows and what else is set around words."""
    return _ORNAMENT.sub("", text).strip(_EDGES)


def _spaced(text: str) -> str:
    """``vm/fri`` as two words."""
    return " ".join(re.sub(r"[,/|+&>\u2013\u2014-]", " ", text).split())


def _outcome(spelling: str) -> Outcome | None:
    """The outcome of that spelling; the one-letter codes of dialling programs are no words on a calendar."""
    if spelling in SHORT:
        return SHORT[spelling]
    found = OUTCOMES.get(spelling) if len(spelling) > 1 else None
    if found is not None and _AGREED.match(spelling) and spelling not in _SET:
        return None  # "callback mon 3pm" is read whole, with its day
    if found is None and (typed := nearest(spelling, _TYPED, cutoff=0.88)) and typed.count(" ") == spelling.count(" "):
        return _TYPED[typed]
    return Outcome(found) if found else None


def _with_rest(outcome: Outcome | None, rest: str, contact: Contact, at: datetime, read: PhraseReader) -> Understood:
    if not rest:
        return Understood(outcome)
    kind = read(rest, at, contact).kind
    if kind in _DATED:
        return Understood(outcome, promise=rest)
    if kind is Kind.OPTOUT:
        return Understood(Outcome.DO_NOT_CALL, note=rest)
    return Understood(outcome, note=rest)


def when(said: Said, now: datetime, since: datetime) -> datetime:
    """When the call was made: the event's LAST-MODIFIED where that is plausible (not before ``since``, the moment the
    promise was made, nor after now), else now."""
    modified = said.modified
    if modified is None or modified > now + _CLOCK_SKEW or modified < since:
        return now
    return min(modified, now)


def attempt_of(said: Said, contact: Contact, at: datetime, read: PhraseReader) -> Attempt | None:
    """The row of the log that the words stand for.  Its key is computed, so that the same edit read twice is one
    row."""
    words = title_words(said.words, contact) if said.whole else said.words
    understood = understand(words, contact, at, read, whole=said.whole) if words else None
    if understood is None:
        return None
    return Attempt(
        key=outcome_key(said.mark, said.words, said.stamp),
        contact_id=contact.id,
        at=at,
        direction=Direction.INBOUND if understood.outcome in _THEIRS else Direction.OUTBOUND,
        channel=understood.channel,
        outcome=understood.outcome,
        promise=understood.promise,
        note=understood.note,
    )


def title_words(title: str, contact: Contact) -> str:
    """The words in a title that took the place of ours; empty where it is only another title for the call.

    ``vm fri Call Dana Levy - promised Mon`` is what a device writes that had not seen our latest title yet.
    """
    if names_the_contact(title, contact):
        return _CALL.sub("", re.split(re.escape(contact.name), title, flags=re.IGNORECASE)[0]).strip(_EDGES)
    names = frozenset(plain(contact.name).split(" "))
    another = _CALL_SOMEBODY.match(title) or not names.isdisjoint(plain(title).split(" "))
    return "" if another or len(_WORD.findall(title)) > _WHOLE else title


def names_the_contact(title: str, contact: Contact) -> bool:
    """Whether it may be a title of ours, from an earlier day: each has the contact's name."""
    return contact.name != "" and contact.name.casefold() in title.casefold()


_WORD = re.compile(r"\w+")
_CALL_SOMEBODY = re.compile(r"call\b(?!\s*(?:back|again)\b)", re.IGNORECASE)
_CALL = re.compile(r"(?:\boverdue\b\W*)?(?:\bcall\b)?\W*$", re.IGNORECASE)
_THEIRS = frozenset((Outcome.CALLBACK_RECEIVED, Outcome.REPLIED))
