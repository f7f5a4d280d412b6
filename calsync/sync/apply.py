"""Executing the plan: one action at a time, the intent committed before a request leaves, the receipt after it returns.

Killed between any two steps, with any answer lost, the next run finds either the intent (and looks at what stands on
the calendar) or the event (and adopts it by its UID): no double, no loss (G4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import NamedTuple

from calsync.calendars.base import Calendar, Receipt, Seen, create_each
from calsync.errors import CalendarError, CalsyncError, Gone, Refused, Stale, Taken, Unreachable
from calsync.ledger import Cache, Ledger
from calsync.ledger.rows import Intent, Row, Status
from calsync.model import Entry
from calsync.sync import removals
from calsync.sync.actions import Action, Adopt, Create, Delete, Update
from calsync.sync.faces import composed, face_and_fingerprint, face_of_seen
from calsync.sync.notices import NOTICE, memo
from calsync.sync.plan import row_of
from calsync.sync.rival import signature

TOGETHER = 50
"""How many new events are committed to the ledger at once."""

Checkpoint = Callable[[str], None]
"""Called with the name of each step; tests end the process there."""


def no_checkpoint(_step: str) -> None:
    """The checkpoint of ordinary runs: nothing."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one action: ``error`` is empty where it worked; ``again`` asks for another look at the calendar."""

    action: Action
    error: CalsyncError | None = None
    again: bool = False


class _Draft(NamedTuple):
    """A new event on its way: ``row`` is what is intended, ``before`` what the ledger knew of it until now."""

    entry: Entry
    row: Row
    before: Row | None
    fingerprint: str

    @staticmethod
    def of(entry: Entry, before: Row | None) -> _Draft:
        face, print_ = face_and_fingerprint(entry)
        row = Row(uid=entry.uid, mark=entry.mark, status=Status.SENDING, face=face, intent=Intent.CREATE, intended=face)
        row = replace(row, why=memo(entry)) if entry.mark.startswith(NOTICE) else row
        return _Draft(entry, row, before, print_)


class _Written(NamedTuple):
    """What a write left behind: the row, and the event as it now stands where its etag is known."""

    row: Row
    seen: Seen | None


def _groups(actions: Iterable[Action]) -> Iterator[list[Action]]:
    """The actions in their order; creates that follow each other, a number of them together."""
    for creates, run in groupby(actions, key=lambda action: isinstance(action, Create)):
        size = TOGETHER if creates else 1
        while group := list(islice(run, size)):
            yield group


@dataclass(slots=True)
class Writer:
    """Everything that applying to one calendar needs.  ``rows`` is kept true as actions are carried out."""

    calendar: Calendar
    ledger: Ledger
    cache: Cache
    rows: dict[str, Row]
    now: datetime
    whys: Mapping[str, tuple[str, ...]]
    checkpoint: Checkpoint = no_checkpoint
    stop: Callable[[], bool] = lambda: False
    stamp: datetime | None = None
    writer: str = ""

    def apply(self, actions: Iterable[Action]) -> list[Done]:
        """Carry out the actions in order.  One that fails does not stop the others, unless the calendar itself is away
        (``Unreachable``, ``SignInNeeded``, ``Locked``, or refusing for a while): then the rest waits for the next
        run."""
        done: list[Done] = []
        for group in _groups(actions):
            if self.stop():
                break
            creates = [one for one in group if isinstance(one, Create)]
            came_of = self._create_all(creates) if creates else [self._one(one) for one in group]
            done.extend(came_of)
            if any(one.error is not None and stops_calendar(one.error) for one in came_of):
                break
        return done

    def _one(self, action: Action) -> Done:
        try:
            return Done(action, again=self._carry_out(action))
        except (Stale, Gone, Taken) as error:
            # Somebody wrote in between.  Respect it: look again, then decide anew.
            self._settle(action)
            return Done(action, error, again=True)
        except CalsyncError as error:
            return Done(action, error)

    def _carry_out(self, action: Action) -> bool:
        match action:
            case Update():
                return self._update(action)
            case Delete():
                self._delete(action.row)
            case Adopt():
                self._remember("adopted", action.row)
                self.cache.put_seen(self.calendar.name, [action.seen])
                # What an event that is no longer owed ought to say is worked out once it is known to be there.
                return True
            case _:
                pass
        return False

    def _create_all(self, group: Sequence[Create]) -> list[Done]:
        """New events: what is intended is committed for all of them at once, and so is what came of it.

        Killed in between, each of them is looked up by the next run, as a single one would be.  The intent is withdrawn
        of those that ``stop`` or a calendar that went away kept from being sent.
        """
        drafts = [_Draft.of(self._signed(action.entry), self.rows.get(action.entry.uid)) for action in group]
        try:
            self._remember("create intended", *[draft.row for draft in drafts])
        except CalsyncError as error:
            return [Done(action, error) for action in group]
        done: list[Done] = []
        handed: list[_Draft] = []
        receipts: list[tuple[int, _Draft, Receipt]] = []
        results = create_each(self.calendar, self._handed(drafts, handed))
        for number, (action, draft) in enumerate(zip(group, drafts, strict=True)):
            try:
                receipt, again = self._created(draft, results)
            except StopIteration:
                break
            except (Stale, Gone, Taken) as error:
                done.append(Done(action, error, again=True))
                continue
            except CalsyncError as error:
                done.append(Done(action, error))
                if stops_calendar(error):
                    break
                continue
            done.append(Done(action, again=again))
            if receipt is not None:
                receipts.append((number, draft, receipt))
        try:
            self._withdraw(*drafts[len(handed) :])
            self._receive(
                *[
                    self._written(draft.entry, draft.entry.title, draft.row, receipt, draft.fingerprint)
                    for _, draft, receipt in receipts
                ]
            )
        except CalsyncError as error:
            for number, _, _ in receipts:
                done[number] = Done(group[number], error)
        return done

    def _handed(self, drafts: Sequence[_Draft], handed: list[_Draft]) -> Iterator[Entry]:
        """The entries as the calendar takes them; ``stop`` is asked between two of them."""
        for draft in drafts:
            if handed and self.stop():
                return
            handed.append(draft)
            yield draft.entry

    def _created(self, draft: _Draft, results: Iterator[Receipt | CalendarError]) -> tuple[Receipt | None, bool]:
        """The receipt of the next one, ``None`` where it was settled otherwise; and whether to look again."""
        result = next(results)
        if isinstance(result, Receipt):
            self.checkpoint("create sent")
            return result, False
        if isinstance(result, Taken):
            return self._taken(draft)
        if isinstance(result, Refused):
            self._withdraw(draft)
        raise result

    def _taken(self, draft: _Draft) -> tuple[Receipt | None, bool]:
        """The UID is in use: our own create that had landed, an event from before the ledger, or one that was
        deleted."""
        entry = draft.entry
        seen = self.calendar.get(entry.uid)
        self.checkpoint("taken, read back")
        if seen is None:
            self._withdraw(draft)
            raise Refused(
                f"The calendar {self.calendar.name!r} says that the event {entry.uid} exists, and does not show it.",
                hint="calsync sync; if it comes again, look for the event in the calendar's trash",
            )
        if seen.cancelled:
            receipt = self.calendar.update(entry, seen)
            self.checkpoint("revived")
            return receipt, False
        # The listing did not show it, so it may have left out others: everything is asked for once more.
        self.cache.drop_token(self.calendar.name)
        if face_of_seen(seen) == draft.row.intended:
            return Receipt(seen.href, seen.etag, seen.raw), False
        # It stands there with other words or at another time: look at it again, and decide anew.
        self._remember("adopted", _found(draft, seen))
        self.cache.put_seen(self.calendar.name, [seen])
        return None, True

    def _update(self, action: Update) -> bool:
        entry = self._signed(action.entry)
        face, print_ = face_and_fingerprint(entry)
        row = replace(action.row, intent=Intent.UPDATE, intended=face)
        seen = self._seen(action.row)
        if seen is None:
            raise Gone
        _check_same(action.row, seen)
        self._keep("update intended", row)
        receipt = self.calendar.update(entry, seen)
        self.checkpoint("update sent")
        self._receive(self._written(entry, action.ours_title, row, receipt, print_))
        return False

    def _signed(self, entry: Entry) -> Entry:
        """With who writes it, and as a copy, which has its description in words: that of the few events that are
        written is asked for again and again."""
        return replace(entry, writer=signature(self.writer, self.now) if self.writer else entry.writer)

    def _delete(self, row: Row) -> None:
        if removals.too_soon(row, self.now):
            # Intended all the same: each look asks whether it has gone, and that it has is no person's doing.
            self._keep("delete put off", replace(row, intent=Intent.DELETE, intended=None))
            raise removals.refused(self.calendar.name, row)
        seen = self._seen(row)
        if seen is not None and not seen.cancelled:
            _check_same(row, seen)
            self._keep("delete intended", replace(row, intent=Intent.DELETE, intended=None))
            self.calendar.delete(seen)
            self.checkpoint("delete sent")
        removed = replace(row, status=Status.REMOVED, intent=Intent.NONE, intended=None, etag="")
        self._remember("delete received", replace(removed, fingerprint=removals.noted(row, self.now)))
        self.cache.drop_seen(self.calendar.name, row.uid)

    def _seen(self, row: Row) -> Seen | None:
        return self.cache.seen(self.calendar.name, row.uid, row.etag) or self.calendar.get(row.uid)

    def _written(self, entry: Entry, ours_title: str, row: Row, receipt: Receipt, print_: str) -> _Written:
        """What came of a row whose intended face was written; ``print_`` is the fingerprint of the entry."""
        title = " ".join(composed(ours_title).split())
        written = replace(
            row,
            status=Status.LIVE if entry.live else Status.HISTORY,
            face=row.intended or row.face,
            href=receipt.href,
            etag=receipt.etag,
            fingerprint=print_,
            ours_title=ours_title if title == ours_title else title,
            why=row.why if entry.mark.startswith(NOTICE) else self.whys.get(entry.mark, ()),
            intent=Intent.NONE,
            intended=None,
            heard="",
            modified=self.now,
        )
        return _Written(written, _as_seen(entry, receipt) if receipt.etag else None)

    def _receive(self, *written: _Written) -> None:
        """What writes left behind, durably."""
        if not written:
            return
        uids = [one.row.uid for one in written]
        self.cache.put_written(self.calendar.name, uids, [one.seen for one in written if one.seen is not None])
        self._remember("received", *[one.row for one in written])

    def _keep(self, step: str, row: Row) -> None:
        """What is meant: the event was not written, so when it was stays as it is."""
        written = row.updated_at or self.now
        self.ledger.put(self.calendar.name, row, written)
        self.rows[row.uid] = replace(row, updated_at=written)
        self.checkpoint(step)

    def _remember(self, step: str, *rows: Row) -> None:
        self.stamp = self.stamp or _later(self.now, self.rows.values())
        with self.ledger.batch():
            self.ledger.put_all(self.calendar.name, rows, self.stamp)
        for row in rows:
            self.rows[row.uid] = replace(row, updated_at=self.stamp)
        self.checkpoint(step)

    def _withdraw(self, *drafts: _Draft) -> None:
        """What was surely not written is no longer intended; the row is again what it was."""
        with self.ledger.batch():
            for draft in drafts:
                if draft.before is None:
                    self.ledger.drop(self.calendar.name, draft.row.uid)
                    self.rows.pop(draft.row.uid, None)
                else:
                    self.ledger.put(self.calendar.name, draft.before, draft.before.updated_at or self.now)
                    self.rows[draft.row.uid] = draft.before

    def _settle(self, action: Action) -> None:
        """A conditional write that was turned down did not land: its intent is withdrawn, its etag no longer
        trusted.  One that the next poll does not mention is asked for: it may have come and gone since the token."""
        match action:
            case Update(row=row) | Delete(row=row):
                self.cache.put_written(self.calendar.name, [row.uid], [])
                self._keep("turned down", replace(row, etag=""))
            case _:
                pass


def _check_same(row: Row, seen: Seen) -> None:
    """Raises ``Stale`` where an event says something else than it did when this was decided.  Two states without an
    etag are told apart by what they say."""
    if (seen.etag != row.etag or not seen.etag) and face_of_seen(seen) != row.face:
        raise Stale


def _found(draft: _Draft, seen: Seen) -> Row:
    """A row for an event that stood where we meant to write: what differs from what we meant is a person's doing, and
    the next look hears it.  Where not even our title is left, nothing can be told from the title."""
    row = row_of(seen)
    meant = draft.row.face
    if row.status is Status.HISTORY:
        return row
    title = meant.title if meant.title in row.face.title else row.face.title
    face = replace(meant, title=title, body=row.face.body, notes=row.face.notes)
    return replace(row, etag="", ours_title=title, face=face)


def _later(now: datetime, rows: Iterable[Row]) -> datetime:
    """``now``, a little later where rows are already stamped with it: which run wrote first is told by their stamps,
    also where a clock stands still."""
    latest = max((row.updated_at for row in rows if row.updated_at is not None), default=now)
    return latest + datetime.resolution if now <= latest < now + timedelta(seconds=1) else now


def stops_calendar(error: CalsyncError) -> bool:
    """True where going on with this calendar would only fail again."""
    return error.exit_code in (3, 4) or (isinstance(error, Refused | Unreachable) and error.retry_after is not None)


def _as_seen(entry: Entry, receipt: Receipt) -> Seen:
    return Seen(
        uid=entry.uid,
        mark=entry.mark,
        href=receipt.href,
        etag=receipt.etag,
        title=entry.title,
        description=entry.description,
        start=entry.start,
        end=entry.end,
        alarms=entry.alarms,
        raw=receipt.raw,
    )
