"""Who a row of the log means: by equality only, never by the end of a number or by a name that nearly fits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property

from calsync.model import Contact
from calsync.sources.merge import Merged, called, name_key
from calsync.sources.numbers import BadNumber, Numbers

_LIKE_A_NUMBER = re.compile(r"(?:tel:|['=\"]*\s*[+(]?\s*\(?)\d[\d\s().,/\-+\u00a0x#extn;=]{4,}", re.IGNORECASE)
_SUGGESTIONS = 50
"""After so many names without a contact, no more are compared with all the others to suggest one."""


class NoMatch(ValueError):
    """A reference that means nobody, or more than one; the message says which and ``hint`` what to write."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


Found = tuple[str, str]
"""The contact's id, and the number in E.164 where the row named one."""


class Directory:
    """Finds contacts by id, number, address or name.

    An id always wins, so that there is always a way to say who is meant.  The rep's ``own`` numbers mean nobody.
    """

    def __init__(self, merged: Merged, numbers: Numbers, own: Collection[str]) -> None:
        self.contacts = merged.contacts
        self._also = merged.also
        self._numbers, self._own = numbers, own
        self._suggested = 0

    def find(self, text: str) -> Found:
        """The one contact that ``text`` means.  Raises ``NoMatch``."""
        text = text.strip()
        if text in self.contacts:
            return text, ""
        if text in self._also:
            return self._also[text], ""
        if not text:
            raise NoMatch("this row does not say whom it concerns", "write an id, a number, an address or a name")
        number = self._as_number(text)
        if number:
            return self._by_number(text, number), number[0]
        if "@" in text:
            means = self._by_address.get(text.removeprefix("mailto:").casefold(), [])
            return self._one(text, means, "has the address"), ""
        return self._one(text, self._by_name.get(name_key(text), []), "is called"), ""

    def number(self, text: str) -> str:
        """``text`` in E.164.  Raises ``BadNumber``."""
        return self._numbers.read(text)[0]

    def _as_number(self, text: str) -> tuple[str, str] | None:
        if not _LIKE_A_NUMBER.fullmatch(text) and not text.lower().startswith("tel:"):
            return None
        if name_key(text) in self._by_name:
            return None
        try:
            return self._numbers.read(text)
        except BadNumber as error:
            raise NoMatch(str(error), error.hint) from None

    def _by_number(self, text: str, number: tuple[str, str]) -> str:
        e164, extension = number
        if e164 in self._own:
            hint = "write whom you called: an id, a number, an address or a name"
            raise NoMatch(f'"{text}" is your own number', hint)
        means = self._by_e164.get(e164, [])
        if extension:
            means = [
                i for i in means if any(p.e164 == e164 and p.extension == extension for p in self.contacts[i].phones)
            ]
        return self._one(text, means, "has the number")

    def _one(self, text: str, means: list[str], verb: str) -> str:
        if len(means) == 1:
            return means[0]
        if means:
            named = ", ".join(called(self.contacts[i]) for i in means[:5]) + (", …" if len(means) > 5 else "")
            hint = f'write the id of the one you mean, such as "{means[0]}"'
            raise NoMatch(f'"{text}" could be {len(means)} contacts: {named}', hint)
        raise NoMatch(f'no contact {verb} "{text}"', self._suggestion(text))

    def _suggestion(self, text: str) -> str:
        self._suggested += 1
        if self._suggested <= _SUGGESTIONS and self.contacts:
            from rapidfuzz import process  # only for a row that is wrong

            best = process.extractOne(name_key(text), self._by_name.keys(), score_cutoff=75)
            if best:
                means = self._by_name[best[0]]
                return f'did you mean "{self.contacts[means[0]].name}"? Else add the contact to a contact list'
        return "add the contact to a contact list, or correct the row"

    @cached_property
    def _by_e164(self) -> dict[str, list[str]]:
        pairs = (
            (p.e164, contact) for contact in self.contacts.values() for p in contact.phones if p.e164 not in self._own
        )
        return _index(pairs)

    @cached_property
    def _by_address(self) -> dict[str, list[str]]:
        return _index((address.casefold(), contact) for contact in self.contacts.values() for address in contact.emails)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        return _index((name_key(contact.name), contact) for contact in self.contacts.values() if contact.name)


def _index(pairs: Iterable[tuple[str, Contact]]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for key, contact in pairs:
        ids = index.setdefault(key, [])
        if contact.id not in ids:
            ids.append(contact.id)
    return index
