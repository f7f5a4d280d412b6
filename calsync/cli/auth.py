"""``calsync auth google`` and ``calsync auth status``: signing in, and how the sign-ins stand."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from calsync.calendars.google import sign_in, tokens
from calsync.calendars.spec import CalendarSpec
from calsync.errors import CalendarError, ConfigError, SignInNeeded, Unreachable, UsageError


@dataclass(frozen=True, slots=True)
class Report:
    """What a verb has to say: text for people, ``data`` for ``--json``, an exit code."""

    text: str
    data: dict[str, object]
    exit_code: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How one calendar stands.  ``state``: ``ok``, ``unreachable``, ``sign_in`` or ``refused``, as in ``status``.

    ``access_expires`` is when the short-lived access runs out (renewed by itself), ``sign_in_ends`` when a person has
    to sign in again, where Google said so; both ISO 8601 in the rep's zone, or ``None``.
    """

    name: str
    type: str
    state: str
    message: str
    hint: str = ""
    account: str = ""
    token_file: str = ""
    scopes: tuple[str, ...] = ()
    access_expires: str | None = None
    sign_in_ends: str | None = None
    exit_code: int = 0


def auth_google(
    specs: Sequence[CalendarSpec],
    *,
    now: datetime,
    zone: ZoneInfo,
    show: Callable[[str], object],
    client_secrets: Path | None = None,
    calendar: str = "",
    patience: float = 300.0,
    browse: Callable[[str], object] = webbrowser.open,
) -> Report:
    """Sign in to Google for the calendars that share a sign-in, and say how they then stand.

    ``show`` is given words for the person, ``browse`` the address of Google's page to open.  ``calendar`` names one
    where the configuration has several sign-ins.  Raises ``UsageError``, ``ConfigError``, ``SignInNeeded`` or
    ``Unreachable``.
    """
    chosen = _one_sign_in(specs, calendar)
    path = tokens.path_of(chosen[0])

    def ask(url: str) -> None:
        show(f"Google's page opens in your browser. If it does not, open it yourself, on this machine:\n\n{url}\n")
        browse(url)

    try:
        sign_in.sign_in(path, client_secrets, browse=ask, now=now, patience=patience)
        account = sign_in.account_of(chosen[0], zone)
        if account:
            sign_in.note_account(path, account)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise ConfigError(
            f"The sign-in cannot be kept in {path}: {reason}.",
            hint="make room or set token_file, then: " + tokens.SIGN_IN,
        ) from None
    standings = [_google(spec, now, zone, offline=False) for spec in chosen]
    first = f"Signed in to Google{f' as {account}' if account else ''}; kept in {path} (only you can read it)."
    return _report(standings, first)


def auth_status(specs: Sequence[CalendarSpec], *, now: datetime, zone: ZoneInfo, offline: bool = False) -> Report:
    """How each calendar's sign-in stands and what to do; ``offline`` asks no server."""
    return _report([_standing(spec, now, zone, offline=offline) for spec in specs])


def _one_sign_in(specs: Sequence[CalendarSpec], calendar: str) -> list[CalendarSpec]:
    google = [spec for spec in specs if spec.type == "google"]
    if not google:
        raise UsageError(
            "The configuration has no calendar of type google.",
            hint='add [[calendars]] with type = "google" and calendar_id = "…", then: ' + tokens.SIGN_IN,
        )
    names = ", ".join(spec.name for spec in google)
    if calendar and calendar not in {spec.name for spec in google}:
        raise UsageError(f"There is no Google calendar “{calendar}” in the configuration: {names}.")
    paths = {tokens.path_of(spec) for spec in google if calendar in ("", spec.name)}
    if len(paths) > 1:
        raise UsageError(
            f"The Google calendars {names} have sign-ins of their own: say which one is meant.",
            hint=f"{tokens.SIGN_IN} --calendar {google[0].name}",
        )
    return [spec for spec in google if tokens.path_of(spec) in paths]


def _standing(spec: CalendarSpec, now: datetime, zone: ZoneInfo, *, offline: bool) -> Standing:
    if spec.type == "google":
        return _google(spec, now, zone, offline=offline)
    if spec.type == "caldav":
        return Standing(spec.name, spec.type, "ok", _password(spec))
    return Standing(spec.name, spec.type, "ok", "needs no sign-in")


def _password(spec: CalendarSpec) -> str:
    places = {
        "the output of its password_command": bool(spec.password_command),
        f"the environment variable {spec.password_env}": bool(spec.password_env),
        f"the systemd credential {spec.password_credential}": bool(spec.password_credential),
        f"the key ring ({spec.password_keyring})": bool(spec.password_keyring),
    }
    place = next((words for words, given in places.items() if given), "")
    return f"{spec.username or 'nobody'} at {spec.host}, " + (
        f"password from {place}" if place else "without a password"
    )


def _google(spec: CalendarSpec, now: datetime, zone: ZoneInfo, *, offline: bool) -> Standing:
    path = tokens.path_of(spec)
    blank = Standing(spec.name, spec.type, "sign_in", "", hint=tokens.SIGN_IN, token_file=str(path), exit_code=4)
    try:
        token = tokens.load(path)
    except SignInNeeded as problem:
        return replace(blank, message=problem.message, hint=problem.hint)
    expires, ends = tokens.moment_of(token.info.get("expiry")), token.ends
    known = replace(
        blank,
        account=token.account,
        scopes=token.scopes,
        access_expires=expires.astimezone(zone).isoformat() if expires else None,
        sign_in_ends=ends.astimezone(zone).isoformat() if ends else None,
    )
    if not token.renewable:
        return replace(known, message="the sign-in cannot be renewed (no refresh token in it)")
    if ends is not None and ends <= now:
        return replace(known, message=f"the sign-in ended {_day(ends, zone)}. {tokens.SEVEN_DAYS}.")
    who = f"signed in{f' as {token.account}' if token.account else ''}"
    if ends is not None:
        who += f" until {_day(ends, zone)}, because the Google Cloud project is in “Testing”"
        known = replace(
            known, hint="set it to “In production” (Google Auth Platform, Audience), then: " + tokens.SIGN_IN
        )
    else:
        known = replace(known, hint="")
    if offline:
        return replace(known, state="ok", message=f"{who} (not asked)", exit_code=0)
    return _asked(spec, known, who, zone)


def _asked(spec: CalendarSpec, known: Standing, who: str, zone: ZoneInfo) -> Standing:
    try:
        access = sign_in.ask_access(spec, zone)
    except CalendarError as problem:
        states = {SignInNeeded: "sign_in", Unreachable: "unreachable"}
        state = next((name for kind, name in states.items() if isinstance(problem, kind)), "refused")
        return replace(known, state=state, message=problem.message, hint=problem.hint, exit_code=problem.exit_code)
    if not access.writable and not spec.busy:
        return replace(
            known,
            state="refused",
            message=f"{who}, but calendar “{access.title}” may only be read",
            hint="share it with “Make changes to events”, or choose another calendar_id",
            exit_code=1,
        )
    return replace(known, state="ok", message=f"{who}; calendar “{access.title}” answers", exit_code=0)


def _report(standings: Sequence[Standing], first: str = "") -> Report:
    lines = [first] if first else []
    for each in standings:
        lines.append(f"{each.name} ({each.type}): {each.message}")
        if each.hint:
            lines.append(f"  → {each.hint}")
    if not standings:
        lines.append("The configuration names no calendar.")
    calendars = [{key: value for key, value in asdict(each).items() if key != "exit_code"} for each in standings]
    return Report("\n".join(lines), {"calendars": calendars}, max((each.exit_code for each in standings), default=0))


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %H:%M}"
