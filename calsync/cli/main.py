"""The program ``calsync``: from the command line to a verb, and from any error to words and an exit code.

The parts of the command line that programs call often (``status``, ``parse --jsonl``) are answered before the library
that parses the rest is loaded, which takes longer than they do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from calsync.cli import fast


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (without the program's name) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    return guarded(lambda: _run(arguments), arguments)


def guarded(work: Callable[[], int], arguments: Sequence[str] = ()) -> int:
    """Whatever happens in ``work`` becomes an exit code and, on standard error, words with a remedy."""
    try:
        return work()
    except BrokenPipeError:
        # The reader (a pager, head) has had enough.  Python would complain once more when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130
    except Exception as error:  # noqa: BLE001 - the one place where nothing may get past
        from calsync.cli.failure import report

        return report(error, arguments)


def _run(arguments: list[str]) -> int:
    answered = fast.answer(arguments)
    if answered is not None:
        return answered
    from calsync.cli.app import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
