"""What a poll leaves for the next one, as the opaque token that the ledger keeps."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from calsync.calendars.spec import CalendarSpec

_PREFIX = "caldav1:"


@dataclass(slots=True)
class Facts:
    """What was found out about the server: does it keep ``If-None-Match: *`` and ``If-Match``?  ``None``: not tried
    yet.

    ``weak`` says how it matches weak etags: without their ``W/`` ("bare"), as it shows them ("whole"), "never".
    ``tokens``: was the last sync token taken?  Where two in a row were not, listings are compared instead.
    """

    keeps_none_match: bool | None = None
    keeps_match: bool | None = None
    weak: str = ""
    tokens: bool | None = None

    @property
    def known(self) -> bool:
        return self.keeps_none_match is not None and self.keeps_match is not None


@dataclass(slots=True)
class State:
    """Where the collection is and how far it was read.

    ``sync`` is the server's own sync token, and ``said`` a digest of what it told last time; where the server has no
    tokens, ``etags`` holds the etag of every resource (``~`` and a digest of the text where it gives no etags either)
    and ``ctag`` the tag of the whole collection.  ``unread`` are the UIDs of ours in what could not be read, by path:
    they must not be written a second time.  ``url`` is ``""`` as long as the calendar was not made.  Kept with
    the sync token so that a process that just started asks once, not five times.
    """

    url: str = ""
    sync: str = ""
    ctag: str = ""
    said: str = ""
    etags: dict[str, str] | None = None
    unread: dict[str, str] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    digests: dict[str, str] = field(default_factory=dict)  # the ``etags`` of the poll before, while a poll compares

    def token(self, spec: CalendarSpec) -> str:
        kept: dict[str, Any] = {"for": _key(spec), "url": self.url}
        if self.sync:
            kept["sync"] = self.sync
        if self.said:
            kept["said"] = self.said
        if self.etags is not None:
            kept["etags"] = self.etags
            kept["ctag"] = self.ctag
        if self.unread:
            kept["unread"] = self.unread
        kept["keeps"] = [self.facts.keeps_none_match, self.facts.keeps_match, self.facts.weak, self.facts.tokens]
        return _PREFIX + json.dumps(kept, separators=(",", ":"), ensure_ascii=False)

    @staticmethod
    def parse(token: str | None, spec: CalendarSpec) -> State | None:
        """The state behind a token; ``None`` for no token, one of another calendar, or one that is not understood."""
        if token is None or not token.startswith(_PREFIX):
            return None
        try:
            kept = json.loads(token.removeprefix(_PREFIX))
            if kept["for"] != _key(spec):
                return None
            none_match, match, *more = kept.get("keeps", (None, None))
            state = State(
                url=kept["url"],
                sync=kept.get("sync", ""),
                ctag=kept.get("ctag", ""),
                said=kept.get("said", ""),
                etags=kept.get("etags"),
                unread=kept.get("unread", {}),
            )
        except (ValueError, KeyError, TypeError):
            return None
        state.facts = Facts(none_match, match, *more)
        return state


def _key(spec: CalendarSpec) -> str:
    """Changes when the configuration names another calendar; then the old token is worth nothing."""
    named = "\x1f".join((spec.url, spec.calendar, spec.username))
    return hashlib.blake2b(named.encode(), digest_size=8).hexdigest()
