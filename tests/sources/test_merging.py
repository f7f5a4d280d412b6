"""Who is who: several lists, shared numbers, and whom a row of the log means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.model import Contact, Line, Phone, Where
from calsync.sources.merge import merge
from tests.sources.helpers import LOG, Desk, flat, only, told


def test_rows_with_the_same_id_are_one_contact(desk: Desk) -> None:
    desk.contacts("id,name,phone,notes\nc1,Dana,3125550142,first\n")
    desk.contacts(
        "id,name,phone:cell,email,topic,notes\nc1,Dana Levy,3125550143,d@example.com,the roof,second\n", "more.csv"
    )
    dana = only(desk.read().contacts)
    assert (dana.name, dana.topic, dana.emails, dana.notes) == ("Dana", "the roof", ("d@example.com",), "first\nsecond")
    assert dana.phones == (Phone("+13125550142"), Phone("+13125550143", Line.CELL))
    assert dana.where == Where("contacts.csv", 2)


def test_two_names_under_one_id_in_one_file_are_reported(desk: Desk) -> None:
    book = desk.contacts("id,name\nc1,Dana\nc1,Omar\n").read()
    assert only(book.contacts).name == "Dana"
    assert told(book.problems) == [("contacts.csv", 3, "id")]


@pytest.mark.parametrize("shared", ["phone", "email"])
def test_the_same_name_and_number_or_address_is_one_contact(desk: Desk, shared: str) -> None:
    cell = {"phone": "(312) 555-0142", "email": "Dana@Example.com"}[shared]
    desk.contacts(f"id,name,{shared}\nc1,Dana Levy,{cell}\n")
    desk.contacts(f"name,{shared},topic\n dana  LEVY,{cell.upper()},the roof\n", "more.csv")
    assert (only(desk.read().contacts).id, only(desk.read().contacts).topic) == ("c1", "the roof")


def test_a_record_without_a_name_joins_the_one_contact_of_its_number(desk: Desk) -> None:
    desk.contacts("id,name,phone\nc1,Dana,3125550142\n").contacts("phone,do_not_call\n3125550142,yes\n", "dnc.csv")
    assert only(desk.read().contacts).do_not_call is True


def test_a_household_stays_two(desk: Desk) -> None:
    book = desk.contacts("name,phone\nDana Levy,3125550142\nOmar Levy,3125550142\n").read()
    assert list(book.contacts) == ["+13125550142 dana levy", "+13125550142 omar levy"]
    assert book.problems == ()


def test_different_ids_stay_two_whatever_else_they_share(desk: Desk) -> None:
    book = desk.contacts(
        "id,name,phone,email\nc1,Dana,3125550142,d@example.com\nc2,Dana,3125550142,d@example.com\n"
    ).read()
    assert list(book.contacts) == ["c1", "c2"]


def test_a_record_that_could_belong_to_two_contacts_is_reported(desk: Desk) -> None:
    desk.contacts("id,name,phone\nc1,Dana,3125550142\nc2,Omar,3125550142\n")
    book = desk.contacts("phone,do_not_call\n3125550142,yes\n", "dnc.csv").read()
    assert [c.do_not_call for c in book.contacts.values()] == [None, None]
    assert told(book.problems) == [("dnc.csv", 2, "id")]


def test_a_record_that_shows_two_contacts_to_be_the_same(desk: Desk) -> None:
    desk.contacts("name,phone,email\nDana,3125550142,\nDana,,d@example.com\nDana,3125550142,d@example.com\n")
    dana = only(desk.read().contacts)
    assert (dana.phones, dana.emails) == ((Phone("+13125550142"),), ("d@example.com",))


def test_a_uid_of_a_card_does_not_hold_two_records_apart(desk: Desk) -> None:
    desk.contacts("id,name,phone\nc1,Dana Levy,3125550142\n")
    card = "BEGIN:VCARD\nUID:{}\nFN:Dana Levy\nTEL;TYPE=CELL:3125550142\nEND:VCARD\n"
    desk.contacts(card.format("u1") + card.format("u2"), "phone.vcf")
    book = desk.log("at,contact\n2026-11-20 10:05,u2\n").read()
    assert only(book.contacts).id == "c1"
    assert [a.contact_id for a in flat(book)] == ["c1"]


@pytest.mark.parametrize(
    ("first", "second", "merged", "reported"),
    [
        ("yes", "", True, False),
        ("", "yes", True, False),
        ("no", "", False, False),
        ("", "", None, False),
        ("no", "no", False, False),
        ("yes", "no", True, True),
        ("no", "yes", True, True),
    ],
)
def test_an_opt_out_in_any_file_wins(
    desk: Desk, first: str, second: str, *, merged: bool | None, reported: bool
) -> None:
    desk.contacts(f"id,name,do_not_call\nc1,Dana,{first}\n").contacts(f"id,do_not_call\nc1,{second}\n", "more.csv")
    book = desk.read()
    assert only(book.contacts).do_not_call is merged
    assert [p.column for p in book.problems] == ["do_not_call"] * reported


@pytest.mark.parametrize(
    ("row", "contact_id"),
    [
        ("Dana Levy,3125550142,d@example.com", "+13125550142"),
        ("Dana Levy,,D@Example.com", "d@example.com"),
        (" Dana  Levy ,,", "dana levy"),
    ],
)
def test_an_id_is_computed_from_the_number_else_the_address_else_the_name(
    desk: Desk, row: str, contact_id: str
) -> None:
    assert only(desk.contacts(f"name,phone,email\n{row}\n").read().contacts).id == contact_id


def test_sorting_the_file_changes_no_id(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = ["Dana,3125550142", "Omar,3125550142", "Ruth,3125550143", "Ines,"]
    ids = set()
    for order in (rows, rows[::-1]):
        other = Desk(tmp_path_factory.mktemp("order"))
        ids.add(frozenset(other.contacts("name,phone\n" + "\n".join(order) + "\n").read().contacts))
    assert len(ids) == 1


def test_the_number_of_the_rep_belongs_to_no_contact(desk: Desk) -> None:
    desk.contacts("id,name,phone\nc1,Dana,(312) 555-0199; 3125550142\nc2,Me,3125550199\n")
    contacts = desk.read().contacts
    assert contacts["c1"].phones == (Phone("+13125550142"),)
    assert contacts["c2"].phones == ()


PEOPLE = (
    "id,name,phone,email\nc1,Dana Levy,3125550142 x5,dana@example.com\nc2,Omar Levy,3125550142 x6,\n"
    "c3,Ruth Klein,3125550143,office@example.com\nc4,Ines  Haddad,3125550144,office@example.com\n"
    "c5,Ruth Klein,3125550145,\n3125550146,Paul Novak,3125550147,\n"
)


@pytest.mark.parametrize(
    ("reference", "contact_id"),
    [
        ("c1", "c1"),
        ("dana levy", "c1"),
        ("DANA@example.com", "c1"),
        ("mailto:dana@example.com", "c1"),
        ("(312) 555-0142 ext 5", "c1"),
        ("+1 312 555 0142 x6", "c2"),
        ("312.555.0143", "c3"),
        ("tel:+13125550144", "c4"),
        ("Ines Haddad", "c4"),
        ("3125550146", "3125550146"),
        ("Paul Novak", "3125550146"),
    ],
)
def test_whom_a_row_means(desk: Desk, reference: str, contact_id: str) -> None:
    (attempt,) = flat(desk.contacts(PEOPLE).log(f"at,contact\n2026-11-20 10:05,{reference}\n").read())
    assert attempt.contact_id == contact_id


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("3125550142", "could be 2 contacts: Dana Levy (id c1), Omar Levy (id c2)"),
        ("Ruth Klein", "could be 2 contacts: Ruth Klein (id c3), Ruth Klein (id c5)"),
        ("office@example.com", "could be 2 contacts: Ruth Klein (id c3), Ines  Haddad (id c4)"),
        ("Dana", 'no contact is called "Dana"'),
        ("555-0143", "lacks its area code"),
        ("0143", 'no contact is called "0143"'),
        ("C1", 'no contact is called "C1"'),
    ],
)
def test_an_ambiguous_or_unknown_reference_is_reported_and_never_guessed(
    desk: Desk, reference: str, message: str
) -> None:
    book = desk.contacts(PEOPLE).log(f"at,contact\n2026-11-20 10:05,{reference}\n").read()
    assert flat(book) == []
    (problem,) = book.problems
    assert message in problem.message
    assert problem.column == "contact"


def test_a_number_beside_the_contact(desk: Desk) -> None:
    desk.contacts(PEOPLE).log("at,contact,number\n2026-11-20 10:05,c3,312 555 0188\n2026-11-21 10:05,,3125550143\n")
    assert [(a.contact_id, a.number) for a in flat(desk.read())] == [("c3", "+13125550188"), ("c3", "+13125550143")]


def test_rows_said_twice_count_once(desk: Desk) -> None:
    row = "2026-11-20 10:05,c1,,,vm,by Friday,\n"
    desk.contacts(PEOPLE).log(LOG + row + row).log(
        LOG + "2026-11-20T16:05:00Z,Dana Levy,outbound,call,lvm,by Friday,\n", "b.csv"
    )
    book = desk.read()
    assert len(flat(book)) == 1
    assert book.problems == ()


def test_of_two_rows_for_one_attempt_the_later_counts_and_a_note_is_free_to_grow(desk: Desk) -> None:
    rows = "2026-11-20 10:05,c1,,,,,called\n2026-11-20 10:05,c1,,,vm,by Friday,called; left word\n"
    book = desk.contacts(PEOPLE).log(LOG + rows).read()
    (attempt,) = flat(book)
    assert (attempt.note, attempt.promise, attempt.where.line) == ("called; left word", "by Friday", 3)
    assert book.problems == ()


def test_two_rows_for_one_attempt_that_contradict_are_reported(desk: Desk) -> None:
    rows = "2026-11-20 10:05,c1,,,vm,by Friday,\n2026-11-20 10:05,c1,,,connected,by Monday,\n"
    book = desk.contacts(PEOPLE).log(LOG + rows).read()
    assert [(a.outcome, a.promise) for a in flat(book)] == [("connected", "by Monday")]
    (problem,) = book.problems
    assert (problem.line, problem.column) == (3, "outcome")
    assert "attempts.csv line 2" in problem.message
    assert "outcome and promise" in problem.message


def test_an_opt_out_is_not_overwritten_by_a_second_row(desk: Desk) -> None:
    rows = "2026-11-20 10:05,c1,,,dnc,,\n2026-11-20 10:05,c1,,,vm,,\n"
    book = desk.contacts(PEOPLE).log(LOG + rows).read()
    assert [a.outcome for a in flat(book)] == ["do_not_call"]
    assert "the opt-out counts" in book.problems[0].message


def test_an_id_of_its_own_is_the_key_of_an_attempt(desk: Desk) -> None:
    rows = "a1,2026-11-20 10:05,c1,vm\na1,2026-11-20 10:06,c3,vm\na2,2026-11-20 10:06,c3,vm\n"
    book = desk.contacts(PEOPLE).log("id,at,contact,outcome\n" + rows).read()
    assert [(a.key, a.contact_id, a.where.line) for a in flat(book)] == [("a1", "c3", 3), ("a2", "c3", 4)]
    assert [(p.line, p.column) for p in book.problems] == [(3, "contact")]


def test_editing_a_note_keeps_the_key(desk: Desk) -> None:
    desk.contacts(PEOPLE).log(LOG + "2026-11-20 10:05,c1,,,vm,,old\n")
    key = flat(desk.read())[0].key
    desk.put("attempts.csv", LOG + "2026-11-20T10:05:00-06:00,Dana Levy,,,vm,by Friday,new\n", age=60)
    assert flat(desk.read())[0].key == key


def test_attempts_of_a_contact_are_oldest_first_whatever_the_order_of_rows_and_files(desk: Desk) -> None:
    desk.contacts(PEOPLE)
    desk.log(
        LOG + "2026-11-22 10:05,c1,,,vm,,third\n2026-11-20 10:05,c1,,,vm,,first\n2026-11-22 10:05,c1,in,,,,fourth\n"
    )
    desk.log(LOG + "2026-11-21T18:05:00Z,c1,,,vm,,second\n2026-11-22 10:05,c1,in,sms,,,fifth\n", "b.csv")
    assert [a.note for a in desk.read().attempts["c1"]] == ["first", "second", "third", "fourth", "fifth"]


def test_the_hour_that_comes_twice_is_in_order(desk: Desk) -> None:
    desk.contacts(PEOPLE)
    desk.log(LOG + "2026-11-01T01:10:00-06:00,c1,,,,,second\n2026-11-01T01:50:00-05:00,c1,,,,,first\n")
    assert [a.note for a in desk.read().attempts["c1"]] == ["first", "second"]
    desk.add("attempts.csv", "2026-11-01T01:30:00-05:00,c1,,,,,earlier still\n", age=60)
    assert [a.note for a in desk.read().attempts["c1"]] == ["earlier still", "first", "second"]


_KEYS = st.lists(st.sampled_from(["+13125550142", "+13125550143", "+13125550144"]), max_size=2, unique=True)
_RECORDS = st.builds(
    lambda i, name, keys, line: Contact(i, name, tuple(Phone(k) for k in keys), where=Where("f", line)),
    st.sampled_from(["", "", "c1", "c2"]),
    st.sampled_from(["Dana", "dana ", "Omar", ""]),
    _KEYS,
    st.integers(1, 9),
).filter(lambda c: c.id or c.name or c.phones)


@given(st.lists(_RECORDS, max_size=8))
def test_merging_loses_no_number_and_keeps_ids_apart(records: list[Contact]) -> None:
    merged = merge(records)
    assert {r.id for r in records if r.id} <= set(merged.contacts)
    assert all(contact_id == contact.id != "" for contact_id, contact in merged.contacts.items())
    kept = {p.e164 for c in merged.contacts.values() for p in c.phones}
    reported = {p.line for p in merged.problems}
    assert {p.e164 for r in records if r.where.line not in reported for p in r.phones} <= kept


def _one_name_an_id(records: list[Contact]) -> bool:
    names = {(r.id, r.name.strip().lower()) for r in records if r.id}
    return len(names) == len({r.id for r in records if r.id})


@given(st.lists(_RECORDS, max_size=6).filter(_one_name_an_id))
def test_saying_everything_twice_changes_nothing(records: list[Contact]) -> None:
    once, twice = merge(records), merge([*records, *records])
    assert set(once.contacts) == set(twice.contacts)
    assert [c.phones for c in once.contacts.values()] == [c.phones for c in twice.contacts.values()]
