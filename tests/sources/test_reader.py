"""Reading again: only what changed, never less than what is there, and never more than was written to its end."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calsync.errors import CalsyncError, GuardError, SourceError
from calsync.model import Book
from calsync.sources import CONTACT_FORMATS
from tests.sources.helpers import LOG, NOW, Desk, flat

PEOPLE = "id,name,phone\nc1,Dana Levy,+13125550142\nc2,Omar Ortega,+13125550143\nc3,Ruth Klein,+13125550144\n"
ONE = "2026-11-20 10:05,c1,,,vm,by Friday,first\n"
TWO = "2026-11-21 10:05,c2,,,vm,,second\n"
THREE = "2026-11-22 10:05,c1,,,vm,,third\n"


def test_where_nothing_changed_it_is_the_very_same_book_and_nothing_is_parsed(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE)
    first = desk.read()
    assert desk.reader is not None
    assert (desk.reader.changed, desk.reader.parsed) == (None, 4)
    assert desk.read() is first
    assert (desk.reader.changed, desk.reader.parsed) == (frozenset(), 0)


def test_of_a_log_that_grew_only_the_growth_is_parsed(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE + TWO)
    first = desk.read()
    assert desk.reader is not None
    desk.add("attempts.csv", THREE)
    second = desk.read()
    assert (desk.reader.changed, desk.reader.parsed) == (frozenset({"c1"}), 1)
    assert [a.note for a in second.attempts["c1"]] == ["first", "third"]
    assert second.attempts["c2"] is first.attempts["c2"]
    assert second.contacts is first.contacts
    assert [a.note for a in first.attempts["c1"]] == ["first"]


def test_a_file_saved_again_with_the_same_bytes_is_not_parsed(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE)
    first = desk.read()
    desk.put("contacts.csv", PEOPLE, age=30)
    desk.put("attempts.csv", LOG + ONE, age=30)
    assert desk.read() is first
    assert desk.reader is not None
    assert desk.reader.parsed == 0


@pytest.mark.parametrize(
    "log",
    [LOG + ONE.replace("first", "other") + TWO, LOG + TWO, LOG + ONE.replace("vm", "no"), LOG + TWO + ONE + THREE],
    ids=["edited", "shortened", "edited in place", "inserted"],
)
def test_an_edit_of_an_old_line_means_reading_everything_again(desk: Desk, log: str) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE + TWO)
    desk.read()
    desk.put("attempts.csv", log, age=30)
    assert same(desk.read(), desk)
    assert desk.reader is not None
    assert desk.reader.changed is None


def test_a_contact_list_that_changed_matches_every_row_anew(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + "2026-11-20 10:05,Ines Haddad,,,vm,,\n")
    assert len(desk.read().problems) == 1
    desk.add("contacts.csv", "c4,Ines Haddad,+13125550145\n", age=30)
    book = desk.read()
    assert [a.contact_id for a in flat(book)] == ["c4"]
    assert book.problems == ()


def test_counts_name_the_rows_of_each_file(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE).log(LOG, "own.csv")
    desk.read()
    desk.add("attempts.csv", TWO + THREE)
    desk.read()
    assert desk.reader is not None
    assert desk.reader.counts == {"contacts.csv": 3, "attempts.csv": 3, "own.csv": 0}


@pytest.mark.parametrize("name", ["contacts.csv", "attempts.csv"])
def test_a_source_that_vanished_is_a_matter_for_the_guard_until_it_is_back(desk: Desk, name: str) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE)
    first = desk.read()
    path = desk.folder / name
    data = path.read_bytes()
    path.unlink()
    for _ in range(2):
        with pytest.raises(GuardError, match=f"{name} was there and has vanished") as caught:
            desk.read()
        assert caught.value.exit_code == 1
    desk.put(name, data, age=10)
    assert desk.read() == first


def test_an_optional_log_may_come_later(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG, "own.csv", optional=True)
    (desk.folder / "own.csv").unlink()
    first = desk.read()
    assert desk.read() is first
    desk.put("own.csv", LOG + ONE)
    assert [a.note for a in flat(desk.read())] == ["first"]
    (desk.folder / "own.csv").unlink()
    with pytest.raises(GuardError):
        desk.read()


def test_a_header_that_breaks_refuses_the_run_and_mends_without_a_restart(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE)
    first = desk.read()
    desk.put("attempts.csv", "when it was,whom\n" + ONE, age=30)
    with pytest.raises(SourceError):
        desk.read()
    desk.put("attempts.csv", LOG + ONE, age=10)
    assert desk.read() == first


def test_an_error_in_one_log_loses_no_row_of_another(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE, "a.csv").log(LOG + TWO, "b.csv")
    desk.read()
    desk.add("a.csv", THREE)
    (desk.folder / "b.csv").rename(desk.folder / "away.csv")
    with pytest.raises(GuardError):
        desk.read()
    (desk.folder / "away.csv").rename(desk.folder / "b.csv")
    assert [a.note for a in flat(desk.read())] == ["first", "third", "second"]


# -- a file that is being written -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tail", "age", "read", "problems"),
    [
        (TWO.rstrip("\n"), 0.5, False, []),
        (TWO.rstrip("\n"), 2.5, True, []),
        (TWO.rstrip("\n"), 3600, True, []),
        ("2026-11-21 10:05,c2", 0.5, False, []),
        ("2026-11-21 10:05,c2", 2.5, False, []),
        ("2026-11-21 10:05,c2", 3600, False, ["the last line breaks off"]),
        ('2026-11-21 10:05,c2,,,vm,,"half\nof it', 0.5, False, []),
        ('2026-11-21 10:05,c2,,,vm,,"half\nof it', 2.5, False, []),
        ('2026-11-21 10:05,c2,,,vm,,"half\nof it', 3600, False, ["a double quote", "the last line breaks off"]),
        ('2026-11-21 10:05,c2,,,vm,,"half\nof it\n', 0.5, False, []),
    ],
)  # fmt: skip
def test_the_end_of_a_file_that_is_being_written(
    desk: Desk, tail: str, age: float, *, read: bool, problems: list[str]
) -> None:
    book = desk.contacts(PEOPLE).log(LOG + ONE + tail, age=age).read()
    assert len(flat(book)) == 1 + read
    assert len(book.problems) == len(problems)
    assert all(p.message.startswith(words) for p, words in zip(book.problems, problems, strict=True))


def test_what_was_held_back_is_read_when_the_file_has_been_still_though_nobody_touched_it(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE + TWO.rstrip("\n"), age=0)
    first = desk.read()
    assert len(flat(first)) == 1
    assert desk.read(NOW + timedelta(seconds=1)) is first
    assert len(flat(desk.read(NOW + timedelta(seconds=3)))) == 2


def test_a_last_line_that_goes_on_after_it_was_read(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE.rstrip("\n"))
    assert [a.note for a in flat(desk.read())] == ["first"]
    desk.add("attempts.csv", " and more\n" + TWO)
    assert [a.note for a in flat(desk.read())] == ["first and more", "second"]


def test_a_quoted_cell_that_is_closed_later(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE + '2026-11-21 10:05,c2,,,vm,,"one\n', age=0)
    assert len(flat(desk.read())) == 1
    desk.add("attempts.csv", 'two"\n' + THREE, age=0)
    assert [a.note for a in flat(desk.read())] == ["first", "one\ntwo", "third"]


def test_a_plan_as_of_another_day_reads_the_last_line_too(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + ONE + TWO.rstrip("\n"), age=0)
    assert len(flat(desk.fresh().read(NOW - timedelta(days=300)))) == 2


def test_a_contact_list_that_is_being_written(desk: Desk) -> None:
    desk.contacts(PEOPLE)
    desk.put("contacts.csv", PEOPLE + "c4,Ines", age=0)
    assert list(desk.read().contacts) == ["c1", "c2", "c3"]
    desk.put("contacts.csv", PEOPLE + "c4,Ines,+13125550145\n", age=0)
    assert list(desk.read().contacts) == ["c1", "c2", "c3", "c4"]


def test_cards_that_are_being_written(desk: Desk) -> None:
    card = "BEGIN:VCARD\nFN:Dana\nEND:VCARD\n"
    desk.contacts(card, "phone.vcf")
    desk.put("phone.vcf", card + "BEGIN:VCARD\nFN:Om", age=0)
    assert [c.name for c in desk.read().contacts.values()] == ["Dana"]
    desk.put("phone.vcf", card + "BEGIN:VCARD\nFN:Omar\nEND:VCARD", age=0)
    assert [c.name for c in desk.read().contacts.values()] == ["Dana", "Omar"]


# -- what holds for any file ------------------------------------------------------------------------------------------


def same(book: Book, desk: Desk) -> bool:
    """Whether the book is what a reader that starts now makes of the files."""
    return book == desk.fresh().read(NOW)


_PIECE = st.sampled_from(
    [
        ONE,
        TWO,
        THREE,
        '2026-11-23 10:05,c3,,,vm,,"quoted, yes"\n',
        '2026-11-23 10:06,c3,,,vm,,"two\nlines"\n',
        "\n",
        "\r\n",
        "bad,row\n",
        "2026-11-24 10:05,c9,,,vm,,\n",
        '2026-11-25 10:05,c1,,,vm,,"open\n',
        '"',
        ",",
        "2026-11-26 10:05,c1,,",
        "vm,,\n",
        "2026-11-20 10:05,c1,,,connected,by Monday,\n",
        "2026-11-20 10:05,c1,,,dnc,,\n",
        "2026-11-01T01:30:00-06:00,c2,,,vm,,\n",
        "2026-11-01T01:40:00-05:00,c2,,,vm,,\n",
        "\0",
        "\r",
        "é",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.booleans(), st.lists(_PIECE, max_size=4), st.sampled_from([0.0, 5.0, 3600.0])), max_size=6)
)
def test_reading_what_was_appended_gives_what_reading_everything_gives(
    steps: list[tuple[bool, list[str], float]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        desk = Desk(Path(name)).contacts(PEOPLE).log(LOG, "a.csv").log(LOG, "b.csv")
        desk.read()
        for first, pieces, age in steps:
            desk.add("a.csv" if first else "b.csv", "".join(pieces), age)
            assert same(desk.read(), desk)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=60), st.sampled_from(["utf-16", "utf-8-sig", "cp1252"]))
def test_growth_in_any_encoding(head: bytes, growth: bytes, encoding: str) -> None:
    start = LOG.encode(encoding) + (b"" if encoding == "utf-16" else head)
    with tempfile.TemporaryDirectory() as name:
        desk = Desk(Path(name)).contacts(PEOPLE).log("")
        desk.put("attempts.csv", start, 0)
        desk.read()
        desk.put("attempts.csv", start + growth, 0)
        assert same(desk.read(), desk)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(CONTACT_FORMATS), st.booleans(), st.booleans())
def test_any_bytes_are_a_book_or_a_source_error(data: bytes, form: str, with_header: bool, aged: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        desk = Desk(Path(name))
        contacts = (b"id,name,phone\n" if with_header else b"") + data
        log = (LOG.encode() if with_header else b"") + data
        desk.contacts(contacts, format=form).log(log).log(data, "a.jsonl")
        for path in desk.folder.iterdir():
            desk.aged(path, 3600 if aged else 0)
        try:
            book = desk.read()
        except SourceError as error:
            said = (error.message, error.hint)
            book = Book({}, {})
        else:
            said = ("a book", "")
        assert all(said) or said[0] == "a book"
        assert all(p.file and p.message and p.hint for p in book.problems)
        assert all(key == contact.id and key for key, contact in book.contacts.items())


def test_a_file_that_may_not_be_read(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG)
    os.mkfifo(desk.folder / "pipe.csv")
    desk.logs.append(type(desk.logs[0])(desk.folder / "pipe.csv", name="pipe.csv"))
    with pytest.raises(CalsyncError, match=r"pipe\.csv is not an ordinary file"):
        desk.read()
