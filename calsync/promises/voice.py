"""A message in the contact's own words, turned into what a rep would have noted.

A log kept by a phone or a mailbox holds what *they* wrote: "call me Thursday", "I'll ring you Monday".  The promise
language reads the words of a rep, where "me" is the rep; here the two persons change places, in the few forms in which
that decides who calls.  Everything else in the message is left as it stands.
"""

from __future__ import annotations

import re

_CALL = r"(?:call|ring|phone|try|reach|text|buzz)"
_ME = r"\s+(?:me|us)\b(?:\s+(?:back|again|up))?"
_REQUEST = re.compile(
    rf"""
    (?P<before> ^ | [.!?,;:()\-\u2013\u2014\n"\u201c]\s* | \b(?:and|so|then|but|or)\s+ )
    (?P<polite> (?:(?:please|pls|plz|kindly|just|ok|okay|thanks|hi|hello|hey)\b[\s,!]*)* )
    (?: (?:can|could|would|will)\s+(?:you|u)\s+(?:(?:please|pls|kindly|maybe|just)\s+)*
        (?: {_CALL}\b(?:{_ME})? | give{_ME}\s+an?\s+(?:call|ring|buzz|shout)\b )
      | {_CALL}{_ME}
      | give{_ME}\s+an?\s+(?:call|ring|buzz|shout)\b )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""They ask for a call.  "Will call me" is none: there the rep wrote about them, and it stays as it is."""

_ANNOUNCED = re.compile(
    r"""
    (?: \b(?:I|we) (?: \s+(?:will|shall|can) | \s*['\u2019]?\s*ll
                      | (?:\s+am|\s+are|\s*['\u2019](?:m|re)) \s+going\s+to )\b
      | ^will\b )
    (?P<what> [^.!?\n]{0,40}? ) \b(?:you|u)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""They say that they will call."""


_WANTED = re.compile(r"\bwants a call\b(?![^.!?\n]*\b(?:if|when|whenever|once|unless|should|in case)\b)")


def as_noted(message: str) -> str:
    """What a rep would note of a message: "please call me Friday" -> "wants a call Friday"; otherwise as it was.

    >>> as_noted("I'll ring you Monday")
    "she'll ring me Monday"
    """
    asked = _REQUEST.sub(lambda found: f"{found['before']}wants a call", message)
    return _ANNOUNCED.sub(lambda found: f"she'll{found['what']}me", asked)


def asks_for_a_call(noted: str) -> bool:
    """True where what ``as_noted`` gave asks for a call without a condition ("call me if you need more" has one)."""
    return bool(_WANTED.search(noted))
