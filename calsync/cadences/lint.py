"""The script lint: what a cadence's own rules forbid its scripts to say, found before anybody says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from calsync.cadences.model import Cadence, Callback, Step, Words
from calsync.cadences.phrases import spellings
from calsync.cadences.script import SAMPLE, fill, used
from calsync.model import Contact, PhraseReader, Problem

SPOKEN_WORDS: Final = 75
"""What a calm voice says in half a minute."""

TEXT_LENGTH: Final = 306
"""Characters of two joined text messages (GSM 03.38: two times 153); one alone holds 160."""

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_BACK = re.compile(
    r"\b((call|ring|phone|text|ping|buzz) me\b|(give|drop) me (a|your) (call|ring|buzz|text|line)"
    r"|return (my|this) call|get back to me|(please|do|just) (call|ring|phone|text) (back|or text)|call me back)",
    re.IGNORECASE,
)
_NO_NEED = re.compile(
    r"(no need|need not|needn't|don't have to|do not have to|no reason)( for you)? to $", re.IGNORECASE
)
_SELLS = re.compile(
    r"(\b(special|great|new|best|good) (offer|price|deal)s?\b|\bdiscounts?\b|\bon sale\b|%\s?off\b|\bpercent off\b"
    r"|\bbuy\b|\bbook (a|your)\b|\bplace an order\b|\bprices?\b|\bjoin (my|our) team\b|\bbargains?\b|\bfree gift\b)",
    re.IGNORECASE,
)
_PROMISES = re.compile(
    r"\bI'?(?: wi)?ll (?:call|ring|phone|try|reach out|be in touch|get back|keep trying)\b", re.IGNORECASE
)
_DAY_SLOTS = frozenset({"promised_day", "promise_words"})


def lint(cadence: Cadence) -> tuple[Problem, ...]:
    """Every place where a script says what its cadence forbids, or leaves out what a message needs; empty is clean.

    Measured with ordinary values in every slot (``script.SAMPLE``).  ``file`` and ``line`` are the step's, ``column``
    the words'.
    """
    return tuple(problem for step in cadence.steps for problem in _step(cadence, step))


def unreadable(cadence: Cadence, read: PhraseReader, contact: Contact, at: datetime) -> tuple[Problem, ...]:
    """Phrases of a cadence in which the promise language finds no day, so that nothing could be put on a calendar."""
    places = [(step, "promise", step.promise) for step in cadence.steps]
    places += [(step, "due", step.due) for step in cadence.steps]
    first = cadence.steps[0]
    places += [
        (first, "next.silent", cadence.silent),
        (first, "next.message", cadence.message),
        (first, "next.talk", cadence.talk),
    ]
    return tuple(
        _problem(step, where, f"“{phrase}” names no day", f'try it with: calsync parse "{phrase}"')
        for step, where, choices in places
        for choice in choices
        for phrase in spellings(choice, contact)
        if read(phrase, at, contact).window is None
    )


def _step(cadence: Cadence, step: Step) -> Iterator[Problem]:
    for words in (step.words, *(variant.words for variant in step.variants)):
        yield from _words(cadence, step, words)
    if step.promise and step.words.voicemail and not used(step.words.voicemail) & _DAY_SLOTS:
        yield _problem(
            step,
            "voicemail",
            "the step promises a call on a day that its message does not say",
            "say {{ promised_day }} or {{ promise_words }}, or take `promise` out of the step",
        )


def _words(cadence: Cadence, step: Step, words: Words) -> Iterator[Problem]:
    for key, template in (("voicemail", words.voicemail), ("text", words.text), ("other", words.other)):
        if not template:
            continue
        said, slots = fill(template, SAMPLE), used(template)
        yield from _forbidden(cadence, step, key, said)
        yield from _left_out(step, key, slots)
        if _PROMISES.search(said) and not slots & _DAY_SLOTS:
            yield _problem(
                step,
                key,
                "promises a call without a day",
                "add `promise` to the step and {{ promised_day }} to the words",
            )
        elif slots & _DAY_SLOTS and not step.promise:
            yield _problem(step, key, "names a promised day, but the step promises none", "add `promise` to the step")
    yield from _too_long(step, words)
    if step.callback is Callback.ASK and words.voicemail and not _asks_back(fill(words.voicemail, SAMPLE)):
        yield _problem(
            step, "voicemail", "should ask to be called back and does not", 'ask for it, or set callback = "never"'
        )


def _forbidden(cadence: Cadence, step: Step, key: str, said: str) -> Iterator[Problem]:
    if step.callback is Callback.NEVER and (asked := _asks_back(said)):
        yield _problem(
            step,
            key,
            f"asks for a call back (“{asked}”), which this cadence never does",
            'say when you will call instead, or set callback = "ask" or "either_way" on the step',
        )
    if not cadence.sells and (found := _SELLS.search(said)):
        yield _problem(
            step,
            key,
            f"sells (“{found[0]}”), which this cadence keeps out of its messages",
            "leave the offer for the conversation, or set sells = true",
        )


def _left_out(step: Step, key: str, slots: frozenset[str]) -> Iterator[Problem]:
    if not slots & {"rep.name", "rep.first_name"}:
        yield _problem(step, key, "does not say who is calling", "add {{ rep.name }}")
    if key != "other" and not slots & {"rep.number", "rep.number_spoken"}:
        yield _problem(
            step, key, "does not say your number", "add {{ rep.number_spoken }}, or {{ rep.number }} in a text"
        )


def _too_long(step: Step, words: Words) -> Iterator[Problem]:
    if words.voicemail:
        spoken = re.findall(r"\w[\w'&.-]*", fill(words.voicemail, SAMPLE))
        if len(spoken) > SPOKEN_WORDS:
            yield _problem(
                step,
                "voicemail",
                f"{len(spoken)} words: too long to say in 30 seconds",
                f"shorten it to about {SPOKEN_WORDS} words",
            )
    if words.text:
        text = fill(words.text, SAMPLE)
        if len(text) > TEXT_LENGTH:
            yield _problem(
                step,
                "text",
                f"{len(text)} characters: more than two text messages hold",
                f"shorten it to {TEXT_LENGTH}",
            )
        if strange := sorted(set(text) - _GSM):
            yield _problem(
                step,
                "text",
                f"the character {strange[0]} makes a text message hold 70 characters instead of 160",
                "use plain quotes, hyphens and dots",
            )


def _asks_back(said: str) -> str:
    """The words that ask for a call back; empty where there are none, or where they say that none is needed."""
    for found in _BACK.finditer(said):
        if not _NO_NEED.search(said[: found.start()]):
            return found[0]
    return ""


def _problem(step: Step, key: str, message: str, hint: str) -> Problem:
    return Problem(step.where.file, step.where.line, f"steps.{step.number}.{key}", f"{step.title}: {message}", hint)
