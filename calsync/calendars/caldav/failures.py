"""What a server's refusals mean, in words: which calendar, which host, what to do.  Never a password, never a whole
URL.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult

from calsync.calendars.spec import CalendarSpec
from calsync.errors import CalendarError, Refused, SignInNeeded, Unreachable

WRITES_AGAIN = timedelta(minutes=15).total_seconds()
"""How long a calendar that takes no events at all is left alone."""

_GOES_ON = "nothing to do: calsync goes on by itself when that time is over"

LONGEST_WAIT = timedelta(days=1).total_seconds()
"""A server that asks for more is tried again after so long: nobody means to switch a rep's calendar off for weeks."""


def about(spec: CalendarSpec) -> str:
    """How every message about a calendar begins."""
    return f"Calendar “{spec.name}” ({spec.host})"


def raise_for_any(spec: CalendarSpec, status: int, header: Callable[[str], str]) -> None:
    """Raise for the statuses that mean the same whatever was asked; ``header`` gives a field of the answer."""
    if status < 400:
        return
    wait = retry_after(header("Retry-After"), header("Date"))
    hint = _GOES_ON if wait else ""
    match status:
        case 407:
            raise Unreachable(f"{about(spec)}: a proxy on the way wants a sign-in.", hint="check the proxy settings")
        case 408 | 425 | 429:
            raise Unreachable(f"{about(spec)}: the server asks to go slower ({status}).", hint=hint, retry_after=wait)
        case 423:
            raise Unreachable(
                f"{about(spec)}: somebody else holds a lock there (423); later again.", hint=hint, retry_after=wait
            )
        case 507:
            return  # the calendar is full, or a listing was cut short: only the caller knows which
        case 501 | 505:
            return  # this server does not know the method: there may be another way
    if status >= 500:
        raise Unreachable(f"{about(spec)}: the server has trouble ({status}).", hint=hint, retry_after=wait)


def retry_after(value: str, date: str = "") -> float | None:
    """Seconds to wait, from a Retry-After header in either of its forms (RFC 9110 section 10.2.3).

    ``date`` is the answer's own Date: a moment is one of the server's clock, which need not be ours.
    """
    if value.strip().isdecimal():
        return min(float(value), LONGEST_WAIT)
    if (until := _moment(value)) is None:
        return None
    return min(max(0.0, (until - (_moment(date) or datetime.now(UTC))).total_seconds()), LONGEST_WAIT)


def _moment(header: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def no_answer(spec: CalendarSpec, problem: Exception) -> CalendarError:
    """No usable answer: names the reason that a rep can do something about."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return Refused(
            f"{about(spec)}: its certificate is not trusted ({problem.verify_message}).",
            hint=f"for a private certificate set ca_file in the table of the calendar “{spec.name}”",
        )
    if isinstance(problem, TimeoutError):
        return Unreachable(f"{about(spec)}: no answer in time.")
    if isinstance(problem, ConnectionRefusedError):
        return Unreachable(f"{about(spec)}: nothing listens there.", hint="is the server running? Check url and port")
    if isinstance(problem, ssl.SSLError):
        return Unreachable(
            f"{about(spec)}: no secure connection ({problem.reason or 'TLS error'}).",
            hint="is it https, and that port?",
        )
    if isinstance(problem, OSError) and "name" in type(problem).__name__.lower() + str(problem).lower():
        return Unreachable(f"{about(spec)}: the name cannot be found.", hint="online? Is the host in url right?")
    return Unreachable(f"{about(spec)}: the connection broke ({type(problem).__name__}).")


def too_slow(spec: CalendarSpec, seconds: float) -> CalendarError:
    return Unreachable(f"{about(spec)}: the answer did not end within {seconds:.0f} s.")


def bad_ca_file(spec: CalendarSpec) -> CalendarError:
    return Refused(
        f"{about(spec)}: the file {spec.ca_file} holds no certificate that can be used.",
        hint="ca_file names a file in PEM form, beginning with -----BEGIN CERTIFICATE-----",
    )


def not_signed_in(spec: CalendarSpec) -> CalendarError:
    who = f"the user name “{spec.username}” with its password" if spec.username else "a request without a user name"
    return SignInNeeded(
        f"{about(spec)}: the server does not take {who}.",
        hint=f"check username and password_… of the calendar “{spec.name}”; some services want an app password",
    )


def forbidden(spec: CalendarSpec, doing: str, status: int = 403) -> CalendarError:
    return Refused(
        f"{about(spec)}: the server does not allow you to {doing} ({status}).",
        hint="is it your own calendar, and not one that is shared for reading only?",
    )


def unknown_digest(spec: CalendarSpec, algorithm: str) -> CalendarError:
    return Refused(
        f"{about(spec)}: the server asks for a kind of Digest sign-in that calsync does not know ({algorithm}).",
        hint=f'set auth = "basic" in the table of the calendar “{spec.name}”, if the address begins with https',
    )


def read_only(spec: CalendarSpec) -> CalendarError:
    return Refused(
        f"{about(spec)}: you may only read this calendar; writing is tried again every quarter of an hour.",
        hint="ask its owner for the right to change events, or name a calendar of your own in the configuration",
        retry_after=WRITES_AGAIN,
    )


def not_recognised(spec: CalendarSpec) -> CalendarError:
    return Refused(
        f"{about(spec)}: this server changes an event so much that calsync would not know it again; "
        "the first one was taken away again, and nothing else is written there (tried again tomorrow).",
        hint="use another calendar: calsync keeps nothing where it could not take it back",
        retry_after=LONGEST_WAIT,
    )


def stands_unread(spec: CalendarSpec, uid: str) -> CalendarError:
    return Refused(
        f"{about(spec)}: the event {uid} stands there already, in a form that cannot be told for ours; "
        "it is not doubled.",
        hint="delete that event in the calendar; the next sync writes it anew",
    )


def redirected_elsewhere(spec: CalendarSpec, target: SplitResult) -> CalendarError:
    if target.scheme == "http" and spec.url.startswith("https"):
        return Refused(f"{about(spec)}: it redirects to an address without encryption; nothing was sent there.")
    return Refused(
        f"{about(spec)}: it redirects to another host, {target.hostname}; nothing was sent there.",
        hint="if that is a sign-in page of the network you are in, sign in there; if the calendar moved, change url",
    )


def lies_elsewhere(spec: CalendarSpec, target: SplitResult) -> CalendarError:
    return Refused(
        f"{about(spec)}: it says that your calendars lie on another host, {target.hostname}; nothing was sent there.",
        hint=f"if that is right, set url of the calendar “{spec.name}” to https://{target.hostname}/",
    )


def redirects_in_circles(spec: CalendarSpec) -> CalendarError:
    return Unreachable(f"{about(spec)}: it redirects in circles.", hint="check url")


def web_page(spec: CalendarSpec) -> CalendarError:
    return SignInNeeded(
        f"{about(spec)}: a web page came back instead of a calendar; that is usually a sign-in page.",
        hint="sign in to the network you are in, or check url: it has to be the CalDAV address",
    )


def not_understood(spec: CalendarSpec, what: str) -> CalendarError:
    return Unreachable(f"{about(spec)}: the answer makes no sense ({what}).", hint="is url the CalDAV address?")


def no_event(spec: CalendarSpec, name: str) -> CalendarError:
    return Refused(
        f"{about(spec)}: what is kept as {name} is no event any more.",
        hint="delete it on the server; the next sync writes it anew",
    )


def not_done(spec: CalendarSpec, doing: str) -> CalendarError:
    return Unreachable(
        f"{about(spec)}: asked to {doing}, the server says that it is done, and it is not.",
        hint="is url the CalDAV address, and not that of a page in front of it?",
    )


def vanished(spec: CalendarSpec) -> CalendarError:
    return Refused(
        f"{about(spec)}: the calendar is no longer there.",
        hint="if it was removed on purpose: calsync sync --confirm; else check url and calendar",
    )


def full(spec: CalendarSpec) -> CalendarError:
    return Refused(
        f"{about(spec)}: there is no room left (507); writing is tried again every quarter of an hour.",
        hint="make room on the server",
        retry_after=WRITES_AGAIN,
    )


def refused(spec: CalendarSpec, doing: str, status: int) -> CalendarError:
    return Refused(f"{about(spec)}: the server refuses to {doing} ({status}).", hint="calsync check")
