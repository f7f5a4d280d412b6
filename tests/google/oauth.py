"""Google's sign-in, as far as a desktop client sees it: the consent page and the token endpoint."""

from __future__ import annotations

import base64
import hashlib
import itertools
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode

from tests.google.discovery import Json, Query

CLIENT_ID = "calsync-tests.apps.googleusercontent.com"
CLIENT_SECRET = "GOCSPX-not-a-secret"
DAY = 86_400


@dataclass
class Grant:
    """What the person said yes to."""

    scopes: str
    challenge: str = ""
    redirect_uri: str = ""


@dataclass
class SignIn:
    """Codes, refresh tokens and access tokens in force.

    ``testing`` is the consent screen's publishing status: its refresh tokens live for seven days and say so.
    """

    testing: bool = False
    person_says_no: bool = False
    withheld_scopes: frozenset[str] = frozenset()
    codes: dict[str, Grant] = field(default_factory=dict)
    refresh_tokens: dict[str, Grant] = field(default_factory=dict)
    access_tokens: dict[str, Grant] = field(default_factory=dict)
    count: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def signed_in(self, scopes: str) -> tuple[str, str]:
        """A sign-in that already happened: an access token and a refresh token."""
        grant = Grant(scopes)
        access, refresh = self._secret("ya29.access"), self._secret("1//refresh")
        self.access_tokens[access] = self.refresh_tokens[refresh] = grant
        return access, refresh

    def expire_access(self) -> None:
        self.access_tokens.clear()

    def revoke(self) -> None:
        """The person took the permission back, or the seven days of a test sign-in are over."""
        self.access_tokens.clear()
        self.refresh_tokens.clear()

    def consent(self, query: Query) -> str:
        """The consent page; answers where the browser is sent."""
        one = {key: values[0] for key, values in query.items()}
        if one.get("client_id") != CLIENT_ID or one.get("response_type") != "code":
            raise ValueError("invalid_client")
        if one.get("access_type") != "offline" or one.get("prompt") != "consent":
            raise ValueError("without access_type=offline and prompt=consent there is no refresh token the second time")
        target = one["redirect_uri"]
        if self.person_says_no:
            return f"{target}?{urlencode({'error': 'access_denied', 'state': one['state']})}"
        scopes = " ".join(scope for scope in one["scope"].split() if scope not in self.withheld_scopes)
        code = self._secret("4/code")
        self.codes[code] = Grant(scopes, one.get("code_challenge", ""), target)
        return f"{target}?{urlencode({'state': one['state'], 'code': code, 'scope': scopes})}"

    def token(self, form: Query, authorization: str = "") -> tuple[int, Json]:
        """The token endpoint.  The client says who it is in the form, or by Basic authentication; Google takes both."""
        one = {key: values[0] for key, values in form.items()}
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
            one |= {"client_id": unquote(name), "client_secret": unquote(secret)}
        if one.get("client_id") != CLIENT_ID or one.get("client_secret") != CLIENT_SECRET:
            return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
        if one.get("grant_type") == "authorization_code":
            return self._first_token(one)
        if one.get("grant_type") != "refresh_token":
            return 400, {"error": "unsupported_grant_type"}
        grant = self.refresh_tokens.get(one.get("refresh_token", ""))
        if grant is None:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        return 200, self._answer(grant)

    def _first_token(self, one: dict[str, str]) -> tuple[int, Json]:
        grant = self.codes.pop(one.get("code", ""), None)
        if grant is None or grant.redirect_uri != one.get("redirect_uri"):
            return 400, {"error": "invalid_grant", "error_description": "Bad Request"}
        digest = hashlib.sha256(one.get("code_verifier", "").encode()).digest()
        if grant.challenge and base64.urlsafe_b64encode(digest).decode().rstrip("=") != grant.challenge:
            return 400, {"error": "invalid_grant", "error_description": "Invalid code verifier."}
        refresh = self._secret("1//refresh")
        self.refresh_tokens[refresh] = grant
        answer = self._answer(grant) | {"refresh_token": refresh}
        if self.testing:
            answer["refresh_token_expires_in"] = 7 * DAY - 1
        return 200, answer

    def _answer(self, grant: Grant) -> Json:
        access = self._secret("ya29.access")
        self.access_tokens[access] = grant
        return {"access_token": access, "expires_in": 3599, "scope": grant.scopes, "token_type": "Bearer"}

    def _secret(self, kind: str) -> str:
        # As long as the real ones, so that counted bytes are honest.
        number = next(self.count)
        return f"{kind}-{number:04d}-" + hashlib.sha512(f"{kind}{number}".encode()).hexdigest()[:160]
