"""One family of errors.

A class's docstring is its default message.  Each carries a hint (the next thing to type or edit) and an exit code:
1 something needs a person, 2 usage or configuration, 3 not reachable and retried, 4 sign-in needed.
"""

from __future__ import annotations

import inspect
from typing import ClassVar

from calsync.model import Problem


class CalsyncError(Exception):
    """calsync could not do that."""

    exit_code: ClassVar[int] = 1
    default_hint: ClassVar[str] = "calsync check"

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        self.message = message or inspect.cleandoc(type(self).__doc__ or "")
        self.hint = hint or self.default_hint
        super().__init__(self.message)


class UsageError(CalsyncError):
    """That command line does not fit."""

    exit_code = 2
    default_hint = "calsync --help"


class ConfigError(CalsyncError):
    """The configuration cannot be used."""

    exit_code = 2
    default_hint = "edit the configuration, then: calsync check"

    def __init__(self, message: str = "", *, hint: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class SourceError(CalsyncError):
    """A contact list or call log cannot be read."""

    exit_code = 2


class GuardError(CalsyncError):
    """A source or calendar shrank so much that nothing was touched."""

    default_hint = "calsync sync --confirm"


class LedgerError(CalsyncError):
    """The ledger cannot be used."""

    default_hint = "calsync status"


class LedgerLocked(LedgerError):
    """Another calsync is working with this ledger."""


class CalendarError(CalsyncError):
    """The calendar did not do what was asked."""


class Unreachable(CalendarError):
    """The calendar cannot be reached; it will be tried again."""

    exit_code = 3
    default_hint = "calsync sync"

    def __init__(self, message: str = "", *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class SignInNeeded(CalendarError):
    """The calendar wants you to sign in."""

    exit_code = 4
    default_hint = "calsync auth status"


class Refused(CalendarError):
    """The calendar refused the request for good; trying again as it is would not help."""

    def __init__(self, message: str = "", *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Locked(CalendarError):
    """The password store is locked; calsync tries again when it is open."""

    exit_code = 3


class Stale(CalendarError):
    """The event changed on the calendar since it was last read."""


class Gone(CalendarError):
    """The event is no longer on the calendar."""


class Taken(CalendarError):
    """An event of that name is already on the calendar."""
