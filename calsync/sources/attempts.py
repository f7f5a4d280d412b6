"""Rows of a call log -> attempts, each matched to its contact.

This is the busiest loop of the program (100,000 rows), so it looks words and times up in tables and leaves everything
unusual to slower functions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from calsync.drafts import make_attempt, make_where
from calsync.errors import SourceError
from calsync.model import Attempt, Channel, Direction, Outcome, Problem
from calsync.sources.layout import listed, told_columns, twice
from calsync.sources.matching import Directory, NoMatch
from calsync.sources.moments import BadMoment, Moments, minutes
from calsync.sources.numbers import BadNumber
from calsync.sources.touches import Touches
from calsync.sources.words import CHANNELS, DIRECTIONS, MISSED, OUTCOMES, THEIRS, nearest, plain

ATTEMPT_FIELDS = ("at", "contact", "direction", "channel", "outcome", "promise", "note", "id", "number")

ATTEMPT_ALIASES = {
    "when": "at", "time": "at", "date": "at", "datetime": "at", "date time": "at", "timestamp": "at", "who": "contact",
    "name": "contact", "contact id": "contact", "dir": "direction", "type": "channel", "disposition": "outcome",
    "result": "outcome", "promised": "promise", "callback": "promise", "notes": "note", "comment": "note",
    "comments": "note", "phone": "number", "phone number": "number",
}  # fmt: skip


@dataclass(slots=True)
class LogColumns:
    """Which column is what: ``index`` by field, ``title`` the header's own name of it."""

    width: int
    index: Mapping[str, int]
    title: Mapping[str, str]


def log_columns(
    header: Sequence[str], label: str, line: int, columns: Mapping[str, str]
) -> tuple[LogColumns, list[Problem]]:
    """Raises ``SourceError`` where there is no column for the time or for the contact."""
    told = told_columns(header, label, columns, ATTEMPT_FIELDS)
    index = {name: i for i, name in told.items()}
    problems = []
    for strict in (True, False):  # our own names first, so that an alias never takes their place
        for i, title in enumerate(header):
            name = plain(title) if strict else ATTEMPT_ALIASES.get(plain(title), "")
            if name not in ATTEMPT_FIELDS or i in told or i in index.values():
                continue
            if name not in index:
                index[name] = i
            elif strict and name not in told.values():
                problems.append(twice(label, line, title, name))
    for name, instead in (("at", ()), ("contact", ("number",))):
        if not {name, *instead} & index.keys():
            meant = nearest(name, [title.strip() for title in header], 0.5)
            raise SourceError(
                f'{label}, line {line}: there is no column "{name}"; the header has {listed(header)}',
                hint=f'write {name} over it, or say in the configuration: map = {{ {name} = "{meant or "Header"}" }}',
            )
    return LogColumns(len(header), index, {name: header[i].strip() for name, i in index.items()}), problems


_Way = tuple[Direction, Channel, str, Outcome | None]
"""Direction, channel, both as the end of an attempt's key, and the outcome."""

_Known = tuple[str, str, list[Attempt]]
"""A contact's id, the number that named it (``""`` for none), and the attempts of that contact so far."""


class LogRows:
    """Reads the rows of one log.  Spellings, times and references met before are remembered from row to row."""

    def __init__(
        self, label: str, columns: LogColumns, moments: Moments, directory: Directory, touches: Touches
    ) -> None:
        self._label, self._columns, self._moments = label, columns, moments
        self._directory, self._touches = directory, touches
        self._known: dict[str, _Known] = {}
        self._ways: dict[tuple[str, str, str], _Way] = {}
        self._pick = itemgetter(*(columns.index.get(name, -1) for name in ATTEMPT_FIELDS))
        self.problems: list[Problem] = []

    def read(self, rows: Iterable[tuple[int, list[str]]]) -> int:
        """Hand every row that can be read to the touches, report the others; returns how many were read."""
        pick, label, hours, minute = self._pick, self._label, self._moments.hours, minutes()
        known, ways, touches = self._known, self._ways, self._touches
        added = touches.added.append
        count, latest = 0, touches.latest
        for line, row in rows:
            row.append("")  # a field without a column reads this
            when, who, direction, channel, said, promise, note, own_id, number = pick(row)
            try:
                if len(when) > 19:  # with an offset
                    hour, past = hours.get(when[:13] + when[19:]), minute.get(when[13:19])
                else:
                    hour, past = hours.get(when[:13]), minute.get(when[13:])
                if hour is not None and past is not None:
                    at, moment = hour[0] + past[0], hour[1] + past[1]
                else:
                    at, moment = self._moments.read(when)
                contact = known.get(who)
                if contact is None or number:
                    contact = self._contact(who, number)
                way = ways.get((direction, channel, said))
                if way is None:
                    way = self._way(direction, channel, said)
            except (BadMoment, NoMatch, BadNumber, _BadWord) as error:
                if not any(map(str.strip, row)):
                    continue  # a spreadsheet pads a table with empty rows
                self.problems.append(self._problem(line, error))
                continue
            contact_id, e164, earlier = contact
            own_id = own_id.strip()
            attempt = make_attempt(
                own_id or f"{contact_id}|{moment}{way[2]}",
                contact_id,
                at,
                way[0],
                way[1],
                way[3],
                promise.strip(),
                note.strip(),
                e164,
                make_where(label, line),
            )
            count += 1
            if moment > latest and not own_id:  # later than every row before: last of its contact, and new
                latest = moment
                earlier.append(attempt)
                added(contact_id)
            else:
                touches.add(attempt, has_id=bool(own_id))
                latest = max(latest, moment)
        touches.latest = latest
        return count

    def _contact(self, who: str, number: str) -> _Known:
        named = number.strip()
        if named:
            e164 = self._directory.number(named)
            contact_id = self._directory.find(who if who.strip() else e164)[0]
            return contact_id, e164, self._touches.rows_of(contact_id)
        contact_id, e164 = self._directory.find(who)
        self._known[who] = contact_id, e164, self._touches.rows_of(contact_id)
        return self._known[who]

    def _way(self, direction: str, channel: str, said: str) -> _Way:
        to, by, word = plain(direction), plain(channel), plain(said)
        if to and to not in DIRECTIONS:
            raise _unknown("direction", direction, DIRECTIONS)
        if by and by not in CHANNELS:
            raise _unknown("channel", channel, CHANNELS)
        missed = word in MISSED
        if word and not missed and word not in OUTCOMES:
            raise _unknown("outcome", said, OUTCOMES)
        outcome = Outcome.NO_ANSWER if missed else Outcome(OUTCOMES[word]) if word else None
        theirs = Direction.INBOUND if missed or outcome in THEIRS else Direction.OUTBOUND
        which = Direction(DIRECTIONS[to]) if to else theirs
        over = Channel(CHANNELS[by]) if by else Channel.CALL
        way = (which, over, f"|{which.value}|{over.value}", outcome)
        self._ways[direction, channel, said] = way
        return way

    def _problem(self, line: int, error: BadMoment | NoMatch | BadNumber | _BadWord) -> Problem:
        kinds: dict[type, str] = {BadMoment: "at", NoMatch: "contact", BadNumber: "number"}
        name = error.column if isinstance(error, _BadWord) else kinds[type(error)]
        title = self._columns.title.get(name) or self._columns.title.get("number") or name
        return Problem(self._label, line, title, str(error), error.hint)


class _BadWord(ValueError):
    def __init__(self, column: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.column, self.hint = column, hint


def _unknown(column: str, said: str, known: Mapping[str, str]) -> _BadWord:
    meant = nearest(plain(said), known)
    names = sorted(set(known.values()))
    hint = f'write "{known[meant]}"' if meant else f"write one of: {', '.join(names)}"
    return _BadWord(column, f'"{said.strip()[:60]}" is no {column}', hint)


JSON_COLUMNS = LogColumns(
    len(ATTEMPT_FIELDS), {name: i for i, name in enumerate(ATTEMPT_FIELDS)}, {name: name for name in ATTEMPT_FIELDS}
)
"""The columns of the rows that ``json_rows`` makes."""


def json_rows(
    lines: Iterable[str], label: str, first: int, columns: Mapping[str, str], problems: list[Problem]
) -> Iterator[tuple[int, list[str]]]:
    """JSON Lines as rows: one object a line, keys as in the CSV; a line that is no object is a problem."""
    told = {title: name for name, title in columns.items()}
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            where = f" (at character {error.pos + 1})" if isinstance(error, json.JSONDecodeError) else ""
            problems.append(Problem(label, number, "", f"this line is not JSON{where}", _JSON_HINT))
            continue
        if not isinstance(record, dict):
            problems.append(Problem(label, number, "", "this line is JSON, but no object", _JSON_HINT))
            continue
        row = [""] * len(ATTEMPT_FIELDS)
        for key, value in record.items():
            name = told.get(key) or (key if key in ATTEMPT_FIELDS else ATTEMPT_ALIASES.get(plain(key), plain(key)))
            i = JSON_COLUMNS.index.get(name)
            if i is not None and (key == name or not row[i]):
                row[i] = _cell(value)
        yield number, row


_JSON_HINT = 'write one object a line, such as {"at": "2026-11-25T14:05", "contact": "c1", "outcome": "no_answer"}'


def _cell(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value)
    return (
        text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    )  # half a surrogate pair is no text
