"""What became of a write: read back, and compared by meaning.

The answer to a write is a claim.  Where no etag vouches for it, or where it says neither yes nor no, the event itself
is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from calsync.calendars.base import Receipt, Seen
from calsync.calendars.caldav import dav, failures
from calsync.calendars.caldav.conditions import same_event, same_meaning, strong
from calsync.calendars.caldav.poll import Poll
from calsync.calendars.caldav.wire import Answer
from calsync.calendars.listing import ours_or_none
from calsync.calendars.spec import CalendarSpec
from calsync.errors import Stale


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Looks at what stands under the address of an event that was written."""

    spec: CalendarSpec
    zone: ZoneInfo

    def wrote(self, poll: Poll, path: str, text: str, answer: Answer) -> bool:
        """Whether a write is said to be done.  A 207 says so of each part of what was asked; the event tells more."""
        if answer.status != 207 or (body := poll.read(path)) is None:
            return answer.wrote
        meant, stands = self.meant(path, text), self.meant(path, body[1])
        return meant is not None and stands is not None and same_meaning(meant, stands)

    def receipt(
        self, poll: Poll, path: str, text: str, answer: Answer | None, before: Seen | None = None
    ) -> Receipt | None:
        """What the write left behind, ``None`` where nothing stands there.

        Where the server names no etag to be trusted, the event is read back: it may also have been rewritten on the
        way, or, whatever the server said, not have been written at all.
        """
        if answer is not None and strong(etag := answer.header("ETag").strip()):
            return Receipt(path, etag, text)
        body = poll.read(path)
        if body is None:
            return None
        wrote, stands = self.meant(path, text), self.meant(path, body[1])
        if wrote is None or stands is None or not same_meaning(wrote, stands):
            if before is not None and stands is not None and same_meaning(before, stands):
                raise failures.not_done(self.spec, "change an event")
            return Receipt(path, "", text)  # somebody else was there in between: the next poll reads it
        return Receipt(path, body[0], body[1])

    def landed(self, seen: Seen, wrote: str, text: str) -> bool:
        """Whether a write that was turned down stands there all the same: some proxies send a request again when its
        answer is lost, and answer with what the second try got."""
        meant, current = self.meant(seen.href, wrote), self.meant(seen.href, text)
        if meant is None or current is None:
            return False
        return same_event(meant, current) and not same_event(meant, seen)

    def check_unchanged(self, seen: Seen, text: str) -> None:
        """Raise ``Stale`` unless the text means what was last ``seen``; etags may change without a reason, and a
        person's colour or reminder is no conflict: the patch keeps it."""
        current = self.meant(seen.href, text)
        if current is None or not same_meaning(current, seen):
            raise Stale(f"{failures.about(self.spec)}: the event changed since it was last read.")

    def meant(self, href: str, text: str) -> Seen | None:
        """What a text under that address, where one of ours is, says."""
        return ours_or_none(text, href=href, etag="", zone=self.zone, calendar=self.spec.name, known=True)

    @staticmethod
    def kept_at(poll: Poll, path: str, answer: Answer) -> str:
        """Where the new event is: some servers keep it under a name of their own, and say so."""
        location = answer.header("Location")
        named = dav.path_of(urljoin(answer.url, location)) if location else path
        return named if poll.inside(named) and named != poll.path else path

    def check_page(self, answer: Answer) -> None:
        """A sign-in page says 200 to everything; only 201 and 204 are said by somebody who understood a write."""
        if answer.status == 200 and answer.is_web_page:
            raise failures.web_page(self.spec)
