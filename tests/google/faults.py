"""Everything that can go wrong between Google and us, as switches.

A fault waits for an operation (``events.patch``, ``oauth.token``, ``*`` for any) and acts on the next ``times`` of
them, after letting ``skip`` pass.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class Effect(Enum):
    ANSWER = auto()
    """Nothing is done, and the fault's own answer is given."""
    CUT_BEFORE = auto()
    """The connection is cut before anything is done."""
    CUT_AFTER = auto()
    """It is done, and the connection is cut before a byte of the answer."""
    TRUNCATE = auto()
    """It is done; half of the answer's body arrives, and the connection is cut."""
    BROKEN_JSON = auto()
    """It is done; half of the answer's body arrives, with a length that says that this is all."""
    EMPTY_BODY = auto()
    """It is done; the answer is 200 with no body at all."""
    DELAY = auto()
    """It is done, and the answer comes ``seconds`` late."""
    LIE_EMPTY = auto()
    """A listing answers that there are no events."""


@dataclass
class Fault:
    on: str
    effect: Effect
    times: int = 1
    skip: int = 0
    status: int = 500
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def takes(self, operation: str) -> bool:
        """True when this fault acts now; counts down."""
        if self.on not in ("*", operation) or self.times <= 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


def error(on: str, status: int, reason: str, message: str = "", **more: Any) -> Fault:
    """An error in Google's own form."""
    domain = "usageLimits" if "xceeded" in reason else "global"
    item = {"domain": domain, "reason": reason, "message": message or reason}
    body = json.dumps({"error": {"errors": [item], "code": status, "message": message or reason}}).encode()
    headers = {"Content-Type": "application/json; charset=UTF-8"} | more.pop("headers", {})
    return Fault(on, Effect.ANSWER, status=status, body=body, headers=headers, **more)


def html(on: str, status: int = 502, **more: Any) -> Fault:
    """A page from something between us and Google."""
    page = b"<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title><p>That's an error.</html>"
    return Fault(
        on, Effect.ANSWER, status=status, body=page, headers={"Content-Type": "text/html; charset=UTF-8"}, **more
    )
