"""An ``Entry`` as iCalendar text and back: the one place where calsync's events meet RFC 5545.

Shared by every backend that keeps events as text (memory, folder, CalDAV).
"""

from calsync.calendars.ics.read import Foreign, Unreadable, problem, read, says, uid_in
from calsync.calendars.ics.write import MARK, file_name, patch, render, uid_text

__all__ = [
    "MARK",
    "Foreign",
    "Unreadable",
    "file_name",
    "patch",
    "problem",
    "read",
    "render",
    "says",
    "uid_in",
    "uid_text",
]
