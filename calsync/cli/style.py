"""Bold and colours, only where a person looks: on a terminal, and not where NO_COLOR is set."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Style:
    """Marks words up, or leaves them plain."""

    colours: bool = False

    @classmethod
    def of(cls, stream: TextIO) -> Style:
        """The style that suits a stream."""
        plain = os.environ.get("NO_COLOR", "") or os.environ.get("TERM") == "dumb"
        return cls(stream.isatty() and not plain)

    def bold(self, text: str) -> str:
        return self._with("1", text)

    def red(self, text: str) -> str:
        return self._with("1;31", text)

    def green(self, text: str) -> str:
        return self._with("32", text)

    def yellow(self, text: str) -> str:
        return self._with("33", text)

    def _with(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colours else text
