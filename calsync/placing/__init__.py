"""Placing: commitments -> slots.

Pure: no clock and no I/O but the shipped tables, which are read once.  ``place`` is the door; ``explain`` and
``before_you_promise`` answer questions about it.
"""

from calsync.placing.place import place
from calsync.placing.territory import Certainty, Territory, contact_zone, territory

__all__ = ["Certainty", "Territory", "contact_zone", "place", "territory"]
