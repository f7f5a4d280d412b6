"""Cadences: what to say on each attempt, what it promises, whether to leave a voicemail, and when to stop."""

from calsync.cadences.advance import implied, next_of, step_after
from calsync.cadences.choosing import Chooser, begins_with_a_sale, choose, unknown_cadence, unknown_groups, with_groups
from calsync.cadences.guide import Guide, Walk
from calsync.cadences.loading import load, shipped_folder
from calsync.cadences.model import Advice, Cadence, Callback, Choice, Leave, Next, Step, Words
from calsync.cadences.phrases import day_in_words, promised_day, spoken_promise

__all__ = [
    "Advice",
    "Cadence",
    "Callback",
    "Choice",
    "Chooser",
    "Guide",
    "Leave",
    "Next",
    "Step",
    "Walk",
    "Words",
    "begins_with_a_sale",
    "choose",
    "day_in_words",
    "implied",
    "load",
    "next_of",
    "promised_day",
    "shipped_folder",
    "spoken_promise",
    "step_after",
    "unknown_cadence",
    "unknown_groups",
    "with_groups",
]
