"""What a listing of Google's amounts to: which items are ours, are gone, are copies, or make no sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from calsync.calendars.base import Changes, Seen
from calsync.calendars.google import events
from calsync.model import Problem

Json = dict[str, Any]


class Listing:
    """Collects the items of all pages.  ``full`` is a listing of everything, not of what changed."""

    def __init__(self, calendar: str, zone: ZoneInfo, known: Mapping[str, str], *, full: bool) -> None:
        self._calendar, self._zone, self._known, self._full = calendar, zone, known, full
        self._seen: dict[str, Seen] = {}
        self._gone: dict[str, None] = {}
        self._same: list[str] = []
        self._copies: list[str] = []
        self._problems: list[Problem] = []

    def add(self, item: Json) -> None:
        href = str(item.get("id", ""))
        if item.get("status") == "cancelled":
            # Perhaps nothing but the id is left of it, so whether it was ours is for the ledger to know.
            if not self._full and events.EVENT_ID.fullmatch(href):
                self._gone[href] = None
        elif events.copied(item):
            self._copies.append(str(item.get("summary", "")))
        elif not events.ours(item) and not (href in self._known and events.unmarked(item)):
            return
        elif href in self._known and self._known[href] == item.get("etag"):
            self._same.append(href)
        else:
            try:
                self._seen[href] = events.seen_of(item, self._zone)
            except ValueError as problem:
                self._problems.append(unreadable(item, self._calendar, problem))
                self._same.append(href)

    def changes(self, token: str) -> Changes:
        return Changes(
            seen=tuple(self._seen.values()),
            gone=tuple(self._gone),
            token=token,
            full=self._full,
            same=tuple(self._same),
            problems=tuple(self._problems),
            copies=tuple(self._copies),
        )


def unreadable(item: Json, calendar: str, problem: Exception) -> Problem:
    """What to tell the rep about an event of ours that cannot be read."""
    return Problem(
        file=f"{calendar}: {item.get('id')}",
        line=0,
        column="",
        message=f"An event of calsync's on the calendar “{calendar}” cannot be read: {problem}.",
        hint="delete it in the calendar, then: calsync verify --repair",
    )
