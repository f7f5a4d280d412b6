"""Rows of a call log -> attempts, each matched to its contact.

This is the busiest loop of the program (100,000 rows), so it looks words and times up in tables and leaves everything
unusual to slower functions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from calsync.errors import SourceError
from calsync.model import Attempt, Channel, Direction, Outcome, Problem
from calsync.sources.drafts import make_attempt, make_where
from calsync.sources.layout import listed, told_columns, twice
from calsync.sources.matching import Directory, Found, NoMatch
from calsync.sources.moments import BadMoment, Moments, minutes
from calsync.sources.numbers import BadNumber, Numbers
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
                hint=f'write {name} over the column, or columns = {{ {name} = "{meant or "their header"}" }} in the configuration',
            )
    return LogColumns(len(header), index, {name: header[i].strip() for name, i in index.items()}), problems


_Way = tuple[Direction, Channel, str]
"""Direction, channel, and both as the end of an attempt's key."""


@dataclass(slots=True)
class Reading:
    """Attempts in the order of the file, the moment of each in seconds since 1970, and what could not be read."""

    attempts: list[Attempt] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class LogRows:
    """Reads the rows of one log.  Spellings, times and references met before are remembered from row to row."""

    def __init__(
        self, label: str, columns: LogColumns, moments: Moments, directory: Directory, numbers: Numbers
    ) -> None:
        self._label, self._columns, self._moments = label, columns, moments
        self._directory, self._numbers = directory, numbers
        self._found: dict[str, Found] = {}
        self._ways: dict[tuple[str, str, Outcome | str | None], _Way] = {}
        self._outcomes: dict[str, Outcome | None] = {"": None}
        index = columns.index
        self._pick = itemgetter(*(index.get(name, -1) for name in ATTEMPT_FIELDS))

    def read(self, rows: Iterable[tuple[int, list[str]]]) -> Reading:
        """Every row that can be read; the others are problems."""
        out = Reading()
        pick, label, hours, after_hour = self._pick, self._label, self._moments.hours, minutes()
        found, outcomes, ways = self._found, self._outcomes, self._ways
        keep, keep_moment = out.attempts.append, out.moments.append
        for line, row in rows:
            row.append("")  # a field without a column reads this
            when, who, direction, channel, said, promise, note, own_id, number = pick(row)
            try:
                hour, past = hours.get(when[:13] + when[19:]), after_hour.get(when[13:19])
                if hour is not None and past is not None:
                    at, moment = hour[0] + past[0], hour[1] + past[1]
                else:
                    at, moment = self._moments.read(when)
                contact = found.get(who)
                if contact is None or number:
                    contact = self._contact(who, number)
                outcome = outcomes[said] if said in outcomes else self._outcome(said)
                way = ways.get((direction, channel, said))
                if way is None:
                    way = self._way(direction, channel, said, outcome)
            except (BadMoment, NoMatch, BadNumber, _BadWord) as error:
                out.problems.append(self._problem(line, error))
                continue
            contact_id = contact[0]
            keep(
                make_attempt(
                    own_id.strip() or f"{contact_id}|{moment}{way[2]}",
                    contact_id,
                    at,
                    way[0],
                    way[1],
                    outcome,
                    promise.strip(),
                    note.strip(),
                    contact[1],
                    make_where(label, line),
                )
            )
            keep_moment(moment)
        return out

    def _contact(self, who: str, number: str) -> Found:
        named = number.strip()
        if named:
            e164 = self._numbers.read(named)[0]
            return (self._directory.find(who)[0] if who.strip() else self._directory.find(e164)[0]), e164
        found = self._directory.find(who)
        self._found[who] = found
        return found

    def _outcome(self, said: str) -> Outcome | None:
        word = plain(said)
        if word in MISSED:
            known = Outcome.NO_ANSWER
        elif not word:
            self._outcomes[said] = None
            return None
        elif word in OUTCOMES:
            known = Outcome(OUTCOMES[word])
        else:
            raise _unknown("outcome", said, OUTCOMES)
        self._outcomes[said] = known
        return known

    def _way(self, direction: str, channel: str, said: str, outcome: Outcome | None) -> _Way:
        to = plain(direction)
        by = plain(channel)
        if to and to not in DIRECTIONS:
            raise _unknown("direction", direction, DIRECTIONS)
        if by and by not in CHANNELS:
            raise _unknown("channel", channel, CHANNELS)
        theirs = outcome in THEIRS or plain(said) in MISSED
        which = Direction(DIRECTIONS[to]) if to else Direction.INBOUND if theirs else Direction.OUTBOUND
        over = Channel(CHANNELS[by]) if by else Channel.CALL
        way = (which, over, f"|{which.value}|{over.value}")
        self._ways[direction, channel, said] = way
        return way

    def _problem(self, line: int, error: BadMoment | NoMatch | BadNumber | _BadWord) -> Problem:
        name = {BadMoment: "at", NoMatch: "contact", BadNumber: "number"}.get(type(error)) or getattr(
            error, "column", ""
        )
        title = self._columns.title.get(name) or self._columns.title.get("number") or name
        return Problem(self._label, line, title, str(error), error.hint)


class _BadWord(ValueError):
    def __init__(self, column: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.column, self.hint = column, hint


def _unknown(column: str, said: str, known: Mapping[str, str]) -> _BadWord:
    meant = nearest(plain(said), known, 0.5)
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
