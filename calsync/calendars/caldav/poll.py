"""Polling: what changed since the token, told by the server (RFC 6578) or found by comparing a listing."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping
from urllib.parse import urljoin

from calsync.calendars.caldav import dav, failures
from calsync.calendars.caldav.discovery import parsed
from calsync.calendars.caldav.state import State
from calsync.calendars.caldav.wire import Answer, Wire
from calsync.calendars.ics.lines import decode
from calsync.calendars.listing import Listing
from calsync.calendars.spec import CalendarSpec
from calsync.errors import CalendarError, Refused, Unreachable

XML = {"Content-Type": "application/xml; charset=utf-8"}
_CHUNK = 100
_MOST_PAGES = 10_000
_CONFIRM_FEW = 5
_STUMBLES = (500,)  # some servers fall over a token they do not know, or over the question; a simpler one they answer
_ETAGS = dav.propfind("D:getetag", "D:resourcetype")
_TAG = dav.propfind("S:getctag", "D:resourcetype")


Changed = tuple[dict[str, str], list[str], str]
"""Changed paths with their etags, gone ones, the next token."""


class Poll:
    """One poll of one collection.  ``url`` is that of the collection."""

    def __init__(self, wire: Wire, spec: CalendarSpec, url: str) -> None:
        self._wire = wire
        self._spec = spec
        self.url = url
        self.path = dav.path_of(url)
        self._root = urljoin(url, "/").rstrip("/")

    # --- the two ways to ask

    def since(self, token: str) -> Changed | None:
        """By the server's sync token (``""`` for everything): changed paths with their etags, gone ones, the next
        token.

        ``None`` where the server does not do that, or does not know the token any more.  A long answer comes in
        pieces, each with a token of its own and a 507 for the collection (RFC 6578 section 3.6): they are asked for
        one after another.
        """
        changed: dict[str, str] = {}
        gone: dict[str, None] = {}
        for _ in range(_MOST_PAGES):
            answer = self._wire.request(
                "REPORT", self.url, dav.sync_collection(token), {**XML, "Depth": "0"}, bears=_STUMBLES
            )
            if answer.status != 207:
                self._check_there(answer)
                return None
            page = self.told(answer)
            more = False
            for item in page.items:
                if item.status == 507 or item.href.rstrip("/") == self.path.rstrip("/"):
                    more = more or item.status == 507
                elif item.status in (404, 410):
                    changed.pop(item.href, None)
                    gone[item.href] = None
                elif not item.href.endswith("/"):
                    gone.pop(item.href, None)
                    changed[item.href] = item.etag
            if not page.sync_token:
                return None
            if not more:
                return changed, list(gone), page.sync_token
            if page.sync_token == token:
                return None  # cut short and not getting on: only a listing is whole
            token = page.sync_token
        return None

    def listed(self) -> dict[str, str]:
        """Every resource of the collection with its etag (``""`` for none)."""
        answer = self._wire.request("PROPFIND", self.url, _ETAGS, {**XML, "Depth": "1"})
        if answer.status != 207:
            self._check_there(answer)
            asked = self._wire.request("REPORT", self.url, dav.query_all(), {**XML, "Depth": "1"})
            if asked.status != 207:
                raise failures.refused(self._spec, "list the calendar", answer.status)
            answer = asked
        return {
            item.href: item.etag
            for item in self.told(answer).items
            if not item.is_kind(f"{dav.DAV}collection")
            and not item.href.endswith("/")
            and item.status in (0, 200)
            and item.href.rstrip("/") != self.path.rstrip("/")
        }

    def ctag(self) -> str:
        """The tag that changes with the collection, ``""`` where the server has none."""
        answer = self._wire.request("PROPFIND", self.url, _TAG, {**XML, "Depth": "0"})
        if answer.status != 207:
            self._check_there(answer)
            return ""
        items = parsed(self._spec, answer).items
        return items[0].text(dav.CTAG) if items else ""

    def _check_there(self, answer: Answer) -> None:
        """A refusal can mean many things; a collection that vanished, or a server in trouble, must be told from a token
        that expired."""
        if answer.ok and answer.is_web_page:
            raise failures.web_page(self._spec)
        if answer.status in (200, 204):
            raise failures.not_understood(self._spec, f"{answer.status} in the place of a list")
        if answer.status in (404, 410, 500):
            again = self._wire.request("PROPFIND", self.url, _TAG, {**XML, "Depth": "0"})
            if again.status in (404, 410):
                raise failures.vanished(self._spec)

    # --- the three kinds of poll

    def everything(self, state: State, known: Mapping[str, str], found: Listing, *, tokens: bool = True) -> None:
        """A first look, or one after the token died; ``tokens``: is the server's next one worth anything?"""
        answer = self.since("") if tokens else None
        if answer is not None:
            listed, _, state.sync = self._whole(answer)
            state.etags = None
        else:
            state.sync, state.ctag = "", self.ctag()
            listed = self.listed()
            state.etags = dict(listed)
        # what the ledger knows and the server does not list is looked for once more: a listing can be cut short
        missing = [path for path in known if path not in listed and self.inside(path)]
        self._collect(listed, missing, known, found, state)

    def _whole(self, answer: Changed) -> Changed:
        """A first listing to its end: some servers cut it without a word, and go on where its token is asked about.

        Tombstones in it mean nothing.
        """
        listed, _, token = answer
        for _ in range(_MOST_PAGES):
            rest = self.since(token) if listed else None
            if rest is None or not rest[0].keys() - listed.keys():
                break
            listed, token = {**listed, **rest[0]}, rest[2]
        return listed, [], token

    def by_token(self, state: State, known: Mapping[str, str], found: Listing) -> bool:
        """What changed since the server's token; False where it is no longer taken."""
        answer = self.since(state.sync)
        if answer is None:
            return False
        changed, gone, token = answer
        confirm = [path for path in gone if path in known]
        found.gone.extend(path for path in gone if path not in known)
        confirm += self._unmentioned(changed, gone, known)
        self._collect(changed, confirm, known, found, state)
        said = _digest(repr(sorted(changed.items()))) if changed else ""
        if said and said == state.said and known.keys() <= changed.keys():
            # it tells everything each time, whatever the token: comparing listings costs it and us less
            state.sync, state.said, state.etags, state.ctag = "", "", dict(changed), ""
        else:
            state.sync, state.said = token, said
        return True

    def _unmentioned(self, changed: Mapping[str, str], gone: Iterable[str], known: Mapping[str, str]) -> list[str]:
        """Some servers answer an old token with all they have and no word of what was deleted.

        An answer that lists unchanged events, and nearly all that we know, looks like that: the few it leaves out
        are asked for.
        """
        if not any(_same_etag(known.get(path, ""), etag) for path, etag in changed.items()):
            return []
        left_out = known.keys() - changed.keys() - set(gone)
        few = len(left_out) <= max(_CONFIRM_FEW, len(known) // 5)
        return [path for path in left_out if self.inside(path)] if few else []

    def by_listing(self, state: State, known: Mapping[str, str], found: Listing) -> None:
        """What changed since the last listing, for servers without sync tokens."""
        before = state.etags or {}
        tag = self.ctag()
        if tag and tag == state.ctag and not any(etag.startswith("~") for etag in before.values()):
            return
        listed = self.listed()
        changed = {path: etag for path, etag in listed.items() if not etag or before.get(path) != etag}
        gone = [path for path in {**before, **known} if path not in listed and self.inside(path)]
        state.ctag, state.etags, state.digests = tag, dict(listed), before
        self._collect(changed, gone, known, found, state)

    # --- reading

    def told(self, answer: Answer) -> dav.Multistatus:
        """A multistatus about what is in the collection, by the paths that we ask with.

        Behind a proxy that takes something off the front of an address, servers name what they have by an address that
        leads nowhere from here; but what they name is in the collection that was asked, so its last part is enough.
        """
        page = parsed(self._spec, answer)
        for item in page.items:
            if not self.inside(item.href) and not item.href.endswith("/"):
                item.href = self.path + item.href.rpartition("/")[2]
        return page

    def address(self, path: str) -> str:
        """The whole address of a resource; never one on another server, whatever it was named."""
        return self._root + path if path.startswith("/") else urljoin(self.url, path)

    def inside(self, path: str) -> bool:
        return path.startswith(self.path)

    def _collect(
        self,
        changed: Mapping[str, str],
        confirm: list[str],
        known: Mapping[str, str],
        found: Listing,
        state: State,
    ) -> None:
        """Read what has to be read: changed resources, and those said to be gone, to be sure of it."""
        wanted = []
        for path, etag in changed.items():
            if etag and _same_etag(known.get(path, ""), etag):
                found.same.append(path)
            else:
                wanted.append(path)
        bodies = self.fetch(wanted, confirm, known)
        for path in [*wanted, *confirm]:
            body = bodies.get(path)
            if body is None:
                found.gone.append(path)
                if state.etags is not None:
                    state.etags.pop(path, None)
                continue
            etag = body[0] or changed.get(path, "")
            if not _is_calendar(body[1]):
                if path in known:
                    found.unreadable(path, "there is no event in it any more")
                continue  # what others keep there, empty or broken, stops nothing
            if self._noted(state, path, etag, body[1]):
                continue
            if path in known and path not in changed and _same_etag(known[path], etag):
                found.same.append(path)
            else:
                found.add(path, etag, body[1], known=path in known)

    def _noted(self, state: State, path: str, etag: str, text: str) -> bool:
        """Keep what a comparing poll needs next time; True where the text is the one of last time (no etags to tell
        by).
        """
        if state.etags is None:
            return False
        before = state.digests.get(path)
        state.etags[path] = etag or _digest(text)
        return not etag and before == state.etags[path]

    def fetch(self, wanted: list[str], doubted: list[str], known: Container[str] = ()) -> dict[str, tuple[str, str]]:
        """Texts by path, with their etags.  Both are asked for together; one of ``doubted`` that is not found is
        gone, one of ``wanted`` (which the server has just listed) is asked for once more by itself.  One that is not
        ``known`` and that the server does not show (it is somebody's private event, or broken) is left out."""
        bodies: dict[str, tuple[str, str]] = {}
        for part in dav.chunks([*wanted, *doubted], _CHUNK):
            answer = self._wire.request("REPORT", self.url, dav.multiget(part), {**XML, "Depth": "1"}, bears=_STUMBLES)
            got: dict[str, tuple[str, str]] = {}
            hidden: CalendarError | None = None
            if answer.status == 207:
                for item in self.told(answer).items:
                    if text := item.calendar:
                        got[item.href] = (item.etag, text)
            elif answer.ok and answer.is_web_page:
                raise failures.web_page(self._spec)
            # a multiget that finds nothing at all is not believed about anything
            unsure = part if not got else [path for path in part if path not in doubted]
            for path in unsure:
                if path in got:
                    continue
                try:
                    one = self.show(path)
                except (Refused, Unreachable) as problem:
                    if path in known:
                        raise
                    hidden = problem
                    continue
                if one is not None:
                    got[path] = one
            if hidden is not None and not got:
                raise hidden  # nothing is shown at all: that is no event's own trouble
            bodies.update(got)
        return bodies

    def read(self, path: str) -> tuple[str, str] | None:
        """One event by GET: its etag and text, ``None`` where it is not there."""
        shown = self.show(path)
        if shown is not None and not _is_calendar(shown[1]):
            raise failures.no_event(self._spec, path.rpartition("/")[2])
        return shown

    def show(self, path: str) -> tuple[str, str] | None:
        """One resource by GET, whatever it holds."""
        answer = self._wire.request("GET", self.address(path))
        if answer.status in (404, 410):
            return None
        if not answer.ok:
            if answer.status == 403:
                raise failures.forbidden(self._spec, "read an event")
            raise failures.refused(self._spec, "show an event", answer.status)
        text = decode(answer.body).lstrip(dav.BEFORE)
        if not _is_calendar(text) and answer.is_web_page:
            raise failures.web_page(self._spec)
        return answer.header("ETag").strip(), text


def _is_calendar(text: str) -> bool:
    return "BEGIN:VCALENDAR" in text[:2000].upper()


def _same_etag(one: str, other: str) -> bool:
    """Whether two etags name the same version, as servers spell them here strong and there weak, here quoted and
    there not.
    """
    return one != "" and one.removeprefix("W/").strip('"') == other.removeprefix("W/").strip('"')


def _digest(text: str) -> str:
    return "~" + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
