"""Whose log is another is told without looking into the logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from calsync.commitments import Since
from calsync.model import Book, Contact

ANN, BEN = Contact(id="ann", name="Ann"), Contact(id="ben", name="Ben")
CONTACTS = {"ann": ANN, "ben": BEN}


def book(contacts: Mapping[str, Contact], logs: Mapping[str, Sequence[Any]]) -> Book:
    """What a row is, is not looked at."""
    return Book(contacts, logs)


def test_at_first_it_may_be_anybody() -> None:
    assert Since().others(book(CONTACTS, {"ann": ()})) is None


def test_nobody_where_every_log_is_the_very_same() -> None:
    since, rows = Since(), {"ann": ("a row",), "ben": ("another",)}
    since.others(book(CONTACTS, rows))
    assert since.others(book(CONTACTS, dict(rows))) == frozenset()


def test_whose_log_grew_and_who_has_one_now() -> None:
    since, rows = Since(), {"ann": ["a row"]}
    since.others(book(CONTACTS, rows))
    more = {"ann": ["a row", "one more"], "ben": ["another"]}
    assert since.others(book(CONTACTS, more)) == frozenset({"ann", "ben"})
    assert since.others(book(CONTACTS, more)) == frozenset()


def test_anybody_where_the_contacts_were_read_anew_or_a_log_is_gone() -> None:
    since, rows = Since(), {"ann": ("a row",), "ben": ("another",)}
    since.others(book(CONTACTS, rows))
    assert since.others(book(dict(CONTACTS), rows)) is None
    assert since.others(book(CONTACTS, {"ben": rows["ben"]})) is None
