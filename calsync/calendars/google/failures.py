"""Google's refusals in calsync's words.

Google's status alone decides nothing: a 403 is "slow down", "stop for hours" or "you may not", and only the reason in
the body tells which (https://developers.google.com/workspace/calendar/api/guides/errors).
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from calsync.calendars.google.tokens import SEVEN_DAYS, SIGN_IN
from calsync.errors import CalsyncError, Gone, Refused, SignInNeeded, Stale, Taken, Unreachable

SLOW_DOWN = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
STOP_FOR_HOURS = frozenset({"quotaExceeded", "calendarUsageLimitsExceeded", "dailyLimitExceeded"})
MORE_CONSENT = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"})

MORE_BOXES = f"{SIGN_IN}, and tick every box that Google shows"

MINUTE = 60.0
"""Google counts requests a minute, so that long is always enough."""

HOURS = 6 * 3600.0
"""Google does not say how long a usage limit lasts; people report some hours, up to a day."""

LONGEST_WAIT = timedelta(days=1).total_seconds()
"""Whatever Google asks for, it is tried again after a day."""


class Passing(Unreachable):
    """Google is briefly not able to answer; nothing was done."""

    asked_wait: float | None = None
    """Seconds that Google itself asked to wait (Retry-After)."""


class AnswerLost(Unreachable):
    """Google's answer did not arrive whole, so it is not known what was done."""


class NotFound(Refused):
    """Google knows no such event, or no such calendar."""


class BadRequest(Refused):
    """Google does not understand the request; a sync token that it never gave, for one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An error answer, read."""

    status: int
    reason: str
    message: str
    retry_after: float | None
    now: datetime


def read_answer(status: int, headers: Mapping[str, str], content: bytes | str) -> Answer:
    """Read Google's error body; a page of HTML, or nothing at all, is an answer without a reason."""
    try:
        error = json.loads(content)["error"]
        items = error.get("errors") or [{}]
        reason = str(items[0].get("reason") or error.get("status") or "")
        message = str(error.get("message") or "")
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        reason = message = ""
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return Answer(status, reason, _one_line(message), _retry_after(headers.get("retry-after", ""), now), now)


def of_answer(answer: Answer, *, calendar: str, calendar_id: str, zone: ZoneInfo, write: bool) -> CalsyncError:
    """The error that an answer means.  ``calendar`` is its name in the configuration."""
    where = f"Google (calendar “{calendar}”)"
    if problem := _quota(where, answer, zone) or _sign_in(where, answer):
        return problem
    if answer.status >= 500:
        kind: type[Unreachable] = AnswerLost if write else Passing
        return _later(kind(f"{where} has trouble of its own (HTTP {answer.status})."), answer)
    if outcome := {409: Taken, 410: Gone, 412: Stale}.get(answer.status):
        return outcome()
    return _refusal(where, answer, calendar_id)


def _quota(where: str, answer: Answer, zone: ZoneInfo) -> CalsyncError | None:
    if answer.status == 429 or answer.reason in SLOW_DOWN:
        hint = "nothing to do: it goes on by itself within minutes"
        too_fast = Passing(f"{where} asks to slow down: too many requests a minute.", hint=hint, retry_after=MINUTE)
        return _later(too_fast, answer)
    if answer.reason not in STOP_FOR_HOURS:
        return None
    seconds = answer.retry_after or HOURS
    until = (answer.now + timedelta(seconds=seconds)).astimezone(zone)
    return Refused(
        f"{where} takes no more changes for now: its usage limit is reached. Writing stops until {until:%a %H:%M} "
        f"({until.tzname()}); everything waits safely until then.",
        hint="nothing to do: calsync goes on by itself; other programs that write to this calendar count as well",
        retry_after=seconds,
    )


def _later(error: Unreachable, answer: Answer) -> Unreachable:
    """The error with the time that Google asked for, where it did."""
    if answer.retry_after is not None:
        error.retry_after = answer.retry_after
        if isinstance(error, Passing):
            error.asked_wait = answer.retry_after
    return error


def _sign_in(where: str, answer: Answer) -> CalsyncError | None:
    if answer.status == 401:
        return SignInNeeded(f"{where} no longer takes the sign-in. {SEVEN_DAYS}.", hint=SIGN_IN)
    if answer.reason in MORE_CONSENT:
        return SignInNeeded(f"{where}: the sign-in does not cover all that calsync does.", hint=MORE_BOXES)
    return None


def _refusal(where: str, answer: Answer, calendar_id: str) -> CalsyncError:
    said = f": {answer.message}" if answer.message else ""
    if answer.status == 404:
        return NotFound(
            f"{where} knows no calendar “{calendar_id}” for this account.",
            hint="calsync auth status shows the account; Google Calendar, Settings, Integrate calendar shows the id",
        )
    if answer.reason in ("accessNotConfigured", "SERVICE_DISABLED"):
        return Refused(
            f"{where}: the Google Calendar API is switched off in the Google Cloud project of the sign-in.",
            hint="Google Cloud console, APIs & Services, Library, Google Calendar API, Enable; then: calsync sync",
        )
    if answer.status == 403:
        return Refused(
            f"{where} does not let this account write there{said}.",
            hint="share the calendar with “Make changes to events”, or sign in with its owner: " + SIGN_IN,
        )
    kind = BadRequest if answer.status == 400 else Refused
    return kind(f"{where} refused the request (HTTP {answer.status} {answer.reason or 'without a reason'}){said}.")


def of_trouble(trouble: Exception, *, calendar: str, write: bool) -> CalsyncError:
    """The error that a broken connection, a broken answer or a failed renewal of the sign-in means.

    Nothing of the exception's own text is taken over except a system error's: it may hold an address with secrets.
    """
    import httplib2
    from google.auth import exceptions as auth

    where = f"Google (calendar “{calendar}”)"
    if isinstance(trouble, auth.RefreshError):
        return _renewal(where, trouble)
    if isinstance(trouble, httplib2.ServerNotFoundError | ConnectionRefusedError | auth.TransportError):
        return Unreachable(f"{where} cannot be reached: is this machine online?")
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return Unreachable(
            f"{where} cannot be trusted: its certificate does not hold ({trouble.verify_message}).",
            hint="a proxy that inspects traffic? set HTTPLIB2_CA_CERTS to its certificate; check the clock",
        )
    kind = AnswerLost if write else Passing
    if isinstance(trouble, TimeoutError):
        said = "did not answer in time"
    elif isinstance(trouble, OSError | http.client.HTTPException | httplib2.HttpLib2Error):
        said = "broke the connection off"
    else:
        said = "answered with something that is no calendar data (a sign-in page of the network?)"
    return kind(f"{where} {said}.")


def _renewal(where: str, trouble: Exception) -> CalsyncError:
    words = " ".join(str(part) for part in trouble.args)
    refused = any(isinstance(part, dict) and "error" in part for part in trouble.args)
    if getattr(trouble, "retryable", False) or not (refused or "necessary fields" in words):
        # A page of HTML, say.  Google's own refusals are OAuth errors, and google-auth's are about missing fields.
        return Unreachable(f"{where}: the sign-in could not be renewed just now.")
    if "invalid_grant" in words:
        return SignInNeeded(
            f"{where} ended the sign-in (invalid_grant: expired or revoked). {SEVEN_DAYS}.", hint=SIGN_IN
        )
    if "invalid_client" in words or "unauthorized_client" in words:
        return SignInNeeded(
            f"{where} no longer knows the OAuth client that was used to sign in.",
            hint=f"make a new client of type “Desktop app” and: {SIGN_IN}",
        )
    return SignInNeeded(f"{where}: the sign-in cannot be renewed. {SEVEN_DAYS}.", hint=SIGN_IN)


def _retry_after(text: str, now: datetime) -> float | None:
    """Seconds, from a number or a date (RFC 9110 section 10.2.3)."""
    if text.strip().isdecimal():
        return min(float(text), LONGEST_WAIT)
    moment = _date(text)
    return min(max(0.0, (moment - now).total_seconds()), LONGEST_WAIT) if moment else None


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _one_line(text: str) -> str:
    """Google's words, short, without addresses: they may quote the request."""
    return re.sub(r"https?://\S+", "…", " ".join(text.split()))[:200].rstrip(".")
