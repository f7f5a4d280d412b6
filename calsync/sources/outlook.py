"""Outlook contacts CSV (92 columns, English headers).

Not every column with a number in it is a number to call: faxes, pagers, telex, ISDN and text telephones are machines,
the assistant's phone rings somebody else.  ``Callback`` is a number, not a day.  ``Referred By`` is the referrer.
"""

from __future__ import annotations

from collections.abc import Sequence

from calsync.model import Line
from calsync.sources.layout import Layout, PhoneColumn

_PHONES = {
    "Primary Phone": None, "Mobile Phone": Line.CELL, "Business Phone": Line.WORK, "Home Phone": Line.HOME,
    "Business Phone 2": Line.WORK, "Home Phone 2": Line.HOME, "Other Phone": None, "Company Main Phone": Line.WORK,
    "Car Phone": Line.CELL, "Radio Phone": None, "Callback": None,
}  # fmt: skip
"""Numbers that reach the contact, the likeliest first, and their line."""

_PLAIN = {
    "First Name": "first_name", "Middle Name": "middle_name", "Last Name": "last_name", "Suffix": "suffix",
    "Company": "company", "E-mail Address": "email", "E-mail 2 Address": "email", "E-mail 3 Address": "email",
    "Categories": "groups", "Notes": "notes", "Referred By": "referrer",
}  # fmt: skip

_TELLING = frozenset(
    ("Business Phone", "Business Fax", "Mobile Phone", "Home Phone", "E-mail Address", "Business Street")
)


def is_outlook(header: Sequence[str]) -> bool:
    """Whether this is the header of such an export."""
    titles = {title.strip() for title in header}
    return {"First Name", "Last Name"} <= titles and len(titles & _TELLING) >= 3


def outlook_layout(header: Sequence[str]) -> Layout:
    """Which column is what."""
    layout = Layout(header)
    at = {title.strip(): index for index, title in reversed(list(enumerate(header)))}
    layout.phones = [PhoneColumn(at[title], line) for title, line in _PHONES.items() if title in at]
    for title, index in at.items():
        if title in _PLAIN:
            layout.put(_PLAIN[title], index)
        elif title and title not in _PHONES:
            layout.extra.append(index)
    layout.emails.sort()
    layout.extra.sort()
    return layout
