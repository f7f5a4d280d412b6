"""The command line, declared: every verb with its options and the words a rep reads in ``--help``.

A verb's work is in its own module, imported when it is asked for; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import Abort, Exit, TyperException

from calsync import __version__
from calsync.errors import UsageError

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The configuration. Default: ~/.config/calsync/calsync.toml"),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="As if it were this time, like 2026-11-25T11:02 (your zone)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
Contact = Annotated[str, typer.Argument(metavar="CONTACT", help="A name, number, address or id of your contact list.")]

app = typer.Typer(
    name="calsync",
    help="Keeps the promises you make on the phone: every callback you owe, on your own calendar.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
auth = typer.Typer(help="Signing in to calendars.", no_args_is_help=True, rich_markup_mode=None)
service = typer.Typer(
    help="calsync as a service that starts when you log in.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(auth, name="auth")
app.add_typer(service, name="service")


def run(arguments: Sequence[str]) -> int:
    """Run a command line; what does not fit becomes ``UsageError``."""
    try:
        code = app(list(arguments), prog_name="calsync", standalone_mode=False)
    except TyperException as error:
        raise UsageError(error.format_message(), hint=_help(error)) from None
    except Exit as done:
        return done.exit_code
    except Abort:
        return 130
    return int(code or 0)


def _help(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'calsync'} --help"


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"calsync {__version__}")
        raise typer.Exit


@app.callback()
def _calsync(
    context: typer.Context,
    config: Config = None,
    _version: Annotated[
        bool, typer.Option("--version", "-V", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = config


def _either(context: typer.Context, after: Path | None) -> Path | None:
    """``--config`` is understood before the verb and after it; the later one counts."""
    before: Path | None = context.find_root().obj
    return after or before


@app.command()
def init(
    context: typer.Context,
    config: Config = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; take the options below and the defaults.")] = False,
    name: Annotated[str | None, typer.Option(help="Your name.")] = None,
    phone: Annotated[str | None, typer.Option(help="The number people call back.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Your time zone, like America/Chicago.")] = None,
    region: Annotated[str | None, typer.Option(help="Country and state, like US-IL.")] = None,
    calendar: Annotated[str | None, typer.Option(help="folder, caldav or google.")] = None,
) -> int:
    """Write your configuration.

    Asks what it must, explains the rest in comments, checks what it wrote. Overwrites nothing.
    """
    from calsync.cli import init as verb

    given = verb.Answers(name=name, phone=phone, timezone=timezone, region=region, calendar=calendar)
    return verb.run(_either(context, config), given, ask=not yes)


@app.command()
def demo(
    into: Annotated[
        Path | None, typer.Option("--into", metavar="FOLDER", help="Keep the example here. Default: a new folder.")
    ] = None,
    at: At = None,
    as_json: Json = False,
) -> int:
    """See it work on an example.

    Plans the calls of a rep's week, writes them as .ics files and shows the first one whole.
    """
    from calsync.cli import demo as verb

    return verb.run(into, at, as_json=as_json)


@app.command()
def check(
    context: typer.Context,
    config: Config = None,
    at: At = None,
    as_json: Json = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the calendars.")] = False,
) -> int:
    """Look for mistakes everywhere.

    In configuration, contacts, calls, cadences and sign-in: each with its place and its remedy.
    """
    from calsync.cli import check as verb

    return verb.run(_either(context, config), at, as_json=as_json, offline=offline)


@app.command()
def plan(context: typer.Context, config: Config = None, at: At = None, as_json: Json = False) -> int:
    """Show every call you owe, and why then.

    Writes nothing and asks no calendar.
    """
    from calsync.cli import plan as verb

    return verb.run(_either(context, config), at, as_json=as_json)


@app.command()
def sync(
    context: typer.Context,
    config: Config = None,
    at: At = None,
    as_json: Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Yes, so much is really gone: go on where the last run refused.")
    ] = False,
) -> int:
    """Bring the calendar up to date, once."""
    from calsync.cli import sync as verb

    return verb.run(_either(context, config), at, as_json=as_json, dry_run=dry_run, confirm=confirm)


@app.command(name="run")
def run_(
    context: typer.Context,
    config: Config = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more, names and numbers too.")] = False,
) -> int:
    """Keep the calendar up to date until stopped.

    This is what the service runs.
    """
    from calsync.cli import run as verb

    return verb.run(_either(context, config), verbose=verbose)


@app.command()
def preview(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A contact export: CSV or vCard.")],
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Show how a contact export is read.

    Which column is what, the first contacts, and the lines for your configuration. Writes nothing.
    """
    from calsync.cli import preview as verb

    return verb.run(_either(context, config), file, as_json=as_json)


@app.command()
def log(
    context: typer.Context,
    contact: Contact,
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="vm, no answer, busy, spoke, sold, dnc, …")],
    promise: Annotated[
        list[str] | None, typer.Argument(metavar="[PROMISE]", help='What you promised: "by friday", mon 3pm, …')
    ] = None,
    config: Config = None,
    at: At = None,
    note: Annotated[str, typer.Option(help="Anything worth keeping.")] = "",
    inbound: Annotated[bool, typer.Option("--inbound", help="They called you.")] = False,
    channel: Annotated[str, typer.Option(help="call, sms, email or visit.")] = "call",
    as_json: Json = False,
) -> int:
    """Write down a call and what you promised.

    For example:  calsync log "Dana Levy" vm by friday
    """
    from calsync.cli import log as verb

    entry = verb.Entry(contact, outcome, " ".join(promise or []), note=note, inbound=inbound, channel=channel)
    return verb.run(_either(context, config), at, entry, as_json=as_json)


@app.command()
def promise(
    context: typer.Context,
    contact: Contact,
    words: Annotated[list[str], typer.Argument(metavar="PROMISE", help='What you are about to say: "by friday", …')],
    config: Config = None,
    at: At = None,
    as_json: Json = False,
) -> int:
    """Look before you promise.

    Would a call be possible then? Exit code 1 where not, with the reason and the nearest day that works.
    Writes nothing. For example:  calsync promise "Dana Levy" by friday
    """
    from calsync.cli import promise as verb

    return verb.run(_either(context, config), at, contact, " ".join(words), as_json=as_json)


@app.command()
def news(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="What is new, as the event should say it.")],
    config: Config = None,
    at: At = None,
    when: Annotated[str, typer.Option(help="When they should be called.")] = "within 2 weeks",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List them; write nothing.")] = False,
    as_json: Json = False,
) -> int:
    """Plan a call to everybody who wants to hear what is new.

    That is everybody whose row says yes under `permission` and who has no call coming anyway.
    For example:  calsync news "the spring course is open" --dry-run
    """
    from calsync.cli import news as verb

    return verb.run(_either(context, config), at, " ".join(words), when, as_json=as_json, dry_run=dry_run)


@app.command()
def away(
    context: typer.Context,
    first: Annotated[
        str, typer.Argument(metavar="[FIRST]", help="The first day that you think of, like 2026-12-07")
    ] = "",
    last: Annotated[str, typer.Argument(metavar="[LAST]", help="The last one.")] = "",
    config: Config = None,
    at: At = None,
    as_json: Json = False,
) -> int:
    """The promises that fall into your days away.

    Each with the day before on which it is kept; exit code 1 where one has to be agreed on anew.
    Without days, those of the configuration. Writes nothing.
    """
    from calsync.cli import away as verb

    return verb.run(_either(context, config), at, first, last, as_json=as_json)


@app.command()
def today(context: typer.Context, config: Config = None, at: At = None, as_json: Json = False) -> int:
    """The calls of today."""
    from calsync.cli import sheet as verb

    return verb.run(_either(context, config), at, days=1, as_json=as_json)


@app.command()
def week(context: typer.Context, config: Config = None, at: At = None, as_json: Json = False) -> int:
    """The calls of the next seven days."""
    from calsync.cli import sheet as verb

    return verb.run(_either(context, config), at, days=7, as_json=as_json)


@app.command()
def explain(
    context: typer.Context, contact: Contact, config: Config = None, at: At = None, as_json: Json = False
) -> int:
    """Why this call, this day, this hour, these words."""
    from calsync.cli import explain as verb

    return verb.run(_either(context, config), at, contact, as_json=as_json)


@app.command()
def status(context: typer.Context, config: Config = None, at: At = None, as_json: Json = False) -> int:
    """How it stands.

    Calendars, last sync, calls owed and overdue, what you waived, rows in error.
    """
    from calsync.cli import status as verb

    return verb.run(_either(context, config), at, as_json=as_json)


@app.command()
def parse(
    context: typer.Context,
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="The words, as you would note them.")] = None,
    config: Config = None,
    at: At = None,
    as_json: Json = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read JSON objects from standard input, answer each on a line.")
    ] = False,
) -> int:
    """How words are read as a promise.

    For example:  calsync parse "call her back thursday after 2"
    """
    from calsync.cli import fast
    from calsync.cli import phrase as verb

    if jsonl:
        return fast.parse_lines()
    if not text:
        raise UsageError("There are no words to read.", hint='calsync parse "by friday"')
    return verb.run(_either(context, config), at, " ".join(text), as_json=as_json)


@app.command()
def verify(
    context: typer.Context,
    config: Config = None,
    at: At = None,
    as_json: Json = False,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what is ours; your times and notes stay.")] = False,
) -> int:
    """Compare every event with what calsync wrote.

    Reads all of them, which a sync does not. Names what is damaged, missing or unknown, and copies that were made.
    """
    from calsync.cli import verify as verb

    return verb.run(_either(context, config), at, as_json=as_json, repair=repair)


@app.command()
def purge(
    context: typer.Context,
    config: Config = None,
    as_json: Json = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Take back every event that calsync wrote.

    Nothing else on the calendar is touched, and none of your files. Works without the ledger, too.
    """
    from calsync.cli import purge as verb

    return verb.run(_either(context, config), as_json=as_json, yes=yes)


@auth.command(name="google")
def auth_google(
    context: typer.Context,
    config: Config = None,
    client_secrets: Annotated[
        Path | None,
        typer.Option("--client-secrets", metavar="FILE", help="The client file of your Google project."),
    ] = None,
    calendar: Annotated[str, typer.Option(help="Which calendar, where several have sign-ins of their own.")] = "",
    as_json: Json = False,
) -> int:
    """Sign in to Google in your browser."""
    from calsync.cli import signing as verb

    return verb.google(_either(context, config), client_secrets, calendar, as_json=as_json)


@auth.command(name="status")
def auth_status(
    context: typer.Context,
    config: Config = None,
    as_json: Json = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the calendars.")] = False,
) -> int:
    """How the sign-ins stand, and what to do."""
    from calsync.cli import signing as verb

    return verb.status(_either(context, config), as_json=as_json, offline=offline)


@service.command(name="install")
def service_install(context: typer.Context, config: Config = None) -> int:
    """Install and start the service.

    Writes a systemd user unit for this installation and your configuration, and checks that it is up.
    """
    from calsync.cli import service as verb

    return verb.install(_either(context, config))


@service.command(name="uninstall")
def service_uninstall(
    context: typer.Context,
    config: Config = None,
    purge_state: Annotated[bool, typer.Option("--purge-state", help="Remove the ledger, too.")] = False,
) -> int:
    """Stop the service and remove its unit.

    Your files and the ledger stay.
    """
    from calsync.cli import service as verb

    return verb.uninstall(_either(context, config), purge_state=purge_state)


@service.command(name="status")
def service_status(config: Config = None, as_json: Json = False) -> int:
    """Is the service running?"""
    from calsync.cli import service as verb

    del config  # one service a user, whatever its configuration
    return verb.status(as_json=as_json)


@service.command(name="logs")
def service_logs(
    config: Config = None,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come.")] = False,
) -> int:
    """What the service says."""
    from calsync.cli import service as verb

    del config
    return verb.logs(lines, follow=follow)


@service.command(name="offer", hidden=True)
def service_offer(context: typer.Context, config: Config = None) -> int:
    """Ask whether to install the service; on a terminal only (make install)."""
    from calsync.cli import service as verb

    return verb.offer(_either(context, config))
