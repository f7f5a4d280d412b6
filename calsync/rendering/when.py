"""Days and times in words, the same on every machine (no locale is asked)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from calsync.model import Kind, Window

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December")  # fmt: skip


def weekday(day: date) -> str:
    """``Fri``"""
    return _DAYS[day.weekday()][:3]


def short_day(day: date) -> str:
    """``Fri 27 Nov``"""
    return f"{weekday(day)} {day.day} {_MONTHS[day.month - 1][:3]}"


def stamp(moment: datetime, zone: ZoneInfo) -> str:
    """``Wed 25 Nov 11:02``, in that zone."""
    local = moment.astimezone(zone)
    return f"{short_day(local.date())} {clock(local)}"


def clock(moment: datetime) -> str:
    """``11:02``"""
    return f"{moment.hour:02}:{moment.minute:02}"


def spoken_date(day: date, locale: str) -> str:
    """``Friday, November 27``; ``Friday, 27 November`` where days go first."""
    name, month = _DAYS[day.weekday()], _MONTHS[day.month - 1]
    return f"{name}, {month} {day.day}" if locale == "en-US" else f"{name}, {day.day} {month}"


def spoken_time(moment: datetime, locale: str) -> str:
    """``3:10 PM``; ``15:10`` outside of the United States."""
    if locale != "en-US":
        return f"{moment:%H:%M}"
    return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"


def greeting(moment: datetime) -> str:
    """By the hour of the called party: morning until noon, evening from six."""
    if moment.hour < 12:
        return "Good morning"
    return "Good afternoon" if moment.hour < 18 else "Good evening"


def promised(kind: Kind, window: Window, zone: ZoneInfo, slot_day: date) -> str:
    """When a call is owed, as a title says it: ``Fri``, ``at 15:00``, ``Mon to Fri``; with the date if it is not near.

    ``slot_day`` is the day the event stands on: a weekday alone says enough within six days of it.
    """
    first, last = window.earliest.astimezone(zone), window.latest.astimezone(zone)
    if kind is Kind.DEADLINE:
        return _near(last.date(), slot_day)
    days = _near(first.date(), slot_day)
    if kind is Kind.FIXED:
        middle = first + (last - first) / 2
        return f"{'at' if first == last else 'about'} {middle:%H:%M}" + ("" if first.date() == slot_day else f" {days}")
    return days if first.date() == last.date() else f"{days} to {_near(last.date(), slot_day)}"


def _near(day: date, slot_day: date) -> str:
    return weekday(day) if abs((day - slot_day).days) < 6 else short_day(day)
