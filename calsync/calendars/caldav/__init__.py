"""CalDAV (RFC 4791), for servers as they are."""

from calsync.calendars.caldav.calendar import CalDavCalendar

__all__ = ["CalDavCalendar"]
