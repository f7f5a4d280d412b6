"""Google Contacts CSV, both generations: the columns of an export, numbered groups and all.

The old export (before 2024) says ``Given Name``, ``Group Membership`` and ``Phone 1 - Type``, the present one ``First
Name``, ``Labels`` and ``Phone 1 - Label``.  Several values in one cell are joined with `` ::: ``; labels of Google's
own begin with ``* ``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from calsync.sources.layout import Layout, PhoneColumn

_NUMBERED = re.compile(r"(E-mail|Phone|Organization|Relation|Custom Field) (\d+) - (Label|Type|Value|Name)")

_PLAIN = {
    "Name": "name", "First Name": "first_name", "Given Name": "first_name", "Middle Name": "middle_name",
    "Additional Name": "middle_name", "Last Name": "last_name", "Family Name": "last_name", "Name Suffix": "suffix",
    "Organization Name": "company", "Organization 1 - Name": "company", "Notes": "notes", "Labels": "groups",
    "Group Membership": "groups",
}  # fmt: skip


def is_google(header: Sequence[str]) -> bool:
    """Whether this is the header of such an export."""
    titles = {title.strip() for title in header}
    new = "First Name" in titles and ("Labels" in titles or "File As" in titles)
    old = "Given Name" in titles and ("Group Membership" in titles or "Yomi Name" in titles)
    numbered = bool(titles & {"Phone 1 - Value", "E-mail 1 - Value"})
    return (new or old) and (numbered or "Photo" in titles)


def google_layout(header: Sequence[str]) -> Layout:
    """Which column is what."""
    layout = Layout(header)
    at = {title.strip(): index for index, title in reversed(list(enumerate(header)))}
    labels = set()
    for title, index in at.items():
        group = _NUMBERED.fullmatch(title)
        if group and group[3] == "Value":
            label = at.get(f"{group[1]} {group[2]} - Label", at.get(f"{group[1]} {group[2]} - Type"))
            labels.add(label)
            if group[1] == "Phone":
                layout.phones.append(PhoneColumn(index, None, label))
            elif group[1] == "E-mail":
                layout.emails.append(index)
            elif label is not None:
                layout.pairs.append((label, index))
            else:
                layout.extra.append(index)
        elif title in _PLAIN:
            layout.put(_PLAIN[title], index)
        elif title not in {"Photo", "File As"}:
            layout.extra.append(index)
    layout.extra = sorted(index for index in layout.extra if index not in labels)
    layout.phones.sort(key=lambda column: column.index)
    layout.emails.sort()
    layout.pairs.sort()
    return layout
