"""Encodings, separators, line ends, quotes: what programs do to a table."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.sources.records import Records
from calsync.sources.text import Coding, size_of_last, split
from tests.sources.helpers import LOG, Desk, flat, only

ZOE = "id,name,phone,notes\nc1,Zoë Müller,+13125550142,café \u2013 ok\n"


@pytest.mark.parametrize(
    "data",
    [
        ZOE.encode(),
        ZOE.encode("utf-8-sig"),
        ZOE.encode("utf-16"),
        b"\xfe\xff" + ZOE.encode("utf-16-be"),
        ZOE.encode("utf-16-le"),
        ZOE.encode("utf-16-be"),
        ZOE.encode("cp1252"),
        ZOE.replace("\n", "\r\n").encode(),
        ZOE.replace("\n", "\r").encode(),
        ZOE.replace(",", ";").encode(),
        ZOE.replace(",", "\t").encode("utf-16"),
        ZOE.replace(",", "|").encode(),
        ("sep=;\r\n" + ZOE.replace(",", ";")).encode(),
        ('"sep=;"\r\n' + ZOE.replace(",", ";")).encode(),
        ("\n\n" + ZOE).encode(),
    ],
    ids=[
        "utf-8",
        "bom",
        "utf-16",
        "utf-16-be",
        "bare le",
        "bare be",
        "cp1252",
        "crlf",
        "cr",
        ";",
        "tab",
        "|",
        "sep",
        '"sep"',
        "blank",
    ],
)
def test_whatever_wrote_the_file(desk: Desk, data: bytes) -> None:
    book = desk.contacts(data).read()
    zoe = only(book.contacts)
    assert (zoe.name, zoe.notes, book.problems) == ("Zoë Müller", "café \u2013 ok", ())


def test_a_file_that_two_programs_write_each_in_its_own_way(desk: Desk) -> None:
    desk.contacts("id,name\nc1,Zoë\n".encode() + "c2,René\n".encode("cp1252"))
    assert [c.name for c in desk.read().contacts.values()] == ["Zoë", "René"]


def test_an_encoding_that_is_named_and_does_not_fit(desk: Desk) -> None:
    book = desk.contacts("id,name\nc1,Zoë\nc2,Omar\n".encode("cp1252"), encoding="utf-8").read()
    assert [(p.line, p.column) for p in book.problems] == [(2, "")]
    assert "utf-8" in book.problems[0].message
    assert book.contacts["c1"].name == "Zo\ufffd"


def test_the_line_of_a_record_is_its_first_physical_line(desk: Desk) -> None:
    rows = [
        '2026-11-20 10:05,c1,,,vm,,"one\ntwo\n\nfour"\r\n\n',
        "2026-11-21 10:05,c1,,,spok?,,\n",
        "2026-11-22 10:05,c1,,,vm,,x\n",
    ]
    desk.contacts(ZOE).log(LOG + "".join(rows))
    book = desk.read()
    assert [(a.where.line, a.note) for a in flat(book)] == [(2, "one\ntwo\n\nfour"), (8, "x")]
    assert [p.line for p in book.problems] == [7]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ('2026-11-20 10:05,c1,,,vm,,"never closed', "is not closed"),
        ('2026-11-20 10:05,c1,"out,,vm,,', "is not closed"),
        ("2026-11-20 10:05,c1,,,vm,,\0\0\0", "NUL"),
        ("2026-11-20 10:05,c1,,,vm,," + "x" * 140_000, "longer than 131,072"),
        ('2026-11-20 10:05,c1,,,vm,,"' + "x" * 140_000 + '"', "longer than 131,072"),
    ],
    ids=["open", "open in the middle", "nul", "long", "long quoted"],
)
def test_a_broken_row_swallows_no_other(desk: Desk, bad: str, message: str) -> None:
    rows = [f'2026-11-{day} 10:05,c1,,,vm,,"called, {day}"' for day in (21, 22, 23)]
    book = desk.contacts(ZOE).log(LOG + "\n".join([rows[0], bad, *rows[1:]]) + "\n").read()
    assert [a.where.line for a in flat(book)] == [2, 4, 5]
    assert [p.line for p in book.problems] == [3]
    assert message in book.problems[0].message


def test_quotes_inside_a_cell(desk: Desk) -> None:
    desk.contacts(ZOE).log(
        LOG + '2026-11-20 10:05,c1,,,vm,"by ""Friday""",5" pipe\n2026-11-21 10:05,c1,,,vm,,"Acme" Inc\n'
    )
    book = desk.read()
    assert [(a.promise, a.note) for a in flat(book)] == [('by "Friday"', '5" pipe'), ("", "Acme Inc")]
    assert book.problems == ()


def test_empty_cells_beyond_the_header_mean_nothing(desk: Desk) -> None:
    assert flat(desk.contacts(ZOE).log("at,contact\n2026-11-20 10:05,c1,,,\n,,,,\n").read())[0].contact_id == "c1"


_CELL = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(_CELL, min_size=3, max_size=3), max_size=8), st.sampled_from(",;\t|"))
def test_records_are_what_csv_reads(rows: list[list[str]], separator: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    lines = text.getvalue().split("\n")[:-1]
    records = Records(lines, separator, 3, final=True)
    assert [row for _, row in records] == rows
    assert records.faults == []


@given(st.text(st.sampled_from('a,"\n\r é\U0001f600')), st.sampled_from(["utf-8", "utf-16-le", "cp1252"]), st.data())
def test_the_bytes_of_the_last_lines_are_counted_exactly(text: str, name: str, data: st.DataObject) -> None:
    raw = text.encode(name, "replace")
    coding = Coding(name)
    whole = split(raw, coding)
    held = data.draw(st.integers(0, len(whole.lines)))
    size = size_of_last(raw, coding, held)
    before = split(raw[: len(raw) - size] + "x".encode(name), coding)
    assert before.lines == whole.lines[: len(whole.lines) - held]
    assert before.tail == "x"
    assert split(raw, coding).tail.endswith("\r") == text.endswith("\r")
