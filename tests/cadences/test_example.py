"""The shipped example shows what it is there to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from calsync.cadences import choose
from calsync.commitments import fold
from calsync.config import load
from calsync.model import Book, Commitment, Decisions, Kind, PromisedBy, Rep, State
from calsync.sources import Reader
from tests.cadences.world import at, read, shipped

FOLDER = Path(__file__).resolve().parents[2] / "config" / "example"
NOW = at("11-25", "08:00")


def example() -> tuple[Rep, Book, Sequence[Commitment]]:
    settings = load(FOLDER / "calsync.toml")
    rep = settings.rep()
    reader = Reader(
        settings.contacts, settings.attempts, zone=rep.zone, region=rep.region, own_numbers=settings.own_numbers
    )
    book = reader.read(NOW)
    return rep, book, fold(book, shipped(), read, rep, settings.policy(), Decisions(), NOW).commitments


def test_the_open_calls_of_the_example_show_every_cadence() -> None:
    _, _, commitments = example()
    live = Counter(one.cadence.name for one in commitments if one.state.live and one.cadence)
    assert set(live) == set(shipped())


def test_the_example_has_every_kind_of_promise() -> None:
    _, book, commitments = example()
    assert {one.promised_by for one in commitments} == set(PromisedBy)
    assert {Kind.FIXED, Kind.DAY, Kind.DEADLINE, Kind.RANGE, Kind.PLANNED} <= {one.kind for one in commitments}
    assert {State.OPEN, State.KEPT, State.MISSED} <= {one.state for one in commitments}
    assert any(contact.do_not_call for contact in book.contacts.values())
    assert any(not contact.referrer for contact in book.contacts.values())


def test_one_row_of_the_example_cannot_be_read_and_says_what_to_do() -> None:
    _, book, _ = example()
    assert [(problem.file, problem.column) for problem in book.problems] == [("attempts.csv", "contact")]
    assert "Dana Levy" in book.problems[0].hint


def test_every_number_of_the_example_is_one_that_nobody_has() -> None:
    rep, book, _ = example()
    numbers = [rep.phone, *(phone.e164 for contact in book.contacts.values() for phone in contact.phones)]
    assert all(number.startswith("+1") and number[5:10] == "55501" for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_every_contact_of_the_example_names_a_cadence_that_is_there() -> None:
    _, book, _ = example()
    for contact in book.contacts.values():
        assert choose(contact, shipped(), "referral").name == (contact.cadence or "referral")
