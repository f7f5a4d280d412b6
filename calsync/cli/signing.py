"""``calsync auth``: the sign-ins of the configured calendars."""

from __future__ import annotations

import sys
from pathlib import Path

from calsync.cli import auth, looking, show
from calsync.cli.clock import moment


def google(config: Path | None, client_secrets: Path | None, calendar: str, *, as_json: bool) -> int:
    """Sign in, in the browser; the address of the page goes to standard error, so that ``--json`` stays JSON."""
    settings = looking.settings(config)
    zone = settings.rep().zone
    report = auth.auth_google(
        settings.every_calendar,
        now=moment(None, zone),
        zone=zone,
        show=lambda text: sys.stderr.write(f"{text}\n"),
        client_secrets=client_secrets,
        calendar=calendar,
    )
    return _say(report, as_json=as_json)


def status(config: Path | None, *, as_json: bool, offline: bool) -> int:
    """How each sign-in stands."""
    settings = looking.settings(config)
    zone = settings.rep().zone
    specs = settings.every_calendar
    return _say(auth.auth_status(specs, now=moment(None, zone), zone=zone, offline=offline), as_json=as_json)


def _say(report: auth.Report, *, as_json: bool) -> int:
    if as_json:
        show.print_json(report.data)
    else:
        sys.stdout.write(report.text + "\n")
    return report.exit_code
