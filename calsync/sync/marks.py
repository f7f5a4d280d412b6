"""Reading marks: what a person did to an event of ours since we last saw it.

Pure: rows of the ledger and what a poll found go in, the rows as they now stand and the marks come out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from calsync.calendars.base import Seen
from calsync.ledger.rows import FOUND, Face, Intent, Row, Status
from calsync.markup import without_markup
from calsync.rendering import DONE, OUTCOME_LINE, split_description
from calsync.sync.faces import face_of_seen, moment_of, plain

EDGES = " :-[]()|,"
_TYPEWRITTEN = str.maketrans("\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2212\xa0", "'''\"\"\"--- ")

BACKUP = timedelta(days=3)
"""How old the backup is, at most, from which a server is believed to have come back: yesterday's, a weekend between."""

_OWN_WRITE = timedelta(minutes=2)
"""How long after the time of a run its own writes may be stamped: a first sync of a thousand events takes a while."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The event was moved or resized; ``modified`` is when, where a person's program says it."""

    mark: str
    start: datetime
    end: datetime
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class PutOnDay:
    """The event was made into one of the whole ``day``; ``start`` and ``end`` are when it was before."""

    mark: str
    day: date
    start: datetime
    end: datetime
    modified: datetime | None = None

    def moved(self, zone: tzinfo) -> Moved | None:
        """A call has a time: the one that it had, by the clocks of ``zone``, on that day.

        ``None`` where it was on that day already.
        """
        start, end = self.start.astimezone(zone), self.end.astimezone(zone)
        days = self.day - start.date()
        return Moved(self.mark, start + days, end + days, self.modified) if days else None


@dataclass(frozen=True, slots=True)
class Said:
    """Words stand before the title, or on the OUTCOME line; ``whole`` when they replaced the title, or all of the
    description.

    ``beside`` are the words at the title where others stand on the OUTCOME line as well.  ``stamp`` tells one edit from
    the next.  ``written`` is when we last wrote an event that the ledger does not know.
    """

    uid: str
    mark: str
    words: str
    modified: datetime | None
    stamp: str
    whole: bool = False
    beside: str = ""
    written: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deleted:
    """A live event was deleted."""

    mark: str


@dataclass(frozen=True, slots=True)
class Restored:
    """An event that a person had deleted is back."""

    mark: str


Mark = Moved | PutOnDay | Said | Deleted | Restored


@dataclass(frozen=True, slots=True)
class News:
    """What a poll found, by UID: events that changed, the UIDs that vanished.

    ``forgot_at`` is set to the time of the poll where everything was listed anew, because the server no longer knew our
    token or we had none: it may have come back from a backup, and then what is missing or old there is nobody's doing.
    ``remembers`` is the time of the latest write that it does show: a backup that has it has all that was there before.
    """

    seen: Mapping[str, Seen]
    gone: frozenset[str]
    forgot_at: datetime | None = None
    remembers: datetime | None = None

    def undone(self, row: Row) -> bool:
        """True where a write of ours that recent may have been lost with the server's memory."""
        if self.forgot_at is None or row.updated_at is None:
            return False
        return self.forgot_at - row.updated_at < BACKUP and self.may_lack(row)

    def older(self, row: Row, seen: Seen) -> bool:
        """True where an event stands as it did before we last wrote it, or saw it; one that was gone is believed to,
        also when the poll after the one that missed it shows it."""
        if row.modified is None or seen.modified is None or row.status is Status.SENDING:
            return False
        whole = row.modified.replace(microsecond=0)  # calendars keep whole seconds
        return seen.modified < whole and (self.may_lack(row) or not row.status.present)

    def may_lack(self, row: Row) -> bool:
        """True where the server may have come back from before our last word on that event."""
        if self.forgot_at is None or row.updated_at is None:
            return False
        return self.remembers is None or row.updated_at > self.remembers


def last_remembered(rows: Mapping[str, Row], seen: Mapping[str, Seen], same: Iterable[str]) -> datetime | None:
    """When the latest of the events was written that stand as the ledger has them, by etag (``same``) or in what they
    say; ``None`` where there is none.

    A row is stamped also when an event is taken over that was written long before; what stands there was not written
    later than the event itself says.
    """
    standing = {uid for uid, one in seen.items() if uid in rows and face_of_seen(one) == rows[uid].face}
    written = []
    for uid in standing.union(same):
        row, said = rows[uid], seen[uid].modified if uid in seen else None
        if row.intent is Intent.NONE and row.updated_at is not None:
            written.append(min(row.updated_at, said) if said is not None else row.updated_at)
    return max(written, default=None)


def read_marks(
    rows: dict[str, Row], news: News, before: Callable[[Row], Seen | None]
) -> tuple[dict[str, Row], tuple[Mark, ...]]:
    """Bring the rows up to what the calendar shows, and tell what a person did.

    ``before`` gives an event as it stood at the row's etag, where that is still known: it tells lines that a person
    wrote into our text from lines of an older text of ours.  Rows that nothing happened to are returned as they are;
    where nothing happened at all, that is the very dictionary that was given.
    """
    changed: dict[str, Row] = {}
    marks: list[Mark] = []
    for uid in sorted(news.gone):
        if row := rows.get(uid):
            changed[uid] = _vanished(row, news, marks)
    for uid in sorted(news.seen):
        if row := rows.get(uid):
            seen = news.seen[uid]
            if seen.cancelled:
                changed[uid] = _vanished(row, news, marks)
            elif row.intent is Intent.UPDATE and seen.etag and seen.etag == row.etag:
                # As we left it: the write did not land, and nobody else wrote.
                changed[uid] = replace(row, intent=Intent.NONE, intended=None)
            elif news.older(row, seen) or (news.may_lack(row) and _began_anew(row, seen)):
                changed[uid] = _brought_back(row, seen)
            else:
                changed[uid] = _stands(row, seen, before, marks)
                if news.may_lack(row) or not row.fingerprint:  # an old state that somebody wrote on since
                    changed[uid] = _with_notes_of_both(row, changed[uid])
    changed = {uid: row for uid, row in changed.items() if row != rows[uid]}
    return (rows | changed if changed else rows), tuple(marks)


def _brought_back(row: Row, seen: Seen) -> Row:
    """An event as a backup has it: no person did that, so it is no mark, and ours is written over it again.

    What a person decided since stays decided, and notes that only one of the two states has are kept from both.
    """
    history = row.status is Status.HISTORY and not _began_anew(row, seen)
    return replace(
        row,
        status=Status.HISTORY if history else Status.LIVE,
        face=replace(row.face, notes=_both(row.face.notes, face_of_seen(seen).notes)),
        href=seen.href,
        etag=seen.etag,
        fingerprint="",
        intent=Intent.NONE,
        intended=None,
    )


def _began_anew(row: Row, seen: Seen) -> bool:
    """True where what was history is a call again, to be ended once more."""
    return row.status is Status.HISTORY and not face_of_seen(seen).title.startswith(DONE)


def _with_notes_of_both(before: Row, now: Row) -> Row:
    notes = _both(before.face.notes, now.face.notes)
    return now if notes == now.face.notes else replace(now, face=replace(now.face, notes=notes), fingerprint="")


def _both(notes: str, more: str) -> str:
    """The notes, and the lines that only the other notes have."""
    known = {line.strip() for line in notes.split("\n")}
    new = [line for line in more.split("\n") if line.strip() and line.strip() not in known]
    return "\n".join([notes, *new] if notes else new)


def _vanished(row: Row, news: News, marks: list[Mark]) -> Row:
    if row.status is Status.SENDING or row.intent is Intent.DELETE or row.status in (Status.REMOVED, Status.DISMISSED):
        # A create that never arrived, or a delete that did: ours, not a person's.
        status = row.status if row.status is Status.DISMISSED else Status.REMOVED
        return replace(row, status=status, intent=Intent.NONE, intended=None, etag="")
    if row.status is Status.LIVE and news.undone(row) and row.uid not in news.seen:
        return replace(row, status=Status.REMOVED, intent=Intent.NONE, intended=None, etag="")
    if row.status is Status.LIVE:
        marks.append(Deleted(row.mark))
    return replace(row, status=Status.DISMISSED, intent=Intent.NONE, intended=None, etag="")


def _stands(row: Row, seen: Seen, before: Callable[[Row], Seen | None], marks: list[Mark]) -> Row:
    face = face_of_seen(seen)
    base, row = _settle(row, face)
    status = row.status
    if not status.present:
        status = Status.HISTORY if face.title.startswith(DONE) else Status.LIVE
    if row.status is Status.DISMISSED and status is Status.LIVE:
        marks.append(Restored(row.mark))
    if status is Status.LIVE and (face.start, face.end) != (base.start, base.end):
        moved = _moved(row, base, seen)
        marks.extend(moved)
        if any(isinstance(one, PutOnDay) for one in moved):  # its time is known all the same, and is written again
            face, row = replace(face, start=base.start, end=base.end), replace(row, fingerprint="")
    if row.heard:  # what is gone may be said again in the same words
        standing = (face.outcome, beside_title(row.ours_title or base.title, face.title)[0])
        row = replace(row, heard="\n".join(words for words in row.heard.split("\n") if words in standing))
    edited = face.body not in (base.body, row.face.body)
    undone = edited and status is Status.HISTORY and _ends_with_outcome(seen)
    theirs = _written_into(seen, before(row), face.notes) if edited and not undone else []
    words, beside, whole = _words(row, base, face)
    if not words and theirs and not undone:
        words, whole = _instead_of_outcome(seen, theirs)
    if status in (Status.LIVE, Status.HISTORY) and words:
        marks.append(Said(row.uid, row.mark, words, _edited_at(row, seen), stamp_of(seen), whole, beside))
    if theirs:
        face = replace(face, notes="\n".join([*theirs, face.notes] if face.notes else theirs))
    if undone:  # what we had made of it is written once more
        row = replace(row, fingerprint="")
    return replace(
        row, status=status, face=face, href=seen.href, etag=seen.etag, modified=seen.modified or row.modified
    )


def stamp_of(seen: Seen) -> str:
    """What tells this edit of an event from the next."""
    return seen.modified.isoformat() if seen.modified else seen.etag


def _edited_at(row: Row, seen: Seen) -> datetime | None:
    """LAST-MODIFIED where a person's program set it; a program that left ours standing tells nothing."""
    if seen.modified is None or row.updated_at is None or seen.modified <= row.updated_at + _OWN_WRITE:
        return None
    return seen.modified


def _moved(row: Row, base: Face, seen: Seen) -> tuple[Moved | PutOnDay, ...]:
    # Of one that was taken over, all that is known is what it says itself.
    modified = seen.modified if row.fingerprint == FOUND else _edited_at(row, seen)
    if isinstance(seen.start, datetime):
        return (Moved(row.mark, seen.start, seen.end if isinstance(seen.end, datetime) else seen.start, modified),)
    start, end = moment_of(base.start), moment_of(base.end)
    if isinstance(start, datetime) and isinstance(end, datetime):
        return (PutOnDay(row.mark, seen.start, start, end, modified),)
    return ()


def _settle(row: Row, face: Face) -> tuple[Face, Row]:
    """Decide whether a write whose answer was lost had landed; give back what the event looked like before any edit.

    Each field that equals what was on its way came from us; the rest is compared with what stood there before.
    """
    if row.intent is Intent.NONE or row.intended is None:
        return row.face, replace(row, intent=Intent.NONE, intended=None)
    meant = row.intended
    landed = row.intent is not Intent.DELETE and (
        row.status is Status.SENDING
        or face.body == meant.body != row.face.body
        or (meant.title in face.title and not (meant.title in row.face.title and row.face.title in face.title))
        or (face.start, face.end) == (meant.start, meant.end) != (row.face.start, row.face.end)
    )
    settled = replace(row, intent=Intent.NONE, intended=None)
    if not landed:
        return row.face, settled
    # The fingerprint is forgotten: one more update makes sure that every field arrived.
    return meant, replace(
        settled,
        status=Status.LIVE if row.status is Status.SENDING else row.status,
        ours_title=meant.title,
        fingerprint="",
        heard="",
    )


def _words(row: Row, base: Face, face: Face) -> tuple[str, str, bool]:
    """What the person wrote since and nobody has heard yet: the words of the OUTCOME line and those at the title, or
    either; whether they stand instead of the title."""
    heard = row.heard.split("\n")
    outcome = face.outcome if face.outcome not in (base.outcome, *heard) else ""
    if face.title == base.title or not face.title:
        return outcome, "", False
    title, whole = beside_title(row.ours_title or base.title, face.title)
    if title in heard:
        return outcome, "", False
    if outcome:
        return outcome, "" if whole else title, False
    return title, "", whole


def beside_title(ours: str, stands: str) -> tuple[str, bool]:
    """The words that stand beside our title or between its words, and whether they stand there instead of it."""
    if ours and ours in stands:
        before, _, after = stands.partition(ours)
        return (before.strip(EDGES) or after.strip(EDGES)), False
    head = next((at for at, (one, other) in enumerate(zip(ours, stands, strict=False)) if one != other), 0)
    between = stands[head : len(stands) - len(ours) + head]
    if head and stands.endswith(ours[head:]) and between != between.strip():
        return between.strip(EDGES), False
    return stands, True


def _ends_with_outcome(seen: Seen) -> bool:
    """True for the text of a call that is owed: that of one which has ended asks for no outcome."""
    return split_description(plain(without_markup(seen.description))).ours.endswith(OUTCOME_LINE)


def _written_into(seen: Seen, old: Seen | None, notes: str) -> list[str]:
    """The lines that a person wrote into our part of the description: nothing of theirs is lost (G3)."""
    if old is None:
        return []
    known = {_alike(line) for line in _our_lines(old)} | {_alike(line) for line in notes.split("\n")}
    return [line for line in _our_lines(seen) if _alike(line) and _alike(line) not in known]


def _our_lines(seen: Seen) -> list[str]:
    return plain(split_description(plain(without_markup(seen.description))).ours).split("\n")


def _alike(line: str) -> str:
    """A line as an editor may have left it that makes quotes round and dashes long."""
    return " ".join(line.translate(_TYPEWRITTEN).split()).casefold()


def _instead_of_outcome(seen: Seen, theirs: Sequence[str]) -> tuple[str, bool]:
    """The one line that a person left where our OUTCOME line, or all of our text, had stood."""
    left = [line for line in _our_lines(seen) if line.strip()]
    gone = not _ends_with_outcome(seen) and len(theirs) == 1 and left[-1:] == list(theirs)
    return (" ".join(theirs[0].split()), True) if gone else ("", False)


def present_uids(rows: Iterable[Row]) -> frozenset[str]:
    """The UIDs that ought to be found on the calendar."""
    return frozenset(row.uid for row in rows if row.status.present)
