"""A rep's files for measuring: 20,000 contacts and 100,000 attempts over two years, the same ones every time.

Rows are as long as those of real logs (about 170 bytes): three in ten have no note, two in ten a word or two from the
dialler or from habit, half of them what a rep types after a talk, one to six sentences.  One row in ten names a promise
in its own column, one typed note in six speaks of a day or a time.
"""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

CONTACTS, ATTEMPTS = 20_000, 100_000
FIRST = datetime(2024, 12, 2)  # noqa: DTZ001  # the log is written in the rep's wall clock
DAYS = 715
TYPED = 6_000
"""So many different notes are typed; every thirtieth row besides has one that no other row has."""

CONTACT_COLUMNS = (
    "id", "name", "phone", "email", "kind", "line", "referrer", "topic", "benefit", "timezone", "region", "cadence",
    "urgency", "do_not_call", "notes",
)  # fmt: skip
ATTEMPT_COLUMNS = ("at", "contact", "direction", "channel", "outcome", "promise", "note")
GIVEN = ("Dana", "Omar", "Ruth", "Ines", "Paul", "Wei", "Grace", "Tom", "Lena", "Sam")
FAMILY = ("Levy", "Ortega", "Klein", "Haddad", "Novak", "Chen", "Byrne", "Osei", "Rossi", "Patel")
OUTCOMES = {
    "no_answer": 35,
    "left_voicemail": 25,
    "vm": 10,
    "connected": 20,
    "busy": 3,
    "left_message": 3,
    "not_interested": 2,
    "appointment_set": 1,
    "wrong_number": 1,
}
LAST = {"connected": 35, "not_interested": 25, "sold": 10, "wrong_number": 3, "no_answer": 12, "left_voicemail": 15}
"""What the last call to somebody came to: most stories have an end."""

PROMISES = (
    "by Friday", "tomorrow", "Mon 3pm", "in 4 days", "next week", "Thursday", "by Wednesday", "in 2 weeks",
    "Tue 10:30", "on Monday", "next Friday", "after Monday", "in 3 business days", "by end of week",
)  # fmt: skip
STOCK = (
    "vm", "left vm", "voicemail full", "no ans", "rang out", "busy twice", "hung up", "spoke to spouse", "lvm #2",
    "wrong time, in a meeting", "mailbox not set up", "left word with the front desk", "no vm, texted instead",
    "bad line", "kept it short", "asked for email", "gatekeeper", "driving", "kids in the back", "old number?",
)  # fmt: skip
SENTENCES = (
    "{who} gave us the name, they worked together at {firm} for {n} years.",
    "Left word about the {thing} and kept it short.",
    "Has two quotes already, one from {firm}, thinks ${k} is steep for a {thing}.",
    "The {thing} on {street} leaks whenever it rains hard, worst over the back bedroom.",
    "Wants the paper version, the mailed one went to the old address on {street}.",
    "Asked for the two offers side by side with the warranty spelled out.",
    "{who} decides together with {other}; both have to be on the call.",
    "Likes that we are local and that the crew is our own.",
    "Was cooking, polite, a short talk.",
    "The house is from the seventies, {n} rooms, first owner.",
    "Heard about us from {who} at the church fair.",
    "Budget is around ${k}, financing would help.",
    "Said the insurance paid for the last one and they are not sure it will again.",
    "Mentioned the neighbours on {street} had theirs done and were happy with it.",
    "Sent the brochure about the {thing} by mail, with my card in it.",
    "Dog barking all the time, hard to hear.",
    "Prefers text over voicemail, does not check messages.",
    "{other} picked up, friendly, took down the number and repeated it back.",
    "Not sure about the colour, wants to see samples of the {thing}.",
    "Asked twice whether the price includes hauling away the old one.",
    "Told me about the grandchildren, all {n} of them, good talk.",
    "Had a bad experience with {firm}, deposit never came back.",
    "Price is the question, not the need.",
    "Runs a small shop, mornings are loud there.",
    "The old {thing} is {n} years old and the guarantee ran out.",
    "Account number on file is fine, the mailing address is not.",
    "Left my name and number with {other} and spelled both.",
    "Compared us with {firm} line by line, we are ahead on service.",
    "Recently moved, boxes everywhere.",
    "Thinks about doing it together with the {thing2} to save the second visit.",
)  # fmt: skip
TIMED = (
    "I'll call back {day}.", "Promised to ring again by {day}.", "{other} will call me {day}.",
    "If I don't hear back by {day}, I'll call you.", "Best reached after {hour}.", "She'll get back to me.",
    "Told them I would try again {day} around {hour}.", "Will follow up in {n} days.", "Away until {day}.",
    "Call me back next week, he said.", "No call needed before {day}.", "Back from the trip on {month} {n}.",
)  # fmt: skip
SLOTS = {
    "who": ("Jim", "Maria", "her brother", "the pastor", "Pat from work", "his cousin", "Mrs. Hale", "Tony", "Priya"),
    "other": ("her husband", "his wife", "the daughter", "the office manager", "Karen", "his partner", "the assistant"),
    "firm": ("Northside", "Acme", "Lakeshore", "the big one downtown", "B&B Services", "Prairie Home"),
    "thing": ("roof", "furnace", "policy", "kitchen", "gutter", "water heater", "deck", "plan", "fence", "window set"),
    "thing2": ("siding", "attic", "garage", "boiler"),
    "street": ("Elm Street", "4th Avenue", "Halsted", "Lake Drive", "Old Mill Road", "Kedzie", "Maple Court"),
    "n": tuple(map(str, range(2, 29))),
    "k": ("4,500", "900", "12,000", "7,200", "650", "18,400"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "tomorrow", "next week", "the 15th"),
    "hour": ("4", "5:30", "noon", "3pm", "10am"),
    "month": ("January", "April", "June", "September", "November"),
}


def make_files(folder: Path) -> tuple[Path, Path]:
    """Writes and returns the contacts and the attempts."""
    pick = random.Random(7)
    contacts, attempts = folder / "contacts.csv", folder / "attempts.csv"
    with contacts.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        write(CONTACT_COLUMNS)
        for i in range(CONTACTS):
            name = f"{pick.choice(GIVEN)} {pick.choice(FAMILY)}"
            phone = f"+1{312 + i // 10_000}555{i % 10_000:04}"
            write(
                (f"c{i:05}", name, phone, f"p{i}@example.com", "consumer", "cell", "Jim Byrne", "the roof estimate",
                 "two quotes side by side", "America/Chicago", "US-IL", "", "", "", "prefers the late afternoon")
            )  # fmt: skip
    typed = [_typed(pick) for _ in range(TYPED)]
    rows = [row for i in range(CONTACTS) for row in _story(f"c{i:05}", typed, pick)]
    rows.sort()
    with attempts.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        write(ATTEMPT_COLUMNS)
        for row in rows:
            write(row)
    return contacts, attempts


def _story(who: str, typed: list[str], pick: random.Random) -> list[tuple[str, ...]]:
    """Five calls to one person, some days apart."""
    calls = ATTEMPTS // CONTACTS
    day = pick.randrange(DAYS)
    outcomes = [*pick.choices(list(OUTCOMES), list(OUTCOMES.values()), k=calls - 1),
                *pick.choices(list(LAST), list(LAST.values()))]  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for outcome in outcomes:
        at = FIRST + timedelta(days=day, minutes=pick.randrange(9 * 60, 18 * 60), seconds=pick.randrange(60))
        direction = "inbound" if pick.random() < 0.04 else "outbound"
        promise = pick.choice(PROMISES) if pick.random() < 0.10 else ""
        rows.append((f"{at:%Y-%m-%dT%H:%M:%S}", who, direction, "call", outcome, promise, _note(typed, pick)))
        day = min(day + pick.choice((0, 1, 2, 2, 3, 4, 5, 7, 14)), DAYS)
    return rows


def _note(typed: list[str], pick: random.Random) -> str:
    chance = pick.random()
    if chance < 0.30:
        return ""
    if chance < 0.50:
        return pick.choice(STOCK)
    return _typed(pick) if chance < 0.53 else pick.choice(typed)


def _typed(pick: random.Random) -> str:
    sentences = pick.sample(SENTENCES, pick.choice((1, 2, 3, 4, 5, 6)))
    if pick.random() < 1 / 6:
        sentences[-1] = pick.choice(TIMED)
    return " ".join(_filled(sentence, pick) for sentence in sentences)


def _filled(sentence: str, pick: random.Random) -> str:
    return sentence.format(**{name: pick.choice(choices) for name, choices in SLOTS.items()})
