"""The fold: attempts become commitments and their states (docs/explanation/life-of-a-promise.md)."""

from calsync.commitments.fold import Folded, fold
from calsync.commitments.following import Follow
from calsync.commitments.life import History, NextStep, Rules, fold_contact
from calsync.commitments.memory import Memory, Remembered, order
from calsync.commitments.numbers import numbers
from calsync.commitments.said import FOLLOW_UP_DAYS
from calsync.commitments.since import Since
from calsync.commitments.states import APPOINTMENT_GRACE, age, from_them, message_of_theirs, missed_theirs, our_call
from calsync.commitments.workdays import is_working_day, next_working_day, working_window

__all__ = [
    "APPOINTMENT_GRACE",
    "FOLLOW_UP_DAYS",
    "Folded",
    "Follow",
    "History",
    "Memory",
    "NextStep",
    "Remembered",
    "Rules",
    "Since",
    "age",
    "fold",
    "fold_contact",
    "from_them",
    "is_working_day",
    "message_of_theirs",
    "missed_theirs",
    "next_working_day",
    "numbers",
    "order",
    "our_call",
    "working_window",
]
