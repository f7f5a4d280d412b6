"""Finding the calendar: an address of a server, of a principal or of the calendar itself leads to the collection.

The way is that of RFC 6764 section 6: the address (or ``/.well-known/caldav``) names the principal, the principal its
calendar homes (RFC 5397, RFC 4791 section 6.2.1), and a home lists its calendars.  It is a handful of requests in the
life of a calendar, and they go over our own wire like all others: the same time limits, the same rules for
credentials and redirects, the same words when they fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from calsync.calendars.caldav import dav, failures
from calsync.calendars.caldav.wire import Answer, Wire
from calsync.calendars.spec import CalendarSpec
from calsync.errors import Refused

_XML = {"Content-Type": "application/xml; charset=utf-8"}
_PRINCIPAL = f"{dav.DAV}current-user-principal"
_HOME = f"{dav.CALDAV}calendar-home-set"
_COMPONENTS = f"{dav.CALDAV}supported-calendar-component-set"
_CALENDAR = f"{dav.CALDAV}calendar"
_ABOUT = dav.propfind("D:resourcetype", "D:current-user-principal", "C:calendar-home-set")
_LISTED = dav.propfind("D:resourcetype", "D:displayname", "C:supported-calendar-component-set")
_WELL_KNOWN = "/.well-known/caldav"
_NO_MKCALENDAR = (403, 405, 501)


def find(wire: Wire, spec: CalendarSpec) -> str | None:
    """The address of the collection, with its last slash; ``None`` where the server is right and has no such
    calendar yet.

    A calendar is known by the name that people see, and by the path that ``make`` gives it: a server may forget the
    name.  Raises what ``Wire.request`` raises, and ``Refused`` where there are no calendars to be seen.
    """
    start = _start(wire, spec)
    if start.is_calendar:
        return start.url
    named = spec.calendar.strip().casefold()
    made = None
    for home in _homes(wire, spec, start):
        for url, name in _calendars(wire, spec, home):
            if name.strip().casefold() == named:
                return url
            if urlsplit(url).path.endswith(f"/{_path_name(spec)}/"):
                made = url
    return made


def make(wire: Wire, spec: CalendarSpec) -> str:
    """Make the calendar that ``find`` did not find.  Raises ``Refused`` where the server does not let us."""
    home = _homes(wire, spec, _start(wire, spec))[0]
    url = _slashed(home) + _path_name(spec) + "/"
    answer = wire.request("MKCALENDAR", url, dav.mkcalendar(spec.calendar), _XML)
    if not answer.ok and (found := find(wire, spec)) is not None:
        return found  # another machine was faster
    if answer.status in _NO_MKCALENDAR:
        # A server may know only the general form (RFC 5689), which came later.
        answer = wire.request("MKCOL", url, dav.mkcol(spec.calendar), _XML)
    if not answer.ok:
        raise failures.refused(spec, f"make the calendar “{spec.calendar}”", answer.status)
    if answer.is_web_page:
        raise failures.web_page(spec)
    return _slashed(answer.url)


def _path_name(spec: CalendarSpec) -> str:
    """The same name on every machine: two that make the calendar at once make one, not two."""
    return "calsync-" + (re.sub(r"[^a-z0-9]+", "-", spec.calendar.casefold()).strip("-") or "calendar")


@dataclass(frozen=True, slots=True)
class _Start:
    """What the configured address is: the calendar, or a place from which the principal or the homes are known."""

    url: str
    is_calendar: bool
    principal: str = ""
    homes: tuple[str, ...] = ()


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
            return _Start(_slashed(answer.url), True)
        start = _Start(answer.url, False, items[0].href_in(_PRINCIPAL), items[0].hrefs_in(_HOME))
        if start.principal or start.homes or url == urls[-1]:
            return start
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


def _homes(wire: Wire, spec: CalendarSpec, start: _Start) -> tuple[str, ...]:
    """Where the user's calendars lie, one address or more.  A server that names neither principal nor home was given
    to us by the address of its home."""
    url, homes = start.url, start.homes
    if start.principal and not homes:
        url = beside(spec, start.url, start.principal)
        answer = wire.request("PROPFIND", url, _ABOUT, _headers(0))
        url, homes = answer.url, tuple(home for item in _seen(spec, answer) for home in item.hrefs_in(_HOME))
    return tuple(beside(spec, url, home) for home in homes) or (url,)


def _calendars(wire: Wire, spec: CalendarSpec, home: str) -> Iterator[tuple[str, str]]:
    """Address and displayed name of each calendar of a home that takes events."""
    answer = wire.request("PROPFIND", home, _LISTED, _headers(1))
    for item in _seen(spec, answer):
        kinds = item.props.get(_COMPONENTS)
        takes = {each.get("name", "").upper() for each in kinds} if kinds is not None else set()
        if item.is_kind(_CALENDAR) and (not takes or "VEVENT" in takes):
            yield _slashed(urljoin(answer.url, item.href)), item.text(f"{dav.DAV}displayname")


def _seen(spec: CalendarSpec, answer: Answer) -> list[dav.Item]:
    if answer.status == 207:
        return [item for item in parsed(spec, answer).items if item.status in (0, 200)]
    if answer.ok and answer.is_web_page:
        raise failures.web_page(spec)
    if answer.status == 403:
        raise failures.forbidden(spec, "see its calendars")
    raise failures.refused(spec, "show its calendars", answer.status)


def beside(spec: CalendarSpec, url: str, href: str) -> str:
    """The whole address of what a server names.  One behind a proxy may name its inner scheme and port: its path
    counts.  Large services keep calendars on a neighbour of the host that is configured: the password goes to one
    under the same domain, by https, and nowhere else."""
    old, new = urlsplit(url), urlsplit(urljoin(url, href))
    if old.hostname == new.hostname:
        return urljoin(url, new.path)
    host, domain = old.hostname or "", (old.hostname or "").partition(".")[2]
    named = "." in domain and not host.rpartition(".")[2].isdigit()
    if new.scheme == "https" and f".{new.hostname}".endswith((f".{host}", f".{domain}") if named else f".{host}"):
        return new.geturl()
    raise failures.lies_elsewhere(spec, new)


def _headers(depth: int) -> dict[str, str]:
    return {"Depth": str(depth), **_XML}


def _slashed(url: str) -> str:
    return url if url.endswith("/") else url + "/"
