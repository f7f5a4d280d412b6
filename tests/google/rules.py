"""What Google makes of one event: which it refuses, how a patch is merged, which a listing finds."""

from __future__ import annotations

import copy
import functools
import itertools
import zoneinfo
from datetime import UTC, date, datetime

from dateutil.rrule import rrulestr

from tests.google.discovery import Json, Query

DESCRIPTION_LIMIT = 8192
KEY_LIMIT, VALUE_LIMIT = 44, 1024


class RefusalError(Exception):
    """An error answer: status, Google's reason, its words."""

    def __init__(self, status: int, reason: str, message: str, *, domain: str = "global", location: str = "") -> None:
        super().__init__(message)
        self.status, self.reason, self.message, self.domain, self.location = status, reason, message, domain, location

    def body(self) -> Json:
        """The error body as Google writes it."""
        item = {"domain": self.domain, "reason": self.reason, "message": self.message}
        if self.location:
            item |= {"locationType": "header" if self.location[0].isupper() else "parameter", "location": self.location}
        return {"error": {"errors": [item], "code": self.status, "message": self.message}}


def invalid(message: str, reason: str = "invalid") -> RefusalError:
    return RefusalError(400, reason, message)


def without_reminders(event: Json) -> Json:
    return {key: value for key, value in event.items() if key not in ("reminders", "etag", "updated")}


def merged(old: Json, patch: Json) -> Json:
    """Patch semantics: objects are merged field by field, ``null`` removes a field, lists and values replace."""
    new = copy.deepcopy(old)
    for key, value in patch.items():
        if value is None:
            new.pop(key, None)
        elif isinstance(value, dict) and isinstance(new.get(key), dict):
            new[key] = merged(new[key], value)
        elif isinstance(value, dict):
            new[key] = merged({}, value)
        else:
            new[key] = copy.deepcopy(value)
    return new


def matches(event: Json, query: Query) -> bool:
    private = event.get("extendedProperties", {}).get("private", {})
    for condition in query.get("privateExtendedProperty", []):
        key, _, value = condition.partition("=")
        if private.get(key) != value:
            return False
    if "iCalUID" in query and event.get("iCalUID") != query["iCalUID"][0]:
        return False
    words = query.get("q", [""])[0].lower().split()
    if not all(word in f"{event.get('summary', '')} {event.get('description', '')}".lower() for word in words):
        return False
    low, high = query.get("timeMin"), query.get("timeMax")
    if low and moment_of(event["end"], "UTC") <= datetime.fromisoformat(low[0]):
        return False
    return not (high and moment_of(event["start"], "UTC") >= datetime.fromisoformat(high[0]))


_zones = functools.cache(zoneinfo.available_timezones)


def check_event(event: Json) -> None:
    for side in ("start", "end"):
        if side not in event or not ({"date", "dateTime"} & event[side].keys()):
            raise RefusalError(400, "required", f"Missing {side} time.")
        if {"date", "dateTime"} <= event[side].keys():
            raise invalid("Invalid start or end: both date and dateTime.")
        zone = event[side].get("timeZone")
        if zone is not None and zone not in _zones():
            raise invalid(f"Invalid time zone definition for {side} time.")
        if (
            "dateTime" in event[side]
            and zone is None
            and datetime.fromisoformat(event[side]["dateTime"]).tzinfo is None
        ):
            raise invalid(f"Missing time zone definition for {side} time.")
    if ("date" in event["start"]) != ("date" in event["end"]):
        raise invalid("Event start and end times must either both be date or both be dateTime.")
    start, end = moment_of(event["start"], "UTC"), moment_of(event["end"], "UTC")
    if end < start or ("date" in event["start"] and end == start):
        raise invalid("The specified time range is empty.", "timeRangeEmpty")
    if len(event.get("description", "")) > DESCRIPTION_LIMIT:
        raise invalid("The description is too long.")
    if event["status"] not in ("confirmed", "tentative", "cancelled"):
        raise invalid("Invalid status value.")
    _check_reminders(event.get("reminders", {}))
    private = event.get("extendedProperties", {}).get("private", {})
    # Google keeps what fits: a key that is too long is dropped, a value that is too long is cut.
    for key in [key for key in private if len(key) > KEY_LIMIT]:
        del private[key]
    for key, value in private.items():
        private[key] = value[:VALUE_LIMIT]


def _check_reminders(reminders: Json) -> None:
    overrides = reminders.get("overrides", [])
    if reminders.get("useDefault") and overrides:
        raise invalid(
            "Cannot specify both default reminders and overrides at the same time.",
            "cannotUseDefaultRemindersAndSpecifyOverride",
        )
    if len(overrides) > 5:
        raise invalid("Too many override reminders.")
    for override in overrides:
        if override.get("method") not in ("popup", "email") or not 0 <= override.get("minutes", -1) <= 40320:
            raise invalid("Invalid reminder override.")


def moment_of(side: Json, zone: str) -> datetime:
    if "date" in side:
        day = date.fromisoformat(side["date"])
        return datetime(day.year, day.month, day.day, tzinfo=zoneinfo.ZoneInfo(zone))
    moment = datetime.fromisoformat(side["dateTime"])
    return moment if moment.tzinfo else moment.replace(tzinfo=zoneinfo.ZoneInfo(side["timeZone"]))


def occurrences(event: Json, zone: str, until: datetime) -> list[tuple[datetime, datetime]]:
    """When an event takes place, each time that it comes back before ``until``; in the zone of its start."""
    start, end = moment_of(event["start"], zone), moment_of(event["end"], zone)
    if "recurrence" not in event:
        return [(start, end)]
    local = start.astimezone(zoneinfo.ZoneInfo(event["start"].get("timeZone", zone)))
    rule = rrulestr("\n".join(event["recurrence"]), dtstart=local.replace(tzinfo=None))
    starts = [each.replace(tzinfo=local.tzinfo) for each in itertools.islice(rule, 1000)]
    return [(each, each + (end - start)) for each in starts if each < until]


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
