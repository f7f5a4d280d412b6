"""How single settings are read: hours, zones, regions, numbers, dates.  Each mistake says what to write instead."""

from __future__ import annotations

import re
from datetime import date, time
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

HOURS_EXAMPLE = 'like "09:00-18:00", or "09:00-12:00, 13:00-18:00", or "" for closed'
REGION_EXAMPLE = 'a country and its state or province, like "US-IL", "CA-ON" or "GB-ENG", or a country alone, like "DE"'
PHONE_EXAMPLE = 'the whole number with its country, like "+1 312 555 0199"'

Pair = tuple[time, time]

_RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|\N{EN DASH}|to)\s*(\d{1,2}):(\d{2})")
_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")

_STATES = {
    "US": "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
    "OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR UM VI",
    "CA": "AB BC MB NB NL NS NT NU ON PE QC SK YT",
    "GB": "ENG SCT WLS NIR",
    "AU": "ACT NSW NT QLD SA TAS VIC WA",
}


class Mistake(ValueError):
    """A value that cannot be used; ``hint`` says what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def read_hours(text: str) -> tuple[Pair, ...]:
    """Opening hours of one day: ``"09:00-12:00, 13:00-18:00"``; the empty text (or ``closed``) is a closed day."""
    if text.strip().lower() in ("", "closed"):
        return ()
    pairs = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            raise Mistake(f'"{part.strip()}" is not a stretch of hours', HOURS_EXAMPLE)
        opens_hour, opens_minute, closes_hour, closes_minute = map(int, match.groups())
        try:
            pair = time(opens_hour, opens_minute), time(closes_hour, closes_minute)
        except ValueError:
            raise Mistake(f'"{part.strip()}" holds a clock time that does not exist', HOURS_EXAMPLE) from None
        if pair[0] >= pair[1]:
            raise Mistake(f'"{part.strip()}" closes before it opens', HOURS_EXAMPLE)
        pairs.append(pair)
    pairs.sort()
    for earlier, later in pairwise(pairs):
        if later[0] < earlier[1]:
            raise Mistake(f'"{text}" holds two stretches that overlap', HOURS_EXAMPLE)
    return tuple(pairs)


def read_part_of_day(text: str) -> Pair:
    """One stretch of hours, such as what *morning* means."""
    pairs = read_hours(text)
    if len(pairs) != 1:
        raise Mistake(f'"{text}" is not one stretch of hours', 'like "09:00-12:00"')
    return pairs[0]


def read_zone(name: str) -> str:
    """An IANA time zone name that this machine knows."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; a folder's name is an OSError
        near = nearest(name, available_timezones())
        suffix = f'did you mean "{near}"?' if near else "write the name of a city in it"
        raise Mistake(f'"{name}" is not a time zone', f'{suffix}  For example: "America/Chicago"') from None
    return name


def read_region(text: str) -> str:
    """A country, or a country and its subdivision (ISO 3166-2)."""
    region = text.strip().upper()
    country, _, part = region.partition("-")
    if not _REGION.fullmatch(region) or country not in _countries():
        raise Mistake(f'"{text}" is not a region', f"write {REGION_EXAMPLE}")
    if part and country in _STATES and part not in _STATES[country].split():
        raise Mistake(f'"{text}" is not a region: {country} has no "{part}"', f"write {REGION_EXAMPLE}")
    return region


def read_phone(text: str, region: str | None) -> str:
    """A number as E.164; a national number is read in ``region``."""
    import phonenumbers

    country = region.partition("-")[0] if region else None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise Mistake(f'"{text}" is not a telephone number', f"write {PHONE_EXAMPLE}") from None
    if not phonenumbers.is_possible_number(number):
        raise Mistake(f'"{text}" has too few or too many digits for a number', f"write {PHONE_EXAMPLE}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_day(value: object) -> date:
    """A date, written as a TOML date or as text."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Mistake(f'"{value}" is not a date', "year, month, day, like 2026-12-24") from None


_FEAST = re.compile(r"(?:-1|[1-5]) (?:mon|tue|wed|thu|fri|sat|sun) (?:1[0-2]|[1-9])|easter(?:[+-]\d{1,3})?")


def read_feast(value: object) -> date | str:
    """A day that has a name: one date, a day of every year (``06-12``), ``4 thu 11`` or ``easter+1``."""
    text = str(value).strip().lower()
    try:
        date.fromisoformat(f"2024-{text}")
    except ValueError:
        return text if _FEAST.fullmatch(text) else read_day(value)
    return text


def nearest(word: str, known: set[str] | frozenset[str] | list[str]) -> str | None:
    """The known word that was most likely meant, if one is near."""
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(word, sorted(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=60)
    return found[0] if found else None


@cache
def _countries() -> frozenset[str]:
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)
