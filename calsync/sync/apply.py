"""Executing the plan: one action at a time, the intent committed before a request leaves, the receipt after it returns.

Killed between any two steps, with any answer lost, the next run finds either the intent (and looks at what stands on
the calendar) or the event (and adopts it by its UID): no double, no loss (G4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from calsync.calendars.base import Calendar, Receipt, Seen
from calsync.errors import CalsyncError, Gone, Refused, Stale, Taken, Unreachable
from calsync.ledger import Cache, Ledger
from calsync.ledger.rows import Intent, Row, Status
from calsync.model import Entry
from calsync.sync.actions import Action, Adopt, Create, Delete, Update, verb
from calsync.sync.faces import face_of_entry, face_of_seen, fingerprint
from calsync.sync.plan import row_of

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

    def apply(self, actions: Iterable[Action]) -> list[Done]:
        """Carry out the actions in order.  One that fails does not stop the others, unless the calendar itself is away
        (``Unreachable``, ``SignInNeeded``, ``Locked``, or refusing for a while): then the rest waits for the next
        run."""
        done: list[Done] = []
        for action in actions:
            if self.stop():
                break
            try:
                done.append(Done(action, again=self._carry_out(action)))
            except (Stale, Gone, Taken) as error:
                # Somebody wrote in between.  Respect it: look again, then decide anew.
                self._settle(action)
                done.append(Done(action, error, again=True))
            except CalsyncError as error:
                done.append(Done(action, error))
                if stops_calendar(error):
                    break
        return done

    def _carry_out(self, action: Action) -> bool:
        match action:
            case Create():
                return self._create(action.entry)
            case Update():
                return self._update(action)
            case Delete():
                self._delete(action.row)
            case Adopt():
                self._remember(action.row, "adopted")
                self.cache.put_seen(self.calendar.name, [action.seen])
            case _:
                pass
        return False

    def _create(self, entry: Entry) -> bool:
        face = face_of_entry(entry)
        row = Row(uid=entry.uid, mark=entry.mark, status=Status.SENDING, face=face, intent=Intent.CREATE, intended=face)
        self._remember(row, "create intended")
        try:
            receipt = self.calendar.create(entry)
        except Taken:
            return self._taken(entry, row)
        except Refused:
            self._forget(row)
            raise
        self.checkpoint("create sent")
        self._receive(entry, entry.title, row, receipt)
        return False

    def _taken(self, entry: Entry, row: Row) -> bool:
        """The UID is in use: our own create that had landed, an event from before the ledger, or one that was
        deleted."""
        seen = self.calendar.get(entry.uid)
        self.checkpoint("taken, read back")
        if seen is None:
            self._forget(row)
            raise Refused(
                f"The calendar {self.calendar.name!r} says that the event {entry.uid} exists, and does not show it.",
                hint="calsync sync; if it comes again, look for the event in the calendar's trash",
            )
        if seen.cancelled:
            receipt = self.calendar.update(entry, seen)
            self.checkpoint("revived")
            self._receive(entry, entry.title, row, receipt)
            return False
        if face_of_seen(seen) == row.intended:
            self._receive(entry, entry.title, row, Receipt(seen.href, seen.etag, seen.raw))
            return False
        # It stands there with other words or at another time: take it as it is, and decide anew.
        self._remember(row_of(seen), "adopted")
        self.cache.put_seen(self.calendar.name, [seen])
        return True

    def _update(self, action: Update) -> bool:
        row = replace(action.row, intent=Intent.UPDATE, intended=face_of_entry(action.entry))
        seen = self._seen(action.row)
        if seen is None:
            raise Gone
        if seen.etag != action.row.etag and face_of_seen(seen) != action.row.face:
            raise Stale
        self._remember(row, "update intended")
        receipt = self.calendar.update(action.entry, seen)
        self.checkpoint("update sent")
        self._receive(action.entry, action.ours_title, row, receipt)
        return False

    def _delete(self, row: Row) -> None:
        seen = self._seen(row)
        if seen is not None and not seen.cancelled:
            self._remember(replace(row, intent=Intent.DELETE, intended=None), "delete intended")
            self.calendar.delete(seen)
            self.checkpoint("delete sent")
        self._remember(
            replace(row, status=Status.REMOVED, intent=Intent.NONE, intended=None, etag=""), "delete received"
        )
        self.cache.drop_seen(self.calendar.name, row.uid)

    def _seen(self, row: Row) -> Seen | None:
        return self.cache.seen(self.calendar.name, row.uid, row.etag) or self.calendar.get(row.uid)

    def _receive(self, entry: Entry, ours_title: str, row: Row, receipt: Receipt) -> None:
        written = replace(
            row,
            status=Status.LIVE if entry.live else Status.HISTORY,
            face=row.intended or face_of_entry(entry),
            href=receipt.href,
            etag=receipt.etag,
            fingerprint=fingerprint(entry),
            ours_title=" ".join(ours_title.split()),
            why=self.whys.get(entry.mark, ()),
            intent=Intent.NONE,
            intended=None,
        )
        self.cache.expect_echo(self.calendar.name, entry.uid)
        self._remember(written, "received")
        if receipt.etag:
            self.cache.put_seen(self.calendar.name, [_as_seen(entry, receipt)])

    def _remember(self, row: Row, step: str) -> None:
        self.ledger.put(self.calendar.name, row, self.now)
        self.rows[row.uid] = replace(row, updated_at=self.now)
        self.checkpoint(step)

    def _forget(self, row: Row) -> None:
        self.ledger.drop(self.calendar.name, row.uid)
        self.rows.pop(row.uid, None)

    def _settle(self, action: Action) -> None:
        """A conditional write that was turned down did not land: its intent is withdrawn, its etag no longer
        trusted."""
        match action:
            case Update(row=row) | Delete(row=row):
                self._remember(replace(row, etag=""), "turned down")
            case _:
                pass


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


def describe(done: Done) -> str:
    """One line for the log: the verb, the commitment's id, why; never a name or a number."""
    outcome = f" - not done: {type(done.error).__name__}" if done.error else ""
    return f"{verb(done.action)} {done.action.mark}{outcome}"
