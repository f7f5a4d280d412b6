"""What the stand-in knows: calendars, events, and how Google changes them.

No HTTP here.  Every refusal is an ``RefusalError`` (see ``rules``) with the status, reason and words that Google gives.
"""

from __future__ import annotations

import base64
import copy
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.google.discovery import Json, Query
from tests.google.rules import RefusalError, check_event, invalid, matches, merged, occurrences, utc, without_reminders

EVENT_ID = re.compile(r"[0-9a-v]{5,1024}")
PAGE, LARGEST_PAGE = 250, 2500
FREEBUSY_CALENDARS = 50
READ_ONLY = ("kind", "etag", "htmlLink", "created", "updated", "creator", "organizer", "hangoutLink", "locked")
NOT_WITH_SYNC_TOKEN = (
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin"
)  # fmt: skip
# A listing that was filtered by one of these gives no token to go on from; a range in time does.
NO_TOKEN_AFTER = ("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "updatedMin")


@dataclass
class CalendarStore:
    """One calendar: its events by id, each with the number of its last change."""

    id: str
    summary: str
    zone: str = "America/Chicago"
    role: str = "owner"
    default_reminders: list[Json] = field(default_factory=lambda: [{"method": "popup", "minutes": 30}])
    events: dict[str, Json] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    oldest_token: int = 0


class Store:
    """All calendars of one account.  ``clock`` gives ``updated``; every change gets the next number."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.clock = clock
        self.change = itertools.count(1)
        self.last = 0
        self.account = "rep@example.com"
        self.calendars: dict[str, CalendarStore] = {}
        self.forget_deleted = False
        """RefusalError a deleted event with nothing but its id and status, as Google may."""
        self.reminders_keep_etag = False
        """A change of nothing but reminders leaves the etag as it was, as ``updated`` does."""
        self.zone_in_answers = ""
        """Write this into ``timeZone`` of every answer (Google has been seen to say ``GMT+05:30``)."""
        self.add_calendar(self.account, self.account)

    def add_calendar(self, identifier: str, summary: str) -> CalendarStore:
        calendar = CalendarStore(identifier, summary)
        self.calendars[identifier] = calendar
        return calendar

    def calendar(self, identifier: str) -> CalendarStore:
        found = self.calendars.get(self.account if identifier == "primary" else identifier)
        if found is None:
            raise RefusalError(404, "notFound", "Not Found")
        return found

    def expire_sync_tokens(self) -> None:
        """Every token given so far is dead, as after 30 days or a change of who may see the calendar."""
        for calendar in self.calendars.values():
            calendar.oldest_token = self.last + 1
        self._next()

    # events ---------------------------------------------------------------------------------------------------------

    def insert(self, calendar: CalendarStore, body: Json) -> Json:
        event = {key: value for key, value in copy.deepcopy(body).items() if key not in READ_ONLY}
        if "id" in event and "iCalUID" in event:
            raise invalid("Only one of id and iCalUID may be given.")
        identifier = event.setdefault("id", self._generated_id())
        if not EVENT_ID.fullmatch(identifier):
            raise invalid("Invalid resource id value.")
        if identifier in calendar.events:
            raise RefusalError(409, "duplicate", "The requested identifier already exists.")
        if event.get("status") == "cancelled":
            raise invalid("Cannot create a cancelled event.")
        event.setdefault("iCalUID", f"{identifier}@google.com")
        event.setdefault("status", "confirmed")
        event.setdefault("sequence", 0)
        event.setdefault("reminders", {"useDefault": True})
        event["created"] = self._moment()
        event["creator"] = event["organizer"] = {"email": self.account, "self": True}
        return self._put(calendar, event, touched=True)

    def get(self, calendar: CalendarStore, identifier: str) -> Json:
        event = calendar.events.get(identifier)
        if event is None:
            raise RefusalError(404, "notFound", "Not Found")
        return self._shown(event)

    def patch(self, calendar: CalendarStore, identifier: str, body: Json, if_match: str | None) -> Json:
        old = self._matched(calendar, identifier, if_match)
        new = merged(old, {key: value for key, value in body.items() if key not in (*READ_ONLY, "id", "iCalUID")})
        return self._put(calendar, new, touched=without_reminders(new) != without_reminders(old))

    def update(self, calendar: CalendarStore, identifier: str, body: Json, if_match: str | None) -> Json:
        old = self._matched(calendar, identifier, if_match)
        kept = {key: old[key] for key in (*READ_ONLY, "id", "iCalUID") if key in old}
        new = {"status": "confirmed", "reminders": {"useDefault": True}, **copy.deepcopy(body), **kept}
        return self._put(calendar, new, touched=True)

    def delete(self, calendar: CalendarStore, identifier: str, if_match: str | None) -> None:
        old = self._matched(calendar, identifier, if_match)
        if old["status"] == "cancelled":
            raise RefusalError(410, "deleted", "Resource has been deleted")
        self._put(calendar, {**old, "status": "cancelled"}, touched=True)

    def list_events(self, calendar: CalendarStore, query: Query) -> Json:
        given = {
            key: query[key]
            for key in sorted(query)
            if key not in ("pageToken", "syncToken", "fields", "prettyPrint", "alt")
        }
        since = self._since(calendar, query, given)
        found = [event for event in calendar.events.values() if matches(event, query)]
        found.sort(key=lambda event: calendar.changed[event["id"]])
        if since is not None:
            found = [event for event in found if calendar.changed[event["id"]] > since]
        elif query.get("showDeleted") != ["true"] and "updatedMin" not in query:
            found = [event for event in found if event["status"] != "cancelled"]
        if query.get("orderBy") == ["startTime"]:
            if query.get("singleEvents") != ["true"]:
                raise invalid("The requested ordering is not available for the particular query.")
            found.sort(key=lambda event: str(event["start"]))
        offset = self._page(query, given)
        size = min(int(query.get("maxResults", [str(PAGE)])[0]), LARGEST_PAGE)
        answer: Json = {
            "kind": "calendar#events",
            "etag": f'"p{self.last}"',
            "summary": calendar.summary,
            "description": "",
            "updated": self._moment(),
            "timeZone": self.zone_in_answers or calendar.zone,
            "accessRole": calendar.role,
            "defaultReminders": calendar.default_reminders,
            "items": [self._shown(event) for event in found[offset : offset + size]],
        }
        if offset + size < len(found):
            answer["nextPageToken"] = _token({"offset": offset + size, "given": given, "sync": query.get("syncToken")})
        elif not any(name in query for name in NO_TOKEN_AFTER):
            answer["nextSyncToken"] = _token({"at": self.last, "calendar": calendar.id, "given": given})
        return answer

    def free_busy(self, body: Json) -> Json:
        wanted = [item["id"] for item in body.get("items", [])]
        if len(wanted) > FREEBUSY_CALENDARS:
            raise invalid("Too many calendars requested.", "tooManyCalendarsRequested")
        if "timeMin" not in body or "timeMax" not in body:
            raise RefusalError(400, "required", "Missing timeMin or timeMax parameter.")
        low, high = datetime.fromisoformat(body["timeMin"]), datetime.fromisoformat(body["timeMax"])
        if high <= low:
            raise invalid("The specified time range is empty.", "timeRangeEmpty")
        answer: Json = {
            "kind": "calendar#freeBusy",
            "timeMin": body["timeMin"],
            "timeMax": body["timeMax"],
            "calendars": {},
        }
        for identifier in wanted:
            try:
                calendar = self.calendar(identifier)
            except RefusalError:
                answer["calendars"][identifier] = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
                continue
            spans = sorted(
                (start, end)
                for event in calendar.events.values()
                if event["status"] != "cancelled" and event.get("transparency") != "transparent"
                for start, end in occurrences(event, calendar.zone, high)
                if start < high and end > low
            )
            answer["calendars"][identifier] = {
                "busy": [{"start": utc(max(a, low)), "end": utc(min(b, high))} for a, b in _joined(spans)]
            }
        return answer

    # what a person does, without HTTP -------------------------------------------------------------------------------

    def person_edits(self, calendar_id: str, identifier: str, **changes: Any) -> Json:
        """A change made in Google's own app: merged like a patch, without any condition."""
        return self.patch(self.calendar(calendar_id), identifier, changes, None)

    def person_deletes(self, calendar_id: str, identifier: str) -> None:
        self.delete(self.calendar(calendar_id), identifier, None)

    def live(self, calendar_id: str) -> dict[str, Json]:
        """The events that are not deleted."""
        return {
            key: event for key, event in self.calendar(calendar_id).events.items() if event["status"] != "cancelled"
        }

    # inside ---------------------------------------------------------------------------------------------------------

    def _next(self) -> int:
        self.last = next(self.change)
        return self.last

    def _generated_id(self) -> str:
        return base64.b32hexencode(f"generated-{self.last:06d}".encode()).decode().lower().rstrip("=")

    def _moment(self) -> str:
        return self.clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _matched(self, calendar: CalendarStore, identifier: str, if_match: str | None) -> Json:
        old = calendar.events.get(identifier)
        if old is None:
            raise RefusalError(404, "notFound", "Not Found")
        if if_match not in (None, "*", old["etag"]):
            raise RefusalError(412, "conditionNotMet", "Precondition Failed", location="If-Match")
        return old

    def _put(self, calendar: CalendarStore, event: Json, *, touched: bool) -> Json:
        event = {key: value for key, value in event.items() if value is not None}
        check_event(event)
        number = self._next()
        event["kind"] = "calendar#event"
        if touched or not self.reminders_keep_etag:
            event["etag"] = f'"{3_400_000_000_000_000 + number * 2000}"'
        event["htmlLink"] = f"https://www.google.com/calendar/event?eid={event['id']}"
        if touched:
            event["updated"] = self._moment()
        calendar.events[event["id"]] = event
        calendar.changed[event["id"]] = number
        return self._shown(event)

    def _shown(self, event: Json) -> Json:
        if event["status"] == "cancelled" and self.forget_deleted:
            return {key: event[key] for key in ("kind", "etag", "id", "status")}
        shown = copy.deepcopy(event)
        if self.zone_in_answers:
            for side in ("start", "end"):
                if "dateTime" in shown[side]:
                    shown[side]["timeZone"] = self.zone_in_answers
        return shown

    def _since(self, calendar: CalendarStore, query: Query, given: Json) -> int | None:
        if "syncToken" not in query:
            return None
        if clash := [name for name in NOT_WITH_SYNC_TOKEN if name in query]:
            raise invalid(f"Sync token cannot be used with {', '.join(clash)}.")
        if query.get("showDeleted") == ["false"]:
            raise invalid("showDeleted may not be false when a sync token is given.")
        token = _untoken(query["syncToken"][0])
        if token is None or token.get("calendar") != calendar.id or token["at"] < calendar.oldest_token:
            raise RefusalError(
                410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.", location="syncToken"
            )
        ranges = ("timeMin", "timeMax")
        if {k: v for k, v in token["given"].items() if k not in ranges} != given:
            raise invalid("The parameters differ from those of the listing that gave the sync token.")
        at: int = token["at"]
        return at

    def _page(self, query: Query, given: Json) -> int:
        if "pageToken" not in query:
            return 0
        token = _untoken(query["pageToken"][0])
        if token is None or token["given"] != given or token["sync"] != query.get("syncToken"):
            raise invalid("Invalid page token value.")
        offset: int = token["offset"]
        return offset


def _token(content: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()


def _untoken(text: str) -> Json | None:
    try:
        content = json.loads(base64.urlsafe_b64decode(text.encode()))
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _joined(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
