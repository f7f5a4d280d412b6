"""Scripts with their slots filled, compiled once: a rep's week is a few scripts and many calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from calsync.cadences.script import environment

if TYPE_CHECKING:
    from jinja2 import Template

_GAP = re.compile(r"[ \t](?=[ \t,.;:!?])")
"""What most scripts do not leave, once they are filled: only then there is something to close."""

_BLANKS = re.compile(r"[ \t]{2,}")
_BEFORE_MARK = re.compile(r"[ \t]+([,.;:!?])")


def filled(script: str, context: Mapping[str, object]) -> str:
    """The script as it is said: a slot without a value leaves no gap, no double blank and never the word None."""
    template = _compiled(script)
    # As ``Template.render`` does it, without copying the context twice for the few hundred letters.
    text = "".join(template.root_render_func(template.new_context(dict(context), shared=True)))
    if _GAP.search(text):
        text = _BEFORE_MARK.sub(r"\1", _BLANKS.sub(" ", text))
    return text.strip()


@lru_cache(maxsize=1024)
def _compiled(script: str) -> Template:
    template = environment().from_string(script)
    # A script has no names but its slots.  Jinja's own would be looked up and copied each time that it is filled.
    template.globals = {}
    return template
