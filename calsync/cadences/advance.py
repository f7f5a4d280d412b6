"""One attempt further: what the script just promised, what comes next, or why it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from calsync.cadences.facts import Progress, about, is_try, pick, progress, talked
from calsync.cadences.model import NEXT_WORKDAY, Cadence, Choice, Next, Step
from calsync.cadences.phrases import pick_phrase, spoken_promise
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

_OVER = {
    Outcome.SOLD: "sold: the cadence is over",
    Outcome.NOT_INTERESTED: "not interested: the cadence is over",
    Outcome.DO_NOT_CALL: "asked not to be called: no more calls",
    Outcome.WRONG_NUMBER: "wrong number: nobody there to call",
}


@dataclass(frozen=True, slots=True)
class _Moment:
    """What every branch below looks at: one contact in one cadence, just after ``last``."""

    cadence: Cadence
    contact: Contact
    last: Attempt
    place: Progress
    read: PhraseReader
    rep: Rep

    @property
    def following(self) -> Step | None:
        return pick(self.cadence, self.place.facts)


def implied(  # noqa: PLR0911, PLR0917  # one early return a rule, in the order of the rules; a fixed seam
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
    last = history[-1]
    if last.outcome in _OVER and last.outcome is not cadence.starts_on:
        return Next(None, None, None, True, _OVER[last.outcome])
    moment = _Moment(cadence, contact, last, progress(cadence, contact, history, rep), read, rep)
    if cadence.starts_on is not None:
        return _since_start(moment)
    if talked(last):
        return _after_talk(moment)
    step = _ref(cadence, moment.following)
    if last.direction is Direction.INBOUND:
        return Next(step, None, None, False, "they called and were missed")
    if moment.place.said:
        return _after_message(moment)
    if not is_try(last):
        return Next(step, None, None, step is None, "a text or mail of ours is not a call")
    return _after_silence(moment)


def step_after(cadence: Cadence, contact: Contact, history: Sequence[Attempt], rep: Rep) -> StepRef | None:
    """The step of the next call after ``history`` (empty: the first), whether or not the cadence asks for it."""
    if cadence.starts_on is None and history and talked(history[-1]):
        return _ref(cadence, _agreed(cadence, contact, rep))
    place = progress(cadence, contact, history, rep)
    if cadence.starts_on is not None and place.started is None:
        return None
    return _ref(cadence, pick(cadence, place.facts))


def _after_message(moment: _Moment) -> Next:
    cadence, following = moment.cadence, moment.following
    if (promised := _promised(moment)) is not None:
        return promised
    if moment.place.step is not None and moment.place.step.promise:
        why = "the script's promise names no day that can be read: calsync check says which"
        return _planned(moment, (), following, why)
    if following is None or not (following.due or cadence.message):
        return Next(None, None, None, True, _said_its_piece(cadence))
    return _planned(moment, following.due or cadence.message, following, "a message was left that names no day")


def _promised(moment: _Moment) -> Next | None:
    """The promise that the message just left has spoken, with the step to do when it falls due."""
    done = moment.place.step if moment.place.said else None
    if done is None:
        return None
    spoken = spoken_promise(done, moment.contact, moment.last.at, moment.read, moment.rep)
    if spoken is None or spoken[1].window is None:
        return None
    phrase, reading = spoken
    why = f"the {moment.cadence.name} script, {_label(done)}, says “{phrase}”"
    promise = Promise(reading.kind, reading.window, phrase, PromisedBy.CADENCE, why)
    return Next(_ref(moment.cadence, moment.following), promise, None, False, why)


def _after_silence(moment: _Moment) -> Next:
    following = moment.following
    if following is None:
        return Next(None, None, None, True, _said_its_piece(moment.cadence))
    told = f"no message was left: {_label(following)} is still to be said"
    why = told if moment.cadence.always_message else "nobody answered"
    return _planned(moment, moment.cadence.silent, following, why)


def _after_talk(moment: _Moment) -> Next:
    agreed = _agreed(moment.cadence, moment.contact, moment.rep)
    if moment.last.outcome is Outcome.APPOINTMENT_SET:
        return _planned(
            moment, (NEXT_WORKDAY,), agreed, "an appointment was set but its time is not written down: ask for it"
        )
    if not moment.cadence.talk:
        return Next(_ref(moment.cadence, agreed), None, None, True, "you talked and agreed on no further call")
    return _planned(moment, moment.cadence.talk, agreed, "you talked, and there is no disposition yet")


def _since_start(moment: _Moment) -> Next:
    """A cadence that begins with an outcome: nothing before it, then one step after the other, each on its own day."""
    cadence, place, following = moment.cadence, moment.place, moment.following
    if place.started is None:
        return Next(None, None, None, False, f"{cadence.name} begins when the log says {cadence.starts_on}")
    if (promised := _promised(moment)) is not None:
        return promised
    if following is None:
        return Next(None, None, None, True, _said_its_piece(cadence))
    if moment.last is place.started or moment.last is place.deliverer:
        return _planned(
            moment, following.due or cadence.message, following, f"{_label(following)} of {cadence.name} is next"
        )
    if is_try(moment.last):
        return _planned(moment, cadence.silent, following, f"no answer: {_label(following)} is still to be said")
    return Next(_ref(cadence, following), None, None, False, "nothing changes for the next call")


def _planned(moment: _Moment, choices: Sequence[Choice], step: Step | None, why: str) -> Next:
    """A call that nobody promised; where no choice fits, the next working day, so that nothing falls off silently."""
    at = moment.last.at
    facts = replace(moment.place.facts, local=at.astimezone(moment.rep.zone).time())
    started = moment.place.started
    found = pick_phrase(
        (*choices, NEXT_WORKDAY),
        facts,
        moment.contact,
        at,
        moment.read,
        moment.rep,
        started_at=started.at if started else None,
        closed_days=True,
    )
    planned = Promise(Kind.PLANNED, found[1].window, found[0], PromisedBy.CADENCE, why) if found else None
    return Next(_ref(moment.cadence, step), None, planned, False, why)


def _agreed(cadence: Cadence, contact: Contact, rep: Rep) -> Step | None:
    """The step with the words for a call after a conversation."""
    return pick(cadence, replace(about(contact, rep), talked=True))


def _ref(cadence: Cadence, step: Step | None) -> StepRef | None:
    return StepRef(cadence.name, step.number) if step is not None else None


def _label(step: Step) -> str:
    return f"step {step.number} ({step.title})"


def _said_its_piece(cadence: Cadence) -> str:
    return f"{cadence.name} has said its piece: the answer is theirs now"
