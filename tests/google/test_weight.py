"""What a Google calendar costs a daemon that has one, and one that has none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.google import desk
from tests.google.server import GoogleServer

HEAVY = ("googleapiclient", "google.auth", "httplib2", "requests", "urllib3", "oauthlib", "stamina")

OPEN = """
import json, sys
from zoneinfo import ZoneInfo
from pathlib import Path
from calsync.calendars import open_calendar
from calsync.calendars.spec import CalendarSpec
from calsync.cli import auth
spec = CalendarSpec("c", "google", calendar_id=sys.argv[1], endpoint=sys.argv[2], token_file=Path(sys.argv[3]))
calendar = open_calendar(spec, zone=ZoneInfo("America/Chicago"))
opened = sorted(sys.modules)
calendar.changes(None)
calendar.close()
status = Path("/proc/self/status").read_text()
rss = int(status.split("VmRSS:")[1].split()[0]) / 1024
print(json.dumps({"opened": opened, "asked": sorted(sys.modules), "rss": rss}))
"""


def measured(server: GoogleServer, folder: Path) -> dict[str, object]:
    spec = desk.settle(server, folder)
    arguments = [spec.calendar_id, spec.endpoint, str(spec.token_file)]
    ran = subprocess.run([sys.executable, "-c", OPEN, *arguments], capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_google_s_library_is_loaded_by_the_first_request_alone(server: GoogleServer, tmp_path: Path) -> None:
    found = measured(server, tmp_path)
    opened, asked = found["opened"], found["asked"]
    assert isinstance(opened, list)
    assert isinstance(asked, list)
    assert not [name for name in HEAVY if name in opened]
    assert "googleapiclient" in asked
    assert not [name for name in ("requests", "urllib3", "oauthlib") if name in asked], "only signing in needs those"


def test_a_process_with_one_stays_small(server: GoogleServer, tmp_path: Path) -> None:
    """45 MB were measured; the daemon around it has 25 MB more."""
    rss = measured(server, tmp_path)["rss"]
    assert isinstance(rss, float)
    assert rss < 55
