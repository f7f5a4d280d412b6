"""Signing in to a calendar server: Basic (RFC 7617) and Digest (RFC 7616, by MD5 or SHA-256)."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

from calsync.calendars import secrets
from calsync.calendars.caldav import failures
from calsync.calendars.spec import CalendarSpec


class SignIn:
    """Makes the Authorization header.  The password is fetched when it is first needed and forgotten when it is
    refused.
    """

    def __init__(self, spec: CalendarSpec) -> None:
        self._spec = spec
        self._password: str | None = None
        self._challenge = ""
        self._basic = _may_offer_basic(spec)
        self._passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        self._digest: urllib.request.HTTPDigestAuthHandler | None = None
        self._offered = False

    def header(self, method: str, url: str) -> str:
        """The header for a request, ``""`` where nothing is to be sent (yet)."""
        self._offered = False
        if not self._spec.username:
            return ""
        if self._digest is not None:
            signed = self._digest_header(self._digest, method, url)
        elif self._basic:
            plain = f"{self._spec.username}:{self._secret()}".encode()
            signed = "Basic " + base64.b64encode(plain).decode("ascii")
        else:
            return ""
        self._offered = True
        return signed

    def challenged(self, challenges: list[str]) -> bool:
        """Take in what a 401 asks for; whether another try makes sense."""
        if not self._spec.username:
            return False
        offers = {found.lower(): text for text in challenges for found in _schemes(text)}
        if "digest" in offers and self._spec.auth != "basic":
            challenge = offers["digest"]
            expired = "stale=true" in challenge.replace('"', "").lower().replace(" ", "")
            if self._digest is not None and self._offered and not expired:
                return False
            self._challenge = challenge[challenge.lower().index("digest") :]
            self._digest = _Digest(self._passwords)
            return True
        if "basic" in offers and self._spec.auth != "digest" and not (self._basic and self._offered):
            self._basic = True
            return True
        return False

    def forget(self) -> None:
        """Drop a password that was refused: a new one may be in its place by the next try."""
        self._password = None
        self._digest = None
        self._basic = _may_offer_basic(self._spec)

    def _secret(self) -> str:
        if self._password is None:
            self._password = secrets.password(self._spec)
        return self._password

    def _digest_header(self, digest: urllib.request.HTTPDigestAuthHandler, method: str, url: str) -> str:
        self._passwords.add_password(None, url, self._spec.username, self._secret())
        _, _, parameters = self._challenge.partition(" ")
        challenge = urllib.request.parse_keqv_list(urllib.request.parse_http_list(parameters))
        request = urllib.request.Request(url, method=method)  # noqa: S310 - never opened; it carries address and method
        try:
            signed = digest.get_authorization(request, challenge)
        except (ValueError, KeyError, OSError):  # what urllib says of an algorithm or a qop that it does not know
            raise failures.unknown_digest(self._spec, challenge.get("algorithm", "MD5")) from None
        return f"Digest {signed}" if signed else ""


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """The standard library stops at MD5 and SHA-1; servers of today ask for SHA-256 (RFC 7616)."""

    def get_algorithm_impls(self, algorithm: str) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
        if algorithm.upper() != "SHA-256":
            return super().get_algorithm_impls(algorithm)
        return _sha256, lambda secret, data: _sha256(f"{secret}:{data}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _may_offer_basic(spec: CalendarSpec) -> bool:
    """Whether to send the password unasked, which saves a request.  Over plain http it is sent only to a server that
    asks for just that; one that knows Digest must not see it."""
    if spec.auth == "digest":
        return False
    parts = urlsplit(spec.url)
    return spec.auth == "basic" or parts.scheme == "https" or _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _schemes(text: str) -> list[str]:
    """The schemes that one WWW-Authenticate header offers."""
    return re.findall(r"(?:^|,)\s*(basic|digest|bearer|negotiate)\b(?!\s*=)", text, re.IGNORECASE)
