"""How far the files were read, as plain values: what a new process needs to go on from where an earlier one stopped.

Nothing here is believed.  The files are: each is summed up to the place where reading stopped, and where a byte of it
is another, all is read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from calsync.model import Attempt, Contact, Problem


class KeptList(NamedTuple):
    """A contact list: ``size`` in bytes (-1 where there was no file), the CRC-32 of all of it, what it held."""

    size: int
    crc: int
    age: int
    rows: int
    uids: tuple[str, ...]
    held: bool


class KeptLog(NamedTuple):
    """A call log: the whole file as it was, and where reading stopped.

    ``size`` is -1 where there was no file.  ``offset``, ``crc``, ``line`` and ``tail`` are those of a ``Feed``,
    ``coding`` the fields of its ``Coding``; ``sheet`` those of its ``Sheet``, for a table that has a header.
    """

    size: int
    crc_of_all: int
    age: int
    coding: tuple[str, int, bool]
    offset: int
    crc: int
    line: int
    tail: str
    rows: int
    held: bool
    provisional: bool
    problems: tuple[Problem, ...]
    sheet: tuple[list[str], str, int, int] | None


class KeptBook(NamedTuple):
    """A book, and what it takes to add rows to it.

    ``also`` are further ids that mean a contact; ``own_ids`` say whose the attempts with an id of their own are;
    ``latest`` is the latest attempt, in seconds since 1970; ``again`` are the problems of rows that contradict each
    other.
    """

    lists: tuple[KeptList, ...]
    logs: tuple[KeptLog, ...]
    contacts: Mapping[str, Contact]
    attempts: Mapping[str, Sequence[Attempt]]
    also: Mapping[str, str]
    own_ids: Mapping[str, str]
    latest: float
    again: tuple[Problem, ...]
    contact_problems: tuple[Problem, ...]
