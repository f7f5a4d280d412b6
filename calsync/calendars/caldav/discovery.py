"""Finding the calendar: an address of a server, of a principal or of the calendar itself leads to the collection.

This is the ``caldav`` library's part.  It is imported only where the configured address is not a calendar already,
and it talks through our own wire, so that its requests keep the same time limits, the same rules for credentials and
redirects, and fail in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from calsync.calendars.caldav import dav, failures
from calsync.calendars.caldav.wire import Answer, Wire
from calsync.calendars.spec import CalendarSpec
from calsync.errors import Refused, SignInNeeded

if TYPE_CHECKING:
    from caldav.collection import Principal

_ABOUT = dav.propfind("D:resourcetype", "D:current-user-principal", "C:calendar-home-set", "D:displayname")
_CALENDAR = f"{dav.CALDAV}calendar"
_WELL_KNOWN = "/.well-known/caldav"


def find(wire: Wire, spec: CalendarSpec) -> str | None:
    """The address of the collection, with its last slash; ``None`` where the server is right and has no such
    calendar yet.
    """
    start = _start(wire, spec)
    if start.is_calendar:
        return start.url
    for calendar in _with_library(lambda: _principal(wire, start.url).get_calendars(), spec):
        if (calendar.get_display_name() or "").strip().casefold() == spec.calendar.strip().casefold():
            return _slashed(urljoin(start.url, str(calendar.url)))
    return None


def make(wire: Wire, spec: CalendarSpec) -> str:
    """Make the calendar that ``find`` did not find.  Raises ``Refused`` where the server does not let us."""
    start = _start(wire, spec)
    # the same name on every machine: two that make it at once find one calendar, not two
    name = "calsync-" + (re.sub(r"[^a-z0-9]+", "-", spec.calendar.casefold()).strip("-") or "calendar")

    def create() -> Any:
        return _principal(wire, start.url).make_calendar(
            name=spec.calendar, cal_id=name, supported_calendar_component_set=["VEVENT"]
        )

    try:
        made = _with_library(create, spec)
    except Refused:
        if (found := find(wire, spec)) is not None:
            return found  # another machine was faster
        raise
    return _slashed(urljoin(start.url, str(made.url)))


@dataclass(frozen=True, slots=True)
class _Start:
    url: str
    is_calendar: bool


def _start(wire: Wire, spec: CalendarSpec) -> _Start:
    """What the configured address is; ``/.well-known/caldav`` (RFC 6764) is asked where it is a bare server."""
    urls = [spec.url]
    if urlsplit(spec.url).path in ("", "/"):
        urls.append(urljoin(spec.url, _WELL_KNOWN))
    for url in urls:
        answer = wire.request("PROPFIND", url, _ABOUT, _headers(0))
        if answer.status != 207:
            _explain(spec, answer, last=url == urls[-1])
            continue
        items = [item for item in parsed(spec, answer).items if item.status in (0, 200)]
        if not items:
            continue  # some servers say 404 inside a 207
        if items[0].is_kind(_CALENDAR):
            return _Start(_slashed(answer.url), is_calendar=True)
        if url == urls[-1] or any(
            items[0].href_in(name) for name in (f"{dav.DAV}current-user-principal", f"{dav.CALDAV}calendar-home-set")
        ):
            return _Start(answer.url, is_calendar=False)
    raise failures.refused(spec, "show its calendars", 404)


def _explain(spec: CalendarSpec, answer: Answer, *, last: bool) -> None:
    if answer.ok and answer.is_web_page:
        raise failures.web_page(spec)
    if answer.status == 403:
        raise failures.forbidden(spec, "see this address")
    if last:
        raise Refused(
            f"{failures.about(spec)}: there is no calendar at this address ({answer.status}).",
            hint=f"check url of the calendar “{spec.name}”: the address of the calendar itself, or of the server",
        )


def parsed(spec: CalendarSpec, answer: Answer) -> dav.Multistatus:
    """The multistatus of an answer.  A web page, or what is no multistatus, is an error in words."""
    try:
        return dav.parse(answer.body)
    except ValueError as problem:
        if answer.is_web_page:
            raise failures.web_page(spec) from problem
        raise failures.not_understood(spec, str(problem)) from problem


def _principal(wire: Wire, url: str) -> Principal:
    from caldav.davclient import DAVClient
    from caldav.response import DAVResponse

    class Client(DAVClient):
        """The library's client over our wire."""

        def request(
            self,
            url: str,
            method: str = "GET",
            body: str | bytes = "",
            headers: Mapping[str, str] | None = None,
            rate_limit_time_slept: float = 0,  # noqa: ARG002 - the library's signature
        ) -> DAVResponse:
            address = urljoin(str(self.url), str(url))
            combined = {**({"Content-Type": "application/xml; charset=utf-8"} if body else {}), **(headers or {})}
            return DAVResponse(_Response(wire.request(method, address, body, combined)), self)

    return Client(url=url, enable_rfc6764=False).get_principal()


class _Response:
    """An answer of our wire as the library wants to see one."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.headers = answer.headers
        self.content = answer.body
        self.text = answer.body.decode("utf-8", "replace")
        self.reason = ""
        self.url = answer.url


def _with_library(call: Any, spec: CalendarSpec) -> Any:
    """Run a call into the library; its own errors become ours, those of our wire pass."""
    from caldav.lib import error

    try:
        return call()
    except error.AuthorizationError as problem:
        raise SignInNeeded(f"{failures.about(spec)}: the server does not let this user see its calendars.") from problem
    except error.DAVError as problem:
        status = getattr(problem, "status", None) or 0
        raise failures.refused(spec, f"find or make the calendar “{spec.calendar}”", status) from problem
    except (AttributeError, TypeError, ValueError, KeyError, AssertionError) as problem:
        raise failures.not_understood(spec, type(problem).__name__) from problem


def _headers(depth: int) -> dict[str, str]:
    return {"Depth": str(depth), "Content-Type": "application/xml; charset=utf-8"}


def _slashed(url: str) -> str:
    return url if url.endswith("/") else url + "/"
