"""Placing: commitments -> slots.

Pure: no clock and no I/O but the shipped tables, which are read once.  ``place`` is the door; ``explain`` tells all
of it for one call, ``before_you_promise`` looks before a day is spoken.
"""

from calsync.placing.advice import Advice, before_you_promise
from calsync.placing.explain import explain
from calsync.placing.memory import Memory
from calsync.placing.place import place
from calsync.placing.territory import Certainty, Territory, contact_zone, territory

__all__ = [
    "Advice",
    "Certainty",
    "Memory",
    "Territory",
    "before_you_promise",
    "contact_zone",
    "explain",
    "place",
    "territory",
]
