"""An ``Entry`` as Google's event and back.  Pure: values in, values out.

What we wrote last stands beside the mark in a private extended property (``WROTE``), so that our fields can be told
from what a person made of them: the alarms that are ours, whether we showed the time as busy, our own text, and our id
(a copy that a person makes carries our properties under an id of its own).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from calsync.calendars.base import Seen
from calsync.calendars.google.text import digest, fitted, plain
from calsync.calendars.ics.lines import clean
from calsync.model import Entry

Json = dict[str, Any]

MARK = "calsync"
WROTE = "calsync-wrote"
BUSY = "calsync-busy"
WRITER = "calsync-writer"
FIELDS = (
    "id,etag,status,updated,summary,description,start,end,transparency,recurringEventId,reminders,"
    "extendedProperties/private"
)
"""All that is ever read of an event."""

EVENT_ID = re.compile(r"[0-9a-v]{5,1024}")
_COMPUTED = re.compile(r"[0-9a-v]{24}")
MOST_REMINDERS = 5
LONGEST_REMINDER = 40_320
"""Minutes: four weeks, the most that Google takes."""

_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?")
_NO_TIME = date(1970, 1, 1)


def new(entry: Entry) -> Json:
    """The body of an insert.  Without an attendee, always: nobody is to get mail from us."""
    return {
        "id": entry.uid,
        "summary": clean(entry.title),
        "description": fitted(clean(entry.description)),
        "start": _side(entry.start, entry.zone),
        "end": _side(entry.end, entry.zone),
        "transparency": _transparency(entry),
        "reminders": {"useDefault": False, "overrides": [_popup(minutes) for minutes in _alarms(entry)]},
        "extendedProperties": {"private": {key: value for key, value in _private(entry).items() if value is not None}},
    }


def patch(entry: Entry, seen: Seen) -> Json:
    """The body of a patch that changes our fields and nothing else.

    A reminder that a person added stays, and the one choice that a person may make on a field of ours stays too:
    whether the time shows as busy.
    """
    raw, wrote = _raw(seen)
    body: Json = {
        "summary": clean(entry.title),
        "description": fitted(clean(entry.description)),
        "extendedProperties": {"private": dict(_private(entry))},
    }
    if alarms_change(entry, seen):
        body["reminders"] = {"useDefault": False, "overrides": _reminders(entry, raw.get("reminders", {}), wrote)}
    if not (_equal(seen.start, entry.start) and _equal(seen.end, entry.end)):
        # A patch merges, so a time that becomes a date has to take its clock away, and the other way round.
        nothing: Json = {"date": None, "dateTime": None, "timeZone": None}
        body |= {"start": nothing | _side(entry.start, entry.zone), "end": nothing | _side(entry.end, entry.zone)}
    if raw.get("transparency", _transparency(entry)) == ("opaque" if wrote.get("busy") else "transparent"):
        body["transparency"] = _transparency(entry)
    if seen.cancelled:
        body["status"] = "confirmed"
    return body


def alarms_change(entry: Entry, seen: Seen) -> bool:
    """True where the alarms that are ours have to be written: they are to be others, or one of them is missing.

    Reminders are one list, a person's and ours together, and changing them may leave ``updated`` and the etag as they
    were.  So the list is written only when it must be, and made from what stands there at that moment.
    """
    wrote = _raw(seen)[1]
    return not set(_alarms(entry)) == set(wrote.get("alarms", ())) == set(seen.alarms)


def ours(item: Mapping[str, Any]) -> bool:
    """True for an event that bears our mark under the id that we gave it."""
    private = _properties(item)
    if MARK not in private or "recurringEventId" in item:
        return False
    return _wrote(private.get(WROTE, "")).get("uid", item.get("id")) == item.get("id")


def unmarked(item: Mapping[str, Any]) -> bool:
    """True for an event under an id as we compute them whose private properties are gone: some programs save an event
    without what they do not know.  It is ours where the ledger knows it."""
    return MARK not in _properties(item) and "recurringEventId" not in item and bool(_COMPUTED.fullmatch(item["id"]))


def copied(item: Mapping[str, Any]) -> bool:
    """True for a copy of one of our events that a person made."""
    return MARK in _properties(item) and "recurringEventId" not in item and not ours(item)


def seen_of(item: Mapping[str, Any], zone: ZoneInfo) -> Seen:
    """One of our events as read.  Times come in ``zone``.  Raises ``ValueError`` where it makes no sense.

    A deleted event may have nothing left but its id; it then has no mark and a date long past.
    """
    private, cancelled = _properties(item), item.get("status") == "cancelled"
    wrote = _wrote(private.get(WROTE, ""))
    if cancelled and "start" not in item:
        start: datetime | date = _NO_TIME
        end: datetime | date = _NO_TIME
    else:
        start, end = _moment(item.get("start"), zone), _moment(item.get("end"), zone)
    return Seen(
        uid=str(item["id"]),
        mark=private.get(MARK, ""),
        href=str(item["id"]),
        etag=str(item.get("etag", "")),
        title=str(item.get("summary", "")),
        description=plain(str(item.get("description", "")), str(wrote.get("text", ""))),
        start=start,
        end=end,
        alarms=_our_alarms(item.get("reminders", {}), wrote),
        modified=_modified(item.get("updated")),
        raw=raw_of(item),
        cancelled=cancelled,
        writer=private.get(WRITER, ""),
    )


def raw_of(item: Mapping[str, Any]) -> str:
    """What the next patch needs to know of an event."""
    kept = {
        "wrote": _properties(item).get(WROTE, ""),
        "reminders": item.get("reminders", {}),
        "transparency": item.get("transparency", "opaque"),
    }
    return json.dumps(kept, separators=(",", ":"), sort_keys=True)


def says(item: Mapping[str, Any], entry: Entry) -> bool:
    """True where the event is just what writing ``entry`` leaves behind: a write whose answer was lost had landed."""
    wanted = new(entry)
    return (
        item.get("status") != "cancelled"
        and item.get("summary", "") == wanted["summary"]
        and item.get("description", "") == wanted["description"]
        and _properties(item).get(WROTE) == wanted["extendedProperties"]["private"][WROTE]
        and _properties(item).get(MARK) == entry.mark
        and _same(item.get("start"), entry.start)
        and _same(item.get("end"), entry.end)
    )


def _same(side: object, wanted: datetime | date) -> bool:
    try:
        found = _moment(side, ZoneInfo("UTC"))
    except ValueError:
        return False
    return _equal(found, wanted)


def _equal(one: datetime | date, other: datetime | date) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        # By way of UTC: clock times of one zone compare blind to the hour that comes twice.
        return one.astimezone(UTC) == other.astimezone(UTC)
    return isinstance(one, datetime) == isinstance(other, datetime) and one == other


def _private(entry: Entry) -> dict[str, str | None]:
    wrote = {
        "uid": entry.uid,
        "alarms": _alarms(entry),
        "busy": entry.busy,
        "text": digest(fitted(clean(entry.description))),
    }
    return {
        MARK: entry.mark,
        WROTE: json.dumps(wrote, separators=(",", ":"), sort_keys=True),
        BUSY: "1" if entry.busy else None,
        **({WRITER: entry.writer} if entry.writer else {}),
    }


def _side(moment: datetime | date, zone: str) -> Json:
    if isinstance(moment, datetime):
        return {"dateTime": moment.isoformat(timespec="seconds"), "timeZone": zone}
    return {"date": moment.isoformat()}


def _transparency(entry: Entry) -> str:
    return "opaque" if entry.busy else "transparent"


def _alarms(entry: Entry) -> list[int]:
    """Our alarms as Google takes them: none after the start, none more than four weeks ahead, no more than five."""
    within = {minutes for minutes in entry.alarms if 0 <= minutes <= LONGEST_REMINDER}
    return sorted(within, reverse=True)[-MOST_REMINDERS:]


def _popup(minutes: int) -> Json:
    return {"method": "popup", "minutes": minutes}


def _reminders(entry: Entry, found: Mapping[str, Any], wrote: Mapping[str, Any]) -> list[Json]:
    """A person's reminders, then ours as far as there is room: Google takes five."""
    before = {("popup", minutes) for minutes in wrote.get("alarms", ())}
    theirs = [each for each in found.get("overrides", ()) if (each.get("method"), each.get("minutes")) not in before]
    also = [_popup(minutes) for minutes in _alarms(entry) if _popup(minutes) not in theirs]
    room = max(0, MOST_REMINDERS - len(theirs))
    return [*theirs, *(also[-room:] if room else ())]


def _our_alarms(found: Mapping[str, Any], wrote: Mapping[str, Any]) -> tuple[int, ...]:
    minutes = {each.get("minutes") for each in found.get("overrides", ()) if each.get("method") == "popup"}
    return tuple(each for each in wrote.get("alarms", ()) if each in minutes)


def _properties(item: Mapping[str, Any]) -> dict[str, str]:
    found = (item.get("extendedProperties") or {}).get("private") or {}
    return dict(found)


def _raw(seen: Seen) -> tuple[Json, Json]:
    raw: Json = json.loads(seen.raw) if seen.raw else {}
    return raw, _wrote(raw.get("wrote", ""))


def _wrote(text: str) -> Json:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _modified(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def _moment(side: object, zone: ZoneInfo) -> datetime | date:
    if not isinstance(side, Mapping) or not ("date" in side or "dateTime" in side):
        raise ValueError("it has no time")
    if "date" in side:
        return date.fromisoformat(str(side["date"]))
    moment = datetime.fromisoformat(str(side["dateTime"]))
    if moment.tzinfo is None:
        # Only then does the name of the zone matter: the offset is the truth, and the name may be odd ("GMT+05:30").
        moment = moment.replace(tzinfo=_zone(str(side.get("timeZone", "")), zone))
    return moment.astimezone(zone)


def _zone(name: str, otherwise: ZoneInfo) -> ZoneInfo | timezone:
    if found := _OFFSET.fullmatch(name):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return timezone(offset if found[1] == "+" else -offset)
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return otherwise
