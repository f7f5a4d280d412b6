"""Who comes first."""

from __future__ import annotations

from datetime import datetime

from calsync.model import Commitment, Kind, PromisedBy
from calsync.placing.task import Task

_BINDING = {Kind.FIXED: 0, Kind.DEADLINE: 1, Kind.DAY: 2, Kind.RANGE: 3, Kind.VAGUE: 4, Kind.AFTER: 4}


def is_clock_time(commitment: Commitment) -> bool:
    """True for a promise to call at one moment: it is never moved by us."""
    return commitment.kind is Kind.FIXED and commitment.window.earliest == commitment.window.latest


def urgency(task: Task) -> tuple[int, int, datetime, str]:
    """Earliest deadline first; the narrower window first where deadlines are equal."""
    return task.last, -task.first, task.commitment.made_at, task.commitment.id


def binding(task: Task) -> tuple[bool, int, int, str]:
    """The most binding first: the rep's own word before a script's, a clock time before a day, then by age."""
    commitment = task.commitment
    by_script = commitment.promised_by is not PromisedBy.REP
    return by_script, _BINDING.get(commitment.kind, 5), task.last, commitment.id
