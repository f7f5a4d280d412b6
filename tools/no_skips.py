"""Fails when a test run skipped anything, above all a test that needs a server.

python tools/no_skips.py REPORT.xml      (REPORT.xml: what pytest --junitxml wrote)
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree as ET


def skipped(report: str) -> list[str]:
    """The tests of a JUnit report that did not run, each with its reason."""
    found = []
    for case in ET.fromstring(report).iter("testcase"):
        reason = case.find("skipped")
        if reason is not None:
            found.append(f"{case.get('classname')}::{case.get('name')}: {reason.get('message', '')}")
    return found


def main() -> int:
    """Exit code 1 and the names when there are any; also for a report without a single test in it."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    if "<testcase" not in text:
        sys.stderr.write("no test ran\n")
        return 1
    names = skipped(text)
    for name in names:
        sys.stderr.write(f"skipped: {name}\n")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
