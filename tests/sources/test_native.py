"""calsync's own CSV: contacts and attempts, and what is said about a row that cannot be read."""

from __future__ import annotations

import pytest

from calsync.errors import SourceError
from calsync.model import Channel, ContactKind, Direction, Line, Outcome, Phone
from tests.sources.helpers import LOG, Desk, flat, only, told

DANA = "id,name,phone\nc1,Dana Levy,+13125550142\n"


def test_every_field_of_a_contact(desk: Desk) -> None:
    desk.contacts(
        "favourite color,notes,do_not_call,urgency,cadence,region,timezone,benefit,topic,referrer,line,kind,email,"
        "phone,name,id\n"
        'red,"two lines,\nbut one note",no,high,referral,us-il,America/Chicago,two quotes,the roof,Jim Byrne,'
        "mobile,consumer,dana@example.com; d.levy@example.com,(312) 555-0142,Dana Levy,c1\n"
    )
    dana = only(desk.read().contacts)
    assert (dana.id, dana.name, dana.kind) == ("c1", "Dana Levy", ContactKind.CONSUMER)
    assert dana.phones == (Phone("+13125550142", Line.CELL),)
    assert dana.emails == ("dana@example.com", "d.levy@example.com")
    assert (dana.referrer, dana.topic, dana.benefit) == ("Jim Byrne", "the roof", "two quotes")
    assert (dana.timezone, dana.region) == ("America/Chicago", "US-IL")
    assert (dana.cadence, dana.urgency, dana.do_not_call) == ("referral", "high", False)
    assert dana.notes == "two lines,\nbut one note"
    assert dana.extra == {"favourite color": "red"}
    assert (dana.where.file, dana.where.line) == ("contacts.csv", 2)


def test_several_numbers_each_with_its_line(desk: Desk) -> None:
    desk.contacts(
        "name,phone:cell,phone:work,phone:home,phone\n"
        "Dana,+13125550142,312-555-0143 x9,312 555 0144; 312 555 0145,(312) 555-0142\n"
    )
    assert only(desk.read().contacts).phones == (
        Phone("+13125550142", Line.CELL),
        Phone("+13125550143", Line.WORK, "9"),
        Phone("+13125550144", Line.HOME),
        Phone("+13125550145", Line.HOME),
    )


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [("yes", True), ("Y", True), ("x", True), ("DNC", True), ("true", True), ("1", True), ("no", False), ("N", False),
     ("0", False), ("false", False), ("ok to call", False), ("", None), ("-", None), ("unknown", None)],
)  # fmt: skip
def test_do_not_call_is_yes_no_or_silent(desk: Desk, cell: str, *, meaning: bool | None) -> None:
    book = desk.contacts(f"id,name,do_not_call\nc1,Dana,{cell}\n").read()
    assert book.contacts["c1"].do_not_call is meaning
    assert book.problems == ()


def test_a_do_not_call_cell_that_nobody_understands_is_a_yes_and_reported(desk: Desk) -> None:
    book = desk.contacts("id,name,do_not_call\nc1,Dana,asked on 3 May\nc2,Omar,asked on 3 May\n").read()
    assert book.contacts["c1"].do_not_call is True
    assert book.contacts["c2"].do_not_call is True
    assert told(book.problems) == [("contacts.csv", 2, "do_not_call"), ("contacts.csv", 3, "do_not_call")]


@pytest.mark.parametrize(
    ("column", "cell", "hint"),
    [
        ("phone", "555-0142", "+1 312 555 0142"),
        ("email", "dana at example", "name@example.com"),
        ("timezone", "America/Chicagoo", "America/Chicago"),
        ("region", "Illinois", "US-IL"),
        ("kind", "friend", "consumer or business"),
        ("line", "upstairs", "cell, home or work"),
    ],
)
def test_a_cell_that_means_nothing_is_reported_and_the_contact_stays(
    desk: Desk, column: str, cell: str, hint: str
) -> None:
    book = desk.contacts(f"id,name,{column}\nc1,Dana,{cell}\nc2,Omar,\n").read()
    assert list(book.contacts) == ["c1", "c2"]
    (problem,) = book.problems
    assert (problem.file, problem.line, problem.column) == ("contacts.csv", 2, column)
    assert hint in problem.hint


def test_a_row_that_names_nobody(desk: Desk) -> None:
    book = desk.contacts("id,name,notes\n,,only a note\nc1,Dana,\n").read()
    assert list(book.contacts) == ["c1"]
    assert told(book.problems) == [("contacts.csv", 2, "name")]


def test_every_field_of_an_attempt(desk: Desk) -> None:
    desk.contacts(DANA).log(
        "note,promise,outcome,channel,direction,contact,at,id,mood\n"
        '"asked, twice",by Friday,vm,call,outbound,c1,2026-11-20 10:05,a-17,good\n'
    )
    (attempt,) = flat(desk.read())
    assert (attempt.key, attempt.contact_id, attempt.at.isoformat()) == ("a-17", "c1", "2026-11-20T10:05:00-06:00")
    assert (attempt.direction, attempt.channel) == (Direction.OUTBOUND, Channel.CALL)
    assert (attempt.outcome, attempt.promise, attempt.note) == (Outcome.LEFT_VOICEMAIL, "by Friday", "asked, twice")
    assert (attempt.where.file, attempt.where.line) == ("attempts.csv", 2)


def test_only_at_and_contact_are_needed(desk: Desk) -> None:
    (attempt,) = flat(desk.contacts(DANA).log("at,contact\n2026-11-20 10:05,c1\n").read())
    assert (attempt.direction, attempt.channel, attempt.outcome) == (Direction.OUTBOUND, Channel.CALL, None)


OURS = {
    Outcome.NO_ANSWER: "no_answer, No answer, no-answer, NO ANSWER, NA, n/a, no ans",
    Outcome.BUSY: "Busy, BUSY, B, line busy",
    Outcome.LEFT_VOICEMAIL: "vm, LVM, left vm, vm-left, Left Voicemail, voicemail_left, A",
    Outcome.LEFT_MESSAGE: "Left live message, message_with_person, lm",
    Outcome.CONNECTED: "spoke, talked, Connected, answered, Meaningful Connect, completed, Call Back Later, CALLBK",
    Outcome.NOT_INTERESTED: "NI, not interested, Not Interested",
    Outcome.WRONG_NUMBER: "Wrong number, DC, failed, disconnected",
    Outcome.DO_NOT_CALL: "dnc, DNCL, Do not call, don't call, opt-out, STOP",
    Outcome.SOLD: "sold, SALE, closed won",
    Outcome.APPOINTMENT_SET: "appt, appointment set, meeting booked",
}
THEIRS = {
    Outcome.CALLBACK_RECEIVED: "they_called, They called back, callback_received, inbound",
    Outcome.REPLIED: "replied, texted back",
}


@pytest.mark.parametrize(
    ("words", "outcome", "direction"),
    [
        *((word, outcome, "outbound") for outcome, words in OURS.items() for word in words.split(", ")),
        *((word, outcome, "inbound") for outcome, words in THEIRS.items() for word in words.split(", ")),
        ("missed call", Outcome.NO_ANSWER, "inbound"),
        ("", None, "outbound"),
    ],
)  # fmt: skip
def test_the_spellings_of_an_outcome(desk: Desk, words: str, outcome: Outcome | None, direction: str) -> None:
    book = desk.contacts(DANA).log(f"at,contact,outcome\n2026-11-20 10:05,c1,{words}\n").read()
    (attempt,) = flat(book)
    assert (attempt.outcome, attempt.direction) == (outcome, direction)


@pytest.mark.parametrize(
    ("direction", "channel", "expected"),
    [
        ("", "", (Direction.OUTBOUND, Channel.CALL)),
        ("in", "phone", (Direction.INBOUND, Channel.CALL)),
        ("INBOUND", "text", (Direction.INBOUND, Channel.SMS)),
        ("outgoing", "e-mail", (Direction.OUTBOUND, Channel.EMAIL)),
        ("out", "in person", (Direction.OUTBOUND, Channel.VISIT)),
        ("outbound-api", "WhatsApp", (Direction.OUTBOUND, Channel.SMS)),
    ],
)
def test_the_spellings_of_direction_and_channel(
    desk: Desk, direction: str, channel: str, expected: tuple[Direction, Channel]
) -> None:
    row = f"2026-11-20 10:05,c1,{direction},{channel}\n"
    (attempt,) = flat(desk.contacts(DANA).log("at,contact,direction,channel\n" + row).read())
    assert (attempt.direction, attempt.channel) == expected


def test_a_direction_that_is_written_beats_what_the_outcome_suggests(desk: Desk) -> None:
    (attempt,) = flat(desk.contacts(DANA).log(LOG + "2026-11-20 10:05,c1,outbound,,replied,,\n").read())
    assert attempt.direction is Direction.OUTBOUND


@pytest.mark.parametrize(
    ("row", "column", "message", "hint"),
    [
        ("2026-11-20,c1,,,vm,,", "at", "no time", "2026-11-25 14:05"),
        ("soon,c1,,,vm,,", "at", '"soon" is not a time', "2026-11-25 14:05"),
        ("2026-11-20 10:05,c9,,,vm,,", "contact", 'no contact is called "c9"', "add the contact"),
        (
            "2026-11-20 10:05,Dana Levi,,,vm,,",
            "contact",
            'no contact is called "Dana Levi"',
            'did you mean "Dana Levy"?',
        ),
        (
            "2026-11-20 10:05,+13125550177,,,vm,,",
            "contact",
            'no contact has the number "+13125550177"',
            "add the contact",
        ),
        ("2026-11-20 10:05,x@example.com,,,vm,,", "contact", "no contact has the address", "add the contact"),
        ("2026-11-20 10:05,,,,vm,,", "contact", "does not say whom", "an id, a number"),
        ("2026-11-20 10:05,312 555,,,vm,,", "contact", "too few digits", "+1 312 555 0142"),
        ("2026-11-20 10:05,(312) 555-0199,,,vm,,", "contact", "your own number", "whom you called"),
        (
            "2026-11-20 10:05,c1,,,left voicemial,,",
            "outcome",
            '"left voicemial" is no outcome',
            'write "left_voicemail"',
        ),
        ("2026-11-20 10:05,c1,,,zzzz,,", "outcome", '"zzzz" is no outcome', "write one of: appointment_set, busy"),
        ("2026-11-20 10:05,c1,sideways,,vm,,", "direction", "is no direction", "inbound, outbound"),
        ("2026-11-20 10:05,c1,,pigeon,vm,,", "channel", "is no channel", "call, email, sms, visit"),
        ("2026-11-20 10:05,c1,,,vm,by Friday", "", "this row has 6 columns, the header has 7", "1 more comma"),
        (
            "2026-11-20 10:05,c1,,,vm,,called, again",
            "",
            "this row has 8 columns, the header has 7",
            "between double quotes",
        ),
    ],
)
def test_a_bad_row_is_reported_with_its_place_and_remedy_and_stops_no_other(
    desk: Desk, row: str, column: str, message: str, hint: str
) -> None:
    good = "2026-11-21 09:00,c1,,,connected,,\n"
    book = desk.contacts(DANA).log(LOG + good + row + "\n" + good.replace("21", "22")).read()
    assert [a.where.line for a in flat(book)] == [2, 4]
    (problem,) = book.problems
    assert (problem.file, problem.line, problem.column) == ("attempts.csv", 3, column)
    assert message in problem.message
    assert hint in problem.hint


def test_problems_come_in_the_order_of_the_lines(desk: Desk) -> None:
    rows = "x,c1,,,vm,,\n2026-11-20 10:05,c1,vm\ny,c1,,,vm,,\n"
    assert told(desk.contacts(DANA).log(LOG + rows).read().problems) == [
        ("attempts.csv", 2, "at"),
        ("attempts.csv", 3, ""),
        ("attempts.csv", 4, "at"),
    ]


def test_the_column_of_a_problem_is_called_as_the_header_calls_it(desk: Desk) -> None:
    book = desk.contacts(DANA).log("When,Who,Result\nsoon,c1,vm\n2026-11-20 10:05,c1,vmm!\n").read()
    assert [(p.line, p.column) for p in book.problems] == [(2, "When"), (3, "Result")]


def test_a_column_map_for_a_log(desk: Desk) -> None:
    columns = {"at": "Zeit", "contact": "Wer", "outcome": "Ergebnis"}
    desk.contacts(DANA).log("Zeit;Wer;Ergebnis\n2026-11-20 10:05;c1;vm\n", columns=columns)
    assert flat(desk.read())[0].outcome is Outcome.LEFT_VOICEMAIL


@pytest.mark.parametrize(
    ("text", "options", "message", "hint"),
    [
        ("contact,outcome\nc1,vm\n", {}, 'no column "at"', "write at over it"),
        ("at,outcome\n2026-11-20 10:05,vm\n", {}, 'no column "contact"', "write contact over it"),
        ("at,contact\n", {"columns": {"att": "at"}}, '"att", which is no field', '"at"'),
        ("at,contact\n", {"columns": {"note": "Nots"}}, 'stands in "Nots"', "as it stands in the file"),
        ("at,contact\n", {"format": "csv"}, 'no format of a log is called "csv"', 'format = "'),
        ("at,contact\n", {"encoding": "utf-99"}, '"utf-99" is not an encoding', 'encoding = "utf-8"'),
        ("at,contact\n", {"encoding": "rot13"}, "is not an encoding", 'encoding = "utf-8"'),
        ("at,contact\n", {"separator": "::"}, "is no separator", "separator = "),
        ("at,contact\n", {"dates": "ymd"}, 'dates cannot be "ymd"', '"iso"'),
        ("PK\x03\x04 and so on", {}, "workbook", "save it as CSV"),
    ],
)
def test_a_log_that_cannot_be_understood_at_all(
    desk: Desk, text: str, options: dict[str, object], message: str, hint: str
) -> None:
    with pytest.raises(SourceError) as caught:
        desk.contacts(DANA).log(text, "attempts.csv", 3600, **options).read()
    assert message in caught.value.message
    assert "attempts.csv" in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_source_that_was_never_there(desk: Desk) -> None:
    desk.contacts(DANA).log(LOG)
    (desk.folder / "attempts.csv").unlink()
    with pytest.raises(SourceError, match=r"attempts\.csv is not there"):
        desk.read()


def test_a_folder_is_no_source(desk: Desk) -> None:
    desk.contacts(DANA).log(LOG)
    (desk.folder / "attempts.csv").unlink()
    (desk.folder / "attempts.csv").mkdir()
    with pytest.raises(SourceError, match=r"attempts\.csv is a folder"):
        desk.read()


def test_an_empty_file_is_reported_with_the_header_it_needs(desk: Desk) -> None:
    book = desk.contacts("").log("").read()
    assert [(p.file, p.line, p.message) for p in book.problems] == [
        ("contacts.csv", 1, "the file is empty"),
        ("attempts.csv", 1, "the file is empty"),
    ]
    assert "at,contact,direction" in book.problems[1].hint


def test_a_log_of_nothing_but_its_header_is_an_ordinary_beginning(desk: Desk) -> None:
    assert desk.contacts(DANA).log(LOG).read().problems == ()


def test_a_contact_list_of_nothing_but_its_header_is_worth_a_word(desk: Desk) -> None:
    assert [p.message for p in desk.contacts("id,name\n").read().problems] == ["the list has a header and no contact"]


def test_a_column_that_stands_twice(desk: Desk) -> None:
    book = desk.contacts(DANA).log("at,contact,note,note\n2026-11-20 10:05,c1,first,second\n").read()
    assert flat(book)[0].note == "first"
    assert told(book.problems) == [("attempts.csv", 1, "note")]


def test_json_lines(desk: Desk) -> None:
    desk.contacts(DANA).log(
        '{"at": "2026-11-20T10:05", "contact": "c1", "outcome": "vm", "promise": "by Friday", "note": "a \\n b"}\n'
        "\n"
        '{"when": "2026-11-21T10:05", "number": "(312) 555-0142", "notes": null, "weather": {"rain": true}}\n'
        "not json\n"
        "[1, 2]\n"
        '{"at": 5, "contact": "c1"}\n'
        '{"at": "2026-11-22T10:05", "contact": "c1", "outcome": "connected", "note": "\\ud800"}\n',
        name="attempts.jsonl",
    )
    book = desk.read()
    assert [(a.where.line, a.outcome, a.note, a.number) for a in flat(book)] == [
        (1, Outcome.LEFT_VOICEMAIL, "a \n b", ""),
        (3, None, "", "+13125550142"),
        (7, Outcome.CONNECTED, "?", ""),
    ]
    assert [(p.line, p.column) for p in book.problems] == [(4, ""), (5, ""), (6, "at")]
