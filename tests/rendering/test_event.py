"""One event, whole, as it stands on the calendar; and what every event keeps to."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from calsync import rendering
from calsync.commitments import Follow, Rules, fold_contact
from calsync.identity import event_uid
from calsync.model import Attempt, Away, Contact, Entry, Hours, Line, Outcome, Phone, Placed, Policy, Slot, Span, State
from calsync.placing.world import World
from calsync.rendering.templates import shipped_folder
from tests.rendering.given import DANA, NEW_YORK, POLICY, TASHA, THREE, at, attempt, event, owed, read, templates

FIRST = attempt(at(25))
SECOND_CALL = """\
CALL  +1 312 555 0100 (work)  tel:+13125550100
15:10 their time (America/Chicago, from the contact's time zone)

WHO  Dana Levy, referred by Oliver Quist - vigilante training - you sleep better

YOU PROMISED (Wed 25 Nov 11:02, in your message): "If I don't hear back by Friday, I'll call you"

VOICEMAIL: yes (each message prepares the next call)
SAY  Good afternoon, Dana. Oliver Quist told me about you. I'll try again on Monday. My number: 312 - 555 - 01 - 99.

TEXT  Tasha Lane again, about vigilante training. I'll call on Monday from +1 312 555 0199.
sms:+13125550100?&body=Tasha%20Lane%20again%2C%20about%20vigilante%20training.\
%20I%27ll%20call%20on%20Monday%20from%20%2B1%20312%20555%200199.

IF THEY ANSWER  Hello Dana, do you have 5 minutes?

IF SOMEBODY ELSE ANSWERS  Would you tell Dana Levy that I'll call on Monday?

ASK  Cell number? OK to call at work?

WHY THIS TIME  Friday late, as promised; varied from Wed 11:02; you are free

HISTORY
1) Wed 25 Nov 11:02 voicemail left - asked for Dana

NOTES IN YOUR CONTACTS FILE
Met at the fair.

AFTER THE CALL write one of these before the title, or on the OUTCOME line:
vm (voicemail left) / no (no answer) / spoke / cb mon 3pm (call back then) / done / dnc (never call again)
OUTCOME:
---- your notes: what you write below this line is kept ----
"""


def test_the_second_of_three_calls_as_it_stands_on_the_calendar() -> None:
    contact = replace(DANA, notes="Met at the fair.")
    history = (replace(FIRST, note="asked for  Dana"),)
    why = ("Friday late, as promised", "varied from Wed 11:02", "you are free")
    commitment = owed(history, at(25, "12:00"), contact)

    entry = event(history, at(27, "16:10"), contact=contact, why=why)

    assert entry == Entry(
        uid=event_uid("tasha", commitment.id),
        mark=commitment.id,
        title="Call Dana Levy - promised Fri - call 2 of 3 (vigilante training)",
        description=SECOND_CALL,
        start=at(27, "16:10"),
        end=at(27, "16:20"),
        zone="America/New_York",
        alarms=(10, 0),
        live=True,
        busy=False,
    )


HEADS = [
    "CALL", "WHO", "YOU PROMISED", "VOICEMAIL", "SAY", "TEXT", "sms:", "IF THEY ANSWER", "ASK", "WHY THIS TIME",
    "HISTORY", "AFTER THE CALL", "OUTCOME:", "---- your notes",
]  # fmt: skip


def heads(description: str) -> list[str]:
    return [head for line in description.splitlines() for head in HEADS if line.startswith(head)]


def test_the_order_is_the_order_in_which_a_phone_is_read() -> None:
    assert heads(event((FIRST,), at(27, "16:10"), why=("as promised",)).description) == HEADS


def test_a_title_and_a_description_say_what_they_know_and_never_none() -> None:
    bare = Contact("x", "Bo")
    entry = event((attempt(at(25)),), at(27, "16:10"), contact=bare)
    assert entry.title == "Call Bo - promised Fri - call 2 of 3"
    assert "None" not in entry.title + entry.description
    assert "there is no number" in entry.description
    assert "tel:" not in entry.description
    assert "sms:" not in entry.description
    assert "  ," not in entry.description
    assert not re.search(r"\n\n\n", entry.description)


def test_nothing_in_an_event_depends_on_when_it_was_rendered() -> None:
    early, late = (event((FIRST,), at(27, "16:10"), now=moment) for moment in (at(25, "12:00"), at(27, "16:00")))
    assert early == late


def test_a_description_is_put_into_words_when_it_is_asked_for_and_no_earlier() -> None:
    plain = event((FIRST,), at(27, "16:10"))
    asked: list[str] = []

    def words() -> str:
        asked.append("asked")
        return SECOND_CALL

    later = Entry.described(words, plain)
    assert (later.uid, later.title, later.start, later.alarms) == (plain.uid, plain.title, plain.start, plain.alarms)
    assert not asked
    assert later == replace(plain, description=SECOND_CALL) != plain
    whole = replace(later, title="other words")
    asked.clear()
    assert whole.description == SECOND_CALL
    assert not asked, "a copy has its words"
    with pytest.raises(AttributeError, match="descripton"):
        getattr(later, "descripton")  # noqa: B009 - it is no attribute


def test_a_commitment_without_a_slot_or_no_longer_owed_has_no_event() -> None:
    commitment = owed((FIRST,), at(25, "12:00"))
    arguments = (DANA, (FIRST,), THREE, TASHA, Policy(), templates(), read, at(25, "12:00"))
    assert rendering.render(Placed(commitment, None), *arguments) is None
    slot = Slot(at(27, "16:10"), at(27, "16:20"))
    for state in set(State) - {State.OPEN, State.MISSED}:
        assert rendering.render(Placed(replace(commitment, state=state), slot), *arguments) is None


def test_our_own_words_stay_inside_the_basic_multilingual_plane() -> None:
    sources = list(shipped_folder().iterdir())
    sources += list((shipped_folder().parents[1] / "calsync" / "rendering").glob("*.py"))
    assert len(sources) > 8
    for path in sources:
        assert max(path.read_text(encoding="utf-8")) <= "\uffff"


def test_what_people_wrote_is_kept_as_it_is() -> None:
    party = replace(DANA, notes="Loves \N{PARTY POPPER}\nand a second line", topic="\N{PARTY POPPER} night")
    entry = event((FIRST,), at(27, "16:10"), contact=party)
    assert "Loves \N{PARTY POPPER}\nand a second line" in entry.description
    assert "\N{PARTY POPPER} night" in entry.title


@pytest.mark.parametrize(("size", "whole"), [(8192, True), (8193, False), (100_000, False)])
def test_the_contacts_notes_are_shown_whole_up_to_8_kb(size: int, whole: bool) -> None:
    notes = ("é" * (size // 2)) + "x" * (size % 2)
    text = event((FIRST,), at(27, "16:10"), contact=replace(DANA, notes=notes)).description
    assert (notes in text) is whole
    assert ("(more in your contacts file)" in text) is not whole
    assert len(text.encode()) < 8192 + 4000


# Which number


@pytest.mark.parametrize(
    ("phones", "called", "texted"),
    [
        ([Phone("+13125550100")], "+13125550100", "+13125550100"),
        ([Phone("+13125550100", Line.WORK)], "+13125550100", "+13125550100"),
        ([Phone("+13125550100", Line.WORK), Phone("+13125550142", Line.CELL)], "+13125550100", "+13125550142"),
        ([Phone("+13125550142", Line.CELL), Phone("+13125550100", Line.HOME)], "+13125550142", "+13125550142"),
    ],
)
def test_the_first_number_is_called_and_a_cell_gets_the_text(phones: list[Phone], called: str, texted: str) -> None:
    text = event((FIRST,), at(27, "16:10"), contact=replace(DANA, phones=tuple(phones))).description
    assert f"tel:{called}\n" in text
    assert f"sms:{texted}?&body=" in text


def test_after_a_wrong_number_the_other_one_is_called() -> None:
    two = replace(DANA, phones=(Phone("+13125550100"), Phone("+13125550142")))
    wrong = attempt(at(25), Outcome.WRONG_NUMBER)
    assert "tel:+13125550142\n" in event((wrong,), at(27, "10:00"), contact=two).description


# Their clock


@pytest.mark.parametrize(
    ("contact", "says"),
    [
        (DANA, "15:10 their time (America/Chicago"),
        (replace(DANA, timezone="America/New_York"), ""),
        (replace(DANA, timezone=None, phones=(Phone("+18005550100"),)), "zone uncertain: ask"),
    ],
)
def test_the_called_partys_clock_is_told_where_it_differs_or_is_not_sure(contact: Contact, says: str) -> None:
    text = event((FIRST,), at(27, "16:10"), contact=contact).description
    assert says in text
    assert ("their time" in text) is ("their time" in says)


@pytest.mark.parametrize(
    ("clock", "words"), [("09:30", "Good morning"), ("13:00", "Good afternoon"), ("19:30", "Good evening")]
)
def test_the_greeting_goes_by_the_called_partys_clock(clock: str, words: str) -> None:
    assert f"SAY  {words}" in event((FIRST,), at(27, clock)).description


# Alarms, busy


@pytest.mark.parametrize(
    ("promise", "policy", "alarms", "busy"),
    [
        ("by Friday", Policy(), (10, 0), False),
        ("by Friday", Policy(alarms=(30,)), (30,), False),
        ("by Friday", Policy(alarms=()), (), False),
        ("Friday 3pm", Policy(alarms=()), (15, 0), True),
    ],
)
def test_alarms_are_explicit_and_an_appointment_has_two_and_is_busy(
    promise: str, policy: Policy, alarms: tuple[int, ...], busy: bool
) -> None:
    made = attempt(at(25), Outcome.CONNECTED, promise=promise)
    entry = event((made,), at(27, "15:00"), policy=policy)
    assert (entry.alarms, entry.busy) == (alarms, busy)


# What the script is told


def test_a_deadline_owed_on_the_day_after_is_spoken_of_as_such() -> None:
    made = attempt(at(24), Outcome.NO_ANSWER)
    on, after = (
        event((made,), at(25, "11:00"), policy=Policy(deadline=deadline)).description for deadline in ("on", "after")
    )
    assert "by Friday" in on
    assert "tell Dana that I'll call on Friday" in on
    assert "by Friday" in after
    assert "tell Dana that I'll call on Monday" in after


BEFORE = "BEFORE YOU PROMISE THAT DAY  "


@pytest.mark.parametrize(
    ("rep", "contact", "said"),
    [
        pytest.param(
            {"away": (Away(date(2026, 11, 30), date(2026, 12, 1), "fair"),)},
            {},
            "Mon 30 Nov: you are away (fair); the nearest day that works is Wed 2 Dec; "
            "name another day, and write it down",
            id="the rep is away",
        ),
        pytest.param(
            {"hours": Hours.same(time(9), time(11))},
            {"timezone": "Pacific/Honolulu", "region": "US-HI"},
            "Mon 30 Nov: your hours and theirs do not meet",
            id="the hours do not meet",
        ),
        pytest.param(
            {},
            {"timezone": "Europe/London", "region": "GB-SCT"},
            "allows no calls on Saint Andrew's Day",
            id="a holiday there",
        ),
    ],
)
def test_the_script_warns_of_a_day_that_speaks_against_itself(
    rep: dict[str, Any], contact: dict[str, Any], said: str
) -> None:
    """One line right under the words; what makes a day full changes with every call and is not looked at here."""
    who, dana = replace(TASHA, **rep), replace(DANA, **contact)
    text = event((FIRST,), at(27, "10:10"), rep=who, contact=dana).description
    (line,) = [line for line in text.splitlines() if line.startswith(BEFORE)]
    assert said in line
    assert text.index("SAY  ") < text.index(BEFORE) < text.index("TEXT")
    full = Span(at(20), at(20) + timedelta(days=40))
    days = World(who, POLICY, at(25), [full])  # as placing worked them out, among its own busy times
    assert event((FIRST,), at(27, "10:10"), rep=who, contact=dana, days=days).description == text


def test_a_day_that_works_is_not_talked_about() -> None:
    assert BEFORE not in event((FIRST,), at(27, "16:10")).description


def test_a_silent_call_is_warned_of() -> None:
    silent = attempt(at(25), Outcome.NO_ANSWER)
    assert "No message was left" in event((silent,), at(26, "16:10")).description


def test_a_cadence_that_changed_since_gives_the_words_that_fit_now() -> None:
    commitment = owed((FIRST,), at(25, "12:00"))
    other = replace(THREE, name="other")
    slot = Slot(at(27, "16:10"), at(27, "16:20"))
    entry = rendering.render(
        Placed(commitment, slot), DANA, (FIRST,), other, TASHA, Policy(), templates(), read, at(25, "12:00")
    )
    assert entry is not None
    assert "call 2 of 3" in entry.title


# History


@pytest.mark.parametrize(
    ("close", "title"),
    [
        (attempt(at(27, "16:12")), "✓ Dana Levy - kept: voicemail left Fri 27 Nov 16:12"),
        (attempt(at(27, "16:12"), Outcome.CONNECTED), "✓ Dana Levy - kept: you spoke Fri 27 Nov 16:12"),
        (attempt(at(30, "10:00")), "✓ Dana Levy - late: voicemail left Mon 30 Nov 10:00"),
        (attempt(at(26, "10:00"), Outcome.CONNECTED), "✓ Dana Levy - spoke early: you spoke Thu 26 Nov 10:00"),
        (
            attempt(at(26), Outcome.CONNECTED, direction="inbound"),
            "✓ Dana Levy - they called: you spoke Thu 26 Nov 11:02",
        ),
        (
            attempt(at(26), Outcome.REPLIED, channel="sms", direction="inbound"),
            "✓ Dana Levy - they texted Thu 26 Nov 11:02",
        ),
        (
            attempt(at(26), Outcome.WRONG_NUMBER),
            "✓ Dana Levy - no longer owed: wrong number Thu 26 Nov 11:02",
        ),
    ],
)
def test_an_ended_commitment_leaves_its_event_and_says_what_happened(close: Attempt, title: str) -> None:
    history = (FIRST, close)
    rules = Rules(read, Follow({"three": THREE}, read, TASHA, Policy()), TASHA, Policy())
    ended = fold_contact(DANA, history, rules, close.at + timedelta(hours=1)).commitments[0]
    entry = rendering.history_entry(ended, Slot(at(27, "16:10"), at(27, "16:20")), DANA, TASHA)
    assert entry.title == title
    assert (entry.start, entry.end, entry.zone) == (at(27, "16:10"), at(27, "16:20"), NEW_YORK.key)
    assert (entry.alarms, entry.live, entry.busy) == ((), False, False)
    assert entry.uid == event_uid("tasha", ended.id)
    assert "by Friday" in entry.description
    assert rendering.NOTES_LINE in entry.description


@pytest.mark.parametrize(
    ("close", "words"),
    [
        (
            attempt(at(27, "16:12"), Outcome.CONNECTED, promise="cb mon 3pm", note="her husband decides"),
            'WHAT HAPPENED  kept: you spoke Fri 27 Nov 16:12 - "cb mon 3pm" - her husband decides\n',
        ),
        (
            attempt(at(26), promise="by Monday"),
            'WHAT HAPPENED  a newer promise took its place (Thu 26 Nov 11:02) - "by Monday"\n',
        ),
    ],
)
def test_history_keeps_the_words_that_were_agreed_and_noted(close: Attempt, words: str) -> None:
    rules = Rules(read, Follow({"three": THREE}, read, TASHA, Policy()), TASHA, Policy())
    ended = fold_contact(DANA, (FIRST, close), rules, close.at + timedelta(hours=1)).commitments[0]
    entry = rendering.history_entry(ended, Slot(at(27, "16:10"), at(27, "16:20")), DANA, TASHA)
    assert words in entry.description


def test_a_promise_of_the_reps_own_has_words_even_after_the_cadence_has_said_its_piece() -> None:
    said = tuple(attempt(at(day)) for day in (16, 18, 20))
    asked = attempt(at(23), Outcome.LEFT_MESSAGE, channel="email", promise="by Friday")
    text = event((*said, asked), at(27, "16:10")).description
    assert "as agreed. It's Friday, November 27, 3:10 PM." in text


def test_a_script_that_fails_says_so_and_the_call_is_still_shown() -> None:
    broken = tuple(replace(step, words=replace(step.words, answer="{{ 1 / 0 }}")) for step in THREE.steps)
    entry = event((FIRST,), at(27, "16:10"), cadence=replace(THREE, steps=broken))
    assert "IF THEY ANSWER  (these words could not be filled in: division by zero)" in entry.description
    assert "SAY  Good afternoon, Dana." in entry.description
