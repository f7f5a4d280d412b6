"""Values of the model as plain JSON, and back: for what is kept from one process to the next.

What comes back equals what went in, to the fold of the hour that comes twice and the zone of every time; ``TypeError``
for a time whose zone has no name.  The format has no version of its own: whoever stores it stores, beside it, which
calsync wrote it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from calsync.drafts import make_attempt, make_contact, make_phone, make_where, make_window
from calsync.model import (
    Attempt,
    Channel,
    Contact,
    ContactKind,
    Direction,
    Line,
    Outcome,
    Phone,
    Problem,
    Window,
)

Packed = list[Any]
"""Texts, numbers, truth values, ``None`` and lists of these."""

shared = sys.intern
"""A text as it is in every other value that has it: thousands come from one file, or promise "by Friday"."""

_DIRECTIONS = {one.value: one for one in Direction}
_CHANNELS = {one.value: one for one in Channel}
_OUTCOMES: dict[str | None, Outcome | None] = {None: None, **{one.value: one for one in Outcome}}
_LINES: dict[str | None, Line | None] = {None: None, **{one.value: one for one in Line}}
_KINDS: dict[str | None, ContactKind | None] = {None: None, **{one.value: one for one in ContactKind}}
_NOTHING: dict[str, str] = {}
"""Of a contact without columns of its own; never changed."""
_SHARED = slice(3, 7)
"""Of the texts of a contact: its zone, region, cadence and urgency."""
_PLAIN = len("2026-11-25T14:05:00")
_SECOND_TIME, _ZONE, _UTC = "~", " ", "+00:00"


class Packing:
    """Times of the rep's ``zone``, nearly all there are, are written without it."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def moment(self, moment: datetime) -> str:
        """The wall clock, a mark for the second time of an hour that comes twice, the zone where it is another."""
        text = moment.replace(tzinfo=None, fold=0).isoformat() + _SECOND_TIME * moment.fold
        zone = moment.tzinfo
        if zone is self._zone:
            return text
        if zone is UTC:
            return f"{text}{_ZONE}{_UTC}"
        if isinstance(zone, ZoneInfo) and zone.key:
            return f"{text}{_ZONE}{zone.key}"
        raise TypeError(f"a time in {zone!r} cannot be kept")

    def unpack_moment(self, text: str) -> datetime:
        if len(text) == _PLAIN:
            return datetime.fromisoformat(text).replace(tzinfo=self._zone)
        wall, _, name = text.partition(_ZONE)
        zone = UTC if name == _UTC else ZoneInfo(name) if name else self._zone
        first = wall.removesuffix(_SECOND_TIME)
        return datetime.fromisoformat(first).replace(tzinfo=zone, fold=int(first != wall))

    def window(self, window: Window) -> list[str]:
        return [self.moment(window.earliest), self.moment(window.latest)]

    def unpack_window(self, earliest: str, latest: str) -> Window:
        return make_window(self.unpack_moment(earliest), self.unpack_moment(latest))

    def attempts(self, attempts: Sequence[Attempt]) -> list[Packed]:
        """The attempts of one contact."""
        return [
            [
                one.key,
                self.moment(one.at),
                one.direction.value,
                one.channel.value,
                one.outcome and one.outcome.value,
                one.promise,
                one.note,
                one.number,
                one.where.file,
                one.where.line,
            ]
            for one in attempts
        ]

    def unpack_attempts(self, contact_id: str, packed: Sequence[Packed]) -> tuple[Attempt, ...]:
        return tuple(
            [
                make_attempt(
                    key,
                    contact_id,
                    self.unpack_moment(at),
                    _DIRECTIONS[direction],
                    _CHANNELS[channel],
                    _OUTCOMES[outcome],
                    shared(promise),
                    note,
                    number,
                    make_where(shared(file), line),
                )
                for key, at, direction, channel, outcome, promise, note, number, file, line in packed
            ]
        )


def pack_contact(contact: Contact) -> Packed:
    return [
        contact.id,
        contact.name,
        [[one.e164, one.line and one.line.value, one.extension] for one in contact.phones],
        list(contact.emails),
        contact.kind and contact.kind.value,
        contact.referrer,
        contact.topic,
        contact.benefit,
        contact.timezone,
        contact.region,
        contact.cadence,
        contact.urgency,
        contact.do_not_call,
        contact.notes,
        contact.first_name,
        contact.company,
        list(contact.groups),
        dict(contact.extra),
        [contact.where.file, contact.where.line],
    ]


def unpack_contact(packed: Packed) -> Contact:
    own_id, name, phones, emails, kind, *texts, groups, extra, (file, line) = packed
    texts[_SHARED] = [text and shared(text) for text in texts[_SHARED]]
    return make_contact(
        own_id,
        name,
        tuple([_phone(*one) for one in phones]),
        tuple(emails),
        _KINDS[kind],
        *texts,
        tuple(groups),
        extra or _NOTHING,
        make_where(shared(file), line),
    )


def _phone(e164: str, line: str | None, extension: str) -> Phone:
    return make_phone(e164, _LINES[line], extension)


def pack_problems(problems: Sequence[Problem]) -> list[Packed]:
    return [[one.file, one.line, one.column, one.message, one.hint] for one in problems]


def unpack_problems(packed: Sequence[Packed]) -> tuple[Problem, ...]:
    return tuple([Problem(*one) for one in packed])
