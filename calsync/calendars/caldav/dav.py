"""WebDAV bodies: what calsync asks (RFC 4918, 4791, 6578) and the answers as plain values."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import quote, unquote, urlsplit
from xml.sax.saxutils import escape

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
BEFORE = "\ufeff\r\n\t "
"""What some servers put before a calendar: a byte order mark, blank lines."""
CTAG = "{http://calendarserver.org/ns/}getctag"
MAY = "D:current-user-privilege-set"
_MAY_WRITE = ("all", "write", "write-content", "bind", "unbind")


@dataclass(slots=True)
class Item:
    """One ``response`` of a multistatus: ``status`` of the resource itself (0 for none given), and the properties
    found.
    """

    href: str
    status: int = 0
    props: dict[str, ET.Element] = field(default_factory=dict)

    def text(self, name: str) -> str:
        found = self.props.get(name)
        return (found.text or "") if found is not None else ""

    def href_in(self, name: str) -> str:
        """The address inside a property such as current-user-principal."""
        return next(iter(self.hrefs_in(name)), "")

    def hrefs_in(self, name: str) -> tuple[str, ...]:
        """All the addresses inside a property that may name several, such as calendar-home-set."""
        found = self.props.get(name)
        inner = found.findall(f"{DAV}href") if found is not None else []
        return tuple(text for each in inner if (text := (each.text or "").strip()))

    @property
    def etag(self) -> str:
        return self.text(f"{DAV}getetag").strip()

    @property
    def calendar(self) -> str:
        """The text of the calendar resource."""
        return self.text(f"{CALDAV}calendar-data").lstrip(BEFORE)

    @property
    def may_write(self) -> bool | None:
        """Whether the user may write there (RFC 3744 section 5.4); ``None`` where the server does not say."""
        may = self.props.get(f"{DAV}current-user-privilege-set")
        if may is None or may.find(f".//{DAV}privilege") is None:
            return None
        return any(may.find(f".//{DAV}{name}") is not None for name in _MAY_WRITE)

    def is_kind(self, name: str) -> bool:
        """Whether resourcetype names this kind."""
        kinds = self.props.get(f"{DAV}resourcetype")
        return kinds is not None and kinds.find(name) is not None


@dataclass(slots=True)
class Multistatus:
    items: list[Item]
    sync_token: str


def propfind(*names: str) -> str:
    """A PROPFIND body for names as ``D:getetag``."""
    return _whole("D:propfind", "<D:prop>" + "".join(f"<{name}/>" for name in names) + "</D:prop>")


def mkcalendar(name: str) -> str:
    """A new calendar for events, by RFC 4791 section 5.3.1."""
    return _whole("C:mkcalendar", f"<D:set><D:prop>{_new_calendar(name)}</D:prop></D:set>")


def mkcol(name: str) -> str:
    """The same by RFC 5689."""
    kind = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    return _whole("D:mkcol", f"<D:set><D:prop>{kind}{_new_calendar(name)}</D:prop></D:set>")


def _new_calendar(name: str) -> str:
    events = '<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>'
    return f"<D:displayname>{escape(name)}</D:displayname>{events}"


def sync_collection(token: str) -> str:
    return _whole(
        "D:sync-collection",
        f"<D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>",
    )


def multiget(hrefs: Iterable[str]) -> str:
    listed = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
    return _whole("C:calendar-multiget", f"<D:prop><D:getetag/><C:calendar-data/></D:prop>{listed}")


def query_all() -> str:
    """The etags of all events."""
    return _whole(
        "C:calendar-query",
        '<D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/>'
        "</C:comp-filter></C:filter>",
    )


def query_uid(uid: str) -> str:
    return _whole(
        "C:calendar-query",
        "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="UID">'
        f'<C:text-match collation="i;octet">{escape(uid)}</C:text-match>'
        "</C:prop-filter></C:comp-filter></C:comp-filter></C:filter>",
    )


def query_time(start: str, end: str) -> str:
    """All events that touch ``[start, end)``, both as ``20261023T090000Z``."""
    return _whole(
        "C:calendar-query",
        "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f'<C:time-range start="{start}" end="{end}"/></C:comp-filter></C:comp-filter></C:filter>',
    )


def free_busy(start: str, end: str) -> str:
    return _whole("C:free-busy-query", f'<C:time-range start="{start}" end="{end}"/>')


def _whole(name: str, inner: str) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><{name} xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
        f' xmlns:S="http://calendarserver.org/ns/">{inner}</{name}>'
    )


def parse(body: bytes) -> Multistatus:
    """Read a multistatus.  Raises ``ValueError`` for anything else.

    Each response is let go of as soon as it is read: those of thousands of events would take more room than the events.
    """
    items: list[Item] = []
    element = ET.Element("nothing")
    try:
        # the parser refuses entity bombs by itself (expat 2.4.1 and later), and loads nothing from outside
        for _, element in ET.iterparse(BytesIO(body), events=("end",)):  # noqa: S314
            if element.tag == f"{DAV}response":
                items.append(_item(element))
                element.clear()
    except ET.ParseError as problem:
        raise ValueError(f"not XML: {problem}") from problem
    root = element  # what ends last
    if root.tag != f"{DAV}multistatus":
        raise ValueError("not a multistatus")
    return Multistatus(items, (root.findtext(f"{DAV}sync-token") or "").strip())


def _item(response: ET.Element) -> Item:
    item = Item(path_of(response.findtext(f"{DAV}href") or ""), _status(response.findtext(f"{DAV}status")))
    for propstat in response.iter(f"{DAV}propstat"):
        if _status(propstat.findtext(f"{DAV}status")) in (0, 200):
            for prop in propstat.iter(f"{DAV}prop"):
                item.props.update({each.tag: each for each in prop})
    return item


def _status(line: str | None) -> int:
    parts = (line or "").split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0


def says(body: bytes, name: str) -> bool:
    """Whether an error body names a precondition, such as ``valid-sync-token``."""
    return name.encode() in body


def path_of(href: str) -> str:
    """The one spelling of an address that calsync uses: its path, percent-encoded the same way whoever wrote it."""
    path = urlsplit(href.strip()).path if "://" in href[:10] else href.strip()
    return quote(unquote(path), safe="/:@!$&'()*+,;=~-._")


def chunks(hrefs: list[str], size: int) -> Iterator[list[str]]:
    for at in range(0, len(hrefs), size):
        yield hrefs[at : at + size]
