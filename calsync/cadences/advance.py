"""One attempt further: what the script just promised, what comes next, or why it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from calsync.cadences.facts import about, after_talk, is_try, pick, progress, talked
from calsync.cadences.guide import Guide, Noting, Walk
from calsync.cadences.model import NEXT_WORKDAY, Cadence, Choice, Next, Step
from calsync.cadences.phrases import deadline_of, pick_phrase, spoken_promise
from calsync.model import (
    Attempt,
    Contact,
    Direction,
    Kind,
    Outcome,
    PhraseReader,
    Policy,
    Promise,
    PromisedBy,
    Rep,
    StepRef,
)


def _over(why: str) -> Next:
    return Next(None, None, None, True, why)


_OVER = {
    Outcome.SOLD: _over("sold: the cadence is over"),
    Outcome.NOT_INTERESTED: _over("not interested: the cadence is over"),
    Outcome.DO_NOT_CALL: _over("asked not to be called: no more calls"),
    Outcome.WRONG_NUMBER: _over("wrong number: nobody there to call"),
}


def implied(  # noqa: PLR0917  # a fixed seam
    cadence: Cadence, contact: Contact, history: Sequence[Attempt], read: PhraseReader, rep: Rep, policy: Policy
) -> Next:
    """What the cadence makes of the last attempt of ``history`` (that contact's attempts, oldest first, at least one).

    * A message that was left (voicemail, with a person, or as a text) spoke the step's promise, if the step has one.
    * A silent attempt promised nothing; the next try is planned and the step stays, since its words were not spoken.
    * A conversation that agreed nothing plans the next call in a cadence that goes on until a disposition, or ends it.
    * A text or a mail of ours that carries no message, and a call of theirs that was missed, change nothing here.
    * Sold, not interested, do not call and wrong number end it; a cadence that starts on a sale begins there.

    Windows stand as the promise language reads them: ``policy.deadline`` is the fold's to apply, to every promise
    alike.
    """
    del policy
    walk = Walk(Guide(cadence, read, rep), contact)
    for attempt in history:
        walk.place.go_on(attempt)
    return next_of(walk)


def next_of(walk: Walk) -> Next:  # noqa: PLR0911  # one early return a rule, in the order of the rules
    """What the cadence makes of the last attempt of a walk: ``implied`` attempt by attempt."""
    cadence, last = walk.guide.cadence, walk.last
    if last.outcome in _OVER and last.outcome is not cadence.starts_on:
        return _OVER[last.outcome]
    if cadence.starts_on is not None:
        return _since_start(walk)
    if talked(last):
        return _after_talk(walk)
    if last.direction is Direction.INBOUND:
        return Next(_ref(cadence, walk.place.following), None, None, False, "they called and were missed")
    if walk.place.said:
        return _after_message(walk)
    if not is_try(last):
        step = _ref(cadence, walk.place.following)
        return Next(step, None, None, step is None, "a text or mail of ours is not a call")
    return _after_silence(walk)


def step_after(cadence: Cadence, contact: Contact, history: Sequence[Attempt], rep: Rep) -> StepRef | None:
    """The step of the next call after ``history`` (empty: the first), whether or not the cadence asks for it."""
    if cadence.starts_on is None and history and talked(history[-1]):
        return _ref(cadence, pick(cadence, after_talk(about(contact, rep))))
    place = progress(cadence, contact, history, rep)
    if cadence.starts_on is not None and place.started is None:
        return None
    return _ref(cadence, place.following)


def _after_message(walk: Walk) -> Next:
    cadence, done, following = walk.guide.cadence, walk.place.step, walk.place.following
    if (promised := _promised(walk, following)) is not None:
        return promised
    if done is not None and done.promise:
        why = "the script's promise names no day that can be read: calsync check says which"
        return _planned(walk, (), following, why)
    if following is None or not (following.due or cadence.message):
        return _over(_said_its_piece(cadence))
    return _planned(walk, following.due or cadence.message, following, "a message was left that names no day")


def _promised(walk: Walk, following: Step | None) -> Next | None:
    """The promise that the message just left has spoken, with the step to do when it falls due."""
    guide, done = walk.guide, walk.place.step if walk.place.said else None
    if done is None or not done.promise:
        return None
    limit = deadline_of(walk.contact, walk.place.day)
    hangs_on = guide.circumstances(done.promise, walk, walk.place.basic)
    key = hangs_on and ("spoken", hangs_on, done.number, following and following.number, limit)
    if (known := guide.recall(key)) is not None:
        return known
    read = Noting(guide.read)
    spoken = spoken_promise(done, walk.contact, walk.at, read, guide.rep)
    if spoken is None or spoken[1].window is None:
        return None
    phrase, reading = spoken
    why = f"the {guide.cadence.name} script, {_label(done)}, says “{phrase}”"
    promise = Promise(reading.kind, reading.window, phrase, PromisedBy.CADENCE, why)
    return guide.keep(key, Next(_ref(guide.cadence, following), promise, None, False, why), read)


def _after_silence(walk: Walk) -> Next:
    cadence, following = walk.guide.cadence, walk.place.following
    if following is None:
        return _over(_said_its_piece(cadence))
    told = f"no message was left: {_label(following)} is still to be said"
    return _planned(walk, cadence.silent, following, told if cadence.always_message else "nobody answered")


def _after_talk(walk: Walk) -> Next:
    cadence, agreed = walk.guide.cadence, walk.guide.pick(after_talk(walk.place.basic))
    if walk.last.outcome is Outcome.APPOINTMENT_SET:
        return _planned(walk, (), agreed, "an appointment was set but its time is not written down: ask for it")
    if not cadence.talk:
        return Next(_ref(cadence, agreed), None, None, True, "you talked and agreed on no further call")
    return _planned(walk, cadence.talk, agreed, "you talked, and there is no disposition yet")


def _since_start(walk: Walk) -> Next:
    """A cadence that begins with an outcome: nothing before it, then one step after the other, each on its own day."""
    cadence, place, last = walk.guide.cadence, walk.place, walk.last
    if place.started is None:
        return Next(None, None, None, False, f"{cadence.name} begins when the log says {cadence.starts_on}")
    following = place.following
    if (promised := _promised(walk, following)) is not None:
        return promised
    if following is None:
        return _over(_said_its_piece(cadence))
    if last is place.started or last is place.deliverer:
        why = f"{_label(following)} of {cadence.name} is next"
        return _planned(walk, following.due or cadence.message, following, why)
    if is_try(last):
        return _planned(walk, cadence.silent, following, f"no answer: {_label(following)} is still to be said")
    return Next(_ref(cadence, following), None, None, False, "nothing changes for the next call")


def _planned(walk: Walk, choices: Sequence[Choice], step: Step | None, why: str) -> Next:
    """A call that nobody promised; where no choice fits, the next working day, so that nothing falls off silently."""
    guide, place = walk.guide, walk.place
    hangs_on = guide.circumstances(choices, walk, place.facts)
    key = hangs_on and ("planned", hangs_on, step and step.number, why)
    if (known := guide.recall(key)) is not None:
        return known
    read = Noting(guide.read)
    found = pick_phrase(
        (*choices, NEXT_WORKDAY),
        replace(place.facts, local=walk.at.astimezone(guide.rep.zone).time()),
        walk.contact,
        walk.at,
        read,
        guide.rep,
        started_at=place.started.at if place.started else None,
        closed_days=True,
    )
    planned = Promise(Kind.PLANNED, found[1].window, found[0], PromisedBy.CADENCE, why) if found else None
    return guide.keep(key, Next(_ref(guide.cadence, step), None, planned, False, why), read)


def _ref(cadence: Cadence, step: Step | None) -> StepRef | None:
    return StepRef(cadence.name, step.number) if step is not None else None


def _label(step: Step) -> str:
    return f"step {step.number} ({step.title})"


def _said_its_piece(cadence: Cadence) -> str:
    return f"{cadence.name} has said its piece: the answer is theirs now"
