"""The sentence by which a message of ours promised this call."""

from __future__ import annotations

import re
from dataclasses import replace

from calsync.cadences.facts import progress
from calsync.cadences.script import words_for
from calsync.model import Channel, Slot
from calsync.rendering.call import Call
from calsync.rendering.context import promises, script_context
from calsync.rendering.words import filled

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def spoken_sentence(call: Call) -> str:
    """What the script of the earlier step made the rep say, word for word; the bare phrase where it says so no longer.

    The script is filled as it was then: at the time of the attempt that made the promise.
    """
    commitment, made = call.commitment, call.commitment.attempt
    until = [attempt for attempt in call.history if (attempt.at, attempt.key) <= (made.at, made.key)]
    step = progress(call.cadence, call.contact, until, call.rep).step
    if step is None:
        return commitment.text
    then = replace(call, slot=Slot(made.at, made.at), step=step)
    words = words_for(step, call.contact, call.phone, then.local, call.rep)
    promised = promises(then)
    script = words.text if made.channel is Channel.SMS else words.voicemail
    if not script or promised.words != commitment.text:
        return commitment.text
    said = filled(script, script_context(then, promised))
    promise = promised.words.lower()
    sentence = next((one for one in _SENTENCE_END.split(said) if promise in one.lower()), commitment.text)
    return sentence.rstrip(".")
