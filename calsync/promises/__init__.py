"""The promise language: the words that reps write and say, turned into a kind and a due window.

    read("by Friday", said_at, zone=ZoneInfo("America/Chicago")) -> Reading(kind=DEADLINE, window=Fri 09:00-18:00, ...)

Pure: no clock, no files after import, no I/O.
"""

from calsync.promises.memory import Language
from calsync.promises.reading import read
from calsync.promises.words import DEFAULT, Words

__all__ = ["DEFAULT", "Language", "Words", "read"]
