"""``calsync init``: asks what it must, writes a commented configuration, checks what it wrote.  Overwrites nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

from calsync.cli import check
from calsync.cli.style import Style
from calsync.config.commented import commented
from calsync.config.places import default_config, local_zone, slug
from calsync.config.shipped import shipped
from calsync.config.values import Mistake, read_phone, read_region, read_zone
from calsync.errors import ConfigError, UsageError

CONTACTS_HEAD = (
    "id,name,phone,email,kind,line,referrer,topic,benefit,timezone,region,cadence,urgency,do_not_call,notes\n"
)
ATTEMPTS_HEAD = "at,contact,direction,channel,outcome,promise,note\n"


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known before anything is asked: the options of the command line."""

    name: str | None = None
    phone: str | None = None
    timezone: str | None = None
    region: str | None = None
    calendar: str | None = None


Question = Callable[[str, str | None, str, Callable[[str], str]], str]
"""(option, given, default, check) -> the answer, checked."""


def run(config: Path | None, given: Answers, *, ask: bool) -> int:
    """Exit code 2 where there is a configuration already, or where ``check`` refuses what was written."""
    file = (config or default_config()).expanduser().absolute()
    if file.exists():
        raise ConfigError(
            f"There is a configuration already: {file}. Nothing was changed.", hint="edit it, then: calsync check"
        )
    values = _values(given, _asked if ask else _taken)
    file.parent.mkdir(parents=True, exist_ok=True)
    style = Style.of(sys.stdout)
    for path, text in (
        (file, commented(values)),
        (file.parent / "contacts.csv", CONTACTS_HEAD),
        (file.parent / "attempts.csv", ATTEMPTS_HEAD),
    ):
        _say(path, _written(path, text), style)
    _say(file.parent / "cadences" / "referral.toml", _cadence(file.parent / "cadences"), style)
    sys.stdout.write("\n")
    code = check.run(file, None, as_json=False, offline=True)
    if code < 2:  # an empty contact list is worth a line of check, and is what a beginning looks like
        code = 0
        own = "" if file == default_config() else f" --config {file}"
        sys.stdout.write(f"\n  next: put your contacts into {file.parent / 'contacts.csv'}\n")
        sys.stdout.write(f"        log a call:  calsync{own} log NAME vm by friday\n")
        sys.stdout.write(f"        see it:      calsync{own} week\n")
    return code


def _values(given: Answers, question: Question) -> dict[str, dict[str, str]]:
    name = question("name", given.name, "", _needed)
    phone = question("phone", given.phone, "", _phone)
    zone = question("timezone", given.timezone, local_zone(), read_zone)
    region = question("region", given.region, _country(phone), read_region)
    kind = question("calendar", given.calendar, "folder", _kind)
    return {
        "rep": {"name": name, "timezone": zone, "region": region, "phone": phone, "id": slug(name)},
        "hours": {"weekdays": "09:00-18:00", "saturday": "", "sunday": ""},
        "contacts": {"path": "contacts.csv"},
        "attempts": {"path": "attempts.csv"},
        "calendars": _calendar(kind, question),
    }


def _calendar(kind: str, question: Question) -> dict[str, str]:
    if kind == "folder":
        return {"name": "callbacks", "type": kind, "path": "calendar"}
    if kind == "google":
        return {"name": "callbacks", "type": kind, "calendar_id": question("calendar id", None, "primary", _needed)}
    return {
        "name": "callbacks",
        "type": kind,
        "url": question("address of the server", None, "https://dav.example.com/", _needed),
        "username": question("user name there", None, "me", _needed),
        "password_keyring": "calsync",
    }


def _asked(option: str, given: str | None, default: str, check_: Callable[[str], str]) -> str:
    """Ask until the answer can be used; an option of the command line is not asked for again."""
    import typer

    while True:
        text = given if given is not None else typer.prompt(_QUESTIONS.get(option, option), default=default or None)
        given = None
        try:
            return check_(text.strip())
        except Mistake as mistake:
            typer.echo(f"  {mistake}: {mistake.hint}")


_QUESTIONS = {
    "name": "Your name, as you say it on the phone",
    "phone": "The number people call back (with its country, like +1 312 555 0199)",
    "timezone": "Your time zone",
    "region": "Your country and state (like US-IL, CA-ON, GB-ENG, DE)",
    "calendar": "Your calendar: folder (.ics files), caldav or google",
}


def _taken(option: str, given: str | None, default: str, check_: Callable[[str], str]) -> str:
    """Without asking: the option, else the default."""
    text = given if given is not None else default
    try:
        return check_(text.strip())
    except Mistake as mistake:
        raise UsageError(f"--{option}: {mistake}.", hint=mistake.hint) from None


def _needed(text: str) -> str:
    if not text:
        raise Mistake("this is needed", "type it after the option, or run calsync init on a terminal")
    return text


def _phone(text: str) -> str:
    """Kept as typed, so that it reads in the file as the rep knows it."""
    read_phone(_needed(text), None)
    return text


def _kind(text: str) -> str:
    if text not in ("folder", "caldav", "google"):
        raise Mistake(f'"{text}" is not a kind of calendar', "folder, caldav or google")
    return text


def _country(phone: str) -> str:
    import phonenumbers

    return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""


def _written(path: Path, text: str) -> bool:
    """False where there is such a file: it is left alone."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _cadence(folder: Path) -> bool:
    """The cadence that is used by default, to be read and changed; the others stay where they ship."""
    target = folder / "referral.toml"
    if target.exists():
        return False
    folder.mkdir(exist_ok=True)
    copyfile(shipped("config", "cadences", "referral.toml"), target)
    return True


def _say(path: Path, written: bool, style: Style) -> None:
    sys.stdout.write(f"{style.green('wrote') if written else 'kept '} {path}\n")
