"""From what is wanted and what stands on the calendar to the list of actions.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from calsync.calendars.base import Seen
from calsync.ledger.rows import FOUND, Row, Status
from calsync.model import Entry
from calsync.rendering import DONE, OUTCOME_LINE, with_notes
from calsync.sync.actions import Action, Adopt, Create, Delete, Keep, Update
from calsync.sync.faces import face_of_entry, face_of_seen, fingerprint, moment_of, moment_text
from calsync.sync.marks import beside_title
from calsync.sync.notices import NOTICE, has_news, where_it_stands


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the calendar should show: the entries, and the marks of which not even history may stay (do_not_call)."""

    entries: tuple[Entry, ...]
    erase: frozenset[str] = frozenset()
    erase_history: bool = False


class Settled(NamedTuple):
    """An entry and a row that were found to agree: there is nothing to do."""

    entry: Entry
    row: Row
    keep: Keep

    @staticmethod
    def of(entry: Entry, row: Row) -> Settled:
        return Settled(entry, row, Keep(entry.mark, "up to date"))


def plan(
    wanted: Wanted,
    rows: Mapping[str, Row],
    unknown: Mapping[str, Seen],
    settled: MutableMapping[str, Settled] | None = None,
) -> list[Action]:
    """The actions that make one calendar show what is wanted, deletes of do_not_call contacts first.

    ``rows`` is the ledger as marks left it; ``unknown`` are events under our UIDs that the ledger does not know.
    Running the plan again once it was applied gives nothing but ``Keep``.  ``settled`` remembers, by UID, which entry
    and row were found to agree, so that they need not be compared a second time; the answer is the same without it.
    """
    entries = {entry.uid: entry for entry in wanted.entries}
    actions: list[Action] = []
    for uid in sorted(set(rows) - set(entries)):
        actions.extend(_unwanted(rows[uid], wanted))
    strays = [unknown[uid] for uid in sorted(set(unknown) - set(entries) - set(rows))]
    # One that lost our mark and that nothing knows may be anybody's by now.
    for seen in strays:
        if seen.mark:
            actions.extend(_stray(seen, wanted))
    # Most urgent deletes first: nobody who asked not to be called keeps an event while others are written (G11).
    actions.sort(
        key=lambda action: (not (isinstance(action, Delete) and action.mark in wanted.erase), isinstance(action, Keep))
    )
    memory = {} if settled is None else settled
    for entry in wanted.entries:
        row = rows.get(entry.uid)
        known = memory.get(entry.uid)
        if known is not None and known.row is row and known.entry is entry:
            actions.append(known.keep)
            continue
        decided = list(_wanted(entry, row, unknown.get(entry.uid)))
        if row is not None and row.status.present and all(isinstance(one, Keep) for one in decided):
            memory[entry.uid] = Settled.of(entry, row)
        actions.extend(decided)
    return actions


def _unwanted(row: Row, wanted: Wanted) -> Iterable[Action]:
    if row.status is Status.LIVE and row.mark in wanted.erase:
        yield Delete(row, "asked not to be called")
    elif row.status is Status.LIVE and _was_history(row) and not wanted.erase_history:
        record = _record(row)
        yield Update(record, record.title, row, "it was history before the calendar came back from a backup")
    elif row.status is Status.LIVE and _written_on(row) and not wanted.erase_history:
        record = _record(row)
        yield Update(record, record.title, row, "no call is owed any more; kept for the notes on it")
    elif row.status is Status.LIVE:
        yield Delete(row, "no call is owed any more")
    elif row.status is Status.HISTORY:
        if row.mark in wanted.erase or wanted.erase_history:
            yield Delete(row, "asked not to be called" if row.mark in wanted.erase else "history is not kept")
        elif row.face.notes and not row.fingerprint:
            record = _record(row)
            yield Update(record, record.title, row, "its notes may be missing there")
        else:
            yield Keep(row.mark, "history")
    elif row.status is Status.DISMISSED and row.mark.startswith(NOTICE):
        # Should the same trouble come again, it is told again.
        yield Delete(row, "what it said is mended")


def _written_on(row: Row) -> bool:
    """True where the event bears a person's notes, or words that could not be written down elsewhere."""
    return bool(row.face.notes or (row.face.outcome and row.face.outcome != row.heard))


def _was_history(row: Row) -> bool:
    return row.ours_title.startswith(DONE)


def _record(row: Row) -> Entry:
    """An event whose promise is no longer in the log, left where it is for the sake of a person's notes (G3)."""
    title = row.ours_title or row.face.title
    past = Entry(
        uid=row.uid,
        mark=row.mark,
        title=title if _was_history(row) else f"{DONE} {title}",
        description="No call is owed any more: what promised it is no longer in the log.\n",
        start=moment_of(row.face.start),
        end=moment_of(row.face.end),
        zone="UTC",
        live=False,
        busy=False,
    )
    return compose(past, row)


def _stray(seen: Seen, wanted: Wanted) -> Iterable[Action]:
    row = row_of(seen)
    if seen.mark in wanted.erase:
        yield Delete(row, "asked not to be called")
    elif row.status is Status.HISTORY:
        yield Adopt(seen, row, "found on the calendar, kept as history")
    elif _written_on(row):
        # Once it is known, it becomes the record that it would have become with the ledger.
        yield Adopt(seen, row, "found on the calendar, with notes on it")
    else:
        yield Delete(row, "found on the calendar, but no call is owed any more")


def _wanted(entry: Entry, row: Row | None, unknown: Seen | None) -> Iterable[Action]:
    if row is None and unknown is not None and not unknown.cancelled:
        row = replace(row_of(unknown), mark=entry.mark)
        yield Adopt(unknown, row, "found on the calendar under our UID")
    if row is None or row.status in (Status.SENDING, Status.REMOVED):
        if entry.live:
            yield Create(_with_notes(entry, row), "owed and not on the calendar")
        return
    if row.status is Status.DISMISSED:
        if entry.mark.startswith(NOTICE):
            news = has_news(entry, row)
            yield Create(entry, "there is something new to say") if news else Keep(entry.mark, "deleted, not fought")
        elif entry.live:  # deleting it waived it, and so it is not wanted until it is owed again
            yield Create(_with_notes(entry, row), "owed again, and deleted here")
        else:
            yield Keep(entry.mark, "deleted on the calendar, not fought")
        return
    yield _refresh(entry, row)


def _with_notes(entry: Entry, row: Row | None) -> Entry:
    """An event that the calendar lost is written again with the notes that stood on it."""
    if row is None or not row.face.notes:
        return entry
    return replace(entry, description=with_notes(entry.description, row.face.notes))


def _refresh(entry: Entry, row: Row) -> Action:
    if entry.mark.startswith(NOTICE):
        entry, row = where_it_stands(entry, row)
    left = _without_heard(row)
    target = compose(entry, left)
    changed = _difference(target, row)
    if not changed:
        return Keep(entry.mark, "up to date")
    if entry.describe is not None:  # another template changes thousands at once: their words are not kept, either
        target = Entry.described(partial(_description, entry, left), target)
    return Update(target, entry.title, row, changed)


def _without_heard(row: Row) -> Row:
    """The row as it will stand: words that are in the log already are not kept."""
    face = row.face
    if not row.heard:
        return row
    heard = row.heard.split("\n")
    title = row.ours_title if beside_title(row.ours_title, face.title)[0] in heard else face.title
    return replace(row, face=replace(face, title=title, outcome="" if face.outcome in heard else face.outcome))


def _difference(target: Entry, row: Row) -> str:
    if not target.live and row.status is Status.LIVE:
        return "the call is done"
    if (moment_text(target.start), moment_text(target.end)) != (row.face.start, row.face.end):
        return "the time changed"
    if fingerprint(target) != row.fingerprint and not _stands_so(target, row):
        return "the text changed"
    if not row.face.title:
        return "the title was taken away"
    return ""


def _stands_so(target: Entry, row: Row) -> bool:
    """True for history that was taken over as it stood, and says what it ought to."""
    return row.fingerprint == FOUND and not target.live and face_of_entry(target) == row.face


def compose(entry: Entry, row: Row) -> Entry:
    """The entry as it is to be written over an event: our text, with the person's words in the title and notes kept."""
    return replace(entry, title=_title(entry, row), description=_description(entry, row))


def _description(entry: Entry, row: Row) -> str:
    return with_notes(_with_hint(entry, row), row.face.notes, outcome=row.face.outcome)


def _with_hint(entry: Entry, row: Row) -> str:
    """Words that were not understood stay where they are; the description says so in one line, above the OUTCOME
    line."""
    words = row.face.outcome
    if not words and row.ours_title and row.face.title not in ("", row.ours_title):
        words, _ = beside_title(row.ours_title, row.face.title)
    if not words or not entry.live or OUTCOME_LINE not in entry.description:
        return entry.description
    ours, line, rest = entry.description.rpartition(OUTCOME_LINE)
    hint = f'NOT UNDERSTOOD: "{words}". Write vm, no, spoke, cb mon 3pm, done or dnc.'
    return f"{ours}{hint}\n{line}{rest}"


def _title(entry: Entry, row: Row) -> str:
    ours, stands = row.ours_title, row.face.title
    if not ours or stands in ("", ours, entry.title):  # an empty title takes nobody's words with it
        return entry.title
    words, instead = beside_title(ours, stands)
    if not entry.live:  # history begins with its check mark
        return f"{entry.title} ({words})"
    if instead or ours == entry.title:
        return stands
    return stands.replace(ours, entry.title, 1) if ours in stands else f"{words} {entry.title}"


def row_of(seen: Seen) -> Row:
    """A row for an event that the ledger does not know: as it stands, with everything else to be found out.

    Its fingerprint is that of nothing of ours, so that an update brings our text up to date; its title counts as ours.
    """
    face = face_of_seen(seen)
    status = Status.HISTORY if face.title.startswith(DONE) else Status.LIVE
    return Row(
        uid=seen.uid,
        mark=seen.mark,
        status=status,
        face=face,
        href=seen.href,
        etag=seen.etag,
        fingerprint=FOUND,
        ours_title=face.title,
        modified=seen.modified,
    )
