"""One renderer for every error: what happened, where, and what to do next.  Never a traceback."""

from __future__ import annotations

import errno
import platform
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from calsync import __version__
from calsync.cli.style import Style
from calsync.errors import CalsyncError, ConfigError
from calsync.model import Problem

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”")
_PERSONAL = re.compile(r"\S+@\S+|\+?\d[\d\s().-]{5,}\d|https?://\S+")


def report(error: Exception, arguments: Sequence[str] = ()) -> int:
    """Say ``error`` on standard error and return its exit code."""
    known = _known(error)
    if known is None:
        known = _unexpected(error, arguments)
    sys.stderr.write("\n".join(lines(known, Style.of(sys.stderr))) + "\n")
    return known.exit_code


def lines(error: CalsyncError, style: Style) -> Iterator[str]:
    """The error as lines: its sentence, each problem with its place, the next step."""
    yield f"{style.red('calsync:')} {error.message}"
    if isinstance(error, ConfigError) and error.problems:
        yield from problem_lines(error.problems, style)
    yield f"  next: {style.bold(error.hint)}"


def problem_lines(problems: Iterable[Problem], style: Style) -> Iterator[str]:
    """Each problem as two lines: ``file:line: column: message``, and the remedy below it."""
    for problem in problems:
        place = f"{problem.file}:{problem.line}" if problem.line else problem.file
        parts = [part for part in (place, problem.column) if part]
        yield f"  {style.bold(': '.join(parts))}: {problem.message}" if parts else f"  {problem.message}"
        if problem.hint:
            yield f"      {problem.hint}"


def _known(error: Exception) -> CalsyncError | None:
    if isinstance(error, CalsyncError):
        return error
    if isinstance(error, OSError):
        return _from_system(error)
    return None


def _from_system(error: OSError) -> CalsyncError:
    """The system's own refusals: disk full, no permission, a file that is not there."""
    place = f": {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CalsyncError(f"The disk is full{place}.", hint="free some space, then type the same command again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return CalsyncError(f"calsync may not write or read there{place}.", hint="make it yours: ls -l, chmod, chown")
    if error.errno == errno.ENOENT:
        return CalsyncError(f"There is no such file{place}.")
    return CalsyncError(f"The system refused: {error.strerror or error}{place}.")


def _unexpected(error: Exception, arguments: Sequence[str]) -> CalsyncError:
    """A mistake of ours: what helps to mend it goes into a file that holds nobody's data."""
    written = write_diagnostics(error, arguments)
    where = (
        f"What is needed to mend it is in {written}" if written else "It could not be written down (is the disk full?)"
    )
    return CalsyncError(
        f"calsync made a mistake of its own ({type(error).__name__}). {where}; no name, number or note is in it.",
        hint="send that file to the calsync project" if written else "calsync check",
    )


def write_diagnostics(error: BaseException, arguments: Sequence[str]) -> str:
    """Write the report of an unexpected error below the state folder; its path, or ``""`` where that failed."""
    from calsync.config.places import state_folder

    now = datetime.now(UTC)
    file = state_folder() / "diagnostics" / f"{now:%Y%m%dT%H%M%S%fZ}.txt"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(_diagnostics(error, arguments, now)) + "\n", encoding="utf-8")
    except OSError:
        return ""
    return str(file)


def _diagnostics(error: BaseException, arguments: Sequence[str], now: datetime) -> Iterator[str]:
    yield f"calsync {__version__}, Python {platform.python_version()}, {platform.platform()}, {now.isoformat()}"
    # Of the command line only the verb and the names of options: what follows them may be a person's name.
    yield "command: " + " ".join(_verb_and_options(arguments))
    seen: BaseException | None = error
    while seen is not None:
        yield f"{type(seen).__name__}: {redacted(str(seen))}"
        for frame in traceback.extract_tb(seen.__traceback__):
            yield f"  {frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
        seen = seen.__cause__ or seen.__context__


def _verb_and_options(arguments: Sequence[str]) -> Iterator[str]:
    verbs = [argument for argument in arguments if not argument.startswith("-")]
    yield from (verb if verb.isascii() and verb.isalpha() and verb.islower() else "…" for verb in verbs[:1])
    yield from (argument.partition("=")[0] for argument in arguments if argument.startswith("--"))


def redacted(text: str) -> str:
    """A message without what may be somebody's: quoted words, numbers, addresses."""
    return _PERSONAL.sub("…", _QUOTED.sub("…", text))
