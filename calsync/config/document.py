"""The configuration file as a schema: every key with its meaning, its default and an example.

The reference page is generated from this module, so a description here is what a rep reads there.  Keys are checked one
by one; what needs two keys at once is checked by the section that holds both.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from calsync.config.values import (
    Mistake,
    Pair,
    read_day,
    read_feast,
    read_hours,
    read_part_of_day,
    read_phone,
    read_region,
    read_zone,
)


def _hours(value: object) -> tuple[Pair, ...]:
    return read_hours(_text(value))


def _part_of_day(value: object) -> Pair:
    return read_part_of_day(_text(value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Mistake("hours are written as text", 'in quotes, like "09:00-18:00"')
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise Mistake("it is empty", "write a value between the quotes")
    return value


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(part) for part in value)
    if isinstance(value, dict):
        return {key: _frozen(part) for key, part in value.items()}
    return value


Text = Annotated[str, AfterValidator(_not_blank)]
Zone = Annotated[str, AfterValidator(read_zone)]
Region = Annotated[str, AfterValidator(read_region)]
DayHours = Annotated[tuple[Pair, ...], BeforeValidator(_hours)]
PartOfDay = Annotated[Pair, BeforeValidator(_part_of_day)]
Day = Annotated[date, BeforeValidator(read_day)]
Feast = Annotated[date | str, BeforeValidator(read_feast)]
Command = Annotated[tuple[Text, ...], Field(min_length=1)]


class Section(BaseModel):
    """Unknown keys are mistakes, values keep their TOML type, nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, strict=True, hide_input_in_errors=True)


class RepSection(Section):
    """Who you are.  Your name and number are spoken in the scripts; the zone is the one your calendar is in."""

    name: Text = Field(description="Your name, as you say it on the phone.", examples=["Tasha Lane"])
    timezone: Zone = Field(description="The time zone you work in.", examples=["America/Chicago"])
    region: Region = Field(
        description="Country and state: your public holidays, and how numbers without a country are read.",
        examples=["US-IL"],
    )
    phone: Text = Field(description="The number people call back.", examples=["+1 312 555 0199"])
    id: Text | None = Field(
        default=None,
        description="Part of the name of every event: keep it for good. Default: made from the name.",
        examples=["tasha-lane"],
    )
    company: str = Field(default="", description="Spoken in some scripts.", examples=["Northside Safety"])
    locale: str = Field(
        default="en-US",
        pattern=r"^[a-z]{2}(-[A-Z]{2})?$",
        description='How dates in notes are read: "en-US" month first, "en-GB" day first.',
        examples=["en-GB"],
    )
    own_numbers: tuple[Text, ...] = Field(
        default=(), description="Your other numbers: never taken for a contact.", examples=[["+1 312 555 0198"]]
    )

    @field_validator("phone", "own_numbers")
    @classmethod
    def _numbers(cls, value: str | tuple[str, ...], info: ValidationInfo) -> str | tuple[str, ...]:
        """Checked here and kept as written; a national number needs the region, so that stands before it."""
        for number in (value,) if isinstance(value, str) else value:
            if "region" in info.data or number.lstrip().startswith("+"):
                read_phone(number, info.data.get("region"))
        return value


class HoursSection(Section):
    """When you work, in your own time zone.  Calls are placed inside these hours; an empty text is a closed day."""

    weekdays: DayHours = Field(
        default=read_hours("09:00-18:00"), description="Monday to Friday.", examples=["09:00-12:00, 13:00-18:00"]
    )
    saturday: DayHours = Field(default=(), description="Saturday; default: closed.", examples=["10:00-13:00"])
    sunday: DayHours = Field(default=(), description="Sunday; default: closed.", examples=[""])
    monday: DayHours | None = Field(default=None, description="In place of `weekdays`.", examples=["10:00-18:00"])
    tuesday: DayHours | None = Field(default=None, description="In place of `weekdays`.", examples=["09:00-17:00"])
    wednesday: DayHours | None = Field(default=None, description="In place of `weekdays`.", examples=["09:00-17:00"])
    thursday: DayHours | None = Field(default=None, description="In place of `weekdays`.", examples=["09:00-17:00"])
    friday: DayHours | None = Field(default=None, description="In place of `weekdays`.", examples=["09:00-15:00"])

    def week(self) -> tuple[tuple[Pair, ...], ...]:
        """Seven days, Monday first."""
        named = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday)
        return (*(self.weekdays if day is None else day for day in named), self.saturday, self.sunday)


class SourceSection(Section):
    """A file that calsync reads and never changes."""

    path: Text = Field(description="The file; relative to the configuration's folder.", examples=["contacts.csv"])
    encoding: Text | None = Field(
        default=None, description="The text encoding, where it cannot be told from the file.", examples=["cp1252"]
    )
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = Field(
        default=None, description="What stands between columns, where it cannot be told from the file.", examples=[";"]
    )
    map: dict[str, Text] = Field(
        default_factory=dict,
        description="For a CSV of your own: calsync's column = the header in your file.",
        examples=[{"name": "Customer", "phone:cell": "Mobile"}],
    )


class ContactsSection(SourceSection):
    """A contact list.  Give as many as you have; they are merged by number, id or address."""

    format: Literal["auto", "calsync", "google", "outlook", "vcard", "mapped"] = Field(
        default="auto",
        description="What wrote the file; `auto` looks at its header, `mapped` is any other CSV.",
        examples=["google"],
    )


class AttemptsSection(SourceSection):
    """A log of calls.  What calsync records itself goes to `attempts.calsync.csv` beside the first one."""

    path: Text = Field(description="The file; relative to the configuration's folder.", examples=["attempts.csv"])
    format: Literal["auto", "calsync", "jsonl"] = Field(
        default="auto", description="What wrote the file; `auto` looks at it.", examples=["jsonl"]
    )
    dates: Literal["iso", "mdy", "dmy"] = Field(
        default="iso",
        description="How times are written: `iso` 2026-11-25T11:02, `mdy` 11/25/2026 11:02, `dmy` 25/11/2026 11:02.",
        examples=["mdy"],
    )


class CalendarSection(Section):
    """A calendar to write callbacks to, or to read busy times from.

    A calendar of its own is best; calsync touches nothing but its own events.
    """

    name: Text = Field(description="What `status` calls it.", examples=["callbacks"])
    busy: bool = Field(
        default=False,
        description="Your busy times are read from it, and calls are placed around them. It is only read then, where "
        "another table without this key is written to.",
        examples=[True],
    )
    away: Text | None = Field(
        default=None,
        description="The title of your all-day events for days away, which count like `[[away]]`; the calendar is "
        "read for busy times, too.",
        examples=["Vacation"],
    )
    write: bool | None = Field(
        default=None,
        description="`true` with `busy = true`: callbacks are written to it as well. Default: as said under `busy`.",
        examples=[True],
    )


class FolderCalendar(CalendarSection):
    """A folder of .ics files, one an event (the vdir layout), for any program that reads such a folder."""

    type: Literal["folder"]
    path: Text = Field(description="The folder; made when there is none.", examples=["calendar"])


class CaldavCalendar(CalendarSection):
    """A CalDAV server: iCloud, Fastmail, Nextcloud, Radicale and most others.

    Say where the password is kept with exactly one of the four `password_…` keys; a password never stands in this file.
    """

    type: Literal["caldav"]
    url: Text = Field(
        description="Address of the server, or of one calendar on it.", examples=["https://dav.example.com/"]
    )
    username: Text = Field(description="Your name on that server.", examples=["tasha"])
    calendar: Text = Field(
        default="Callbacks",
        description="The calendar's name, where `url` is a server; made when there is none.",
        examples=["Callbacks"],
    )
    password_command: Command | None = Field(
        default=None, description="A program that prints the password.", examples=[["pass", "show", "dav.example.com"]]
    )
    password_env: Text | None = Field(
        default=None, description="The environment variable that holds it.", examples=["CALSYNC_PASSWORD"]
    )
    password_credential: Text | None = Field(
        default=None, description="The systemd credential that holds it.", examples=["caldav-password"]
    )
    password_keyring: Text | None = Field(
        default=None, description="The name it has in your desktop's keyring.", examples=["calsync"]
    )
    ca_file: Text | None = Field(
        default=None, description="Certificate authority of a server with a private certificate.", examples=["ca.pem"]
    )
    auth: Literal["auto", "basic", "digest"] = Field(
        default="auto", description="How the server takes the password.", examples=["basic"]
    )

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        given = [key for key in self.password_keys() if getattr(self, key) is not None]
        if len(given) != 1:
            found = "none is given" if not given else f"{' and '.join(given)} are given"
            raise Mistake(
                f"one key says where the password is kept, {found}",
                f"give exactly one of {', '.join(self.password_keys())}",
            )
        return self

    @classmethod
    def password_keys(cls) -> tuple[str, ...]:
        """The keys that say where the password is kept."""
        return tuple(key for key in cls.model_fields if key.startswith("password_"))


class GoogleCalendar(CalendarSection):
    """A Google calendar.  Sign in once with `calsync auth google`."""

    type: Literal["google"]
    calendar_id: Text = Field(
        default="primary",
        description="The id under the calendar's settings; `primary` is your main one.",
        examples=["abc123@group.calendar.google.com"],
    )
    token_file: Text | None = Field(
        default=None,
        description="Where the sign-in is kept. Default: under `$XDG_STATE_HOME/calsync`.",
        examples=["t.json"],
    )
    endpoint: str = Field(
        default="", description="Another server that speaks the same API: tests, proxies.", examples=[""]
    )


AnyCalendar = Annotated[FolderCalendar | CaldavCalendar | GoogleCalendar, Field(discriminator="type")]


class PromisesSection(Section):
    """How promises are understood."""

    deadline: Literal["on", "after"] = Field(
        default="on",
        description='"By Friday, or I call you": call `on` Friday, or the first working day `after`.',
        examples=["after"],
    )
    follow_up: bool = Field(
        default=True,
        description="They promised to call: look after it on the next working day if they did not.",
        examples=[False],
    )
    parts_of_day: dict[str, PartOfDay] = Field(
        default_factory=dict,
        description="What you mean by a part of the day.",
        examples=[{"morning": "08:00-11:30"}],
    )
    phrases: dict[str, Text] = Field(
        default_factory=dict,
        description="Your own shorthand, and the words it stands for.",
        examples=[{"eow": "by friday"}],
    )
    holidays: dict[str, Feast] = Field(
        default_factory=dict,
        description="Days that have a name where you work: a date, a day of every year, the 4th Thursday of November.",
        examples=[{"founders day": "06-12", "fair day": "4 thu 11"}],
    )


class CadencesSection(Section):
    """Which cadence a contact is in: what the contact list says, else its group's, else the default."""

    default: Text = Field(default="referral", description="The cadence of everybody else.", examples=["customer-care"])
    after_sale: Text | None = Field(
        default=None,
        description="The cadence that a sale sets off, whatever ran before. Default: a sale ends it all.",
        examples=["after-sale"],
    )
    folder: Text | None = Field(
        default="cadences",
        description="Your own cadences; one of the same name replaces a shipped one.",
        examples=["cadences"],
    )
    by_group: dict[str, Text] = Field(
        default_factory=dict,
        description="Cadence by group (label) of the contact list.",
        examples=[{"Past customers": "after-sale"}],
    )


class PlacingSection(Section):
    """How calls share a day."""

    per_hour: int | None = Field(default=None, ge=1, description="No more calls than this in an hour.", examples=[4])
    per_day: int | None = Field(default=None, ge=1, description="No more calls than this in a day.", examples=[25])
    slot: int = Field(default=10, ge=5, le=60, description="Minutes of a call; a cadence may ask more.", examples=[15])
    gap: int = Field(default=0, ge=0, le=120, description="Minutes between two calls.", examples=[5])
    blocks: tuple[PartOfDay, ...] = Field(
        default=(),
        description="Hours that you like to call in. Empty: all your working hours alike.",
        examples=[["10:00-12:00", "16:00-18:00"]],
    )


class EventsSection(Section):
    """What the events look like."""

    alarms: tuple[Annotated[int, Field(ge=0, le=40320)], ...] = Field(
        default=(10, 0), description="Minutes before the call at which the calendar rings.", examples=[[30, 5]]
    )
    keep_history: bool = Field(
        default=True, description="Leave the event of a call that was made, marked with ✓.", examples=[False]
    )
    templates: Text | None = Field(
        default="templates",
        description="Your own templates for title and description; one of the same name replaces a shipped one.",
        examples=["templates"],
    )


class AwaySection(Section):
    """Days on which you do not call, both included."""

    first: Day = Field(description="The first day away.", examples=["2026-12-24"])
    last: Day = Field(description="The last day away.", examples=["2027-01-01"])
    reason: str = Field(default="", description="Shown where a call had to move.", examples=["vacation"])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise Mistake(f"the last day ({self.last}) is before the first ({self.first})", "exchange the two")
        return self


class HolidaysSection(Section):
    """Public holidays come with your region; here you say where you differ."""

    observe: bool = Field(
        default=True, description="Make no calls on the public holidays of your region.", examples=[False]
    )
    extra: dict[str, str] = Field(
        default_factory=dict,
        description="More days off: date and name.",
        examples=[{"2026-12-24": "office closed"}],
    )
    work_on: tuple[Day, ...] = Field(
        default=(), description="Public holidays on which you work all the same.", examples=[["2026-10-12"]]
    )

    @model_validator(mode="after")
    def _dates(self) -> Self:
        for text in self.extra:
            read_day(text)
        return self


class DaemonSection(Section):
    """The program that runs by itself (`calsync run`)."""

    tick: int = Field(default=60, ge=1, le=60, description="Seconds between two looks at the clock.", examples=[30])
    poll: int = Field(
        default=60, ge=10, le=86400, description="Seconds between two looks at a calendar.", examples=[300]
    )


class HooksSection(Section):
    """Programs of yours that calsync starts: no shell, JSON on their standard input, ten seconds."""

    on_sync: Command | None = Field(
        default=None, description="After each pass that changed something.", examples=[["notify-send", "calsync"]]
    )
    on_problem: Command | None = Field(
        default=None,
        description="When a row cannot be read, a calendar fails or a guard steps in; once, not at every pass.",
        examples=[["my-alert"]],
    )
    on_signin_needed: Command | None = Field(
        default=None, description="When a calendar wants you to sign in; once.", examples=[["my-alert"]]
    )
    on_overdue: Command | None = Field(
        default=None, description="When a call was not made in its time; once a call.", examples=[["my-alert"]]
    )
    due: Command | None = Field(
        default=None, description="About five minutes before a call; once a call.", examples=[["my-alert"]]
    )


class StateSection(Section):
    """Where calsync remembers what it wrote."""

    path: Text | None = Field(
        default=None,
        description="The ledger, a database file. Default: under `$XDG_STATE_HOME/calsync`.",
        examples=["ledger.db"],
    )


class SyncSection(Section):
    """When a calendar or a file suddenly holds much less than before, nothing is touched until you confirm."""

    guard_share: Annotated[float, Field(strict=False)] = Field(
        default=0.2, gt=0, le=1, description="Stop when more than this share is gone …", examples=[0.5]
    )
    guard_count: int = Field(default=5, ge=0, description="… and more than this many.", examples=[20])


class Document(Section):
    """The whole file."""

    rep: RepSection
    hours: HoursSection = Field(default_factory=HoursSection)
    contacts: tuple[ContactsSection, ...] = Field(min_length=1)
    attempts: tuple[AttemptsSection, ...] = Field(min_length=1)
    calendars: tuple[AnyCalendar, ...] = Field(min_length=1)
    busy: tuple[AnyCalendar, ...] = Field(
        default=(), description="Calendars that are only read, for the times at which you are busy; same keys."
    )
    promises: PromisesSection = Field(default_factory=PromisesSection)
    cadences: CadencesSection = Field(default_factory=CadencesSection)
    placing: PlacingSection = Field(default_factory=PlacingSection)
    events: EventsSection = Field(default_factory=EventsSection)
    away: tuple[AwaySection, ...] = ()
    holidays: HolidaysSection = Field(default_factory=HolidaysSection)
    daemon: DaemonSection = Field(default_factory=DaemonSection)
    hooks: HooksSection = Field(default_factory=HooksSection)
    state: StateSection = Field(default_factory=StateSection)
    sync: SyncSection = Field(default_factory=SyncSection)

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, value: Any) -> Any:
        """``[contacts]`` for ``[[contacts]]`` is a slip with one meaning; arrays become tuples, which cannot change."""
        if not isinstance(value, dict):
            return value
        lists = ("contacts", "attempts", "calendars", "busy", "away")
        return {
            key: _frozen([part] if key in lists and isinstance(part, dict) else part) for key, part in value.items()
        }

    @property
    def written(self) -> tuple[AnyCalendar, ...]:
        """The calendars that callbacks go to: those not named for busy times, and where all are, every one."""
        asked = tuple(one for one in self.calendars if one.write or (one.write is None and not one.busy))
        return asked or tuple(one for one in self.calendars if one.write is None)

    @model_validator(mode="after")
    def _some_place_to_write(self) -> Self:
        for one in self.calendars:
            if one.write is False and not one.busy:
                raise Mistake(
                    f'calendar "{one.name}" is neither written to nor read', "take `write = false` away, or the table"
                )
        for one in self.busy:
            if one.write:
                raise Mistake(
                    f'calendar "{one.name}" stands under [[busy]], where calendars are only read',
                    "move it to [[calendars]] with `busy = true` and `write = true`",
                )
        if not self.written:
            raise Mistake("no calendar is left to write callbacks to", "take `write = false` away from one of them")
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        seen: set[str] = set()
        for calendar in (*self.calendars, *self.busy):
            if calendar.name in seen:
                raise Mistake(f'two calendars are called "{calendar.name}"', "give each calendar a name of its own")
            seen.add(calendar.name)
        return self
