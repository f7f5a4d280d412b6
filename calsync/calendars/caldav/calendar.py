"""The calendar on a CalDAV server: the contract of ``calsync.calendars.base``, kept also where the server is sloppy.

A write is conditional by its header, and what the server makes of the header is not taken on trust.  After the first
event that calsync writes, it writes the same text twice more under conditions that must fail; a server that lets
them pass is asked for the event before each later write, and what it says is compared, by meaning, with what was
last seen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from calsync.calendars import ics
from calsync.calendars.base import Changes, Receipt, Seen
from calsync.calendars.caldav import dav, discovery, failures
from calsync.calendars.caldav.conditions import TRIES, condition, learnt, strong, trusted
from calsync.calendars.caldav.poll import XML, Poll
from calsync.calendars.caldav.readback import ReadBack
from calsync.calendars.caldav.state import Facts, State
from calsync.calendars.caldav.wire import Answer, Limits, Wire
from calsync.calendars.ics.times import utc_text
from calsync.calendars.listing import Listing, ours_or_none
from calsync.calendars.spec import CalendarSpec
from calsync.errors import CalendarError, Gone, Stale, Taken
from calsync.model import Entry, Span

_ICS = {"Content-Type": "text/calendar; charset=utf-8"}
_NO_SUCH_ETAG = '"calsync-no-such-etag"'


def utc_now() -> datetime:
    return datetime.now(UTC)


class CalDavCalendar:
    """Implements ``Calendar``.  An href is the path of a resource on the server."""

    def __init__(
        self,
        spec: CalendarSpec,
        *,
        zone: ZoneInfo,
        clock: Callable[[], datetime] = utc_now,
        limits: Limits | None = None,
    ) -> None:
        self.name = spec.name
        self._spec = spec
        self._zone = zone
        self._clock = clock
        self._wire = Wire(spec, limits=limits)
        self._back = ReadBack(spec, zone)
        self._poll: Poll | None = None
        self._facts = Facts()
        self._hrefs: dict[str, str] = {}
        self._known: Mapping[str, str] = {}
        self._removed: set[str] = set()
        self._unread: dict[str, str] = {}
        self._writing = threading.Lock()

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return self._wire.requests

    # --- polling

    def changes(self, token: str | None, known: Mapping[str, str] | None = None) -> Changes:
        """See ``Calendar.changes``.  One request when nothing changed; the token also remembers where the calendar
        is.
        """
        state = State.parse(token, self._spec)
        if state is not None and state.url:
            self._use(state)
        self._known = known or {}
        poll = self._found()
        if poll is None:
            return Changes((), (), State(facts=self._facts).token(self._spec), full=state is None or bool(state.url))
        found = Listing(self.name, self._zone)
        full = state is None or not state.url or not (state.sync or state.etags is not None)
        state = state or State()
        if not full and state.sync:
            full = not poll.by_token(state, known or {}, found)
            # once: it expired, or the server came back from a backup; twice in a row: no token of its is worth asking
            self._facts.tokens = True if not full else None if self._facts.tokens else False
        elif not full:
            poll.by_listing(state, known or {}, found)
        if full:
            found = Listing(self.name, self._zone)
            poll.everything(state, known or {}, found, tokens=self._facts.tokens is not False)
        if not full:  # a listing of everything shows what stayed
            self._check_removed(poll, found)
        self._removed.clear()
        for seen in found.seen:
            self._hrefs[seen.uid] = seen.href
        mended = {*found.gone, *(seen.href for seen in found.seen)}
        before = {} if full else {path: uid for path, uid in state.unread.items() if path not in mended}
        state.unread = self._unread = before | found.unread
        state.url, state.facts = poll.url, self._facts
        return found.changes(token=state.token(self._spec), full=full)

    def _check_removed(self, poll: Poll, found: Listing) -> None:
        """What was removed since the last poll has to be told as gone by this one; else it is looked at."""
        told = {*found.gone, *found.same, *(one.href for one in found.seen)}
        for path in sorted(self._removed - told):
            if (shown := poll.show(path)) is not None:
                found.add(path, *shown, known=True)

    def _use(self, state: State) -> None:
        if self._poll is None or self._poll.url != state.url:
            self._poll = Poll(self._wire, self._spec, state.url)
        if not self._facts.known:
            self._facts = state.facts

    def _found(self) -> Poll | None:
        if self._poll is None:
            url = discovery.find(self._wire, self._spec)
            self._poll = Poll(self._wire, self._spec, url) if url is not None else None
        return self._poll

    def _made(self) -> Poll:
        """The collection, made where there is none: only a write does that, never a look."""
        if (poll := self._found()) is None:
            poll = self._poll = Poll(self._wire, self._spec, discovery.make(self._wire, self._spec))
        return poll

    # --- one event

    def get(self, uid: str) -> Seen | None:
        """Read back by the name it is written under, by where a poll saw it, and last by asking for the UID."""
        return self._find(uid)

    def _find(self, uid: str, *, written: bool = False) -> Seen | None:
        """``written``: this very moment; so what bears the UID is ours, whatever the server made of the rest."""
        poll = self._found()
        if poll is None:
            return None
        paths = [self._path(poll, uid)]
        if (elsewhere := self._hrefs.get(uid)) is not None and elsewhere not in paths:
            paths.append(elsewhere)
        for path in paths:
            if (seen := self._read(poll, path, known=path == elsewhere)) is not None and seen.uid == uid:
                return seen
        answer = self._wire.request("REPORT", poll.url, dav.query_uid(ics.uid_text(uid)), {**XML, "Depth": "1"})
        if answer.status != 207:
            return None  # a server that cannot be asked that way: a poll will show it
        for item in poll.told(answer).items:
            text = item.calendar
            # a server that does not filter answers with every event, and another one's trouble is none of this one's
            if text and item.href not in paths and ics.uid_text(uid) in text:
                seen = self._ours(text, item.href, item.etag, known=written)
                if seen is not None and seen.uid == uid:
                    self._hrefs[uid] = seen.href
                    return seen
        return None

    def _read(self, poll: Poll, path: str, *, known: bool = False) -> Seen | None:
        body = poll.read(path)
        if body is None:
            return None
        return self._ours(body[1], path, body[0], known=known)

    def _ours(self, text: str, href: str, etag: str = "", *, known: bool = False) -> Seen | None:
        known = known or href in self._known
        return ours_or_none(text, href=href, etag=etag, zone=self._zone, calendar=self.name, known=known)

    @staticmethod
    def _path(poll: Poll, uid: str) -> str:
        return poll.path + ics.file_name(uid)

    # --- writing

    def create(self, entry: Entry) -> Receipt:
        """``If-None-Match: *``; see ``Calendar.create``."""
        with self._writing:
            poll = self._made()
            path = self._path(poll, entry.uid)
            if entry.uid in self._unread.values():
                raise failures.stands_unread(self._spec, entry.uid)
            if not self._facts.keeps_none_match and poll.read(path) is not None:
                raise Taken(f"{failures.about(self._spec)}: the event is there already.")
            text = ics.render(entry, self._clock())
            answer = self._put(poll, path, text, {"If-None-Match": "*"})
            if not self._back.wrote(poll, path, text, answer):
                raise self._not_created(poll, path, entry.uid, answer)
            self._back.check_page(answer)
            path = self._back.kept_at(poll, path, answer)
            if not self._facts.known:
                path = self._first(poll, path, entry).href
                self._learn(poll, path, text)
            receipt = self._back.receipt(poll, path, text, answer)
            if receipt is None:  # kept under a name that nobody told, or not at all
                if (stands := self._find(entry.uid, written=True)) is None:
                    raise failures.not_done(self._spec, "write an event")
                receipt = Receipt(stands.href, stands.etag, stands.raw)
            path = receipt.href
            self._removed.discard(path)
            if self._facts.keeps_none_match is False:
                self._still_ours(poll, receipt, entry)
            self._hrefs[entry.uid] = path
            return receipt

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        """``If-Match``; see ``Calendar.update``."""
        with self._writing:
            poll = self._made()
            text = ""
            if seen.raw and (quoted := trusted(seen.etag, self._facts)):
                text = self._patched(seen.raw, entry, seen)
                answer = self._put(poll, seen.href, text, {"If-Match": quoted})
                if answer.status not in (404, 410, 412):
                    return self._updated(poll, seen, text, answer)
            # a condition that failed, or one that this server cannot be trusted with: look before writing
            etags: list[str] = []
            for attempt in range(TRIES):
                etag, current = self._stands(poll, seen)
                if text and self._back.landed(seen, text, current):
                    return Receipt(seen.href, etag, current)
                self._back.check_unchanged(seen, current)
                etags.append(etag)
                text = self._patched(current, entry, seen)
                answer = self._put(poll, seen.href, text, condition(etag, self._facts, attempt))
                if answer.status not in (404, 410, 412):
                    receipt = self._updated(poll, seen, text, answer)
                    learnt(self._facts, etags)
                    if not self._facts.known:
                        self._learn(poll, seen.href, text)
                        return self._back.receipt(poll, seen.href, text, None) or receipt
                    return receipt
            # each look found it there and unchanged, and the last write had no condition that could have failed
            raise failures.refused(self._spec, "change an event", answer.status)

    def delete(self, seen: Seen) -> None:
        """``If-Match``; see ``Calendar.delete``."""
        with self._writing:
            poll = self._found()
            if poll is None:
                return
            url = poll.address(seen.href)
            if quoted := trusted(seen.etag, self._facts):
                answer = self._wire.request("DELETE", url, b"", {"If-Match": quoted})
                if self._deleted(poll, seen, answer):
                    self._removed.add(seen.href)
                    return
            etags: list[str] = []
            for attempt in range(TRIES):
                try:
                    etag, current = self._stands(poll, seen)
                except Gone:
                    return
                self._back.check_unchanged(seen, current)
                etags.append(etag)
                answer = self._wire.request("DELETE", url, b"", condition(etag, self._facts, attempt))
                if self._deleted(poll, seen, answer):
                    learnt(self._facts, etags)
                    self._removed.add(seen.href)
                    return
            raise failures.refused(self._spec, "remove an event", answer.status)

    def _deleted(self, poll: Poll, seen: Seen, answer: Answer) -> bool:
        """True when it is gone, False on a failed condition; anything else is an error."""
        if answer.wrote:
            self._back.check_page(answer)
            # most say 204, or show what they did; one that says nothing at all is not taken at its word
            if answer.status in (200, 202) and not answer.body and poll.read(seen.href) is not None:
                raise failures.not_done(self._spec, "remove an event")
            return True
        if answer.status in (207, 404, 410) and poll.read(seen.href) is None:
            return True
        if answer.status == 412:
            return False
        if answer.status == 403:
            raise self._forbidden(poll, "remove an event")
        raise failures.refused(self._spec, "remove an event", answer.status)

    def _put(self, poll: Poll, path: str, text: str, condition: Mapping[str, str]) -> Answer:
        body = text.replace("\r\n", "\n").replace("\n", "\r\n")  # what came inside XML lost its line ends
        return self._wire.request("PUT", poll.address(path), body, {**_ICS, **condition})

    def _patched(self, raw: str, entry: Entry, seen: Seen) -> str:
        try:
            return ics.patch(raw, entry, self._clock())
        except ValueError as reason:
            raise Stale(f"{failures.about(self._spec)}: {seen.href} cannot be changed: {reason}.") from None

    def _updated(self, poll: Poll, seen: Seen, text: str, answer: Answer) -> Receipt:
        if not self._back.wrote(poll, seen.href, text, answer):
            if answer.status == 403:
                raise self._forbidden(poll, "change an event")
            if answer.status == 507:
                raise failures.full(self._spec)
            raise failures.refused(self._spec, "change an event", answer.status)
        self._back.check_page(answer)
        return self._back.receipt(poll, seen.href, text, answer, before=seen) or Receipt(seen.href, "", text)

    def _stands(self, poll: Poll, seen: Seen) -> tuple[str, str]:
        """The event's etag and text as it stands now."""
        body = poll.read(seen.href)
        if body is None:
            raise Gone(f"{failures.about(self._spec)}: the event is no longer there.")
        return body

    def _not_created(self, poll: Poll, path: str, uid: str, answer: Answer) -> Exception:
        about = failures.about(self._spec)
        if answer.status == 412 or (answer.status in (403, 409) and dav.says(answer.body, "uid-conflict")):
            return Taken(f"{about}: the event is there already.")
        if answer.status in (400, 403, 409) and (poll.read(path) is not None or self.get(uid) is not None):
            return Taken(f"{about}: the event is there already.")
        if answer.status == 403:
            return self._forbidden(poll, "write an event")
        if answer.status == 507:
            return failures.full(self._spec)
        if answer.status in (404, 409, 410):
            self._poll = None
            return failures.vanished(self._spec)
        return failures.refused(self._spec, "write an event", answer.status)

    def _still_ours(self, poll: Poll, receipt: Receipt, entry: Entry) -> None:
        """Where the server lets two writers create the same event, look who was last."""
        seen = self._read(poll, receipt.href)
        if seen is None or seen.title != entry.title:
            raise Taken(f"{failures.about(self._spec)}: another program wrote the same event.")

    def _forbidden(self, poll: Poll, doing: str) -> CalendarError:
        """One event, or the whole calendar?  The server is asked: of a calendar that is for reading only, each event
        would be refused like the last one."""
        answer = self._wire.request("PROPFIND", poll.url, dav.propfind(dav.MAY), {**XML, "Depth": "0"})
        items = discovery.parsed(self._spec, answer).items if answer.status == 207 else []
        if items and items[0].may_write is False:
            return failures.read_only(self._spec)
        return failures.forbidden(self._spec, doing)

    def _first(self, poll: Poll, path: str, entry: Entry) -> Seen:
        """The first event that is written to a calendar, found again.

        A server that keeps it under a name and a UID of its own, or drops what tells ours, would be filled with events
        that nobody could ever change or take back.  There the event is removed, and no other is written.
        """
        if (stands := self._find(entry.uid, written=True)) is not None:
            return stands
        for name, (etag, text) in poll.fetch([name for name in poll.listed() if name not in self._known], []).items():
            if name == path or (ics.says(text, entry.mark) and ics.says(text, entry.writer)):
                match = {"If-Match": etag} if strong(etag) else {}
                self._wire.request("DELETE", poll.address(name), b"", match)
                raise failures.not_recognised(self._spec)
        raise failures.not_done(self._spec, "write an event")

    def _learn(self, poll: Poll, path: str, text: str) -> None:
        """Does this server keep conditions?  Write the same text again under two that must fail; nothing changes if
        it does.
        """
        none_match = self._put(poll, path, text, {"If-None-Match": "*"})
        match = self._put(poll, path, text, {"If-Match": _NO_SUCH_ETAG})
        self._facts.keeps_none_match = none_match.status in (403, 409, 412)
        self._facts.keeps_match = match.status in (403, 409, 412)

    # --- busy times

    def busy(self, start: datetime, end: datetime, away: str = "") -> tuple[Span, ...]:
        """By listing the events of that time, so that our own can be left out; a calendar that shows no more than when
        somebody is busy is asked for that (RFC 4791 section 7.10), and tells no titles and so no days ``away``."""
        from calsync.calendars.ics.busy import busy, free_busy

        poll = self._found()
        if poll is None:
            return ()
        stretch = utc_text(start), utc_text(end)
        answer = self._wire.request("REPORT", poll.url, dav.query_time(*stretch), {**XML, "Depth": "1"})
        if answer.status == 207:
            items = discovery.parsed(self._spec, answer).items
            return busy((item.calendar for item in items), start, end, self._zone, away)
        answer = self._wire.request("REPORT", poll.url, dav.free_busy(*stretch), {**XML, "Depth": "1"})
        if answer.ok and b"VFREEBUSY" in answer.body:
            return free_busy(answer.body.decode("utf-8", "replace"), start, end)
        raise failures.refused(self._spec, "show busy times", answer.status)

    def close(self) -> None:
        self._wire.close()
