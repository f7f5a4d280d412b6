"""The ``Calendar`` protocol over Google's events.

Ours are the events whose id we computed and that bear our mark.  Every write is conditional (a chosen id, or
``If-Match``), and a write whose answer was lost is looked up before anything else is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from calsync.calendars.base import Changes, Receipt, Seen
from calsync.calendars.google import events
from calsync.calendars.google.failures import AnswerLost, BadRequest, NotFound
from calsync.calendars.google.listing import Listing, unreadable
from calsync.calendars.ics.busy import is_titled, merged, with_days_away
from calsync.calendars.spec import CalendarSpec
from calsync.errors import Gone, Refused, Stale, Taken, Unreachable
from calsync.model import Entry, Span

if TYPE_CHECKING:
    from calsync.calendars.google.connection import Connection

PAGE = 500
"""Events a page: some 1.5 MB of answer at the most.  Google's default is 250, its most 2500."""

T = TypeVar("T")
Json = dict[str, Any]


class GoogleCalendar:
    """Implements ``Calendar``.  Not for two threads at once."""

    def __init__(self, spec: CalendarSpec, *, zone: ZoneInfo) -> None:
        self.name = spec.name
        self._spec = spec
        self._zone = zone
        self._line: Connection | None = None

    # reading --------------------------------------------------------------------------------------------------------

    def changes(self, token: str | None, known: Mapping[str, str] | None = None) -> Changes:
        """See ``Calendar.changes``.

        One listing gives both the events and the token: it asks for no property, as Google gives no token with such a
        filter, and picks ours here.  The parameters are the same every time, as Google asks.
        """
        if token:
            try:
                return self._listing({"syncToken": token}, known or {})
            except (Gone, BadRequest):
                # 410: the token died (of age, or of a change of who may see what).  400: Google never gave it.
                pass
        return self._listing({}, known or {})

    def get(self, uid: str) -> Seen | None:
        """See ``Calendar.get``; an event that was deleted comes back as ``cancelled``."""
        item = self._item(uid)
        return None if item is None else self._seen(item)

    def busy(self, start: datetime, end: datetime, away: str = "") -> tuple[Span, ...]:
        """See ``Calendar.busy``.  Google joins all events into stretches; ours, if any shows as busy, are cut out.
        Stretches have no titles, so days ``away`` are listed, where they are asked for."""
        body = {"timeMin": start.isoformat(), "timeMax": end.isoformat(), "items": [{"id": self._spec.calendar_id}]}
        answer = self._call(lambda service: service.freebusy.query(body=body, prettyPrint=False))
        found: Json = next(iter(answer.get("calendars", {}).values()), {})
        if found.get("errors"):
            reason = found["errors"][0].get("reason", "")
            raise Refused(
                f"Google does not show the busy times of calendar “{self.name}” ({reason}).",
                hint="check its calendar_id; calsync auth status shows the account",
            )
        spans = merged((_span(each) for each in found.get("busy", ())), start, end)
        days = self._days_away(start, end, away) if away else ()
        others = _without(spans, self._own_busy(start, end)) if spans else ()
        return (*_without(others, days), *days)

    def _days_away(self, start: datetime, end: datetime, away: str) -> tuple[Span, ...]:
        items: list[Json] = []
        page: Json = {}
        while True:
            answer = self._listed(start, end, page)
            items += answer.get("items", ())
            if not answer.get("nextPageToken"):
                break
            page = {"pageToken": answer["nextPageToken"]}
        days = [_day_away(item, self._zone, away) for item in items if not events.ours(item)]
        return with_days_away([span for span in days if span is not None], start, end)

    def _listed(self, start: datetime, end: datetime, page: Json) -> Json:
        """A page of the events of that time, each occurrence for itself."""
        return self._call(
            lambda service: service.events.list(
                calendarId=self._spec.calendar_id,
                timeMin=start.isoformat(),
                timeMax=end.isoformat(),
                singleEvents=True,
                fields=f"nextPageToken,items({events.FIELDS})",
                maxResults=PAGE,
                prettyPrint=False,
                **page,
            )
        )

    def _own_busy(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        answer = self._call(
            lambda service: service.events.list(
                calendarId=self._spec.calendar_id,
                timeMin=start.isoformat(),
                timeMax=end.isoformat(),
                privateExtendedProperty=f"{events.BUSY}=1",
                fields=f"items({events.FIELDS})",
                maxResults=PAGE,
                prettyPrint=False,
            )
        )
        mine = [events.seen_of(item, self._zone) for item in answer.get("items", ()) if events.ours(item)]
        return tuple(
            Span(seen.start, seen.end)
            for seen in mine
            if isinstance(seen.start, datetime) and isinstance(seen.end, datetime)
        )

    # writing --------------------------------------------------------------------------------------------------------

    def create(self, entry: Entry) -> Receipt:
        """See ``Calendar.create``: an insert with the id that we chose; taken also when a deleted event has it."""

        def send() -> Receipt:
            return _receipt(
                self._call(
                    lambda service: service.events.insert(
                        calendarId=self._spec.calendar_id,
                        body=events.new(entry),
                        sendUpdates="none",
                        fields=events.FIELDS,
                        prettyPrint=False,
                    ),
                    write=True,
                )
            )

        def look() -> Receipt | None:
            item = self._item(entry.uid)
            if item is None:
                return None
            if events.says(item, entry):
                return _receipt(item)
            raise Taken

        return self._surely(send, look)

    def update(self, entry: Entry, seen: Seen) -> Receipt:
        """See ``Calendar.update``: a patch of our fields, on the condition of the etag."""
        if events.alarms_change(entry, seen):
            seen = self._as_it_stands(seen)

        def send() -> Receipt:
            item = self._call(
                lambda service: service.events.patch(
                    calendarId=self._spec.calendar_id,
                    eventId=seen.href,
                    body=events.patch(entry, seen),
                    sendUpdates="none",
                    fields=events.FIELDS,
                    prettyPrint=False,
                ),
                write=True,
                if_match=seen.etag,
            )
            if item.get("status") == "cancelled":  # without an etag to quote, Google patches a deleted event
                raise Gone
            return _receipt(item)

        def look() -> Receipt | None:
            item = self._item(seen.href)
            if item is None or (item.get("status") == "cancelled" and not seen.cancelled):
                raise Gone
            if events.says(item, entry):
                return _receipt(item)
            if item.get("etag") != seen.etag:
                raise Stale
            return None

        try:
            return self._surely(send, look)
        except Stale:
            # Deleted, or our own patch that landed before its answer was lost: what stands there tells.
            if landed := look():
                return landed
            raise
        except NotFound:
            raise Gone from None

    def delete(self, seen: Seen) -> None:
        """See ``Calendar.delete``."""
        if seen.cancelled:
            return

        def send() -> bool:
            self._call(
                lambda service: service.events.delete(
                    calendarId=self._spec.calendar_id, eventId=seen.href, sendUpdates="none"
                ),
                write=True,
                if_match=seen.etag,
            )
            return True

        def look() -> bool | None:
            item = self._item(seen.href)
            return True if item is None or item.get("status") == "cancelled" else None

        try:
            self._surely(send, look)
        except (Gone, NotFound):
            return
        except Stale:
            if look() is None:
                raise

    def close(self) -> None:
        """See ``Calendar.close``."""
        if self._line is not None:
            self._line.close()
            self._line = None

    # inside ---------------------------------------------------------------------------------------------------------

    def _call(self, request: Callable[[Any], Any], *, write: bool = False, if_match: str = "") -> Json:
        if self._line is None:
            from calsync.calendars.google.connection import Connection  # loads Google's library

            self._line = Connection(self._spec, self._zone)
        return self._line.call(request, write=write, if_match=if_match)

    @staticmethod
    def _surely(send: Callable[[], T], look: Callable[[], T | None]) -> T:
        """Send a write; when its answer is lost, look what became of it, and send it once more if nothing did."""
        try:
            return send()
        except AnswerLost:
            landed = look()
        if landed is not None:
            return landed
        return send()

    def _item(self, uid: str) -> Json | None:
        try:
            return self._call(
                lambda service: service.events.get(
                    calendarId=self._spec.calendar_id, eventId=uid, fields=events.FIELDS, prettyPrint=False
                )
            )
        except (Gone, NotFound):
            return None

    def _as_it_stands(self, seen: Seen) -> Seen:
        """The event read again, for its reminders: Google does not count a change of those as a change."""
        item = self._item(seen.href)
        if item is None or (item.get("status") == "cancelled" and not seen.cancelled):
            raise Gone
        return replace(seen, raw=events.raw_of(item))

    def _seen(self, item: Json) -> Seen | None:
        if item.get("status") != "cancelled" and not events.ours(item):
            return None
        try:
            return events.seen_of(item, self._zone)
        except ValueError as problem:
            told = unreadable(item, self.name, problem)
            raise Refused(told.message, hint=told.hint) from None

    def _listing(self, start: Mapping[str, str], known: Mapping[str, str]) -> Changes:
        found = Listing(self.name, self._zone, known, full=not start)
        more: dict[str, str] = dict(start)
        while True:
            answer = self._page(more)
            for item in answer.get("items", ()):
                found.add(item)
            if "nextPageToken" in answer:
                more = {**start, "pageToken": answer["nextPageToken"]}
            elif "nextSyncToken" in answer:
                return found.changes(answer["nextSyncToken"])
            else:
                # Google gives the token on the last page only: without one this was not the whole list.
                raise Unreachable(f"Google's listing of calendar “{self.name}” ended before its end.")

    def _page(self, more: Mapping[str, str]) -> Json:
        return self._call(
            lambda service: service.events.list(
                calendarId=self._spec.calendar_id,
                maxResults=PAGE,
                fields=f"nextPageToken,nextSyncToken,items({events.FIELDS})",
                prettyPrint=False,
                **more,
            )
        )


def _receipt(item: Json) -> Receipt:
    return Receipt(href=str(item["id"]), etag=str(item.get("etag", "")), raw=events.raw_of(item))


def _span(stretch: Json) -> Span:
    return Span(datetime.fromisoformat(stretch["start"]), datetime.fromisoformat(stretch["end"]))


def _day_away(item: Json, zone: ZoneInfo, away: str) -> Span | None:
    """An all-day event with the title of days away; ``None`` for any other."""
    title = str(item.get("summary", ""))
    first, last = (item.get(side, {}).get("date") for side in ("start", "end"))
    if item.get("status") == "cancelled" or not first or not last or not is_titled(title, away):
        return None
    begins, ends = (datetime.combine(date.fromisoformat(day), time(), zone) for day in (first, last))
    return Span(begins, ends, title.strip())


def _without(spans: tuple[Span, ...], mine: tuple[Span, ...]) -> tuple[Span, ...]:
    """``spans`` less our own.  Where one of ours lies over somebody else's, that stretch counts as free."""
    left = list(spans)
    for own in mine:
        cut: list[Span] = []
        for span in left:
            if own.end <= span.start or own.start >= span.end:
                cut.append(span)
                continue
            if span.start < own.start:
                cut.append(Span(span.start, own.start.astimezone(span.start.tzinfo)))
            if own.end < span.end:
                cut.append(Span(own.end.astimezone(span.end.tzinfo), span.end))
        left = cut
    return tuple(left)
